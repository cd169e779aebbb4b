"""Preconditions at the public boundary of the engine, each with one sentence."""

from __future__ import annotations

import math

from rmtcheck.errors import DomainError


def require_integer(name: str, value: int, least: int) -> None:
    """Raise `DomainError` unless ``value`` is an integer of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise DomainError(f"{name} = {value!r} must be an integer of at least {least}.")


def require_probability(name: str, value: float) -> None:
    """Raise `DomainError` unless ``value`` lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise DomainError(f"{name} = {value!r} must lie strictly between 0 and 1.")


def require_finite(name: str, value: float) -> None:
    """Raise `DomainError` unless ``value`` is a finite real number."""
    if not math.isfinite(value):
        raise DomainError(f"{name} = {value!r} must be a finite real number.")

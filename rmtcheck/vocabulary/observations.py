"""The only numbers that engines hand over: each says what it means and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True, kw_only=True)
class Exact:
    """Equality holds as algebra: ``expr`` is the quantity, ``steps`` how it was derived."""

    expr: sympy.Basic
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """The true value lies within ``radius`` of ``midpoint``; both are exact."""

    midpoint: Fraction
    radius: Fraction


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number with an error estimate, which is not a bound."""

    value: float
    error: float


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An interval that contains the mean with probability at least ``1 - alpha``."""

    mean: float
    low: float
    high: float
    draws: int
    alpha: float

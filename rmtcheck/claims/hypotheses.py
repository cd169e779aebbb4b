"""Hypotheses of a claim, and how each is weakened to see whether it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy


@dataclass(frozen=True)
class Hypothesis:
    """A condition of a claim, and one instance that the condition rules out.

    Attributes
    ----------
    text
        The condition.
    weakened
        The condition after it has been weakened by one step.
    instance
        The substitution in a statement that makes the newly admitted instance.
    bounds
        The symbols whose domain the condition gives.
    """

    text: str
    weakened: str
    instance: Mapping[Any, Any] = field(hash=False)
    bounds: frozenset[sympy.Symbol] = frozenset()

    def __str__(self) -> str:
        return self.text


def positive(symbol: sympy.Symbol) -> Hypothesis:
    """``symbol > 0``; weakened, it may be 0."""
    return Hypothesis(
        f"{symbol} > 0", f"{symbol} >= 0", {symbol: sympy.Integer(0)}, frozenset({symbol})
    )


def at_least(symbol: sympy.Symbol, least: int) -> Hypothesis:
    """``symbol >= least`` for an integer; weakened, it may be one less."""
    instance = {symbol: sympy.Integer(least - 1)}
    return Hypothesis(
        f"{symbol} >= {least}", f"{symbol} >= {least - 1}", instance, frozenset({symbol})
    )


def distinct(first: sympy.Symbol, second: sympy.Symbol) -> Hypothesis:
    """``first != second``; weakened, they may be equal."""
    bounds = frozenset({first, second})
    return Hypothesis(
        f"{first} != {second}", f"{first} = {second} admitted", {second: first}, bounds
    )


def less(first: sympy.Symbol, second: sympy.Symbol) -> Hypothesis:
    """``first < second``; weakened, they may be equal."""
    bounds = frozenset({first, second})
    return Hypothesis(f"{first} < {second}", f"{first} <= {second}", {second: first}, bounds)


def assume(text: str, *, without: Mapping[Any, Any]) -> Hypothesis:
    """State a structural condition; `without` replaces nouns or node types to give it up."""
    return Hypothesis(text, f"not assuming that {text}", without)

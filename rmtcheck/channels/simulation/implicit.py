"""Roots of claimed equations of a Stieltjes transform, in floats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.laws import ImplicitLaw
from rmtcheck.vocabulary.quantities import Expectation

STEPS = 60
SETTLED = 1e-12


def root_near(
    law: ImplicitLaw,
    start: complex,
    z: complex,
    values: Mapping[sympy.Symbol, Any],
    weights: DiscreteMeasure,
) -> complex:
    """Return the root of a claimed equation to which Newton's method leads from a start.

    Parameters
    ----------
    law : ImplicitLaw
        The equation 1/s = F(z, s).
    start : complex
        A transform near which the root is looked for.
    z : complex
        The point.
    values : mapping
        Values of the other symbols.
    weights : DiscreteMeasure
        Law of the weights.

    Returns
    -------
    complex
        A root with positive imaginary part.

    Raises
    ------
    DomainError
        If none is found.
    """
    residual, slope = _functions(law, {**values, symbols.z: sympy.sympify(z)}, weights)
    s = start
    for _ in range(STEPS):
        try:
            step = residual(s) / slope(s)
        except (ArithmeticError, OverflowError):
            break
        s = s - step
        if abs(step) <= SETTLED * abs(s):
            break
    if not (s.imag > 0 and _is_root(residual, s)):
        raise DomainError(f"{law} has no root of positive imaginary part near {start:.5g}")
    return s


def _functions(
    law: ImplicitLaw, values: Mapping[sympy.Symbol, Any], weights: DiscreteMeasure
) -> tuple[Callable[[complex], complex], Callable[[complex], complex]]:
    """Return s F(z, s) - 1 and its derivative as functions of s."""
    pairs = list(zip(weights.atoms, weights.weights, strict=True))

    def mean(inside: sympy.Expr) -> sympy.Expr:
        return sympy.Add(*(float(m) * inside.subs(symbols.weight, float(x)) for x, m in pairs))

    here = law.reciprocal.replace(Expectation, mean).subs(values)
    residual = symbols.s * here - 1
    if residual.free_symbols - {symbols.s}:
        left = ", ".join(sorted(map(str, residual.free_symbols - {symbols.s})))
        raise DomainError(f"{law} is no equation of z and s: {left} is left over")
    both = (residual, sympy.diff(residual, symbols.s))
    found = [sympy.lambdify(symbols.s, side, modules="numpy") for side in both]
    return found[0], found[1]


def _is_root(residual: Callable[[complex], complex], s: complex) -> bool:
    try:
        return abs(residual(s)) <= 1e3 * SETTLED
    except (ArithmeticError, OverflowError):
        return False

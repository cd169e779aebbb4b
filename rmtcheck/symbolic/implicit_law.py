r"""Equations :math:`1/s=F(z,s)` held against the derived one.

Points of the true transform are found backwards: choose s with rational real and imaginary part
and discrete weights, and compute z from the derived equation, which is linear in it. If z and s lie
in the upper half plane, s is the transform at z, as the equation has one solution there. A claimed
equation that this exact pair violates belongs to another law.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy

from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.laws import ImplicitLaw
from rmtcheck.vocabulary.quantities import Expectation

_S, _Z, _WEIGHT = symbols.s, symbols.z, symbols.weight


@dataclass(frozen=True)
class Weights:
    """A discrete law of the weights.

    Parameters
    ----------
    masses, atoms : tuple of sympy.Rational
        Masses that add up to 1, and the weights.
    """

    masses: tuple[sympy.Rational, ...]
    atoms: tuple[sympy.Rational, ...]

    def mean(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression with every mean over the weight worked out."""
        return expr.replace(
            Expectation,
            lambda inside: sympy.Add(
                *(m * inside.subs(_WEIGHT, x) for m, x in zip(self.masses, self.atoms, strict=True))
            ),
        )

    def __str__(self) -> str:
        pairs = zip(self.masses, self.atoms, strict=True)
        return " + ".join(f"{m} delta_{x}" if m != 1 else f"delta_{x}" for m, x in pairs)


def compare_equations(derived: sympy.Expr, law: ImplicitLaw) -> ZeroTest:
    """Decide whether a law given by an equation is the one of the derived equation.

    Parameters
    ----------
    derived : sympy expression
        The right side of :math:`1/s=F(z,s)`, linear in z.
    law : ImplicitLaw
        The claimed equation.

    Returns
    -------
    ZeroTest
        Yes if both equations are the same for every law of the weights; no with weights and an
        exact point of the transform that violates the claimed one; unknown otherwise.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.symbolic.weighted_loop import weighted_equation
    >>> right = weighted_equation(symbols.gamma).result
    >>> compare_equations(right, ImplicitLaw(right)).answer
    <Answer.YES: 'yes'>
    >>> print(compare_equations(right, ImplicitLaw(-right)).witness)
    weights delta_1, gamma = 1/2: at z = 1/10 + 3*I/10 the transform is 1 + I, and 1/s = 1/2 - I/2\
 is claimed to be -1/2 + I/2
    """
    for weights, point in _transform(derived):
        right = sympy.S.One / point[_S]
        claimed = weights.mean(law.reciprocal).subs(point)
        if claimed.free_symbols - {_WEIGHT}:
            break
        if not claimed.is_finite or sympy.expand(right - claimed, complex=True) != 0:
            return ZeroTest(Answer.NO, _witness(weights, point, claimed))
    kernels = [_kernel(side) for side in (law.reciprocal, derived)]
    if None not in kernels and sympy.cancel(kernels[0] - kernels[1]) == 0:
        return ZeroTest(Answer.YES, "the same equation, for every law of the weights")
    return ZeroTest(Answer.UNKNOWN, "neither the same equation nor a point of difference was found")


def _transform(derived: sympy.Expr) -> Iterator[tuple[Weights, dict[sympy.Symbol, sympy.Expr]]]:
    """Yield weights with exact points of their transform."""
    names = sorted(derived.free_symbols - {_S, _Z, _WEIGHT}, key=str)
    for weights, s, ratio in product(_WEIGHTS, _VALUES, _RATIOS):
        here = {**dict.fromkeys(names, ratio), _S: s}
        z = sympy.expand((weights.mean(derived) + _Z).subs(here) - sympy.S.One / s, complex=True)
        if sympy.im(z) > 0:
            yield weights, {**here, _Z: z}


def _kernel(expr: sympy.Expr) -> Any:
    """Return the value for a constant weight, None where the mean does not enter linearly."""
    means = {node: sympy.Dummy() for node in expr.atoms(Expectation)}
    outside = expr.xreplace(means)
    if outside.has(_WEIGHT) or not outside.is_polynomial(*means.values()):
        return None
    if means and sympy.Poly(outside, *means.values()).total_degree() > 1:
        return None
    return expr.replace(Expectation, lambda inside: inside)


def _witness(weights: Weights, point: dict[sympy.Symbol, sympy.Expr], claimed: sympy.Expr) -> str:
    others = ", ".join(f"{name} = {v}" for name, v in point.items() if name not in (_S, _Z))
    place = f"weights {weights}, {others}" if others else f"weights {weights}"
    right, value = (sympy.expand(side, complex=True) for side in (sympy.S.One / point[_S], claimed))
    return (
        f"{place}: at z = {point[_Z]} the transform is {point[_S]}, and 1/s = {right} is claimed "
        f"to be {value}"
    )


def _weights(*pairs: tuple[sympy.Expr, int]) -> Weights:
    masses, atoms = zip(*pairs, strict=True)
    return Weights(tuple(map(sympy.Rational, masses)), tuple(map(sympy.Rational, atoms)))


_HALF, _THIRD = sympy.Rational(1, 2), sympy.Rational(1, 3)
_WEIGHTS = (
    _weights((sympy.S.One, 1)),
    _weights((_HALF, 1), (_HALF, 3)),
    _weights((_THIRD, -2), (2 * _THIRD, 1)),
)
_VALUES = tuple(
    sympy.Rational(*x) + sympy.I * sympy.Rational(*y)
    for x, y in (((1, 1), (1, 1)), ((-1, 2), (1, 3)), ((1, 3), (1, 4)), ((-1, 1), (1, 2)))
)
_RATIOS = (sympy.Rational(1, 2), sympy.Integer(2), sympy.Rational(1, 3))

r"""Stieltjes transforms of densities :math:`c\,x^k\sqrt{(b-x)(x-a)}`, exactly, by residues.

Let :math:`r(z)=\sqrt{(z-a)(z-b)}` be the branch on :math:`\mathbb C\setminus[a,b]` with
:math:`r(z)\sim z`; it has the boundary values :math:`\pm i\sqrt{(b-x)(x-a)}` on the interval and
:math:`r(0)=-\sqrt{ab}` for :math:`a\ge0`. The function

.. math:: c\pi\bigl[z^kr(z)-P_\infty(z)-P_0(z)\bigr],

with :math:`P_\infty` the polynomial part of :math:`z^kr(z)` at infinity and :math:`P_0` its
principal part at 0, has the jump of the Stieltjes transform across the interval, no other
singularity, and vanishes at infinity: by Liouville it is the transform. Its coefficient of
:math:`-1/z` is the mass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.vocabulary.laws import PrintedLaw

_POWERS = range(-3, 4)


@dataclass(frozen=True)
class RadicalDensity:
    r"""The density :math:`c\,x^k\sqrt{(b-x)(x-a)}` on :math:`[a,b]`.

    Parameters
    ----------
    c : sympy expression
        The constant.
    k : int
        The power, from -3 to 3; if negative, a >= 0.
    a, b : sympy expression
        The ends of the interval.
    """

    c: sympy.Expr
    k: int
    a: sympy.Expr
    b: sympy.Expr

    @property
    def quadratic(self) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr]:
        """Coefficients of (z - a)(z - b), from the highest."""
        return sympy.S.One, sympy.expand(-self.a - self.b), sympy.expand(self.a * self.b)

    def mass(self) -> sympy.Expr:
        """Return the total mass."""
        beyond = _root(self.quadratic, sympy.S.One, self.k + 3)[self.k + 2] if self.k >= -2 else 0
        below = self._at_zero()[-1 - self.k] if self.k < 0 else 0
        return sympy.cancel(-self.c * sympy.pi * (beyond - below))

    def rational_part(self, z: sympy.Expr) -> sympy.Expr:
        """Return the part of the transform that has no radical."""
        beyond = _root(self.quadratic, sympy.S.One, max(0, self.k + 2))
        infinity = (r * z ** (1 - j + self.k) for j, r in enumerate(beyond))
        zero = (r * z ** (j + self.k) for j, r in enumerate(self._at_zero()))
        return -self.c * sympy.pi * sympy.Add(*infinity, *zero)

    def radical_part(self, z: sympy.Expr) -> sympy.Expr:
        """Return the factor of the radical in the transform."""
        return self.c * sympy.pi * z**self.k

    def is_integrable(self) -> bool:
        """Whether the mass is finite at the lower end of the interval."""
        return self.k >= -1 or sympy.cancel(self.quadratic[2]) != 0

    def _at_zero(self) -> list[sympy.Expr]:
        """Return the coefficients of r at 0 up to the power -1 - k."""
        if self.k >= 0:
            return []
        return _root(self.quadratic[::-1], -sympy.sqrt(sympy.factor(self.quadratic[2])), -self.k)


def recognize(law: PrintedLaw) -> RadicalDensity | None:
    """Return the density of a printed law in the family, or None if it is of another kind.

    Parameters
    ----------
    law : PrintedLaw
        Its interval must end at the zeros of the radicand.

    Returns
    -------
    RadicalDensity or None
        None also where the interval cannot be shown to lie in the positive half line for k < 0.

    Notes
    -----
    Accuracy: exact.
    """
    x = law.variable
    constant, inside = sympy.factor_terms(law.density).as_independent(x, as_Add=False)
    radicand, rational = _split(sympy.Mul.make_args(inside))
    if radicand is None or not radicand.is_polynomial(x) or not rational.is_rational_function(x):
        return None
    scale = _monomial(constant * rational, x)
    polynomial = sympy.Poly(radicand, x)
    if scale is None or polynomial.degree() != 2:
        return None
    stretch = -polynomial.LC()
    target = stretch * (law.upper - x) * (x - law.lower)
    if not _is_nonnegative(stretch) or sympy.cancel(sympy.expand(radicand - target)) != 0:
        return None
    c, k = scale
    if k not in _POWERS or (k < 0 and not _is_nonnegative(law.lower)):
        return None
    found = RadicalDensity(sympy.cancel(c * sympy.sqrt(stretch)), k, law.lower, law.upper)
    return found if found.is_integrable() else None


def sign_of(expr: sympy.Expr) -> int | None:
    """Return 1 if an expression is proved to be >= 0, -1 if <= 0, None if neither is seen."""
    whole = sympy.factor(sympy.together(expr))
    if _is_nonnegative(whole):
        return 1
    return -1 if _is_nonnegative(-whole) else None


def _is_nonnegative(expr: sympy.Expr) -> bool:
    if expr.is_nonnegative:
        return True
    numerator, denominator = sympy.fraction(sympy.factor(sympy.together(expr)))
    parts = [sympy.expand(part) for part in (numerator, denominator)]
    both = (all(p.is_nonnegative for p in parts), all((-p).is_nonnegative for p in parts))
    return any(both)


def _split(factors: Iterable[sympy.Expr]) -> tuple[sympy.Expr | None, sympy.Expr]:
    """Return the product under square roots, and the product of the other factors."""
    half = sympy.Rational(1, 2)
    radicand, rational = sympy.S.One, sympy.S.One
    for factor in factors:
        base, exponent = factor.as_base_exp()
        if exponent == half:
            radicand *= base
        elif exponent.is_Integer:
            rational *= factor
        else:
            return None, rational
    return radicand, rational


def _monomial(expr: sympy.Expr, x: sympy.Symbol) -> tuple[sympy.Expr, int] | None:
    constant, power = sympy.factor(expr).as_independent(x, as_Add=False)
    base, exponent = power.as_base_exp()
    if power == 1:
        return constant, 0
    return (constant, int(exponent)) if base == x and exponent.is_Integer else None


def _root(coefficients: tuple[sympy.Expr, ...], first: sympy.Expr, length: int) -> list[sympy.Expr]:
    """Return coefficients of the square root of a quadratic, given the first one."""
    root: list[Any] = [first][:length]
    for j in range(1, length):
        known = sum(root[m] * root[j - m] for m in range(1, j))
        own = coefficients[j] if j < len(coefficients) else sympy.S.Zero
        root.append(sympy.cancel((own - known) / (2 * first)))
    return root

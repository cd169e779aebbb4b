r"""The polynomial that the transform of a generalised Marchenko-Pastur law satisfies.

For finitely many weights :math:`\lambda_k` of masses :math:`w_k` the equation of the transform,
multiplied out, is

.. math:: P(z,s)=(1+zs)\prod_k(1+\gamma\lambda_ks)
          -s\sum_kw_k\lambda_k\prod_{j\ne k}(1+\gamma\lambda_js)=0 .

P is of degree 1 in z, so it is irreducible exactly if its two coefficients have no common factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.stieltjes import S, moments_of
from rmtcheck.vocabulary import symbols

MOST_WEIGHTS = 12


@dataclass(frozen=True)
class SpectralCurve:
    r"""The algebraic curve :math:`P(z,s)=0` with the branch :math:`s\sim-1/z` of a transform.

    Parameters
    ----------
    polynomial : sympy expression
        P, irreducible and primitive over the integers, of degree 1 in z, positive at s = 0.
    z, s : sympy.Symbol
        The point and the transform.
    """

    polynomial: sympy.Expr
    z: sympy.Symbol
    s: sympy.Symbol

    def point(self) -> sympy.Expr:
        r"""Return z as a rational function of s, the inverse of the transform.

        Notes
        -----
        Accuracy: exact.
        """
        slope, constant = sympy.Poly(self.polynomial, self.z).all_coeffs()
        return -constant / slope

    def moments(self, order: int) -> list[Any]:
        r"""Return the moments 0 to ``order`` from :math:`s=-\sum_km_kz^{-k-1}`.

        Raises
        ------
        DomainError
            If the order is no non-negative integer.

        Notes
        -----
        Accuracy: exact.
        """
        _check_order(order, 0)
        scale = self.polynomial.subs(self.s, 0)
        return moments_of(self.polynomial / scale, self.z, self.s, order)

    def free_cumulants(self, order: int) -> list[Any]:
        r"""Return :math:`\kappa_1,\dots,\kappa_n` from :math:`R(G)=z(-G)-1/G=\sum\kappa_kG^{k-1}`.

        Raises
        ------
        DomainError
            If the order is no positive integer.

        Notes
        -----
        Accuracy: exact.
        """
        _check_order(order, 1)
        transform = sympy.cancel(self.point().subs(self.s, -self.s) - 1 / self.s)
        return _taylor(transform, self.s, order)

    def discriminant(self) -> sympy.Poly:
        r"""Return the discriminant of P in s, primitive over the integers, a polynomial in z.

        Its real roots contain every edge of the support, where two values of s meet; they may
        contain other points, where other branches meet.

        Notes
        -----
        Accuracy: exact.
        """
        found = sympy.discriminant(self.polynomial, self.s)
        return sympy.Poly(_primitive(found, self.z), self.z)

    def critical_polynomial(self) -> sympy.Poly:
        r"""Return the numerator of :math:`dz/ds`, primitive over the integers, a polynomial in s.

        A simple real root maps to an edge of the support, a double one to a point where two
        intervals touch; every edge arises so, but for an edge 0 where s is infinite.

        Notes
        -----
        Accuracy: exact.
        """
        slope = sympy.together(sympy.diff(self.point(), self.s))
        return sympy.Poly(_primitive(sympy.numer(sympy.cancel(slope)), self.s), self.s)

    def edges(self) -> list[sympy.Expr]:
        r"""Return the edges of the support, ascending, for a rational aspect ratio.

        The images of the simple real roots of :meth:`critical_polynomial`, and 0 if z vanishes like
        :math:`s^{-2}` where s is infinite, which needs that :math:`\gamma` is the mass of the
        weights other than 0.

        Raises
        ------
        DomainError
            If the aspect ratio is a symbol.

        Notes
        -----
        Accuracy: exact; algebraic numbers, in radicals or as roots of polynomials.
        """
        free = self.polynomial.free_symbols - {self.z, self.s}
        if free:
            raise DomainError(f"the curve depends on {free}; numbers are needed for its edges")
        roots = self.critical_polynomial().real_roots(multiple=False)
        images = [self.point().subs(self.s, root) for root, count in roots if count == 1]
        infinite = [sympy.S.Zero] if self._order_at_infinity() == 2 else []
        return sorted([*images, *infinite], key=lambda edge: edge.evalf(30))

    def _order_at_infinity(self) -> int:
        """Return the power of 1/s that z is of where s is infinite."""
        top, bottom = sympy.fraction(sympy.cancel(self.point()))
        return int(sympy.degree(bottom, self.s) - sympy.degree(top, self.s))


def spectral_curve(
    atoms: Sequence[Any],
    weights: Sequence[Any],
    gamma: Any = symbols.gamma,
    z: sympy.Symbol = symbols.z,
    s: sympy.Symbol = S,
) -> SpectralCurve:
    r"""Return the polynomial of the law of :math:`\frac1NX\Lambda X^\top`, entries of variance 1.

    Parameters
    ----------
    atoms, weights : sequences of at most 12 rational numbers
        Weights of either sign and their masses, which are positive and sum to 1. Equal weights are
        merged; the weight 0 may occur.
    gamma : positive rational number or symbol, default gamma
        The limit of d/N.
    z, s : sympy.Symbol
        Names of the point and of the transform.

    Returns
    -------
    SpectralCurve

    Raises
    ------
    DomainError
        If a number is not exact and rational, or the weights are no probability or only 0, or gamma
        is not positive.

    Notes
    -----
    Accuracy: exact.

    References
    ----------
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192, equation (1.4); Rao and Edelman,
    Found. Comput. Math. 8 (2008), 649-702, for laws given by a polynomial.

    Examples
    --------
    >>> spectral_curve([1], [1]).polynomial
    gamma*s**2*z + gamma*s + s*z - s + 1
    """
    pairs = _population(atoms, weights)
    ratio = _ratio(gamma)
    factors = {atom: 1 + ratio * atom * s for atom, _ in pairs}
    whole = sympy.Mul(*factors.values())
    sums = sympy.Add(
        *(
            mass * atom * sympy.Mul(*(f for a, f in factors.items() if a != atom))
            for atom, mass in pairs
        )
    )
    return SpectralCurve(_branch_factor((1 + z * s) * whole - s * sums, z, s), z, s)


def _branch_factor(expression: sympy.Expr, z: sympy.Symbol, s: sympy.Symbol) -> sympy.Expr:
    """Return the factor that depends on z, without the common factor of its coefficients."""
    names = sorted(expression.free_symbols - {z}, key=str)
    slope, constant = sympy.Poly(sympy.expand(expression), z).all_coeffs()
    common = sympy.gcd(sympy.Poly(slope, *names), sympy.Poly(constant, *names)).as_expr()
    factor = _primitive(sympy.cancel(expression / common), z, s)
    return -factor if factor.subs(s, 0).could_extract_minus_sign() else factor


def _primitive(expression: sympy.Expr, *names: sympy.Symbol) -> sympy.Expr:
    """Return the primitive part over the integers, in all symbols."""
    everything = sorted(expression.free_symbols | set(names), key=str)
    cleared = sympy.Poly(sympy.expand(expression), *everything).clear_denoms(convert=True)[1]
    return cleared.primitive()[1].as_expr()


def _population(
    atoms: Sequence[Any], weights: Sequence[Any]
) -> list[tuple[sympy.Rational, sympy.Rational]]:
    if len(atoms) != len(weights):
        raise DomainError(
            f"atoms and weights have lengths {len(atoms)} and {len(weights)}; equal ones are needed"
        )
    merged: dict[sympy.Rational, sympy.Rational] = {}
    for atom, weight in zip(atoms, weights, strict=True):
        place, mass = _rational("an atom", atom), _rational("a weight", weight)
        if mass <= 0:
            raise DomainError(f"a weight is {weight}; positive ones are needed")
        merged[place] = merged.get(place, sympy.S.Zero) + mass
    if sum(merged.values()) != 1:
        raise DomainError(f"the weights sum to {sum(merged.values())}; the sum 1 is needed")
    acting = sorted((a, w) for a, w in merged.items() if a)
    if not 0 < len(acting) <= MOST_WEIGHTS:
        raise DomainError(
            f"the population has {len(acting)} weights other than 0; "
            f"1 to {MOST_WEIGHTS} are accepted"
        )
    return acting


def _rational(name: str, value: Any) -> sympy.Rational:
    try:
        number = None if isinstance(value, float | bool) else sympy.sympify(value, strict=True)
    except (sympy.SympifyError, TypeError):
        number = None
    if not isinstance(number, sympy.Rational):
        raise DomainError(f"{name} is {value!r}; an exact rational number is needed")
    return number


def _ratio(gamma: Any) -> sympy.Expr:
    if isinstance(gamma, sympy.Symbol):
        return gamma
    number = _rational("gamma", gamma)
    if number <= 0:
        raise DomainError(f"gamma is {gamma}; a positive number or a symbol is needed")
    return number


def _taylor(expression: sympy.Expr, name: sympy.Symbol, count: int) -> list[Any]:
    """Return the first Taylor coefficients at 0 of a rational function, by long division."""
    top, bottom = (sympy.Poly(part, name) for part in sympy.fraction(sympy.cancel(expression)))
    upper, lower = top.all_coeffs()[::-1], bottom.all_coeffs()[::-1]
    found: list[Any] = []
    for k in range(count):
        known = sum(lower[j] * found[k - j] for j in range(1, min(k, len(lower) - 1) + 1))
        value = (upper[k] if k < len(upper) else 0) - known
        found.append(sympy.cancel(value / lower[0]))
    return found


def _check_order(order: int, least: int) -> None:
    if not isinstance(order, int) or isinstance(order, bool) or order < least:
        raise DomainError(f"order is {order!r}; an integer of at least {least} is needed")

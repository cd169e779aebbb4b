r"""The field :math:`\mathbb Q(e,\pi,x_1,\dots,x_n)`: exact arithmetic with a decided zero and sign.

The symbols are independent variables that range over their house domains: symbols assumed
positive are positive, positive integers are at least 1, and the number of classes at least 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy
from sympy.polys.domains import ZZ
from sympy.polys.fields import FracField

from rmtcheck.symbolic.constants import constant_sign
from rmtcheck.vocabulary.symbols import C

Element = Any
"""An element of the field: a reduced fraction of integer polynomials."""


class NotRational(Exception):  # noqa: N818 - an answer inside the engine, not a failure of the user
    """The expression is not a rational function of the generators."""


class ExactField:
    r"""The rational functions of e, pi and some symbols.

    Parameters
    ----------
    symbols : iterable of sympy symbols
        The independent variables.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> field = ExactField([gamma])
    >>> field.sign(field.element((sympy.E - 2) * gamma + 1))
    1
    """

    def __init__(self, symbols: Iterable[sympy.Symbol]) -> None:
        self.symbols = tuple(sorted(set(symbols), key=lambda s: (s.name, str(s.sort_key()))))
        self._stand_ins = (sympy.Dummy("e"), sympy.Dummy("pi"))
        self._field = FracField((*self._stand_ins, *self.symbols), ZZ)
        named = (sympy.E, sympy.pi, *self.symbols)
        self._generators = dict(zip(named, self._field.gens, strict=True))
        self.zero, self.one = self._field.zero, self._field.one

    def element(self, expr: sympy.Expr) -> Element:
        """Return the element that a rational expression stands for.

        Raises
        ------
        NotRational
            If the expression contains anything but the generators and rational operations.
        """
        if expr in self._generators:
            return self._generators[expr]
        if expr.is_Rational:
            return self._field.from_expr(expr)
        if expr.is_Add:
            return sum(map(self.element, expr.args), self.zero)
        if expr.is_Mul:
            return sympy.prod(map(self.element, expr.args), start=self.one)
        base, exponent = expr.as_base_exp()
        if exponent.is_Integer and base != expr:
            return self.element(base) ** int(exponent)
        raise NotRational(str(expr))

    def expr(self, element: Element) -> sympy.Expr:
        """Return the element as an expression, factored."""
        names = dict(zip(self._stand_ins, (sympy.E, sympy.pi), strict=True))
        return sympy.factor(element.as_expr()).xreplace(names)

    def polynomial(self, numerator: Any) -> Element:
        """Return a polynomial of the ring, or an integer, as an element."""
        return self._field(numerator)

    def factors(self, element: Element) -> list[tuple[Any, int]]:
        """Return irreducible integer polynomials and primes with exponents; the sign is dropped."""
        found: list[tuple[Any, int]] = []
        for polynomial, side in ((element.numer, 1), (element.denom, -1)):
            content, parts = polynomial.factor_list()
            found += [
                (self._field.ring(p), side * k)
                for p, k in sympy.factorint(abs(int(content))).items()
            ]
            found += [(part, side * k) for part, k in parts]
        return found

    def is_nonzero(self, element: Element) -> bool:
        """Return whether the element is proved to be a function that is not identically zero."""
        groups = self._by_monomial(element.numer).values()
        return any(constant_sign(group) for group in groups)

    def mixes_constants(self, elements: Iterable[Element]) -> bool:
        """Return whether both e and pi occur, whose independence is not known."""
        monomials = [m for x in elements for side in (x.numer, x.denom) for m in side.monoms()]
        return any(m[0] for m in monomials) and any(m[1] for m in monomials)

    def sign(self, element: Element) -> int | None:
        """Return the sign on the whole domain of the symbols, None if not established."""
        if not element:
            return 0
        signs = [self._polynomial_sign(side) for side in (element.numer, element.denom)]
        return None if None in signs else signs[0] * signs[1]  # type: ignore[operator]

    def _polynomial_sign(self, polynomial: Any) -> int | None:
        """Return the common sign of all coefficients after the domains were moved to start at 0."""
        shifted = polynomial
        for generator, symbol in zip(self._field.ring.gens[2:], self.symbols, strict=True):
            shifted = shifted.compose(generator, generator + _lower_bound(symbol))
        groups = self._by_monomial(shifted)
        signs = {constant_sign(group) for group in groups.values()} - {0}
        if len(signs) != 1 or not all(map(self._is_nonnegative, groups)):
            return None
        return signs.pop() if any(map(self._is_positive, groups)) else None

    def _by_monomial(self, polynomial: Any) -> dict[tuple[int, ...], dict[tuple[int, int], int]]:
        """Return the coefficient of each monomial in the symbols, a polynomial in e and pi."""
        groups: dict[tuple[int, ...], dict[tuple[int, int], int]] = {}
        for monomial, coefficient in polynomial.terms():
            groups.setdefault(monomial[2:], {})[monomial[:2]] = int(coefficient)
        return groups

    def _is_nonnegative(self, monomial: tuple[int, ...]) -> bool:
        pairs = zip(self.symbols, monomial, strict=True)
        return all(k == 0 or s.is_nonnegative or (s.is_real and k % 2 == 0) for s, k in pairs)

    def _is_positive(self, monomial: tuple[int, ...]) -> bool:
        pairs = zip(self.symbols, monomial, strict=True)
        return all(k == 0 or (s.is_positive and not _lower_bound(s)) for s, k in pairs)


def _lower_bound(symbol: sympy.Symbol) -> int:
    """Return the least value of a counting symbol, and 0 for any other."""
    if symbol == C:
        return 2
    return 1 if symbol.is_integer and symbol.is_positive else 0

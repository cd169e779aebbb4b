r"""The field :math:`\mathbb Q(e,\pi,x_1,\dots,x_n)`: exact arithmetic with a decided zero and sign.

The symbols are independent variables that range over their house domains: symbols assumed
positive are positive, positive integers are at least 1, and the number of classes at least 2.

One exponential :math:`e^v` may join them, v a polynomial in the symbols that is not constant. It is
transcendental over :math:`\mathbb C(x_1,\dots,x_n)`, so zero is decided as if :math:`e^v` were one
more variable; a sign that holds for every value of that variable above its least one holds for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy
from sympy.polys.domains import ZZ
from sympy.polys.fields import FracField

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.constants import constant_sign
from rmtcheck.vocabulary.symbols import C

_POWER = sympy.Dummy("q", positive=True)
"""The stand-in of :math:`e^v` for v > 0, which ranges over the numbers above 1."""

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
    exponent : sympy expression, optional
        The polynomial v, positive and not constant, whose exponential joins the field.

    Raises
    ------
    DomainError
        If the exponent is not such a polynomial.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma, tau
    >>> field = ExactField([gamma])
    >>> field.sign(field.element((sympy.E - 2) * gamma + 1))
    1
    >>> field = ExactField([gamma, tau], exponent=tau**2)
    >>> field.sign(field.element(gamma * sympy.exp(2 * tau**2) - gamma))
    1
    """

    def __init__(self, symbols: Iterable[sympy.Symbol], exponent: sympy.Expr | None = None) -> None:
        self.exponent = exponent
        self._variables = tuple(sorted(set(symbols), key=lambda s: (s.name, str(s.sort_key()))))
        named = [sympy.E, sympy.pi, *self._variables]
        self._stand_ins = [sympy.Dummy("e"), sympy.Dummy("pi")]
        if exponent is not None:
            _require_polynomial(exponent, self._variables)
            self._variables = (_POWER, *self._variables)
            named.insert(2, sympy.exp(exponent))
        self._field = FracField((*self._stand_ins, *self._variables), ZZ)
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
        if base == sympy.E:
            return self._exponential(exponent)
        raise NotRational(str(expr))

    def _exponential(self, argument: sympy.Expr) -> Element:
        """Return the element of an exponential, term by term where that is needed."""
        multiple = sympy.cancel(argument / self.exponent) if self.exponent else argument
        if self.exponent and multiple.is_Integer:
            return self._generators[sympy.exp(self.exponent)] ** int(multiple)
        if argument.is_Add:
            return sympy.prod((self.element(sympy.exp(a)) for a in argument.args), start=self.one)
        raise NotRational(str(sympy.exp(argument)))

    def expr(self, element: Element) -> sympy.Expr:
        """Return the element as an expression, factored."""
        names = dict(zip(self._field.symbols, self._generators, strict=True))
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
        for generator, symbol in zip(self._field.ring.gens[2:], self._variables, strict=True):
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
        pairs = zip(self._variables, monomial, strict=True)
        return all(k == 0 or s.is_nonnegative or (s.is_real and k % 2 == 0) for s, k in pairs)

    def _is_positive(self, monomial: tuple[int, ...]) -> bool:
        pairs = zip(self._variables, monomial, strict=True)
        return all(k == 0 or (s.is_positive and not s.is_integer) for s, k in pairs)


def _lower_bound(symbol: sympy.Symbol) -> int:
    """Return the least value of a counting symbol, the infimum 1 of e^v, and 0 for any other."""
    if symbol == C:
        return 2
    return 1 if symbol == _POWER or (symbol.is_integer and symbol.is_positive) else 0


def _require_polynomial(exponent: sympy.Expr, symbols: tuple[sympy.Symbol, ...]) -> None:
    own = exponent.free_symbols
    if not (own and own <= set(symbols) and exponent.is_polynomial(*own) and exponent.is_positive):
        raise DomainError(
            f"the exponent is {exponent}; accepted are positive polynomials in {symbols}"
        )

"""Exact polynomials in named variables, with rational coefficients."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from rmtcheck.replay.interval import UNIT, ZERO, Interval

Monomial = tuple[tuple[str, int], ...]


class Polynomial:
    """A finite sum of rational multiples of monomials; equal sums have equal terms.

    Parameters
    ----------
    terms : mapping of Monomial to Fraction
        Coefficients by monomial, a sorted tuple of (variable, positive power).

    Examples
    --------
    >>> x, y = variables("x y")
    >>> ((x + y) ** 2 - x**2).coefficient("y", 1) == 2 * x
    True
    """

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Monomial, Fraction]) -> None:
        self.terms = {m: c for m, c in terms.items() if c}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial | int | Fraction) and self.terms == lift(other).terms

    def __add__(self, other: Scalar) -> Polynomial:
        terms = dict(self.terms)
        for monomial, c in lift(other).terms.items():
            terms[monomial] = terms.get(monomial, Fraction(0)) + c
        return Polynomial(terms)

    def __mul__(self, other: Scalar) -> Polynomial:
        terms: dict[Monomial, Fraction] = {}
        for m, c in self.terms.items():
            for n, d in lift(other).terms.items():
                product = _merge(m, n)
                terms[product] = terms.get(product, Fraction(0)) + c * d
        return Polynomial(terms)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Polynomial:
        return self * -1

    def __sub__(self, other: Scalar) -> Polynomial:
        return self + lift(other) * -1

    def __rsub__(self, other: Scalar) -> Polynomial:
        return lift(other) - self

    def __pow__(self, n: int) -> Polynomial:
        result = lift(1)
        for _ in range(n):
            result = result * self
        return result

    def degree(self, variable: str) -> int:
        """Return the highest power of a variable."""
        return max((dict(m).get(variable, 0) for m in self.terms), default=0)

    def coefficient(self, variable: str, power: int) -> Polynomial:
        """Return the polynomial in the other variables that multiplies a power of one."""
        return Polynomial(
            {
                tuple(factor for factor in m if factor[0] != variable): c
                for m, c in self.terms.items()
                if dict(m).get(variable, 0) == power
            }
        )

    def coefficients(self, variable: str) -> list[Polynomial]:
        """Return the coefficients of the powers 0, 1, ... of a variable."""
        return [self.coefficient(variable, n) for n in range(self.degree(variable) + 1)]

    def collect(self, variable: str) -> dict[Monomial, Polynomial]:
        """Return the polynomials in one variable that multiply the monomials in the others."""
        parts: dict[Monomial, dict[Monomial, Fraction]] = {}
        for m, c in self.terms.items():
            own = tuple(factor for factor in m if factor[0] == variable)
            others = tuple(factor for factor in m if factor[0] != variable)
            parts.setdefault(others, {})[own] = c
        return {others: Polynomial(terms) for others, terms in parts.items()}

    def substitute(self, values: Mapping[str, Polynomial]) -> Polynomial:
        """Replace variables by polynomials."""
        total = lift(0)
        for monomial, c in self.terms.items():
            product = lift(c)
            for name, power in monomial:
                factor = values[name] if name in values else variables(name)[0]
                product = product * factor**power
            total = total + product
        return total

    def enclose(self, values: Mapping[str, Interval]) -> Interval:
        """Enclose the values on a box, term by term."""
        total = ZERO
        for monomial, c in self.terms.items():
            total += enclose_monomial(monomial, values) * c.numerator / c.denominator
        return total


Scalar = Polynomial | Fraction | int


def lift(value: Scalar) -> Polynomial:
    """Return a constant as a polynomial."""
    return value if isinstance(value, Polynomial) else Polynomial({(): Fraction(value)})


def variables(names: str) -> tuple[Polynomial, ...]:
    """Return one polynomial for each name."""
    return tuple(Polynomial({((name, 1),): Fraction(1)}) for name in names.split())


def enclose_monomial(monomial: Monomial, values: Mapping[str, Interval]) -> Interval:
    """Enclose the values of a monomial on a box."""
    product = UNIT
    for name, power in monomial:
        product = product * values[name] ** power
    return product


def _merge(m: Monomial, n: Monomial) -> Monomial:
    powers = dict(m)
    for name, power in n:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted(powers.items()))


def read(text: str) -> Polynomial:
    """Read a formula with sums, products without a sign, powers and brackets.

    Examples
    --------
    >>> e, gamma = variables("e gamma")
    >>> read("2 + (3 e - e^2) gamma") == 2 + (3 * e - e**2) * gamma
    True
    """
    tokens = re.findall(r"[a-z]+|[0-9]+|[-+^()]", text)
    return _sum(tokens[::-1])


def _sum(rest: list[str]) -> Polynomial:
    total = _product(rest)
    while rest and rest[-1] in "+-":
        sign = 1 if rest.pop() == "+" else -1
        total = total + _product(rest) * sign
    return total


def _product(rest: list[str]) -> Polynomial:
    result = lift(1)
    while rest and rest[-1] not in "+-)":
        result = result * _power(rest)
    return result


def _power(rest: list[str]) -> Polynomial:
    base = _atom(rest)
    if rest and rest[-1] == "^":
        rest.pop()
        return base ** int(rest.pop())
    return base


def _atom(rest: list[str]) -> Polynomial:
    token = rest.pop()
    if token == "(":
        inside = _sum(rest)
        rest.pop()
        return inside
    return lift(int(token)) if token.isdigit() else variables(token)[0]

r"""Finite sums of real radicals with coefficients in an exact field, with a decided zero.

A radical is :math:`\prod_k f_k^{q_k}`, :math:`0<q_k<1`, with distinct irreducible :math:`f_k>0`.
Distinct radicals have ratios outside the field, which is factorial, so by the theorem of Mordell
and Siegel on positive radicals over a real field they are linearly independent: a sum is zero only
if it is empty.

References: L. J. Mordell, On the linear independence of algebraic numbers, Pacific J. Math. 3
(1953); C. L. Siegel, Algebraische Abhaengigkeit von Wurzeln, Acta Arith. 21 (1972).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from rmtcheck.symbolic.field import Element, ExactField

Radical = frozenset[tuple[Any, Fraction]]
_ONE: Radical = frozenset()


class NoClosedPower(Exception):  # noqa: N818 - an answer inside the engine
    """The power is not a sum of real radicals, or its sign could not be established."""


@dataclass(frozen=True)
class Surd:
    r"""The sum :math:`\sum_R c_R\,R` over radicals, with non-zero :math:`c_R` in the field.

    Parameters
    ----------
    field : ExactField
        The field of the coefficients.
    terms : mapping from radical to element
        The non-zero coefficients.
    """

    field: ExactField
    terms: Mapping[Radical, Element]

    @classmethod
    def of(cls, field: ExactField, element: Element) -> Surd:
        """Return a field element as a sum of radicals."""
        return cls(field, {_ONE: element} if element else {})

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __add__(self, other: Surd) -> Surd:
        terms = dict(self.terms)
        for radical, coefficient in other.terms.items():
            terms[radical] = terms.get(radical, self.field.zero) + coefficient
        return Surd(self.field, {r: c for r, c in terms.items() if c})

    def __mul__(self, other: Surd) -> Surd:
        total = Surd(self.field, {})
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                radical, carry = _product(self.field, left, right)
                total += Surd(self.field, {radical: a * b * carry})
        return total

    def power(self, exponent: Fraction) -> Surd:
        r"""Return the real power, positive for a positive base.

        Raises
        ------
        NoClosedPower
            For sums of several radicals, unproved non-zero bases and unproved signs.
        """
        if len(self.terms) != 1:
            raise NoClosedPower(str(self.as_expr()))
        ((radical, coefficient),) = self.terms.items()
        if not self.field.is_nonzero(coefficient):
            raise NoClosedPower(str(self.as_expr()))
        powers = {f: q * exponent for f, q in radical}
        if exponent.denominator == 1:
            return _assemble(self.field, powers) * Surd.of(self.field, coefficient ** int(exponent))
        if self.field.sign(coefficient) != 1:
            raise NoClosedPower(str(self.as_expr()))
        for factor, multiplicity in self.field.factors(coefficient):
            base = self._positive(factor)
            powers[base] = powers.get(base, Fraction(0)) + multiplicity * exponent
        return _assemble(self.field, powers)

    def sign(self) -> int | None:
        """Return the common sign of all terms on the whole domain, or None."""
        signs = {self.field.sign(c) for c in self.terms.values()} or {0}
        return signs.pop() if len(signs) == 1 else None

    def is_nonzero(self) -> bool:
        """Return whether the sum is proved not to vanish identically."""
        factors = (self.field.polynomial(f) for radical in self.terms for f, _ in radical)
        if len(self.terms) > 1 and self.field.mixes_constants([*self.terms.values(), *factors]):
            return self.sign() in (-1, 1)
        return any(map(self.field.is_nonzero, self.terms.values()))

    def as_expr(self) -> sympy.Expr:
        """Return the sum as an expression."""
        return sympy.Add(*(self.field.expr(c) * self._radical(r) for r, c in self.terms.items()))

    def _radical(self, radical: Radical) -> sympy.Expr:
        parts = ((self.field.expr(self.field.polynomial(f)), q) for f, q in radical)
        return sympy.Mul(*(f ** sympy.Rational(q.numerator, q.denominator) for f, q in parts))

    def _positive(self, factor: Any) -> Any:
        sign = self.field.sign(self.field.polynomial(factor))
        if sign is None:
            raise NoClosedPower(str(factor))
        return factor * sign


def _product(field: ExactField, left: Radical, right: Radical) -> tuple[Radical, Element]:
    """Return the radical of a product and the field element that whole powers leave behind."""
    powers = dict(left)
    for factor, exponent in right:
        powers[factor] = powers.get(factor, Fraction(0)) + exponent
    return _split(field, powers)


def _assemble(field: ExactField, powers: Mapping[Any, Fraction]) -> Surd:
    radical, carry = _split(field, powers)
    return Surd(field, {radical: carry})


def _split(field: ExactField, powers: Mapping[Any, Fraction]) -> tuple[Radical, Element]:
    carry = field.one
    for factor, exponent in powers.items():
        carry *= field.polynomial(factor) ** (exponent.numerator // exponent.denominator)
    fractional = {f: q % 1 for f, q in powers.items()}
    return frozenset((f, q) for f, q in fractional.items() if q), carry

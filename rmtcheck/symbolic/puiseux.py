r"""Truncated Puiseux series in :math:`h=1/C` with exact coefficients.

A series is :math:`\sum_k c_kh^{v_k}+O(h^w)` with rational :math:`v_k<w`; :math:`w=\infty` marks a
finite exact sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.field import ExactField
from rmtcheck.symbolic.surds import Surd


class NeedsMoreTerms(Exception):  # noqa: N818 - an answer inside the engine
    """Every known term has canceled, so the leading term is still unknown."""


@dataclass(frozen=True)
class Puiseux:
    r"""A truncated series in powers of :math:`h=1/C`.

    Parameters
    ----------
    field : ExactField
        The field of the coefficients.
    terms : mapping from Fraction to Surd
        The non-zero coefficients, by power of h; every power is below ``error``.
    error : Fraction or math.inf
        The power :math:`w` of the remainder :math:`O(h^w)`.
    """

    field: ExactField
    terms: Mapping[Fraction, Surd]
    error: Fraction | float = math.inf

    @classmethod
    def monomial(cls, coefficient: Surd, power: Fraction) -> Puiseux:
        """Return the exact series with one term."""
        return cls(coefficient.field, {power: coefficient} if coefficient else {})

    @property
    def leading(self) -> Fraction:
        """Return the least power with a known non-zero coefficient.

        Raises
        ------
        NeedsMoreTerms
            If no non-zero coefficient is known.
        """
        if not self.terms:
            raise NeedsMoreTerms
        return min(self.terms)

    @property
    def is_exact_zero(self) -> bool:
        """Whether the series is zero, not merely small."""
        return not self.terms and self.error == math.inf

    def __add__(self, other: Puiseux) -> Puiseux:
        terms = dict(self.terms)
        for power, coefficient in other.terms.items():
            terms[power] = terms[power] + coefficient if power in terms else coefficient
        return _truncated(self.field, terms, min(self.error, other.error))

    def __mul__(self, other: Puiseux) -> Puiseux:
        if self.is_exact_zero or other.is_exact_zero:
            return Puiseux(self.field, {})
        error = min(self.error + other._start, other.error + self._start)
        terms: dict[Fraction, Surd] = {}
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                if (power := left + right) < error:
                    terms[power] = terms[power] + a * b if power in terms else a * b
        return _truncated(self.field, terms, error)

    def power(self, exponent: Fraction, length: int) -> Puiseux:
        r"""Return the real power, expanded to relative order :math:`h^{\text{length}}`.

        Raises
        ------
        NeedsMoreTerms, NoClosedPower
            If the leading coefficient is unknown, or its power is no radical.
        DomainError
            If zero is divided by.
        """
        if exponent >= 0 and exponent.denominator == 1:
            return _repeated(self, int(exponent))
        if self.is_exact_zero and exponent < 0:
            raise DomainError("the expression divides by an expression that is identically zero")
        if self.is_exact_zero:
            return self
        start = self.leading
        head = Puiseux.monomial(self.terms[start].power(exponent), start * exponent)
        inverse = Puiseux.monomial(self.terms[start].power(Fraction(-1)), -start)
        return head * _binomial(self * inverse, exponent, length)

    @property
    def _start(self) -> Fraction | float:
        return min(self.terms, default=self.error)


def _truncated(
    field: ExactField, terms: Mapping[Fraction, Surd], error: Fraction | float
) -> Puiseux:
    return Puiseux(field, {v: c for v, c in terms.items() if c and v < error}, error)


def _repeated(base: Puiseux, exponent: int) -> Puiseux:
    result = Puiseux.monomial(Surd.of(base.field, base.field.one), Fraction(0))
    while exponent:  # square and multiply
        result, base, exponent = (result * base if exponent % 2 else result), base, exponent // 2
        base = base * base if exponent else base
    return result


def _binomial(unit: Puiseux, exponent: Fraction, length: int) -> Puiseux:
    r"""Return :math:`(1+\delta)^q=\sum_k\binom qk\delta^k` for ``unit`` :math:`=1+\delta`."""
    delta = Puiseux(unit.field, {v: c for v, c in unit.terms.items() if v}, unit.error)
    one = Puiseux.monomial(Surd.of(unit.field, unit.field.one), Fraction(0))
    if delta.is_exact_zero:
        return one
    result = one + Puiseux(unit.field, {}, min(Fraction(length), delta.error))
    term, binomial = one, Fraction(1)
    k = 0
    while delta._start * (k + 1) < result.error:
        binomial *= (exponent - k) / (k + 1)
        k += 1
        term = _truncated(unit.field, (term * delta).terms, result.error)
        result += term * _rational(unit.field, binomial)
    return Puiseux(result.field, result.terms, min(Fraction(length), delta.error))


def _rational(field: ExactField, value: Fraction) -> Puiseux:
    element = field.polynomial(value.numerator) / field.polynomial(value.denominator)
    return Puiseux.monomial(Surd.of(field, element), Fraction(0))

"""Gaussian rationals with a derivative: exact values of rational formulas and of their slopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.symbolic.field import NotRational


@dataclass(frozen=True)
class Jet:
    """A Gaussian rational and its derivative, None where that was not followed.

    Parameters
    ----------
    value, slope : elements of QQ_I
        The number and its derivative.
    """

    value: Any
    slope: Any

    @classmethod
    def constant(cls, number: sympy.Expr) -> Jet:
        """Return a constant.

        Raises
        ------
        NotRational
            If it is no Gaussian rational.

        Examples
        --------
        >>> sympy.QQ_I.to_sympy(Jet.constant(sympy.I).power(2).value)
        -1
        """
        try:
            return cls(sympy.QQ_I.from_sympy(number), sympy.QQ_I.zero)
        except sympy.CoercionFailed:
            raise NotRational(f"{number} is no Gaussian rational") from None

    def plus(self, other: Jet) -> Jet:
        """Return the sum."""
        return Jet(self.value + other.value, self._joined(other, 1, 1))

    def times(self, other: Jet) -> Jet:
        """Return the product."""
        return Jet(self.value * other.value, self._joined(other, other.value, self.value))

    def power(self, exponent: int) -> Jet:
        """Return an integer power.

        Raises
        ------
        ZeroDivisionError
            If 0 is divided by.
        """
        base = self if exponent > 0 else self._inverse()
        found = Jet.constant(sympy.S.One)
        for _ in range(abs(exponent)):
            found = found.times(base)
        return found

    def _inverse(self) -> Jet:
        inverse = sympy.QQ_I.one / self.value
        return Jet(inverse, None if self.slope is None else -self.slope * inverse * inverse)

    def _joined(self, other: Jet, mine: Any, theirs: Any) -> Any:
        if self.slope is None or other.slope is None:
            return None
        return self.slope * mine + other.slope * theirs

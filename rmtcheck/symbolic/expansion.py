"""What an expansion for a large number of classes is: terms, remainder, and how it was obtained."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Step
from rmtcheck.vocabulary.symbols import C


@dataclass(frozen=True)
class Expansion:
    r"""The expansion :math:`\sum_kc_kC^{v_k}+O(C^w)`, descending powers.

    Parameters
    ----------
    terms : tuple of (sympy expression, sympy.Rational)
        Coefficients :math:`c_k\ne0` and exponents :math:`v_k` of the variable, in descending order.
    remainder : sympy.Rational or -oo
        The exponent :math:`w`; -oo for an exact finite sum.
    variable : sympy.Symbol
        The variable that tends to infinity.
    steps : tuple of Step
        How it was obtained: the expansion of every moment, then the result.
    """

    terms: tuple[tuple[sympy.Expr, sympy.Expr], ...]
    remainder: sympy.Expr
    variable: sympy.Symbol = C
    steps: tuple[Step, ...] = field(default=(), compare=False)

    def coefficient(self, exponent: sympy.Expr | int) -> sympy.Expr:
        """Return the coefficient of a power of the variable.

        Raises
        ------
        DomainError
            If the power is not above the remainder.
        """
        wanted = sympy.sympify(exponent)
        if wanted <= self.remainder:
            raise DomainError(
                f"exponent is {wanted}; accepted are exponents above {self.remainder}"
            )
        return {power: c for c, power in self.terms}.get(wanted, sympy.S.Zero)

    def as_expr(self) -> sympy.Expr:
        """Return the sum of the known terms."""
        return sympy.Add(*(c * self.variable**power for c, power in self.terms))

    def __str__(self) -> str:
        parts = [f"({c})*{self.variable}**({power})" for c, power in self.terms]
        return " + ".join([*parts, *self._big_o("{0}**({1})")]) or "0"

    def latex(self) -> str:
        """Return the expansion in LaTeX."""
        variable = sympy.latex(self.variable)
        parts = [_latex_term(c, variable, power) for c, power in self.terms]
        return " + ".join([*parts, *self._big_o("{0}^{{{1}}}")]) or "0"

    def _big_o(self, pattern: str) -> list[str]:
        if self.remainder == -sympy.oo:
            return []
        return [f"O({pattern.format(sympy.latex(self.variable), self.remainder)})"]


def _latex_term(coefficient: sympy.Expr, variable: str, power: sympy.Expr) -> str:
    body = rf"\left({sympy.latex(coefficient)}\right)"
    return body if power == 0 else rf"{body} {variable}^{{{sympy.latex(power)}}}"

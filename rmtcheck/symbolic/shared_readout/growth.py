r"""How quantities grow: leading terms :math:`c\,C^v`, multiplied, raised to powers and added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer, is_zero
from rmtcheck.vocabulary.symbols import C, d


@dataclass(frozen=True)
class Growth:
    r"""A quantity that is asymptotically :math:`d^\delta C^vc`.

    Parameters
    ----------
    coefficient : sympy expression
        The number c; 0 for a quantity that is identically 0, ``oo`` where the quantity is
        larger than the power.
    exponent : sympy.Rational
        The exponent v of the classes.
    dimension : sympy.Rational
        The exponent of the input dimension.
    least_width : int
        The formula holds for hidden layers of this width or more.
    is_positive : bool
        Whether the coefficient is proved to be positive for all those widths.
    """

    coefficient: sympy.Expr
    exponent: sympy.Rational = sympy.S.Zero
    dimension: sympy.Rational = sympy.S.Zero
    least_width: int = 1
    is_positive: bool = False

    @property
    def limit(self) -> sympy.Expr | None:
        """The limit of the quantity: a number, ``oo``, ``-oo``, or None where it is not known."""
        if self.coefficient == 0 or self.exponent == 0:
            return self.coefficient
        if self.exponent < 0:
            return None if self.coefficient == sympy.oo else sympy.S.Zero
        if self.is_positive or self.coefficient.is_extended_positive:
            return sympy.oo
        return -sympy.oo if self.coefficient.is_extended_negative else None

    def __mul__(self, other: Growth) -> Growth:
        is_positive = self.is_positive and other.is_positive
        coefficient = self.coefficient * other.coefficient
        if is_positive and sympy.oo in (self.coefficient, other.coefficient):
            coefficient = sympy.oo
        if coefficient is sympy.nan:
            raise DomainError("a product of 0 and oo has no growth")
        return Growth(
            coefficient,
            self.exponent + other.exponent,
            self.dimension + other.dimension,
            max(self.least_width, other.least_width),
            is_positive,
        )

    def power(self, exponent: sympy.Rational) -> Growth:
        """Return a rational power."""
        if exponent < 0 and self.coefficient in (0, sympy.oo):
            raise DomainError(f"the quantity divides by one whose leading term is {self}")
        return Growth(
            self.coefficient**exponent,
            self.exponent * exponent,
            self.dimension * exponent,
            self.least_width,
            self.is_positive,
        )

    def __str__(self) -> str:
        return f"({self.coefficient})*C**({self.exponent})"


def growth_of(expr: sympy.Expr, of_node: Callable[[sympy.Expr], Growth | None]) -> Growth:
    """Return the growth of an expression by that of its nodes.

    Parameters
    ----------
    expr : sympy expression
        Sums, products and rational powers of nodes, of the number of classes and of numbers and
        parameters.
    of_node : callable
        The growth of a node, or None for what is no node.

    Returns
    -------
    Growth

    Raises
    ------
    DomainError
        If leading terms cancel, or might, or a part grows in the classes in another way.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> print(growth_of((C - 1) * sympy.sqrt(4 / C), lambda node: None))
    (2)*C**(1/2)
    """
    found = of_node(expr)
    if found is not None:
        return found
    if expr == C:
        return Growth(sympy.S.One, sympy.S.One, is_positive=True)
    if expr == d:
        return Growth(sympy.S.One, dimension=sympy.S.One, is_positive=True)
    if expr.is_Add:
        return _sum([growth_of(part, of_node) for part in expr.args])
    if expr.is_Mul:
        return reduce(Growth.__mul__, (growth_of(part, of_node) for part in expr.args))
    base, exponent = expr.as_base_exp()
    if exponent.is_Rational and exponent != 1:
        return growth_of(base, of_node).power(exponent)
    if expr.has(C):
        raise DomainError(f"the growth of {expr} in C is not known")
    return Growth(expr, is_positive=bool(expr.is_positive))


def _sum(parts: list[Growth]) -> Growth:
    """Add leading terms; those that cancel say nothing about the sum."""
    parts = [part for part in parts if part.coefficient != 0] or parts
    top = max(parts, key=lambda part: (part.dimension, part.exponent))
    if any(part.dimension != top.dimension for part in parts):
        raise DomainError("a sum of norms of blocks of different sizes has no growth in C")
    equal = [p.coefficient for p in parts if p.exponent == top.exponent]
    total = sympy.Add(*equal)
    infinite = any(p.coefficient in (sympy.oo, -sympy.oo) for p in parts)
    if infinite and not all(p.coefficient.is_extended_positive for p in parts):
        raise DomainError("a sum with a part whose growth is not known")
    if len(equal) > 1 and not infinite and is_zero(total).answer != Answer.NO:
        raise DomainError(f"the leading terms {', '.join(map(str, equal))} may cancel")
    least = max(p.least_width for p in parts)
    positive = all(p.is_positive for p in parts if p.exponent == top.exponent)
    return Growth(total, top.exponent, top.dimension, least, positive)

r"""A polynomial that vanishes exactly if an algebraic expression does, up to undecided radicals.

Every radical :math:`b^{1/n}`, the imaginary unit, every independent exponential and every other
node becomes one generator; the numerator over a common denominator is reduced modulo the relations
:math:`R^n=b` and :math:`I^2=-1`. A numerator that reduces to 0 proves that the expression is zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import lcm

import sympy


@dataclass(frozen=True)
class ReducedFraction:
    """An expression as numerator over denominator, polynomials in ``generators``.

    Parameters
    ----------
    numerator, denominator : sympy expression
        Polynomials in the symbols and the generators, reduced modulo the relations.
    generators : mapping from Dummy to sympy expression
        What each stand-in stands for.
    """

    numerator: sympy.Expr
    denominator: sympy.Expr
    generators: dict[sympy.Dummy, sympy.Expr]

    @property
    def is_plain(self) -> bool:
        """Whether only numbers, e, pi and symbols occur."""
        present = self.numerator.free_symbols | self.denominator.free_symbols
        left = [node for name, node in self.generators.items() if name in present]
        return all(node in (sympy.E, sympy.pi) for node in left)

    def as_expr(self) -> sympy.Expr:
        """Return the fraction in the original generators."""
        return (self.numerator / self.denominator).xreplace(self.generators)


def as_fraction(expr: sympy.Expr) -> ReducedFraction:
    """Return the reduced fraction of an expression.

    Parameters
    ----------
    expr : sympy expression
        Any expression; what is not algebraic is kept as an independent generator.

    Returns
    -------
    ReducedFraction
        Equal to the expression wherever its denominator is not zero.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> as_fraction((1 + sympy.sqrt(2)) ** 2 - 3 - 2 * sympy.sqrt(2)).numerator
    0
    """
    exponential = expr.rewrite(list(_ROTATIONS), sympy.exp)
    exponential = exponential.replace(_is_power_law, lambda node: node.expand(power_exp=True))
    return _Builder(split_radicals(exponential)).fraction()


_ROTATIONS = (sympy.cos, sympy.sin, sympy.tan, sympy.cosh, sympy.sinh, sympy.tanh)


def split_radicals(expr: sympy.Expr) -> sympy.Expr:
    """Return the expression with the positive factors of every radical pulled apart."""
    if not expr.args:
        return expr
    expr = expr.func(*(split_radicals(a) if isinstance(a, sympy.Expr) else a for a in expr.args))
    if not _is_radical(expr):
        return expr
    return sympy.expand_power_base(sympy.factor(expr.base) ** expr.exp)


def _is_radical(expr: sympy.Basic) -> bool:
    return bool(expr.is_Pow and expr.exp.is_Rational and not expr.exp.is_Integer)


def _is_power_law(expr: sympy.Basic) -> bool:
    """Return whether a symbol stands in the exponent of a base other than e."""
    return bool(expr.is_Pow and expr.exp.is_Add)


class _Builder:
    """Replaces nodes by generators, then reduces modulo the relations between them."""

    def __init__(self, expr: sympy.Expr) -> None:
        self.expr = expr
        self.generators: dict[sympy.Dummy, sympy.Expr] = {}
        self.names: dict[sympy.Expr, sympy.Dummy] = {}
        self.relations: list[tuple[sympy.Dummy, sympy.Expr]] = []
        self.roots = _common_roots(expr)
        self.scales = _common_scales(expr)

    def fraction(self) -> ReducedFraction:
        """Return the reduced fraction."""
        top, bottom = sympy.fraction(sympy.together(self._plain(self.expr)))
        return ReducedFraction(self._reduced(top), self._reduced(bottom), self.generators)

    def _plain(self, expr: sympy.Expr) -> sympy.Expr:
        """Return a rational expression in symbols and generators."""
        if expr.is_Rational or expr.is_Symbol:
            return expr
        if expr.is_Add or expr.is_Mul:
            return expr.func(*map(self._plain, expr.args))
        if isinstance(expr, sympy.exp) or expr == sympy.E:
            return self._exponential(sympy.log(expr) if expr == sympy.E else expr.args[0])
        if expr.is_Pow and expr.exp.is_Integer:
            return self._plain(expr.base) ** expr.exp
        if _is_radical(expr):
            return self._radical(expr)
        return self._generator(expr)

    def _generator(self, node: sympy.Expr) -> sympy.Dummy:
        if node not in self.names:
            self.names[node] = sympy.Dummy()
            self.generators[self.names[node]] = node
            if node == sympy.I:
                self.relations.append((self.names[node], self.names[node] ** 2 + 1))
        return self.names[node]

    def _radical(self, expr: sympy.Expr) -> sympy.Expr:
        r"""Return a power of :math:`b^{1/n}`; on principal branches :math:`b^{k/n}=(b^{1/n})^k`."""
        index = self.roots[expr.base]
        node = expr.base ** sympy.Rational(1, index)
        known = node in self.names
        base = self._plain(expr.base)
        root = self._generator(node)
        if not known:
            self.relations.append((root, root**index - base))
        return root ** (expr.exp * index)

    def _exponential(self, argument: sympy.Expr) -> sympy.Expr:
        """Return a monomial in one generator per term of the argument, up to rational factors."""
        factors = []
        for factor, term in _terms(argument):
            scale = self.scales.get(term, 1)
            factors.append(self._generator(sympy.exp(term / scale)) ** (factor * scale))
        return sympy.Mul(*factors)

    def _reduced(self, polynomial: sympy.Expr) -> sympy.Expr:
        """Return the pseudo-remainder modulo the relations, the latest and outermost first."""
        for root, relation in reversed(self.relations):
            modulus = sympy.numer(sympy.together(relation))
            if polynomial.has(root):
                polynomial = sympy.prem(sympy.expand(polynomial), modulus, root)
        return sympy.expand(polynomial)


def _common_roots(expr: sympy.Expr) -> dict[sympy.Expr, int]:
    """Return for every base of a radical the least common index."""
    found: dict[sympy.Expr, int] = {}
    for node in filter(_is_radical, expr.atoms(sympy.Pow)):
        found[node.base] = lcm(found.get(node.base, 1), int(node.exp.q))
    return found


def _common_scales(expr: sympy.Expr) -> dict[sympy.Expr, int]:
    """Return for every term in an exponent the least common denominator of its factors."""
    found: dict[sympy.Expr, int] = {}
    for node in expr.atoms(sympy.exp):  # Euler's number itself has scale 1
        for factor, term in _terms(node.args[0]):
            found[term] = lcm(found.get(term, 1), int(factor.q))
    return found


def _terms(argument: sympy.Expr) -> Iterable[tuple[sympy.Rational, sympy.Expr]]:
    return [
        term.as_coeff_Mul(rational=True) for term in sympy.Add.make_args(sympy.expand(argument))
    ]

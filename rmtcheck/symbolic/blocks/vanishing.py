"""Is an expression in the fields of a sample zero? A proof, or no answer."""

from __future__ import annotations

from itertools import product

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks.fields import Fields
from rmtcheck.symbolic.blocks.softmax import spell
from rmtcheck.symbolic.blocks.sums import normal
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import LABEL

_FEW, _MANY = 5, 5000
"""Sums over at most this many classes are written out."""


def vanishes(expr: sympy.Expr, fields: Fields) -> bool:
    """Return whether an expression is proved to be zero for all values of its fields.

    Parameters
    ----------
    expr : sympy expression
        In normal form.
    fields : Fields
        The number of classes.

    Returns
    -------
    bool
        False says nothing.
    """
    if expr == 0:
        return True
    if _is_zero(_by_bodies(_in_exponentials(expr))):
        return True
    classes = fields.classes
    if not (classes.is_Integer and classes <= _FEW):
        return False
    return all(_is_zero(case) or _is_zero(spelled(case)) for case in _cases(expr, int(classes)))


def spelled(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with softmax components and sums written out."""
    return written_out(spell(expr))


def written_out(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with every sum between integers written out term by term.

    Raises
    ------
    DomainError
        If a sum has other ends, or too many terms.
    """
    if not expr.has(sympy.Sum):
        return expr
    if not isinstance(expr, sympy.Sum):
        return expr.func(*map(written_out, expr.args))
    body = expr.args[0]
    inner = sympy.Sum(body, *expr.limits[:-1]) if len(expr.limits) > 1 else body
    index, low, high = expr.limits[-1]
    if not (low.is_Integer and high.is_Integer and high - low < _MANY):
        accepted = f"accepted are integers with fewer than {_MANY} between them"
        raise DomainError(f"a sum runs from {low} to {high}; {accepted}")
    terms = (inner.xreplace({index: sympy.Integer(k)}) for k in range(int(low), int(high) + 1))
    return sympy.Add(*map(written_out, terms))


def _is_zero(expr: sympy.Expr) -> bool:
    """Return whether the numerator of a rational function of the atoms is 0."""
    names = {s: sympy.Dummy() for s in expr.atoms(sympy.Sum)}
    numerator = sympy.fraction(sympy.together(expr.xreplace(names)))[0]
    return bool(sympy.expand(numerator) == 0)


def _in_exponentials(expr: sympy.Expr) -> sympy.Expr:
    if not expr.has(sympy.exp, sympy.core.function.Function):
        return expr
    hyperbolic = sympy.functions.elementary.hyperbolic.HyperbolicFunction
    return normal(expr.replace(lambda e: isinstance(e, hyperbolic), lambda e: e.rewrite(sympy.exp)))


def _by_bodies(expr: sympy.Expr) -> sympy.Expr:
    """Return the expression without the groups of sums whose bodies add up to zero."""
    groups: dict[tuple[sympy.Expr, tuple[sympy.Tuple, ...]], list[sympy.Expr]] = {}
    rest = []
    for term in sympy.Add.make_args(expr):
        sums = [f for f in sympy.Mul.make_args(term) if isinstance(f, sympy.Sum)]
        if len(sums) != 1:
            rest.append(term)
            continue
        number, outside = (term / sums[0]).as_coeff_Mul()
        groups.setdefault((outside, sums[0].args[1:]), []).append(number * sums[0].args[0])
    kept = [
        outside * sympy.Sum(sympy.Add(*bodies), *limits)
        for (outside, limits), bodies in groups.items()
        if not _is_zero(sympy.Add(*bodies))
    ]
    return sympy.Add(*rest, *kept)


def _cases(expr: sympy.Expr, classes: int) -> list[sympy.Expr]:
    """Return the expression for every label, sums written out and the last component put in."""
    labels = range(1, classes + 1) if expr.has(LABEL) else (None,)
    written = (
        written_out(expr.xreplace({LABEL: sympy.Integer(label)} if label else {}))
        for label in labels
    )
    return [case.xreplace(_last_components(case, classes)) for case in written]


def _last_components(expr: sympy.Expr, classes: int) -> dict[sympy.Expr, sympy.Expr]:
    """Return the last component of every softmax as 1 minus the others."""
    kinds = {p.args[1:] for p in expr.atoms(SoftmaxComponent)}
    found = {}
    for kind, _ in product(kinds, (None,)):
        others = [SoftmaxComponent(k, *kind) for k in range(1, classes)]
        found[SoftmaxComponent(classes, *kind)] = 1 - sympy.Add(*others)
    return found

r"""Sums over the classes: contraction of Kronecker deltas, and their normal form.

.. math:: \sum_{c=1}^C\delta_{ct}f(c)=f(t),\qquad \sum_{c=1}^Cp_c=1,\qquad \sum_{c=1}^C1=C

An expression in normal form is multiplied out; factors free of the index stand before their sum;
the index of a sum is named by its height, the number of sums nested inside it.
"""

from __future__ import annotations

from functools import cache, reduce

import sympy

from rmtcheck.symbolic.blocks.gates import is_bare
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import LABEL

Delta = sympy.KroneckerDelta
_FEW = 5
"""Sums from at most this class on are written as full sums without their first terms."""


@cache
def bound(height: int) -> sympy.Symbol:
    """Return the index of a sum with that many sums nested inside."""
    return sympy.Dummy(f"c{height}", integer=True, positive=True)


def normal(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression multiplied out, without deltas in the index of a sum.

    Parameters
    ----------
    expr : sympy expression
        Sums run over classes; indices under deltas lie in the range of the full sum.

    Returns
    -------
    sympy expression
        Equal to it for every number of classes.
    """
    return canonical(_normal(canonical(expr)))


def canonical(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with the index of every sum named by its height."""
    return _canonical(expr)[0]


def _canonical(expr: sympy.Expr) -> tuple[sympy.Expr, int]:
    """Return the renamed expression with its height."""
    if not expr.has(sympy.Sum):
        return expr, 0
    if not isinstance(expr, sympy.Sum):
        pairs = [_canonical(argument) for argument in expr.args]
        return expr.func(*(part for part, _ in pairs)), max(height for _, height in pairs)
    # outer indices get names of their own first, lest an inner sum takes one of them
    own = {at[0]: sympy.Dummy(integer=True, positive=True) for at in expr.limits}
    body, height = _canonical(expr.args[0].xreplace(own))
    for index, low, high in (at.xreplace(own) for at in expr.limits):
        body = sympy.Sum(body.xreplace({index: bound(height)}), (bound(height), low, high))
        height += 1
    return body, height


def _normal(expr: sympy.Expr) -> sympy.Expr:
    if not expr.args or not expr.has(sympy.Sum, sympy.Add, Delta):
        return expr
    if isinstance(expr, sympy.Sum):
        return reduce(_summed, expr.limits, _normal(expr.args[0]))
    if not isinstance(expr, sympy.Expr):
        return expr.func(*map(_normal, expr.args))
    product = _multiplied(expr.func(*map(_normal, expr.args)))
    return sympy.Add(*map(_settled, sympy.Add.make_args(product)))


def _multiplied(expr: sympy.Expr) -> sympy.Expr:
    """Multiply out without turning the exponential of a sum into a product."""
    if expr.is_Pow and not (expr.exp.is_Integer and expr.exp.is_positive):
        return expr
    return sympy.expand(expr, deep=False, power_exp=False, power_base=False, log=False)


def _summed(body: sympy.Expr, limits: sympy.Tuple) -> sympy.Expr:
    index, low, high = limits
    if low.is_Integer and 2 <= low <= _FEW:
        first = (body.xreplace({index: sympy.Integer(k)}) for k in range(1, int(low)))
        return _summed(body, sympy.Tuple(index, 1, high)) - sympy.Add(*first)
    terms = sympy.Add.make_args(_multiplied(body))
    return sympy.Add(*(_sum_of(term, limits) for term in terms))


def _sum_of(term: sympy.Expr, limits: sympy.Tuple) -> sympy.Expr:
    index, low, high = limits
    is_full = low == 1 and (high.is_Symbol or high.is_Integer)
    for delta in _deltas(term) if is_full else ():
        if index in delta.args and _is_class(delta, index, high):
            (other,) = set(delta.args) - {index}
            return _settled((term / delta).xreplace({index: other}))
    outside, inside = term.as_independent(index, as_Add=False)
    return outside * _plain_sum(inside, limits)


def _is_class(delta: sympy.Expr, index: sympy.Expr, high: sympy.Expr) -> bool:
    """Return whether what a delta compares an index with is a class from 1 on."""
    (other,) = set(delta.args) - {index}
    return is_bare(other) and other.is_positive is not False and (other > high) != True  # noqa: E712


def _plain_sum(inside: sympy.Expr, limits: sympy.Tuple) -> sympy.Expr:
    index, low, high = limits
    if inside == 1:
        return high - low + 1
    is_share = isinstance(inside, SoftmaxComponent) and inside.args[:2] == (index, high)
    return sympy.S.One if is_share and low == 1 else sympy.Sum(inside, limits)


def _deltas(term: sympy.Expr) -> list[sympy.Expr]:
    """Return the deltas that are factors of a term."""
    return [f for f in sympy.Mul.make_args(term) if isinstance(f, Delta)]


def _settled(term: sympy.Expr) -> sympy.Expr:
    r"""Use :math:`\delta_{st}f(s)=\delta_{st}f(t)` in a product."""
    for delta in filter(_is_plain, _deltas(term)):
        settled = _with_equality(term, delta)
        if settled != term:
            return _settled(settled)
    return term


def _is_plain(delta: sympy.Expr) -> bool:
    return all(map(is_bare, delta.args))


def _with_equality(term: sympy.Expr, delta: sympy.Expr) -> sympy.Expr:
    first, second = sorted(delta.args, key=_rank)
    rest = term / delta
    return delta * rest.xreplace({second: first}) if rest.has(second) else term


def _rank(index: sympy.Expr) -> tuple[bool, bool, str]:
    """Integers first, then indices of the question, the label last: the last is replaced."""
    return not index.is_Integer, index == LABEL, str(index)

r"""Gates: expressions with kinks as sums of values times indicators of their conditions.

.. math::

    \max(f,g)=g+(f-g)\,\mathbf 1(f>g),\qquad \mathbf 1(f\ge0)=1-\mathbf 1(-f>0),\qquad
    \mathbf 1(0>0)=0

These hold at every point, also where :math:`f=g` because two indices of a sum meet. A gate is
constant off its kinks, so its derivative is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import product
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import Indicator, Preactivation, SampleNode

_FIELDS = (SampleNode, SoftmaxComponent)
_MANY_GATES, _MANY_INDICES = 6, 3
_STRICT = (sympy.StrictGreaterThan, sympy.StrictLessThan)
_WEAK = (sympy.GreaterThan, sympy.LessThan)


class Gate(sympy.Function):
    r"""The indicator :math:`\mathbf 1(f>0)` of a function of the fields, with derivative 0."""

    nargs = 1
    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, argument: sympy.Expr) -> sympy.Expr | None:
        """Return the value at a number or a preactivation."""
        if not argument.has(*_FIELDS) and argument.is_number and argument.is_real:
            return sympy.Integer(bool(argument > 0))
        if isinstance(argument, Preactivation):
            return Indicator(argument.args[0])
        if isinstance(-argument, Preactivation):
            return 1 - Indicator((-argument).args[0])
        return None

    def _eval_derivative(self, symbol: Any) -> sympy.Expr:
        return sympy.S.Zero

    def _eval_power(self, exponent: sympy.Expr) -> sympy.Expr | None:
        return self if exponent.is_Integer and exponent.is_positive else None

    def _sympystr(self, printer: Any) -> str:
        return f"1({printer._print(self.args[0])} > 0)"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\mathbf{{1}}\left({printer._print(self.args[0])}>0\right)"
        return body if exp is None else rf"{body}^{{{exp}}}"


def gated(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with Max, Abs and Piecewise as sums of values times gates.

    Parameters
    ----------
    expr : sympy expression
        In the fields of a sample; a Max or Abs without fields is a constant and stays as it is.

    Returns
    -------
    sympy expression
        Equal to it at every point, except at preactivations that are 0.

    Raises
    ------
    DomainError
        If a condition is no comparison of fields or classes, or the last one may not hold.
    """
    if isinstance(expr, sympy.Piecewise):
        return _first_that_holds(expr)
    is_kinked = expr.has(*_RULES) and expr.has(*_FIELDS)
    if not (is_kinked or expr.has(sympy.Piecewise)):
        return expr
    if not isinstance(expr, sympy.Expr):
        return expr
    parts = [gated(part) for part in expr.args]
    found: sympy.Expr = _RULES.get(expr.func, expr.func)(*parts)
    return found


def opened(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with every gate as a Heaviside function that is 0 at 0.

    No Piecewise: sympy takes one out of a sum, even if its condition has the index of the sum.
    """
    return expr.replace(Gate, lambda f: sympy.Heaviside(f, 0))


def oriented(expr: sympy.Expr) -> sympy.Expr:
    r"""Return an expression with opposite gates written by one of them.

    .. math:: \mathbf 1(f>0)=1-\mathbf 1(f\equiv0)-\mathbf 1(-f>0)

    The indicator of :math:`f\equiv0` is 0, or :math:`\delta_{st}` if f is 0 for s = t only; other
    gates stay as they are.
    """
    flipped = {}
    for gate in expr.atoms(Gate):
        (f,) = gate.args
        tie = _tie(f) if sympy.expand(f).could_extract_minus_sign() else None
        if tie is not None:
            flipped[gate] = 1 - tie - Gate(sympy.expand(-f))
    return expr.xreplace(flipped)


def is_bare(index: Any) -> bool:
    """Return whether an index is a symbol or an integer, and no expression in them."""
    return bool(index.is_Integer or (index.is_Symbol and index.is_integer is not False))


def _tie(f: sympy.Expr) -> sympy.Expr | None:
    """Return 1 where f is 0 because indices are equal, else 0; None if that is not known."""
    indices = sorted({at for node in f.atoms(SampleNode) for at in node.args}, key=str)
    if len(indices) > _MANY_INDICES or not all(map(is_bare, indices)):
        return None
    meetings = [dict(zip(indices, to, strict=True)) for to in product(indices, repeat=len(indices))]
    possible = [m for m in meetings if all(s == t for s, t in m.items() if s.is_Integer)]
    certain = [_is_never_zero(f.xreplace(meeting)) for meeting in possible]
    if all(certain):
        return sympy.S.Zero
    is_difference = len(indices) == 2 and _is_never_zero(f)
    is_zero = is_difference and all(
        sympy.expand(f.xreplace(m)) == 0 for m in possible if len(set(m.values())) == 1
    )
    return sympy.KroneckerDelta(*indices) if is_zero else None


def _is_never_zero(f: sympy.Expr) -> bool:
    """Return whether f is a polynomial in its fields with a number before one of them."""
    names = {node: sympy.Dummy() for node in f.atoms(SampleNode)}
    plain = f.xreplace(names)
    is_plain = not plain.has(sympy.Sum, sympy.Piecewise, sympy.KroneckerDelta, Gate)
    if not names or not is_plain or not plain.is_polynomial(*names.values()):
        return f.is_zero is False
    terms = sympy.Poly(plain, *names.values()).terms()
    return any(any(powers) and factor.is_number and factor != 0 for powers, factor in terms)


def _first_that_holds(pieces: sympy.Piecewise) -> sympy.Expr:
    """Return the value of the first piece that holds: value * gate + others * (1 - gate)."""
    *first, (total, last) = pieces.args
    if last != True:  # noqa: E712
        accepted = "accepted is a last piece that holds always, (value, True)"
        raise DomainError(f"{pieces} has no value where no condition holds; {accepted}")
    total = gated(total)
    for value, condition in reversed(first):
        total = total + (gated(value) - total) * _gate(condition)
    return total


def _gate(condition: Any) -> sympy.Expr:
    """Return the indicator of a condition, which is a Kronecker delta for equal indices."""
    if condition in (sympy.true, sympy.false):
        return sympy.Integer(bool(condition))
    if isinstance(condition, sympy.Not):
        return 1 - _gate(condition.args[0])
    if isinstance(condition, sympy.And):
        return sympy.Mul(*map(_gate, condition.args))
    if isinstance(condition, sympy.Or):
        return 1 - sympy.Mul(*(1 - _gate(part) for part in condition.args))
    if isinstance(condition, sympy.Ne):
        return 1 - _gate(sympy.Eq(*condition.args))
    if not condition.has(*_FIELDS):
        return _constant(condition)
    return _compared(condition)


def _constant(condition: Any) -> sympy.Expr:
    """Return the Kronecker delta of an equality of two indices, the only condition on them."""
    is_equality = isinstance(condition, sympy.Eq) and all(map(is_bare, condition.args))
    if is_equality and all(side.is_integer for side in condition.args):
        return sympy.KroneckerDelta(*condition.args)
    accepted = "accepted are comparisons of logits and targets, and c = k of two classes"
    raise DomainError(f"a condition is {condition}; {accepted}")


def _compared(condition: Any) -> sympy.Expr:
    """Return the indicator of a comparison of fields."""
    if isinstance(condition, sympy.Eq):
        difference = gated(condition.lhs) - gated(condition.rhs)
        return 1 - _positive(difference) - _positive(-difference)
    if isinstance(condition, _STRICT):
        return _positive(gated(condition.gts) - gated(condition.lts))
    if isinstance(condition, _WEAK):
        return 1 - _positive(gated(condition.lts) - gated(condition.gts))
    accepted = "accepted are comparisons (<, <=, =) with And, Or and Not"
    raise DomainError(f"a condition is {condition}; {accepted}")


def _positive(f: sympy.Expr) -> sympy.Expr:
    r"""Return :math:`\mathbf 1(f>0)`, case by case of the gates inside :math:`f`."""
    f = sympy.expand(f)
    inner = sorted(set(_gates(f)), key=sympy.default_sort_key)
    if len(inner) > _MANY_GATES:
        accepted = f"accepted are at most {_MANY_GATES}"
        raise DomainError(f"a condition compares functions with {len(inner)} kinks; {accepted}")
    if not inner:
        return Gate(f)
    gate = inner[0]
    yes, no = (_positive(f.xreplace({gate: sympy.Integer(value)})) for value in (1, 0))
    return gate * yes + (1 - gate) * no


def _gates(f: sympy.Expr) -> Iterator[sympy.Expr]:
    """Yield the gates inside an expression, none of which may stand under a sum."""
    if isinstance(f, Gate):
        yield f
    elif isinstance(f, sympy.Sum) and f.has(Gate):
        accepted = "accepted are sums without Max, Abs or Piecewise"
        raise DomainError(f"a condition compares {opened(f)}; {accepted}")
    else:
        for part in f.args:
            yield from _gates(part)


def _largest(*values: sympy.Expr) -> sympy.Expr:
    first, *others = sorted(values, key=sympy.default_sort_key)
    return reduce(lambda g, f: g + (f - g) * _positive(f - g), others, first)


def _smallest(*values: sympy.Expr) -> sympy.Expr:
    first, *others = sorted(values, key=sympy.default_sort_key)
    return reduce(lambda g, f: g + (f - g) * _positive(g - f), others, first)


def _step(f: sympy.Expr, at_zero: sympy.Expr) -> sympy.Expr:
    above, below = _positive(f), _positive(-f)
    return above + at_zero * (1 - above - below)


_RULES: dict[Any, Callable[..., sympy.Expr]] = {
    sympy.Abs: lambda f: f * (2 * _positive(f) - 1),
    sympy.Max: _largest,
    sympy.Min: _smallest,
    sympy.Heaviside: _step,
    sympy.sign: lambda f: _positive(f) - _positive(-f),
}

"""Where a weight is no smooth function of its fields: nowhere, where a field is 0, or elsewhere."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import sympy
from sympy.core.relational import Relational

from rmtcheck.vocabulary.activations import ARGUMENT
from rmtcheck.vocabulary.local_weights import LocalWeight
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import Indicator, Logit, Preactivation, SampleNode


class Breaks(IntEnum):
    """Where a weight may jump or have a kink."""

    NOWHERE = 0
    AT_ZEROS = 1
    ELSEWHERE = 2


_FIELDS = (Logit, Preactivation)
_AT_ZERO = (sympy.Abs, sympy.sign, sympy.Heaviside)
_PIECES = (sympy.Max, sympy.Min, sympy.Piecewise)
_SMOOTH = (
    *(sympy.Add, sympy.Mul, sympy.Sum, sympy.exp, sympy.tanh, sympy.sinh, sympy.cosh),
    *(sympy.sin, sympy.cos, sympy.atan, sympy.asinh, sympy.erf, sympy.erfc),
)


@lru_cache(maxsize=64)
def breaks(weight: LocalWeight) -> Breaks:
    r"""Return where a weight may fail to be a smooth function of its fields.

    Parameters
    ----------
    weight : LocalWeight
        The weight.

    Returns
    -------
    Breaks
        `Breaks.NOWHERE` is proved; what is not recognised is `Breaks.ELSEWHERE`.

    Accuracy
    --------
    Exact: read off the formula.

    Examples
    --------
    >>> from rmtcheck.vocabulary.grams import WeightedGram
    >>> from rmtcheck.vocabulary.local_weights import local_weight
    >>> from rmtcheck.vocabulary.samples import logit
    >>> from rmtcheck.vocabulary.symbols import N
    >>> u = logit[1]
    >>> weights = (sympy.tanh(u), abs(u), abs(u - 1))
    >>> [breaks(local_weight(WeightedGram(1 / N, f))).name for f in weights]
    ['NOWHERE', 'AT_ZEROS', 'ELSEWHERE']
    """
    found = _of(weight.expression)
    if weight.readout is not None and weight.expression.has(SoftmaxComponent, Logit):
        found = max(found, _of(weight.activation.expression))
    return found


def _of(node: sympy.Basic) -> Breaks:
    if isinstance(node, Indicator):
        return Breaks.AT_ZEROS
    if isinstance(node, SampleNode | SoftmaxComponent) or not node.args or node.is_number:
        return Breaks.NOWHERE
    if isinstance(node, _PIECES):
        own, inner = _of_pieces(node), _parts(node)
    else:
        own, inner = _of_head(node), node.args
    return max([own, *map(_of, inner)])


def _of_head(node: sympy.Basic) -> Breaks:
    """Return where a function breaks, its arguments aside."""
    if isinstance(node, (*_SMOOTH, sympy.Tuple)):
        return Breaks.NOWHERE
    if isinstance(node, _AT_ZERO):
        return Breaks.AT_ZEROS if _is_field(node.args[0]) else Breaks.ELSEWHERE
    if isinstance(node, sympy.Pow):
        base, exponent = node.args
        is_power = exponent.is_Integer and exponent.is_nonnegative
        return Breaks.NOWHERE if is_power or base.is_positive else Breaks.ELSEWHERE
    if isinstance(node, sympy.log):
        return Breaks.NOWHERE if node.args[0].is_positive else Breaks.ELSEWHERE
    return Breaks.ELSEWHERE


def _of_pieces(node: sympy.Basic) -> Breaks:
    """Return where pieces meet: at zeros of fields, or elsewhere."""
    if isinstance(node, sympy.Piecewise):
        relations = (r for case in node.args for r in case.cond.atoms(Relational))
        sides = [relation.lhs - relation.rhs for relation in relations]
    else:
        sides = [a - b for a in node.args for b in node.args if a != b]
    return Breaks.AT_ZEROS if all(map(_is_field, sides)) else Breaks.ELSEWHERE


def _parts(node: sympy.Basic) -> tuple[sympy.Basic, ...]:
    if isinstance(node, sympy.Piecewise):
        return tuple(case.expr for case in node.args)
    return tuple(node.args)


def _is_field(node: sympy.Expr) -> bool:
    """Whether an expression is a number times one field."""
    rest = node.as_coeff_Mul()[1]
    return isinstance(rest, _FIELDS) or rest == ARGUMENT

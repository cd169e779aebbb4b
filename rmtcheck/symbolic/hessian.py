r"""Hessian blocks by differentiation of the printed loss, with symbolic sizes and classes.

The losses of the linear model are written with indexed symbols and sums,

.. math::

    \ell_{CE} = -\frac1N\sum_{n=1}^N\log\frac{e^{u_{n,y_n}}}{\sum_{c=1}^Ce^{u_{n,c}}}, \qquad
    \ell_{MSE} = \frac fN\sum_{n=1}^N\sum_{c=1}^C(u_{n,c}-Y_{n,c})^2, \qquad
    u_{n,c} = \sum_{k=1}^dV_{ck}x_{nk},

and differentiated in :math:`V_{ia}` and :math:`V_{jb}`. Sympy differentiates entry by entry and
leaves Kronecker deltas under sums; `contract` removes them by
:math:`\sum_c\delta_{ct}f(c)=f(t)` for :math:`t` in the range of :math:`c`.
"""

from __future__ import annotations

from functools import lru_cache, singledispatch
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step, equation, shown
from rmtcheck.symbolic.equality import Answer, ZeroTest, are_equal
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.losses import CrossEntropy, MeanSquaredError
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.symbols import N, d

V, X, Y, LABEL = (sympy.IndexedBase(name) for name in ("V", "x", "Y", "y"))
SAMPLE, CLASS, COORDINATE, FIRST, SECOND = (
    sympy.Dummy(name, integer=True, positive=True) for name in "nckab"
)


def derive(block: HessianBlock) -> WeightedGram:
    r"""Return a Hessian block as a weighted Gram matrix, by differentiating the printed loss.

    .. math::

        \frac{\partial^2\ell}{\partial v_i\,\partial v_j^\top} = \frac1N\sum_n\lambda_nx_nx_n^\top

    Parameters
    ----------
    block : HessianBlock
        Linear model; classes are symbols (different symbols are different classes) or integers
        from 1 to the number of classes.

    Returns
    -------
    WeightedGram
        Scale :math:`1/N` and the weight in softmax components; weight 0 for a zero block.

    Raises
    ------
    DomainError
        If network or loss are not known, or a class lies outside its range.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.losses import CROSS_ENTROPY
    >>> from rmtcheck.vocabulary.symbols import C, d, i, j
    >>> derive(HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, j))
    1/N * sum_n (-p_i*p_j) x_n x_n^T
    """
    gram: WeightedGram = derive_with_steps(block).result
    return gram


@lru_cache(maxsize=64)
def derive_with_steps(block: HessianBlock) -> Derivation:
    """Return the derivation of a Hessian block: loss, gradient, second derivative, weight.

    Parameters
    ----------
    block : HessianBlock
        As in `derive`.

    Returns
    -------
    Derivation
        Its result is the WeightedGram.

    Raises
    ------
    DomainError
        As in `derive`.

    Notes
    -----
    Accuracy: exact.
    """
    _check(block)
    model = block.network
    factor, sample_loss = _loss(block.loss, model)
    gradient = _contracted(sample_loss.diff(V[block.row.index, FIRST]), model)
    second = _contracted(_spelled(gradient, model).diff(V[block.column.index, SECOND]), model)
    if not block.is_diagonal:
        same = sympy.KroneckerDelta(block.row.index, block.column.index)
        second = second.xreplace({same: sympy.S.Zero})
    gram = WeightedGram(1 / block.samples, sympy.expand(factor * _weight(second)))
    prefactor = factor / block.samples
    steps = _steps(block, prefactor * _over_samples(sample_loss, block), factor * gradient, gram)
    return Derivation(gram, steps)


def entry(gram: WeightedGram, *, dimension: Any = d, samples: Any = N) -> sympy.Expr:
    r"""Return the entry :math:`(a,b)` of a weighted Gram matrix, written out in V and x.

    Parameters
    ----------
    gram : WeightedGram
        The matrix.
    dimension, samples : int or symbol
        Upper ends of the sums over coordinates and samples.

    Returns
    -------
    sympy expression
        In the indexed symbols ``V[c, k]`` and ``x[n, k]``, with free indices ``a`` and ``b``.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> entry(WeightedGram(1 / N, 2))
    2*Sum(x[n, a]*x[n, b], (n, 1, N))/N
    """
    classes = {p.classes for p in gram.weight.atoms(SoftmaxComponent)}
    weight = gram.weight
    for size in classes:
        weight = _spelled(weight, LinearModel(dimension, size))
    product = weight * X[SAMPLE, FIRST] * X[SAMPLE, SECOND]
    return shown(gram.scale * contract(sympy.Sum(product, (SAMPLE, 1, samples))))


def same_gram(left: WeightedGram, right: WeightedGram) -> ZeroTest:
    r"""Decide whether two weighted Gram matrices are equal for all data and all parameters.

    They are if and only if scale times weight agree as functions on the open simplex: one sample
    with :math:`x\ne0` can take every softmax value, by the choice of V.

    Parameters
    ----------
    left, right : WeightedGram
        The matrices; weights in softmax components.

    Returns
    -------
    ZeroTest
        Yes, or no with a rational point of the simplex where the weights differ, or unknown.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> same_gram(WeightedGram(1 / N, 1), WeightedGram(1 / N, 2)).answer
    <Answer.NO: 'no'>
    """
    if (left.left, left.right) != (right.left, right.right):
        return ZeroTest(Answer.UNKNOWN, "the vectors of the two matrices differ")
    return are_equal(left.scale * left.weight, right.scale * right.weight)


def contract(expr: sympy.Expr) -> sympy.Expr:
    r"""Contract every Kronecker delta with the sum over its index.

    .. math:: \sum_{c=1}^C\delta_{ct}f(c)=f(t), \qquad 1\le t\le C

    Parameters
    ----------
    expr : sympy expression
        Indices under deltas are taken to lie in the range of the sum.

    Returns
    -------
    sympy expression
        Without deltas in a summation index; factors free of the index stand before their sum.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> k, a = sympy.symbols("k a", integer=True)
    >>> contract(sympy.Sum(sympy.KroneckerDelta(k, a) * X[1, k], (k, 1, d)))
    x[1, a]
    """
    if not expr.has(sympy.Sum):
        return expr
    parts = [contract(argument) for argument in expr.args]
    if not isinstance(expr, sympy.Sum):
        return expr.func(*parts)
    body, limits = parts[0], expr.args[1]
    return sympy.Add(*(_sum_of(term, limits) for term in sympy.Add.make_args(_multiplied(body))))


def _multiplied(expr: sympy.Expr) -> sympy.Expr:
    """Multiply out without turning the exponential of a sum into a product."""
    return sympy.expand(expr, deep=False, power_exp=False, power_base=False, log=False)


def _sum_of(term: sympy.Expr, limits: sympy.Tuple) -> sympy.Expr:
    index = limits[0]
    for delta in term.atoms(sympy.KroneckerDelta):
        if delta.has(index):
            other = next(t for t in delta.args if t != index)
            return (term / delta).xreplace({index: other})
    outside, inside = term.as_independent(index, as_Add=False)
    return outside * sympy.Sum(inside, limits)


def _check(block: HessianBlock) -> None:
    if not isinstance(block, HessianBlock):
        raise DomainError(f"block is {block}; accepted is a HessianBlock")
    if not isinstance(block.network, LinearModel):
        raise DomainError(f"network is {block.network}; accepted is a LinearModel")
    classes = block.network.C
    for name, index in (("row", block.row.index), ("column", block.column.index)):
        if not (index.is_Symbol or _is_within(index, classes)):
            accepted = f"symbols and integers from 1 to {classes}"
            raise DomainError(f"{name} is {index}; accepted are {accepted}")
    if block.row.index.is_Symbol != block.column.index.is_Symbol:
        pair = f"({block.row.index}, {block.column.index})"
        raise DomainError(f"the classes are {pair}; accepted are two symbols or two integers")
    if not block.is_diagonal and classes.is_number and classes < 2:
        raise DomainError(f"C is {classes}; two different classes need C >= 2")


def _is_within(index: sympy.Expr, classes: sympy.Expr) -> bool:
    return bool(index.is_Integer and index >= 1 and (not classes.is_number or index <= classes))


def _logit(index: sympy.Expr, model: LinearModel) -> sympy.Expr:
    return sympy.Sum(V[index, COORDINATE] * X[SAMPLE, COORDINATE], (COORDINATE, 1, model.d))


def _partition(model: LinearModel) -> sympy.Expr:
    return sympy.Sum(sympy.exp(_logit(CLASS, model)), (CLASS, 1, model.C))


@singledispatch
def _loss(loss: Any, model: LinearModel) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the factor of the mean and the loss of one sample."""
    raise DomainError(f"loss is {loss}; accepted are CrossEntropy and MeanSquaredError")


@_loss.register
def _cross_entropy(loss: CrossEntropy, model: LinearModel) -> tuple[sympy.Expr, sympy.Expr]:
    correct = sympy.exp(_logit(LABEL[SAMPLE], model))
    return sympy.S.One, -sympy.log(correct / _partition(model))


@_loss.register
def _squared_error(loss: MeanSquaredError, model: LinearModel) -> tuple[sympy.Expr, sympy.Expr]:
    residual = _logit(CLASS, model) - Y[SAMPLE, CLASS]
    return loss.factor, sympy.Sum(residual**2, (CLASS, 1, model.C))


def _contracted(expr: sympy.Expr, model: LinearModel) -> sympy.Expr:
    r"""Contract the deltas and recognise :math:`p_i=e^{u_i}/\sum_ce^{u_c}`."""
    partition, unit = _partition(model), sympy.Dummy("Z")
    plain = contract(expr).xreplace({partition: unit})
    return sympy.expand(sympy.cancel(plain.replace(sympy.exp, _component(unit, model.C))))


def _component(unit: sympy.Symbol, classes: sympy.Expr) -> Any:
    """Return the rule that turns exp of a sum of logits into components times the unit."""

    def power(term: sympy.Expr) -> sympy.Expr:
        sign, logit = term.as_coeff_Mul()
        (index,) = (v.indices[0] for v in logit.atoms(sympy.Indexed) if v.base == V)
        return (unit * SoftmaxComponent(index, classes)) ** sign

    return lambda exponent: sympy.Mul(*map(power, sympy.Add.make_args(exponent)))


def _spelled(expr: sympy.Expr, model: LinearModel) -> sympy.Expr:
    partition = _partition(model)
    return expr.replace(SoftmaxComponent, lambda k, _: sympy.exp(_logit(k, model)) / partition)


def _weight(second: sympy.Expr) -> sympy.Expr:
    """Return the scalar in front of ``x[n, a] * x[n, b]``."""
    weight = sympy.cancel(second / (X[SAMPLE, FIRST] * X[SAMPLE, SECOND]))
    if weight.has(sympy.Indexed, sympy.Sum, sympy.KroneckerDelta):
        raise DomainError(f"the second derivative is {shown(second)}, which is no weighted Gram")
    return weight


def _over_samples(expr: sympy.Expr, block: HessianBlock) -> sympy.Expr:
    return sympy.Sum(expr, (SAMPLE, 1, block.samples))


def _steps(
    block: HessianBlock, loss: sympy.Expr, gradient: sympy.Expr, gram: WeightedGram
) -> tuple[Step, ...]:
    """Return the four lines of the argument; gradient is that of one sample."""
    first = _over_samples(gradient, block) / block.samples
    second = _over_samples(gram.weight * X[SAMPLE, FIRST] * X[SAMPLE, SECOND], block) * gram.scale
    in_row, in_column = V[block.row.index, FIRST], V[block.column.index, SECOND]
    return (
        equation("the printed loss", sympy.Symbol("l"), loss),
        _derivative("its derivative", (in_row,), first),
        _derivative("its second derivative", (in_row, in_column), second),
        equation("so the block is", block, gram),
    )


def _derivative(clause: str, entries: tuple[sympy.Expr, ...], value: sympy.Expr) -> Step:
    names, right = [shown(entry) for entry in entries], shown(value)
    below = "".join(rf"\partial {sympy.latex(name)}" for name in names)
    order = f"^{len(names)}" if len(names) > 1 else ""
    where = " and ".join(map(str, names))
    softmax = ", p being the softmax of V x_n" if right.has(SoftmaxComponent) else ""
    text = f"{clause} in {where}{softmax}: {right}"
    return Step(text, rf"\frac{{\partial{order} l}}{{{below}}} = {sympy.latex(right)}")

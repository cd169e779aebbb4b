r"""Mean squared norms of hidden blocks at every finite number of classes, without a softmax.

A weight that is a polynomial in the gates and in sums :math:`S_l=\sum_cf_l(V_c)` over independent
rows has means that are exact in C: a product of sums is a sum over the ways in which their classes
coincide,

.. math::

    \mathbb E\,S_1\cdots S_r=\sum_{\pi}C(C-1)\cdots(C-|\pi|+1)
    \prod_{B\in\pi}\mathbb E\prod_{l\in B}f_l(V_1), \qquad \pi\text{ a partition of }\{1,\dots,r\}.
"""

from __future__ import annotations

import sympy
from sympy.utilities.iterables import multiset_partitions

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step
from rmtcheck.symbolic.hessian import derive_with_steps
from rmtcheck.symbolic.shared_readout.nodes import Entry, Gate
from rmtcheck.symbolic.shared_readout.rows import row_mean
from rmtcheck.symbolic.shared_readout.units import mean_over_units
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.grams import INPUT
from rmtcheck.vocabulary.networks import HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.samples import Indicator, OutputWeight
from rmtcheck.vocabulary.symbols import C, N


def mean_square_at_classes(block: HessianBlock, gamma: sympy.Expr) -> Derivation:
    r"""Derive :math:`\lim\frac1d\mathbb E\|H\|_F^2` of a hidden block, exactly in C.

    .. math:: \tfrac1d\,\mathbb E\|H\|_F^2\to\gamma\,\mathbb E[\lambda^2]+\mathbb E[\lambda\lambda']

    Parameters
    ----------
    block : HessianBlock
        Of two rows of the hidden layer, for a loss whose curvature has no softmax.
    gamma : sympy expression
        Limit of d/N.

    Returns
    -------
    Derivation
        Its result is an expression in gamma, the classes and the width.

    Raises
    ------
    DomainError
        If the weight is of another kind.

    Notes
    -----
    Accuracy: exact.

    References
    ----------
    Lemma 14 of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.losses import MEAN_SQUARED_ERROR
    >>> from rmtcheck.vocabulary.symbols import d, gamma, i, j, m
    >>> network = OneHiddenLayer(d, m, C)
    >>> block = HessianBlock(network, MEAN_SQUARED_ERROR, network.w[i], network.w[j])
    >>> mean_square_at_classes(block, gamma).result
    C*(4*gamma + 1)/(4*m**2)
    """
    formula = derive_with_steps(block)
    weight, m = _checked_weight(formula.result, block.network), block.network.m
    first, second = (_with_gates(weight, sample) for sample in (1, 2))
    same, across = (_mean(product, m) for product in (first**2, first * second))
    norm = sympy.factor(gamma * same + across)
    text = f"E|H|_F^2/d -> gamma E[w^2] + E[w w'], over rows and gates: {norm}"
    return Derivation(norm, (*formula.steps, Step(text, sympy.latex(norm))))


def sum_moment(functions: list[sympy.Expr], m: sympy.Expr) -> sympy.Expr:
    r"""Return the mean of a product of sums over the classes.

    Parameters
    ----------
    functions : list of sympy expression
        The summands :math:`f_l`, polynomials in ``Entry(k)``.
    m : int or symbol
        Width of the hidden layer.

    Returns
    -------
    sympy expression
        Polynomial in C.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import i, m
    >>> sympy.factor(sum_moment([Entry(i) ** 2] * 2, m))
    C*(C + 2)/m**2
    """
    if not functions:
        return sympy.S.One
    total = sympy.S.Zero
    for partition in multiset_partitions(list(range(len(functions)))):
        means = (row_mean(sympy.Mul(*(functions[k] for k in part)), m) for part in partition)
        total += sympy.ff(C, len(partition)) * sympy.Mul(*means)
    return sympy.expand(total, func=True)


def _checked_weight(gram: sympy.Basic, network: OneHiddenLayer) -> sympy.Expr:
    if not isinstance(network, OneHiddenLayer) or network.activation != RELU:
        raise DomainError(f"the network is {network}; accepted is OneHiddenLayer with relu")
    if (gram.left, gram.right) != (INPUT, INPUT):
        raise DomainError(f"the vectors are {gram.left}, {gram.right}; accepted are the inputs")
    weight = sympy.sympify(gram.scale * N * gram.weight)
    plain = weight.xreplace({total: sympy.Dummy() for total in weight.atoms(sympy.Sum)})
    if plain.atoms(sympy.Function) - plain.atoms(Indicator):
        raise DomainError(f"the weight is {weight}; accepted are gates and sums over the classes")
    return weight


def _with_gates(weight: sympy.Expr, sample: int) -> sympy.Expr:
    return weight.replace(Indicator, lambda unit, *_: Gate(unit, sample))


def _mean(product: sympy.Expr, m: sympy.Expr) -> sympy.Expr:
    """Take the mean over the rows of V, then over the gates."""
    sums = sorted(product.atoms(sympy.Sum), key=sympy.default_sort_key)
    if not sums:
        return mean_over_units(product, m).value
    rows = list(map(_summand, sums))
    given = sympy.S.Zero
    for powers, coefficient in sympy.Poly(sympy.expand(product), *sums).terms():
        each = [row for row, power in zip(rows, powers, strict=True) for _ in range(power)]
        given += coefficient * sum_moment(each, m)
    return mean_over_units(sympy.expand(given), m).value


def _summand(total: sympy.Sum) -> sympy.Expr:
    """Return what is summed over the classes as a function of one row."""
    (index, first, last), *others = total.limits
    row = total.function.replace(
        OutputWeight, lambda k, unit: Entry(unit) if k == index else OutputWeight(k, unit)
    )
    is_foreign = row.has(index) or row.atoms(sympy.Function) - row.atoms(Entry)
    if others or (first, last) != (1, C) or is_foreign:
        raise DomainError(f"the sum is {total}; accepted are sums of output weights over classes")
    return row

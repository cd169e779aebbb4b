r"""Moments of :math:`\frac1NX\Lambda X^\top`, exact at finite size and in the limit.

:math:`X\in\mathbb R^{d\times N}` is iid :math:`N(0,1)` and :math:`\Lambda` diagonal. Every
moment is a sum over pairings (`gaussian`); a class of equal row indices gives a factor
:math:`d`, and the classes of sample indices carry powers of the weights.

**Dependent weights.** In a Hessian block the weight :math:`\lambda_n=\lambda(Vx_n)` depends on the
sample. Let :math:`\lambda` be a polynomial in softmax components: bounded, with bounded
derivatives. The samples are independent given :math:`V`, hence exactly

.. math::

    \mathbb E\|H\|_F^2 = \frac1N\mathbb E[\lambda^2\|x\|^4]
    + \Bigl(1-\frac1N\Bigr)\mathbb E\|M\|_F^2, \qquad M = \mathbb E[\lambda\,xx^\top\mid V],

and by Stein's identity, applied in :math:`x_a` and then in :math:`x_b`,

.. math::

    M = \mathbb E[\lambda\mid V]\,I + V^\top SV, \qquad
    S = \mathbb E[\nabla^2\lambda\mid V]\in\mathbb R^{C\times C},

    \|M\|_F^2 = d\,\mathbb E[\lambda\mid V]^2
    + 2\,\mathbb E[\lambda\mid V]\operatorname{tr}(SVV^\top)
    + \operatorname{tr}(SVV^\top SVV^\top).

The entries of :math:`S` are bounded and :math:`VV^\top\to I_C` with bounded moments, :math:`C`
being fixed: the last two terms are :math:`O(1)` against :math:`d`. Given :math:`V` the logits are
:math:`N(0,VV^\top)`, so :math:`\mathbb E[\lambda\mid V]\to\mathbb E\lambda` in :math:`L^2`, and
:math:`\|x\|^2/d\to1` gives :math:`\mathbb E[\lambda^2\|x\|^4/d^2]\to\mathbb E\lambda^2`. The limit
of :math:`\frac1d\mathbb E\|H\|_F^2` is therefore the one of independent weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sympy
from sympy.utilities.iterables import multiset_partitions

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step, shown
from rmtcheck.symbolic.gaussian import Entry, index_classes
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.grams import INPUT, WeightedGram
from rmtcheck.vocabulary.quantities import E, SoftmaxComponent

_HIGHEST = 7

_PAIRINGS = Step(
    "with independent weights, sum the three pairings of four entries over their indices: "
    "E|H|_F^2/d = sum_abnm E[w_n w_m] E[x_an x_bn x_am x_bm] / (d N^2)",
    r"\tfrac1d\,\mathbb E\|H\|_F^2=\frac1{dN^2}\sum_{a,b,n,m}"
    r"\mathbb E[\lambda_n\lambda_m]\,\mathbb E[x_{an}x_{bn}x_{am}x_{bm}]",
)

_DEPENDENCE = (
    Step(
        "given V the samples are independent, which splits the double sum exactly: "
        "E|H|_F^2 = E[w^2 |x|^4]/N + (1 - 1/N) E|M|_F^2 with M = E[w x x^T | V]",
        r"\mathbb E\|H\|_F^2=\tfrac1N\mathbb E[\lambda^2\|x\|^4]"
        r"+(1-\tfrac1N)\,\mathbb E\|M\|_F^2,\quad M=\mathbb E[\lambda xx^\top\mid V]",
    ),
    Step(
        "Stein's identity in x_a and in x_b: M = E[w | V] I + V^T S V with S = E[Hess w | V]",
        r"M=\mathbb E[\lambda\mid V]\,I+V^\top SV,\quad S=\mathbb E[\nabla^2\lambda\mid V]",
    ),
    Step(
        "S is bounded and V V^T tends to I_C, so the last two terms are O(1) against d: "
        "|M|_F^2 = d E[w | V]^2 + 2 E[w | V] tr(S V V^T) + tr(S V V^T S V V^T)",
        r"\|M\|_F^2=d\,\mathbb E[\lambda\mid V]^2+2\,\mathbb E[\lambda\mid V]"
        r"\operatorname{tr}(SVV^\top)+\operatorname{tr}(SVV^\top SVV^\top)",
    ),
    Step(
        "|x|^2/d tends to 1 and the logits to independent N(0,1), so the limit is that of "
        "independent weights: E[w^2 |x|^4]/d^2 -> E[w^2] and E(E[w | V]^2) -> E[w]^2",
        r"\tfrac1{d^2}\mathbb E[\lambda^2\|x\|^4]\to\mathbb E\lambda^2,\quad"
        r"\mathbb E\bigl[\mathbb E[\lambda\mid V]^2\bigr]\to(\mathbb E\lambda)^2",
    ),
)


def trace_moment(k: int, d: Any, N: Any) -> sympy.Expr:
    r"""Return the mean spectral moment of a sample covariance at finite size.

    .. math:: \frac1d\,\mathbb E\operatorname{tr}\Bigl(\frac1NXX^\top\Bigr)^k

    Parameters
    ----------
    k : int
        The order, from 0 to 7.
    d, N : int or sympy expression
        Dimension and number of samples.

    Returns
    -------
    sympy expression
        Polynomial in d and 1/N.

    Raises
    ------
    DomainError
        If the order is not an integer from 0 to 7.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> d, N = sympy.symbols("d N")
    >>> trace_moment(2, d, N)
    1 + d/N + 1/N
    """
    return weighted_trace_moment([sympy.S.One] * _order(k), d, N)


def trace_moment_limit(k: int, gamma: sympy.Expr) -> sympy.Expr:
    r"""Return the limit of `trace_moment` as :math:`d,N\to\infty`, :math:`d/N\to\gamma`.

    Parameters
    ----------
    k : int
        The order, from 0 to 7.
    gamma : sympy expression
        The aspect ratio.

    Returns
    -------
    sympy expression
        Polynomial in gamma: the moments of the Marchenko-Pastur law of variance 1.

    Raises
    ------
    DomainError
        If the order is not an integer from 0 to 7.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> trace_moment_limit(3, sympy.Symbol("gamma"))
    gamma**2 + 3*gamma + 1
    """
    return _proportional_limit(trace_moment(k, symbols.d, symbols.N), gamma)


def weighted_trace_moment(moments: Sequence[Any], d: Any, N: Any) -> sympy.Expr:
    r"""Return a mean spectral moment with iid weights that are independent of the data.

    .. math:: \frac1d\,\mathbb E\operatorname{tr}\Bigl(\frac1NX\Lambda X^\top\Bigr)^k

    Parameters
    ----------
    moments : sequence of k sympy expressions
        The moments :math:`\mathbb E\lambda,\dots,\mathbb E\lambda^k` of one weight.
    d, N : int or sympy expression
        Dimension and number of samples.

    Returns
    -------
    sympy expression
        Polynomial in d, 1/N and the moments.

    Raises
    ------
    DomainError
        If there are more than 7 moments.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> mean, second, d, N = sympy.symbols("m_1 m_2 d N")
    >>> weighted_trace_moment([mean, second], d, N)
    m_1**2 + d*m_2/N - m_1**2/N + 2*m_2/N
    """
    k = _order(len(moments))
    if k == 0:
        return sympy.S.One
    counted = Counter(_shape(classes) for classes in index_classes(_cycle(k)))
    size, samples = _size("d", d), _size("N", N)
    total = sympy.Add(
        *(
            count * size**rows * _weight_sum(powers, moments, samples)
            for (rows, powers), count in counted.items()
        )
    )
    return sympy.expand(total / (size * samples**k))


def frobenius_mean(
    mean: sympy.Expr, second_moment: sympy.Expr, d: Any = symbols.d, N: Any = symbols.N
) -> Derivation:
    r"""Derive the mean squared norm of a weighted Gram matrix with independent iid weights.

    .. math::

        \frac1d\,\mathbb E\Bigl\|\frac1NX\Lambda X^\top\Bigr\|_F^2
        = \frac{d+2}N\,\mathbb E\lambda^2 + \Bigl(1-\frac1N\Bigr)(\mathbb E\lambda)^2

    Parameters
    ----------
    mean, second_moment : sympy expression
        First and second moment of one weight.
    d, N : int or sympy expression
        Dimension and number of samples.

    Returns
    -------
    Derivation
        Its result is the right side, found by summing over the three pairings.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> frobenius_mean(*sympy.symbols("m_1 m_2")).result
    m_1**2*(1 - 1/N) + m_2*(d + 2)/N
    """
    first, second = sympy.symbols("m_1 m_2", cls=sympy.Dummy)
    moment = weighted_trace_moment([first, second], d, N)
    with_second = sympy.factor(moment.coeff(second, 1)) * second_moment
    result = with_second + sympy.expand(moment.coeff(first, 2)) * mean**2
    return Derivation(result, (_PAIRINGS, _norm_is("at every size", result)))


def frobenius_limit(gram: WeightedGram, gamma: sympy.Expr) -> Derivation:
    r"""Derive the limit of :math:`\frac1d\mathbb E\|H\|_F^2` for a weighted Gram matrix.

    .. math:: \gamma\,\mathbb E[\lambda^2] + (\mathbb E\lambda)^2

    The weights may depend on the data through the logits, as in the Hessian: the module's
    introduction proves that the limit is the one of independent weights.

    Parameters
    ----------
    gram : WeightedGram
        Scale a multiple of 1/N; weight a polynomial in softmax components, or constant.
    gamma : sympy expression
        Limit of d/N.

    Returns
    -------
    Derivation
        Its result has unevaluated means; the sign of the weight is dropped.

    Raises
    ------
    DomainError
        If the matrix is of another kind.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, N, gamma, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> frobenius_limit(WeightedGram(1 / N, -p[i] * p[j]), gamma).result
    gamma*E[p_i**2*p_j**2] + E[p_i*p_j]**2
    """
    weight = _checked_weight(gram)
    mean, second = sympy.symbols("m_1 m_2", cls=sympy.Dummy)
    finite = frobenius_mean(mean, second)
    limit = _proportional_limit(finite.result, sympy.sympify(gamma))
    result = limit.xreplace({mean: _mean(weight), second: _mean(weight**2)})
    argument = _DEPENDENCE if weight.has(SoftmaxComponent) else ()
    last = _norm_is(f"in the limit d/N -> {gamma}", result)
    return Derivation(result, (*argument, *finite.steps, last))


def _order(k: int) -> int:
    if not isinstance(k, int) or not 0 <= k <= _HIGHEST:
        raise DomainError(f"the order is {k}; accepted are the integers from 0 to {_HIGHEST}")
    return k


def _size(name: str, value: Any) -> sympy.Expr:
    size = sympy.sympify(value)
    if size.is_number and not (size.is_Integer and size > 0):
        raise DomainError(f"{name} is {size}; accepted are positive integers and symbols")
    return size


def _cycle(k: int) -> list[Entry]:
    """Return the entries of the k-fold trace, rows ``(0, r)`` and samples ``(1, r)``."""
    steps = range(k)
    return [((0, (r + s) % k), (1, r)) for r in steps for s in (0, 1)]


def _shape(classes: Sequence[frozenset[Any]]) -> tuple[int, tuple[int, ...]]:
    """Return the number of row classes and the power of the weight in each sample class."""
    kinds = [next(iter(members))[0] for members in classes]
    powers = sorted(len(c) for c, kind in zip(classes, kinds, strict=True) if kind == 1)
    return kinds.count(0), tuple(powers)


def _weight_sum(powers: tuple[int, ...], moments: Sequence[Any], N: sympy.Expr) -> sympy.Expr:
    r"""Return :math:`\mathbb E\sum\prod_s\lambda_{n_s}^{k_s}`, by which of the n's coincide."""
    return sympy.Add(*(_distinct(blocks, moments, N) for blocks in _partitions(powers)))


def _distinct(blocks: list[int], moments: Sequence[Any], N: sympy.Expr) -> sympy.Expr:
    places = sympy.Mul(*(N - s for s in range(len(blocks))))
    return places * sympy.Mul(*(moments[power - 1] for power in blocks))


def _partitions(powers: tuple[int, ...]) -> Iterator[list[int]]:
    """Yield the sums of powers over the blocks of every set partition."""
    if not powers:
        yield []
        return
    for partition in multiset_partitions(list(range(len(powers)))):
        yield [sum(powers[s] for s in block) for block in partition]


def _proportional_limit(expr: sympy.Expr, gamma: sympy.Expr) -> sympy.Expr:
    """Return the limit for d = gamma N, of a polynomial in d and 1/N."""
    ratio = sympy.Dummy("gamma")
    return (
        sympy.expand(expr.subs(symbols.d, ratio * symbols.N)).coeff(symbols.N, 0).subs(ratio, gamma)
    )


def _checked_weight(gram: WeightedGram) -> sympy.Expr:
    """Return scale times N times weight, with the sign that prints shorter."""
    if (gram.left, gram.right) != (INPUT, INPUT):
        raise DomainError(f"the vectors are {gram.left}, {gram.right}; accepted are the inputs x_n")
    weight = sympy.sympify(gram.scale * symbols.N * gram.weight)
    components = weight.atoms(SoftmaxComponent)
    if weight.has(symbols.N, symbols.d):
        raise DomainError(f"scale is {gram.scale}; accepted are multiples of 1/N")
    if not weight.is_polynomial(*components):
        raise DomainError(f"weight is {weight}; accepted are polynomials in softmax components")
    return -weight if weight.could_extract_minus_sign() else weight


def _mean(weight: sympy.Expr) -> sympy.Expr:
    return E(weight) if weight.has(SoftmaxComponent) else weight


def _norm_is(where: str, value: sympy.Expr) -> Step:
    right = shown(value)
    left = r"\tfrac1d\,\mathbb E\|H\|_F^2"
    return Step(f"{where} E|H|_F^2/d is: {right}", f"{left} = {sympy.latex(right)}")

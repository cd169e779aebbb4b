r"""What is measured on a draw of the linear model: block norms and the softmax spread.

All blocks are :math:`H=\frac1N\sum_n\lambda_nx_nx_n^\top`, with
:math:`\lambda_n=p_{n,i}(1-p_{n,i})` on the diagonal and :math:`-p_{n,i}p_{n,j}` off it, and
:math:`\|H\|_F^2=N^{-2}\lambda^\top K\lambda` with :math:`K_{nm}=(x_n^\top x_m)^2`.
Classes are counted from 0 here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.dominate import Kind, averaged_rule, dominating_rule, simplex_factor
from rmtcheck.montecarlo.softmax import (
    Array,
    Probabilities,
    require_classes,
    require_model,
    softmax,
    softmax_of_classes,
)

_TILE = 1_000_000


class BlockNorms(NamedTuple):
    r"""The norms :math:`\frac1d\|H_{ii}\|_F^2` and :math:`\frac1d\|H_{ij}\|_F^2`, with bounds."""

    diagonal: float
    diagonal_bound: float
    off_diagonal: float
    off_diagonal_bound: float


def class_averaged_norms(X: Array, V: Array) -> BlockNorms:
    r"""Return the block norms averaged over all classes and over all pairs of classes.

    :math:`Y_{ii}=\frac1{dC}\sum_i\|H_{ii}\|_F^2` and
    :math:`Y_{ij}=\frac1{dC(C-1)}\sum_{i\ne j}\|H_{ij}\|_F^2`. With :math:`P=(p_{n,i})_{i,n}`
    the sums over classes are matrix products:
    :math:`\sum_{i\ne j}\lambda_{ij,n}\lambda_{ij,m}=(P^\top P)_{nm}^2-\sum_ip_{n,i}^2p_{m,i}^2`.
    Classes are exchangeable, so the means are those of one block, the fluctuations smaller.

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data, one sample per column.
    V : ndarray, shape (C, d)
        Parameters, C at least 2.

    Returns
    -------
    BlockNorms
        The two averages, each followed by the dominating statistic of `dominate`.

    Raises
    ------
    DomainError
        When the shapes do not fit.

    Accuracy
    --------
    Exact sums in floating point; relative error of order ``1e-15 * N``.

    Examples
    --------
    >>> from rmtcheck.montecarlo.draw import draw_linear_model
    >>> from rmtcheck.montecarlo.streams import stream
    >>> norms = class_averaged_norms(*draw_linear_model(5, 9, 2, stream(1, "example", 0)))
    >>> abs(norms.diagonal - norms.off_diagonal) < 1e-12  # two classes: p(1-p) = p q
    True
    """
    d, N, C = require_model(X, V)
    softened = softmax(V @ X)
    sums = np.zeros(4)
    width = max(1, _TILE // N)
    for start in range(0, N, width):
        sums += _class_sums(X, softened, slice(start, start + width))
    per_class, per_pair = 1 / (d * N**2 * C), 1 / (d * N**2 * C * (C - 1))
    return BlockNorms(*map(float, sums * [per_class, per_class, per_pair, per_pair]))


def pair_norms(X: Array, V: Array, i: int = 0, j: int = 1) -> BlockNorms:
    r"""Return the norms of the two blocks :math:`H_{ii}` and :math:`H_{ij}`.

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data, one sample per column.
    V : ndarray, shape (C, d)
        Parameters.
    i, j : int, default 0 and 1
        Two different classes, counted from 0.

    Returns
    -------
    BlockNorms
        The two norms, each followed by the dominating statistic of `dominate`.

    Raises
    ------
    DomainError
        When the shapes do not fit, or the classes are equal or out of range.

    Accuracy
    --------
    Exact sums in floating point; relative error of order ``1e-15 * N``.

    Examples
    --------
    >>> import numpy as np
    >>> X, V = np.ones((1, 1)), np.zeros((2, 1))  # one sample, p = 1/2: every weight is 1/4
    >>> pair_norms(X, V).diagonal, pair_norms(X, V).off_diagonal
    (0.0625, 0.0625)
    """
    d, N, C = require_model(X, V)
    if i == j:
        raise DomainError(f"i = j = {i!r} must be two different classes.")
    softened = softmax_of_classes(X, V, require_classes([i, j], C))
    first, second = softened.p
    quarters = _rules(d, N, C)
    quarter = np.full(N, 0.25)
    weights = np.stack([
        first * (1 - first),
        quarter if quarters[0] else first * softened.excess,
        first * second,
        quarter if quarters[1] else first * second * softened.excess**2,
    ])  # fmt: skip
    return BlockNorms(*map(float, gram_norms(X, weights)))


def gram_norms(X: Array, weights: Array) -> Array:
    r"""Return :math:`\frac1d\|\frac1NX\operatorname{diag}(\lambda)X^\top\|_F^2`, one per weight.

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data.
    weights : ndarray, shape (k, N)
        One vector :math:`\lambda\ge0` per row.

    Returns
    -------
    ndarray, shape (k,)
        The normalized squared norms.

    Raises
    ------
    DomainError
        When a weight is negative or the shapes do not fit.

    Accuracy
    --------
    Exact sums in floating point; relative error of order ``1e-15 * N``.
    """
    d, N = X.shape
    if weights.ndim != 2 or weights.shape[1] != N or not (weights >= 0).all():
        raise DomainError(f"weights of shape {weights.shape} must be non-negative, shape (k, {N}).")
    norms = _by_features if len(weights) * d < N else _by_samples
    return np.asarray(norms(X, weights) / (d * N**2))


def block_norm_matrix(X: Array, V: Array, classes: int) -> Array:
    r"""Return :math:`\frac1d\|H_{ij}\|_F^2` for all pairs among the first few classes.

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data.
    V : ndarray, shape (C, d)
        Parameters.
    classes : int
        How many classes, from 1 to C.

    Returns
    -------
    ndarray, shape (classes, classes)
        Symmetric; entry (i, j) belongs to block (i, j).

    Raises
    ------
    DomainError
        When the shapes do not fit or ``classes`` is out of range.

    Accuracy
    --------
    Relative error of order ``1e-15 * N``.
    """
    _, _, C = require_model(X, V)
    p = softmax_of_classes(X, V, require_classes(list(range(classes)), C)).p
    rows, columns = np.triu_indices(classes)
    same = (rows == columns)[:, None]
    norms = np.empty((classes, classes))
    norms[rows, columns] = gram_norms(
        X, np.where(same, p[rows] * (1 - p[rows]), p[rows] * p[columns])
    )
    norms[columns, rows] = norms[rows, columns]
    return norms


def softmax_spread(V: Array, x: Array) -> tuple[float, float]:
    r"""Return :math:`C\sum_kp_k^2-1` of one sample, and its dominating statistic.

    The spread vanishes exactly when :math:`p` is uniform.

    Parameters
    ----------
    V : ndarray, shape (C, d)
        Parameters.
    x : ndarray, shape (d,)
        One sample.

    Returns
    -------
    tuple of float
        The spread, in :math:`[0,C-1]`, and the statistic of kind ``spread`` in `dominate`.

    Raises
    ------
    DomainError
        When the shapes do not fit.

    Accuracy
    --------
    Absolute error of order ``1e-15 * C``.
    """
    d, N, C = require_model(x[:, None], V)
    softened = softmax(V @ x[:, None])
    second = float(C * (softened.p**2).sum())
    quarter = dominating_rule("spread", d, N, C) == "quarter"
    bound = C - 1.0 if quarter else second * float(softened.excess[0]) ** 2 - 1
    return max(second - 1, 0.0), bound


def _rules(d: int, N: int, C: int) -> tuple[bool, bool]:
    """Whether the diagonal and the off-diagonal block are dominated by the quarter."""
    return (
        dominating_rule("diagonal", d, N, C) == "quarter",
        dominating_rule("off_diagonal", d, N, C) == "quarter",
    )


def _class_sums(X: Array, s: Probabilities, rows: slice) -> Array:
    """Return the four sums over the pairs (n, m) with n in a tile of rows."""
    d, C = len(X), len(s.p)
    K = (X[:, rows].T @ X) ** 2
    squares = s.p**2
    variances = s.p - squares
    first = s.p[:, rows].T @ s.p
    pairs = first**2 - squares[:, rows].T @ squares

    def bound(kind: Kind, count: int, inner: Array, power: int) -> float:
        if averaged_rule(kind, d, C) == "simplex":
            return count * simplex_factor(kind, C) * float(K.sum())
        return float(np.vdot(K, inner * _excess(s, rows, power)))

    return np.array(
        [
            np.vdot(K, variances[:, rows].T @ variances),
            bound("diagonal", C, first, 1),
            np.vdot(K, pairs),
            bound("off_diagonal", C * (C - 1), pairs, 2),
        ]
    )


def _excess(s: Probabilities, rows: slice, power: int) -> Array:
    r = s.excess**power
    return np.outer(r[rows], r)


def _by_features(X: Array, weights: Array) -> Array:
    """Squared norms of the d x d matrices; A A^T of one array is a half-price product."""
    norms = []
    for row in weights:
        A = X * np.sqrt(row)
        norms.append(np.sum((A @ A.T) ** 2))
    return np.array(norms)


def _by_samples(X: Array, weights: Array) -> Array:
    """Quadratic forms of K, whose rows are formed by tiles."""
    N = X.shape[1]
    width, norms = max(1, _TILE // N), np.zeros(len(weights))
    for start in range(0, N, width):
        tile = slice(start, start + width)
        K = (X[:, tile].T @ X) ** 2
        norms += np.einsum("kn,kn->k", weights @ K.T, weights[:, tile])
    return norms

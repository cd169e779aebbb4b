r"""Block norms of one drawn hidden layer while classes are added: one draw, a whole curve.

The weights of the blocks of hidden units are covariances of rows of V under the softmax,

.. math:: \lambda^{ij}_n=1_{n,i}1_{n,j}\Bigl(\sum_cp_{n,c}V_{ci}V_{cj}
          -\sum_cp_{n,c}V_{ci}\sum_cp_{n,c}V_{cj}\Bigr),

functions of the sums over c of :math:`e^{u_{n,c}}` times 1, :math:`V_{ci}` and
:math:`V_{ci}V_{cj}`, which grow class by class; and with :math:`K_{nk}=(x_n^\top x_k)^2`

.. math:: \tfrac1d\|H_{w_iw_j}\|_F^2=\tfrac1{dN^2}\,\lambda^{ij\top}K\lambda^{ij}.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.draw import draw_one_hidden_layer

Array = NDArray[np.float64]
CLASSES = (2, 5, 10, 30, 100, 300, 1000, 3000, 10_000)
"""The numbers of classes at which a curve is read."""
_ROWS = 500
"""Classes added at a time, so that their exponentials fit into memory."""


def norm_curve(rng: np.random.Generator, *, d: int, N: int, m: int) -> Sequence[float]:
    r"""Return the squared norms of one drawn layer, divided by d, at every number of classes.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    d, N, m : int
        Input dimension, samples, and width of at least 2.

    Returns
    -------
    sequence of float, length 2 * len(CLASSES)
        At each number of classes the mean over the diagonal blocks, then that over the others.

    Raises
    ------
    DomainError
        When a size is not an integer in its range.

    Accuracy
    --------
    Sums in floating point, relative error of order ``1e-15 * N``.

    Examples
    --------
    >>> from rmtcheck.montecarlo.streams import stream
    >>> len(norm_curve(stream(0, "example", 0), d=3, N=8, m=2)) == 2 * len(CLASSES)
    True
    """
    require_integer("m", m, 2)
    X, V, W = draw_one_hidden_layer(d, m, N, CLASSES[-1], rng)
    preactivations = W @ X
    pairs = np.triu_indices(m)
    is_diagonal = pairs[0] == pairs[1]
    gates = (preactivations > 0)[pairs[0]] & (preactivations > 0)[pairs[1]]
    kernel = (X.T @ X) ** 2 / (d * N**2)
    row: list[float] = []
    for covariances in _covariances(V, np.maximum(preactivations, 0.0), pairs):
        weights = covariances * gates
        norms = ((weights @ kernel) * weights).sum(axis=1)
        row += [float(norms[is_diagonal].mean()), float(norms[~is_diagonal].mean())]
    return row


def _covariances(V: Array, phi: Array, pairs: tuple[Any, Any]) -> Iterator[Array]:
    """Yield the covariances of pairs of columns under the softmax as classes are added."""
    m, (first, second) = V.shape[1], pairs
    sums = np.zeros((1 + m + len(first), phi.shape[1]))
    for rows in np.split(V, CLASSES[:-1]):
        for part in np.array_split(rows, max(1, len(rows) // _ROWS)):
            ones, products = np.ones((len(part), 1)), part[:, first] * part[:, second]
            sums += np.hstack([ones, part, products]).T @ np.exp(part @ phi)
        mean = sums[1 : 1 + m] / sums[0]
        yield sums[1 + m :] / sums[0] - mean[first] * mean[second]

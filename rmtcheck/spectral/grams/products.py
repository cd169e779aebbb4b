r"""The product :math:`\sum_n\lambda_nl_nr_n^\top` at the cost of one product of matrices.

For :math:`l=r` and weights of one sign the columns are scaled by :math:`\sqrt{|\lambda_n|}` and the
product of the matrix with its own transpose is half a product (BLAS: syrk), exactly symmetric.
Weights of both signs are two such products, of disjoint sets of columns. Columns of weight zero
are left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def weighted_product(weights: Array, left: Array, right: Array | None) -> Array:
    """Return the product for weights (N,) or (), left (p, N), right (q, N) or None for left."""
    if right is not None:
        if len(left) <= len(right):  # a thin matrix on the right is the faster product
            return (right @ (left * weights).T).T
        return left @ (right * weights).T
    if weights.ndim == 0 or (weights == weights[0]).all():
        return weights.flat[0] * (left @ left.T) + 0.0
    return _symmetric(weights, left)


def _symmetric(weights: Array, left: Array) -> Array:
    positive, negative = np.flatnonzero(weights > 0), np.flatnonzero(weights < 0)
    total: Any = 0.0
    if len(positive):
        total = total + _half(weights, left, positive)
    if len(negative):
        total = total - _half(-weights, left, negative)
    return np.asarray(total)


def _half(weights: Array, left: Array, columns: NDArray[np.intp]) -> Array:
    """Return the symmetric product of the columns of positive weight."""
    if len(columns) == len(weights):
        scaled = left * np.sqrt(weights)
    else:
        scaled = left[:, columns]
        scaled *= np.sqrt(weights[columns])
    return scaled @ scaled.T

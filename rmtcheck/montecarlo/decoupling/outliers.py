r"""Extreme eigenvalues of H and of its decoupled copy, with what their eigenvectors see of V.

An eigenvalue of :math:`H=\frac1N\sum_n\lambda(Vx_n)x_nx_n^\top` may leave the bulk, because H
treats the row space of V differently from its complement; the decoupled copy does not know V. The
squared projection of a unit vector q on the row space of V tells the two apart: it tends to a
positive number for an outlier, and is of the order k/d for any other eigenvector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import Statistic
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.draw import Array, Generator, draw_data
from rmtcheck.montecarlo.spectra import weighted_gram
from rmtcheck.vocabulary.local_weights import LocalWeight

ENDS = ("smallest", "largest")
COLUMNS = (
    *ENDS,
    *(f"next_to_{end}" for end in ENDS),
    *(f"overlap_{end}" for end in ENDS),
    *(f"row_overlap_{end}" for end in ENDS),
)
"""Of H; the same names with the prefix ``copy_`` are those of the decoupled copy."""


@dataclass(frozen=True)
class Extremes:
    """The two smallest and the two largest eigenvalues of a matrix, and the outer eigenvectors.

    Attributes
    ----------
    values : ndarray, shape (4,)
        Ascending: smallest, next to it, next to the largest, largest.
    vectors : ndarray, shape (d, 2)
        Unit eigenvectors of the smallest and of the largest.
    """

    values: Array
    vectors: Array

    def row(self, V: Array, named: int) -> list[float]:
        """Return the numbers that `COLUMNS` names."""
        smallest, next_smallest, next_largest, largest = map(float, self.values)
        overlaps = squared_projections(self.vectors, V)
        alone = squared_projections(self.vectors, V[named : named + 1])
        return [smallest, largest, next_smallest, next_largest, *overlaps, *alone]


def extremes_of_draw(
    rng: Generator, *, weight: LocalWeight, d: int, N: int, row: int = 1
) -> Sequence[float]:
    r"""Return the extreme eigenvalues of H and of its decoupled copy at one draw.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    weight : LocalWeight
        A function of k fields.
    d, N : int
        Dimension, at least 4 and k, and number of samples.
    row : int, default 1
        The row of V whose own overlaps are returned, counted from 1.

    Returns
    -------
    list of float
        `COLUMNS` for H, then for the copy.

    Raises
    ------
    DomainError
        When a size or the row is out of range.

    Accuracy
    --------
    Backward stable: errors of order 1e-15 times the spectral norm, for an overlap over the
    distance to the next eigenvalue.
    """
    k = weight.fields
    require_integer("d", d, max(4, k))
    require_integer("row", row, 1)
    if row > k:
        raise DomainError(f"row = {row!r} must be at most the number of fields, {k}.")
    V = rng.standard_normal((k, d)) / np.sqrt(d)
    X, copy = draw_data(d, N, rng), draw_data(d, N, rng)
    weights = (field_function(weight).values(V @ data) for data in (X, copy))
    return [value for own in weights for value in extremes(weighted_gram(X, own)).row(V, row - 1)]


def extremes(matrix: Array) -> Extremes:
    """Return the two eigenvalues at either end of a symmetric matrix of size at least 4."""
    d = len(matrix)
    low, low_vectors = scipy.linalg.eigh(matrix, subset_by_index=[0, 1])
    high, high_vectors = scipy.linalg.eigh(matrix, subset_by_index=[d - 2, d - 1])
    return Extremes(
        np.concatenate([low, high]), np.stack([low_vectors[:, 0], high_vectors[:, 1]], axis=1)
    )


def squared_projections(vectors: Array, V: Array) -> Array:
    r"""Return :math:`\|P_Vq\|^2` for unit vectors q, P the projection on the row space of V.

    Parameters
    ----------
    vectors : ndarray, shape (d, m)
        Unit vectors.
    V : ndarray, shape (k, d)
        Linearly independent rows.

    Returns
    -------
    ndarray, shape (m,)
        Numbers from 0 to 1, up to rounding.

    Accuracy
    --------
    Rounding errors times the condition number of V.

    Examples
    --------
    >>> squared_projections(np.eye(3)[:, :2], np.array([[3.0, 0.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    basis, _ = np.linalg.qr(V.T)
    return np.asarray(((basis.T @ vectors) ** 2).sum(axis=0))


EXTREMES = Statistic((*COLUMNS, *(f"copy_{name}" for name in COLUMNS)), extremes_of_draw)

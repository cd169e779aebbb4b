"""Draws of the random matrices whose spectra the laws describe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.law import shown

MOST_ROWS = 20_000
MOST_ENTRIES = 10**10
COLUMNS_AT_ONCE = 1 << 12

Weights = Callable[[int, np.random.Generator], Array]


def draw_weighted_gram(
    dimension: Any, gamma: float, weights: Weights, rng: np.random.Generator
) -> Array:
    r"""Draw :math:`\frac1NX\Lambda X^\top`, Gaussian :math:`X` of N columns, N nearest to d/gamma.

    Parameters
    ----------
    dimension : int
        Number d of rows.
    gamma : float
        Aspect ratio.
    weights : callable
        Draws a number of weights.
    rng : numpy Generator
        The source of randomness.

    Returns
    -------
    array of shape (d, d)
        Symmetric.

    Raises
    ------
    DomainError
        If the dimension or the generator is none, N would be 0, or X has over 1e10 entries.

    Accuracy
    --------
    Exact in law up to rounding, and the ratio d/N up to that of N to an integer.
    """
    d = _checked(dimension, rng)
    columns = round(d / gamma)
    if d * columns > MOST_ENTRIES:
        raise DomainError(
            f"dimension is {d}, so X has {columns} columns; "
            f"at most {MOST_ENTRIES} entries are drawn"
        )
    if columns == 0:
        raise DomainError(f"dimension is {d}; more than {gamma / 2:.6g} is needed for a column")
    total = np.zeros((d, d))
    for start in range(0, columns, COLUMNS_AT_ONCE):
        count = min(COLUMNS_AT_ONCE, columns - start)
        X = rng.standard_normal((d, count))
        total += (X * weights(count, rng)) @ X.T
    return (total + total.T) / (2 * columns)


def draw_wigner(dimension: Any, variance: float, rng: np.random.Generator) -> Array:
    r"""Draw a symmetric Gaussian matrix with entries of variance :math:`\sigma^2/d`.

    On the diagonal twice that: the Gaussian orthogonal ensemble.

    Parameters
    ----------
    dimension : int
        Number d of rows.
    variance : float
        The variance :math:`\sigma^2` of the law.
    rng : numpy Generator
        The source of randomness.

    Returns
    -------
    array of shape (d, d)

    Raises
    ------
    DomainError
        If the dimension or the generator is none.

    Accuracy
    --------
    Exact in law up to rounding.
    """
    d = _checked(dimension, rng)
    A: Array = rng.standard_normal((d, d)) * np.sqrt(variance / (2 * d))
    return A + A.T


def _checked(dimension: Any, rng: Any) -> int:
    whole = isinstance(dimension, int | np.integer) and not isinstance(dimension, bool)
    if not whole or not 1 <= dimension <= MOST_ROWS:
        raise DomainError(
            f"dimension is {shown(dimension)}; an integer from 1 to {MOST_ROWS} is needed"
        )
    if not isinstance(rng, np.random.Generator):
        raise DomainError(f"rng is {shown(rng)}; a numpy Generator is needed")
    return int(dimension)

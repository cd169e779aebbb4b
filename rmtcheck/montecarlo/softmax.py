"""Softmax of logits, and the factor by which its geometric bound exceeds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError

Array = NDArray[np.float64]

_TILE = 1_000_000
# the norms hold the fourth power of the excess, and e^600 is a double
_LARGEST_LOG_EXCESS = 150.0


@dataclass(frozen=True)
class Probabilities:
    r"""Softmax probabilities of some classes, with the excess of their geometric bound.

    Attributes
    ----------
    p : ndarray, shape (classes, N)
        :math:`p_{n,k}` for the classes asked for.
    log_excess : ndarray, shape (N,)
        :math:`\log r_n`, :math:`r_n=\bar p_{n,k}/p_{n,k}=\frac1C\sum_ce^{u_c-\bar u}\ge1`,
        the same for all classes.
    """

    p: Array
    log_excess: Array

    @property
    def excess(self) -> Array:
        """The factors themselves, or `DomainError` where their powers leave the doubles."""
        largest = float(self.log_excess.max())
        if largest > _LARGEST_LOG_EXCESS:
            raise DomainError(f"logits up to {largest:g} above their mean must be at most 150.")
        return np.exp(self.log_excess)


def softmax(logits: Array) -> Probabilities:
    """Return the softmax down each column, with the largest logit subtracted first."""
    C = logits.shape[0]
    top = logits.max(axis=0)
    center = logits.mean(axis=0)
    p = np.exp(logits - top)
    total = p.sum(axis=0)
    p /= total
    # not negative by the inequality of the means; rounding must not undo it
    return Probabilities(p, np.maximum(np.log(total / C) + top - center, 0.0))


def softmax_of_classes(X: Array, V: Array, classes: list[int]) -> Probabilities:
    """Return the softmax of a few classes of the linear model, by tiles of samples."""
    C, N = V.shape[0], X.shape[1]
    width = max(1, _TILE // C)
    p, log_excess = np.empty((len(classes), N)), np.empty(N)
    for start in range(0, N, width):
        tile = slice(start, min(start + width, N))
        part = softmax(V @ X[:, tile])
        p[:, tile], log_excess[tile] = part.p[classes], part.log_excess
    return Probabilities(p, log_excess)


def require_model(X: Array, V: Array) -> tuple[int, int, int]:
    """Return (d, N, C), or raise `DomainError` where data and parameters do not fit."""
    if X.ndim != 2 or V.ndim != 2 or V.shape[1] != X.shape[0] or V.shape[0] < 2 or not X.size:
        raise DomainError(
            f"X {X.shape} and V {V.shape} must have shapes (d, N) and (C, d), C >= 2."
        )
    return X.shape[0], X.shape[1], V.shape[0]


def require_classes(asked: list[int], C: int) -> list[int]:
    """Return the classes, or raise `DomainError` where one is out of range."""
    if not asked or not all(0 <= k < C for k in asked):
        raise DomainError(f"classes {asked} must be a non-empty list within 0, ..., {C - 1}.")
    return asked

"""The verb: for which aspect ratios a weight that sees the samples has outliers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import brentq

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.decoupling.blocks import SoftmaxBlock, softmax_block
from rmtcheck.spectral.decoupling.gaps import ABOVE, BELOW
from rmtcheck.spectral.decoupling.outliers import edge_values
from rmtcheck.spectral.law import positive
from rmtcheck.vocabulary.local_weights import local_weight

LEAST, GREATEST = 1e-5, 1e5
PER_UNIT = 2
RELATIVE = 1e-10


@dataclass(frozen=True)
class OutlierThreshold:
    """A critical aspect ratio.

    Attributes
    ----------
    gamma : float
        The ratio at which an outlier leaves the outermost edge of the support.
    side : {"below", "above"}
        Which edge.
    direction : str
        The space of logits that its eigenvectors lie along.
    multiplicity : int
        The number of outliers.
    present : {"smaller", "greater"}
        The ratios that have it.
    """

    gamma: float
    side: str
    direction: str
    multiplicity: int
    present: str


def outlier_thresholds(
    gram: Any, *, least: float = LEAST, greatest: float = GREATEST
) -> tuple[OutlierThreshold, ...]:
    r"""Return the aspect ratios at which outliers of a softmax block appear or vanish.

    An outlier beyond the outermost edges, at dual points :math:`u_\pm`, is there if and only if
    an eigenvalue of :math:`D(u_\pm)=I+s(T-tI)` is negative; the ratio where it is 0 is critical.

    Parameters
    ----------
    gram : WeightedGram or LocalWeight
        A multiple of :math:`p_i(1-p_i)` or :math:`p_ip_j`, the softmax that of logits.
    least, greatest : float, default 1e-5 and 1e5
        Ratios between which to look.

    Returns
    -------
    tuple of OutlierThreshold
        By ascending ratio.

    Raises
    ------
    DomainError
        If the weight is another, or the ratios are out of range.

    Accuracy
    --------
    Relative 1e-8; two thresholds of one eigenvalue within a factor of 1.6 may be missed.

    Examples
    --------
    >>> from rmtcheck.vocabulary.grams import WeightedGram
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import N
    >>> p = SoftmaxOfGaussians(2)
    >>> [(t.side, t.present) for t in outlier_thresholds(WeightedGram(1 / N, -p[1] * p[2]))]
    [('above', 'smaller')]
    """
    block = softmax_block(local_weight(gram))
    if block is None:
        raise DomainError(f"gram is {gram}; a multiple of p_i (1 - p_i) or p_i p_j is needed")
    low = float(positive("least", least, 1e-6, 1e6))
    high = float(positive("greatest", greatest, low, 1e6))
    response = block.response(high)
    changes = sorted(_sign_changes(partial(_at_edges, block), np.log(low), np.log(high)))
    sides = (BELOW, ABOVE) if block.factor > 0 else (ABOVE, BELOW)
    return tuple(
        OutlierThreshold(
            float(np.exp(x)),
            sides[side],
            response.spaces[space].name,
            response.spaces[space].multiplicity,
            "smaller" if was_there else "greater",
        )
        for x, side, space, was_there in changes
    )


def _sign_changes(
    table: Callable[[float], Array], low: float, high: float
) -> Iterator[tuple[float, int, int, bool]]:
    """Yield where the entries of a matrix of functions change sign, and if from minus to plus."""
    at = lru_cache(maxsize=None)(table)
    count = 2 + int(PER_UNIT * (high - low))
    for a, b in pairwise(np.linspace(low, high, count).tolist()):
        for side, space in np.argwhere(np.sign(at(a)) != np.sign(at(b))).tolist():
            cell = side, space
            x = brentq(lambda x, cell=cell: float(at(x)[cell]), a, b, xtol=RELATIVE)
            yield float(x), side, space, bool(at(a)[cell] < 0)


def _at_edges(block: SoftmaxBlock, logarithm: float) -> Array:
    """Return the eigenvalues of D at the outermost edges, of shape (2, spaces)."""
    response = block.response(float(np.exp(logarithm)))
    bulks = response.law.dual.bulks
    ends = bulks.lower.place[0], bulks.upper.place[-1]
    return np.stack([edge_values(response, float(u))[:, 0] for u in ends])

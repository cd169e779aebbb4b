"""The verb: the eigenvalues that only weights which see the samples send out of the bulk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import brentq

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.decoupling.blocks import field_responses, softmax_block
from rmtcheck.spectral.decoupling.gaps import (
    ABOVE,
    BELOW,
    BETWEEN,
    Gap,
    gaps_of,
    shared_gaps,
)
from rmtcheck.spectral.decoupling.response import Response
from rmtcheck.spectral.law import positive
from rmtcheck.vocabulary.activations import RELU, Activation
from rmtcheck.vocabulary.local_weights import local_weight

# Points stand for fields: outliers of two sets of points must agree, to this part of the standard
# deviation of the law.
TOLERANCE = 1e-5
EQUAL = 1e-9
MOST_DOUBLINGS = 60
OPPOSITE = {BELOW: ABOVE, BETWEEN: BETWEEN, ABOVE: BELOW}


@dataclass(frozen=True)
class Outlier:
    """An eigenvalue, or a few, that tend to a point outside the support of the limit law.

    Attributes
    ----------
    location : float
        The point.
    multiplicity : int
        How many eigenvalues tend to it.
    overlap : float
        The limit of the squared projection of their eigenvectors on the row space of V.
    direction : str or array of shape (multiplicity, k)
        Where the projections lie, in the orthonormalised rows of V: in the words of the classes
        for softmax weights, else orthonormal rows (up to sign, or a rotation of several).
    side : {"below", "above", "between"}
        Where it is with respect to the support.
    """

    location: float
    multiplicity: int
    overlap: float
    direction: Any
    side: str


def decoupling_outliers(
    gram: Any,
    gamma: Any,
    *,
    readout: Any = None,
    activation: Activation = RELU,
    tolerance: float = TOLERANCE,
) -> tuple[Outlier, ...]:
    r"""Return the outliers of :math:`H=\frac1N\sum_n\lambda(Vx_n)x_nx_n^\top`.

    Points z outside the support of the limit law with :math:`\det(T(z)-z)=0`. An eigenvalue
    :math:`\tau(z)` of T is met once at most in every gap, for it decreases; the overlap is
    :math:`1/(1-\tau'(z))`.

    .. math:: T(z)=\mathbb E\frac{\lambda\,ww^\top}{1+\gamma\lambda s(z)},\qquad
              \lambda=\lambda(w),\quad w\sim N(0,I_k).

    Parameters
    ----------
    gram, gamma, readout, activation
        As for `decoupling_bias`.
    tolerance : float, default 1e-5
        The estimated error that is accepted of a location, in standard deviations of the law.

    Returns
    -------
    tuple of Outlier
        In ascending order, for every gap of the support and both its sides.

    Raises
    ------
    DomainError
        If an argument lies outside its domain, or the points that stand for the fields do not
        tell whether there is an outlier.

    Accuracy
    --------
    Softmax blocks of a linear classifier: estimated relative error 1e-10. Other weights: as the
    tolerance says; gaps narrower than a thousandth of the standard deviation are passed over, and
    so are those that contain weights between the points: a weight without an upper bound has no
    outliers above. Values are looked for by bisection and a search along the axes.

    The support is that of the limit: for many classes the weights have thin tails up to 1/4, which
    it includes. An eigenvalue that stands apart within them at any feasible size is no outlier.

    References
    ----------
    Benaych-Georges and Nadakuditi, Adv. Math. 227 (2011), 494-521, for outliers and overlaps.

    Examples
    --------
    >>> from rmtcheck.vocabulary.grams import WeightedGram
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import N
    >>> p = SoftmaxOfGaussians(10)
    >>> [outlier] = decoupling_outliers(WeightedGram(1 / N, p[1] * (1 - p[1])), 0.05)
    >>> outlier.direction, outlier.side, outlier.multiplicity
    ('e_i - 1/C', 'above', 1)
    """
    weight = local_weight(gram, readout, activation)
    accepted = float(positive("tolerance", tolerance, 1e-15, 1.0))
    block = softmax_block(weight)
    if block is not None:
        response = block.response(gamma)
        found = [_scaled(o, block.factor) for o in _named(response, gaps_of(response))]
        return tuple(sorted(found, key=lambda outlier: outlier.location))
    fine, coarse = field_responses(weight, gamma)
    shared = shared_gaps(fine, coarse)
    first = list(_merged(fine, [gap for gap, _ in shared]))
    second = list(_merged(coarse, [gap for _, gap in shared]))
    _require_same(first, second, accepted * fine.law.equation.spread)
    return tuple(first)


def edge_values(response: Response, u: float) -> Array:
    """Return the eigenvalues of D at a real dual point, ascending in each block."""
    D = response.matrix(np.array([u + 0j]))[0][0].real
    return np.asarray(np.linalg.eigvalsh(D))


def _zeros(response: Response, gap: Gap) -> Iterator[tuple[int, int, float]]:
    """Yield the space, the place among its eigenvalues, and u of every zero of uD(u)."""
    low, high = _bounded(response, gap)
    at_low, at_high = (_shifts(response, u) for u in (low, high))
    for space, rank in np.argwhere((at_low < 0) & (at_high > 0)).tolist():

        def shift(u: float, cell: tuple[int, int] = (space, rank)) -> float:
            return float(_shifts(response, u)[cell])

        yield space, rank, float(brentq(shift, low, high, xtol=1e-300, rtol=1e-14))


def _shifts(response: Response, u: float) -> Array:
    r"""Return the eigenvalues of :math:`uD(u)`, which increase in u, ascending."""
    return np.sort(u * edge_values(response, u), axis=-1)


def _bounded(response: Response, gap: Gap) -> tuple[float, float]:
    """Return a bounded part of a gap that has all zeros: far out, D is positive."""
    if gap.side == BETWEEN:
        return gap.low, gap.high
    edge, way = (gap.high, -1) if gap.side == BELOW else (gap.low, 1)
    far = edge + way * response.law.equation.spread / response.gamma
    for _ in range(MOST_DOUBLINGS):
        if edge_values(response, far).min() > 0:
            break
        far = edge + 2 * (far - edge)
    return min(edge, far), max(edge, far)


def _outlier(response: Response, gap: Gap, space: int, rank: int, u: float) -> Outlier:
    """Return the outlier of a zero, with its direction in the block."""
    points = np.array([u + 0j])
    D, slope = (part[0, space].real for part in response.matrix(points))
    _, vectors = np.linalg.eigh(u * D)
    vector = vectors[:, rank]
    image, stretch = (float(part[0].real) for part in response.law.equation.point_and_slope(points))
    overlap = stretch / (response.gamma * u * float(vector @ slope @ vector))
    multiplicity = response.spaces[space].multiplicity
    return Outlier(image, multiplicity, overlap, vector[None], gap.side)


def _named(response: Response, gaps: list[Gap]) -> Iterator[Outlier]:
    """Yield the outliers with the names of their spaces as directions."""
    for gap in gaps:
        for space, rank, u in _zeros(response, gap):
            outlier = _outlier(response, gap, space, rank, u)
            yield replace(outlier, direction=response.spaces[space].name)


def _merged(response: Response, gaps: list[Gap]) -> Iterator[Outlier]:
    """Yield the outliers, those at the same point as one."""
    single = [_outlier(response, gap, *zero) for gap in gaps for zero in _zeros(response, gap)]
    single.sort(key=lambda outlier: outlier.location)
    apart = EQUAL * response.law.equation.spread
    cuts = [k for k, (a, b) in enumerate(pairwise(single), 1) if b.location - a.location > apart]
    for first, last in pairwise([0, *cuts, len(single)]):
        group = single[first:last]
        if group:
            basis = np.concatenate([outlier.direction for outlier in group])
            yield replace(group[0], multiplicity=len(group), direction=basis)


def _scaled(outlier: Outlier, factor: float) -> Outlier:
    """Return the outlier of a multiple of the matrix."""
    side = outlier.side if factor > 0 else OPPOSITE[outlier.side]
    return replace(outlier, location=factor * outlier.location, side=side)


def _require_same(first: list[Outlier], second: list[Outlier], apart: float) -> None:
    """Refuse outliers on which two sets of points do not agree."""
    places = [np.array([o.location for o in part]) for part in (first, second)]
    if len(first) != len(second) or np.any(abs(places[0] - places[1]) > apart):
        raise DomainError(
            f"the outliers are {places[0]} or {places[1]}, by two sets of points for the fields; "
            "a larger tolerance, fewer fields, or a smoother weight is needed"
        )

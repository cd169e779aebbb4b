"""Gaps of the support on the dual line, and which of them stand when fields are not points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.decoupling.response import FieldResponse, Response

BELOW, BETWEEN, ABOVE = "below", "between", "above"
# Gaps of the law count that two sets of points agree on, to this part of its standard deviation.
TOLERANCE = 1e-3
MOST_STEPS, CLIMBS = 200, 400
# Weights that still change between such a part of fields far out and the fields, or within
# such a distance of a place, have no end.
FAR, NEAR = 2.0**-20, 2.0**-40
# Not a half, for the middle of two mirror images is often a pole.
CUT = 0.41


@dataclass(frozen=True)
class Gap:
    """An interval of the dual line whose image lies outside the support; its ends, and where."""

    low: float
    high: float
    side: str


def gaps_of(response: Response) -> list[Gap]:
    """Return the gaps of the support, without the one around an atom at 0.

    There :math:`uD(u)` is 0 at 0 and monotone: no outlier.
    """
    bulks = response.law.dual.bulks
    low, high = bulks.lower.place.tolist(), bulks.upper.place.tolist()
    inner = [Gap(a, b, BETWEEN) for a, b in zip(high, low[1:], strict=False) if a < b]
    outer = [Gap(-np.inf, low[0], BELOW), *inner, Gap(high[-1], np.inf, ABOVE)]
    return [gap for gap in outer if not gap.low < 0 < gap.high]


def shared_gaps(fine: FieldResponse, coarse: FieldResponse) -> list[tuple[Gap, Gap]]:
    """Return the gaps of one law with those of the other that are, but for a little, the same.

    Every value of a weight where it is continuous belongs to the support, points or not. So an
    outer gap ends at the outermost value, and one in which there is a value is left out.
    """
    ends = {BELOW: _beyond(fine, -1), ABOVE: _beyond(fine, 1)}
    apart = TOLERANCE * fine.law.equation.spread
    ours, theirs = (_shortened(gaps_of(response), ends) for response in (fine, coarse))
    pairs = [(ours[a], theirs[b]) for a, b in _matched(fine, ours, coarse, theirs, apart)]
    return [(mine, its) for mine, its in pairs if mine.side != BETWEEN or not _is_met(fine, mine)]


def _shortened(gaps: list[Gap], ends: dict[str, float]) -> list[Gap]:
    """Return the gaps, the outer ones beyond the outermost values only, none beyond infinity."""
    shorter = {
        BELOW: lambda gap: replace(gap, high=min(gap.high, ends[BELOW])),
        BETWEEN: lambda gap: gap,
        ABOVE: lambda gap: replace(gap, low=max(gap.low, ends[ABOVE])),
    }
    cut = [shorter[gap.side](gap) for gap in gaps]
    return [gap for gap in cut if gap.low < gap.high]


def _images(response: Response, gaps: list[Gap]) -> Array:
    """Return the ends of gaps of the spectrum, shape (n, 2), ascending."""
    ends = np.array([[gap.low, gap.high] for gap in gaps]).reshape(-1, 2)
    images, is_end = ends.copy(), np.isfinite(ends)
    images[is_end] = response.law.equation.point(ends[is_end] + 0j).real
    return images


def _matched(
    fine: Response, ours: list[Gap], coarse: Response, theirs: list[Gap], apart: float
) -> Iterator[tuple[int, int]]:
    """Yield places of gaps, the first wide enough, whose ends are less than apart."""
    mine, other = _images(fine, ours), _images(coarse, theirs)
    order = np.argsort(other[:, 0], kind="stable")
    lows = other[order, 0]
    for row in np.flatnonzero(mine[:, 1] - mine[:, 0] > apart).tolist():
        low, high = mine[row]
        first = np.searchsorted(lows, low - apart)
        near = order[first : np.searchsorted(lows, low + apart, side="right")]
        same = [k for k in near.tolist() if _is_near(other[k, 1], high, apart)]
        same = [k for k in same if ours[row].side == theirs[k].side]
        if same:
            yield row, max(same, key=lambda k: float(other[k, 1] - max(other[k, 0], low)))


def _is_near(one: float, two: float, apart: float) -> bool:
    """Whether numbers, perhaps infinite, are less than apart."""
    return bool(one == two or abs(one - two) < apart)


def _is_met(response: FieldResponse, gap: Gap) -> bool:
    """Whether the weight has a value within the gap between a point below and one above it.

    It has where it is continuous: bisection meets such a value, or a jump.
    """
    values = response.weights
    if not values.min() <= gap.low < gap.high <= values.max():
        return False
    below = response.places[:, np.where(values <= gap.low, values, -np.inf).argmax()]
    above = response.places[:, np.where(values >= gap.high, values, np.inf).argmin()]
    for _ in range(MOST_STEPS):
        middle = below + CUT * (above - below)
        value = _values(response, middle[:, None])[0]
        if gap.low < value < gap.high:
            return True
        below, above = (middle, above) if value <= gap.low else (below, middle)
    return False


def _beyond(response: FieldResponse, sign: int) -> float:
    """Return the greatest weight, or for the sign -1 the least; infinite if there is none."""
    place, top = _climbed(response, sign)
    far = sign * _values(response, place[:, None] * FAR)
    steps = NEAR * (1 + abs(place).max()) * np.eye(len(place))
    around = sign * _values(response, place[:, None] + np.hstack([steps, -steps]))
    little = TOLERANCE * float(np.ptp(response.weights))
    is_pole = top - np.nan_to_num(around, nan=-np.inf).max() > little
    grows = abs(place).max() * FAR > 1 / FAR and top - far[0] > little
    return sign * (np.inf if is_pole or grows else top)


def _climbed(response: FieldResponse, sign: int) -> tuple[Array, float]:
    """Return where the weight times the sign is greatest, by a search along the axes."""
    start = int((sign * response.weights).argmax())
    place, top = response.places[:, start], float(sign * response.weights[start])
    axes, step = np.hstack([np.eye(len(place)), -np.eye(len(place))]), 1.0
    for _ in range(CLIMBS):
        around = place[:, None] + step * axes
        heights = np.nan_to_num(sign * _values(response, around), nan=-np.inf)
        best = int(heights.argmax())
        if heights[best] > top:
            place, top, step = around[:, best], float(heights[best]), 2 * step
        else:
            step /= 2
    return place, top


def _values(response: FieldResponse, places: Array) -> Array:
    """Return the weights at places, one by one, nan beyond the range of floats."""
    return np.array([_value(response, place) for place in places.T])


def _value(response: FieldResponse, place: Array) -> float:
    try:
        return float(response.weight(place[:, None])[0])
    except DomainError:
        return float(np.nan)

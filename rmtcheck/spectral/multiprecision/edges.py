r"""The edges of the support: the real dual points where g crosses the aspect ratio.

.. math:: g(u)=\int\frac{\lambda^2}{(u-\lambda)^2}d\nu=\sum_k\frac{c_k}{(u-\lambda_k)^2}=\gamma

Between two neighbouring weights, and outside all of them, :math:`g^{-1/2}` is concave: a power
mean of order -2 of the distances :math:`|u-\lambda_k|/\sqrt{c_k}`, which are affine there. So
Newton's method for :math:`g^{-1/2}=\gamma^{-1/2}`, started at a weight, comes to the first
crossing from one side without ever passing it; and where it meets a slope of the wrong sign, or
the next weight, there is no crossing: the gap is closed.

If :math:`\gamma` is the mass of the weights other than 0, then u = 0 is a crossing with image 0:
the right end of its gap if :math:`g'(0)=2\int\lambda^{-1}d\nu` is positive, the left end if it
is negative, and the place where two intervals touch if it vanishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from rmtcheck.errors import PrecisionError
from rmtcheck.spectral.multiprecision.exact import exact
from rmtcheck.spectral.multiprecision.population import InverseMap, Maps

FIRST_BITS = 128
MOST_DOUBLINGS = 6
MOST_STEPS = 200
RATIONAL_BITS = 3000


class Edge:
    r"""A real dual point with :math:`g(u)=\gamma`, to any number of bits.

    Parameters
    ----------
    maps : Maps
        The inverse map.
    start : number
        A first approximation; 0 only for the edge 0 itself.
    """

    def __init__(self, maps: Maps, start: Any) -> None:
        self.maps, self._best = maps, start

    def dual(self, bits: int) -> Any:
        """Return the dual point at the working precision of the context.

        Accuracy
        --------
        Rounding errors of this many bits, divided by the relative width of a small gap.
        """
        chart, context = self.maps.at(bits), self.maps.context
        for _ in range(MOST_STEPS if self._best else 0):
            step = _newton_step(context, chart.gamma, *chart.crowding(self._best))
            self._best = self._best + step
            if abs(step) <= context.ldexp(abs(self._best), -bits // 2 - 8):
                break
        return self._best

    def place(self, bits: int) -> Any:
        """Return its image, the edge of the spectrum, at the working precision of the context.

        Accuracy
        --------
        Rounding errors of the terms of x, for x is stationary at the dual point.
        """
        return self.maps.at(bits).jet(self.dual(bits))[0] if self._best else self.maps.context.zero


@dataclass(frozen=True)
class Bulk:
    """One interval of the continuous part: its edges, and the distribution function there."""

    low: Edge
    high: Edge
    low_level: Fraction
    high_level: Fraction


@dataclass(frozen=True)
class Gap:
    """An interval of real dual points outside the support, with so many weights below it."""

    index: int
    left: Any
    right: Any


def find_bulks(maps: Maps) -> tuple[Bulk, ...]:
    r"""Return the intervals of the continuous part, ascending.

    Parameters
    ----------
    maps : Maps
        The inverse map.

    Raises
    ------
    PrecisionError
        If two intervals touch, or nearly so, beyond the precision limit.

    Accuracy
    --------
    The number of intervals and the levels are exact; edges are found to any precision.
    """
    found = (_gap(maps, index) for index in range(len(maps.population.atoms) + 1))
    gaps = [gap for gap in found if gap is not None]
    return tuple(
        Bulk(
            Edge(maps, before.right),
            Edge(maps, after.left),
            maps.population.mass_below(before.index, is_left=False),
            maps.population.mass_below(after.index, is_left=True),
        )
        for before, after in pairwise(gaps)
    )


def rational_edge(bulks: tuple[Bulk, ...], x: Fraction) -> Fraction | None:
    """Return the dual point of the edge that is exactly x, if it is rational.

    A rational edge has a rational dual point, unless several edges have images that coincide.

    Accuracy
    --------
    Exact: a dual point that is returned satisfies both equations in exact arithmetic.
    """
    edges = [edge for bulk in bulks for edge in (bulk.low, bulk.high)]
    maps = edges[0].maps
    with maps.context.workprec(RATIONAL_BITS):
        nearest = min(
            edges, key=lambda edge: abs(edge.place(RATIONAL_BITS) - maps.context.convert(x))
        )
        dual = exact("u", nearest.dual(RATIONAL_BITS))
    candidate = dual.limit_denominator(1 << RATIONAL_BITS // 3)
    return candidate if maps.population.is_edge(candidate, x) else None


def _gap(maps: Maps, index: int) -> Gap | None:
    """Return the gap above so many weights, with 0 in its place in the square case."""
    population = maps.population
    holds_zero = population.is_square and index == population.negative_count
    if holds_zero and population.tilt_at_zero == 0:
        return None
    gap = _decided(maps, index)
    if not holds_zero or gap is None:
        return gap
    return Gap(index, gap.left, 0) if population.tilt_at_zero > 0 else Gap(index, 0, gap.right)


def _decided(maps: Maps, index: int) -> Gap | None:
    """Return the gap above so many weights, or None where it is closed, at the least precision."""
    context = maps.context
    if maps.floating is not None:
        try:
            return _crossings(maps.floating, index)
        except (_UndecidedError, OverflowError, ZeroDivisionError):
            pass
    for bits in (FIRST_BITS << k for k in range(MOST_DOUBLINGS)):
        with context.workprec(bits):
            try:
                return _crossings(maps.at(bits), index)
            except (_UndecidedError, ZeroDivisionError):
                continue
    low, high = (float(a) for a in maps.population.atoms[index - 1 : index + 1])
    raise PrecisionError(
        f"the intervals of the weights {low} and {high} touch or nearly so: "
        f"undecided with {bits} bits"
    )


class _UndecidedError(ArithmeticError):
    """The precision does not suffice to tell an open gap from a closed one."""


def _crossings(chart: InverseMap, index: int) -> Gap | None:
    count = len(chart.atoms)
    if 0 < index < count and _is_narrow(chart, index):
        return None
    left = _crossing(chart, index - 1, 1) if index else None
    right = _crossing(chart, index, -1) if index < count else None
    if left is None and right is None and 0 < index < count:
        return None
    if 0 < index < count:
        _check_open(chart, left, right)
    return Gap(index, left, right)


def _check_open(chart: InverseMap, left: Any, right: Any) -> None:
    """Refuse a gap that is not seen to be open in the middle."""
    if left is None or right is None or not left < right:
        raise _UndecidedError
    middle, _ = chart.crowding((left + right) / 2)
    if not middle < chart.gamma * (1 - _margin(chart)):
        raise _UndecidedError


def _is_narrow(chart: InverseMap, index: int) -> bool:
    """Whether the two neighbours alone keep g above gamma: its least value is explicit."""
    width = chart.atoms[index] - chart.atoms[index - 1]
    if width <= _margin(chart) * abs(chart.atoms[index]):
        raise _UndecidedError
    roots = sum(chart.strengths[k] ** (1 / 3) for k in (index - 1, index))
    return bool(roots**3 > (1 + 1e-6) * chart.gamma * width**2)


def _crossing(chart: InverseMap, start: int, side: int) -> Any:
    """Return the crossing that Newton's method reaches from a weight, None if there is none."""
    context, gamma = chart.context, chart.gamma
    end = start + side
    limit = chart.atoms[end] if 0 <= end < len(chart.atoms) else None
    u, excess = chart.atoms[start] + side * context.sqrt(chart.strengths[start] / gamma), None
    for _ in range(MOST_STEPS):
        passed = limit is not None and side * (limit - u) <= 0
        value, slope = (gamma, 0) if passed else chart.crowding(u)
        if passed or (value > gamma and side * slope >= 0):
            return _refused(chart, excess if passed else value / gamma - 1)
        excess = value / gamma - 1
        if excess <= context.sqrt(context.eps):
            return u
        u += _newton_step(context, gamma, value, slope)
    raise _UndecidedError


def _refused(chart: InverseMap, excess: Any) -> None:
    """Say that there is no crossing, unless the last point was too close to one."""
    if excess is not None and excess < _margin(chart):
        raise _UndecidedError


def _newton_step(context: Any, gamma: Any, value: Any, slope: Any) -> Any:
    r"""Return the step for :math:`g^{-1/2}=\gamma^{-1/2}`."""
    return 2 * value * (1 - context.sqrt(value / gamma)) / slope


def _margin(chart: InverseMap) -> Any:
    return chart.context.sqrt(chart.context.sqrt(chart.context.eps))

r"""The dual point of an exact z, to any number of bits, certified by a sign.

Two kinds of u solve :math:`x(u)=z` on the right branch (:mod:`rmtcheck.spectral.equations`): any
of the open upper half plane, and, outside the support, a real one with :math:`x'(u)>0`. Let
:math:`\eta=|x(u)-z|/|x'(u)|` be the length of a Newton step, :math:`\rho` the distance from u to
the nearest weight and :math:`B=2\int\lambda^2/|u-\lambda|^3d\nu`. If :math:`10\eta\le\rho`, then
:math:`|x''|\le2B` within :math:`2\eta` of u, and if also :math:`8\eta B\le|x'(u)|`, the theorem of
Newton and Kantorovich gives one root there, within :math:`1.2\eta`, and a slope within a third
of :math:`x'(u)`. So an imaginary part above :math:`2\eta` has the sign of that of the root, and so
has a real slope. The second derivative at u alone says nothing: it may vanish far from any root.

A start is found by a path from far above, in floats, or in more digits where floats cannot tell the
sign, which happens next to edges. It decides nothing: what is returned passes the test itself.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath

from rmtcheck.errors import PrecisionError
from rmtcheck.spectral.multiprecision.exact import Point
from rmtcheck.spectral.multiprecision.population import InverseMap, Maps

SAFETY = 2
CORRECTIONS = 5
MOST_STEPS = 150
STUCK = 0.9
FIRST_BITS = 64


class DualPoint:
    r"""The solution u of :math:`x(u)=z` on the branch of the Stieltjes transform.

    Parameters
    ----------
    maps : Maps
        The inverse map.
    z : Point
        A point of the closed upper half plane; on the real line the value from above.
    edge : callable
        From z to the rational dual point of an edge that is exactly z, or None.
    """

    def __init__(self, maps: Maps, z: Point, edge: Callable[[Fraction], Fraction | None]) -> None:
        self.maps, self.z, self.edge = maps, z, edge
        self._best: Any = None
        self._bits = 0
        self._at_edge: Fraction | None = None

    def at(self, bits: int) -> Any:
        r"""Return u, an mpc in the upper half plane or an mpf on the real line.

        Parameters
        ----------
        bits : int
            Working precision, which the context must be set to.

        Raises
        ------
        PrecisionError
            If z cannot be told from an edge of the support with so many bits.

        Accuracy
        --------
        Rounding errors of this many bits times the condition number :math:`\gamma/|x'(u)|`;
        exact at an edge whose dual point is rational.
        """
        if self._at_edge is None:
            self._climb(bits)
            if self._best is not None:
                return self._best
            self._at_edge = self._edge
        if self._at_edge is None:
            raise PrecisionError(
                f"z = {self._shown()} cannot be told from an edge of the support with {bits} bits"
            )
        return self.maps.context.convert(self._at_edge)

    @cached_property
    def _edge(self) -> Fraction | None:
        return None if self.z.imag else self.edge(self.z.real)

    def _climb(self, bits: int) -> None:
        """Improve the best point through precisions each at most twice the one before."""
        if self._best is None:
            self._start()
        rungs = [bits]
        while self._best is not None and rungs[0] > 2 * max(self._bits, FIRST_BITS):
            rungs.insert(0, rungs[0] // 2 + 8)
        for rung in rungs:
            with self.maps.context.workprec(rung):
                self._improve(rung)

    def _start(self) -> None:
        if self.maps.floating is not None:
            self._best, self._bits = follow(self.maps.floating, self.z), 53

    def _improve(self, bits: int) -> None:
        """Bring the best point to a precision, or forget it if it does not pass the test."""
        chart = self.maps.at(bits)
        point = _numbers(chart, self.z)
        if self._best is not None:
            self._best = polished(chart, point, self._best)
            self._best = certified(chart, point, self._best, chart.jet(self._best))
        if self._best is None:
            self._best = follow(chart, self.z)
            if self._best is not None:
                self._best = polished(chart, point, self._best)
        self._bits = bits

    def _shown(self) -> str:
        """Return z to 17 digits, for a message, also where it is out of the range of floats."""
        context = mpmath.MPContext()
        context.dps = 30
        parts = [context.nstr(context.convert(part), 17) for part in self.z]
        return f"{parts[0]}+{parts[1]}j" if self.z.imag else parts[0]


def certified(chart: InverseMap, z: Any, u: Any, jet: tuple[Any, Any, Any]) -> Any:
    """Return u, its conjugate or its real part, if one is certain to be on the right branch.

    Parameters
    ----------
    chart : InverseMap
        The map.
    z : number
        The point asked for, of real type on the real line.
    u : number
        A dual point.
    jet : tuple
        The map and its derivatives there.

    Returns
    -------
    number or None

    Accuracy
    --------
    Certain, see the module, if the bound of rounding errors is one.
    """
    error = _error(chart, z, u, jet)
    if error is None:
        return None
    if u.imag > SAFETY * error:
        return u
    if z.imag != 0:
        return None
    if u.imag < -SAFETY * error:
        return u.conjugate()
    real = u.real
    there = chart.jet(real)
    return real if there[1] > 0 and _error(chart, z, real, there) is not None else None


def polished(chart: InverseMap, z: Any, u: Any) -> Any:
    """Take Newton steps until what is left of the error is below the rounding of u."""
    context = chart.context
    for _ in range(MOST_STEPS):
        point, slope, bend = chart.jet(u)
        if slope == 0:
            break
        step = (point - z) / slope
        u = u - step
        if abs(step * step * bend) <= context.eps * abs(slope) * abs(u):
            break
    return u


def follow(chart: InverseMap, z: Point) -> Any:
    """Return a certified dual point at the end of a path from far above, or None.

    Each step is predicted to second order and judged by its arrival, as in
    :mod:`rmtcheck.spectral.solvers.continuation`. The end is tried first, then a part of the height
    that is squared after each success: near an edge the prediction is better the lower it starts.
    """
    try:
        return _followed(chart, z)
    except (OverflowError, ZeroDivisionError):
        return None


def _followed(chart: InverseMap, z: Point) -> Any:
    context, target = chart.context, _numbers(chart, z)
    height, ratio = 4 * chart.spread, context.mpf(1) / 4
    u = _landed(chart, _raised(context, target, height), _far(chart, target, height))
    while u is not None and ratio < STUCK:
        end = _stepped(chart, target, u, height, 0)
        if end is not None:
            return end
        arrived = _stepped(chart, target, u, height, height * ratio)
        if arrived is None:
            ratio = context.sqrt(ratio)
        else:
            u, height, ratio = arrived, height * ratio, ratio * ratio
    return None


def _stepped(chart: InverseMap, z: Any, u: Any, height: Any, lower: Any) -> Any:
    trial = _predicted(chart.context, chart.jet(u), u, -1j * (height - lower))
    return _landed(chart, _raised(chart.context, z, lower), trial)


def _far(chart: InverseMap, z: Any, height: Any) -> Any:
    return _raised(chart.context, z - chart.mean, height) / chart.gamma


def _raised(context: Any, z: Any, height: Any) -> Any:
    return context.mpc(z.real, z.imag + height) if height or z.imag else z


def _numbers(chart: InverseMap, z: Point) -> Any:
    """Return z in the arithmetic of a map, of real type on the real line."""
    real = chart.context.convert(z.real)
    return chart.context.mpc(real, chart.context.convert(z.imag)) if z.imag else real


def _predicted(context: Any, jet: tuple[Any, Any, Any], u: Any, change: Any) -> Any:
    _, slope, bend = jet
    root = context.sqrt(slope * slope + 2 * bend * change)
    if (root * slope.conjugate()).real < 0:
        root = -root
    return u + 2 * change / (slope + root)


def _landed(chart: InverseMap, z: Any, u: Any) -> Any:
    """Return a certified point by a few Newton steps, or None."""
    for _ in range(CORRECTIONS):
        jet = chart.jet(u)
        found = certified(chart, z, u, jet)
        if found is not None or jet[1] == 0:
            return found
        u = u - (jet[0] - z) / jet[1]
    return None


def _error(chart: InverseMap, z: Any, u: Any, jet: tuple[Any, Any, Any]) -> Any:
    """Return the length of a Newton step with rounding, or None where it proves no root."""
    steepness = abs(jet[1])
    if steepness == 0:
        return None
    error, clearance = (abs(jet[0] - z) + chart.rounding(u)) / steepness, chart.clearance(u)
    isolated = 10 * error <= clearance
    return error if isolated and 8 * error * chart.bend(u, jet) <= steepness else None

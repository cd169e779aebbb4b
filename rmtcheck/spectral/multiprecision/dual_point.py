r"""The dual point of an exact z, to any number of bits, certified by a sign.

Two kinds of u solve :math:`x(u)=z` on the right branch (:mod:`rmtcheck.spectral.equations`): any
of the open upper half plane, and, outside the support, a real one with :math:`x'(u)>0`. Where
:math:`|x''|\,|x-z|` is small against :math:`|x'|^2` Newton's method converges, and the error is a
small multiple of its step; an imaginary part or a slope that is larger has a certain sign.

A start is found by a path from far above, in floats, or in more digits where floats cannot tell the
sign, which happens next to edges. It decides nothing: what is returned passes the test itself.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from rmtcheck.errors import PrecisionError
from rmtcheck.spectral.multiprecision.exact import Point
from rmtcheck.spectral.multiprecision.population import InverseMap, Maps

SAFETY = 4
CORRECTIONS = 5
MOST_STEPS = 150
STUCK = 0.9
FIRST_BITS = 64
MOST_DOUBLINGS = 6


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
            If z cannot be told from an edge of the support.

        Accuracy
        --------
        Rounding errors of this many bits times the condition number :math:`\gamma/|x'(u)|`;
        exact at an edge whose dual point is rational.
        """
        for doubling in range(MOST_DOUBLINGS):
            if self._at_edge is not None:
                return self.maps.context.convert(self._at_edge)
            self._climb(bits << doubling)
            if self._best is not None:
                return self._best
            if doubling == 0 and not self.z.imag:
                self._at_edge = self.edge(self.z.real)
        raise PrecisionError(
            f"z = {self._shown()} cannot be told from an edge of the support "
            f"with {bits << doubling} bits"
        )

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
        real, imag = map(float, self.z)
        return f"{real}+{imag}j" if imag else f"{real}"


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
    The tests take the second derivative at u for that of its neighbourhood.
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
    """Return a bound of the distance to a root, or None where Newton's method is not safe."""
    point, slope, bend = jet
    steepness = abs(slope)
    if steepness == 0:
        return None
    error = (abs(point - z) + chart.rounding(u)) / steepness
    return error if SAFETY * error * abs(bend) <= steepness else None

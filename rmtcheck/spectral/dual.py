r"""The dual point of every point: the inverse of :math:`x(u)` on the closed upper half plane.

Three regions, three starts, one equation: around the nearest anchor A it reads
:math:`x(A+h)-x(A)=z-x(A)`, and both sides keep their digits.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from rmtcheck.errors import ConvergenceError
from rmtcheck.spectral.anchored import (
    Anchors,
    Neighbourhoods,
    Refined,
    anchored_at,
    joined,
    neighbourhoods,
)
from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray, IntArray
from rmtcheck.spectral.curve import Curve, trace
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.graded import GradedMap
from rmtcheck.spectral.solve import solve_stieltjes
from rmtcheck.spectral.solvers.level_curve import height, level_curve
from rmtcheck.spectral.support import Bulks, find_bulks

MOST_STEPS = 40
CLOSE = 1e-9
LEVEL_STEPS = 8
GRADED_STEPS = 400
REAL = 1e-12
SHARP = 1e-6


class DualMap:
    r"""The map from z to :math:`u=-1/(\gamma s)`, :math:`\Im z\ge0`, boundary values from above.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    """

    def __init__(self, equation: StieltjesEquation) -> None:
        self.equation = equation
        self._covered: IntArray = np.zeros(0, dtype=int)
        self._traced = Curve.empty()

    @cached_property
    def bulks(self) -> Bulks:
        """The components of the support."""
        return find_bulks(self.equation)

    @cached_property
    def curve(self) -> Curve:
        """The table that points of the support start from, over all bulks."""
        return self.curve_over(np.arange(len(self.bulks.low)))

    def curve_over(self, bulks: IntArray) -> Curve:
        """Return a table that covers some bulks at least, traced when they are first asked for."""
        new = np.setdiff1d(bulks, self._covered)
        if len(new):
            part = trace(self.equation, self.bulks, new)
            self._traced = self._traced.joined(part)
            self._covered = np.union1d(self._covered, new)
        return self._traced

    @cached_property
    def anchors(self) -> Anchors:
        """The edges, and 0 where the law has an atom."""
        parts = [self.bulks.lower, self.bulks.upper]
        if self.equation.lack > 0:
            parts.append(anchored_at(self.equation, np.zeros(1)))
        return joined(parts)

    def __call__(self, z: ComplexArray) -> ComplexArray:
        """Return u at points of the closed upper half plane, shape (n,).

        Raises
        ------
        ConvergenceError
            If a point stays unsolved.

        Accuracy
        --------
        Relative distance from the nearest edge's dual point about 1e-14.
        """
        u = np.empty(len(z), dtype=complex)
        on_axis = z.imag == 0
        bulk = on_axis & self.bulks.holds(z.real)
        gap = on_axis & ~bulk
        u[bulk] = self.inside(z.real[bulk])
        u[gap] = self.outside(z.real[gap])
        u[~on_axis] = self.above(z[~on_axis])
        return u

    def inside(self, x: Array) -> ComplexArray:
        """Return u in the upper half plane for points of the interior of the support."""
        bulk = self.bulks.place(x) - 1
        lower, upper = self.bulks.lower[bulk], self.bulks.upper[bulk]
        left = abs(lower.distance(x)) <= abs(upper.distance(x))
        anchors = _chosen(left, lower, upper)
        h, solved = self._newton(x + 0j, anchors, self.curve_over(bulk).start(x, anchors))
        if not solved.all():
            h[~solved], solved[~solved] = self._next_to_edges(x[~solved], anchors[~solved])
        u, solved = self._regraded(x + 0j, anchors.place + h, anchors, solved)
        if not solved.all():
            rough = level_curve(self.equation, x[~solved] + 0j).dual
            stray = anchors[~solved]
            h = self._on_level(x[~solved] + 0j, stray, rough - stray.place)
            u[~solved] = stray.place + h
        _demand(u.imag > 0, x)
        return u

    def outside(self, x: Array) -> Array:
        r"""Return the real u with :math:`x(u)=x`, :math:`x'(u)\ge0`, outside the support."""
        anchors, h = self._beside(x)
        u: Array = anchors.place + h
        return u

    def _beside(self, x: Array) -> tuple[Anchors, Array]:
        """Return the nearest anchors of points outside the support, and real u less these."""
        anchors = self.anchors[self._nearest(x + 0j)]
        low, high = self._bracket(x)
        low, high = low - anchors.place, high - anchors.place
        xi = anchors.distance(x)
        h = np.empty_like(x)
        for rows, near in neighbourhoods(
            self.equation, anchors, (low + high) / 2 + 1j * (high - low)
        ):
            h[rows] = _bracketed(near, xi[rows], low[rows], high[rows])
        return anchors, np.where(xi == 0, 0.0, h)

    def above(self, z: ComplexArray) -> ComplexArray:
        """Return u for points of the open upper half plane."""
        if not len(z):
            return z
        anchors = self.anchors[self._nearest(z)]
        start = solve_stieltjes(self.equation, z, throw=False).dual - anchors.place
        h, solved = self._newton(z, anchors, start)
        flat = ~solved | (h.imag < 1e-3 * abs(h))
        over = flat & ~self.bulks.holds(z.real)
        h[over], solved[over] = self._over_gaps(z[over], anchors[over])
        flat &= ~(over & solved)
        h[flat] = self._on_level(z[flat], anchors[flat], np.where(solved, h, start)[flat])
        return self._regraded(z, anchors.place + h, anchors, solved)[0]

    def _over_gaps(self, z: ComplexArray, anchors: Anchors) -> tuple[ComplexArray, BoolArray]:
        r"""Start next to the real u below, from :math:`\Im u=\Im z/x'(u)`."""
        _, low = self._beside(z.real)
        h, solved, target = low + 0j, np.zeros(len(z), dtype=bool), anchors.distance(z)
        for rows, near in neighbourhoods(self.equation, anchors, h):
            _, slope = near.image(h[rows])
            start = low[rows] + 1j * z[rows].imag / np.where(slope.real > 0, slope.real, np.inf)
            h[rows], solved[rows] = descended(near, target[rows], start, sharp=True)
        return h, solved

    def _next_to_edges(self, x: Array, edges: Anchors) -> tuple[ComplexArray, BoolArray]:
        r"""Start from the square root :math:`\sqrt{2(x-x(A))/x''(A)}` at the nearest edge A."""
        bend = abs(self.equation.surplus(edges.place)[1]) / 2
        start = 1j * np.sqrt(abs(edges.distance(x)) / np.where(bend > 0, bend, 1))
        return self._newton(x + 0j, edges, start)

    def _regraded(
        self, z: ComplexArray, u: ComplexArray, anchors: Anchors, solved: BoolArray
    ) -> tuple[ComplexArray, BoolArray]:
        """Solve anew where larger atoms fill the ratio, but next to edges, whose anchors do."""
        graded = self.equation.graded
        again = (graded.governs(u) & (abs(u - anchors.place) > abs(u) / 4)) | ~solved
        starts = (u, 1j * abs(u), np.full_like(u, graded.start)) if len(graded.cuts) > 1 else ()
        for start in starts:
            todo = np.flatnonzero(again & (start.imag > 0))
            for rows in (todo[part] for part in self.equation.blocks(len(todo))):
                better, found = descended(graded, z[rows], start[rows], GRADED_STEPS)
                u[rows[found]], solved[rows[found]], again[rows[found]] = better[found], True, False
        return u, solved

    def _on_level(self, z: ComplexArray, anchors: Anchors, h: ComplexArray) -> ComplexArray:
        r"""Slide along the curve :math:`\Im x=\Im z`, where heights far below |h| keep digits."""
        target, a = anchors.distance(z), h.real
        for _ in range(LEVEL_STEPS):
            h = a + 1j * height(self.equation, anchors.place + a, z.imag)
            for rows, near in neighbourhoods(self.equation, anchors, h):
                moved, slope = near.image(h[rows])
                a[rows] += (target[rows] - moved).real * (1 / slope).real
        return h

    def _nearest(self, z: ComplexArray) -> IntArray:
        image = self.anchors.image
        right = np.searchsorted(image, z.real).clip(1, len(image) - 1)
        nearer = abs(z.real - image[right - 1]) <= abs(image[right] - z.real)
        found: IntArray = np.where(nearer, right - 1, right)
        return found

    def _bracket(self, x: Array) -> tuple[Array, Array]:
        """Return dual points on either side, from the law's spread and the neighbouring edges."""
        equation, bulks = self.equation, self.bulks
        mean = float(equation.weights @ equation.atoms)
        gap = bulks.place(x)
        reach = 2 * equation.spread + 1e-15 * (abs(x) + abs(mean))
        least = (x - mean - reach) / equation.aspect_ratio
        most = (x - mean + reach) / equation.aspect_ratio
        low = np.where(gap == 0, least, np.append(0, bulks.upper.place)[gap])
        high = np.where(gap == len(bulks.low), most, np.append(bulks.lower.place, 0)[gap])
        return low, high

    def _newton(
        self, z: ComplexArray, anchors: Anchors, start: ComplexArray
    ) -> tuple[ComplexArray, BoolArray]:
        """Solve around the anchors; say where the steps died out in the upper half plane."""
        target = anchors.distance(z)
        h, solved = start.copy(), np.zeros(len(z), dtype=bool)
        for rows, near in neighbourhoods(self.equation, anchors, start):
            h[rows], solved[rows] = descended(near, target[rows], start[rows])
        return h, solved


def descended(
    near: Neighbourhoods | Refined | GradedMap,
    target: ComplexArray,
    h: ComplexArray,
    steps: int = MOST_STEPS,
    *,
    sharp: bool = False,
) -> tuple[ComplexArray, BoolArray]:
    """Run Newton's method, each step shortened so as to stay in the upper half plane.

    Sharp steps settle only where heights do, however far below the rest of h.
    """
    solved = np.zeros(len(h), dtype=bool)
    for _ in range(steps):
        excess, slope = near.excess(h, target)
        flat = slope == 0
        move = np.where(flat, 0, excess / np.where(flat, 1, slope))
        falls = move.imag >= h.imag
        fall = np.where(falls & (move.imag > 0), move.imag, 1)
        share = np.where(falls, 0.7 * h.imag / fall, 1.0)
        h = np.where(solved, h, h - share * move)
        # Convergence is quadratic: the step after one of 1e-9 is a rounding error.
        settled = (abs(move) <= CLOSE * abs(h)) & ((not sharp) | (abs(move.imag) <= SHARP * h.imag))
        solved |= settled & ~flat & ~falls
        if solved.all():
            break
    # Shortened steps may have slid down to a real root, which is none of ours.
    return h, solved & (h.imag > (0 if sharp else REAL) * abs(h))


def _bracketed(near: Neighbourhoods | Refined, target: Array, low: Array, high: Array) -> Array:
    """Solve on the real line, where the map increases, by Newton steps within a bracket."""
    h = (low + high) / 2
    for _ in range(4 * MOST_STEPS):
        moved, slope = near.image(h + 0j)
        excess = moved.real - target
        low, high = np.where(excess < 0, h, low), np.where(excess < 0, high, h)
        trial = h - excess / np.where(slope.real > 0, slope.real, np.inf)
        # The end points are edges or bounds; steps to them are as good as bisections.
        following = np.where((trial > low) & (trial < high), trial, (low + high) / 2)
        settled = abs(following - h) <= 2e-16 * abs(h)
        h = following
        if settled.all():
            break
    return h


def _chosen(left: BoolArray, lower: Anchors, upper: Anchors) -> Anchors:
    names = ("place", "image", "rest", "slope")
    return Anchors(*(np.where(left, getattr(lower, n), getattr(upper, n)) for n in names))


def _demand(solved: BoolArray, x: Array) -> None:
    if not solved.all():
        raise ConvergenceError(f"no boundary value was found at x = {x[~solved][0]}")

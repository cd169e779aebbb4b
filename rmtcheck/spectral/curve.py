r"""The curve :math:`\Im x(u)=0` above the support, as a table to start from.

Over every real a in a bulk the curve has one height :math:`b`, where
:math:`\varphi(b^2)=\int\lambda^2/((a-\lambda)^2+b^2)d\nu=\gamma`. The reciprocal :math:`1/\varphi`
of a Stieltjes function of :math:`b^2` is concave, so Newton's method for
:math:`1/\varphi=1/\gamma` rises monotonically to the root from any start below it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rmtcheck.spectral.anchored import Anchors
from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray, IntArray
from rmtcheck.spectral.crowds import Weights
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.populations.refined import RefinedCrowd
from rmtcheck.spectral.support import Bulks, bends

MOST_STEPS = 60
POINTS = 400
# Flatter than this fraction of gamma the map is not taken to be.
TINY = 1e-6


@dataclass(frozen=True)
class Curve:
    r"""Points of the curve, ascending in both variables, with both ends of every bulk.

    Attributes
    ----------
    dual : complex array of shape (n,)
        Points u; the ends of the bulks are real.
    image : array of shape (n,)
        Their images x(u).
    slope : complex array of shape (n,)
        Values x'(u).
    bend : array of shape (n,)
        :math:`|x''(u)|/2` at the ends of bulks, 0 elsewhere.
    """

    dual: ComplexArray
    image: Array
    slope: ComplexArray
    bend: Array

    @classmethod
    def empty(cls) -> Curve:
        """Return a curve without points."""
        return cls(np.zeros(0, complex), np.zeros(0), np.zeros(0, complex), np.zeros(0))

    def joined(self, other: Curve) -> Curve:
        """Return the points of both in order, images that rounding has swapped made equal."""
        u, x, slope, bend = (
            np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("dual", "image", "slope", "bend")
        )
        order = np.lexsort((x, u.real))
        return Curve(u[order], np.maximum.accumulate(x[order]), slope[order], bend[order])

    def start(self, x: Array, anchors: Anchors) -> ComplexArray:
        r"""Return approximate dual points minus their anchors, for points of the bulks.

        Interpolation in :math:`\sqrt{|x-x(A)|}`, in which the curve is smooth up to the edge A.

        Parameters
        ----------
        x : array of shape (n,)
            Points inside bulks.
        anchors : Anchors of length n
            One end of its bulk for each.

        Returns
        -------
        complex array of shape (n,)
            In the open upper half plane.

        Accuracy
        --------
        Rough: a start for Newton's method.
        """
        xi = anchors.distance(x)
        s = np.sqrt(abs(xi))
        after, upto = (np.searchsorted(self.image, x, side=side) for side in ("right", "left"))
        right = np.where(xi > 0, after, upto).clip(1, len(self.image) - 1)
        near, far = np.where(xi > 0, right - 1, right), np.where(xi > 0, right, right - 1)
        s0, h0, m0, known0 = self._node(near, anchors)
        s1, h1, m1, known1 = self._node(far, anchors)
        step, rise = np.where(s1 == s0, 1, s1 - s0), h1 - h0
        t = ((s - s0) / step).clip(0, 1)
        chord = h0 + t * rise
        early = np.where(known0, step * m0 - rise, 0)
        late = np.where(known1, rise - step * m1, 0)
        cubic = chord + t * (1 - t) * ((1 - t) * early + t * late)
        safe = np.where(cubic.imag < chord.imag / 4, chord, cubic)
        # From the end of a density the curve sets off along a line, and rises later.
        start: ComplexArray = np.where(
            np.isinf(self.bend[near]), cubic.real + 1j * t**4 * h1.imag, safe
        )
        return start

    def _node(
        self, k: IntArray, anchors: Anchors
    ) -> tuple[Array, ComplexArray, ComplexArray, BoolArray]:
        r"""Return :math:`\sqrt{|x-x(A)|}`, :math:`u-A`, the slope of one in the other, if any."""
        xi = anchors.distance(self.image[k])
        h = self.dual[k] - anchors.place
        s = np.where(h == 0, 0, np.sqrt(abs(xi)))
        bend, slope = self.bend[k], self.slope[k]
        known = np.where(h == 0, bend > 0, slope != 0)
        at_edge = 1j / np.sqrt(np.where(bend > 0, bend, 1))
        inside = 2 * np.sign(xi) * s / np.where(slope != 0, slope, 1)
        return s, h, np.where(h == 0, at_edge, inside), known


def trace(equation: StieltjesEquation, bulks: Bulks, which: IntArray) -> Curve:
    """Return the curve over some bulks: at the atoms, at points between them, and at the ends.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    bulks : Bulks
        Its support.
    which : array of int, shape (m,)
        Numbers of bulks, ascending.

    Returns
    -------
    Curve

    Accuracy
    --------
    Heights to about 1e-6: a start for Newton's method.
    """
    ends = np.concatenate([bulks.lower.place[which], bulks.upper.place[which]])
    a = _stations(equation, bulks, which)
    inner = a + 1j * heights(equation, a)
    image, slope = equation.point_and_slope(inner)
    lower, upper = (bends(equation, edges[which]) for edges in (bulks.lower, bulks.upper))
    bend = np.concatenate([lower, upper])
    edges, zeros = np.concatenate([bulks.low[which], bulks.high[which]]), np.zeros(len(ends))
    on_edges = Curve(ends + 0j, edges, zeros + 0j, bend)
    return on_edges.joined(Curve(inner, image.real, slope, np.zeros(len(a))))


def heights(equation: StieltjesEquation, a: Array) -> Array:
    r"""Return the heights of the curve over points of the bulks.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    a : array of shape (n,)
        Real parts, inside the bulks.

    Returns
    -------
    array of shape (n,)

    Accuracy
    --------
    Estimated relative error 1e-8.
    """
    if isinstance(equation.crowd, RefinedCrowd):
        return _refined(equation, equation.crowd, a)
    t = _single(equation, a)
    for rows, near in equation.crowd.seen(a):
        t[rows] = _risen(near, equation.aspect_ratio, a[rows], t[rows])
    return np.sqrt(t)


def _risen(near: Weights, gamma: float, a: Array, t: Array) -> Array:
    """Let squares of heights rise to the curve, from below it."""
    apart = (a[:, None] - near.atoms) ** 2
    for _ in range(MOST_STEPS):
        inverse = 1 / (apart + t[:, None])
        value = inverse @ near.squares
        slope = (inverse * inverse) @ near.squares
        rise = value * (value / gamma - 1) / slope
        t = np.maximum(t + rise, t)
        if np.all(rise <= 1e-6 * t):
            break
    return t


def _refined(equation: StieltjesEquation, crowd: RefinedCrowd, a: Array) -> Array:
    """Let heights rise from a floor that the density is seen from; at it, to first order."""
    floor, gamma = crowd.floor(a), equation.aspect_ratio
    t = np.maximum(floor, crowd.flow(a) / (4 * gamma)) ** 2
    for _ in range(MOST_STEPS):
        value, slope = equation.crowding(a, np.sqrt(t))
        rise = value * (1 - value / gamma) / slope
        t = np.maximum(t + rise, np.maximum(t / 100, floor**2))
        if np.all((abs(rise) <= 1e-6 * t) | (t <= floor**2)):
            break
    low = t <= floor**2
    slope = equation.point_and_slope(a[low] + 1j * floor[low])[1].real
    height: Array = np.sqrt(t)
    height[low] = np.minimum(floor[low], crowd.flow(a[low]) / np.maximum(slope, TINY * gamma))
    return height


def _single(equation: StieltjesEquation, a: Array) -> Array:
    """Return a height squared that the nearest atom alone forces, 0 where it forces none."""
    atoms = equation.atoms
    place = np.searchsorted(atoms, a)
    forced = np.zeros(len(a))
    for k in (np.maximum(place - 1, 0), np.minimum(place, len(atoms) - 1)):
        reach = equation.crowd.whole.squares[k] / equation.aspect_ratio
        forced = np.maximum(forced, reach - (a - atoms[k]) ** 2)
    return forced


def _stations(equation: StieltjesEquation, bulks: Bulks, which: IntArray) -> Array:
    """Return the atoms in some bulks, and points between neighbours that share one of them."""
    atoms, low, high = equation.atoms, bulks.lower.place, bulks.upper.place
    knots = np.sort(np.concatenate([low, atoms, high]))
    middle = (knots[1:] + knots[:-1]) / 2
    bulk = np.searchsorted(low, middle) - 1
    chosen = np.zeros(len(low), dtype=bool)
    chosen[which] = True
    same = (np.diff(knots) > 0) & (middle < high[bulk]) & chosen[bulk]
    parts = int(np.clip(POINTS // len(knots), 2, 12))
    share = np.arange(1, parts) / parts
    between = knots[:-1][same, None] + np.diff(knots)[same, None] * share
    here = chosen[np.searchsorted(low, atoms) - 1]
    return np.unique(np.concatenate([atoms[here], between.ravel()]))

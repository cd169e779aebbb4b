r"""The distribution function along the curve, and its inverse.

Since :math:`s\,dz=-\frac{x'(u)}{\gamma u}du` has an antiderivative,

.. math:: F=1-\frac{\arg u}\pi+\frac1{\pi\gamma}\int_{\lambda\ne0}
          \Bigl(\arg u-\arg(u-\lambda)+\frac{\lambda\Im u}{|u-\lambda|^2}\Bigr)d\nu

at the point :math:`x(u)` of the real line, with arguments in :math:`[0,\pi]`.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray, IntArray
from rmtcheck.spectral.dual import DualMap

MOST_STEPS = 100
SHALLOW = 1 / 8
TERMS = 9


class Distribution:
    """The distribution function of the law of a dual map, atom at 0 included.

    Parameters
    ----------
    dual : DualMap
        The dual map.
    """

    def __init__(self, dual: DualMap) -> None:
        self.dual = dual

    def below(self, x: Array) -> Array:
        r"""Return :math:`\mu((-\infty,x])` at points of shape (n,).

        Accuracy
        --------
        Estimated error 1e-15.
        """
        value = self._outside(x)
        inside = self.dual.bulks.holds(x)
        bulk = self.dual.bulks.place(x[inside]) - 1
        mass = self._along(self.dual.inside(x[inside]))
        value[inside] = np.clip(mass, self.starts[bulk], self.ends[bulk])
        return value

    def quantile(self, q: Array) -> Array:
        r"""Return :math:`\inf\{x:\mu((-\infty,x])\ge q\}` for levels of shape (n,).

        Accuracy
        --------
        Estimated error 1e-15 of the largest edge, or 1e-15 of a level over the density.
        """
        bulks = self.dual.bulks
        bulk = np.searchsorted(self.ends, q)
        last = np.minimum(bulk, len(self.ends) - 1)
        jump = (bulk > last) | (q <= self.starts[last])
        gap = np.where(bulk > last, bulks.high[last], bulks.low[last])
        x = np.where(jump, 0.0 if self.has_atom else gap, bulks.low[last])
        if self.has_atom:
            least = bool(bulks.low[0] < 0)
            x = np.where(q == 0, bulks.low[0] if least else 0.0, x)
        level = self._is_at_atom(q)
        inner = ~jump & ~level & (q < self.ends[last])
        x = np.where(~jump & ~inner, bulks.high[last], x)
        x[inner] = self._crossing(q[inner], bulk[inner])
        x[level] = 0.0
        return x

    def _is_at_atom(self, q: Array) -> BoolArray:
        """Say which levels the atom 0 covers, which may lie inside a bulk of a density."""
        if not self.has_atom:
            return np.zeros(len(q), dtype=bool)
        equation, top = self.dual.equation, self.below(np.zeros(1))
        covered: BoolArray = (q > top - equation.lack / equation.aspect_ratio) & (q <= top)
        return covered

    @property
    def has_atom(self) -> bool:
        """Whether there is an atom at 0."""
        return self.dual.equation.lack > 0

    @cached_property
    def starts(self) -> Array:
        """The mass below each bulk."""
        return self._along(self.dual.bulks.lower.place + 0j)

    @cached_property
    def ends(self) -> Array:
        """The mass below the upper end of each bulk, and in it."""
        return self._along(self.dual.bulks.upper.place + 0j)

    @cached_property
    def ladder(self) -> Array:
        """The mass below each point of the curve's table."""
        return np.maximum.accumulate(self._along(self.dual.curve.dual))

    def _outside(self, x: Array) -> Array:
        """Return the mass below points of gaps: that of the bulks, and the atom from 0 on."""
        gap = self.dual.bulks.place(x)
        before, after = np.append(0.0, self.ends)[gap], np.append(self.starts, 1.0)[gap]
        value: Array = np.where(x >= 0, after, before)
        return value

    def _crossing(self, q: Array, bulk: IntArray) -> Array:
        """Find quantiles inside bulks by Newton steps within a bracket."""
        table, bulks = self.dual.curve.image, self.dual.bulks
        step = np.searchsorted(self.ladder, q).clip(1, len(table) - 1)
        low, high = bulks.low[bulk], bulks.high[bulk]
        guess: Array = (table[step - 1] + table[step]) / 2
        x = np.where((guess > low) & (guess < high), guess, (low + high) / 2)
        # A bulk may be narrower than the spacing of floats.
        settled = ~bulks.holds(x)
        for _ in range(MOST_STEPS):
            going = ~settled
            if not going.any():
                break
            x[going], low[going], high[going], settled[going] = self._improved(
                q[going], x[going], low[going], high[going]
            )
        return x

    def _improved(
        self, q: Array, x: Array, low: Array, high: Array
    ) -> tuple[Array, Array, Array, BoolArray]:
        """Return a better point, a smaller bracket, and where there is nothing left to gain."""
        u = self.dual.inside(x)
        excess = self._along(u) - q
        density = u.imag / (math.pi * self.dual.equation.aspect_ratio * abs(u) ** 2)
        low, high = np.where(excess < 0, x, low), np.where(excess < 0, high, x)
        trial = x - excess / np.where(density > 0, density, np.inf)
        moved = np.where((trial > low) & (trial < high), trial, (low + high) / 2)
        settled = (abs(moved - x) <= 4e-16 * abs(x)) | (excess == 0) | ~self.dual.bulks.holds(moved)
        return np.where(settled, x, moved), low, high, settled

    def _along(self, u: ComplexArray) -> Array:
        """Return the mass below the images of points of the curve, or of gaps."""
        equation = self.dual.equation
        # At u = 0, from the right: either side of a hard edge gives the same.
        u = np.where(u == 0, 1e-200, u)
        raised = equation.crowd.raised(u)
        around = np.empty(len(u))
        for rows, near in equation.crowd.seen(raised.real, height=raised.imag):
            a, b = raised.real[rows, None], raised.imag[rows, None]
            around[rows] = turns(a, b, near.atoms) @ near.masses
        mass = 1 + (around / equation.aspect_ratio - np.angle(raised)) / math.pi
        low = raised.imag > u.imag
        if low.any():
            # Back down to the point, by the derivative -s x'(u) along the way.
            slope = equation.point_and_slope(raised[low])[1]
            fall = (raised - u).imag[low] * (slope / raised[low]).real
            mass[low] += fall / (math.pi * equation.aspect_ratio)
        return np.clip(mass, 0.0, 1.0)


def turns(a: Array, b: Array, atoms: Array) -> Array:
    r"""Return :math:`\Im(\log(1+\omega)-\omega)`, :math:`\omega=\lambda/(u-\lambda)`, u = a + ib.

    It is of the order of :math:`|\omega|^2`, of mean at most gamma: where the tangent t of the
    angle is small, it is taken as :math:`(\arctan t-t)-t\Re\omega`, lest large terms cancel.
    """
    apart, pull = a - atoms, atoms * b
    ahead, square = a * apart + b * b, apart * apart + b * b
    value: Array = np.arctan2(-pull, ahead) + pull / square
    shallow = abs(pull) < SHALLOW * ahead
    t = -pull[shallow] / ahead[shallow]
    share = (atoms * apart)[shallow] / square[shallow]
    value[shallow] = t * (_bent(t * t) - share)
    return value


def _bent(square: Array) -> Array:
    r"""Return :math:`\arctan(t)/t-1` from a small :math:`t^2`, by its series."""
    value = np.zeros_like(square)
    for k in range(TERMS, 0, -1):
        value += (-1) ** k / (2 * k + 1)
        value *= square
    return value

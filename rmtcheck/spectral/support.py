r"""The support from the inverse map: its complement is the image of :math:`\{g<\gamma\}`.

On the real line :math:`x'(u)=\gamma-g(u)` with :math:`g(u)=\int\lambda^2/(u-\lambda)^2d\nu`.
Between neighbouring atoms, and outside all of them, every :math:`|u-\lambda|` is linear and
:math:`f=g^{-1/2}`, a power mean of them of exponent -2, is *concave*. Newton's method for
:math:`f=\gamma^{-1/2}` from either side of a gap moves inwards and never passes a crossing: it
finds both, or its iterates from the two sides meet, which proves that there is no gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rmtcheck.spectral.anchored import Anchors, anchored_at
from rmtcheck.spectral.arrays import Array, BoolArray, IntArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.populations.refined import RefinedCrowd

MOST_STEPS = 1000


@dataclass(frozen=True)
class Bulks:
    r"""The intervals of the continuous part.

    Attributes
    ----------
    lower, upper : Anchors of length n
        End points of the components of :math:`\{g>\gamma\}` in the dual variable, ascending,
        with their images, the edges of the spectrum.
    lower_margin, upper_margin : arrays of shape (n,)
        How near to an edge, by the rounding error of its dual point, a point is not inside.
    """

    lower: Anchors
    upper: Anchors
    lower_margin: Array
    upper_margin: Array

    @cached_property
    def low(self) -> Array:
        """The lower edges."""
        return self.lower.image

    @cached_property
    def high(self) -> Array:
        """The upper edges."""
        return self.upper.image

    def place(self, x: Array) -> IntArray:
        """Return the number of lower edges that lie below each point."""
        count = np.searchsorted(self.low, x, side="right")
        last = np.maximum(count - 1, 0)
        short = (count > 0) & (self.lower[last].distance(x) <= self.lower_margin[last])
        found: IntArray = count - short
        return found

    def holds(self, x: Array) -> BoolArray:
        """Whether points lie in the interior of the support."""
        bulk = self.place(x) - 1
        inside: BoolArray = (bulk >= 0) & (self.upper[bulk].distance(x) < -self.upper_margin[bulk])
        return inside


def find_bulks(equation: StieltjesEquation) -> Bulks:
    r"""Return the components of the support.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.

    Returns
    -------
    Bulks

    Accuracy
    --------
    Edges to a relative rounding error: they are stationary in the dual variable, and their
    images are taken in twice the usual digits.
    """
    first, last = _outer(equation)
    left, right = _touching(equation, *_inner(equation))
    lower = anchored_at(equation, np.concatenate([first, right]))
    upper = anchored_at(equation, np.concatenate([left, last]))
    return Bulks(lower, upper, _margin(equation, lower), _margin(equation, upper))


def _outer(equation: StieltjesEquation) -> tuple[Array, Array]:
    """Return the crossings outside all atoms, from where one atom alone reaches gamma."""
    below, above = _fronts(equation)
    first = _inwards(equation, below[:1], -1)
    last = _inwards(equation, above[-1:], 1)
    return _at_zero(equation, first), _at_zero(equation, last)


def _inner(equation: StieltjesEquation) -> tuple[Array, Array]:
    """Return the two crossings of every gap between neighbouring atoms that is open."""
    left, right = _candidates(equation)
    open_ = np.ones(len(left), dtype=bool)
    for _ in range(MOST_STEPS if len(left) else 0):
        from_left, from_right = _step(equation, left, 1), _step(equation, right, -1)
        settled = (from_left <= left) & (from_right >= right)
        left, right = np.maximum(from_left, left), np.minimum(from_right, right)
        open_ = left < right
        left, right, settled = left[open_], right[open_], settled[open_]
        if settled.all():
            break
    return _at_zero(equation, left), _at_zero(equation, right)


def _candidates(equation: StieltjesEquation) -> tuple[Array, Array]:
    r"""Return the gaps in which two neighbours do not already push g above gamma, narrowed.

    With :math:`c=w\lambda^2` they push it to at least :math:`(c_1^{1/3}+c_2^{1/3})^3/\ell^2`.
    """
    below, above = _fronts(equation)
    left, right = above[:-1], below[1:]
    if isinstance(equation.crowd, RefinedCrowd):
        return left, right
    reach, atoms = _reach(equation), equation.atoms
    root = np.cbrt(reach**2)
    with np.errstate(over="ignore"):
        least = (root[:-1] + root[1:]) ** 3 / np.diff(atoms) ** 2
    open_ = (least < 1) & (left < right)
    return left[open_], right[open_]


def _fronts(equation: StieltjesEquation) -> tuple[Array, Array]:
    """Return where searches for gaps start, below and above all atoms, or intervals of density."""
    crowd = equation.crowd
    if isinstance(crowd, RefinedCrowd):
        return crowd.low - 2 * _spacing(crowd.low), crowd.high + 2 * _spacing(crowd.high)
    reach = _reach(equation)
    return equation.atoms - reach, equation.atoms + reach


def _spacing(ends: Array) -> Array:
    """Return the spacing of floats at ends; at 0 the search starts from 0 itself."""
    spacing: Array = np.where(ends == 0, 0.0, np.spacing(abs(ends)))
    return spacing


def _reach(equation: StieltjesEquation) -> Array:
    """Return how near to each atom that atom alone pushes g to gamma."""
    # Rounded towards the atom: the start must not lie beyond the crossing.
    reach = abs(equation.atoms) * np.sqrt(equation.weights / equation.aspect_ratio) * (1 - 1e-15)
    # Not below the resolution of the atom itself, or the start would be the pole.
    resolved: Array = np.maximum(reach, 2 * np.spacing(abs(equation.atoms)))
    return resolved


def _inwards(equation: StieltjesEquation, u: Array, side: int) -> Array:
    """Run Newton's method outside all atoms until it no longer moves away from them."""
    for _ in range(MOST_STEPS):
        moved = _step(equation, u, side)
        if np.all((moved - u) * side <= 0):
            break
        u = moved
    return u


def _step(equation: StieltjesEquation, u: Array, side: int) -> Array:
    r"""Return the Newton step for :math:`g^{-1/2}=\gamma^{-1/2}`; far away if f turns before."""
    if not len(u):
        return u
    excess, tilt, noise = equation.surplus(u)
    value = equation.aspect_ratio + excess
    root = np.sqrt(value / equation.aspect_ratio)
    turned = tilt * side >= 0
    lack = 2 * value * excess / equation.aspect_ratio / (root + 1)
    moved: Array = np.where(turned, side * np.inf, u - lack / np.where(turned, side, tilt))
    # A settled point stays where it is, whatever the rounding errors of f.
    kept: Array = np.where(abs(excess) <= noise, u, moved)
    return kept


def _at_zero(equation: StieltjesEquation, u: Array) -> Array:
    """Put the crossing at 0 there exactly: g(0) is the rank."""
    close = abs(u) < 1e-9 * abs(equation.atoms).min()
    placed: Array = np.where(_is_hard(equation) & close, 0.0, u)
    return placed


def _touching(equation: StieltjesEquation, left: Array, right: Array) -> tuple[Array, Array]:
    """Part the support at 0 where g only touches gamma there, or falls to it from infinity."""
    both_signs = equation.atoms[0] < 0 < equation.atoms[-1]
    parted = _is_hard(equation) and both_signs
    if isinstance(equation.crowd, RefinedCrowd):
        parted = equation.lack >= 0 and equation.crowd.surrounds_zero
    if not parted or np.any((left <= 0) & (right >= 0)):
        return left, right
    place = np.searchsorted(left, 0.0)
    return np.insert(left, place, 0.0), np.insert(right, place, 0.0)


def _margin(equation: StieltjesEquation, edges: Anchors) -> Array:
    r"""Return twice the distance :math:`x'(A)^2/2|x''(A)|` of x(A) from the critical value."""
    bend = 2 * bends(equation, edges)
    margin: Array = edges.slope**2 / np.where(bend == 0, np.inf, bend)
    return margin


def bends(equation: StieltjesEquation, edges: Anchors) -> Array:
    r"""Return :math:`|x''|/2` at edges, infinity at ends of a density, not critical."""
    bend: Array = abs(equation.surplus(edges.place)[1]) / 2
    if isinstance(equation.crowd, RefinedCrowd):
        ends = np.concatenate([[0.0], *_fronts(equation)])
        at_end = np.isin(edges.place, ends) & (edges.slope > 0)
        bend = np.where(at_end, np.inf, bend)
    return bend


def _is_hard(equation: StieltjesEquation) -> bool:
    """Whether g(0), the rank, is gamma, so that the density is infinite at 0."""
    return equation.lack == 0

r"""The support from the inverse map: its complement is the image of :math:`\{g<\gamma\}`.

On the real line :math:`x'(u)=\gamma-g(u)` with :math:`g(u)=\int\lambda^2/(u-\lambda)^2d\nu`, which
is convex between neighbouring atoms and monotone outside all of them; so there is one
crossing of :math:`\gamma` at either end and none or two between neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray
from rmtcheck.spectral.equations import StieltjesEquation

HALVINGS = 64


@dataclass(frozen=True)
class Bulks:
    r"""The intervals of the continuous part, in the dual variable and on the spectral axis.

    Attributes
    ----------
    dual_low, dual_high : arrays of shape (n,)
        End points of the components of :math:`\{g>\gamma\}`, ascending.
    low, high : arrays of shape (n,)
        Their images, the edges of the spectrum.
    """

    dual_low: Array
    dual_high: Array
    low: Array
    high: Array

    def holds(self, x: Array) -> BoolArray:
        """Whether points lie in the interior of the support."""
        place = np.searchsorted(self.low, x) - 1
        return (place >= 0) & (x < self.high[np.maximum(place, 0)])


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
    Estimated error 1e-15 of the distance of neighbouring atoms in the dual variable; edges are
    stationary there, so their error is of second order in it.
    """
    first, last = _outer(equation)
    left, right = _inner(equation)
    low, high = np.concatenate([first, right]), np.concatenate([left, last])
    edge = equation.point(np.concatenate([low, high]) + 0j).real
    return Bulks(low, high, edge[: len(low)], edge[len(low) :])


def real_dual(equation: StieltjesEquation, bulks: Bulks, x: Array) -> Array:
    r"""Return the real u with :math:`x(u)=x` for points outside the interior of the support.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    bulks : Bulks
        Its support.
    x : array of shape (n,)
        Points outside the support.

    Returns
    -------
    array of shape (n,)

    Accuracy
    --------
    Estimated error 1e-15 of the bracket; twice the digits are lost next to an edge.
    """
    mean = float(equation.weights @ equation.atoms)
    gap = np.searchsorted(bulks.low, x)
    left_end = (x - mean - equation.spread) / equation.aspect_ratio
    right_end = (x - mean + equation.spread) / equation.aspect_ratio
    low = np.where(gap == 0, left_end, np.append(0, bulks.dual_high)[gap])
    high = np.where(gap == len(bulks.low), right_end, np.append(bulks.dual_low, 0)[gap])
    return _crossing(lambda u: equation.point(u + 0j).real - x, low, high)


def _outer(equation: StieltjesEquation) -> tuple[Array, Array]:
    reach = np.sqrt(equation.weights @ equation.atoms**2 / equation.aspect_ratio)
    ends = equation.atoms[[0]], equation.atoms[[-1]]
    first = _crossing(_excess(equation), ends[0] - reach, ends[0])
    last = _crossing(lambda u: -_excess(equation)(u), ends[1], ends[1] + reach)
    return first, last


def _inner(equation: StieltjesEquation) -> tuple[Array, Array]:
    left, right = _candidates(equation)
    bottom = _crossing(equation.tilt, left, right)
    open_ = _excess(equation)(bottom) < 0 if len(bottom) else np.zeros(0, dtype=bool)
    left, right, bottom = left[open_], right[open_], bottom[open_]
    falling = _crossing(lambda u: -_excess(equation)(u), left, bottom)
    rising = _crossing(_excess(equation), bottom, right)
    return falling, rising


def _candidates(equation: StieltjesEquation) -> tuple[Array, Array]:
    r"""Keep the gaps in which the two neighbours alone do not already push g above gamma."""
    left, right = equation.atoms[:-1], equation.atoms[1:]
    root = np.cbrt(equation.weights * equation.atoms**2)
    least = (root[:-1] + root[1:]) ** 3 / (right - left) ** 2
    return left[least < equation.aspect_ratio], right[least < equation.aspect_ratio]


def _excess(equation: StieltjesEquation) -> Callable[[Array], Array]:
    return lambda u: equation.crowding(u, np.zeros_like(u))[0] - equation.aspect_ratio


def _crossing(f: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Bisect a function that increases from negative to positive, entry by entry."""
    for _ in range(HALVINGS if len(low) else 0):
        middle = (low + high) / 2
        below = f(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2

"""Arguments of enclosures: floats stand for the binary numbers that they are."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from rmtcheck.spectral.multiprecision.exact import exact, exact_point

ExactPoint = tuple[Fraction, Fraction]


def each(points: Any, enclose: Callable[[Any], Any]) -> Any:
    """Return the ball at a point, or an array of objects of balls for a list or an array.

    Examples
    --------
    >>> each([[1, 2]], lambda point: -point)
    array([[-1, -2]], dtype=object)
    """
    if not isinstance(points, list | np.ndarray):
        return enclose(points)
    table = np.asarray(points, dtype=object)
    if table.ndim == 0:
        return enclose(table.item())
    balls = np.empty(table.shape, dtype=object)
    for place in np.ndindex(table.shape):
        balls[place] = enclose(table[place])
    return balls


def complex_pair(z: Any) -> ExactPoint:
    """Return a complex number, or a pair of real ones, as a pair of exact numbers.

    Examples
    --------
    >>> complex_pair(0.5 + 2j), complex_pair((Fraction(1, 3), 0))
    ((Fraction(1, 2), Fraction(2, 1)), (Fraction(1, 3), Fraction(0, 1)))
    """
    if isinstance(z, tuple) and len(z) == 2:
        return exact("the real part of z", z[0]), exact("the imaginary part of z", z[1])
    point = exact_point("z", z)
    return point.real, point.imag

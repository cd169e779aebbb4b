r"""Hyper-dual numbers :math:`f+f_1\epsilon_1+f_2\epsilon_2+f_{12}\epsilon_1\epsilon_2`.

With :math:`\epsilon_1^2=\epsilon_2^2=0` they carry a value, derivatives in two sets of directions
and the mixed second derivatives through a computation, exactly up to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROOT_PI = np.sqrt(np.pi)


@dataclass(frozen=True)
class HyperDual:
    """Arrays of one shape S: value S, first (p, *S), second (q, *S), mixed (p, q, *S)."""

    value: Array
    first: Array
    second: Array
    mixed: Array

    def __add__(self, other: HyperDual) -> HyperDual:
        return HyperDual(
            self.value + other.value,
            self.first + other.first,
            self.second + other.second,
            self.mixed + other.mixed,
        )

    def __mul__(self, other: HyperDual) -> HyperDual:
        crossed = self.first[:, None] * other.second + other.first[:, None] * self.second
        return HyperDual(
            self.value * other.value,
            self.first * other.value + self.value * other.first,
            self.second * other.value + self.value * other.second,
            self.mixed * other.value + crossed + self.value * other.mixed,
        )

    def __matmul__(self, other: HyperDual) -> HyperDual:
        """Multiply matrices, by the same rule as numbers."""
        crossed = self.first[:, None] @ other.second + self.second @ other.first[:, None]
        return HyperDual(
            self.value @ other.value,
            self.first @ other.value + self.value @ other.first,
            self.second @ other.value + self.value @ other.second,
            self.mixed @ other.value + crossed + self.value @ other.mixed,
        )

    def __getitem__(self, place: object) -> HyperDual:
        """Return entries, rows or columns."""
        keys = place if isinstance(place, tuple) else (place,)
        rest = (slice(None),) * (self.value.ndim - len(keys))
        return HyperDual(*(part[(..., *keys, *rest)] for part in self._parts()))

    def scaled(self, factor: float) -> HyperDual:
        """Multiply by a number."""
        return HyperDual(*(factor * part for part in self._parts()))

    def times(self, matrix: Array) -> HyperDual:
        """Multiply by a matrix of constants, from the right."""
        return HyperDual(*(part @ matrix for part in self._parts()))

    def shifted(self, constant: Array) -> HyperDual:
        """Add constants."""
        return HyperDual(self.value + constant, self.first, self.second, self.mixed)

    def summed(self) -> HyperDual:
        """Sum over the last axis of the values."""
        return HyperDual(*(part.sum(axis=-1) for part in self._parts()))

    def constant(self, value: Array | float) -> HyperDual:
        """Return a constant of the same shape."""
        zeros = [np.zeros_like(part) for part in self._parts()]
        return HyperDual(zeros[0] + value, *zeros[1:])

    def selected(self, chosen: NDArray[np.bool_], other: HyperDual) -> HyperDual:
        """Return these numbers where chosen, those of the other elsewhere."""
        pairs = zip(self._parts(), other._parts(), strict=True)
        return HyperDual(*(np.where(chosen, mine, its) for mine, its in pairs))

    def apply(self, value: Array, slope: Array, curvature: Array) -> HyperDual:
        """Compose with a scalar function of the given value and two derivatives."""
        bent = curvature * self.first[:, None] * self.second
        mixed = bent + slope * self.mixed
        return HyperDual(value, slope * self.first, slope * self.second, mixed)

    def power(self, exponent: float) -> HyperDual:
        """Raise to a constant power."""
        v, p = self.value, exponent
        slope = p * v ** (p - 1) if p != 0 else 0 * v
        curvature = p * (p - 1) * v ** (p - 2) if p not in (0, 1) else 0 * v
        return self.apply(v**p, slope, curvature)

    def _parts(self) -> tuple[Array, Array, Array, Array]:
        return self.value, self.first, self.second, self.mixed


def seeded(values: Array, row: int | None, column: int | None, p: int, q: int) -> HyperDual:
    """Return a matrix whose first p directions run over a row, the other q over a column's."""
    first, second = np.zeros((p, *values.shape)), np.zeros((q, *values.shape))
    if row is not None:
        first[np.arange(p), row, np.arange(p)] = 1
    if column is not None:
        second[np.arange(q), column, np.arange(q)] = 1
    return HyperDual(values, first, second, np.zeros((p, q, *values.shape)))


def exp(x: HyperDual) -> HyperDual:
    """Return the exponential."""
    e = np.exp(x.value)
    return x.apply(e, e, e)


def log(x: HyperDual) -> HyperDual:
    """Return the logarithm."""
    return x.apply(np.log(x.value), 1 / x.value, -1 / x.value**2)


def tanh(x: HyperDual) -> HyperDual:
    """Return the hyperbolic tangent."""
    t = np.tanh(x.value)
    return x.apply(t, 1 - t**2, -2 * t * (1 - t**2))


def erf(x: HyperDual) -> HyperDual:
    """Return the error function."""
    slope = 2 / ROOT_PI * np.exp(-(x.value**2))
    return x.apply(scipy.special.erf(x.value), slope, -2 * x.value * slope)


def sin(x: HyperDual) -> HyperDual:
    """Return the sine."""
    s, c = np.sin(x.value), np.cos(x.value)
    return x.apply(s, c, -s)


def cos(x: HyperDual) -> HyperDual:
    """Return the cosine."""
    s, c = np.sin(x.value), np.cos(x.value)
    return x.apply(c, -s, -c)


def sinh(x: HyperDual) -> HyperDual:
    """Return the hyperbolic sine."""
    s, c = np.sinh(x.value), np.cosh(x.value)
    return x.apply(s, c, s)


def cosh(x: HyperDual) -> HyperDual:
    """Return the hyperbolic cosine."""
    s, c = np.sinh(x.value), np.cosh(x.value)
    return x.apply(c, s, c)


def atan(x: HyperDual) -> HyperDual:
    """Return the inverse tangent."""
    slope = 1 / (1 + x.value**2)
    return x.apply(np.arctan(x.value), slope, -2 * x.value * slope**2)


def absolute(x: HyperDual) -> HyperDual:
    """Return the absolute value; at 0 its slope is 0."""
    return x.apply(np.abs(x.value), np.sign(x.value), 0 * x.value)


def step(x: HyperDual) -> HyperDual:
    """Return the unit step, one half at 0; its slope is 0."""
    return x.constant(np.heaviside(x.value, 0.5))


def sign(x: HyperDual) -> HyperDual:
    """Return the sign; its slope is 0."""
    return x.constant(np.sign(x.value))


FUNCTIONS = {
    "exp": exp,
    "log": log,
    "tanh": tanh,
    "erf": erf,
    "sin": sin,
    "cos": cos,
    "sinh": sinh,
    "cosh": cosh,
    "atan": atan,
    "Abs": absolute,
    "Heaviside": step,
    "sign": sign,
}
"""Functions by the names that sympy gives them."""

r"""The map :math:`x(u)` around a point of the real line, without cancellation.

At an anchor A, no atom, with :math:`h=u-A` and the values x(A), x'(A) once and for all,

.. math:: x(A+h)-x(A)=h\,x'(A)+h^2Q_A(h),\qquad
          Q_A(h)=\int\frac{\lambda^2}{(A-\lambda)^2(A+h-\lambda)}d\nu .

The anchors are the ends of the support in the dual variable, where x'(A) is a rounding error:
distances to an edge of the spectrum keep their digits however small they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rmtcheck.spectral.arrays import Array, ComplexArray
from rmtcheck.spectral.doubled import add, divide, multiply, total, two_sum
from rmtcheck.spectral.equations import StieltjesEquation


@dataclass(frozen=True)
class Anchors:
    """Real dual points with their images in twice the usual digits.

    Attributes
    ----------
    place : array of shape (n,)
        The points A.
    image, rest : arrays of shape (n,)
        The pair whose sum is x(A).
    slope : array of shape (n,)
        The values x'(A).
    """

    place: Array
    image: Array
    rest: Array
    slope: Array

    def __getitem__(self, chosen: Any) -> Anchors:
        """Return the anchors of some indices."""
        return Anchors(
            self.place[chosen], self.image[chosen], self.rest[chosen], self.slope[chosen]
        )

    def distance(self, z: Any) -> Any:
        """Return z - x(A), one point for each anchor.

        Accuracy
        --------
        Relative 2e-16.
        """
        return (z - self.image) - self.rest


def joined(parts: list[Anchors]) -> Anchors:
    """Return the anchors of a list in one, by ascending image."""
    names = ("place", "image", "rest", "slope")
    whole = Anchors(*(np.concatenate([getattr(part, n) for part in parts]) for n in names))
    return whole[np.argsort(whole.image, kind="stable")]


def anchored_at(equation: StieltjesEquation, place: Array) -> Anchors:
    r"""Return anchors at real dual points that are no atoms.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    place : array of shape (n,)
        The points A.

    Accuracy
    --------
    Images to 1e-30 of the largest term of :math:`A\gamma+\int\frac{A\lambda}{A-\lambda}d\nu`.
    """
    parts = [_expanded(equation, place[rows]) for rows in equation.blocks(len(place))]
    image, rest, slope = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Anchors(place, image, rest, slope)


def _expanded(equation: StieltjesEquation, place: Array) -> tuple[Array, Array, Array]:
    r"""Return x(A) as a pair, and x'(A): sums of shares :math:`\lambda/(A-\lambda)` and squares."""
    zeros = np.zeros((len(place), len(equation.atoms)))
    apart = two_sum(place[:, None] + zeros, zeros - equation.atoms)
    share = divide(equation.atoms + zeros, apart)
    weighted = multiply((equation.weights + zeros, equation.weights_rest + zeros), share)
    gamma = (np.full(len(place), equation.aspect_ratio), np.zeros(len(place)))
    image, rest = multiply((place, np.zeros(len(place))), add(gamma, total(weighted)))
    bent, bent_rest = total(multiply(weighted, share))
    slope, slope_rest = add(gamma, (-bent, -bent_rest))
    # At 0 the sum is the rank, which may be exactly 1.
    exact = equation.aspect_ratio - equation.rank
    return image, rest, np.where(place == 0, exact, slope + slope_rest)


class Neighbourhoods:
    """The map and its slope at points that have an anchor each; tables are made once."""

    def __init__(self, equation: StieltjesEquation, anchors: Anchors) -> None:
        self.equation = equation
        self.slope = anchors.slope
        self._apart = anchors.place[:, None] - equation.atoms
        squares = equation.weights * equation.atoms**2
        self._strength = squares / (self._apart * self._apart)

    def image(self, h: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        r"""Return :math:`x(A+h)-x(A)` and :math:`x'(A+h)`, in real arithmetic.

        Accuracy
        --------
        Rounding errors of the terms of Q.
        """
        q = h.imag
        p = self._apart + h.real[:, None]
        inverse = 1 / (p * p + (q * q)[:, None])
        p *= inverse
        real = np.einsum("ij,ij->i", self._strength, p)
        flow = self._strength * inverse
        first = real - 1j * q * flow.sum(axis=1)
        second = np.einsum("ij,ij->i", self._strength, p * p)
        second = second - q * q * np.einsum("ij,ij->i", flow, inverse)
        second = second - 2j * q * np.einsum("ij,ij->i", flow, p)
        moved = h * self.slope + h * h * first
        return moved, self.slope + h * (2 * first - h * second)


def neighbourhoods(
    equation: StieltjesEquation, anchors: Anchors
) -> Iterator[tuple[slice, Neighbourhoods]]:
    """Cut points with their anchors into runs of bounded memory."""
    for rows in equation.blocks(len(anchors.place)):
        yield rows, Neighbourhoods(equation, anchors[rows])

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
from rmtcheck.spectral.crowds import Weights
from rmtcheck.spectral.doubled import add, divide, multiply, total, two_sum
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.populations.refined import RefinedCrowd


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
    image, rest, slope = np.empty_like(place), np.empty_like(place), np.empty_like(place)
    for rows, near in equation.crowd.seen(place):
        image[rows], rest[rows], slope[rows] = _expanded(near, equation.aspect_ratio, place[rows])
    # At 0 the slope is gamma less the rank, which may be exactly 1.
    return Anchors(place, image, rest, np.where(place == 0, equation.lack, slope))


def _expanded(weights: Weights, ratio: float, place: Array) -> tuple[Array, Array, Array]:
    r"""Return x(A) as a pair, and x'(A): sums of shares :math:`\lambda/(A-\lambda)` and squares."""
    zeros = np.zeros((len(place), len(weights.atoms)))
    apart, lost = two_sum(place[:, None] + zeros, zeros - weights.atoms)
    if weights.fine is not None:
        apart, lost = two_sum(apart, lost - weights.fine)
    share = divide(weights.atoms + zeros, (apart, lost))
    weighted = multiply((weights.masses + zeros, weights.rest + zeros), share)
    gamma = (np.full(len(place), ratio), np.zeros(len(place)))
    image, rest = multiply((place, np.zeros(len(place))), add(gamma, total(weighted)))
    bent, bent_rest = total(multiply(weighted, share))
    slope, slope_rest = add(gamma, (-bent, -bent_rest))
    return image, rest, slope + slope_rest


class Neighbourhoods:
    """The map and its slope at points that have an anchor each; tables are made once."""

    def __init__(self, weights: Weights, anchors: Anchors) -> None:
        self.slope = anchors.slope
        self._apart = weights.apart(anchors.place)
        self._strength = weights.squares / (self._apart * self._apart)

    def image(self, h: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        r"""Return :math:`x(A+h)-x(A)` and :math:`x'(A+h)`, in real arithmetic.

        Accuracy
        --------
        Rounding errors of the terms of Q.
        """
        return self.image_at(h, self._apart + h.real[:, None])

    def image_at(self, h: ComplexArray, p: Array) -> tuple[ComplexArray, ComplexArray]:
        """Return the map at A + h, whose real part is p away from the atoms."""
        q = h.imag
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

    def excess(self, h: ComplexArray, target: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        r"""Return :math:`x(A+h)-x(A)` less a target, and :math:`x'(A+h)`."""
        moved, slope = self.image(h)
        return moved - target, slope


class Refined:
    """The map around anchors where a density is seen anew from wherever the points move to.

    Below the floor of :mod:`rmtcheck.spectral.populations.refined` the map is continued.
    """

    def __init__(self, crowd: RefinedCrowd, anchors: Anchors) -> None:
        self._crowd, self._anchors = crowd, anchors

    def image(self, h: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        r"""Return :math:`x(A+h)-x(A)` and :math:`x'(A+h)`.

        Accuracy
        --------
        That of :class:`Neighbourhoods`, imaginary parts far below the real ones included.
        """
        moved, slope = np.empty_like(h), np.empty_like(h)
        a, lost = two_sum(self._anchors.place, h.real)
        raised = h.real + 1j * np.maximum(h.imag, self._crowd.floor(a))
        for rows, near in self._crowd.seen(a, self._anchors.place, height=raised.imag):
            some = Neighbourhoods(near, self._anchors[rows])
            p = near.apart(a[rows]) + lost[rows, None]
            moved[rows], slope[rows] = some.image_at(raised[rows], p)
        return self._crowd.lowered(a + 1j * h.imag, moved, slope)

    def excess(self, h: ComplexArray, target: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        r"""Return :math:`x(A+h)-x(A)` less a target, and :math:`x'(A+h)`."""
        moved, slope = self.image(h)
        return moved - target, slope


def neighbourhoods(
    equation: StieltjesEquation, anchors: Anchors, h: ComplexArray
) -> Iterator[tuple[Any, Neighbourhoods | Refined]]:
    """Cut points A + h, which may yet move by half of h, into runs of bounded memory."""
    if isinstance(equation.crowd, RefinedCrowd):
        yield slice(None), Refined(equation.crowd, anchors)
        return
    place = anchors.place + h.real
    for rows, near in equation.crowd.seen(place, anchors.place, abs(h) / 2):
        yield rows, Neighbourhoods(near, anchors[rows])

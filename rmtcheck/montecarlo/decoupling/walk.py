"""One coupled draw on the way from weights of a copy to weights of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.vocabulary.local_weights import LocalWeight

Array = NDArray[np.float64]
Generator = np.random.Generator

END = float(np.pi / 2)
"""The angle of the data themselves; that of the copy is 0."""


@dataclass(frozen=True)
class Coupled:
    """Data, an independent copy of them, and the rows V that the fields come from.

    Attributes
    ----------
    X, X_copy : ndarray, shape (d, N)
    V : ndarray, shape (k, d)
    """

    X: Array
    X_copy: Array
    V: Array


def draw_coupled(weight: LocalWeight, d: int, N: int, rng: Generator) -> Coupled:
    r"""Draw data, their copy and V, independent, with entries N(0, 1), N(0, 1), N(0, 1/d).

    Parameters
    ----------
    weight : LocalWeight
        Says how many rows V has.
    d, N : int
        Dimension and number of samples, at least 1.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    Coupled

    Raises
    ------
    DomainError
        When a size is not a positive integer, or the weight is none.

    Accuracy
    --------
    Exact in law, up to rounding.
    """
    k = field_function(weight).k
    require_integer("d", d, 1)
    require_integer("N", N, 1)
    V = rng.standard_normal((k, d)) / np.sqrt(d)
    return Coupled(rng.standard_normal((d, N)), rng.standard_normal((d, N)), V)


@dataclass(frozen=True)
class Point:
    """One time: eigenvalues e and eigenvectors U of H, and the data in the basis of U.

    The rotated data are overwritten by the next time of the same walk.
    """

    weights: Array
    gradient: Array
    drift: Array
    eigenvalues: Array
    vectors: Array
    rotated: Array


class Walk:
    """A coupled draw along its path; products of V and memory are shared by all times.

    Parameters
    ----------
    coupled : Coupled
        The draw.
    weight : LocalWeight
        The weight.

    Raises
    ------
    DomainError
        When the shapes do not fit.
    """

    def __init__(self, coupled: Coupled, weight: LocalWeight) -> None:
        self.X, self.function = coupled.X, field_function(weight)
        d, shapes = len(coupled.X), (coupled.X.shape, coupled.X_copy.shape)
        if shapes[0] != shapes[1] or coupled.V.shape != (self.function.k, d):
            raise DomainError(
                f"X, X_copy {shapes} and V {coupled.V.shape} must have the shapes (d, N), (d, N) "
                f"and ({self.function.k}, d)."
            )
        self._own, self._other = coupled.V @ coupled.X, coupled.V @ coupled.X_copy
        self._room = np.empty_like(coupled.X)

    def fields(self, angle: float) -> Array:
        """Return the fields of all samples."""
        return np.asarray(np.sin(angle) * self._own + np.cos(angle) * self._other)

    def velocity(self, angle: float) -> Array:
        """Return their derivatives in the angle."""
        return np.asarray(np.cos(angle) * self._own - np.sin(angle) * self._other)

    def matrix(self, angle: float) -> Array:
        """Return H."""
        return self._gram(self.function.values(self.fields(angle)))

    def at(self, angle: float) -> Point:
        """Return everything about one time."""
        weights, gradient = self.function.values_and_gradient(self.fields(angle))
        drift = np.einsum("kn,kn->n", gradient, self.velocity(angle))
        eigenvalues, vectors = np.linalg.eigh(self._gram(weights))
        rotated = np.matmul(vectors.T, self.X, out=self._room)
        return Point(weights, gradient, drift, eigenvalues, vectors, rotated)

    def _gram(self, weights: Array) -> Array:
        """Return the weighted product; of one sign, it is one array times its own transpose."""
        scaled = weights / len(weights)
        if scaled.min() < 0 < scaled.max():
            np.multiply(self.X, scaled, out=self._room)
            product = self._room @ self.X.T
            return np.asarray(product + product.T) / 2
        np.multiply(self.X, np.sqrt(np.abs(scaled)), out=self._room)
        product = self._room @ self._room.T
        return np.negative(product, out=product) if scaled.min() < 0 else product


def slope(point: Point, z: complex) -> complex:
    r"""Return :math:`-\frac1{dN}\sum_n\lambda_n'\,x_n^\top G^2x_n` of the point's drift."""
    d, N = point.rotated.shape
    squared = 1 / (point.eigenvalues - z) ** 2
    quadratic = np.einsum("dn,dn,n->d", point.rotated, point.rotated, point.drift)
    return complex(-(quadratic @ squared) / (d * N))

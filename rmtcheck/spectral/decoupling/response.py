r"""The matrix D(u) of a weight, whose determinant carries the bias and the outliers.

.. math:: D(u)=I-\frac1\gamma\int\frac\lambda{u-\lambda}dM(\lambda),\qquad
          D'(u)=\frac1\gamma\int\frac\lambda{(u-\lambda)^2}dM(\lambda),

:math:`M(d\lambda)=\mathbb E[(ww^\top-I);\,\lambda(w)\in d\lambda]`. The zeros of
:math:`uD(u)=(z-T)/\gamma`, :math:`z=x(u)`, on the real line outside the support are dual points
of outliers; each eigenvalue of this matrix increases between two of its poles, for
:math:`dT/dz\le0`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np

from rmtcheck.spectral.arrays import Array, ComplexArray
from rmtcheck.spectral.compression import compressed
from rmtcheck.spectral.decoupling.fields import FieldFunction
from rmtcheck.spectral.decoupling.points import NormalPoints
from rmtcheck.spectral.decoupling.squares import Eigenspace, SquaresGivenWeight
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure

CELLS = 2**19
# Smaller parts of the greatest weight count as 0.
NEGLIGIBLE = 1e-30
LIGHTEST = 1e-45
# Weights within this relative spacing are the same, but for rounding.
EXACT = 2.0**46


class Response(ABC):
    """How the law answers to the samples that its weights see.

    Attributes
    ----------
    law : GeneralizedMarchenkoPastur
        The law of the matrix with weights that see nothing.
    spaces : tuple of Eigenspace
        What the blocks of M act on; elsewhere M is 0.
    """

    law: GeneralizedMarchenkoPastur
    spaces: tuple[Eigenspace, ...]

    @abstractmethod
    def integrals(self, u: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        r"""Return the integrals of D and D'.

        .. math:: \int\frac\lambda{u-\lambda}dM,\qquad\int\frac\lambda{(u-\lambda)^2}dM .

        Parameters
        ----------
        u : array of shape (n,)
            Dual points, complex.

        Returns
        -------
        two arrays of shape (n, spaces, r, r)
            A block of size r for each space.
        """

    @property
    def gamma(self) -> float:
        """The aspect ratio."""
        return float(self.law.equation.aspect_ratio)

    @property
    def multiplicities(self) -> Array:
        """How often each block occurs."""
        return np.array([space.multiplicity for space in self.spaces], dtype=float)

    def matrix(self, u: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        """Return D and D' at dual points, in blocks of shape (n, spaces, r, r)."""
        first, second = self.integrals(u)
        return np.eye(first.shape[-1]) - first / self.gamma, second / self.gamma

    def bias(self, z: ComplexArray) -> ComplexArray:
        r"""Return :math:`-\frac1{\gamma x'(u)}\operatorname{tr}D^{-1}D'` at points z.

        Parameters
        ----------
        z : array of shape (n,)
            Points of the upper half plane, or real ones outside the support.
        """
        u = self.law.dual(z)
        D, slope = self.matrix(u)
        traces = np.trace(np.linalg.solve(D, slope), axis1=-2, axis2=-1)
        stretch = self.law.equation.point_and_slope(u)[1]
        return np.asarray(-(traces @ self.multiplicities) / (self.gamma * stretch))

    def scale(self, z: ComplexArray) -> Array:
        r"""Return :math:`\frac1{\gamma|x'|}\int\frac{|\lambda|\,d\nu}{|u-\lambda|^2}` at points z.

        This is what a bias is measured by: its size, with :math:`\nu` for M and I for D.
        """
        u, equation = self.law.dual(z), self.law.equation
        size = np.empty(len(u))
        for rows, near in equation.crowd.seen(u.real, height=u.imag):
            distance = near.apart(u.real[rows]) ** 2 + u.imag[rows, None] ** 2
            size[rows] = 1 / distance @ abs(near.masses * near.atoms)
        return np.asarray(size / abs(self.gamma * equation.point_and_slope(u)[1]))


class SoftmaxResponse(Response):
    """The response of an entry of the covariance of one draw from a softmax of logits.

    Parameters
    ----------
    law : GeneralizedMarchenkoPastur
        The law, of softmax weights.
    squares : SquaresGivenWeight
        The eigenvalues of the mean squares given the weight.
    """

    def __init__(self, law: GeneralizedMarchenkoPastur, squares: SquaresGivenWeight) -> None:
        self.law, self.spaces, self._squares = law, squares.spaces, squares

    def integrals(self, u: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        """Return both integrals, the density refined towards every point."""
        first, second = (np.empty((len(u), len(self.spaces), 1, 1), complex) for _ in range(2))
        crowd = self.law.equation.crowd
        raised = crowd.raised(u)
        for rows, near in crowd.seen(raised.real, height=raised.imag):
            signed = (near.masses * near.atoms)[:, None] * self._squares(near.atoms)
            inverse = 1 / (near.apart(raised.real[rows]) + 1j * raised.imag[rows, None])
            first[rows, :, 0, 0] = inverse @ signed
            second[rows, :, 0, 0] = inverse**2 @ signed
        return first, second


class SampledWeights(DiscreteMeasure):
    """Weights at points, whose masses differ by so much that Gauss rules have vanishing ones."""

    def resolved(self, gamma: float) -> DiscreteMeasure:
        """Return fewer atoms, without those too light for any law."""
        atoms, masses = compressed(self.atoms, self.weights, gamma)
        kept = masses > LIGHTEST
        return DiscreteMeasure(atoms[kept], masses[kept])


class FieldResponse(Response):
    """The response of any weight of a few fields.

    Parameters
    ----------
    weight : callable
        The weight of fields of shape (k, n).
    points : NormalPoints
        Points that stand for the fields.
    gamma : float or exact number
        The aspect ratio.

    Attributes
    ----------
    weight : callable
        The same.
    places : array of shape (k, n)
        The points at which the weight does not vanish.
    weights : array of shape (n,)
        The weights there.
    """

    def __init__(self, weight: FieldFunction, points: NormalPoints, gamma: object) -> None:
        self.weight, weights = weight, weight(points.places)
        seen = abs(weights) > NEGLIGIBLE * abs(weights).max()
        self.weights, self.places = weights[seen], points.places[:, seen]
        self._masses = points.masses[seen]
        self.spaces = (Eigenspace("all fields", 1),)
        self.law = GeneralizedMarchenkoPastur(self._population(), gamma)

    def integrals(self, u: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        """Return both integrals as sums over the points."""
        k = len(self.places)
        first, second = np.zeros((len(u), k * k), complex), np.zeros((len(u), k * k), complex)
        step = max(1, CELLS // (k * k + len(u)))
        for start in range(0, len(self.weights), step):
            part = slice(start, start + step)
            inverse = 1 / (u[:, None] - self.weights[part])
            signed = self._squares[part]
            first += inverse @ signed
            second += inverse**2 @ signed
        shape = (len(u), 1, k, k)
        return first.reshape(shape), second.reshape(shape)

    def _population(self) -> DiscreteMeasure:
        """Return the law of the weights at the points, those of mirror images as one."""
        mantissa, exponent = np.frexp(self.weights)
        merged = np.ldexp(np.round(mantissa * EXACT) / EXACT, exponent)
        masses = np.append(self._masses, max(1 - self._masses.sum(), 0.0))
        return SampledWeights(np.append(merged, 0.0), masses / masses.sum())

    @cached_property
    def _squares(self) -> Array:
        """The products of masses, weights, and the places' squares less 1, shape (n, k k)."""
        k, w = self.places.shape[0], self.places
        squares = np.einsum("in,jn->nij", w, w) - np.eye(k)
        return np.asarray(squares.reshape(-1, k * k) * (self._masses * self.weights)[:, None])

r"""How the gap of two traces responds to the measure of weights and projections.

With :math:`h=\lambda/(1+\gamma\lambda s)`, :math:`1/s=-z+\mathbb E h`,
:math:`T=\mathbb E[h\,ww^\top]`, the gap is :math:`-\frac1\gamma\frac d{dz}\bigl(\log\det(T-z)
+k\log s\bigr)`. If the law of :math:`(\lambda,w)` moves towards a point mass, the bracket moves by

.. math:: h\,(w^\top Pw+\beta)+\text{const},\qquad P=(T-z)^{-1},\qquad
          \beta=\gamma s'\,\mathbb E\bigl[h^2(w^\top Pw-ks)\bigr]-ks,

and if the rows of V get overlaps :math:`Q=I+E` it moves by :math:`\frac12\operatorname{tr}EM`,

.. math:: M=\mathbb E\bigl[h(u^\top Pu+\beta)(uu^\top-I)\bigr]-TP-PT.

Means are taken over fixed nodes. They only choose the coefficients of control variates whose mean
is 0 whatever the coefficients are: an error here costs precision, it does not shift an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.special
import sympy
from numpy.typing import NDArray

from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.vocabulary.local_weights import LocalWeight

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

FEW_FIELDS = 32
"""Up to so many fields T is found from the nodes; beyond, it is taken to be :math:`tI`."""
_NODES, _NUMBERS = 4096, 1 << 21
_STEPS, _NEWTON_STEPS, _SETTLED = 200, 30, 1e-13
_RIM = 2.0**-53
_SHIFT = 1e-4


@dataclass(frozen=True)
class Response:
    """The coefficients of the response at one z; ``M`` is None for many fields."""

    gamma: float
    s: complex
    P: ComplexArray
    beta: complex
    M: ComplexArray | None

    def effective(self, weights: Array) -> ComplexArray:
        r"""Return :math:`h=\lambda/(1+\gamma\lambda s)`."""
        return np.asarray(weights / (1 + self.gamma * self.s * weights))

    def to_mass(self, weights: Array, w: Array) -> complex:
        """Return the mean response to point masses, up to the constant."""
        quadratic = np.einsum("an,ab,bn->n", w, self.P, w, optimize=True)
        return complex(np.mean(self.effective(weights) * (quadratic + self.beta)))

    def to_overlaps(self, E: Array) -> complex:
        """Return the response to overlaps; for many fields, the trace of E stands for it."""
        return complex(np.trace(E)) if self.M is None else complex(np.sum(self.M * E)) / 2


@dataclass(frozen=True)
class Responses:
    """The responses at z and a little to the left and right of it."""

    at: Response
    left: Response
    right: Response
    step: float

    def slope(self, left: complex, right: complex) -> complex:
        """Return the central difference quotient in z."""
        return (right - left) / (2 * self.step)


@lru_cache(maxsize=64)
def responses(weight: LocalWeight, rank: int, gamma: float, z: complex) -> Responses:
    """Return the responses of a weight whose fields see a space of the given dimension."""
    step = _SHIFT * z.imag
    at, left, right = (_respond(weight, rank, gamma, p) for p in (z, z - step, z + step))
    return Responses(at, left, right, step)


@lru_cache(maxsize=8)
def _grid(dimension: int) -> Array:
    """Return points that fill the cube: multiples of roots of primes, modulo 1."""
    primes = np.array([sympy.prime(n) for n in range(1, dimension + 1)], dtype=float)
    count = min(_NODES, _NUMBERS // dimension)
    return np.asarray(np.outer(np.sqrt(primes), np.arange(1, count + 1)) % 1.0)


def shifted_nodes(shift: Array) -> Array:
    """Return normal nodes; each is standard normal if the shift is uniform on the cube.

    Parameters
    ----------
    shift : ndarray, shape (k,)
        Numbers in [0, 1).

    Returns
    -------
    ndarray, shape (k, n)
        Together they integrate smooth functions far better than independent draws.
    """
    points = (_grid(len(shift)) + shift[:, None]) % 1.0
    return np.asarray(scipy.special.ndtri(np.clip(points, _RIM, 1 - _RIM)))


def _respond(weight: LocalWeight, rank: int, gamma: float, z: complex) -> Response:
    u = shifted_nodes(np.full(weight.fields, 0.5))
    weights = field_function(weight).values(u)
    s = _transform(weights, gamma, z)
    h = weights / (1 + gamma * s * weights)
    if weight.fields > min(FEW_FIELDS, rank):
        return Response(gamma, s, s * np.eye(rank, dtype=complex), -rank * s, None)
    T, identity = (u * h) @ u.T / len(h), np.eye(rank)
    P: ComplexArray = np.asarray(np.linalg.inv(T - z * identity), dtype=complex)
    quadratic = np.einsum("an,ab,bn->n", u, P, u, optimize=True)
    slope = 1 / (1 / s**2 - gamma * np.mean(h**2))
    beta = complex(gamma * slope * np.mean(h**2 * (quadratic - rank * s)) - rank * s)
    mass = h * (quadratic + beta)
    M = (u * mass) @ u.T / len(h) - np.mean(mass) * identity - T @ P - P @ T
    return Response(gamma, s, P, beta, M)


def _transform(weights: Array, gamma: float, z: complex) -> complex:
    """Return s: the map keeps the upper half plane, then Newton's method settles."""
    s = -1 / z
    for _ in range(_STEPS):
        s = (s + 1 / complex(np.mean(weights / (1 + gamma * s * weights)) - z)) / 2
    for _ in range(_NEWTON_STEPS):
        h = weights / (1 + gamma * s * weights)
        change = complex((np.mean(h) - z - 1 / s) / (1 / s**2 - gamma * np.mean(h**2)))
        if not (s - change).imag > 0:
            break
        s -= change
        if abs(change) <= _SETTLED * abs(s):
            break
    return s

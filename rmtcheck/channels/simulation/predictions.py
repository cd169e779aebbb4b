r"""Mean resolvent traces at finite size, by theory: the limit, the term of order 1/N, its accuracy.

Each comes from a loop equation that holds exactly at every size, with :math:`F(s)=0` in the limit.

*Sample covariance*, :math:`\gamma_N=d/N`, :math:`F=\gamma zs^2+(z-1+\gamma)s+1`: the exact
:math:`F(\mathbb Es)=-\frac1N(s+zs')` up to the variance of s.

*Weights* :math:`\lambda_n` *given in fixed proportions*, :math:`F=1+zs-\mathbb E\frac{\lambda s}
{1+\gamma\lambda s}`: with :math:`x^\top G^2x\approx\partial_z(x^\top Gx)`,
:math:`F(\mathbb Es)\approx-\frac{s'}N\mathbb E\frac{\lambda^2}{(1+\gamma\lambda s)^3}` and
:math:`s'=-s/F'(s)`.

*Wigner*, :math:`F=1+zs+s^2`: no term of order 1/d, and a variance of at most
:math:`1/(d^2(\operatorname{Im}z)^4)`.

What is neglected is the variance of s, bounded by Poincaré's inequality, and the next order.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.laws.semicircle import Semicircle
from rmtcheck.spectral.measures import DiscreteMeasure


@dataclass(frozen=True)
class Prediction:
    """A mean resolvent trace by theory.

    Attributes
    ----------
    limit, bias
        The limit, and how far the mean is from it.
    slack
        Accuracy of the bias.
    """

    limit: complex
    bias: complex
    slack: float


def of_covariance(d: int, N: int, z: complex) -> Prediction:
    """Return the prediction for a sample covariance of unit variance."""
    gamma = d / N
    s = complex(MarchenkoPastur(gamma).stieltjes(z))
    derivative = 2 * gamma * z * s + z - 1 + gamma
    slope = -(gamma * s * s + s) / derivative
    bias = -(s + z * slope) / N / derivative
    a, b = z.real, z.imag
    # the eigenvalue for which lambda / |lambda - z|^4 is largest
    worst = (a + sqrt(4 * a * a + 3 * b * b)) / 3
    variance = 4 / (d * N) * worst / abs(worst - z) ** 4
    return Prediction(s, bias, gamma * abs(z) * variance / abs(derivative) + abs(bias) ** 2)


def of_weighted_covariance(d: int, N: int, z: complex, weights: DiscreteMeasure) -> Prediction:
    """Return the prediction for given weights in the proportions of a law."""
    gamma = d / N
    s = complex(GeneralizedMarchenkoPastur(weights, gamma).stieltjes(z))
    pairs = list(zip(weights.atoms, weights.weights, strict=True))
    derivative = z - sum(m * x / (1 + gamma * x * s) ** 2 for x, m in pairs)
    slope = -s / derivative
    bias = -slope / N * sum(m * x * x / (1 + gamma * x * s) ** 3 for x, m in pairs) / derivative
    square = sum(m * x * x for x, m in pairs)
    variance = 4 * square / (d * N * z.imag**4)
    return Prediction(s, bias, gamma * variance / abs(derivative) + abs(bias) ** 2)


def of_wigner(d: int, z: complex) -> Prediction:
    """Return the prediction for a normalised complex Gaussian Wigner matrix."""
    s = complex(Semicircle().stieltjes(z))
    return Prediction(s, 0j, 2 / (d * d * z.imag**4) / abs(z + 2 * s))

r"""Laws of the data under which decoupling is asked for: entries of mean 0 and variance 1.

A column of X is one sample. What decides is whether its quadratic forms concentrate,
:math:`\frac1Nx^\top Ax-\frac1N\operatorname{tr}(\Sigma A)\to0` for A of bounded norm that does not
depend on x: true for independent entries of variance 1 and for
:math:`\Sigma^{1/2}g` with bounded :math:`\Sigma` up to finitely many spikes, false where samples
have radii of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.draw import Array, Generator

CORRELATION = 0.7
"""Correlation of neighbouring entries under the autoregressive law."""
SPIKE = 9.0
"""The largest eigenvalue of the spiked covariance is 1 + SPIKE."""
_DEGREES = 5


@dataclass(frozen=True)
class DataLaw:
    """A law of X with entries of mean 0 and variance 1, columns independent.

    Attributes
    ----------
    draw
        Function of d, N and a generator that returns X of shape (d, N).
    kurtosis
        Excess kurtosis of one entry; infinite without a fourth moment.
    """

    draw: Callable[[int, int, Generator], Array]
    kurtosis: float


def draw_samples(law: str, d: int, N: int, rng: Generator) -> Array:
    r"""Draw data under a law of the table.

    .. math:: \mathbb E\,X_{kn}=0,\qquad \mathbb E\,X_{kn}^2=1,\qquad\text{columns independent}.

    Parameters
    ----------
    law : str
        A key of `DATA_LAWS`.
    d, N : int
        Dimension and number of samples, at least 1.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    ndarray, shape (d, N)
        Data, one sample per column.

    Raises
    ------
    DomainError
        When the law is unknown, a size is not a positive integer, or d is too small for a spike.

    Accuracy
    --------
    Exact in law, up to the rounding of a variate to a double.

    Examples
    --------
    >>> from rmtcheck.montecarlo.streams import stream
    >>> X = draw_samples("rademacher", 3, 4, stream(0, "example", 0))
    >>> X.shape, set(abs(X).ravel().tolist())
    ((3, 4), {1.0})
    """
    require_integer("d", d, 1)
    require_integer("N", N, 1)
    if law not in DATA_LAWS:
        raise DomainError(f"law = {law!r} must be one of {', '.join(DATA_LAWS)}.")
    return DATA_LAWS[law].draw(d, N, rng)


def _gaussian(d: int, N: int, rng: Generator) -> Array:
    return rng.standard_normal((d, N))


def _rademacher(d: int, N: int, rng: Generator) -> Array:
    return rng.choice([-1.0, 1.0], size=(d, N))


def _uniform(d: int, N: int, rng: Generator) -> Array:
    return rng.uniform(-math.sqrt(3), math.sqrt(3), (d, N))


def _laplace(d: int, N: int, rng: Generator) -> Array:
    return rng.laplace(scale=math.sqrt(0.5), size=(d, N))


def _student(degrees: int) -> Callable[[int, int, Generator], Array]:
    scale = math.sqrt((degrees - 2) / degrees)
    return lambda d, N, rng: scale * rng.standard_t(degrees, (d, N))


def _autoregressive(d: int, N: int, rng: Generator) -> Array:
    r"""Draw :math:`x_k=\rho x_{k-1}+\sqrt{1-\rho^2}\,g_k`, so :math:`\Sigma_{kl}=\rho^{|k-l|}`."""
    X = rng.standard_normal((d, N))
    for k in range(1, d):
        X[k] = CORRELATION * X[k - 1] + math.sqrt(1 - CORRELATION**2) * X[k]
    return X


def _spiked(d: int, N: int, rng: Generator) -> Array:
    r"""Draw equicorrelated entries: :math:`\Sigma=(1-c)I+c11^\top`, :math:`c=\text{SPIKE}/(d-1)`.

    The eigenvalues are 1 + SPIKE, once, and 1 - c.
    """
    if d <= 1 + SPIKE:
        raise DomainError(f"d = {d!r} must exceed {1 + SPIKE:g} for a spike of that size.")
    common = SPIKE / (d - 1)
    own = rng.standard_normal((d, N))
    return math.sqrt(1 - common) * own + math.sqrt(common) * rng.standard_normal(N)


def _own_radii(d: int, N: int, rng: Generator) -> Array:
    """Draw multivariate Student samples: Gaussian ones, each times a radius of its own."""
    return rng.standard_normal((d, N)) * np.sqrt((_DEGREES - 2) / rng.chisquare(_DEGREES, N))


DATA_LAWS: dict[str, DataLaw] = {
    "gaussian": DataLaw(_gaussian, 0.0),
    "rademacher": DataLaw(_rademacher, -2.0),
    "uniform": DataLaw(_uniform, -1.2),
    "laplace": DataLaw(_laplace, 3.0),
    "student_t5": DataLaw(_student(5), 6.0),
    "student_t3": DataLaw(_student(3), math.inf),
    "autoregressive": DataLaw(_autoregressive, 0.0),
    "spiked": DataLaw(_spiked, 0.0),
    "multivariate_t5": DataLaw(_own_radii, 6.0),
}

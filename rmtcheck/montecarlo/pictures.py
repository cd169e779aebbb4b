"""Statistics that are drawn to be looked at: spectra, block norms, weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo import draw, spectra, statistics
from rmtcheck.montecarlo.softmax import softmax

EIGENVALUES = 300
"""Dimension of the matrices whose spectra are shown."""
WIGNER_EIGENVALUES = 1000
"""Dimension of the Wigner matrix whose spectrum is shown."""
BLOCKS = 10
"""Classes on each side of a picture of block norms; missing ones count 0."""


def block_spectrum(rng: draw.Generator, *, N: int, C: int, column: int) -> Sequence[float]:
    r"""Return the eigenvalues of :math:`H_{1,1+\text{column}}` for one drawn model."""
    X, V = draw.draw_linear_model(EIGENVALUES, N, C, rng)
    return [float(x) for x in spectra.block_eigenvalues(X, V, 0, column)]


def covariance_spectrum(rng: draw.Generator, *, N: int) -> Sequence[float]:
    r"""Return the eigenvalues of :math:`\frac1NXX^\top` for one draw."""
    X = draw.draw_data(EIGENVALUES, N, rng)
    return [float(x) for x in spectra.gram_eigenvalues(X, np.ones(N))]


def block_matrix(rng: draw.Generator, *, d: int, N: int, C: int) -> Sequence[float]:
    """Return the norms of all blocks among the first classes, row by row."""
    norms = np.zeros((BLOCKS, BLOCKS))
    shown = min(C, BLOCKS)
    norms[:shown, :shown] = statistics.block_norm_matrix(
        *draw.draw_linear_model(d, N, C, rng), shown
    )
    return [float(x) for x in norms.ravel()]


def weight(rng: draw.Generator, *, C: int, column: int) -> Sequence[float]:
    r"""Return one weight :math:`p_1(1-p_1)`, or :math:`-p_1p_2`, of iid standard logits."""
    p = softmax(rng.standard_normal((C, 1))).p[:, 0]
    return [float(-p[0] * p[column] if column else p[0] * (1 - p[0]))]


def covariance_resolvent(
    rng: draw.Generator, *, d: int, N: int, real: float, imag: float
) -> Sequence[float]:
    """Return the resolvent trace of one sample covariance at one argument."""
    eigenvalues = spectra.gram_eigenvalues(draw.draw_data(d, N, rng), np.ones(N))
    trace = spectra.resolvent_trace(eigenvalues, complex(real, imag))
    return [trace.real, trace.imag]


def weighted_resolvent(
    rng: draw.Generator, *, d: int, N: int, first: int, second: int, real: float, imag: float
) -> Sequence[float]:
    """Return the resolvent trace of one covariance with two weights in equal proportion."""
    eigenvalues = spectra.gram_eigenvalues(draw.draw_data(d, N, rng), _halves(N, first, second))
    trace = spectra.resolvent_trace(eigenvalues, complex(real, imag))
    return [trace.real, trace.imag]


def weighted_spectrum(rng: draw.Generator, *, N: int, first: int, second: int) -> Sequence[float]:
    """Return the eigenvalues of one covariance with two weights in equal proportion."""
    X = draw.draw_data(EIGENVALUES, N, rng)
    return [float(x) for x in spectra.gram_eigenvalues(X, _halves(N, first, second))]


def _halves(N: int, first: float, second: float) -> draw.Array:
    """Return N weights, one half of them each value."""
    if N % 2:
        raise DomainError(f"N = {N!r} must be even.")
    return np.repeat([float(first), float(second)], N // 2)


def wigner_resolvent(rng: draw.Generator, *, d: int, real: float, imag: float) -> Sequence[float]:
    """Return the resolvent trace of one normalised Wigner matrix."""
    eigenvalues = np.asarray(np.linalg.eigvalsh(draw.draw_wigner(d, rng)), dtype=np.float64)
    trace = spectra.resolvent_trace(eigenvalues, complex(real, imag))
    return [trace.real, trace.imag]


def covariance_gap(
    rng: draw.Generator, *, d: int, N: int, real: float, imag: float
) -> Sequence[float]:
    r"""Return :math:`|s-s'|` for the resolvent traces of two sample covariances."""
    first, second = (covariance_resolvent(rng, d=d, N=N, real=real, imag=imag) for _ in range(2))
    return [abs(complex(*first) - complex(*second))]


def multiple_gap(rng: draw.Generator, *, d: int, real: float, imag: float) -> Sequence[float]:
    r"""Return :math:`|s-s'|` for two matrices :math:`\xi I` with independent fair signs."""
    traces = [
        spectra.resolvent_trace(sign * np.ones(d), complex(real, imag))
        for sign in rng.choice([-1.0, 1.0], size=2)
    ]
    return [abs(traces[0] - traces[1])]


def identity_distance(rng: draw.Generator, *, d: int, N: int) -> Sequence[float]:
    r"""Return :math:`\frac1d\|A-I\|_F^2` of one sample covariance, and the bound :math:`m_2+1`."""
    eigenvalues = spectra.gram_eigenvalues(draw.draw_data(d, N, rng), np.ones(N))
    return [float(np.mean((eigenvalues - 1) ** 2)), float(np.mean(eigenvalues**2)) + 1]


def wigner_spectrum(rng: draw.Generator) -> Sequence[float]:
    """Return the eigenvalues of one normalised Wigner matrix."""
    return [float(x) for x in np.linalg.eigvalsh(draw.draw_wigner(WIGNER_EIGENVALUES, rng))]

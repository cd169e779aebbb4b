"""Statistics that are drawn to be looked at: spectra, block norms, weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rmtcheck.montecarlo import draw, spectra, statistics
from rmtcheck.montecarlo.softmax import softmax

EIGENVALUES = 300
"""Dimension of the matrices whose spectra are shown."""
BLOCKS = 10
"""Classes on each side of a picture of block norms; missing ones count 0."""


def block_spectrum(rng: draw.Generator, *, N: int, C: int, column: int) -> Sequence[float]:
    r"""Return the eigenvalues of :math:`H_{1,1+\text{column}}` for one drawn model."""
    X, V = draw.draw_linear_model(EIGENVALUES, N, C, rng)
    return [float(x) for x in spectra.block_eigenvalues(X, V, 0, column)]


def covariance_spectrum(rng: draw.Generator, *, N: int) -> Sequence[float]:
    r"""Return the eigenvalues of :math:`\frac1NXX^\top` for one draw."""
    return [float(x) for x in spectra.esd(draw.draw_sample_covariance(EIGENVALUES, N, rng))]


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
    eigenvalues = spectra.esd(draw.draw_sample_covariance(d, N, rng))
    trace = spectra.resolvent_trace(eigenvalues, complex(real, imag))
    return [trace.real, trace.imag]

r"""Many small draws of the gap between weights that see the data and weights of a copy.

In coordinates in which V spans the first k, :math:`x=(w,y)` and :math:`u=Lw` with the triangular
factor L of a Wishart matrix. H and its decoupled copy are coupled: the same weights and y, and
fresh w for the copy, of which the mean over `COPIES` is taken. With :math:`S=A-z-BGB^\top`

.. math:: N(s_H-s_{\tilde H})=\tfrac Nd\operatorname{tr}S^{-1}(I+BG^2B^\top)-(\text{copy}),
          \qquad|\cdot|\le\frac{2kN}{d\operatorname{Im}z}.

Betting intervals for bounded variables need many draws rather than large ones, so one row holds
`BATCH` independent draws, made together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import Statistic
from rmtcheck.montecarlo.checks import require_finite
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.vocabulary.local_weights import LocalWeight

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

BATCH = 64
"""Independent draws in one row."""
COPIES = 3
"""Copies of w: cheap beside D, and half of the variance of one draw is theirs."""


def gaps(
    rng: np.random.Generator, *, weight: LocalWeight, d: int, N: int, real: float, imag: float
) -> Sequence[float]:
    r"""Return independent draws of :math:`N(s_H-s_{\tilde H})(z)`, real and imaginary parts.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    weight : LocalWeight
        The weight, of k fields.
    d, N : int
        Dimension, more than k, and number of samples.
    real, imag : float
        The point z, in the upper half plane.

    Returns
    -------
    list of float, length 2 * BATCH
        Real part and imaginary part of each draw in turn.

    Raises
    ------
    DomainError
        When the dimension is not more than the number of fields, or z is not in the upper half
        plane.

    Accuracy
    --------
    Exact in law, up to rounding.
    """
    k = weight.fields
    require_finite("real", real)
    require_finite("imag", imag)
    if not (isinstance(d, int) and isinstance(N, int) and d > k and N >= 1 and imag > 0):
        raise DomainError(
            f"d = {d}, N = {N}, imag = {imag}; accepted are d above {k}, N from 1 on, imag above 0"
        )
    everyone = rng.standard_normal((1 + COPIES, BATCH, k, N))
    y = rng.standard_normal((BATCH, d - k, N))
    fields = _factors(rng, k, d) @ everyone[0]
    flat = fields.transpose(1, 0, 2).reshape(k, -1)
    weights = field_function(weight).values(flat).reshape(BATCH, 1, N)
    z = complex(real, imag)
    D = (y * (weights / N)) @ y.transpose(0, 2, 1) - z * np.eye(d - k)
    scaled = everyone * (weights / N)
    borders = scaled @ y.transpose(0, 2, 1)
    right = borders.transpose(1, 3, 0, 2).reshape(BATCH, d - k, -1).astype(complex)
    solved = np.linalg.solve(D, right).reshape(BATCH, d - k, 1 + COPIES, k)
    traces = _trace(everyone, scaled, borders, solved.transpose(2, 0, 1, 3), z)
    gap = (traces[0] - traces[1:].mean(axis=0)) * (N / d)
    values: list[float] = gap.view(float).tolist()
    return values


def _factors(rng: np.random.Generator, k: int, d: int) -> Array:
    """Return roots of the overlaps of k rows N(0, I/d)."""
    below = np.tril(rng.standard_normal((BATCH, k, k)), -1)
    diagonal = np.sqrt(rng.chisquare(d - np.arange(k), size=(BATCH, k)))
    return np.asarray((below + diagonal[:, :, None] * np.eye(k)) / np.sqrt(d))


def _trace(
    w: Array, scaled: Array, border: Array, solved: ComplexArray, z: complex
) -> ComplexArray:
    r"""Return :math:`\operatorname{tr}S^{-1}(I+BG^2B^\top)` of each draw."""
    identity = np.eye(w.shape[-2])
    S = scaled @ w.swapaxes(-1, -2) - z * identity - border @ solved
    slope = identity + solved.swapaxes(-1, -2) @ solved
    return np.asarray(np.trace(np.linalg.solve(S, slope), axis1=-2, axis2=-1))


GAPS = Statistic(
    tuple(f"gap_{part}_{k}" for k in range(BATCH) for part in ("re", "im")),
    gaps,
)
"""`BATCH` independent draws in one row."""

r"""The decoupling gap under other data, weights and parameters.

*Two parts.* Let :math:`s_H` belong to :math:`H=\frac1NX\operatorname{diag}(\lambda)X^\top` and
:math:`s_{\tilde H}` to the same X with the weights :math:`\tilde\lambda` of an independent copy of
it. With :math:`s_\nu` the generalised Marchenko-Pastur transform of the empirical law of weights,

.. math:: s_H-s_{\tilde H}=\bigl[(s_H-s_\nu)-(s_{\tilde H}-s_{\tilde\nu})\bigr]
          +\bigl[s_\nu-s_{\tilde\nu}\bigr].

The first bracket asks whether weights and samples are as good as independent, *given* the law of
the weights; the second, whether the law itself is the same. When V does not depend on X, the
samples X and their copy are exchangeable given V, so the second bracket has mean 0 exactly, and the
first is an unbiased estimate of the gap with a fraction of the variance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import Statistic
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.decoupling.data_laws import draw_samples
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.draw import Array, Generator
from rmtcheck.montecarlo.spectra import gram_eigenvalues, resolvent_trace
from rmtcheck.vocabulary.local_weights import LocalWeight

COLUMNS = ("gap", "independence", "law", "distance")
"""What `compare` returns, complex; a row holds real parts and imaginary parts in turn."""
LOCALISED = 0.8
"""The one large entry of a localised row; the others share the rest of the norm."""
_STEPS = 100
_RESIDUAL = 1e-10

SAMPLE_WEIGHTS: dict[str, Callable[[Array], Array]] = {
    "large_norm": lambda X: np.where((X**2).sum(axis=0) > len(X), 1.0, 0.0),
    "large_fourth_powers": lambda X: np.where((X**4).sum(axis=0) > 3 * len(X), 1.0, 0.0),
    # entries with tail t^-3: sums of fourth powers grow like d^(4/3)
    "heavy_fourth_powers": lambda X: np.where((X**4).sum(axis=0) > len(X) ** (4 / 3), 1.0, 0.0),
}
"""Weights of all d coordinates of a sample, and of no other sample."""


def gap_under(
    rng: Generator,
    *,
    weight: LocalWeight | str,
    law: str,
    d: int,
    N: int,
    real: float,
    imag: float,
    rows: str = "gaussian",
) -> Sequence[float]:
    r"""Return the gap :math:`s_H-s_{\tilde H}` and its parts at one draw of X, its copy, and V.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    weight : LocalWeight or str
        A function of k fields, or a key of `SAMPLE_WEIGHTS`.
    law : str
        A key of `rmtcheck.montecarlo.decoupling.data_laws.DATA_LAWS`.
    d, N : int
        Dimension and number of samples.
    real, imag : float
        The argument z, in the upper half plane.
    rows : {"gaussian", "localised"}
        The law of the rows of V.

    Returns
    -------
    list of float
        Real and imaginary parts of `compare`.

    Raises
    ------
    DomainError
        When a name is unknown, a size is out of range, or Im z is not positive.

    Accuracy
    --------
    Rounding errors of the eigenvalues; the two laws to 1e-10.
    """
    # the rows are drawn whatever the weight, so that weights see the same X
    V = draw_rows(rows, weight.fields if isinstance(weight, LocalWeight) else 1, d, rng)
    X, copy = draw_samples(law, d, N, rng), draw_samples(law, d, N, rng)
    own, fresh = (weights_of(weight, V, data) for data in (X, copy))
    return parts(compare(X, own, fresh, complex(real, imag)))


def draw_rows(rows: str, k: int, d: int, rng: Generator) -> Array:
    r"""Draw V of shape (k, d), rows of mean square norm 1: spread evenly, or with one large entry.

    Localised row c is :math:`ae_c+\sqrt{1-a^2}\,g_c`, :math:`g_c\sim N(0,I_d/d)`, with a the
    constant `LOCALISED`.
    """
    require_integer("d", d, 1)
    spread = rng.standard_normal((k, d)) / math.sqrt(d)
    if rows == "gaussian":
        return spread
    if rows == "localised":
        return LOCALISED * np.eye(k, d) + math.sqrt(1 - LOCALISED**2) * spread
    raise DomainError(f"rows = {rows!r} must be 'gaussian' or 'localised'.")


def weights_of(weight: LocalWeight | str, V: Array, X: Array) -> Array:
    """Return the weights of the samples, shape (N,)."""
    if isinstance(weight, LocalWeight):
        return field_function(weight).values(V @ X)
    if weight not in SAMPLE_WEIGHTS:
        known = ", ".join(SAMPLE_WEIGHTS)
        raise DomainError(f"weight = {weight!r} must be a LocalWeight or one of {known}.")
    return SAMPLE_WEIGHTS[weight](X)


def compare(X: Array, own: Array, fresh: Array, z: complex) -> list[complex]:
    r"""Return the gap, its two parts, and the distance :math:`s_H-s_\nu` of H from its law.

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data.
    own, fresh : ndarray, shape (N,)
        Weights of H, and of its decoupled copy.
    z : complex
        A point of the upper half plane.

    Returns
    -------
    list of complex
        The numbers that `COLUMNS` names; the first is the sum of the next two.

    Raises
    ------
    DomainError
        When Im z is not positive, or shapes do not fit.

    Accuracy
    --------
    Rounding errors of the eigenvalues; the two laws to 1e-10.
    """
    gamma = X.shape[0] / X.shape[1]
    s, s_copy = (resolvent_trace(gram_eigenvalues(X, w), z) for w in (own, fresh))
    law, law_copy = (law_transform(w, gamma, z, start) for w, start in ((own, s), (fresh, s_copy)))
    return [s - s_copy, (s - law) - (s_copy - law_copy), law - law_copy, s - law]


def parts(values: Sequence[complex]) -> list[float]:
    """Return the real and imaginary part of each value in turn."""
    return [part for value in values for part in (value.real, value.imag)]


def law_transform(weights: Array, gamma: float, z: complex, start: complex) -> complex:
    r"""Return the generalised Marchenko-Pastur transform of the empirical law of weights.

    The solution in the upper half plane of
    :math:`\frac1s=-z+\frac1N\sum_n\frac{\lambda_n}{1+\gamma\lambda_ns}`, by Newton's method. It
    is unique, so it does not matter whether it is reached from the start or from far above z.

    Parameters
    ----------
    weights : ndarray, shape (N,)
        Of either sign.
    gamma : float
        The ratio d/N.
    z : complex
        A point of the upper half plane.
    start : complex
        Where Newton's method starts, in the upper half plane.

    Returns
    -------
    complex
        The transform.

    Raises
    ------
    DomainError
        When neither leads to it.

    Accuracy
    --------
    Relative residual of the equation at most 1e-10.

    Examples
    --------
    >>> s = law_transform(np.ones(4), 0.5, 1 + 1j, 1j)
    >>> abs(1 / s - (-1 - 1j + 1 / (1 + s / 2))) < 1e-9
    True
    """
    s = _newton(weights, gamma, z, start)
    if s is None:
        s = _descended(weights, gamma, z)
    if s is None:
        raise DomainError(f"z = {z!r} must be farther from the real axis: no transform is found.")
    return s


def _newton(weights: Array, gamma: float, z: complex, start: complex) -> complex | None:
    """Return the solution that Newton's method reaches without leaving the upper half plane."""
    s = start
    for _ in range(_STEPS):
        shrunk = weights / (1 + gamma * weights * s)
        residual = 1 + s * (z - shrunk.mean())
        if abs(residual) <= _RESIDUAL:
            return complex(s)
        slope = z - shrunk.mean() + gamma * s * (shrunk**2).mean()
        s = _above_axis(s, residual / slope)
    return None


def _descended(weights: Array, gamma: float, z: complex) -> complex | None:
    """Return the solution at z, from far above where it is nearly -1/z, in halves of the height."""
    height = max(z.imag, 10 * (1 + gamma) * float(abs(weights).max()))
    s: complex | None = -1 / complex(z.real, height)
    while s is not None and height > z.imag:
        height = max(z.imag, height / 2)
        s = _newton(weights, gamma, complex(z.real, height), s)
    return s


def _above_axis(s: complex, step: complex) -> complex:
    """Return s - step, the step halved until the result lies above the real axis."""
    while (s - step).imag <= 0:
        step /= 2
    return s - step


GAP_UNDER = Statistic(tuple(f"{n}_{p}" for n in COLUMNS for p in ("re", "im")), gap_under)

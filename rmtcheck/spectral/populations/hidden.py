r"""The laws of the weights of a hidden layer's Hessian blocks.

The network is :math:`f(x)=V\,\mathrm{relu}(Wx)`, V of shape C x m. At Gaussian data with unit rows
of W, orthogonal, the preactivations g are :math:`N(0,I_m)`, and the block of the rows
:math:`w_i,w_j` is :math:`\frac1N\sum_n\lambda_nx_nx_n^\top`, for :math:`i=j` as well since relu is
piecewise linear. With the gates :math:`1_k=1[g_k>0]` and :math:`\mathrm{Hess}` that of the loss in
the outputs,

.. math:: \lambda=1_i1_j\,v_i^\top\mathrm{Hess}(f)\,v_j .

For squared error Hess is constant; for cross-entropy it is the covariance matrix of one draw from
the softmax p, so :math:`\lambda=1_i1_j\,\mathrm{Cov}_{c\sim p}(v_{ci},v_{cj})`.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.law import positive, shown
from rmtcheck.spectral.measures import LEAST, DiscreteMeasure
from rmtcheck.vocabulary.losses import CrossEntropy, MeanSquaredError

MOST_SAMPLES = 10**7
GREATEST_ENTRY = 1e20
CELLS = 2**20


def hidden_weights(
    readout: Any,
    row: int,
    column: int,
    loss: CrossEntropy | MeanSquaredError,
    *,
    samples: int = 100_000,
    rng: np.random.Generator | None = None,
) -> DiscreteMeasure:
    r"""Return the law of the weights of the block of two hidden units, the readout given.

    .. math:: \lambda=2\varphi\,1_i1_j\sum_cv_{ci}v_{cj}\ \text{(squared error of factor }
              \varphi),\qquad
              \lambda=1_i1_j\Bigl(\sum_cp_cv_{ci}v_{cj}-\sum_cp_cv_{ci}\sum_cp_cv_{cj}\Bigr)
              \ \text{(cross-entropy)},

    p the softmax of :math:`V\,\mathrm{relu}(g)`, :math:`g\sim N(0,I_m)`.

    Parameters
    ----------
    readout : array of shape (C, m)
        The matrix V.
    row, column : int
        The units i and j, from 0 to m - 1.
    loss : CrossEntropy or MeanSquaredError
        The loss.
    samples : int, default 100000
        Number of draws of g with both gates open, up to 10000000; for cross-entropy only.
    rng : numpy Generator, optional
        The source of randomness; needed for cross-entropy only.

    Returns
    -------
    DiscreteMeasure
        The atom 0 has the mass of the closed gates, 1/2 for i = j and 3/4 else, without any
        sampling error.

    Raises
    ------
    DomainError
        If an argument lies outside its domain.

    Accuracy
    --------
    Squared error: exact for a readout of integers or Fractions, else up to rounding.
    Cross-entropy: a sample; integrals of f have standard error
    :math:`(\mathrm{Var}f/n)^{1/2}` times the mass of the open gates. Sampled weights below
    1e-50 in modulus become 0.

    Examples
    --------
    >>> from rmtcheck.vocabulary.losses import MEAN_SQUARED_ERROR
    >>> law = hidden_weights([[1, 2], [3, -1]], 0, 1, MEAN_SQUARED_ERROR)
    >>> law.rationals()
    ((Fraction(-2, 1), Fraction(1, 4)), (Fraction(0, 1), Fraction(3, 4)))
    """
    V = _checked_readout(readout)
    i, j = (_checked_unit(*named, V.shape[1]) for named in (("row", row), ("column", column)))
    is_open = Fraction(1, 2) if i == j else Fraction(1, 4)
    if isinstance(loss, MeanSquaredError):
        weight = 2 * _factor(loss) * sum(a * b for a, b in zip(V[:, i], V[:, j], strict=True))
        return DiscreteMeasure([Fraction(0), weight], [1 - is_open, is_open])
    if not isinstance(loss, CrossEntropy):
        raise DomainError(f"loss is {shown(loss)}; CrossEntropy or MeanSquaredError is needed")
    if not isinstance(rng, np.random.Generator):
        raise DomainError(f"rng is {shown(rng)}; cross-entropy needs a numpy Generator")
    count = _checked_samples(samples)
    weights = np.concatenate(list(_draws(V.astype(float), i, j, count, rng)))
    weights[abs(weights) < LEAST] = 0
    masses = np.full(count, float(is_open) / count)
    return DiscreteMeasure(np.append(0.0, weights), np.append(float(1 - is_open), masses))


def _draws(V: Array, i: int, j: int, count: int, rng: np.random.Generator) -> Iterator[Array]:
    """Yield weights with both gates open, in chunks of bounded memory."""
    chunk = max(1, CELLS // max(V.shape))
    for start in range(0, count, chunk):
        g = rng.standard_normal((min(chunk, count - start), V.shape[1]))
        # given that it is positive, a normal variable has the law of its modulus
        g[:, [i, j]] = abs(g[:, [i, j]])
        yield _covariance(np.maximum(g, 0) @ V.T, V[:, i], V[:, j])


def _covariance(logits: Array, first: Array, second: Array) -> Array:
    """Return the covariance of two functions of a class, one for each row of logits."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    centred = (values - (p @ values)[:, None] for values in (first, second))
    return np.asarray((p * np.prod(list(centred), axis=0)).sum(axis=1))


def _factor(loss: MeanSquaredError) -> Any:
    if loss.factor.is_Rational:
        return Fraction(int(loss.factor.p), int(loss.factor.q))
    if not (loss.factor.is_number and loss.factor.is_real):
        raise DomainError(f"loss has the factor {shown(loss.factor)}; a real number is needed")
    return float(loss.factor)


def _checked_readout(readout: Any) -> Any:
    """Return V as an array of shape (C, m) of Fractions, or of floats."""
    try:
        entries = np.array(readout, dtype=object)
        floats = entries.astype(float)
    except (TypeError, ValueError, ArithmeticError):
        raise DomainError(
            f"readout is {shown(readout)}; a matrix of real numbers is needed"
        ) from None
    if floats.ndim != 2 or not floats.size:
        raise DomainError(f"readout has shape {floats.shape}; (classes, units) is needed")
    wrong = floats[~(abs(floats) <= GREATEST_ENTRY)]
    if wrong.size:
        raise DomainError(
            f"readout has the entry {wrong[0]}; moduli to {GREATEST_ENTRY} are needed"
        )
    exact = all(isinstance(v, numbers.Rational) for v in entries.ravel())
    return np.vectorize(Fraction, otypes=[object])(entries) if exact else floats


def _checked_unit(name: str, unit: Any, units: int) -> int:
    if not isinstance(unit, numbers.Integral) or not 0 <= int(unit) < units:
        raise DomainError(f"{name} is {shown(unit)}; a unit from 0 to {units - 1} is needed")
    return int(unit)


def _checked_samples(samples: Any) -> int:
    count = positive("samples", samples, 1, MOST_SAMPLES)
    if int(count) != count:
        raise DomainError(f"samples is {shown(samples)}; an integer is needed")
    return int(count)

r"""The decoupling gap after training, when V depends on the samples that it weighs.

The linear softmax model is trained on X by full-batch gradient descent. Then the block
:math:`(1,1)` of its Hessian on the training data is compared with three matrices:

- the decoupled copy: the same X, weights :math:`p_1(1-p_1)` of fresh samples under the trained V;
- the law of its own weights: the generalised Marchenko-Pastur transform of the weights of the
  training samples themselves;
- the weights of the training samples on a fresh X.

If only the first is at a distance, training breaks the *law* of the weights (margins of training
samples are not those of test samples) and leaves their independence of the samples, given the law.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import Statistic
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.decoupling.universality import COLUMNS, compare, parts
from rmtcheck.montecarlo.draw import Array, Generator, draw_data, draw_linear_model
from rmtcheck.montecarlo.softmax import softmax
from rmtcheck.montecarlo.spectra import class_weights, gram_eigenvalues, resolvent_trace

RATE = 1.0
"""Step of gradient descent; the loss is convex, its curvature below 2 for d/N <= 1."""
TEACHER = 3.0
"""Norm of the rows of a teacher, whose largest logit is the label."""


def trained_gap(
    rng: Generator,
    *,
    d: int,
    N: int,
    C: int,
    steps: int,
    labels: str,
    real: float,
    imag: float,
) -> Sequence[float]:
    r"""Return the gap of block (1, 1) after training, its parts, and the gap to a fresh X.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream to draw from.
    d, N, C : int
        Dimension, number of samples and of classes.
    steps : int
        Steps of gradient descent; 0 leaves the random V.
    labels : {"random", "teacher"}
        Where the labels come from.
    real, imag : float
        The argument z, in the upper half plane.

    Returns
    -------
    list of float
        Real and imaginary parts of `rmtcheck.montecarlo.decoupling.universality.compare`, and of
        :math:`s_H-s_{H'}` with the weights of H on a fresh X.

    Raises
    ------
    DomainError
        When a size is out of range, the labels are unknown, or Im z is not positive.

    Accuracy
    --------
    Rounding errors of the eigenvalues; the laws to 1e-10.
    """
    X, V = draw_linear_model(d, N, C, rng)
    V = train(X, V, draw_labels(labels, X, C, rng), steps)
    own, fresh = (class_weights(data, V, 0, 0) for data in (X, draw_data(d, N, rng)))
    z = complex(real, imag)
    s, s_fresh = (
        resolvent_trace(gram_eigenvalues(data, own), z) for data in (X, draw_data(d, N, rng))
    )
    return parts([*compare(X, own, fresh, z), s - s_fresh])


def draw_labels(labels: str, X: Array, C: int, rng: Generator) -> NDArray[np.intp]:
    r"""Draw a class for every sample: uniform, or the largest logit of a random teacher."""
    d, N = X.shape
    if labels == "random":
        return np.asarray(rng.integers(0, C, N), dtype=np.intp)
    if labels == "teacher":
        teacher = TEACHER * rng.standard_normal((C, d)) / np.sqrt(d)
        return np.asarray((teacher @ X).argmax(axis=0))
    raise DomainError(f"labels = {labels!r} must be 'random' or 'teacher'.")


def train(X: Array, V: Array, labels: NDArray[np.intp], steps: int) -> Array:
    r"""Return V after steps of full-batch gradient descent on the mean cross-entropy.

    .. math:: V\leftarrow V-\frac\eta N\sum_n(p_n-e_{y_n})x_n^\top

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data.
    V : ndarray, shape (C, d)
        Parameters to start from; not changed.
    labels : ndarray of int, shape (N,)
        Classes, counted from 0.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    ndarray, shape (C, d)
        The trained parameters.

    Raises
    ------
    DomainError
        When ``steps`` is not a non-negative integer.

    Accuracy
    --------
    Rounding errors only.

    Examples
    --------
    >>> X, V = np.array([[1.0, -1.0]]), np.zeros((2, 1))
    >>> train(X, V, np.array([0, 1]), 1).tolist()
    [[0.5], [-0.5]]
    """
    require_integer("steps", steps, 0)
    targets = np.eye(len(V))[labels].T
    for _ in range(steps):
        V = V - RATE / X.shape[1] * (softmax(V @ X).p - targets) @ X.T
    return V


TRAINED_GAP = Statistic(
    tuple(f"{n}_{p}" for n in (*COLUMNS, "fresh_data") for p in ("re", "im")), trained_gap
)

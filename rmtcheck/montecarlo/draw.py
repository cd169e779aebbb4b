"""Draws of the random objects that the statements speak about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rmtcheck.montecarlo.checks import require_integer

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
Generator = np.random.Generator


def draw_linear_model(d: int, N: int, C: int, rng: Generator) -> tuple[Array, Array]:
    r"""Draw the data and the parameters of a linear model at initialization.

    :math:`X_{kn}\sim N(0,1)` and :math:`V_{ck}\sim N(0,1/d)`, all independent.

    Parameters
    ----------
    d, N : int
        Input dimension and number of samples, at least 1.
    C : int
        Number of classes, at least 2.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    X : ndarray, shape (d, N)
        Data, one sample per column.
    V : ndarray, shape (C, d)
        Parameters, one class per row.

    Raises
    ------
    DomainError
        When a size is not an integer in its range.

    Accuracy
    --------
    Exact in law, up to the rounding of a normal variate to a double.

    Examples
    --------
    >>> from rmtcheck.montecarlo.streams import stream
    >>> X, V = draw_linear_model(3, 5, 2, stream(1, "example", 0))
    >>> X.shape, V.shape
    ((3, 5), (2, 3))
    """
    for name, value, least in (("d", d, 1), ("N", N, 1), ("C", C, 2)):
        require_integer(name, value, least)
    return rng.standard_normal((d, N)), rng.standard_normal((C, d)) / np.sqrt(d)


def draw_one_hidden_layer(
    d: int, m: int, N: int, C: int, rng: Generator
) -> tuple[Array, Array, Array]:
    r"""Draw the data and the parameters of a network with one hidden layer at initialization.

    :math:`X_{kn}\sim N(0,1)`, :math:`V_{ck}\sim N(0,1/m)` and :math:`W_{kl}\sim N(0,1/d)`, all
    independent.

    Parameters
    ----------
    d, m, N : int
        Input dimension, width and number of samples, at least 1.
    C : int
        Number of classes, at least 2.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    X : ndarray, shape (d, N)
        Data, one sample per column.
    V : ndarray, shape (C, m)
        Output weights, one class per row.
    W : ndarray, shape (m, d)
        Hidden weights, one unit per row.

    Raises
    ------
    DomainError
        When a size is not an integer in its range.

    Accuracy
    --------
    Exact in law, up to the rounding of a normal variate to a double.

    Examples
    --------
    >>> from rmtcheck.montecarlo.streams import stream
    >>> [a.shape for a in draw_one_hidden_layer(3, 2, 5, 4, stream(1, "example", 0))]
    [(3, 5), (4, 2), (2, 3)]
    """
    for name, value, least in (("d", d, 1), ("m", m, 1), ("N", N, 1), ("C", C, 2)):
        require_integer(name, value, least)
    X = rng.standard_normal((d, N))
    V = rng.standard_normal((C, m)) / np.sqrt(m)
    return X, V, rng.standard_normal((m, d)) / np.sqrt(d)


def draw_data(d: int, N: int, rng: Generator) -> Array:
    r"""Draw :math:`X\in\mathbb R^{d\times N}` with iid standard normal entries.

    Parameters
    ----------
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
        When a size is not a positive integer.

    Accuracy
    --------
    Exact in law, up to the rounding of a normal variate to a double.
    """
    require_integer("d", d, 1)
    require_integer("N", N, 1)
    return rng.standard_normal((d, N))


def draw_wigner(d: int, rng: Generator) -> ComplexArray:
    r"""Draw a normalised Wigner matrix with complex Gaussian entries.

    Diagonal entries have the law :math:`N(0,1/d)`, the others independent real and imaginary parts
    of law :math:`N(0,1/2d)`.

    Parameters
    ----------
    d : int
        Dimension, at least 1.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    ndarray, shape (d, d)
        The Hermitian matrix.

    Raises
    ------
    DomainError
        When ``d`` is not a positive integer.

    Accuracy
    --------
    Exact in law, up to rounding.
    """
    require_integer("d", d, 1)
    real, imaginary = rng.standard_normal((2, d, d))
    ginibre = real + 1j * imaginary
    return np.asarray((ginibre + ginibre.conj().T) / (2 * np.sqrt(d)))


def draw_squared_radius(d: int, rng: Generator) -> float:
    r"""Draw :math:`\|x\|_2^2/d` with :math:`x\sim N(0,I_d)`.

    Parameters
    ----------
    d : int
        Dimension, at least 1.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    float
        A positive number of mean 1 and variance 2/d.

    Raises
    ------
    DomainError
        When ``d`` is not a positive integer.

    Accuracy
    --------
    Exact in law, up to rounding.
    """
    require_integer("d", d, 1)
    x = rng.standard_normal(d)
    return float(x @ x) / d


def draw_projection(d: int, rng: Generator) -> float:
    r"""Draw :math:`v^\top x` with independent :math:`v\sim N(0,I_d/d)` and :math:`x\sim N(0,I_d)`.

    Parameters
    ----------
    d : int
        Dimension, at least 1.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    float
        A number of mean 0 and variance 1.

    Raises
    ------
    DomainError
        When ``d`` is not a positive integer.

    Accuracy
    --------
    Exact in law, up to rounding.
    """
    require_integer("d", d, 1)
    x, v = rng.standard_normal((2, d))
    return float(v @ x) / float(np.sqrt(d))

"""The pieces of the bias at one point, for reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import ComplexArray
from rmtcheck.spectral.decoupling.blocks import field_responses, softmax_block
from rmtcheck.spectral.decoupling.response import Response
from rmtcheck.spectral.decoupling.squares import Eigenspace
from rmtcheck.spectral.law import complex_points, shown, upper_half
from rmtcheck.vocabulary.activations import RELU, Activation
from rmtcheck.vocabulary.local_weights import local_weight


@dataclass(frozen=True)
class ResponseMatrix:
    r"""The matrix :math:`T(z)=\mathbb E[h\,ww^\top]` by its eigenvalues, and what goes with it.

    Attributes
    ----------
    z : complex
        The point.
    s : complex
        The transform of the limit law.
    t : complex
        The mean of :math:`h=\lambda/(1+\gamma\lambda s)`.
    eigenvalues : tuple of complex
        The eigenvalues of T.
    multiplicities : tuple of int
        How often each occurs.
    directions : tuple of str
        What each acts on.
    """

    z: complex
    s: complex
    t: complex
    eigenvalues: tuple[complex, ...]
    multiplicities: tuple[int, ...]
    directions: tuple[str, ...]


def response_matrix(
    gram: Any, gamma: Any, z: complex, *, readout: Any = None, activation: Activation = RELU
) -> ResponseMatrix:
    r"""Return :math:`s`, :math:`t` and the eigenvalues of T at a point of the upper half plane.

    Parameters
    ----------
    gram, gamma, readout, activation
        As for `decoupling_bias`.
    z : complex
        A point with :math:`\Im z>0`.

    Returns
    -------
    ResponseMatrix

    Raises
    ------
    DomainError
        If an argument lies outside its domain.

    Accuracy
    --------
    As for `decoupling_bias`.

    Examples
    --------
    >>> from rmtcheck.vocabulary.grams import WeightedGram
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import N
    >>> p = SoftmaxOfGaussians(10)
    >>> found = response_matrix(WeightedGram(1 / N, p[1] * p[2]), 0.5, 1j)
    >>> found.multiplicities
    (1, 1, 1, 7)
    >>> abs(1 / found.s - (found.t - 1j)) < 1e-12
    True
    """
    point = complex_points(z)
    if point.ndim or not point.imag > 0:
        raise DomainError(f"z is {shown(z)}; one point of the upper half plane is needed")
    weight = local_weight(gram, readout, activation)
    block = softmax_block(weight)
    response = block.response(gamma) if block else field_responses(weight, gamma)[0]
    factor = block.factor if block else 1.0
    s, t, values = _pieces(response, point.item() / factor)
    spaces = response.spaces if block else response.spaces * len(values)
    if block:
        # the weight does not see the mean of the logits
        spaces, values = (Eigenspace("1", 1), *spaces), np.append(t, values)
    return ResponseMatrix(
        point.item(),
        s / factor,
        t * factor,
        tuple((values * factor).tolist()),
        tuple(space.multiplicity for space in spaces),
        tuple(space.name for space in spaces),
    )


def _pieces(response: Response, z: complex) -> tuple[complex, complex, ComplexArray]:
    """Return s, t and eigenvalues of T at a point of either half plane."""
    points, below = upper_half(np.array([z]))
    u = response.law.dual(points)
    s = -1 / (response.gamma * u)
    t = points + 1 / s
    values = t + (np.linalg.eigvals(response.matrix(u)[0][0]).ravel() - 1) / s
    found = np.concatenate([s, t, values])
    found = np.where(below, found.conj(), found)
    return complex(found[0]), complex(found[1]), found[2:]

"""The verb: the difference of order 1/N that seeing the samples makes to the transform."""

from __future__ import annotations

from typing import Any

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, ComplexArray
from rmtcheck.spectral.decoupling.blocks import field_responses, softmax_block
from rmtcheck.spectral.decoupling.response import Response
from rmtcheck.spectral.law import complex_points, positive, scalar_like, shown, upper_half
from rmtcheck.vocabulary.activations import RELU, Activation
from rmtcheck.vocabulary.local_weights import local_weight

TOLERANCE = 1e-6


def decoupling_bias(
    gram: Any,
    gamma: Any,
    z: Any,
    *,
    readout: Any = None,
    activation: Activation = RELU,
    tolerance: float = TOLERANCE,
) -> Any:
    r"""Return :math:`b(z)=\lim N\,\mathbb E[s_H(z)-s_{\tilde H}(z)]`.

    Here :math:`H=\frac1N\sum_n\lambda(Vx_n)x_nx_n^\top`, with k iid rows :math:`N(0,I_d/d)` of V,
    and :math:`\tilde H` has the weights :math:`\lambda(V\tilde x_n)` of an independent sample:

    .. math:: b(z)=-\frac1\gamma\frac d{dz}\log\det\bigl(I+s(T-tI)\bigr),\qquad
              T=\mathbb E\frac{\lambda\,ww^\top}{1+\gamma\lambda s},\quad
              t=\mathbb E\frac\lambda{1+\gamma\lambda s},\quad w\sim N(0,I_k).

    Parameters
    ----------
    gram : WeightedGram or LocalWeight
        The matrix H, without symbols.
    gamma : float or exact number
        The limit of :math:`d/N`, from 1e-6 to 1e6.
    z : complex or array
        Points off the real line, or on it outside the support of the limit law.
    readout : matrix of shape (C, k), optional
        The output weights of a hidden layer.
    activation : Activation, default RELU
        Gives the logits of a hidden layer.
    tolerance : float, default 1e-6
        The estimated error that is accepted of weights other than softmax blocks, relative to the
        modulus of the value plus :math:`\frac1{\gamma|x'|}\int\frac{|\lambda|}{|u-\lambda|^2}d\nu`,
        its natural scale.

    Returns
    -------
    complex or array

    Raises
    ------
    DomainError
        If an argument lies outside its domain, or the estimated error exceeds the tolerance.

    Notes
    -----
    The limit is proved for bounded weights that are continuous off a null set.

    Accuracy
    --------
    Softmax blocks of a linear classifier: estimated relative error 1e-10, for up to 1000000
    classes. Other weights: judged by two sets of points; to three fields about 1e-10 at a
    distance of the size of the law from its support.

    References
    ----------
    Lemma 23 of docs/lemmas.md; in dual variables, :mod:`rmtcheck.spectral.decoupling`. For s,
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192, equation (1.4).

    Examples
    --------
    >>> from rmtcheck.vocabulary.grams import WeightedGram
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import N
    >>> p = SoftmaxOfGaussians(3)
    >>> b = decoupling_bias(WeightedGram(1 / N, p[1] * (1 - p[1])), 0.5, 0.1 + 0.1j)
    >>> round(b.real, 5), round(b.imag, 5)
    (-1.19758, 2.6543)
    """
    weight = local_weight(gram, readout, activation)
    accepted = float(positive("tolerance", tolerance, 1e-15, 1.0))
    points = complex_points(z)
    block = softmax_block(weight)
    if block is not None:
        response, factor = block.response(gamma), block.factor
        values = _bias(response, points.ravel(), factor)
        return scalar_like(z, values.reshape(points.shape))
    responses = field_responses(weight, gamma)
    fine, coarse = (_bias(response, points.ravel()) for response in responses)
    _require_accurate(fine, coarse, responses[0].scale(upper_half(points.ravel())[0]), accepted)
    return scalar_like(z, fine.reshape(points.shape))


def _bias(response: Response, z: ComplexArray, factor: float = 1.0) -> ComplexArray:
    """Return the bias of a multiple of H at points off the support, by its conjugate below it."""
    points, below = upper_half(z / factor)
    inside = (points.imag == 0) & response.law.dual.bulks.holds(points.real)
    if inside.any():
        raise DomainError(
            f"z is {z[inside][0].real:.6g}, inside the support of the limit law; points off the "
            "real line or outside the support are accepted"
        )
    try:
        values = response.bias(points)
    except np.linalg.LinAlgError:
        raise DomainError(f"z is {shown(z)}, an outlier; other points are accepted") from None
    return np.asarray(np.where(below, values.conj(), values) / factor)


def _require_accurate(
    fine: ComplexArray, coarse: ComplexArray, scale: Array, accepted: float
) -> None:
    error: Array = abs(fine - coarse) / (scale + abs(fine))
    if not np.all(error <= accepted):
        raise DomainError(
            f"tolerance is {accepted:g}; the estimated error is {error.max():.2g}, which a larger "
            "tolerance, or points z farther from the support, would accept"
        )

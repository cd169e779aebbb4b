r"""Widths for which leading terms of a hidden layer are finite, and a proof that they are positive.

Whatever the width and the aspect ratio, the leading term of a mean squared norm is a sum of
products of means of squares; three of these means, enclosed away from 0, keep all of it positive.
"""

from __future__ import annotations

from flint import ctx, fmpq

from rmtcheck.certify.activation_means import Powers, unit_mean
from rmtcheck.certify.activations import enclosed_activation
from rmtcheck.certify.hidden_norms import one_unit
from rmtcheck.vocabulary.activations import RELU, Activation

_BITS = 64
_ZERO = fmpq(0)


def least_width(
    layer: str, *, diagonal: bool, softmax: bool = True, activation: Activation = RELU
) -> int:
    r"""Return the least width at which the leading term of a mean squared norm is finite.

    Cross-entropy brings :math:`\mathbb Ee^{\sigma^2/m}` to blocks of two hidden units, and
    :math:`\mathbb Ee^{r\sigma\tilde\sigma/m}` to output blocks of r classes; the squared error no
    exponential at all.

    Parameters
    ----------
    layer : {"w", "v"}
        Block of hidden units or of classes.
    diagonal : bool
        Whether the units or classes are the same.
    softmax : bool, default True
        Whether the loss is cross-entropy, and not the squared error.
    activation : Activation, default RELU
        One that can be enclosed.

    Returns
    -------
    int

    Notes
    -----
    Accuracy: exact.

    References
    ----------
    Lemma 21 of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import TANH
    >>> [least_width("w", diagonal=False, activation=f) for f in (RELU, TANH)]
    [3, 2]
    """
    units = 2 if layer == "w" and not diagonal else 1
    rows = (1 if diagonal else 2) if layer == "v" else (0 if diagonal else 2)
    growth = enclosed_activation(activation).growth
    return max(units, int((rows * growth**2).floor()) + 1) if softmax else units


def are_positive(activation: Activation) -> bool:
    r"""Prove that all leading terms are positive, for every aspect ratio and width.

    It is enough that :math:`\mathbb E[\sigma^2]`, :math:`\mathbb E[\sigma'^2]` and
    :math:`\mathbb E[(\sigma'^2+\sigma\sigma'')^2]` are; terms that vanish identically are no part
    of the statement.

    Parameters
    ----------
    activation : Activation
        One that can be enclosed.

    Returns
    -------
    bool
        False says that no proof was found.

    Notes
    -----
    Accuracy: enclosure.

    References
    ----------
    Lemma 21 (f) of ``docs/lemmas.md``.

    Examples
    --------
    >>> are_positive(RELU)
    True
    """
    with ctx.workprec(_BITS):
        values, slopes = (unit_mean(activation, n, _ZERO) for n in (Powers(2), Powers(0, 2)))
        units = one_unit(activation, fmpq(1)) - one_unit(activation, _ZERO)
        return bool(values > 0 and slopes > 0 and units > 0)

r"""Hessian blocks by differentiation of the printed loss, with symbolic sizes and rows.

The loss of one sample is a function of the logits :math:`u_c=\sum_kv_{ck}\varphi_k`, with
:math:`\varphi=\sigma(Wx)`, or :math:`\varphi=x` in the linear model. It is differentiated as
printed, sums and all; Kronecker deltas are contracted with the sums over their index, and
:math:`e^{u_c/\tau}/\sum_ke^{u_k/\tau}` is recognised as the softmax component :math:`p_c`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rmtcheck.symbolic.blocks.activations import activation_derivative
from rmtcheck.symbolic.blocks.comparison import same_gram
from rmtcheck.symbolic.blocks.conventions import conventions
from rmtcheck.symbolic.blocks.derivatives import gram_of, named
from rmtcheck.symbolic.blocks.lines import Argument
from rmtcheck.symbolic.blocks.question import posed, values
from rmtcheck.symbolic.derivation import Derivation
from rmtcheck.vocabulary.grams import BlockGram, WeightedGram
from rmtcheck.vocabulary.networks import HessianLayer
from rmtcheck.vocabulary.symbols import i, j

__all__ = ["activation_derivative", "derive", "derive_with_steps", "same_gram"]


def derive(question: Any) -> WeightedGram | BlockGram:
    r"""Return a Hessian block as a weighted Gram matrix, by differentiating the printed loss.

    .. math::

        \frac{\partial^2\ell}{\partial r\,\partial c^\top}
        = s\sum_{n=1}^N\lambda_n\,l_nr_n^\top

    Parameters
    ----------
    question : HessianBlock, Gradient or HessianLayer
        Sizes are symbols or integers; rows are symbols (two symbols of one layer are two rows) or
        integers from 1 on.

    Returns
    -------
    WeightedGram or BlockGram
        Of a gradient, with ``right = ONE``; of a pair of layers, all blocks as one formula.

    Raises
    ------
    DomainError
        If network, loss, a size or a row is not accepted, or the activation lacks a derivative
        that the block needs. Of a stated loss every function, condition and class must be known:
        smooth functions, Max, Min, Abs, sign, Heaviside, and Piecewise by comparisons of logits
        and targets or equality of two classes; classes are bare indices.

    Notes
    -----
    Accuracy: exact. Piecewise activations and losses are differentiated inside their pieces; the
    gates of a loss are printed as Heaviside functions that are 0 at 0.

    Examples
    --------
    >>> from rmtcheck.vocabulary.losses import CROSS_ENTROPY
    >>> from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
    >>> from rmtcheck.vocabulary.symbols import C, d, i, j
    >>> derive(HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, j))
    1/N * sum_n (-p_i*p_j) x_n x_n^T
    """
    gram: WeightedGram = named(gram_of(posed(question)), values(question))
    if not isinstance(question, HessianLayer):
        return gram
    network = question.network
    return BlockGram(gram, i, j, network.rows(question.row), network.rows(question.column))


@lru_cache(maxsize=256)
def derive_with_steps(question: Any) -> Derivation:
    """Return the derivation of a Hessian block, every line checked by machine.

    The lines are the conventions, the logits, the printed loss, its derivatives in a logit and in
    the weights, the activation's derivatives, and the block. A line is compared to 40 digits with
    the derivative of the explicit line before it, the block with the second derivative of the
    explicit loss.

    Parameters
    ----------
    question : HessianBlock, Gradient or HessianLayer
        As in `derive`.

    Returns
    -------
    Derivation
        Its result is that of `derive`; a step says in ``checked`` how it was checked.

    Raises
    ------
    DomainError
        As in `derive`.
    WrongLineError
        If a line fails its check.

    Notes
    -----
    Accuracy: exact; the checks do not replace the derivation.
    """
    result = derive(question)
    return Derivation(result, (conventions(question), *Argument(question).steps()))

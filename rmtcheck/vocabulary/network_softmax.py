r"""The softmax probabilities of a network at initialisation, on one random sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.vocabulary.networks import OneHiddenLayer
from rmtcheck.vocabulary.samples import SampleNode


class NetworkSoftmax(SampleNode):
    r"""One softmax probability :math:`p_{n,k}` of a network; arguments the class and the network.

    Inside an expectation the weights are random as well as the sample, in contrast to
    ``SoftmaxOfGaussians``, whose logits are iid.
    """

    nargs = 2
    is_positive = True

    index = property(lambda self: self.args[0], doc="The class.")
    network = property(lambda self: self.args[1], doc="The network.")

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"p_{{n,{printer._print(self.index)}}}"
        return body if exp is None else rf"{body}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"p_n,{printer._print(self.index)}"


@dataclass(frozen=True)
class SoftmaxOfNetwork:
    r"""Softmax of the logits of a network: index it by a class to get :math:`p_{n,k}`.

    Parameters
    ----------
    network : OneHiddenLayer
        The network, at initialisation.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import C, d, i, m
    >>> SoftmaxOfNetwork(OneHiddenLayer(d, m, C))[i]
    p_n,i
    """

    network: OneHiddenLayer

    def __getitem__(self, index: Any) -> sympy.Expr:
        return NetworkSoftmax(sympy.sympify(index), self.network)

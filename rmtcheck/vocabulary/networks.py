r"""Networks, and the questions one asks of the Hessian of their loss.

Conventions, for every formula in the package: the parameters of a layer are the rows of its
matrix, in order: :math:`w_1,\dots,w_m` of :math:`W\in\mathbb R^{m\times d}`, then
:math:`v_1,\dots,v_C` of :math:`V\in\mathbb R^{C\times m}` (:math:`C\times d` in the linear model).
The block of the rows r and c is :math:`\partial^2\ell/\partial r\,\partial c^\top`: entry
:math:`(a,b)` differentiates in :math:`r_a` and :math:`c_b`. Losses state their reduction and
their factor.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.symbol import Str

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import RELU, Activation
from rmtcheck.vocabulary.losses import Loss
from rmtcheck.vocabulary.nouns import Noun
from rmtcheck.vocabulary.symbols import N


class WeightVector(Noun):
    r"""One row of a weight matrix: :math:`w_i` of a hidden unit, :math:`v_j` of an output.

    Parameters
    ----------
    layer : {"w", "v"}
        Hidden or output layer.
    index : int or symbol
        Hidden unit or class, counted from 1.
    """

    def __new__(cls, layer: Any, index: Any) -> WeightVector:
        """Make the noun from a letter and a number or symbol."""
        return cls._made(layer if isinstance(layer, Str) else Str(layer), index)

    @property
    def layer(self) -> str:
        """Letter of the layer."""
        return str(self.args[0])

    @property
    def index(self) -> sympy.Expr:
        """Hidden unit or class."""
        return self.args[1]

    def _latex(self, printer: Any) -> str:
        return rf"{self.layer}_{{{printer._print(self.index)}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"{self.layer}_{printer._print(self.index)}"


class WeightRows:
    """The rows of one weight matrix: ``network.v[j]`` is the row of class j."""

    def __init__(self, layer: str) -> None:
        self._layer = layer

    def __getitem__(self, index: Any) -> WeightVector:
        return WeightVector(self._layer, index)


class LinearModel(Noun):
    r"""The linear model :math:`f(x)=Vx`, :math:`V\in\mathbb R^{C\times d}` iid :math:`N(0,1/d)`.

    Parameters
    ----------
    d : int or symbol
        Input dimension.
    C : int or symbol
        Number of classes.
    """

    v = WeightRows("v")
    layers = ("v",)

    def __new__(cls, d: Any, C: Any) -> LinearModel:
        """Make the noun from numbers or symbols."""
        return cls._made(d, C)

    d = property(lambda self: self.args[0], doc="Input dimension.")
    C = property(lambda self: self.args[1], doc="Number of classes.")

    @property
    def sizes(self) -> dict[str, sympy.Expr]:
        """The sizes by their letters."""
        return {"d": self.d, "C": self.C}

    def rows(self, layer: str) -> sympy.Expr:
        """Return the number of rows of a layer's matrix."""
        return self.C


class OneHiddenLayer(Noun):
    r"""The network :math:`f(x)=V\sigma(Wx)` without biases.

    At initialisation :math:`W\in\mathbb R^{m\times d}` is iid :math:`N(0,1/d)` and
    :math:`V\in\mathbb R^{C\times m}` iid :math:`N(0,1/m)`.

    Parameters
    ----------
    d : int or symbol
        Input dimension.
    m : int or symbol
        Width.
    C : int or symbol
        Number of classes.
    activation : Activation, default RELU
        The function :math:`\sigma`.
    """

    w, v = WeightRows("w"), WeightRows("v")
    layers = ("w", "v")

    def __new__(cls, d: Any, m: Any, C: Any, activation: Any = RELU) -> OneHiddenLayer:
        """Make the noun from numbers or symbols."""
        if not isinstance(activation, Activation):
            raise DomainError(f"the activation is {activation}; accepted is an Activation")
        return cls._made(d, m, C, activation)

    d = property(lambda self: self.args[0], doc="Input dimension.")
    m = property(lambda self: self.args[1], doc="Width.")
    C = property(lambda self: self.args[2], doc="Number of classes.")
    activation = property(lambda self: self.args[3], doc="The activation.")

    @property
    def sizes(self) -> dict[str, sympy.Expr]:
        """The sizes by their letters."""
        return {"d": self.d, "m": self.m, "C": self.C}

    def rows(self, layer: str) -> sympy.Expr:
        """Return the number of rows of a layer's matrix."""
        return self.m if layer == "w" else self.C


class _Question(Noun):
    """A matrix of derivatives of the loss of a network."""

    network = property(lambda self: self.args[0], doc="The network.")
    loss = property(lambda self: self.args[1], doc="The loss.")
    samples = property(lambda self: self.args[-1], doc="Number of samples.")

    def _explicit_sizes(self) -> list[tuple[str, sympy.Expr]]:
        sizes = {**self.network.sizes, "N": self.samples}
        return [(name, sizes[name]) for name in "dNmC" if name in sizes and sizes[name].is_number]

    def _at_sizes(self) -> str:
        return ",".join(f"{name}={value}" for name, value in self._explicit_sizes())


class HessianBlock(_Question):
    r"""The question which matrix :math:`\partial^2\ell/\partial r\,\partial c^\top` is.

    Parameters
    ----------
    network : LinearModel or OneHiddenLayer
        The network.
    loss : Loss
        The loss of its logits.
    row, column : WeightVector
        Rows of weight matrices, ``network.w[i]`` or ``network.v[j]``; in the linear model a bare
        index stands for the row of a class. Two different symbols of one layer stand for two
        different rows.
    samples : int or symbol, default N
        Number of samples.

    Raises
    ------
    DomainError
        If row or column is no row of the network's matrices.
    """

    def __new__(
        cls, network: Any, loss: Any, row: Any, column: Any, samples: Any = N
    ) -> HessianBlock:
        """Make the noun from numbers or symbols."""
        rows = [_row_of(network, name, at) for name, at in (("row", row), ("column", column))]
        return cls._made(network, _loss(loss), *rows, samples)

    row = property(lambda self: self.args[2], doc="The weights that the rows differentiate in.")
    column = property(lambda self: self.args[3], doc="The weights of the columns.")

    @property
    def is_diagonal(self) -> bool:
        """Whether row and column are the same weights."""
        return bool(self.row == self.column)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        row, column = printer._print(self.row), printer._print(self.column)
        sizes = self._at_sizes()
        at = rf"\big|_{{{sizes}}}" if sizes else ""
        body = rf"H^{{{printer._print(self.loss)}}}_{{{row}{column}}}{at}"
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        sizes = ", ".join(f"{name}={value}" for name, value in self._explicit_sizes())
        at = f"; {sizes}" if sizes else ""
        return f"H[{printer._print(self.row)}, {printer._print(self.column)}{at}]"


class Gradient(_Question):
    r"""The question which vector :math:`\partial\ell/\partial r` is, r a row of a weight matrix.

    Parameters
    ----------
    network, loss, row, samples
        As for `HessianBlock`.
    """

    def __new__(cls, network: Any, loss: Any, row: Any, samples: Any = N) -> Gradient:
        """Make the noun from numbers or symbols."""
        return cls._made(network, _loss(loss), _row_of(network, "row", row), samples)

    row = property(lambda self: self.args[2], doc="The weights that are differentiated in.")

    def _latex(self, printer: Any) -> str:
        loss, row = printer._print(self.loss), printer._print(self.row)
        return rf"\frac{{\partial\ell^{{{loss}}}}}{{\partial {row}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"grad[{printer._print(self.row)}]"


class HessianLayer(_Question):
    r"""The question which matrix all blocks of a pair of layers form.

    Parameters
    ----------
    network, loss, samples
        As for `HessianBlock`.
    row, column : {"w", "v"}
        The layers; the blocks stand in the order of the rows of their matrices.
    """

    def __new__(
        cls, network: Any, loss: Any, row: Any, column: Any, samples: Any = N
    ) -> HessianLayer:
        """Make the noun."""
        _require_network(network)
        for name, layer in (("row", row), ("column", column)):
            if str(layer) not in network.layers:
                accepted = ", ".join(network.layers)
                raise DomainError(f"{name} is {layer}; accepted are the layers {accepted}")
        layers = (at if isinstance(at, Str) else Str(at) for at in (row, column))
        return cls._made(network, _loss(loss), *layers, samples)

    row = property(lambda self: str(self.args[2]), doc="Letter of the layer of the rows.")
    column = property(lambda self: str(self.args[3]), doc="Letter of the layer of the columns.")

    def _latex(self, printer: Any) -> str:
        return rf"H^{{{printer._print(self.loss)}}}_{{{self.row}{self.column}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"H[{self.row}, {self.column}]"


def _require_network(network: Any) -> None:
    if not isinstance(network, LinearModel | OneHiddenLayer):
        raise DomainError(f"network is {network}; accepted are LinearModel and OneHiddenLayer")


def _loss(loss: Any) -> Loss:
    if not isinstance(loss, Loss):
        raise DomainError(f"loss is {loss}; accepted is a Loss such as CROSS_ENTROPY")
    return loss


def _row_of(network: Any, name: str, row: Any) -> WeightVector:
    _require_network(network)
    if isinstance(row, WeightVector) and row.layer in network.layers:
        return row
    if isinstance(network, LinearModel) and not isinstance(row, WeightVector):
        return network.v[sympy.sympify(row)]
    accepted = " or ".join(f"network.{layer}[i]" for layer in network.layers)
    raise DomainError(f"{name} is {row}; accepted is {accepted}")

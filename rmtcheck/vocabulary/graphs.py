r"""Losses as computation graphs: named weights, and networks of any depth.

A loss is an expression in weights; its computation graph is the expression as it is written.
:math:`v_1w_1x` is one path from the input x to the output, with the factors :math:`v_1` and
:math:`w_1`. Inside an expectation, weights are iid standard Gaussian.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import sympy
from sympy.core.symbol import Str

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import ARGUMENT, IDENTITY, Activation
from rmtcheck.vocabulary.losses import Loss
from rmtcheck.vocabulary.networks import LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.nouns import Noun
from rmtcheck.vocabulary.samples import LABEL, Logit, Target

GENERIC, BASIS = "generic", "basis"


class Weight(sympy.Symbol):
    """A real parameter of a network, known by its name, such as ``w_1`` or ``v_1,2``."""

    __slots__ = ()

    def __new__(cls, name: str, **assumptions: Any) -> Weight:
        """Make the weight from its name."""
        made: Weight = super().__new__(cls, name, **{"real": True, **assumptions})
        return made


def weights(names: str) -> tuple[Weight, ...]:
    """Return weights by their names, which blanks separate.

    Examples
    --------
    >>> weights("w_1 v_1,2")
    (w_1, v_1,2)
    """
    return tuple(Weight(name) for name in names.split())


def weight_matrix(letter: str, rows: int, columns: int) -> sympy.ImmutableMatrix:
    """Return a matrix of weights that are named by row and column, counted from 1.

    Examples
    --------
    >>> weight_matrix("v", 1, 2).tolist()
    [[v_1,1, v_1,2]]
    """
    return sympy.ImmutableMatrix(rows, columns, lambda i, j: Weight(f"{letter}_{i + 1},{j + 1}"))


class Activated(sympy.Function):
    r"""The output :math:`\sigma(a)` of one unit; arguments the activation and its preactivation."""

    nargs = 2
    is_real = True

    @classmethod
    def eval(cls, activation: Activation, preactivation: sympy.Expr) -> sympy.Expr | None:
        """Return the value at a number; elsewhere the unit stays as it is."""
        if not preactivation.is_number:
            return None
        return activation.expression.xreplace({ARGUMENT: preactivation}).doit()

    @property
    def explicit(self) -> sympy.Expr:
        """The output as an expression."""
        return self.args[0].expression.xreplace({ARGUMENT: self.args[1]})

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"{printer._print(self.args[0])}\left({printer._print(self.args[1])}\right)"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"{printer._print(self.args[0])}({printer._print(self.args[1])})"


class FeedForward(Noun):
    r"""The network :math:`f(x)=W^L\sigma(W^{L-1}\cdots\sigma(W^1x))`, of any depth, without biases.

    Parameters
    ----------
    widths : sequence of int
        Input dimension, widths of the hidden layers, number of outputs: at least two numbers.
    activation : Activation, default IDENTITY
        The function between the layers.
    inputs : {"generic", "basis"} or matrix of numbers, default "generic"
        One sample of generic coordinates, the unit vectors (X = I), or samples in columns.

    Raises
    ------
    DomainError
        If a width is no positive integer, or the inputs do not fit the first one.

    Notes
    -----
    One layer is called v, two are called w and v; more are :math:`w^1,\dots,w^{L-1}`, v.

    Examples
    --------
    >>> FeedForward([2, 1, 2]).weights
    (w_1,1, w_1,2, v_1,1, v_2,1)
    """

    def __new__(
        cls, widths: Sequence[Any], activation: Any = IDENTITY, inputs: Any = GENERIC
    ) -> FeedForward:
        """Make the noun."""
        sizes = sympy.Tuple(*widths)
        _require_widths(sizes)
        if not isinstance(activation, Activation):
            raise DomainError(f"the activation is {activation}; accepted is an Activation")
        return cls._made(sizes, activation, _inputs(inputs, int(sizes[0])))

    activation = property(lambda self: self.args[1], doc="The function between the layers.")

    @property
    def widths(self) -> tuple[int, ...]:
        """Input dimension, widths, number of outputs."""
        return tuple(map(int, self.args[0]))

    @property
    def has_generic_input(self) -> bool:
        """Whether the one sample has generic coordinates."""
        return isinstance(self.args[2], Str)

    @property
    def samples(self) -> tuple[tuple[sympy.Expr, ...], ...]:
        """The input vectors."""
        if self.has_generic_input:
            return (tuple(sympy.Symbol(f"x_{k + 1}", real=True) for k in range(self.widths[0])),)
        return tuple(tuple(self.args[2].col(n)) for n in range(self.args[2].cols))

    @property
    def layers(self) -> tuple[tuple[tuple[Weight, ...], ...], ...]:
        """The weight matrices, row by row, from the input on."""
        sizes = list(pairwise(self.widths))
        letters = _letters(len(sizes))
        return tuple(
            tuple(
                tuple(Weight(f"{letter}_{i + 1},{j + 1}") for j in range(below))
                for i in range(above)
            )
            for letter, (below, above) in zip(letters, sizes, strict=True)
        )

    @property
    def weights(self) -> tuple[Weight, ...]:
        """All parameters: the rows of the first matrix, then those of the next."""
        return tuple(weight for layer in self.layers for row in layer for weight in row)

    def logits(self, sample: Sequence[sympy.Expr]) -> tuple[sympy.Expr, ...]:
        """Return the outputs for one input, as expressions in the weights."""
        *hidden, last = self.layers
        values = tuple(sample)
        for layer in hidden:
            values = tuple(self._activated(a) for a in _times(layer, values))
        return _times(last, values)

    def _activated(self, preactivation: sympy.Expr) -> sympy.Expr:
        if self.activation == IDENTITY:
            return preactivation
        return Activated(self.activation, preactivation)

    def _sympystr(self, printer: Any) -> str:
        chain = " -> ".join(map(str, self.widths))
        name = "" if self.activation == IDENTITY else f", {self.activation}"
        return f"net({chain}{name})"

    def _latex(self, printer: Any) -> str:
        return r"\to ".join(map(str, self.widths))


def feed_forward(network: Any) -> FeedForward:
    """Return a network as a chain of layers; one of the other nouns must have numbers as sizes.

    Raises
    ------
    DomainError
        If it is no network, or has symbolic sizes.
    """
    if isinstance(network, FeedForward):
        return network
    if isinstance(network, LinearModel):
        return FeedForward((network.d, network.C))
    if isinstance(network, OneHiddenLayer):
        return FeedForward((network.d, network.m, network.C), network.activation)
    accepted = "FeedForward, or LinearModel or OneHiddenLayer with numbers as sizes"
    raise DomainError(f"the network is {network}; accepted are {accepted}")


def losses(network: FeedForward, loss: Loss) -> Iterator[sympy.Expr]:
    r"""Yield the loss as an expression in the weights, once for each assignment of labels needed.

    Targets are symbols. Without labels there is one expression. With labels the first has the
    label 1 everywhere, each other changes one label: an entry of the Hessian is a sum over the
    samples, so it vanishes for all labels exactly if it vanishes for these.

    Examples
    --------
    >>> from rmtcheck.vocabulary.losses import MeanSquaredError
    >>> next(losses(FeedForward([1, 1, 1]), MeanSquaredError()))
    (-Y_1 + x_1*v_1,1*w_1,1)**2
    """
    classes, samples = network.widths[-1], network.samples
    spelled = loss.of_sample(sympy.Integer(classes)).doit()
    prefactor = loss.prefactor(sympy.Integer(len(samples)), sympy.Integer(classes))
    for labels in _assignments(len(samples), classes if spelled.has(LABEL) else 1):
        one_by_one = (
            _of_sample(spelled, network.logits(x), label, "" if len(samples) == 1 else f"{n},")
            for n, (x, label) in enumerate(zip(samples, labels, strict=True), start=1)
        )
        yield prefactor * sympy.Add(*one_by_one)


def _of_sample(
    spelled: sympy.Expr, logits: Sequence[sympy.Expr], label: int, sample: str
) -> sympy.Expr:
    named = spelled.xreplace({LABEL: sympy.Integer(label)}).doit()
    targets = {
        node: sympy.Symbol(f"Y_{sample}{node.args[0]}", real=True) for node in named.atoms(Target)
    }
    outputs = {node: logits[int(node.args[0]) - 1] for node in named.atoms(Logit)}
    return named.xreplace({**targets, **outputs})


def _assignments(samples: int, classes: int) -> Iterator[tuple[int, ...]]:
    ones = (1,) * samples
    yield ones
    for n in range(samples):
        for label in range(2, classes + 1):
            yield (*ones[:n], label, *ones[n + 1 :])


def _letters(depth: int) -> list[str]:
    hidden = ["w"] if depth == 2 else [f"w^{k}" for k in range(1, depth)]
    return [*hidden, "v"]


def _times(
    layer: Sequence[Sequence[Weight]], values: Sequence[sympy.Expr]
) -> tuple[sympy.Expr, ...]:
    return tuple(
        sympy.Add(*(w * value for w, value in zip(row, values, strict=True))) for row in layer
    )


def _require_widths(sizes: sympy.Tuple) -> None:
    if len(sizes) < 2 or not all(size.is_Integer and size > 0 for size in sizes):
        accepted = "at least two positive integers, from the inputs to the outputs"
        raise DomainError(f"the widths are {sizes}; accepted are {accepted}")


def _inputs(inputs: Any, dimension: int) -> Any:
    if isinstance(inputs, str | Str):
        if str(inputs) not in (GENERIC, BASIS):
            raise DomainError(f"the inputs are {inputs}; accepted are generic, basis or a matrix")
        return Str(GENERIC) if str(inputs) == GENERIC else sympy.ImmutableMatrix.eye(dimension)
    matrix = sympy.ImmutableMatrix(inputs)
    if matrix.rows != dimension or not matrix.cols or not all(x.is_Rational for x in matrix):
        accepted = f"rational numbers in {dimension} rows, one column for each sample"
        raise DomainError(f"the inputs are {matrix.tolist()}; accepted are {accepted}")
    return matrix

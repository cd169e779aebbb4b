"""What is asked, with symbols for all sizes and rows, and the sizes to put in at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks.accepted import require_known
from rmtcheck.symbolic.blocks.forward import CLASSES, DIMENSION, HIDDEN, SAMPLES, WIDTH, Entry
from rmtcheck.symbolic.blocks.gates import gated
from rmtcheck.symbolic.blocks.sums import canonical
from rmtcheck.vocabulary.activations import Activation
from rmtcheck.vocabulary.grams import INPUT, Vector
from rmtcheck.vocabulary.losses import Loss
from rmtcheck.vocabulary.networks import Gradient, HessianBlock, HessianLayer, OneHiddenLayer
from rmtcheck.vocabulary.samples import LABEL
from rmtcheck.vocabulary.symbols import C, i, j

FIRST, SECOND = (sympy.Dummy(name, integer=True, positive=True) for name in "ij")
A, B = (sympy.Dummy(name, integer=True, positive=True) for name in "ab")


@dataclass(frozen=True)
class Question:
    """A derivative of the loss with symbols for sizes and rows.

    Parameters
    ----------
    loss : Loss
        The loss.
    activation : Activation or None
        None for the linear model.
    row, column : str
        Letters of the layers; the column of a gradient is empty.
    relation : {"same", "different", "any", "apart"}
        How the rows are related: the same row, two rows of one layer, both in one formula, or rows
        of different layers.
    classes : int or symbol
        The number of classes of the network, which a stated loss may name.
    """

    loss: Loss
    activation: Activation | None
    row: str
    column: str
    relation: str
    classes: sympy.Expr = CLASSES

    @property
    def features(self) -> Vector:
        """The vector that the output weights multiply."""
        return INPUT if self.activation is None else HIDDEN

    @property
    def width(self) -> sympy.Symbol:
        """The number of coordinates of the features."""
        return DIMENSION if self.activation is None else WIDTH

    @property
    def second(self) -> sympy.Symbol:
        """The symbol of the column."""
        return FIRST if self.relation == "same" else SECOND

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The variables that the loss is differentiated in."""
        row = Entry(self.row, FIRST, A, self.features)
        return (row, Entry(self.column, self.second, B, self.features)) if self.column else (row,)

    def space(self, layer: str) -> Vector:
        """Return a vector of the space that the rows of a layer live in."""
        return self.features if layer == "v" else INPUT

    def printed(self) -> sympy.Expr:
        """Return the printed loss of one sample, without the factor."""
        return _with_all_classes(self.loss.of_sample(CLASSES), self.classes)

    def of_sample(self) -> sympy.Expr:
        """Return the loss that is differentiated: the printed one, kinks written with gates."""
        return gated(canonical(self.printed()))


def posed(question: Any) -> Question:
    """Return the question with symbols for sizes and rows.

    Raises
    ------
    DomainError
        If the network, the loss, a size or a row is not accepted.
    """
    if not isinstance(question, HessianBlock | Gradient | HessianLayer):
        accepted = "a HessianBlock, a Gradient or a HessianLayer"
        raise DomainError(f"the question is {question}; accepted is {accepted}")
    _check_sizes(question)
    network, loss = question.network, question.loss
    if not isinstance(loss, Loss):
        raise DomainError(f"the loss is {loss}; accepted is a Loss, such as CrossEntropy()")
    activation = network.activation if isinstance(network, OneHiddenLayer) else None
    stated = network.C if network.C.is_Integer else CLASSES
    rows = _rows(question)
    require_known(gated(loss.of_sample(C)), stated)
    return Question(loss, activation, *rows, stated)


def values(question: Any) -> dict[sympy.Expr, sympy.Expr]:
    """Return the sizes and rows of a question, by the symbols that stand for them."""
    network = question.network
    found = {DIMENSION: network.d, CLASSES: network.C, SAMPLES: question.samples}
    if isinstance(network, OneHiddenLayer):
        found[WIDTH] = network.m
    if isinstance(question, HessianLayer):
        return {**found, FIRST: i, SECOND: j}
    found[FIRST] = question.row.index
    if isinstance(question, HessianBlock):
        found[SECOND] = question.column.index
    return found


def _rows(question: Any) -> tuple[str, str, str]:
    """Return the layers of row and column, and how the rows are related."""
    if isinstance(question, HessianLayer):
        relation = "any" if question.row == question.column else "apart"
        return question.row, question.column, relation
    _check_row(question, "row", question.row)
    if isinstance(question, Gradient):
        return question.row.layer, "", "apart"
    row, column = question.row, question.column
    _check_row(question, "column", column)
    if row.layer != column.layer:
        return row.layer, column.layer, "apart"
    _check_pair(question)
    return row.layer, column.layer, "same" if question.is_diagonal else "different"


def _check_sizes(question: Any) -> None:
    sizes = {**question.network.sizes, "N": question.samples}
    for name, size in sizes.items():
        is_count = size.is_Integer and size >= 1
        if not (is_count or (size.is_Symbol and size.is_integer is not False)):
            raise DomainError(f"{name} is {size}; accepted are a symbol and the integers from 1 on")


def _check_row(question: Any, name: str, row: Any) -> None:
    index, size = row.index, question.network.rows(row.layer)
    taken = {LABEL, *_parameters(question)}
    if index.is_Symbol and index not in taken and index.is_positive is not False:
        return
    is_within = index.is_Integer and index >= 1 and (not size.is_number or index <= size)
    if not is_within:
        accepted = f"a symbol of its own and the integers from 1 to {size}"
        raise DomainError(f"{name} is {row.layer}_{index}; accepted are {accepted}")


def _parameters(question: Any) -> set[sympy.Symbol]:
    """Return the symbols that a loss or the sizes have taken."""
    sizes: set[sympy.Symbol] = set(question.samples.free_symbols)
    for size in question.network.sizes.values():
        sizes |= size.free_symbols
    return sizes | (question.loss.free_symbols if isinstance(question.loss, Loss) else set())


def _check_pair(question: Any) -> None:
    row, column = question.row, question.column
    size = question.network.rows(row.layer)
    if row.index.is_Symbol != column.index.is_Symbol:
        accepted = "two symbols or two integers"
        raise DomainError(f"the rows are {row} and {column}; accepted are {accepted}")
    if not question.is_diagonal and size.is_number and size < 2:
        letter = "C" if row.layer == "v" else "m"
        raise DomainError(f"{letter} is {size}; two different rows need {letter} >= 2")


def _with_all_classes(expr: sympy.Expr, stated: sympy.Expr) -> sympy.Expr:
    """Return the loss with sums up to the number of classes, and refuse other sums."""
    if not expr.has(sympy.Sum):
        return expr
    if not isinstance(expr, sympy.Sum):
        return expr.func(*(_with_all_classes(part, stated) for part in expr.args))
    for index, low, high in expr.limits:
        if low != 1 or high not in (CLASSES, stated):
            raise DomainError(
                f"the loss sums over {index.name} from {low} to {high};"
                " accepted are sums over all classes, from 1 to C"
            )
    limits = [(index, 1, CLASSES) for index, _, _ in expr.limits]
    return sympy.Sum(_with_all_classes(expr.args[0], stated), *limits)

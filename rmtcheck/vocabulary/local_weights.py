r"""Weights that see a sample through a fixed number of directions.

In :math:`H=\frac1N\sum_n\lambda_nx_nx_n^\top` the weight :math:`\lambda_n=\lambda(u_n)` of a
Hessian block is a function of :math:`k` fields: the logits :math:`u=Vx`, or the preactivations
:math:`u=Wx` with the readout :math:`V` held fixed. The rows of that matrix are iid
:math:`N(0,I_d/d)`, so as :math:`d\to\infty` the fields of one sample become iid :math:`N(0,1)`.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import RELU, Activation
from rmtcheck.vocabulary.grams import INPUT, WeightedGram
from rmtcheck.vocabulary.jumps import may_jump
from rmtcheck.vocabulary.nouns import Noun
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import (
    LABEL,
    HiddenWeight,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    SampleNode,
    Target,
)
from rmtcheck.vocabulary.symbols import N

_OF_UNITS = (Preactivation, Indicator)
_WITH_KINKS = (sympy.Piecewise, sympy.Abs, sympy.Max, sympy.Min, sympy.Heaviside, sympy.sign)


class LocalWeight(Noun):
    r"""The weight :math:`\lambda(u_1,\dots,u_k)` of one sample as a function of its fields.

    Made by `local_weight`. Arguments: the expression in nodes of the sample, the number k of
    fields, the readout as an immutable matrix of shape (C, k) or an empty tuple, and the
    activation.
    """

    expression = property(lambda self: self.args[0], doc="The weight, scale N included.")
    fields = property(lambda self: int(self.args[1]), doc="The number k of fields.")
    activation = property(lambda self: self.args[3], doc="The activation of the units.")

    @property
    def readout(self) -> sympy.ImmutableMatrix | None:
        """The matrix V of shape (C, k), for a hidden layer whose weight needs it."""
        return self.args[2] if isinstance(self.args[2], sympy.ImmutableMatrix) else None

    @property
    def is_of_units(self) -> bool:
        """Whether the fields are preactivations of hidden units; else they are logits."""
        return self.readout is not None or self.expression.has(*_OF_UNITS)

    @property
    def classes(self) -> int | None:
        """The number of classes of the softmax in it, if there is one."""
        return next((int(p.classes) for p in self.expression.atoms(SoftmaxComponent)), None)

    @property
    def has_jumps(self) -> bool:
        """Whether the weight may be a discontinuous function of the fields.

        A gate, a sign, a floor, or a piecewise function whose pieces do not meet may make it so.
        """
        return may_jump(self.expression) or (
            self._has_outputs and may_jump(self.activation.expression)
        )

    @property
    def _has_outputs(self) -> bool:
        """Whether the weight sees what the activation makes of the fields."""
        return self.readout is not None and self.expression.has(SoftmaxComponent, Logit)

    def _latex(self, printer: Any) -> str:
        return str(printer._print(self.expression))

    def _sympystr(self, printer: Any) -> str:
        return f"weight {printer._print(self.expression)} of {self.fields} fields"


def local_weight(gram: Any, readout: Any = None, activation: Activation = RELU) -> LocalWeight:
    r"""Return the weight of a gram as a function of k fields of one sample.

    Parameters
    ----------
    gram : WeightedGram or LocalWeight
        :math:`\frac cN\sum_n\lambda_nx_nx_n^\top` with a number c and a weight without symbols:
        softmax components of a number of classes, logits, gates, preactivations, readout
        weights. A LocalWeight is returned as it is.
    readout : matrix of numbers, shape (C, m), optional
        The output weights V of a hidden layer; needed where the weight contains them, or the
        softmax of a hidden layer.
    activation : Activation, default RELU
        Gives the logits of a hidden layer; it must be that of the block. Gates beside a softmax
        contradict a smooth one, preactivations without gates one with a kink.

    Returns
    -------
    LocalWeight

    Raises
    ------
    DomainError
        If the gram is of another form, or the activation contradicts the weight.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> p = SoftmaxOfGaussians(3)
    >>> local_weight(WeightedGram(1 / N, p[1] * (1 - p[1])))
    weight (1 - p_1)*p_1 of 3 fields
    """
    if not isinstance(activation, Activation):
        raise DomainError(f"activation is {activation!r}; an Activation such as TANH is needed")
    if isinstance(gram, LocalWeight):
        return gram
    if not isinstance(gram, WeightedGram) or gram.left != INPUT or gram.right != INPUT:
        raise DomainError(f"gram is {gram}; accepted is scale * sum_n weight x_n x_n^T")
    factor = sympy.simplify(gram.scale * N)
    if not factor.is_number:
        raise DomainError(f"the scale is {gram.scale}; accepted is a number over N")
    expression = factor * gram.weight
    _refuse_open(expression)
    matrix = sympy.Tuple() if readout is None else _matrix(readout)
    if readout is not None:
        _refuse_other(activation, expression)
    return LocalWeight._made(expression, _count(expression, readout, matrix), matrix, activation)


def _refuse_open(expression: sympy.Expr) -> None:
    """Refuse symbols without a value and what does not belong to the fields."""
    if LABEL in expression.free_symbols or expression.has(Target):
        needed = "squared error and blocks off the diagonal give weights without it"
        raise DomainError(f"the weight {expression} depends on the label y_n; {needed}")
    if expression.free_symbols:
        names = ", ".join(sorted(map(str, expression.free_symbols)))
        raise DomainError(f"the weight {expression} depends on {names}; put numbers for them")
    if expression.has(HiddenWeight):
        raise DomainError(f"the weight is {expression}; accepted are functions of the fields only")
    if expression.has(sympy.I, sympy.nan, sympy.oo, sympy.zoo):
        raise DomainError(f"the weight is {expression}; a finite real number is needed")
    if unknown := expression.atoms(AppliedUndef, sympy.DiracDelta, sympy.Derivative):
        name = min(map(str, unknown))
        raise DomainError(f"the weight {expression} contains {name}, which has no values")


def _refuse_other(activation: Activation, expression: sympy.Expr) -> None:
    """Refuse an activation whose slope is not of the kind that the weight beside a softmax has."""
    if not expression.has(SoftmaxComponent):
        return
    has_kink, is_gated = activation.expression.has(*_WITH_KINKS), expression.has(Indicator)
    if is_gated and not has_kink:
        found = "has gates, which a smooth activation has not"
    elif has_kink and not is_gated and expression.has(Preactivation):
        found = "has preactivations and no gates, unlike that of an activation with a kink"
    else:
        return
    needed = "name the activation of the hidden layer, such as activation=TANH"
    raise DomainError(f"activation is {activation}; the weight {expression} {found}: {needed}")


def _matrix(readout: Any) -> sympy.ImmutableMatrix:
    try:
        matrix = sympy.ImmutableMatrix(readout)
    except (TypeError, ValueError):
        raise DomainError(f"readout is {readout!r}; a matrix of numbers is needed") from None
    if not matrix or not all(v.is_real and v.is_number and v.is_finite for v in matrix):
        raise DomainError(f"readout is {readout!r}; a matrix of finite real numbers is needed")
    return matrix


def _count(expression: sympy.Expr, readout: Any, matrix: Any) -> int:
    """Return the number of fields, checked against the classes and units that occur."""
    classes = {p.classes for p in expression.atoms(SoftmaxComponent)}
    if len(classes) > 1:
        raise DomainError(f"the weight {expression} has softmaxes of {classes} classes, not of one")
    if readout is None:
        if expression.has(OutputWeight) or (classes and expression.has(*_OF_UNITS)):
            raise DomainError(f"the weight {expression} needs the readout V of the hidden layer")
        return max([*map(int, classes), *_indices(expression, SampleNode), 1])
    rows, columns = matrix.shape
    if wrong := (classes | _summed(expression)) - {sympy.Integer(rows)}:
        raise DomainError(f"readout has {rows} rows; {wrong.pop()} classes are needed")
    if (most := max([*_indices(expression, *_OF_UNITS), 1])) > columns:
        raise DomainError(f"readout has {columns} columns; at least {most} units are needed")
    return int(columns)


def _summed(expression: sympy.Expr) -> set[sympy.Expr]:
    """Return the numbers of classes that sums over readout weights run to."""
    sums = (part for part in expression.atoms(sympy.Sum) if part.has(OutputWeight))
    return {high for total in sums for _, _, high in total.limits}


def _indices(expression: sympy.Expr, *kinds: type[SampleNode]) -> list[int]:
    """Return the numbers of classes and units that occur, sums over them included."""
    indices = {node.args[0] for node in expression.atoms(*kinds)}
    ranges = [bound for total in expression.atoms(sympy.Sum) for bound in total.limits]
    summed = (high for index, _, high in ranges if index in indices)
    return [int(place) for place in (*indices, *summed) if place.is_Integer]

"""A small explicit network, at which lines of a derivation are evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sympy

from rmtcheck.symbolic.blocks.forward import (
    CLASSES,
    DIMENSION,
    SAMPLES,
    WIDTH,
    Coordinate,
    Slope,
)
from rmtcheck.symbolic.blocks.vanishing import written_out
from rmtcheck.vocabulary.activations import ARGUMENT
from rmtcheck.vocabulary.grams import (
    INPUT,
    ONE,
    Combination,
    UnitVector,
    Vector,
    WeightedGram,
)
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import (
    LABEL,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    Target,
)

Key = tuple[str, int, int]
Indices = Mapping[sympy.Expr, sympy.Expr]
R = sympy.Rational
D, M, N = 2, 2, 2
PRECISION = 150
# no logit or parameter equals a number that a loss is likely to name: that would be a kink
_INPUTS = ((R(98, 97), R(-46, 89)), (R(-65, 97), R(67, 89)))
_HIDDEN = ((R(2, 3), R(-1, 2)), (R(1, 3), R(1, 2)))
_NUMBERS = (R(34, 101), R(77, 103), R(43, 107), R(78, 109), R(50, 113))
_FIELDS = (
    SoftmaxComponent,
    Logit,
    Target,
    Indicator,
    OutputWeight,
    Preactivation,
    Slope,
    Coordinate,
)


@dataclass(frozen=True)
class Explicit:
    """A network of width 2 and two samples in dimension 2, with rational weights and data.

    Parameters
    ----------
    activation : sympy expression or None
        In ``ARGUMENT``; None for the linear model.
    classes : int
        Number of classes.
    parameters : tuple of symbols
        The parameters of the loss and activation, which get rational values.
    shifts : pairs (layer, row, coordinate), number
        What is added to an entry; layer "u" adds to a logit.
    moving : tuple of types
        The fields that feel the shifts, all if empty.
    """

    activation: sympy.Expr | None
    classes: int = 3
    parameters: tuple[sympy.Symbol, ...] = ()
    shifts: tuple[tuple[Key, sympy.Expr], ...] = ()
    moving: tuple[type, ...] = ()

    def shifted(self, *shifts: tuple[Key, sympy.Expr], moving: tuple[type, ...] = ()) -> Explicit:
        """Return the network with entries moved."""
        return replace(self, shifts=shifts, moving=moving)

    def shift(self, *key: Any) -> sympy.Expr:
        """Return what is added to an entry."""
        return sympy.Add(*(by for at, by in self.shifts if at == key))

    def told(self) -> str:
        """Return the sizes."""
        width = "" if self.activation is None else f"m = {M}, "
        return f"d = {D}, {width}C = {self.classes}, N = {N}"

    def label(self, sample: int) -> int:
        """Return the label of a sample: 1, then 2."""
        return sample + 1

    def inputs(self, sample: int) -> tuple[sympy.Expr, ...]:
        """Return the input vector."""
        return _INPUTS[sample]

    def preactivation(self, sample: int, unit: int) -> sympy.Expr:
        """Return a preactivation, with its shifts."""
        row = [weight + self.shift("w", unit, k + 1) for k, weight in enumerate(_HIDDEN[unit - 1])]
        return sympy.Add(*(w * x for w, x in zip(row, self.inputs(sample), strict=True)))

    def slope(self, sample: int, unit: int, order: int) -> sympy.Expr:
        """Return a derivative of the activation at a unit, order 0 being its output."""
        return _slope(self, sample, unit, order)

    def features(self, sample: int) -> list[sympy.Expr]:
        """Return what the output weights multiply."""
        if self.activation is None:
            return list(self.inputs(sample))
        return [self.slope(sample, unit, 0) for unit in range(1, M + 1)]

    def weight(self, of_class: int, unit: int) -> sympy.Expr:
        """Return an output weight, with its shift."""
        value = R((3 * of_class + 5 * unit + of_class * unit) % 11 - 5, 6)
        return value + self.shift("v", of_class, unit)

    def logit(self, sample: int, of_class: int) -> sympy.Expr:
        """Return a logit: the forward pass."""
        return _logit(self, sample, of_class)

    def share(self, sample: int, of_class: int, temperature: sympy.Expr) -> sympy.Expr:
        """Return a softmax component."""
        powers = _powers(self, sample, temperature)
        return powers[of_class - 1] / sympy.Add(*powers)

    def coordinates(self, sample: int, vector: Vector, indices: Indices) -> list[sympy.Expr]:
        """Return a vector of a sample."""
        if isinstance(vector, Combination):
            parts = [(c, self.coordinates(sample, y, indices)) for c, y in vector.terms]
            factors = [self.value(c, sample, indices) for c, _ in parts]
            columns = zip(*(y for _, y in parts), strict=True)
            return [sympy.Add(*map(sympy.Mul, factors, column)) for column in columns]
        if vector == ONE:
            return [sympy.S.One]
        if vector == INPUT:
            return list(self.inputs(sample))
        if isinstance(vector, UnitVector):
            place = int(vector.index.xreplace(dict(indices)))
            return [sympy.Integer(unit == place) for unit in range(1, M + 1)]
        return self.features(sample)

    def value(self, expr: sympy.Expr, sample: int, indices: Indices) -> sympy.Expr:
        """Return the value of an expression in the fields of a sample."""
        sizes = {DIMENSION: D, WIDTH: M, CLASSES: self.classes, SAMPLES: N}
        fixed = {s: sympy.Integer(size) for s, size in sizes.items()}
        fixed |= {LABEL: sympy.Integer(self.label(sample)), **indices}
        fixed |= self._numbers
        explicit = written_out(expr.xreplace(fixed))
        nodes = {node: self._of_node(node, sample) for node in explicit.atoms(*_FIELDS)}
        return number(explicit.xreplace(nodes))

    @property
    def _numbers(self) -> Indices:
        return dict(zip(self.parameters, _NUMBERS * 4, strict=False))

    def _of_node(self, node: sympy.Expr, sample: int) -> sympy.Expr:
        if self.moving and not isinstance(node, self.moving):
            return replace(self, shifts=(), moving=())._of_node(node, sample)
        if isinstance(node, Coordinate):
            vector, index = node.args
            return self.coordinates(sample, vector, {})[int(index) - 1]
        if isinstance(node, SoftmaxComponent):
            return self.share(sample, int(node.index), node.temperature)
        first, *rest = (int(index) for index in node.args)
        kinds: dict[type, Any] = {
            Slope: lambda: self.slope(sample, first, *rest),
            OutputWeight: lambda: self.weight(first, *rest),
            Logit: lambda: self.logit(sample, first),
            Target: lambda: R(first + 2 * sample + 1, 7),
            Preactivation: lambda: self.preactivation(sample, first),
            Indicator: lambda: sympy.Integer(bool(self.preactivation(sample, first) > 0)),
        }
        return kinds[type(node)]()

    def matrix(self, gram: WeightedGram, indices: Indices) -> list[list[sympy.Expr]]:
        """Return a weighted Gram matrix, summed over the samples."""
        total = sympy.zeros(1, 1)
        for sample in range(N):
            weight = self.value(gram.scale * gram.weight, sample, indices)
            left = sympy.Matrix(self.coordinates(sample, gram.left, indices))
            right = sympy.Matrix(self.coordinates(sample, gram.right, indices))
            product = weight * left * right.T
            total = product if sample == 0 else total + product
        return [list(total.row(k)) for k in range(total.rows)]


def number(expr: sympy.Expr) -> sympy.Expr:
    """Return an explicit expression with 150 digits."""
    return sympy.N(expr, PRECISION)


@lru_cache(maxsize=4096)
def _slope(network: Explicit, sample: int, unit: int, order: int) -> sympy.Expr:
    derivative = sympy.diff(sympy.sympify(network.activation), (ARGUMENT, order))
    point = {ARGUMENT: network.preactivation(sample, unit)}
    return number(derivative.xreplace(dict(network._numbers)).subs(point))


@lru_cache(maxsize=4096)
def _logit(network: Explicit, sample: int, of_class: int) -> sympy.Expr:
    pairs = enumerate(network.features(sample), start=1)
    logit = sympy.Add(*(network.weight(of_class, k) * value for k, value in pairs))
    return number(logit + network.shift("u", of_class, 0))


@lru_cache(maxsize=4096)
def _powers(network: Explicit, sample: int, temperature: sympy.Expr) -> tuple[sympy.Expr, ...]:
    logits = (network.logit(sample, k) for k in range(1, network.classes + 1))
    return tuple(number(sympy.exp(u / temperature)) for u in logits)

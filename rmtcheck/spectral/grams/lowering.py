"""From an expression to arrays: leaves, functions entry by entry, and sums as contractions.

Every index that is not a number is an axis. A node knows its axes; its array has them in that
order. Nothing loops over classes, units or samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams import nodes
from rmtcheck.spectral.grams.fields import Fields, compiled
from rmtcheck.spectral.grams.nodes import SAMPLE
from rmtcheck.vocabulary.samples import (
    LABEL,
    HiddenWeight,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    Target,
)

Array = NDArray[np.float64]
Axes = tuple[sympy.Symbol, ...]
Ranges = dict[sympy.Symbol, range]

# what a leaf reads, and the letters of the sizes that its indices run over
OF_SAMPLE: dict[Any, tuple[Callable[..., Array], str]] = {
    Logit: (lambda fields: fields.logits, "C"),
    Target: (lambda fields: fields.data.targets, "C"),
    Preactivation: (lambda fields: fields.preactivations, "m"),
    Indicator: (lambda fields: fields.gates, "m"),
    nodes.InputEntry: (lambda fields: fields.data.X, "d"),
    nodes.HiddenEntry: (lambda fields: fields.hidden, "m"),
    nodes.Exponential: (lambda fields, at: fields.softmax(float(at))[0], "C"),
    nodes.InverseTotal: (lambda fields, at: fields.softmax(float(at))[1], ""),
}
OF_NETWORK: dict[Any, tuple[Callable[..., Array], str]] = {
    OutputWeight: (lambda fields: fields.data.V, "Cv"),
    HiddenWeight: (lambda fields: fields.data.W, "md"),
    nodes.DirectionEntry: (lambda fields: fields.directions, "jbk"),
}
LEAVES = (*OF_SAMPLE, *OF_NETWORK)


@dataclass(frozen=True, eq=False)
class Node:
    """A part of a formula; `array` computes it once per batch, its dimensions in order of axes."""

    axes: Axes
    compute: Callable[[Fields], Array]

    def array(self, fields: Fields) -> Array:
        """Return the array, from memory where it was computed before."""
        if self not in fields.values:
            fields.values[self] = self.compute(fields)
        found: Array = fields.values[self]
        return found

    def aligned(self, fields: Fields, axes: Axes) -> Array:
        """Return the array with its dimensions among more axes, ready to be broadcast."""
        found: Array = align(self.array(fields), self.axes, axes)
        return found


def align(array: NDArray[Any], own: Axes, axes: Axes) -> Any:
    """Return an array with dimensions of length 1 for the axes that it does not have."""
    order, places = alignment(own, axes)
    return array.transpose(order)[places]


@lru_cache(maxsize=4096)
def alignment(own: Axes, axes: Axes) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """Return the order of the dimensions, and the index that adds those of length 1."""
    order = sorted(range(len(own)), key=lambda k: axes.index(own[k]))
    return tuple(order), tuple(slice(None) if axis in own else None for axis in axes)


class Lowering:
    """Nodes of expressions, for arrays of given sizes.

    Parameters
    ----------
    sizes : dict
        Numbers of inputs d, units m, classes C, columns v of V, and, where a matrix of blocks is
        multiplied, of its columns j, their places b, and the vectors k.
    ranges : dict
        The axes, and the values that they take.
    """

    def __init__(self, sizes: dict[str, int], ranges: Ranges) -> None:
        self.sizes, self.ranges = sizes, dict(ranges)
        self._nodes: dict[Any, Node] = {}

    def node(self, expression: Any) -> Node:
        """Return the node of an expression."""
        if expression not in self._nodes:
            self._nodes[expression] = self._made(expression)
        return self._nodes[expression]

    def axes_of(self, expression: Any) -> set[sympy.Symbol]:
        """Return the axes of an expression."""
        free = expression.free_symbols
        axes: set[sympy.Symbol] = free & self.ranges.keys()
        is_sampled = LABEL in free or expression.has(*OF_SAMPLE)
        return axes | {SAMPLE} if is_sampled else axes

    def bound(self, limits: Any) -> tuple[sympy.Symbol, range]:
        """Return the index of a sum and its range, checked."""
        index, *ends = limits
        if len(ends) != 2 or not all(end.is_Integer for end in ends):
            raise DomainError(f"the sum runs over {limits}; accepted are ends that are numbers.")
        return index, range(int(ends[0]), int(ends[1]) + 1)

    def index(self, index: Any, size: int) -> Any:
        """Return a place, a slice or LABEL for an index of a leaf that counts from 1 to size."""
        if index.is_Integer:
            if not 1 <= index <= size:
                raise DomainError(f"the index {index} must be a number from 1 to {size}.")
            return int(index) - 1
        if index in self.ranges:
            values = self.ranges[index]
            if values and not 1 <= values[0] <= values[-1] <= size:
                raise DomainError(
                    f"the index {index} runs from {values[0]} to {values[-1]}, beyond 1 to {size}."
                )
            return slice(values.start - 1, values.stop - 1)
        if index == LABEL:
            return LABEL
        raise DomainError(f"the index {index} must be a number, the label, or bound by a sum.")

    def _made(self, expression: Any) -> Node:
        if isinstance(expression, sympy.Sum):
            # contractions are built of nodes, and nodes of contractions
            from rmtcheck.spectral.grams.contraction import contraction

            return contraction(self, expression.function, dict(map(self.bound, expression.limits)))
        if isinstance(expression, LEAVES):
            return self._leaf(expression)
        if isinstance(expression, sympy.KroneckerDelta):
            return self._delta(*expression.args)
        if expression == LABEL:
            return Node((SAMPLE,), lambda fields: np.asarray(_labels(fields) + 1.0))
        if expression in self.ranges:
            values = np.array(self.ranges[expression], dtype=float)
            return Node((expression,), lambda fields: values)
        return self._entrywise(expression)

    def _entrywise(self, expression: Any) -> Node:
        """Compute a function of leaves and sums entry by entry."""
        parts = list(_parts(expression, self.ranges))
        names = [sympy.Dummy() for _ in parts]
        plain = expression.xreplace(dict(zip(parts, names, strict=True)))
        left = plain.free_symbols - set(names)
        if left:
            raise DomainError(f"the symbol {min(map(str, left))} has no value; pass it by name.")
        children = [self.node(part) for part in parts]
        axes = ordered({axis for child in children for axis in child.axes})
        function = compiled(tuple(names), plain)

        def compute(fields: Fields) -> Array:
            return np.asarray(function(*(child.aligned(fields, axes) for child in children)))

        return Node(axes, compute)

    def _delta(self, left: Any, right: Any) -> Node:
        sides = self.node(left), self.node(right)
        axes = ordered({axis for side in sides for axis in side.axes})

        def compute(fields: Fields) -> Array:
            one, other = (side.aligned(fields, axes) for side in sides)
            return np.asarray(one == other, dtype=float)

        return Node(axes, compute)

    def _leaf(self, leaf: Any) -> Node:
        if isinstance(leaf, nodes.InverseTotal | nodes.Exponential):
            return self._softmax(leaf)
        if isinstance(leaf, Logit) and leaf.args[0].is_Integer:
            place = self.index(leaf.args[0], self.sizes["C"])
            return Node((SAMPLE,), lambda fields: fields.logit(place))
        if leaf.func in OF_SAMPLE:
            read, letter = OF_SAMPLE[leaf.func]
            return self._of_sample(read, self.index(leaf.args[0], self.sizes[letter]), leaf.args[0])
        read, letters = OF_NETWORK[leaf.func]
        places = [self.index(k, self.sizes[s]) for k, s in zip(leaf.args, letters, strict=True)]
        return _of_network(read, places, leaf.args)

    def _softmax(self, leaf: Any) -> Node:
        temperature = leaf.args[-1]
        if not (temperature.is_number and temperature.is_positive):
            raise DomainError(f"the temperature {temperature} must be a positive number.")
        read = OF_SAMPLE[leaf.func][0]
        if isinstance(leaf, nodes.InverseTotal):
            return Node((SAMPLE,), lambda fields: read(fields, temperature))
        place = self.index(leaf.args[0], self.sizes["C"])
        return self._of_sample(lambda fields: read(fields, temperature), place, leaf.args[0])

    def _of_sample(self, read: Callable[..., Array], place: Any, index: Any) -> Node:
        if place == LABEL:
            return Node((SAMPLE,), lambda fields: _at_label(read(fields), fields))
        axes = (index, SAMPLE) if isinstance(place, slice) else (SAMPLE,)
        return Node(axes, lambda fields: read(fields)[place])


def is_number(expression: Any) -> bool:
    """Whether this is a number; sympy also calls so a function of numbers, such as V[1, 2]."""
    return bool(expression.is_number) and not expression.has(sympy.Sum, *LEAVES)


def ordered(axes: set[sympy.Symbol]) -> Axes:
    """Return axes in the one order of this package, that of the samples last."""
    return tuple(sorted(axes, key=lambda axis: (axis == SAMPLE, str(axis), axis.sort_key())))


def _parts(expression: Any, ranges: Ranges) -> Sequence[Any]:
    """Return the largest leaves, sums, deltas and bare indices of an expression."""
    kinds = (sympy.Sum, sympy.KroneckerDelta, *LEAVES)
    if isinstance(expression, kinds) or expression == LABEL or expression in ranges:
        return [expression]
    return list(dict.fromkeys(p for a in expression.args for p in _parts(a, ranges)))


def _labels(fields: Fields) -> NDArray[np.intp]:
    assert fields.data.labels is not None
    return fields.data.labels


def _at_label(array: Array, fields: Fields) -> Array:
    found: Array = array[_labels(fields), np.arange(array.shape[1])]
    return found


def _of_network(read: Callable[..., Array], places: list[Any], indices: tuple[Any, ...]) -> Node:
    """Return the node of an entry of a weight matrix, whose first index may be the label."""
    names = [i for i, p in zip(indices, places, strict=True) if isinstance(p, slice)]
    if LABEL in places[1:]:
        raise DomainError("the label is no input and no unit; it may only be an index of classes.")
    if LABEL not in places and len(set(names)) == len(names):
        return Node(tuple(names), lambda fields: read(fields)[tuple(places)])
    axes = ordered({*names, SAMPLE} if LABEL in places else set(names))

    def gathered(fields: Fields) -> Array:
        parts = zip(indices, places, read(fields).shape, strict=True)
        found: Array = read(fields)[tuple(_positions(*part, fields, axes) for part in parts)]
        return found

    return Node(axes, gathered)


def _positions(index: Any, place: Any, size: int, fields: Fields, axes: Axes) -> Any:
    if place == LABEL:
        return align(_labels(fields), (SAMPLE,), axes)
    return align(np.arange(size)[place], (index,), axes) if isinstance(place, slice) else place

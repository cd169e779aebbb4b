"""Sums of products of arrays, one index eliminated after the other by matrix products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import combinations
from math import prod
from string import ascii_lowercase
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.spectral.grams.fields import Fields
from rmtcheck.spectral.grams.lowering import Axes, Lowering, Node, alignment, is_number, ordered
from rmtcheck.spectral.grams.nodes import SAMPLE
from rmtcheck.vocabulary.samples import LABEL

Array = NDArray[np.float64]
Indices = frozenset[sympy.Symbol]
Term = tuple[list[Any], Indices]
ONES = Node((SAMPLE,), lambda fields: np.ones(fields.data.samples))


def contraction(lowering: Lowering, expression: Any, bound: dict[sympy.Symbol, range]) -> Node:
    """Return the sum of an expression over bound indices and, if among them, the samples."""
    fresh = {k: _fresh(k) for k in bound if k != SAMPLE}
    lowering.ranges.update({fresh.get(k, k): values for k, values in bound.items() if k != SAMPLE})
    summed = frozenset(fresh.get(k, k) for k in bound)
    renamed = expression.xreplace(fresh)
    terms = [
        _term(lowering, *contracted)
        for product, indices in _opened(lowering, [renamed], summed)
        for contracted in _without_deltas(lowering, product, indices)
    ]
    axes = ordered({axis for term in terms for axis in term.axes})
    ways = [alignment(term.axes, axes) for term in terms]

    def compute(fields: Fields) -> Array:
        found = zip(terms, ways, strict=True)
        arrays = [term.array(fields).transpose(order)[places] for term, (order, places) in found]
        return np.asarray(sum(arrays[1:], start=arrays[0]) if arrays else np.zeros(()))

    return Node(axes, compute)


def _fresh(index: sympy.Symbol) -> sympy.Symbol:
    return sympy.Dummy(str(index), integer=True, positive=True)


def _opened(lowering: Lowering, factors: list[Any], summed: Indices) -> Iterator[Term]:
    """Multiply out what keeps a sum from being a product, and pull inner sums outwards."""
    factors = [f for factor in factors for f in sympy.Mul.make_args(factor)]
    for place, factor in enumerate(factors):
        rest = factors[:place] + factors[place + 1 :]
        base, power = factor.as_base_exp()
        if not (power.is_Integer and power > 0 and _is_to_open(lowering, base, summed)):
            continue
        rest += [base] * (int(power) - 1)
        if isinstance(base, sympy.Sum):
            function, inner = _pulled(lowering, base)
            yield from _opened(lowering, [*rest, function], summed | inner)
        else:
            for part in base.args:
                yield from _opened(lowering, [*rest, part], summed)
        return
    yield factors, summed


def _is_to_open(lowering: Lowering, base: Any, summed: Indices) -> bool:
    if isinstance(base, sympy.Sum):
        return bool(base.free_symbols & summed)
    if not base.is_Add:
        return False
    spread = lowering.axes_of(base) - {SAMPLE}
    return bool(spread) and (len(spread) > 1 or base.has(sympy.KroneckerDelta, sympy.Sum))


def _pulled(lowering: Lowering, inner: sympy.Sum) -> tuple[Any, Indices]:
    bound = dict(map(lowering.bound, inner.limits))
    fresh = {k: _fresh(k) for k in bound}
    lowering.ranges.update({fresh[k]: values for k, values in bound.items()})
    return inner.function.xreplace(fresh), frozenset(fresh.values())


def _without_deltas(lowering: Lowering, factors: list[Any], summed: Indices) -> list[Term]:
    """Use that the sum over s of delta_{st} f(s) is f(t), and 0 for t outside its range."""
    for factor in factors:
        if not isinstance(factor, sympy.KroneckerDelta):
            continue
        for index, other in (factor.args, factor.args[::-1]):
            if index not in summed or not _covers(lowering, index, other):
                continue
            if other.is_Integer and int(other) not in lowering.ranges[index]:
                return []
            rest = [f.xreplace({index: other}) for f in factors if f is not factor]
            return _without_deltas(lowering, rest, summed - {index})
    return [(factors, summed)]


def _covers(lowering: Lowering, index: sympy.Symbol, other: Any) -> bool:
    """Whether the range of the index holds every value of the other."""
    values = lowering.ranges[index]
    if other == LABEL:
        return bool(values == range(1, lowering.sizes["C"] + 1))
    return bool(other.is_Integer) or lowering.ranges.get(other) == values


@dataclass(frozen=True)
class _Step:
    """Operands are popped, combined, summed over indices, and the result is appended."""

    operands: tuple[int, ...]
    own: tuple[Axes, ...]
    axes: Axes
    summed: Axes

    def __call__(self, arrays: list[Array]) -> Array:
        return self._way(arrays)

    @cached_property
    def _way(self) -> Callable[[list[Array]], Array]:
        """Chosen once, as comparing the names of axes takes longer than small products."""
        if not self.summed:
            return self._multiplied
        if len(self.own) == 1:
            places = tuple(self.own[0].index(s) for s in self.summed)
            return lambda arrays: np.asarray(arrays[0].sum(axis=places))
        is_dot = set(self.own[0]) & set(self.own[1]) == set(self.summed)
        if is_dot and len(self.summed) == 1 and max(map(len, self.own)) <= 2:
            return self._matrix_product
        if is_dot:
            dots: Any = tuple([axes.index(s) for s in self.summed] for axes in self.own)
            return lambda arrays: np.asarray(np.tensordot(arrays[0], arrays[1], axes=dots))
        names = dict.fromkeys(self.own[0] + self.own[1])
        letters = dict(zip(names, ascii_lowercase, strict=False))
        one, other, out = ("".join(letters[a] for a in of) for of in (*self.own, self.axes))
        return lambda arrays: np.asarray(np.einsum(f"{one},{other}->{out}", *arrays))

    def _matrix_product(self, arrays: list[Array]) -> Array:
        """Return what tensordot would, which takes longer to begin than small products take."""
        (index,) = self.summed
        left = arrays[0].T if self.own[0].index(index) < len(self.own[0]) - 1 else arrays[0]
        right = arrays[1].T if self.own[1].index(index) > 0 else arrays[1]
        return np.asarray(left @ right)

    def _multiplied(self, arrays: list[Array]) -> Array:
        aligned = (
            array.transpose(order)[places]
            for array, (order, places) in zip(arrays, self._alignments, strict=True)
        )
        return np.asarray(reduce(np.multiply, aligned))

    @cached_property
    def _alignments(self) -> list[Any]:
        return [alignment(names, self.axes) for names in self.own]


@dataclass
class _Plan:
    """A sum of products of nodes, as steps."""

    coefficient: float
    nodes: list[Node]
    steps: list[_Step] = field(default_factory=list)
    axes: Axes = ()

    def array(self, fields: Fields) -> Array:
        arrays = [node.array(fields) for node in self.nodes]
        for step in self.steps:
            arrays.append(step([arrays[k] for k in step.operands]))
        return np.asarray(self.coefficient * arrays[-1] if arrays else self.coefficient)


def _term(lowering: Lowering, factors: list[Any], summed: Indices) -> _Plan:
    """Plan one product: numbers aside, then one summed index after the other, cheapest first."""
    numbers = [f for f in factors if is_number(f)]
    nodes = [lowering.node(f) for f in factors if not is_number(f)]
    seen = {axis for node in nodes for axis in node.axes}
    if SAMPLE in summed - seen:
        nodes.append(ONES)
    missing = [len(lowering.ranges[k]) for k in summed - seen if k != SAMPLE]
    plan = _Plan(float(sympy.Mul(*numbers)) * prod(missing), nodes)
    _Planner(lowering, plan).run([k for k in summed if k in seen or k == SAMPLE])
    return plan


class _Planner:
    """Elimination of indices: multiply what contains the index, then sum over it."""

    def __init__(self, lowering: Lowering, plan: _Plan) -> None:
        self.lowering, self.plan = lowering, plan
        self.axes: dict[int, Axes] = {k: node.axes for k, node in enumerate(plan.nodes)}

    def run(self, summed: list[sympy.Symbol]) -> None:
        """Append the steps; what is left at the end is one array."""
        while summed:
            index = min(summed, key=self._cost)
            summed.remove(index)
            self._eliminate(index)
        while len(self.axes) > 1:
            self._combine(self._cheapest_pair(list(self.axes)), ())
        if not self.plan.steps and self.plan.nodes:
            self.plan.axes = self.plan.nodes[-1].axes
        elif self.plan.steps:
            self.plan.axes = self.plan.steps[-1].axes

    def _eliminate(self, index: sympy.Symbol) -> None:
        while len(having := [k for k, axes in self.axes.items() if index in axes]) > 2:
            self._combine(self._cheapest_pair(having), ())
        self._combine(tuple(having), (index,))

    def _combine(self, operands: tuple[int, ...], summed: Axes) -> None:
        own = tuple(self.axes.pop(k) for k in operands)
        kept = {axis for axes in own for axis in axes} - set(summed)
        is_dot = len(own) == 2 and summed and set(own[0]) & set(own[1]) == set(summed)
        # a dot product keeps the order of its operands' axes
        joined = tuple(a for axes in own for a in axes if a not in summed)
        axes = joined if is_dot or len(own) == 1 else ordered(kept)
        self.axes[len(self.plan.nodes) + len(self.plan.steps)] = axes
        self.plan.steps.append(_Step(operands, own, axes, summed))

    def _cheapest_pair(self, candidates: list[int]) -> tuple[int, ...]:
        return min(combinations(candidates, 2), key=lambda pair: self._size(*pair))

    def _cost(self, index: sympy.Symbol) -> float:
        return self._size(*(k for k, axes in self.axes.items() if index in axes))

    def _size(self, *operands: int) -> float:
        axes = {axis for k in operands for axis in self.axes[k]}
        # a typical batch stands for the number of samples
        return prod(len(self.lowering.ranges.get(axis, range(500))) for axis in axes)

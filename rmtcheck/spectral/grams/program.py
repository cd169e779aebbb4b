"""One weighted Gram matrix, lowered for arrays of given sizes and run batch by batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams.fields import Data, Fields, preactivations_of
from rmtcheck.spectral.grams.lowering import Lowering, Node, is_number
from rmtcheck.spectral.grams.nodes import SAMPLE, dimension, entry, spelled
from rmtcheck.spectral.grams.products import weighted_product
from rmtcheck.vocabulary.grams import Input, UnitVector, Vector, WeightedGram
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import Indicator, Logit, Target

Array = NDArray[np.float64]
PLACE = sympy.Dummy("b", integer=True, positive=True)
BATCH_NUMBERS = 2**18
"""Fields of a batch have about this many numbers, so that they stay in the processor's cache."""


class Program:
    """Weights and product of a formula without free symbols.

    Parameters
    ----------
    gram : WeightedGram
        The formula, its symbols replaced by numbers.
    sizes : tuple
        The numbers d, m (or None), C, N of the arrays.
    """

    def __init__(self, gram: WeightedGram, sizes: tuple[int, int | None, int, int]) -> None:
        d, m, C, _ = sizes
        self.scale = scale_of(gram.scale)
        # to leave out samples pays where the product is large, for d x d blocks
        is_square = gram.left == gram.right
        self.gates, rest = _gates(gram.weight, m) if is_square else ([], gram.weight)
        self._lowering = Lowering(table(sizes), {})
        self._classes = C
        self.widest = max(m or 1, C if _meets_all_classes(gram) else 1)
        self.weight = self._node(rest)
        self.full_weight = self._node(gram.weight)
        self.shape = dimension(gram.left, d, m), dimension(gram.right, d, m)
        self.left = self._vector(gram.left, self.shape[0])
        self.right = self.left if is_square else self._vector(gram.right, self.shape[1])

    def block(self, data: Data) -> Array:
        """Return the matrix."""
        columns = self._open(data)
        if columns is not None and not len(columns):
            return np.zeros(self.shape)
        data = data if columns is None else data.at(columns)
        vectors = [v for v in dict.fromkeys((self.left, self.right)) if v is not None]
        with np.errstate(all="ignore"):
            weights, *arrays = run(data, [self.weight, *vectors], self.widest)
            require_finite(weights, *arrays)
            found: dict[Any, Array] = dict(zip(vectors, arrays, strict=True)) | {None: data.X}
            right = None if self.right is self.left else found[self.right]
            matrix = self.scale * weighted_product(weights, found[self.left], right)
        require_finite(matrix)
        return np.asarray(matrix)

    def weights(self, data: Data) -> Array:
        """Return the scalars of all samples."""
        with np.errstate(all="ignore"):
            (weights,) = run(data, [self.full_weight], self.widest)
        require_finite(weights)
        return weights

    def _open(self, data: Data) -> NDArray[np.intp] | None:
        """Return the samples at which no gate of the weight is shut, or None for all."""
        if not self.gates or data.W is None:
            return None
        with np.errstate(all="ignore"):
            is_open = (preactivations_of(data.W[self.gates], data.X) > 0).all(axis=0)
        return np.flatnonzero(is_open)

    def _node(self, expression: Any) -> Node:
        return self._lowering.node(spelled(expression, self._classes))

    def _vector(self, vector: Vector, size: int) -> Node | None:
        """Return the node of a vector; None stands for the input, which is there already."""
        if isinstance(vector, Input):
            return None
        for unit in vector.atoms(UnitVector):
            self._lowering.index(unit.index, size)
        self._lowering.ranges[PLACE] = range(1, size + 1)
        entries = self._node(entry(vector, PLACE))
        axes = PLACE, SAMPLE

        def compute(fields: Fields) -> Array:
            return np.broadcast_to(entries.aligned(fields, axes), (size, fields.data.samples))

        return Node(axes, compute)


def _meets_all_classes(gram: WeightedGram) -> bool:
    """Whether a field of all classes is computed, and not of numbered ones only."""
    single = all(u.args[0].is_Integer for u in gram.atoms(Logit, Target))
    return not single or gram.has(SoftmaxComponent, sympy.Sum)


def run(data: Data, nodes: list[Node], widest: int) -> list[Array]:
    """Return the arrays of nodes for all samples, computed in batches that fit the cache."""
    size = max(64, BATCH_NUMBERS // widest)
    if size >= data.samples:
        fields = Fields(data)
        return [_over_samples(node, fields) for node in nodes]
    batches = []
    for start in range(0, data.samples, size):
        fields = Fields(data.at(slice(start, start + size)))
        batches.append([_over_samples(node, fields) for node in nodes])
    return [np.concatenate(parts, axis=-1) for parts in zip(*batches, strict=True)]


def _over_samples(node: Node, fields: Fields) -> Array:
    array = node.array(fields)
    return array if SAMPLE in node.axes else np.full(fields.data.samples, float(array))


def table(sizes: tuple[int, int | None, int, int]) -> dict[str, int]:
    """Return the sizes of indices by their letters."""
    d, m, C, _ = sizes
    return {"d": d, "m": m or 0, "C": C, "v": d if m is None else m}


def scale_of(scale: Any) -> float:
    """Return the factor in front of the sum as a float."""
    if not is_number(scale) or not scale.is_real:
        raise DomainError(f"scale = {scale} must be a real number at the sizes of the arrays.")
    return float(scale)


def _gates(weight: Any, units: int | None) -> tuple[list[int], Any]:
    """Split the gates of numbered units off a product."""
    factors = sympy.Mul.make_args(weight)
    gates = [f for f in factors if isinstance(f, Indicator) and f.args[0].is_Integer]
    numbers = [int(gate.args[0]) for gate in gates]
    if any(not 1 <= k <= (units or 0) for k in numbers):
        raise DomainError(f"the hidden units {numbers} must be numbers from 1 to m = {units}.")
    return [k - 1 for k in numbers], sympy.Mul(*(f for f in factors if f not in gates))


def require_finite(*arrays: Array) -> None:
    """Refuse numbers beyond the range of floats."""
    for array in arrays:
        if not np.isfinite(array).all():
            raise DomainError(
                "a number of the formula exceeds the range of floats at these arrays; pass digits."
            )

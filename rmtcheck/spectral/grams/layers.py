r"""All blocks of a pair of layers: one block, the matrix, and its product with a vector."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams.contraction import contraction
from rmtcheck.spectral.grams.data import checked, real_array
from rmtcheck.spectral.grams.fields import Data, Fields
from rmtcheck.spectral.grams.formula import key_of, number_of, with_sizes
from rmtcheck.spectral.grams.lowering import Axes, Lowering, Node, align
from rmtcheck.spectral.grams.nodes import SAMPLE, DirectionEntry, dimension, entry, spelled
from rmtcheck.spectral.grams.program import Program, require_finite, scale_of, table
from rmtcheck.vocabulary.grams import BlockGram

Array = NDArray[np.float64]
MOST_ENTRIES = 10**8
"""Larger matrices are refused: 0.8 GB."""
BATCH_NUMBERS = 2**20


def _index(name: str) -> sympy.Symbol:
    return sympy.Dummy(name, integer=True, positive=True)


LEFT, RIGHT, WHICH = map(_index, "abk")


class NumericBlockGram:
    """All blocks of a pair of layers as functions of arrays; made by `to_numeric`.

    Rows and columns of the matrix stand in the order of the layers' parameters: those of the
    first row of the weight matrix, of the second, and so on.

    Parameters
    ----------
    gram : BlockGram
        The formula.
    network : LinearModel, OneHiddenLayer or None
        The network, where the formula does not name its activation.
    """

    def __init__(self, gram: BlockGram, network: Any) -> None:
        self.gram, self.network = gram, network
        self._programs: dict[Any, Any] = {}

    def block(
        self, i: int, j: int, X: Any, V: Any, W: Any = None, targets: Any = None, **values: Any
    ) -> Array:
        r"""Return block :math:`(i,j)`.

        Parameters
        ----------
        i, j : int
            The row block and the column block, from 1.
        X, V, W, targets, **values
            As for `NumericGram`.

        Returns
        -------
        ndarray
            The matrix of the block.
        """
        return self._single(i, j, X, V, W, targets, values, "block")

    def weights(
        self, i: int, j: int, X: Any, V: Any, W: Any = None, targets: Any = None, **values: Any
    ) -> Array:
        r"""Return the scalars :math:`\lambda_n` of block :math:`(i,j)`; parameters as for it."""
        return self._single(i, j, X, V, W, targets, values, "weights")

    def matrix(self, X: Any, V: Any, W: Any = None, targets: Any = None, **values: Any) -> Array:
        """Return the matrix of all blocks.

        Parameters
        ----------
        X, V, W, targets, **values
            As for `NumericGram`.

        Returns
        -------
        ndarray
            All blocks, in order.

        Raises
        ------
        DomainError
            Also if it would have more than 10**8 entries.
        """
        data = checked(self.gram, self.network, X, V, W, targets)
        program = self._program(data, values, _Matrix)
        matrix: Array = program.run(data)
        return matrix

    def product(
        self,
        vector: Any,
        X: Any,
        V: Any,
        W: Any = None,
        targets: Any = None,
        **values: Any,
    ) -> Array:
        r"""Return the matrix times a vector, without forming the matrix or any block.

        For :math:`s\sum_nK_n\otimes l_nr_n^\top` and the vector's blocks as rows of T this is
        :math:`s\sum_n(K_nTr_n)l_n^\top`: products of matrices the size of those of a forward pass.

        Parameters
        ----------
        vector : ndarray, shape (columns,) or (columns, k)
            One vector, or k of them as columns.
        X, V, W, targets, **values
            As for `NumericGram`.

        Returns
        -------
        ndarray, shape (rows,) or (rows, k)
            The products.
        """
        data = checked(self.gram, self.network, X, V, W, targets)
        program = self._program(data, values, _Product)
        found: Array = program.run(data, vector)
        return found

    def _single(
        self, i: Any, j: Any, X: Any, V: Any, W: Any, targets: Any, values: Any, what: str
    ) -> Array:
        data = checked(self.gram, self.network, X, V, W, targets)
        key = (data.sizes, number_of("i", i), number_of("j", j), key_of(values))
        if key not in self._programs:
            gram = self._numeric(data, values)
            numbers = {gram.row: _at("i", i, gram.rows), gram.column: _at("j", j, gram.columns)}
            self._programs[key] = Program(gram.gram.subs(numbers), data.sizes)
        found: Array = getattr(self._programs[key], what)(data)
        return found

    def _program(self, data: Data, values: dict[str, Any], kind: Any) -> Any:
        key = kind, data.sizes, key_of(values)
        if key not in self._programs:
            self._programs[key] = kind(self._numeric(data, values), data.sizes)
        return self._programs[key]

    def _numeric(self, data: Data, values: dict[str, Any]) -> BlockGram:
        """Return the formula with numbers for all but the symbols of its blocks."""
        gram, row, column = self.gram.gram, _index("i"), _index("j")
        block = gram.xreplace({self.gram.row: row, self.gram.column: column})
        parts = sympy.Tuple(block, self.gram.rows, self.gram.columns)
        block, rows, columns = with_sizes(parts, data.sizes, values, frozenset((row, column)))
        return BlockGram(block, row, column, rows, columns)


class _Layers:
    """The parts of the sum over the samples, with the indices of its blocks and entries."""

    def __init__(self, gram: BlockGram, sizes: tuple[int, int | None, int, int]) -> None:
        block, (d, m, C, _) = gram.gram, sizes
        self.rows, self.columns = _count("rows", gram.rows), _count("columns", gram.columns)
        self.left, self.right = (dimension(v, d, m) for v in (block.left, block.right))
        self.scale = scale_of(block.scale)
        self.i, self.j = gram.row, gram.column
        lengths = (self.rows, self.columns, self.left, self.right)
        axes = (self.i, self.j, LEFT, RIGHT)
        ranges = {axis: range(1, n + 1) for axis, n in zip(axes, lengths, strict=True)}
        self.lowering = Lowering(
            table(sizes) | {"j": self.columns, "b": self.right, "k": 1}, ranges
        )
        product = block.weight * entry(block.left, LEFT) * entry(block.right, RIGHT)
        self.summand = spelled(product, C)

    def summed(self, data: Data, node: Node, axes: Axes, widest: int, more: Any = None) -> Array:
        """Return the sum over the samples, batch by batch."""
        size = max(1, BATCH_NUMBERS // widest)
        starts = range(0, data.samples, size)
        with np.errstate(all="ignore"):
            total: Any = 0.0
            for start in starts:
                fields = Fields(data.at(slice(start, start + size)), more)
                total = total + align(node.array(fields), node.axes, axes)
            result: Array = np.asarray(self.scale * total)
        require_finite(result)
        return result


class _Matrix(_Layers):
    def __init__(self, gram: BlockGram, sizes: tuple[int, int | None, int, int]) -> None:
        super().__init__(gram, sizes)
        self.shape = self.rows * self.left, self.columns * self.right
        if self.shape[0] * self.shape[1] > MOST_ENTRIES:
            accepted = f"accepted are at most {MOST_ENTRIES} entries; use product or block"
            raise DomainError(f"the matrix has shape {self.shape}; {accepted}.")
        swapped = gram.gram.xreplace({self.i: self.j, self.j: self.i})
        self.is_symmetric = swapped == gram.gram and gram.gram.left == gram.gram.right
        self.node = contraction(self.lowering, self.summand, {SAMPLE: range(1)})

    def run(self, data: Data) -> Array:
        axes = self.i, LEFT, self.j, RIGHT
        widest = max(self.rows * self.columns, self.left * self.right, len(data.V))
        total = self.summed(data, self.node, axes, widest)
        full = (self.rows, self.left, self.columns, self.right)
        matrix = np.broadcast_to(total, full).reshape(self.shape)
        return np.asarray((matrix + matrix.T) / 2 if self.is_symmetric else matrix.copy())


class _Product(_Layers):
    def __init__(self, gram: BlockGram, sizes: tuple[int, int | None, int, int]) -> None:
        super().__init__(gram, sizes)
        self._nodes: dict[int, Node] = {}

    def run(self, data: Data, vector: Any) -> Array:
        directions = self._directions(vector)
        width = directions.shape[2]
        axes = self.i, LEFT, WHICH
        widest = max(len(data.V), self.left, self.right, self.rows, self.columns) * width
        total = self.summed(data, self._node(width), axes, widest, directions)
        full = np.broadcast_to(total, (self.rows, self.left, width))
        product: Array = full.reshape(self.rows * self.left, width).copy()
        return product[:, 0] if np.ndim(vector) == 1 else product

    def _node(self, width: int) -> Node:
        if width not in self._nodes:
            self.lowering.ranges[WHICH] = range(1, width + 1)
            self.lowering.sizes["k"] = width
            summand = self.summand * DirectionEntry(self.j, RIGHT, WHICH)
            bound = {k: self.lowering.ranges[k] for k in (self.j, RIGHT)}
            self._nodes[width] = contraction(self.lowering, summand, {SAMPLE: range(1), **bound})
        return self._nodes[width]

    def _directions(self, vector: Any) -> Array:
        length = self.columns * self.right
        found = real_array(vector)
        array = np.full(1, np.nan) if found is None else found
        fits = array.ndim in (1, 2) and array.shape[0] == length and array.size
        if not fits or not np.isfinite(array).all():
            accepted = f"accepted are finite numbers of shape ({length},) or ({length}, k)"
            raise DomainError(f"vector has shape {array.shape}; {accepted}.")
        return array.reshape(self.columns, self.right, -1)


def _at(name: str, index: Any, count: Any) -> sympy.Integer:
    number = number_of(name, index)
    if not number.is_Integer or not 1 <= number <= count:
        raise DomainError(f"{name} is {index}; accepted is a number from 1 to {count}.")
    return number


def _count(name: str, count: Any) -> int:
    if not count.is_Integer or count < 1:
        raise DomainError(f"{name} = {count} must be a positive integer.")
    return int(count)

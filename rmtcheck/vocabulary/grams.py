r"""The answer to questions about Hessians: weighted Gram matrices.

Everything reduces to :math:`s\sum_{n=1}^N\lambda_n\,l_nr_n^\top`: a scale, a scalar weight per
sample that is a function of the sample's fields, and two vectors per sample.
"""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.vocabulary.activations import Activation
from rmtcheck.vocabulary.nouns import Noun


class Vector(Noun):
    """A vector of one sample, or a constant one."""


class Input(Vector):
    r"""The input vector :math:`x_n\in\mathbb R^d` of sample :math:`n`."""

    def _latex(self, printer: Any) -> str:
        return "x_n"

    def _sympystr(self, printer: Any) -> str:
        return "x_n"


class HiddenOutput(Vector):
    r"""The hidden layer's output :math:`\sigma(Wx_n)\in\mathbb R^m`; argument the activation."""

    def __new__(cls, activation: Activation) -> HiddenOutput:
        """Make the noun."""
        return cls._made(activation)

    activation = property(lambda self: self.args[0], doc="The activation.")

    def _latex(self, printer: Any) -> str:
        return r"\sigma(Wx_n)"

    def _sympystr(self, printer: Any) -> str:
        return "sigma(W x_n)"


class UnitVector(Vector):
    r"""The unit vector :math:`e_k\in\mathbb R^m` of hidden unit :math:`k`."""

    def __new__(cls, index: Any) -> UnitVector:
        """Make the noun from a number or symbol."""
        return cls._made(index)

    index = property(lambda self: self.args[0], doc="The hidden unit.")

    def _latex(self, printer: Any) -> str:
        return rf"e_{{{printer._print(self.index)}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"e_{printer._print(self.index)}"


class One(Vector):
    r"""The vector :math:`(1)\in\mathbb R^1`: a Gram matrix with it is a column."""

    def _latex(self, printer: Any) -> str:
        return "1"

    def _sympystr(self, printer: Any) -> str:
        return "1"


class Combination(Vector):
    r"""A linear combination :math:`\sum_t c_ty_t` of vectors of one sample.

    Parameters
    ----------
    *terms : pairs (coefficient, Vector)
        The coefficients are expressions in the fields of the sample, like weights; terms with
        the same vector are added.
    """

    def __new__(cls, *terms: Any) -> Combination:
        """Make the noun."""
        total: dict[Any, Any] = {}
        for coefficient, vector in terms:
            total[vector] = total.get(vector, sympy.S.Zero) + coefficient
        pairs = [sympy.Tuple(total[v], v) for v in sorted(total, key=sympy.default_sort_key)]
        return cls._made(*pairs)

    @property
    def terms(self) -> tuple[tuple[sympy.Expr, Vector], ...]:
        """The pairs of coefficient and vector."""
        return tuple((pair[0], pair[1]) for pair in self.args)

    def _latex(self, printer: Any) -> str:
        parts = (
            rf"\left({printer._print(c)}\right){printer._print(vector)}" for c, vector in self.terms
        )
        return rf"\left({' + '.join(parts)}\right)"

    def _sympystr(self, printer: Any) -> str:
        parts = (f"({printer._print(c)}) {printer._print(vector)}" for c, vector in self.terms)
        return f"[{' + '.join(parts)}]"


INPUT, ONE = Input(), One()


class WeightedGram(Noun):
    r"""The normal form :math:`s\sum_{n=1}^N\lambda_n\,l_n r_n^\top`.

    The weight :math:`\lambda_n=\lambda(u_n)` is an expression in the fields of the sample:
    softmax components, logits, gates, preactivations, targets, and the network's weights, with
    sums over the classes.

    Parameters
    ----------
    scale : sympy expression
        The factor :math:`s`, usually :math:`1/N`.
    weight : sympy expression
        The scalar :math:`\lambda` of one sample.
    left, right : Vector
        The vectors :math:`l_n`, :math:`r_n` of one sample.
    """

    def __new__(
        cls, scale: Any, weight: Any, left: Any = INPUT, right: Any = INPUT
    ) -> WeightedGram:
        """Make the noun from numbers or symbols."""
        return cls._made(scale, weight, left, right)

    scale = property(lambda self: self.args[0], doc="The factor in front of the sum.")
    weight = property(lambda self: self.args[1], doc="The scalar weight of one sample.")
    left = property(lambda self: self.args[2], doc="The left vector of one sample.")
    right = property(lambda self: self.args[3], doc="The right vector of one sample.")

    def _latex(self, printer: Any) -> str:
        left, right = printer._print(self.left), printer._print(self.right)
        product = left if self.right == ONE else rf"{left}{{{right}}}^\top"
        if self.weight == 0:
            return rf"0\cdot {product}"
        weight = "" if self.weight == 1 else rf"\left({printer._print(self.weight)}\right)\,"
        return rf"{printer._print(self.scale)}\sum_{{n=1}}^N {weight}{product}"

    def _sympystr(self, printer: Any) -> str:
        scale, weight = printer._print(self.scale), printer._print(self.weight)
        left, right = printer._print(self.left), printer._print(self.right)
        product = left if self.right == ONE else f"{left} {right}^T"
        return f"{scale} * sum_n ({weight}) {product}"


class BlockGram(Noun):
    r"""All blocks of a pair of layers: block :math:`(i,j)` is one `WeightedGram` in i and j.

    Where the vectors of the blocks do not depend on i and j, the matrix is a sum of Kronecker
    products, :math:`s\sum_nK_n\otimes l_nr_n^\top` with :math:`(K_n)_{ij}=\lambda_n(i,j)`; the
    blocks stand in the order of the rows of the layers' matrices.

    Parameters
    ----------
    gram : WeightedGram
        The block, with Kronecker deltas of i and j where the diagonal differs.
    row, column : symbol
        The symbols i and j.
    rows, columns : int or symbol
        The numbers of blocks.
    """

    def __new__(cls, gram: Any, row: Any, column: Any, rows: Any, columns: Any) -> BlockGram:
        """Make the noun."""
        return cls._made(gram, row, column, rows, columns)

    gram = property(lambda self: self.args[0], doc="The block (i, j).")
    row = property(lambda self: self.args[1], doc="The symbol of the row block.")
    column = property(lambda self: self.args[2], doc="The symbol of the column block.")
    rows = property(lambda self: self.args[3], doc="Number of row blocks.")
    columns = property(lambda self: self.args[4], doc="Number of column blocks.")

    @property
    def is_kronecker(self) -> bool:
        """Whether all blocks have the same vectors."""
        vectors = self.gram.left.free_symbols | self.gram.right.free_symbols
        return not vectors & {self.row, self.column}

    def _latex(self, printer: Any) -> str:
        gram, i, j = self.gram, printer._print(self.row), printer._print(self.column)
        if not self.is_kronecker:
            return rf"\left[{printer._print(gram)}\right]_{{{i}{j}}}"
        scale, weight = printer._print(gram.scale), printer._print(gram.weight)
        left, right = printer._print(gram.left), printer._print(gram.right)
        entry = rf"(K_n)_{{{i}{j}}} = {weight}"
        return rf"{scale}\sum_{{n=1}}^N K_n\otimes {left}{{{right}}}^\top,\quad {entry}"

    def _sympystr(self, printer: Any) -> str:
        gram, i, j = self.gram, printer._print(self.row), printer._print(self.column)
        if not self.is_kronecker:
            return f"blocks ({i}, {j}): {printer._print(gram)}"
        scale, weight, left, right = (printer._print(part) for part in gram.args)
        return f"{scale} * sum_n K_n (x) {left} {right}^T, K_n[{i}, {j}] = {weight}"

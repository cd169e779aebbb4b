r"""Networks, losses, Hessian blocks, and the weighted Gram matrix that every block reduces to.

Conventions, for every formula in the package: parameters are the rows
:math:`v_1,\dots,v_C` of :math:`V\in\mathbb R^{C\times d}`, in this order; a block
:math:`(i,j)` is :math:`\partial^2\ell/\partial v_i\,\partial v_j^\top`; losses are
averaged over the samples (reduction "mean") and carry the factor they state.
"""

from __future__ import annotations

from typing import Any, Self

import sympy

from rmtcheck.vocabulary.symbols import N


class Noun(sympy.Basic):
    """An inert object of the mathematics, compared and substituted like any sympy object."""

    @classmethod
    def _made(cls, *arguments: Any) -> Self:
        made: Self = sympy.Basic.__new__(cls, *map(sympy.sympify, arguments))
        return made

    def _sympystr(self, printer: Any) -> str:
        arguments = ", ".join(printer._print(a) for a in self.args)
        return f"{type(self).__name__}({arguments})"


class LinearModel(Noun):
    r"""The linear model :math:`f(x)=Vx`, :math:`V\in\mathbb R^{C\times d}` iid :math:`N(0,1/d)`.

    Parameters
    ----------
    d : int or symbol
        Input dimension.
    C : int or symbol
        Number of classes.
    """

    def __new__(cls, d: Any, C: Any) -> LinearModel:
        """Make the noun from numbers or symbols."""
        return cls._made(d, C)

    @property
    def d(self) -> sympy.Expr:
        """Input dimension."""
        return self.args[0]

    @property
    def C(self) -> sympy.Expr:
        """Number of classes."""
        return self.args[1]


class CrossEntropy(Noun):
    r"""Softmax cross-entropy, :math:`-\frac1N\sum_n\log p_{n,y_n}`."""

    def _latex(self, printer: Any) -> str:
        return r"\mathrm{CE}"


class MeanSquaredError(Noun):
    r"""Squared error :math:`\frac cN\sum_n\|f(x_n)-\mathcal Y_n\|_2^2`, with its factor :math:`c`.

    Parameters
    ----------
    factor : int or rational, default 1
        The factor :math:`c`.
    """

    def __new__(cls, factor: Any = 1) -> MeanSquaredError:
        """Make the noun from numbers or symbols."""
        return cls._made(factor)

    @property
    def factor(self) -> sympy.Expr:
        """The factor in front of the mean."""
        return self.args[0]

    def _latex(self, printer: Any) -> str:
        return r"\mathrm{MSE}"


CROSS_ENTROPY = CrossEntropy()
MEAN_SQUARED_ERROR = MeanSquaredError()


class HessianBlock(Noun):
    r"""The question which matrix :math:`\partial^2\ell/\partial v_i\,\partial v_j^\top` is.

    Parameters
    ----------
    network : LinearModel
        The network.
    loss : CrossEntropy or MeanSquaredError
        The loss of its logits.
    row, column : int or symbol
        Classes :math:`i`, :math:`j`; two different symbols stand for two different classes.
    samples : int or symbol, default N
        Number of samples.
    """

    def __new__(
        cls, network: Any, loss: Any, row: Any, column: Any, samples: Any = N
    ) -> HessianBlock:
        """Make the noun from numbers or symbols."""
        return cls._made(
            network, loss, sympy.sympify(row), sympy.sympify(column), sympy.sympify(samples)
        )

    network = property(lambda self: self.args[0], doc="The network.")
    loss = property(lambda self: self.args[1], doc="The loss.")
    row = property(lambda self: self.args[2], doc="Class of the row block.")
    column = property(lambda self: self.args[3], doc="Class of the column block.")
    samples = property(lambda self: self.args[4], doc="Number of samples.")

    @property
    def is_diagonal(self) -> bool:
        """Whether row and column are the same class."""
        return bool(self.row == self.column)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        row, column = printer._print(self.row), printer._print(self.column)
        sizes = ",".join(f"{name}={value}" for name, value in self._explicit_sizes())
        at = rf"\big|_{{{sizes}}}" if sizes else ""
        body = rf"H^{{{printer._print(self.loss)}}}_{{v_{{{row}}}v_{{{column}}}}}{at}"
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        sizes = ", ".join(f"{name}={value}" for name, value in self._explicit_sizes())
        at = f"; {sizes}" if sizes else ""
        return f"H[v_{printer._print(self.row)}, v_{printer._print(self.column)}{at}]"

    def _explicit_sizes(self) -> list[tuple[str, sympy.Expr]]:
        named = (("d", self.network.d), ("N", self.samples), ("C", self.network.C))
        return [(name, value) for name, value in named if value.is_number]


class Input(Noun):
    r"""The input vector :math:`x_n` of sample :math:`n`."""

    def _latex(self, printer: Any) -> str:
        return "x_n"

    def _sympystr(self, printer: Any) -> str:
        return "x_n"


INPUT = Input()


class WeightedGram(Noun):
    r"""The answer in normal form: :math:`s\sum_{n=1}^N\lambda_n\,l_n r_n^\top`.

    The weight :math:`\lambda_n=\lambda(u_n)` is an expression in the softmax components
    (the local fields are the logits :math:`u_n=Vx_n`), or a constant.

    Parameters
    ----------
    scale : sympy expression
        The factor :math:`s`, usually :math:`1/N`.
    weight : sympy expression
        The scalar :math:`\lambda` of one sample.
    left, right : Input
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
        scale, weight = printer._print(self.scale), printer._print(self.weight)
        left, right = printer._print(self.left), printer._print(self.right)
        return rf"{scale}\sum_{{n=1}}^N \left({weight}\right)\,{left}{{{right}}}^\top"

    def _sympystr(self, printer: Any) -> str:
        scale, weight = printer._print(self.scale), printer._print(self.weight)
        left, right = printer._print(self.left), printer._print(self.right)
        return f"{scale} * sum_n ({weight}) {left} {right}^T"

r"""Questions on the whole Hessian of a loss, and their answers: grids of zeros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.graphs import FeedForward, Weight, feed_forward, losses
from rmtcheck.vocabulary.losses import Loss
from rmtcheck.vocabulary.networks import LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.nouns import Noun

OPEN, NONZERO, ZERO = "?", "*", "0"


class Hessian(Noun):
    r"""The matrix :math:`\partial^2\ell/\partial\theta\,\partial\theta^\top` of a loss in weights.

    Parameters
    ----------
    loss : sympy expression
        A function of weights; other symbols in it are data.
    parameters : sequence of Weight
        Rows and columns, in this order.

    Raises
    ------
    DomainError
        If a parameter is no weight, or comes twice.
    """

    def __new__(cls, loss: Any, parameters: Sequence[Weight]) -> Hessian:
        """Make the noun."""
        loss = sympy.sympify(loss)
        if not isinstance(loss, sympy.Expr):
            raise DomainError(f"the loss is {loss}; accepted is a scalar expression in weights")
        wrong = [p for p in parameters if not isinstance(p, Weight)]
        if wrong or len(set(parameters)) != len(parameters) or not parameters:
            accepted = "different weights, as weights('w_1 w_2') makes them"
            raise DomainError(f"the parameters are {tuple(parameters)}; accepted are {accepted}")
        return cls._made(loss, sympy.Tuple(*parameters))

    @property
    def parameters(self) -> tuple[Weight, ...]:
        """Rows and columns."""
        return tuple(self.args[1])

    @property
    def losses(self) -> tuple[sympy.Expr, ...]:
        """The loss; an entry is zero if it is zero for all of them."""
        return (self.args[0],)

    def _latex(self, printer: Any) -> str:
        return r"\nabla^2\ell"

    def _sympystr(self, printer: Any) -> str:
        names = ", ".join(map(str, self.parameters))
        return f"Hessian of {printer._print(self.args[0])} in ({names})"


class NetworkHessian(Noun):
    r"""The Hessian of the loss of a network in all its weights.

    Parameters
    ----------
    network : FeedForward, or LinearModel or OneHiddenLayer with numbers as sizes
        The network.
    loss : Loss
        The loss of its outputs; targets are generic, labels take all values.
    """

    def __new__(cls, network: Any, loss: Any) -> NetworkHessian:
        """Make the noun."""
        if not isinstance(loss, Loss):
            raise DomainError(f"the loss is {loss}; accepted is a Loss such as CROSS_ENTROPY")
        return cls._made(feed_forward(network), loss)

    network = property(lambda self: self.args[0], doc="The network, as a FeedForward.")
    loss = property(lambda self: self.args[1], doc="The loss.")

    @property
    def parameters(self) -> tuple[Weight, ...]:
        """Rows and columns: the weights, layer by layer."""
        network: FeedForward = self.network
        return network.weights

    @property
    def losses(self) -> tuple[sympy.Expr, ...]:
        """The loss for each assignment of labels; an entry is zero if it is for all of them."""
        return tuple(losses(self.network, self.loss))

    def _latex(self, printer: Any) -> str:
        return rf"\nabla^2\ell^{{{printer._print(self.loss)}}}_{{{printer._print(self.network)}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"Hessian of {printer._print(self.loss)} of {printer._print(self.network)}"


class DirectLinks(Noun):
    r"""Which weights are factors of one product on a path through the graph of a loss.

    A weight counts as linked with itself. Links belong to the graph, that is to the loss as it is
    written: :math:`(v_1w_1+v_2w_2)^2` has the paths :math:`v_1w_1` and :math:`v_2w_2`.

    Parameters
    ----------
    hessian : Hessian or NetworkHessian
        Whose loss and weights are meant.
    """

    def __new__(cls, hessian: Any) -> DirectLinks:
        """Make the noun."""
        if not isinstance(hessian, Hessian | NetworkHessian):
            accepted = "Hessian(loss, weights) or NetworkHessian(network, loss)"
            raise DomainError(f"the Hessian is {hessian}; accepted is {accepted}")
        return cls._made(hessian)

    hessian = property(lambda self: self.args[0], doc="Whose loss and weights are meant.")

    @property
    def parameters(self) -> tuple[Weight, ...]:
        """Rows and columns."""
        parameters: tuple[Weight, ...] = self.hessian.parameters
        return parameters

    def _latex(self, printer: Any) -> str:
        return rf"\mathrm{{links}}\left({printer._print(self.hessian)}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"direct links in {str(self.hessian).removeprefix('Hessian of ')}"


class HessianSize(sympy.Function):
    """The number of rows, and of columns, of the Hessian of a network in all its weights."""

    nargs = 1
    is_integer = True
    is_positive = True

    def __new__(cls, network: Any) -> HessianSize:
        """Make the unevaluated number."""
        if not isinstance(network, LinearModel | OneHiddenLayer):
            raise DomainError(f"network is {network}; accepted are LinearModel and OneHiddenLayer")
        made: HessianSize = sympy.Function.__new__(cls, network)
        return made

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        sizes = ",".join(printer._print(size) for size in self.args[0].sizes.values())
        body = rf"\mathrm{{rows}}\left(\nabla^2\ell_{{{sizes}}}\right)"
        return body if exp is None else rf"{body}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        sizes = ", ".join(f"{k}={printer._print(v)}" for k, v in self.args[0].sizes.items())
        return f"rows(Hessian; {sizes})"


class ZeroGrid(Noun):
    """A square grid of entries: ``0`` identically zero, ``*`` not, ``?`` not said.

    Parameters
    ----------
    *rows : str
        One string for each row; blanks are ignored.

    Raises
    ------
    DomainError
        If the grid is not square, or holds another sign.

    Examples
    --------
    >>> print(ZeroGrid("* 0", "0 *"))
    * 0 / 0 *
    """

    def __new__(cls, *rows: Any) -> ZeroGrid:
        """Make the noun."""
        lines = ["".join(str(row).split()) for row in rows]
        square = bool(lines) and all(len(line) == len(lines) for line in lines)
        if not square or set("".join(lines)) - {OPEN, NONZERO, ZERO}:
            text = " / ".join(map(str, rows))
            raise DomainError(f"the grid is {text}; accepted is a square of the signs 0, * and ?")
        return cls._made(*map(sympy.core.symbol.Str, lines))

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows, without blanks."""
        return tuple(map(str, self.args))

    def changed(self, row: int, column: int, sign: str) -> ZeroGrid:
        """Return the grid with another sign at one place, counted from 0."""
        line = self.rows[row]
        rows = list(self.rows)
        rows[row] = line[:column] + sign + line[column + 1 :]
        return ZeroGrid(*rows)

    def _sympystr(self, printer: Any) -> str:
        return " / ".join(" ".join(row) for row in self.rows)

    def _latex(self, printer: Any) -> str:
        signs = {NONZERO: r"\ast", OPEN: "?", ZERO: "0"}
        body = r" \\ ".join(" & ".join(signs[sign] for sign in row) for row in self.rows)
        return rf"\begin{{pmatrix}}{body}\end{{pmatrix}}"

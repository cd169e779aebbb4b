r"""The forward pass of one sample, and how its fields move with one entry of a weight matrix.

.. math::

    a_k=w_k^\top x,\qquad \varphi=\sigma(a)\ (\text{linear model: }\varphi=x),\qquad
    u_c=\sum_kv_{ck}\varphi_k

.. math::

    \frac{\partial u_c}{\partial v_{jb}}=\delta_{cj}\varphi_b,\quad
    \frac{\partial v_{ck}}{\partial v_{jb}}=\delta_{cj}(e_k)_b,\quad
    \frac{\partial u_c}{\partial w_{ib}}=v_{ci}\sigma'(a_i)x_b,\quad
    \frac{\partial\sigma^{(r)}(a_k)}{\partial w_{ib}}=\delta_{ki}\sigma^{(r+1)}(a_k)x_b,\quad
    \frac{\partial\varphi_a}{\partial w_{ib}}=\sigma'(a_i)(e_i)_ax_b
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.vocabulary.grams import INPUT, UnitVector, Vector
from rmtcheck.vocabulary.samples import Logit, OutputWeight

DIMENSION, WIDTH, CLASSES, SAMPLES = (
    sympy.Dummy(name, integer=True, positive=True) for name in ("d", "m", "C", "N")
)
"""The sizes while a block is derived; those of the question are put in at the end."""

_SHIFT = sympy.Dummy("t", real=True)


class Hidden(Vector):
    r"""The vector :math:`\sigma(Wx_n)` while the activation is not looked at."""

    def __new__(cls) -> Hidden:
        """Make the noun."""
        return cls._made()

    def _latex(self, printer: Any) -> str:
        return r"\sigma(Wx_n)"

    def _sympystr(self, printer: Any) -> str:
        return "sigma(W x_n)"


HIDDEN = Hidden()


class Slope(sympy.Function):
    r"""The derivative :math:`\sigma^{(r)}(a_k)` of the activation; arguments unit and order."""

    nargs = 2
    is_real = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        unit, order = self.args
        body = rf"\sigma{chr(39) * int(order)}(w_{{{printer._print(unit)}}}^\top x_n)"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        unit, order = self.args
        return f"sigma{chr(39) * int(order)}(a_{printer._print(unit)})"


class Coordinate(sympy.Function):
    """One coordinate of a vector of the sample; arguments the vector and the coordinate."""

    nargs = 2
    is_real = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        vector, index = (printer._print(a) for a in self.args)
        body = rf"\left({vector}\right)_{{{index}}}"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        vector, index = (printer._print(a) for a in self.args)
        return f"[{vector}]_{index}"


@dataclass(frozen=True)
class Entry:
    """The variable of a derivative: one entry of V or W, or one logit.

    Parameters
    ----------
    layer : {"u", "v", "w"}
        Logits, output weights or hidden weights.
    row : symbol
        The class or unit.
    coordinate : symbol
        The coordinate of the row; a logit has none.
    features : Vector
        The vector that the output weights multiply.
    """

    layer: str
    row: sympy.Expr
    coordinate: sympy.Expr
    features: Vector

    def shift(self, node: sympy.Expr) -> sympy.Expr:
        """Return the derivative of a field of the sample in this entry."""
        if isinstance(node, Logit):
            return self._shift_of_logit(node.args[0])
        if self.layer == "v" and isinstance(node, OutputWeight):
            of_class, unit = node.args
            return _delta(of_class, self.row) * self._along(UnitVector(unit))
        if self.layer == "w" and isinstance(node, Slope):
            unit, order = node.args
            return _delta(unit, self.row) * Slope(unit, order + 1) * self._along(INPUT)
        if self.layer == "w" and isinstance(node, Coordinate):
            return self._shift_of_vector(*node.args)
        return sympy.S.Zero

    def _shift_of_logit(self, of_class: sympy.Expr) -> sympy.Expr:
        if self.layer == "w":
            return OutputWeight(of_class, self.row) * Slope(self.row, 1) * self._along(INPUT)
        value = self._along(self.features) if self.layer == "v" else sympy.S.One
        return _delta(of_class, self.row) * value

    def _shift_of_vector(self, vector: Vector, index: sympy.Expr) -> sympy.Expr:
        if vector != HIDDEN:
            return sympy.S.Zero
        return Slope(self.row, 1) * Coordinate(UnitVector(self.row), index) * self._along(INPUT)

    def _along(self, vector: Vector) -> sympy.Expr:
        return Coordinate(vector, self.coordinate)


_FIELDS = (Logit, OutputWeight, Slope, Coordinate)
_delta = sympy.KroneckerDelta


def differentiate(expr: sympy.Expr, entry: Entry, fields: tuple[type, ...] = _FIELDS) -> sympy.Expr:
    """Return the derivative in one entry: every field moves by t times its own derivative.

    Parameters
    ----------
    expr : sympy expression
        In the fields of a sample, sums and all.
    entry : Entry
        The variable.
    fields : tuple of types
        The kinds of fields that move; the others are held fixed.

    Returns
    -------
    sympy expression
        With Kronecker deltas under the sums.
    """
    moved = {node: node + _SHIFT * entry.shift(node) for node in expr.atoms(*fields)}
    along: sympy.Expr = expr.xreplace(moved).diff(_SHIFT).xreplace({_SHIFT: sympy.S.Zero})
    return along

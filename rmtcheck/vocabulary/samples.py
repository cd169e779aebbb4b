r"""What one sample contributes: its logits, preactivations, targets, and the parameters.

Weights of Hessian blocks and losses are expressions in these nodes. Indices count from 1.
"""

from __future__ import annotations

from typing import Any

import sympy

LABEL = sympy.Symbol("y_n", integer=True, positive=True)
"""The label of sample n, a class from 1 to C."""


class SampleNode(sympy.Function):
    """A real number that belongs to a sample or to the network, named by its indices.

    Subclasses give the plain text and the LaTeX around their indices.
    """

    is_real = True
    is_commutative = True
    is_number = False  # sympy takes a function of numbers for one
    plain = "{}"
    tex = "{}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = self.tex.format(",".join(map(printer._print, self.args)))
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return self.plain.format(",".join(map(printer._print, self.args)))


class Logit(SampleNode):
    r"""The logit :math:`u_{n,c}` of sample :math:`n`, the network's output; argument the class."""

    nargs = 1
    plain, tex = "u_{}", "u_{{n,{}}}"


class Target(SampleNode):
    r"""The target :math:`\mathcal Y_{n,c}` of sample :math:`n`; argument the class."""

    nargs = 1
    plain, tex = "Y_{}", r"\mathcal{{Y}}_{{n,{}}}"


class Preactivation(SampleNode):
    r"""The preactivation :math:`w_k^\top x_n` of hidden unit :math:`k`; argument the unit."""

    nargs = 1
    plain, tex = "a_{}", r"\left(w_{{{}}}^\top x_n\right)"


class Indicator(SampleNode):
    r"""The gate :math:`\mathbf 1_k=\mathbf 1(w_k^\top x_n>0)` of hidden unit :math:`k`."""

    nargs = 1
    is_nonnegative = True
    plain, tex = "1_{}", r"\mathbf{{1}}_{{{}}}"

    def _eval_power(self, exponent: sympy.Expr) -> sympy.Expr | None:
        return self if exponent.is_Integer and exponent.is_positive else None


class OutputWeight(SampleNode):
    r"""The entry :math:`v_{c,k}` of the output weights; arguments class and input or unit."""

    nargs = 2
    plain, tex = "v_{}", "v_{{{}}}"


class HiddenWeight(SampleNode):
    r"""The entry :math:`w_{k,l}` of the hidden weights; arguments unit and input."""

    nargs = 2
    plain, tex = "w_{}", "w_{{{}}}"


class Indexed:
    """Brackets for a node: ``V[c, k]`` is ``OutputWeight(c, k)``."""

    def __init__(self, node: type[SampleNode]) -> None:
        self._node = node

    def __getitem__(self, indices: Any) -> sympy.Expr:
        indices = indices if isinstance(indices, tuple) else (indices,)
        return self._node(*map(sympy.sympify, indices))


V, W = Indexed(OutputWeight), Indexed(HiddenWeight)
logit, target, indicator, preactivation = map(Indexed, (Logit, Target, Indicator, Preactivation))

r"""What one sample contributes: its logits, preactivations, targets, and the parameters.

Weights of Hessian blocks and losses are expressions in these nodes. Indices count from 1.
"""

from __future__ import annotations

from typing import Any

import sympy

LABEL = sympy.Symbol("y_n", integer=True, positive=True)
"""The label of sample n, a class from 1 to C."""


class SampleNode(sympy.Function):
    """A real number that belongs to a sample or to the network, named by its indices."""

    is_real = True
    is_commutative = True
    is_number = False  # sympy takes a function of numbers for one


class Logit(SampleNode):
    r"""The logit :math:`u_{n,c}` of sample :math:`n`, the network's output; argument the class."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _powered(rf"u_{{n,{printer._print(self.args[0])}}}", exp)

    def _sympystr(self, printer: Any) -> str:
        return f"u_{printer._print(self.args[0])}"


class Target(SampleNode):
    r"""The target :math:`\mathcal Y_{n,c}` of sample :math:`n`; argument the class."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _powered(rf"\mathcal{{Y}}_{{n,{printer._print(self.args[0])}}}", exp)

    def _sympystr(self, printer: Any) -> str:
        return f"Y_{printer._print(self.args[0])}"


class Preactivation(SampleNode):
    r"""The preactivation :math:`w_k^\top x_n` of hidden unit :math:`k`; argument the unit."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"w_{{{printer._print(self.args[0])}}}^\top x_n"
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"a_{printer._print(self.args[0])}"


class Indicator(SampleNode):
    r"""The gate :math:`\mathbf 1_k=\mathbf 1(w_k^\top x_n>0)` of hidden unit :math:`k`."""

    nargs = 1
    is_nonnegative = True

    def _eval_power(self, exponent: sympy.Expr) -> sympy.Expr | None:
        return self if exponent.is_Integer and exponent.is_positive else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return _powered(rf"\mathbf{{1}}_{{{printer._print(self.args[0])}}}", exp)

    def _sympystr(self, printer: Any) -> str:
        return f"1_{printer._print(self.args[0])}"


class OutputWeight(SampleNode):
    r"""The entry :math:`v_{c,k}` of the output weights; arguments class and input or unit."""

    nargs = 2

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        indices = ",".join(printer._print(a) for a in self.args)
        return _powered(rf"v_{{{indices}}}", exp)

    def _sympystr(self, printer: Any) -> str:
        return "v_{},{}".format(*(printer._print(a) for a in self.args))


class HiddenWeight(SampleNode):
    r"""The entry :math:`w_{k,l}` of the hidden weights; arguments unit and input."""

    nargs = 2

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        indices = ",".join(printer._print(a) for a in self.args)
        return _powered(rf"w_{{{indices}}}", exp)

    def _sympystr(self, printer: Any) -> str:
        return "w_{},{}".format(*(printer._print(a) for a in self.args))


class Indexed:
    """Brackets for a node: ``V[c, k]`` is ``OutputWeight(c, k)``."""

    def __init__(self, node: type[SampleNode]) -> None:
        self._node = node

    def __getitem__(self, indices: Any) -> sympy.Expr:
        indices = indices if isinstance(indices, tuple) else (indices,)
        return self._node(*map(sympy.sympify, indices))


V, W = Indexed(OutputWeight), Indexed(HiddenWeight)
logit, target, indicator, preactivation = map(Indexed, (Logit, Target, Indicator, Preactivation))


def _powered(body: str, exp: str | None) -> str:
    return body if exp is None else rf"{{{body}}}^{{{exp}}}"

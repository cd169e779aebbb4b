r"""Means of the overlap of two samples in one rectified unit, the constants of hidden layers."""

from __future__ import annotations

from typing import Any

import sympy


class ReluOverlap(sympy.Function):
    r"""The mean :math:`K_k(s)=\mathbb E\bigl[(\phi\phi')^ke^{s\phi\phi'}\bigr]`, unevaluated.

    Here :math:`\phi=\max(a,0)` and :math:`\phi'=\max(a',0)` with :math:`a,a'` iid :math:`N(0,1)`.
    It is finite for :math:`s<1`, and :math:`K_k` is the k-th derivative of :math:`K_0`. Arguments
    are the order k and the number s.
    """

    nargs = 2
    is_positive = True
    is_real = True

    @property
    def order(self) -> sympy.Expr:
        """The order k."""
        return self.args[0]

    @property
    def tilt(self) -> sympy.Expr:
        """The number s."""
        return self.args[1]

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        order, tilt = (printer._print(a) for a in self.args)
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"K_{{{order}}}{power}\left({tilt}\right)"

    def _sympystr(self, printer: Any) -> str:
        order, tilt = (printer._print(a) for a in self.args)
        return f"K_{order}({tilt})"


def relu_overlap(order: Any, tilt: Any) -> sympy.Expr:
    r"""Return the unevaluated :math:`\mathbb E\bigl[(\phi\phi')^ke^{s\phi\phi'}\bigr]`.

    Parameters
    ----------
    order : int
        The power k.
    tilt : sympy expression
        The number s, less than 1.

    Returns
    -------
    sympy expression

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import m
    >>> relu_overlap(0, 2 / m) ** m
    K_0(2/m)**m
    """
    return ReluOverlap(sympy.sympify(order), sympy.sympify(tilt))

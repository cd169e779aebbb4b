r"""Gaussian means over one unit of any activation, the constants of hidden layers, as nouns."""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import Activation


class _UnitMean(sympy.Function):
    """A mean over the preactivation of one unit, unevaluated."""

    is_real = True
    is_commutative = True

    @property
    def activation(self) -> Activation:
        """The activation."""
        activation: Activation = self.args[0]
        return activation

    @property
    def tilt(self) -> sympy.Expr:
        """The number t in the exponent."""
        return self.args[-1]

    def _sympystr(self, printer: Any) -> str:
        powers = ",".join(map(printer._print, self.args[1:-1]))
        return f"{self.letter}_{powers}[{self.activation.name}]({printer._print(self.tilt)})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        powers, tilt = ",".join(map(printer._print, self.args[1:-1])), printer._print(self.tilt)
        above = rf"\mathrm{{{self.activation.name}}}"
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"{{{self.letter}^{{{above}}}_{{{powers}}}}}{power}\left({tilt}\right)"


class ActivationMean(_UnitMean):
    r"""The mean :math:`\mathbb E[\sigma^k\sigma'^p\sigma''^qe^{t\sigma^2}]` on one sample.

    Arguments are the activation, the powers k, p, q, and the number t.
    """

    nargs = 5
    letter = "M"


class ActivationOverlap(_UnitMean):
    r"""The mean :math:`\mathbb E[(s\tilde s)^k(s_1\tilde s_1)^pe^{ts\tilde s}]`, unevaluated.

    Here :math:`s_1=\sigma'`, and the tilde stands for a second sample. Arguments are the
    activation, the powers k and p, and the number t.
    """

    nargs = 4
    letter = "D"


def activation_mean(
    activation: Activation, value: Any = 0, slope: Any = 0, curvature: Any = 0, tilt: Any = 0
) -> sympy.Expr:
    r"""Return the unevaluated :math:`\mathbb E[\sigma^k\sigma'^p\sigma''^qe^{t\sigma^2}]`.

    Parameters
    ----------
    activation : Activation
        The function, of a standard Gaussian preactivation.
    value, slope, curvature : int
        The powers k, p and q.
    tilt : sympy expression
        The number t.

    Returns
    -------
    sympy expression

    Raises
    ------
    DomainError
        If the first argument is no activation.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import TANH
    >>> activation_mean(TANH, slope=2)
    M_0,2,0[tanh](0)
    """
    powers = map(sympy.sympify, (value, slope, curvature, tilt))
    return ActivationMean(_checked(activation), *powers)


def activation_overlap(
    activation: Activation, order: Any = 0, slopes: Any = 0, tilt: Any = 0
) -> sympy.Expr:
    r"""Return the unevaluated :math:`\mathbb E[(s\tilde s)^k(s_1\tilde s_1)^pe^{ts\tilde s}]`.

    Parameters
    ----------
    activation : Activation
        The function, of two independent standard Gaussian preactivations.
    order, slopes : int
        The powers k and p.
    tilt : sympy expression
        The number t.

    Returns
    -------
    sympy expression

    Raises
    ------
    DomainError
        If the first argument is no activation.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import TANH
    >>> from rmtcheck.vocabulary.symbols import m
    >>> activation_overlap(TANH, tilt=1 / m) ** m
    D_0,0[tanh](1/m)**m
    """
    return ActivationOverlap(_checked(activation), *map(sympy.sympify, (order, slopes, tilt)))


def _checked(activation: Any) -> Activation:
    if not isinstance(activation, Activation):
        raise DomainError(f"activation = {activation}; accepted is an Activation such as TANH")
    return activation

"""Random and deterministic matrices to speak about; none of them knows its limit."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.symbol import Str

from rmtcheck.vocabulary.networks import Noun


class HermitianMatrix(Noun):
    r"""A deterministic Hermitian matrix :math:`A\in\mathbb C^{d\times d}`.

    Parameters
    ----------
    name : str
        Its letter.
    d : int or symbol
        Its dimension.
    """

    def __new__(cls, name: Any, d: Any) -> HermitianMatrix:
        """Make the noun from numbers or symbols."""
        return cls._made(Str(str(name)), d)

    name = property(lambda self: self.args[0], doc="Its letter.")
    d = property(lambda self: self.args[1], doc="Its dimension.")

    def _latex(self, printer: Any) -> str:
        return str(printer._print(self.name))

    def _sympystr(self, printer: Any) -> str:
        return str(self.name)


class SquareMatrix(HermitianMatrix):
    """A deterministic square matrix, not assumed Hermitian."""


class SampleCovariance(Noun):
    r"""The sample covariance :math:`\frac1NXX^\top` of a :math:`d\times N` matrix of Gaussians.

    Parameters
    ----------
    d, N : int or symbol
        Dimension and number of samples.
    variance : sympy expression, default 1
        Variance :math:`\sigma^2` of an entry.
    """

    def __new__(cls, d: Any, N: Any, variance: Any = 1) -> SampleCovariance:
        """Make the noun from numbers or symbols."""
        return cls._made(d, N, variance)

    d = property(lambda self: self.args[0], doc="Dimension.")
    N = property(lambda self: self.args[1], doc="Number of samples.")
    variance = property(lambda self: self.args[2], doc="Variance of an entry.")

    def _latex(self, printer: Any) -> str:
        return r"\frac{1}{N} X X^\top"


class Projection(sympy.Function):
    r"""The scalar :math:`v^\top x`, with v of law N(0, I/d) and x of law N(0, I); argument d."""

    nargs = 1
    is_real = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return r"v^\top x" if exp is None else rf"(v^\top x)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return "v.x"


class SquaredRadius(sympy.Function):
    r"""The scalar :math:`\|x\|_2^2/d` with :math:`x\sim N(0,I_d)`; argument d."""

    nargs = 1
    is_positive = True
    is_real = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = r"\tfrac{\|x\|^2}{d}"
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return "|x|^2/d"


class GivenInput(sympy.Function):
    r"""The conditional mean :math:`\mathbb E[\,\cdot\mid x]`: only :math:`v` is averaged."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\mathbb{{E}}\left[{printer._print(self.args[0])}\,\middle|\,x\right]"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"E[{printer._print(self.args[0])} | x]"


class GivenBoth(sympy.Function):
    r"""The conditional mean :math:`\mathbb E[\,\cdot\mid x,v]`: nothing is averaged."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\mathbb{{E}}\left[{printer._print(self.args[0])}\,\middle|\,x,v\right]"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"E[{printer._print(self.args[0])} | x, v]"

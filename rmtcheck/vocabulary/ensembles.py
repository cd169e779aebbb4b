"""Random and deterministic matrices to speak about; none of them knows its limit."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.symbol import Str

from rmtcheck.vocabulary.nouns import Noun


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


class WignerMatrix(Noun):
    r"""The normalised Wigner matrix :math:`A/\sqrt d` with complex Gaussian entries.

    Hermitian, with independent standard normal diagonal entries and standard complex normal ones
    above the diagonal, :math:`\mathbb E|A_{ij}|^2=1`.

    Parameters
    ----------
    d : int or symbol
        Dimension.
    """

    def __new__(cls, d: Any) -> WignerMatrix:
        """Make the noun from numbers or symbols."""
        return cls._made(d)

    d = property(lambda self: self.args[0], doc="Dimension.")

    def _latex(self, printer: Any) -> str:
        return rf"A/\sqrt{{{printer._print(self.d)}}}"


class WeightedCovariance(Noun):
    r"""The matrix :math:`\frac1NX\Lambda X^\top` with weights that are independent of the data.

    Parameters
    ----------
    d, N : int or symbol
        Dimension and number of samples; X is :math:`d\times N` of independent N(0, 1).
    """

    def __new__(cls, d: Any, N: Any) -> WeightedCovariance:
        """Make the noun from numbers or symbols."""
        return cls._made(d, N)

    d = property(lambda self: self.args[0], doc="Dimension.")
    N = property(lambda self: self.args[1], doc="Number of samples.")

    def _latex(self, printer: Any) -> str:
        return r"\frac{1}{N} X \Lambda X^\top"


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


class RandomMatrix(Noun):
    r"""A random Hermitian matrix that a statement quantifies over.

    Parameters
    ----------
    name : str
        Its letter.
    """

    def __new__(cls, name: Any) -> RandomMatrix:
        """Make the noun."""
        return cls._made(Str(str(name)))

    def _latex(self, printer: Any) -> str:
        return str(self.args[0])

    def _sympystr(self, printer: Any) -> str:
        return str(self.args[0])


class RandomHermitian(Noun):
    r"""The class of all random Hermitian :math:`d\times d` matrices."""

    def __new__(cls) -> RandomHermitian:
        """Make the noun."""
        return cls._made()

    def _latex(self, printer: Any) -> str:
        return r"\text{random Hermitian matrices}"

    def _sympystr(self, printer: Any) -> str:
        return "random Hermitian matrices"


class IndependentParts(Noun):
    r"""The class of random Hermitian matrices made of independent parts of small rank.

    The matrix is a function of N independent parts, and changing one part changes the matrix by
    one of rank at most r: :math:`A_0+\sum_{n\le N}\lambda_nx_nx_n^*` with independent
    :math:`(\lambda_n,x_n)` has r = 2, and so has a Wigner matrix, row by row.

    Parameters
    ----------
    N : int or symbol
        Number of parts.
    rank : int or symbol
        The rank r.
    """

    def __new__(cls, N: Any, rank: Any) -> IndependentParts:
        """Make the noun from numbers or symbols."""
        return cls._made(N, rank)

    N = property(lambda self: self.args[0], doc="Number of parts.")
    rank = property(lambda self: self.args[1], doc="Rank of a change.")

    def _latex(self, printer: Any) -> str:
        N, rank = (printer._print(a) for a in self.args)
        return rf"{N}\text{{ independent parts of rank at most }}{rank}"

    def _sympystr(self, printer: Any) -> str:
        return f"matrices of {self.N} independent parts, each of rank at most {self.rank}"


class ResolventTrace(sympy.Function):
    r"""The normalised trace :math:`s_A(z)=\frac1d\operatorname{tr}(A-z)^{-1}`; arguments (A, z)."""

    nargs = 2
    is_complex = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        matrix, z = (printer._print(a) for a in self.args)
        return rf"s_{{{matrix}}}({z})" if exp is None else rf"s_{{{matrix}}}({z})^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        matrix, z = (printer._print(a) for a in self.args)
        return f"s_{matrix}({z})"

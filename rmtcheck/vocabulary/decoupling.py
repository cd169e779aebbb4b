r"""Weighted covariances whose weights see the data, their decoupled copies, and what joins them.

:math:`H=\frac1N\sum_n\lambda(u_n)x_nx_n^\top` with fields :math:`u_n=Vx_n\in\mathbb R^C`; the rows
of :math:`V` are iid :math:`N(0,I_d/d)`. In the decoupled copy :math:`\tilde H` the weights are
:math:`\lambda(V\tilde x_n)`, with an independent copy :math:`\tilde X` of :math:`X`.
"""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.vocabulary.nouns import Noun
from rmtcheck.vocabulary.samples import SampleNode


class _Named(Noun):
    """A class of objects, known by its words alone."""

    words = ""

    def __new__(cls) -> _Named:
        """Make the noun."""
        return cls._made()

    def _latex(self, printer: Any) -> str:
        return rf"\text{{{self.words}}}"

    def _sympystr(self, printer: Any) -> str:
        return self.words


class WeightFunctions(_Named):
    """A class of weight functions of the fields."""


class BoundedWeights(WeightFunctions):
    """All bounded weight functions."""

    words = "any bounded weight"


class DifferentiableWeights(WeightFunctions):
    """All weight functions that are differentiable and have gradients of polynomial growth."""

    words = "a differentiable weight"


class RadialWeights(WeightFunctions):
    r"""Bounded weight functions with :math:`\mathbb E[\lambda(u)(\|u\|^2-C)]\ne0`, u standard."""

    words = "a bounded weight that is correlated with the norm of its fields"


class DataLaw(_Named):
    """A class of laws of the columns of X."""


class StandardData(DataLaw):
    """Columns iid N(0, I)."""

    words = "standard Gaussian data"


class CorrelatedData(DataLaw):
    """Columns iid N(0, S) with any covariance S."""

    words = "Gaussian data of any covariance"


class FieldWeighted(Noun):
    r"""A matrix :math:`\frac1N\sum_n\lambda_nx_nx_n^\top` whose weights are functions of fields.

    Parameters
    ----------
    d, N : int or symbol
        Dimension and number of samples.
    fields : int or symbol
        The number C of fields.
    weights : WeightFunctions, default BoundedWeights()
        Which functions the weight may be.
    data : DataLaw, default StandardData()
        Which laws the columns may have.
    """

    letter = "H"

    def __new__(
        cls, d: Any, N: Any, fields: Any, weights: Any = None, data: Any = None
    ) -> FieldWeighted:
        """Make the noun from numbers or symbols."""
        return cls._made(d, N, fields, weights or BoundedWeights(), data or StandardData())

    d = property(lambda self: self.args[0], doc="Dimension.")
    N = property(lambda self: self.args[1], doc="Number of samples.")
    fields = property(lambda self: self.args[2], doc="Number of fields.")
    weights = property(lambda self: self.args[3], doc="The class of weight functions.")
    data = property(lambda self: self.args[4], doc="The class of laws of the data.")

    def _latex(self, printer: Any) -> str:
        return self.letter

    def _sympystr(self, printer: Any) -> str:
        return self.letter


class DependentCovariance(FieldWeighted):
    r"""The matrix :math:`H`, with weights :math:`\lambda(Vx_n)`."""


class DecoupledCovariance(FieldWeighted):
    r"""The matrix :math:`\tilde H`, with weights :math:`\lambda(V\tilde x_n)`."""

    letter = r"\tilde{H}"

    def _sympystr(self, printer: Any) -> str:
        return "H~"


class InterpolatedCovariance(FieldWeighted):
    r"""The matrix :math:`H(t)`, with weights :math:`\lambda(Vx_n(t))`, see `PathPoint`."""

    letter = "H(t)"


class _Node(sympy.Function):
    """A random quantity, or an operation on one."""

    plain = "{}"
    tex = "{}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = self.tex.format(*map(printer._print, self.args))
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return self.plain.format(*map(printer._print, self.args))


class DataMatrix(_Node):
    r"""The data :math:`X`, entry by entry."""

    nargs = 0
    is_real = True
    plain = tex = "X"


class DataCopy(_Node):
    r"""The independent copy :math:`\tilde X` of the data, entry by entry."""

    nargs = 0
    is_real = True
    plain, tex = "X~", r"\tilde X"


class PathPoint(_Node):
    r"""The point :math:`X(t)=\sqrt tX+\sqrt{1-t}\tilde X` of the path; argument t."""

    nargs = 1
    is_real = True
    plain, tex = "X({})", "X({})"


class PathDerivative(_Node):
    r"""The derivative :math:`\frac d{dt}` of a quantity along the path; argument the quantity."""

    nargs = 1
    plain, tex = "d/dt {}", r"\tfrac{{d}}{{dt}}{}"


class PathIntegral(_Node):
    r"""The integral :math:`\int_0^1\cdot\,dt` over the path; argument the integrand."""

    nargs = 1
    plain, tex = "int_0^1 {} dt", r"\int_0^1{}\,dt"


class SteinTerm(_Node):
    r"""The scalar :math:`\nabla\lambda(u_n)^\top V\,D_{x_n}(x_n^\top G^2x_n)`.

    Arguments (matrix, z); :math:`G=(H(t)-z)^{-1}` and :math:`u_n=Vx_n(t)`; :math:`D_{x_n}` is the
    gradient in :math:`x_n` with all weights held fixed. Its law is the same for every sample n.
    """

    nargs = 2
    plain = "grad(lambda).V.D(x.G^2.x)"
    tex = r"\nabla\lambda^\top V\,D_x\bigl(x^\top G^2x\bigr)"


class StandardNormal(SampleNode):
    r"""The variable :math:`Z_k\sim N(0,1)`; argument k. Different k need not be independent."""

    nargs = 1
    plain, tex = "Z_{}", "Z_{{{}}}"


class TestFunction(_Node):
    """Any differentiable function f of polynomial growth; argument where it is taken."""

    __test__ = False
    nargs = 1
    plain = tex = "f({})"


class TestSlope(_Node):
    """The derivative of `TestFunction`; argument where it is taken."""

    __test__ = False
    nargs = 1
    plain = tex = "f'({})"


class FieldSquare(_Node):
    r"""The matrix :math:`ww^\top`, :math:`w` the orthonormal coordinates of one sample's fields.

    :math:`w\sim N(0,I_C)`, and :math:`\lambda=\lambda(w)`; a number that is added to it stands for
    a multiple of the identity. With one field it is the number :math:`w^2`.
    """

    nargs = 0
    is_real = True
    plain, tex = "w w^T", r"ww^\top"


class LogDeterminant(_Node):
    r"""The function :math:`\log\det` of a matrix; argument the matrix."""

    nargs = 1
    plain, tex = "log det({})", r"\log\det\left({}\right)"


class PointDerivative(_Node):
    r"""The derivative :math:`\frac d{dz}`, where s is the transform at z; argument the quantity."""

    nargs = 1
    plain, tex = "d/dz {}", r"\tfrac{{d}}{{dz}}{}"


class FieldSchurComplement(_Node):
    r"""The matrix :math:`S(z)`, whose inverse is the block of :math:`(H-z)^{-1}` on the fields.

    In an orthonormal basis of the row space of V; arguments (matrix, z).
    """

    nargs = 2
    plain, tex = "S_{}({})", "S_{{{}}}({})"


class FieldOverlap(_Node):
    r"""The squared projection on the row space of V of the unit eigenvector at an outlier z.

    Arguments (matrix, z), with z the limit of an isolated simple eigenvalue of the matrix.
    """

    nargs = 2
    is_real = True
    plain, tex = "overlap_{}({})", r"\cos^2\!\angle_{{{}}}({})"


DECOUPLING_NODES = (
    FieldWeighted,
    DataMatrix,
    DataCopy,
    PathPoint,
    TestFunction,
    TestSlope,
    FieldSquare,
)
"""What only statements on decoupling contain."""

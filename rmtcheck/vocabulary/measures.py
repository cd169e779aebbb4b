r"""Measures on the real line, classes of them to quantify over, and linear functionals of them.

A functional is an average of one function of :math:`x`: of :math:`1/(x-z)` for the Stieltjes
transform, of :math:`x^k` for a moment, of an indicator for a mass.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.symbol import Str

from rmtcheck.vocabulary.nouns import Noun


class Measure(Noun):
    """A measure on the real line that a statement quantifies over.

    Parameters
    ----------
    name : str
        Its letter, as LaTeX without the backslash.
    """

    def __new__(cls, name: Any) -> Measure:
        """Make the noun."""
        return cls._made(Str(str(name)))

    name = property(lambda self: str(self.args[0]), doc="Its letter.")

    def _latex(self, printer: Any) -> str:
        return f"\\{self.name}"

    def _sympystr(self, printer: Any) -> str:
        return str(self.name)


mu = Measure("mu")
"""The measure that statements speak of."""


class MeasureClass(Noun):
    """A class of finite measures on the real line."""

    name = ""

    def __new__(cls) -> MeasureClass:
        """Make the noun."""
        return cls._made()

    @property
    def words(self) -> str:
        """The class in words."""
        return self.name

    def _latex(self, printer: Any) -> str:
        return rf"\text{{{self.words}}}"

    def _sympystr(self, printer: Any) -> str:
        return self.words


class SignedMeasures(MeasureClass):
    """All finite signed measures."""

    name = "finite signed measures"


class SubProbabilityMeasures(MeasureClass):
    """All measures of mass at most 1."""

    name = "measures of mass at most 1"


class ProbabilityMeasures(MeasureClass):
    """All probability measures."""

    name = "probability measures"


class BoundedProbabilityMeasures(MeasureClass):
    r"""All probability measures on :math:`[-R,R]`.

    Parameters
    ----------
    radius : sympy expression
        The radius R.
    """

    def __new__(cls, radius: Any) -> BoundedProbabilityMeasures:
        """Make the noun from a number or symbol."""
        return cls._made(radius)

    radius = property(lambda self: self.args[0], doc="The radius.")

    @property
    def words(self) -> str:
        """The class in words."""
        return f"probability measures on [-{self.radius}, {self.radius}]"


class Stieltjes(sympy.Function):
    r"""The Stieltjes transform :math:`S_\mu(z)=\int(x-z)^{-1}d\mu(x)`; arguments (measure, z)."""

    nargs = 2
    is_complex = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        measure, z = (printer._print(a) for a in self.args)
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"S_{{{measure}}}{power}\left({z}\right)"

    def _sympystr(self, printer: Any) -> str:
        measure, z = (printer._print(a) for a in self.args)
        return f"S_{measure}({z})"


class Moment(sympy.Function):
    r"""The moment :math:`m_k=\int x^kd\mu(x)`; arguments (measure, k)."""

    nargs = 2
    is_real = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"m_{{{printer._print(self.args[1])}}}"
        return body if exp is None else rf"{body}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"m_{printer._print(self.args[1])}"


class Mass(sympy.Function):
    r"""The mass :math:`\mu(I)` of an interval or a finite set; arguments (measure, set)."""

    nargs = 2
    is_real = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        measure, part = (printer._print(a) for a in self.args)
        body = rf"{measure}\left({part}\right)"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        measure, part = (printer._print(a) for a in self.args)
        return f"{measure}({part})"


class SomeRadius(sympy.Function):
    r"""Some positive number that may depend on the measure; argument: the measure.

    A condition :math:`|z|>R_\mu` with it says "for z large enough, however large that is".
    """

    nargs = 1
    is_positive = True

    def _latex(self, printer: Any) -> str:
        return f"R_{{{printer._print(self.args[0])}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"R_{printer._print(self.args[0])}"


FUNCTIONALS = (Stieltjes, Moment, Mass)
"""Every functional of a measure; each is linear in it."""

"""Spectral laws as printed: a density on an interval and an atom, or an equation."""

from __future__ import annotations

from typing import Any

from rmtcheck.vocabulary.nouns import Noun
from rmtcheck.vocabulary.symbols import x


class PrintedLaw(Noun):
    r"""A law given by the formula of its density on one interval and one atom.

    Parameters
    ----------
    density : sympy expression in ``x``
        The density on the interval.
    lower, upper : sympy expression
        End points of the interval.
    atom : sympy expression
        Location of the atom.
    mass : sympy expression
        Its mass, 0 where there is none.
    """

    def __new__(
        cls, density: Any, lower: Any, upper: Any, atom: Any = 0, mass: Any = 0
    ) -> PrintedLaw:
        """Make the noun from numbers or symbols."""
        return cls._made(density, lower, upper, atom, mass)

    density = property(lambda self: self.args[0], doc="The density, in the variable x.")
    lower = property(lambda self: self.args[1], doc="Lower end of the interval.")
    upper = property(lambda self: self.args[2], doc="Upper end of the interval.")
    atom = property(lambda self: self.args[3], doc="Location of the atom.")
    mass = property(lambda self: self.args[4], doc="Mass of the atom.")

    variable = x

    def _latex(self, printer: Any) -> str:
        density, lower, upper, atom, mass = (printer._print(a) for a in self.args)
        return (
            rf"{density}\,\mathbf 1_{{[{lower},\,{upper}]}}(x)\,dx"
            rf" + \left({mass}\right)\delta_{{{atom}}}(dx)"
        )


class ImplicitLaw(Noun):
    r"""A law given by an equation :math:`1/s=F(z,s)` of its Stieltjes transform.

    Among the solutions s of positive imaginary part, for every z of the upper half plane.

    Parameters
    ----------
    reciprocal : sympy expression in ``z`` and ``s``
        The right side F, with means over a random ``weight``.
    """

    def __new__(cls, reciprocal: Any) -> ImplicitLaw:
        """Make the noun from an expression."""
        return cls._made(reciprocal)

    reciprocal = property(lambda self: self.args[0], doc="What 1/s is equal to.")

    def _latex(self, printer: Any) -> str:
        return rf"\text{{the law with }}\frac{{1}}{{s}} = {printer._print(self.reciprocal)}"

    def _sympystr(self, printer: Any) -> str:
        return f"the law with 1/s = {printer._print(self.reciprocal)}"

r"""Quantiles inside an interval of the support.

Next to an edge the distribution function is a power of the distance. So Newton's method is applied
to the logarithm of the mass m between the nearer edge and x as a function of the logarithm of the
distance r between them: with density f,

.. math:: r\leftarrow r\Bigl(\frac{\text{wanted}}m\Bigr)^{m/fr}.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from rmtcheck.errors import ConvergenceError
from rmtcheck.spectral.multiprecision.exact import exact

if TYPE_CHECKING:
    from rmtcheck.spectral.multiprecision.law import PreciseLaw

FIRST_BITS = 60
MOST_STEPS = 200


class Quantile:
    """The quantile of a level strictly between those of two edges, for any precision.

    Parameters
    ----------
    law : PreciseLaw
        The law.
    ends : pair of callables
        The edges, from a number of bits.
    levels : pair of Fraction
        The distribution function there.
    wanted : Fraction
        The level.
    """

    def __init__(
        self,
        law: PreciseLaw,
        ends: tuple[Callable[[int], Any], Callable[[int], Any]],
        levels: tuple[Fraction, Fraction],
        wanted: Fraction,
    ) -> None:
        self.law, self.ends, self.wanted = law, ends, wanted
        masses = wanted - levels[0], levels[1] - wanted
        self.near = 0 if masses[0] <= masses[1] else 1
        self.start, self.mass = levels[self.near], masses[self.near]
        self.guard = 2 * ceil(1 / self.mass).bit_length()
        self._found: Any = None
        self._bits = 0

    def __call__(self, bits: int) -> Any:
        """Return the quantile.

        Raises
        ------
        ConvergenceError
            If it needs more than 200 steps.

        Accuracy
        --------
        Rounding errors of the distribution function, divided by the density.
        """
        if self._bits < bits // 2 and bits > FIRST_BITS:
            self(bits // 2 + 8)
        with self.law.context.workprec(bits + self.guard):
            self._found = self._refined(bits + self.guard, self.law.context.ldexp(1, -bits))
        self._bits = bits
        return self._found

    def _refined(self, bits: int, tolerance: Any) -> Any:
        context = self.law.context
        edge, other = self.ends[self.near](bits), self.ends[1 - self.near](bits)
        width = other - edge
        r = (self._found - edge) / width if self._bits else context.mpf(1) / 2
        for _ in range(MOST_STEPS):
            factor = self._factor(edge, r * width, bits)
            r = min(r * factor, (1 + r) / 2)
            if (factor - 1) ** 2 <= tolerance * (1 - r):
                return edge + r * width
        raise ConvergenceError(f"no quantile at level {float(self.wanted)} in {MOST_STEPS} steps")

    def _factor(self, edge: Any, offset: Any, bits: int) -> Any:
        """Return by how much to multiply the distance to the edge."""
        context, place = self.law.context, exact("x", edge + offset)
        mass = abs(self.law._distribution(place)(bits) - context.convert(self.start))
        wanted = context.convert(self.mass)
        return (wanted / mass) ** (mass / (abs(offset) * self.law._density(place)(bits)))

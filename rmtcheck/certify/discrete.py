r"""Discrete measures with exact masses and atoms, and balls for what Stieltjes inversion reads.

At height :math:`\epsilon` an atom :math:`x` of mass :math:`m` contributes
:math:`\frac m\pi[\arctan\frac{b-x}\epsilon-\arctan\frac{a-x}\epsilon]`. With
:math:`\arctan\frac y\epsilon=\frac\pi2-\arctan\frac\epsilon y` for :math:`y>0` the ball
:math:`[0,\eta]` of heights has a finite image, which contains the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from flint import arb, fmpq

from rmtcheck.certify.ball import between
from rmtcheck.errors import DomainError


@dataclass(frozen=True)
class DiscreteProbability:
    """A probability measure with finitely many rational atoms.

    Parameters
    ----------
    masses, atoms : tuple of fmpq
        Positive masses that add up to 1, and their places.

    Raises
    ------
    DomainError
        If a mass is not positive, or they do not add up to 1.

    Examples
    --------
    >>> half = fmpq(1, 2)
    >>> print(DiscreteProbability((half, half), (fmpq(0), fmpq(1))))
    1/2 delta_0 + 1/2 delta_1
    """

    masses: tuple[fmpq, ...]
    atoms: tuple[fmpq, ...]

    def __post_init__(self) -> None:
        if len(self.masses) != len(self.atoms) or sum(self.masses, fmpq(0)) != 1:
            raise DomainError(f"the masses are {self.masses}; accepted are as many as atoms, sum 1")
        if not all(mass > 0 for mass in self.masses):
            raise DomainError(f"the masses are {self.masses}; accepted are positive ones")

    def mass(self, part: sympy.Set) -> fmpq:
        """Return the exact mass of an interval or a finite set."""
        inside = (m for m, x in self._pairs() if part.contains(_rational(x)) == sympy.true)
        return sum(inside, fmpq(0))

    def mean_over_interval(self, start: fmpq, end: fmpq, height: Any) -> arb:
        r"""Enclose :math:`\frac1\pi\int_a^b\operatorname{Im}S(t+i\epsilon)\,dt`.

        Parameters
        ----------
        start, end : fmpq
            The interval.
        height : arb or fmpq
            The height, a positive number or a ball of such, which may reach down to 0.

        Returns
        -------
        arb
            A ball that contains the value at every positive height in the ball.

        Notes
        -----
        Accuracy: enclosure.

        Examples
        --------
        >>> point = DiscreteProbability((fmpq(1),), (fmpq(0),))
        >>> point.mean_over_interval(fmpq(0), fmpq(1), fmpq(1)).contains(fmpq(1, 4))
        True
        """
        epsilon = arb(height)
        terms = (
            m * (_arctan(end - x, epsilon) - _arctan(start - x, epsilon)) for m, x in self._pairs()
        )
        return sum(terms, arb(0)) / arb.pi()

    def _pairs(self) -> zip[tuple[fmpq, fmpq]]:
        return zip(self.masses, self.atoms, strict=True)

    def __str__(self) -> str:
        if len(self.atoms) == 1:
            return f"delta_{self.atoms[0]}"
        return " + ".join(f"{m} delta_{x}" for m, x in self._pairs())


def heights_below(exponent: int) -> arb:
    """Return the ball of all heights from 0 to ``2**-exponent``."""
    return between(0, arb(fmpq(1, 2**exponent)))


def _arctan(distance: fmpq, height: arb) -> arb:
    r"""Enclose :math:`\arctan(y/\epsilon)` for all heights of a ball."""
    if distance == 0:
        return arb(0)
    if distance < 0:
        return -_arctan(-distance, height)
    return arb.pi() / 2 - (height / distance).atan()


def _rational(number: fmpq) -> sympy.Rational:
    return sympy.Rational(int(number.p), int(number.q))

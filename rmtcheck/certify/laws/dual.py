r"""The map :math:`x(u)` in balls, at one working precision.

.. math:: x(u)=u\Bigl(\gamma+\int\frac\lambda{u-\lambda}d\nu\Bigr),\qquad
          x'(u)=\gamma-\int\frac{\lambda^2}{(u-\lambda)^2}d\nu,\qquad
          \Im x(u)=\Im u\,(\gamma-G(u)),\quad G(u)=\int\frac{\lambda^2}{|u-\lambda|^2}d\nu.

The Stieltjes transform of the law is :math:`-1/(\gamma u)` where :math:`x(u)=z`
(docs/lemmas.md, 9).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flint import acb, acb_mat, arb, arb_mat, ctx

from rmtcheck.certify.laws.population import ExactPopulation

Maps = Callable[[], "DualMap"]


class DualMap:
    """The map from the dual variable to the spectrum, at the precision it was made at.

    Parameters
    ----------
    population : ExactPopulation
        Weights, masses and aspect ratio.

    Attributes
    ----------
    gamma, mean, spread : arb
        The aspect ratio; mean and standard deviation of the law.
    """

    def __init__(self, population: ExactPopulation) -> None:
        self.gamma = arb(population.gamma)
        self.atoms = [arb(atom) for atom in population.atoms]
        pulls = [arb(w * a) for a, w in population]
        self.mean = sum(pulls, arb(0))
        self.spread = (self.gamma * sum(map(arb, population.squares), arb(0))).sqrt()
        self._pulls = acb_mat(1, len(pulls), pulls)
        self._real_squares = arb_mat(1, len(pulls), [arb(c) for c in population.squares])
        self._squares = acb_mat(self._real_squares)
        self._masses = arb_mat(1, len(pulls), [arb(w) for w in population.weights])

    def image_and_slope(self, u: acb) -> tuple[acb, acb]:
        """Enclose x(u) and x'(u)."""
        inverse = [1 / (u - atom) for atom in self.atoms]
        image = u * (self.gamma + _dot(self._pulls, inverse))
        return image, self.gamma - _dot(self._squares, [v * v for v in inverse])

    def secant(self, u: acb, v: acb) -> acb:
        r"""Enclose :math:`\sigma(u,v)=\gamma-\int\frac{\lambda^2d\nu}{(u-\lambda)(v-\lambda)}`.

        It is the slope :math:`(x(u)-x(v))/(u-v)`.
        """
        inverse = [1 / ((u - atom) * (v - atom)) for atom in self.atoms]
        return self.gamma - _dot(self._squares, inverse)

    def crowding(self, u: acb) -> arb:
        """Enclose G(u)."""
        above = u.imag * u.imag
        return self._weighed([1 / ((u.real - atom) ** 2 + above) for atom in self.atoms])

    def crowding_and_tilt(self, u: arb) -> tuple[arb, arb]:
        r"""Enclose g = G and :math:`g'=-2\int\lambda^2(u-\lambda)^{-3}d\nu` at a real u."""
        inverse = [1 / (u - atom) for atom in self.atoms]
        squared = [v * v for v in inverse]
        cubes = [v * s for v, s in zip(inverse, squared, strict=True)]
        return self._weighed(squared), -2 * self._weighed(cubes)

    def crowded_until(self, k: int, side: int) -> arb:
        r"""Return an exact point u on one side of atom k with g at least gamma up to it.

        The atom alone sees to it: :math:`w\lambda^2/(u-\lambda)^2\ge\gamma`.
        """
        return end(self.atoms[k] + side * (self._real_squares[0, k] / self.gamma).sqrt(), -side)

    def mass_below(self, u: acb) -> arb:
        r"""Enclose the mass up to x(u), where Im u > 0 (docs/lemmas.md, 12)."""
        angle = u.arg()
        turns = [angle - (u - atom).arg() - atom * (1 / (u - atom)).imag for atom in self.atoms]
        return 1 + ((self._masses * column(turns))[0, 0] / self.gamma - angle) / arb.pi()

    def _weighed(self, values: list[arb]) -> arb:
        return (self._real_squares * column(values))[0, 0]


def dual_maps(population: ExactPopulation) -> Maps:
    """Return a function that gives the dual map at the working precision, kept once made."""

    @lru_cache(maxsize=64)
    def at(_bits: int) -> DualMap:
        return DualMap(population)

    return lambda: at(ctx.prec)


def end(ball: arb, side: int) -> arb:
    """Return the upper (side 1) or lower (side -1) end of a ball, as an exact ball."""
    return ball.upper() if side > 0 else ball.lower()


def column(values: list[arb]) -> arb_mat:
    """Return real numbers as a matrix of one column."""
    return arb_mat(len(values), 1, values)


def _dot(row: acb_mat, values: list[acb]) -> acb:
    return (row * acb_mat(len(values), 1, values))[0, 0]

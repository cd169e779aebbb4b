"""How far a law is from the truth: density, edges, distribution function, quantiles, mass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath
import numpy as np

from laws.edges import true_edges
from laws.problems import FEW, Problem
from laws.quadrature import QuadratureError, integrals
from laws.truth import DIGITS, LONG, Polynomial, Truth, TruthError
from rmtcheck.errors import RmtcheckError
from rmtcheck.spectral.arrays import Array, IntArray
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur

POINTS = 1000
POLYNOMIAL_ATOMS, POLYNOMIAL_POINTS = 12, 50
CROWD_POINTS = 60
CUTS = 9
ZOOMED = 1000
# Beyond this a homotopy over all atoms takes minutes: Newton then starts from the law's own value.
FOLLOWED = 100_000
TARGETS = {
    "pdf": 1e-12,
    "pdf, dip": 1e-12,
    "edges": 1e-13,
    "cdf": 1e-11,
    "icdf": 1e-11,
    "mass": 1e-12,
}


def midpoints(intervals: list[tuple[float, float]], count: int = POINTS) -> Array:
    """Return the midpoints of equal cells, their number shared out among the intervals."""
    shares = [len(part) for part in np.array_split(np.arange(count), len(intervals))]
    cells = [(np.arange(n) + 0.5) / n for n in shares]
    return np.concatenate([a + (b - a) * t for (a, b), t in zip(intervals, cells, strict=True)])


@dataclass(frozen=True)
class Examination:
    """One problem, its law, and the truth about it.

    With a planted error the law is that of gamma times 1 + planted, the truth as it was.
    """

    problem: Problem
    atoms: Array
    planted: float = 0.0

    @cached_property
    def law(self) -> GeneralizedMarchenkoPastur:
        """The law in question."""
        gamma = self.problem.gamma * (1 + self.planted)
        return replace(self.problem, gamma=gamma).law(self.atoms)

    @cached_property
    def truth(self) -> Truth:
        """The equation that settles it."""
        return Truth(self.atoms, self.problem.gamma)

    @cached_property
    def edges(self) -> list[Any]:
        """The true edges."""
        return true_edges(self.truth)

    @cached_property
    def intervals(self) -> list[tuple[float, float]]:
        """The true support, rounded."""
        ends = [float(edge) for edge in self.edges]
        return list(zip(ends[::2], ends[1::2], strict=True))

    @cached_property
    def points(self) -> Array:
        """The points at which the law is asked for its density."""
        return midpoints(self.intervals)

    @cached_property
    def chosen(self) -> IntArray:
        """The points at which the truth is computed: all, or for a crowd of atoms some."""
        if len(self.atoms) <= FEW:
            return np.arange(len(self.points))
        nearest = np.searchsorted(self.points, np.array(self.intervals).ravel())
        beside = np.concatenate([nearest[::2], nearest[1::2] - 1])
        spread = np.linspace(0, len(self.points) - 1, CROWD_POINTS).astype(int)
        return np.unique(np.concatenate([beside, spread]))

    @cached_property
    def transform(self) -> Any:
        """The true transform at the chosen points."""
        x = self.points[self.chosen]
        if len(self.atoms) > FOLLOWED:
            return self.truth.polished(x, self.law.stieltjes(x))
        s = self.truth.homotopy(x, self.distance(x))
        if len(self.atoms) > FEW:
            return self.truth.polished(x, s)
        precise = zip(x.tolist(), s.tolist(), strict=True)
        return np.array([_long(self.truth.precise(a, b)) for a, b in precise])

    def distance(self, x: Array) -> Array:
        """Return the distance of points from the complement of the support, negative outside."""
        low, high = np.array(self.intervals).T
        return np.minimum(x[:, None] - low, high - x[:, None]).max(axis=1)

    def density(self, x: Array) -> Array:
        """Return the true density, rounded."""
        distance = self.distance(x)
        value, inside = np.zeros(len(x)), distance > 0
        s = self.truth.homotopy(x[inside], distance[inside])
        value[inside] = self.truth.polished(x[inside], s).imag / LONG(np.pi)
        return value

    def density_error(self) -> dict[str, float]:
        """Return the largest error over the largest density, and over the density at the point."""
        true = self.transform.imag / _pi()
        error = abs(self.law.pdf(self.points)[self.chosen] - true)
        return {
            "pdf": float(error.max() / true.max()),
            "pdf, pointwise": float((error / true).max()),
        }

    def dip_error(self) -> dict[str, float]:
        """Return the error over the largest density near where the density dips or, else, peaks."""
        density, x = self.transform.imag, self.points
        dips = np.flatnonzero((density[1:-1] < density[:-2]) & (density[1:-1] < density[2:])) + 1
        place = dips[np.argmin(density[dips])] if len(dips) else np.argmax(density[1:-1]) + 1
        near = np.linspace(x[place - 1], x[place + 1], ZOOMED)
        near = near[self.distance(near) > 0]
        error = abs(self.law.pdf(near) - self.density(near)).max()
        return {"pdf, dip": float(error / (density.max() / _pi()))}

    def edge_error(self) -> float:
        """Return the largest relative error of an edge."""
        found = self.law.edges()
        if len(found) != len(self.edges):
            raise TruthError(f"{len(found)} edges were found; there are {len(self.edges)}")
        return max(_relative(a, b) for a, b in zip(found, self.edges, strict=True))

    def distribution_errors(self) -> dict[str, float]:
        """Return errors of the distribution function, of quantiles, and of going there and back."""
        some = np.linspace(0, len(self.chosen) - 1, CUTS).astype(int)
        x = self.points[self.chosen[some]]
        true = self.true_masses(x, self.transform[some])
        back, again = self.law.icdf(true.astype(float)), self.law.icdf(self.law.cdf(x))
        size = np.abs(np.array(self.intervals)[self._interval_of(x)]).max(axis=1)
        return {
            "cdf": float(abs(self.law.cdf(x) - true).max()),
            "icdf": float((abs(back - x) / size).max()),
            "icdf(cdf)": float((abs(again - x) / size).max()),
        }

    def true_masses(self, x: Array, s: Any) -> Any:
        r"""Return the mass up to some points: by quadrature of the true density for a few atoms.

        For a crowd by :math:`F=1+\frac1\pi\Im S(u)`, :math:`S=-\log u+\frac1{\gamma n}\sum_k
        (\log\frac u{u-\lambda_k}-\frac{\lambda_k}{u-\lambda_k})`, with :math:`u=-1/(\gamma s)`, a
        primitive of s along x(u), in long doubles.
        """
        if len(self.atoms) > FEW:
            return np.array([self._primitive(point) for point in s])
        atom = max(0.0, 1 - 1 / self.problem.gamma)
        pieces, bulk = self._pieces(x), self._interval_of(x)
        whole = np.append(0, np.cumsum([part.sum() for part in pieces]))
        within = np.concatenate([np.cumsum(part[:-1]) for part in pieces])
        return whole[bulk] + within + atom * (x >= 0)

    def quadrature_error(self) -> float:
        """Return how far the integral of the density and the atoms are from mass 1."""
        pieces = [integrals(self.law.pdf, i, np.array([])) for i in self.intervals]
        return abs(float(np.concatenate(pieces).sum()) + sum(m for _, m in self.law.atoms()) - 1)

    def agreement(self) -> float:
        """Return how far two truths are apart: Newton's, and all roots of a polynomial."""
        some = np.linspace(0, len(self.points) - 1, POLYNOMIAL_POINTS).astype(int)
        count = len(self.atoms)
        polynomial = Polynomial(
            self.atoms.tolist(), [Fraction(1, count)] * count, self.problem.gamma
        )
        roots = np.array([_long(polynomial.root(x)) for x in self.points[some].tolist()])
        return float((abs(roots - self.transform[some]) / abs(roots)).max())

    def _pieces(self, x: Array) -> list[Array]:
        bulk = self._interval_of(x)
        cuts = [x[bulk == k] for k in range(len(self.intervals))]
        pairs = zip(self.intervals, cuts, strict=True)
        return [integrals(self.density, i, c, tolerance=1e-15) for i, c in pairs]

    def _primitive(self, s: Any) -> Any:
        u = -1 / (LONG(self.problem.gamma) * s)
        apart = u - self.atoms.astype(LONG)
        turns = np.angle(u / apart) - (self.atoms / apart).imag
        return 1 + (turns.mean() / LONG(self.problem.gamma) - np.angle(u)) / _pi()

    def _interval_of(self, x: Array) -> IntArray:
        found: IntArray = np.searchsorted([low for low, _ in self.intervals], x) - 1
        return found


def examined(problem: Problem, planted: float = 0.0) -> dict[str, Any]:
    """Return every error of a problem; None for one that could not be established."""
    examination = Examination(problem, np.unique(problem.draw()), planted)
    row: dict[str, Any] = {
        "atoms": len(examination.atoms),
        "gamma": problem.gamma,
        "intervals": len(examination.intervals),
        "truth at": len(examination.chosen),
    }
    row |= _attempted(("pdf", "pdf, pointwise"), examination.density_error)
    if len(examination.atoms) <= FEW:
        row |= _attempted(("pdf, dip",), examination.dip_error)
    row |= _attempted(("edges",), lambda: {"edges": examination.edge_error()})
    row |= _attempted(("cdf", "icdf", "icdf(cdf)"), examination.distribution_errors)
    row |= _attempted(("mass",), lambda: {"mass": examination.quadrature_error()})
    if len(examination.atoms) <= POLYNOMIAL_ATOMS:
        row |= _attempted(("truths",), lambda: {"truths": examination.agreement()})
    return row


def _attempted(names: tuple[str, ...], measure: Callable[[], dict[str, float]]) -> dict[str, Any]:
    """Return figures, or None for each with the reason."""
    try:
        return dict(measure())
    except (TruthError, QuadratureError, RmtcheckError) as failure:
        return {**dict.fromkeys(names), f"why no {names[0]}": str(failure)}


def _relative(found: float, true: Any) -> float:
    """Return a relative error; at an edge at 0, which a truth misses by its rounding, that of 1."""
    size = abs(true) if abs(true) > 1e-25 else 1
    with mpmath.workdps(DIGITS):
        return float(abs(found - true) / size)


def _long(value: Any) -> Any:
    """Return a complex number of mpmath in long doubles."""
    real, imag = (LONG(mpmath.nstr(part, 25)) for part in (value.real, value.imag))
    return real + 1j * imag


def _pi() -> Any:
    return LONG("3.14159265358979323846264338")

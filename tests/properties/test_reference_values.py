"""Values against arithmetic in 50 digits, which shares the equation with the laws and no code.

Newton's method from anywhere certifies its result: every u of the upper half plane with x(u) = z
is the right one. On the line, roots of g = gamma are counted exactly by Sturm's theorem.
"""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from mpmath import MPContext

from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure, EmpiricalMeasure
from rmtcheck.strategies import aspect_ratios, populations, upper_half_plane_points

weighted_laws = st.builds(GeneralizedMarchenkoPastur, populations(), aspect_ratios())


class Reference:
    """The map x(u) of the numbers that a law was given, as the binary numbers that they are."""

    digits = 50

    def __init__(self, law):
        self.mp = MPContext()
        self.mp.dps = self.digits
        weights = [self.mp.mpf(w) for w in law.population.weights.tolist()]
        atoms = [self.mp.mpf(a) for a in law.population.atoms.tolist()]
        mass = self.mp.fsum(weights)
        self.pairs = [(a, w / mass) for a, w in zip(atoms, weights, strict=True) if a]
        self.gamma = self.mp.mpf(float(law.gamma))

    def image(self, u):
        return u * (self.gamma + self.mp.fsum(w * a / (u - a) for a, w in self.pairs))

    def slope(self, u):
        return self.gamma - self.mp.fsum(w * (a / (u - a)) ** 2 for a, w in self.pairs)

    def bend(self, u):
        return 2 * self.mp.fsum(w * a**2 / (u - a) ** 3 for a, w in self.pairs)

    def dual(self, z, start):
        """Solve x(u) = z; the result is certified, wherever it comes from."""
        u = self.solve(lambda u: (self.image(u) - z) / self.slope(u), start)
        assert u.imag > 0
        return u

    def edge(self, start):
        """Return x at a root of x'."""
        return self.image(self.solve(lambda u: self.slope(u) / self.bend(u), start))

    def solve(self, step, start):
        u = self.mp.mpmathify(start)
        for _ in range(40):
            move = step(u)
            u -= move
            if abs(move) <= abs(u) * self.mp.mpf(10) ** -35:
                return u
        raise AssertionError(f"no solution next to {start}")

    def stieltjes(self, z, start):
        return complex(-1 / (self.gamma * self.dual(self.mp.mpc(z), start)))

    def pdf(self, x, start):
        return self.stieltjes(self.mp.mpf(x), start).imag / np.pi

    def cdf(self, x, start):
        """Integrate -Im s dx along the curve: s dz has an antiderivative in u."""
        u = self.dual(self.mp.mpf(x), start)
        turns = self.mp.fsum(w * self.turn(a / (u - a)) for a, w in self.pairs)
        return 1 + (turns / self.gamma - self.mp.arg(u)) / self.mp.pi

    def turn(self, ratio):
        return self.mp.arg(1 + ratio) - ratio.imag


def rough(law, s):
    """Return where Newton's method may start: the point that the law itself found, a bit off."""
    u = -1 / (float(law.gamma) * s)
    return u.real + 1.0001j * u.imag


def transform_errors(law, z):
    reference, values = Reference(law), np.atleast_1d(law.stieltjes(z))
    starts = [rough(law, s) for s in values]
    exact = [reference.stieltjes(*at) for at in zip(z.tolist(), starts, strict=True)]
    return abs(values / np.array(exact) - 1)


def inner_points(law):
    share = np.array([1e-12, 1e-6, 0.01, 0.2, 0.5])
    for low, high in law.support():
        yield from (low + (high - low) * np.append(share, 1 - share)).tolist()


def finite(law, x):
    density = law.pdf(np.array(x))
    return np.array(x)[(density > 0) & (density < np.inf)]


def density_errors(law):
    reference, x = Reference(law), np.array(list(inner_points(law)))
    x = x[law.pdf(x) > 0]
    values = law.pdf(x)
    exact = [reference.pdf(at, rough(law, law.stieltjes(at))) for at in x.tolist()]
    return abs(values - np.array(exact)) / max(exact)


def distribution_errors(law, x):
    reference, starts = Reference(law), [rough(law, s) for s in law.stieltjes(x)]
    exact = [reference.cdf(*at) for at in zip(x.tolist(), starts, strict=True)]
    return abs(np.array([float(e - v) for e, v in zip(exact, law.cdf(x).tolist(), strict=True)]))


def edge_errors(law):
    reference = Reference(law)
    bulks = law.dual.bulks
    places = np.sort([*bulks.lower.place, *bulks.upper.place])
    # Where two bulks touch, at 0, there is no edge.
    places = places[(places != 0) | (0.0 in law.edges())]
    exact = np.array([float(reference.edge(u)) if u else 0.0 for u in places.tolist()])
    return abs(np.sort(law.edges()) - exact), abs(exact)


def dual_edges(atoms, weights, gamma):
    """Return the exact polynomial whose real roots are the dual ends of the bulks."""
    u = sympy.Symbol("u")
    squares = [(u - atom) ** 2 for atom in atoms]
    every = sympy.prod(squares)
    crowd = sum(w * a**2 * (every / s) for a, w, s in zip(atoms, weights, squares, strict=True))
    return sympy.Poly(sympy.expand(gamma * every - crowd), u)


def edges_by_sturm(law):
    """Count the edges of a law with an exact population; None where two of them just merge."""
    rationals = [(a, w) for a, w in law.population.rationals() if a]
    atoms, weights = zip(*[map(sympy.Rational, map(str, pair)) for pair in rationals], strict=True)
    equation = dual_edges(atoms, weights, sympy.Rational(str(law.gamma)))
    return equation.count_roots() if equation.is_sqf else None


@given(weighted_laws.flatmap(lambda law: st.tuples(st.just(law), upper_half_plane_points(law))))
def test_transforms(case):
    law, z = case
    assert transform_errors(law, np.array([z])).max() < 1e-13


@given(weighted_laws)
def test_densities(law):
    check_densities(law)


@given(st.builds(GeneralizedMarchenkoPastur, populations(), aspect_ratios(between=(1e-6, 1e6))))
def test_distributions(law):
    check_distributions(law)


@given(weighted_laws)
def test_edges(law):
    check_edges(law)


@given(
    st.builds(
        GeneralizedMarchenkoPastur,
        populations(most_atoms=4, moduli=(0.1, 10), exact=True),
        aspect_ratios(between=(0.01, 100), exact=True),
    )
)
def test_number_of_edges(law):
    expected = edges_by_sturm(law)
    assume(expected is not None)
    assert len(law.edges()) == expected


@pytest.mark.parametrize(("gamma", "bulks"), [("3/10", 1), ("9/10", 2), ("5", 3)])
def test_sturm_counts_bulks_that_split_as_the_ratio_grows(gamma, bulks):
    law = GeneralizedMarchenkoPastur(
        DiscreteMeasure([1, 5, 40], [Fraction(1, 3)] * 3), Fraction(gamma)
    )
    assert edges_by_sturm(law) == 2 * bulks == len(law.edges())


class WrongTransform(GeneralizedMarchenkoPastur):
    def stieltjes(self, z):
        return super().stieltjes(z) * (1 + 2e-13)


class WrongDensity(GeneralizedMarchenkoPastur):
    def pdf(self, x):
        return super().pdf(x) * (1 + 2e-12)


class WrongEdge(GeneralizedMarchenkoPastur):
    def edges(self):
        first, *others = super().edges()
        return (first * (1 + 2e-13), *others)


class WrongDistribution(GeneralizedMarchenkoPastur):
    def cdf(self, x):
        return super().cdf(x) + 2e-15


class ClosedGap(GeneralizedMarchenkoPastur):
    def support(self):
        return ((super().support()[0][0], super().support()[-1][1]),)


Z = np.array([1 + 1j, 20 + 1e-6j])


def check_transforms(law):
    assert transform_errors(law, Z).max() < 1e-13


def check_densities(law):
    assert density_errors(law).max() < 1e-12


def check_distributions(law):
    x = finite(law, list(inner_points(law)))
    assert distribution_errors(law, x).max(initial=0) < 1e-15


def check_edges(law):
    error, size = edge_errors(law)
    assert len(error) == len(law.edges())
    assert np.all(error <= 1e-13 * size)


def check_number_of_edges(law):
    assert edges_by_sturm(law) == len(law.edges())


@pytest.mark.parametrize(
    ("check", "family"),
    [
        (check_transforms, WrongTransform),
        (check_densities, WrongDensity),
        (check_distributions, WrongDistribution),
        (check_edges, WrongEdge),
        (check_number_of_edges, ClosedGap),
    ],
)
def test_planted_errors_are_noticed(check, family):
    arguments = DiscreteMeasure([1, 5, 40], [Fraction(1, 3)] * 3), Fraction(5)
    check(GeneralizedMarchenkoPastur(*arguments))
    with pytest.raises(AssertionError):
        check(family(*arguments))


# Weights of a larger size fill the ratio, or both signs do, and smaller ones decide at 0.

FILLED = {
    "both signs": ([-1, 1], [0.5, 0.5], 1),
    "both signs, nearly": ([-1, 1], [0.5, 0.5], 1 - 2**-53),
    "both signs, more than": ([-1, 1], [0.5, 0.5], 1 + 2**-52),
    "both signs, exactly": ([3, Fraction(-3, 2)], [Fraction(2, 3), Fraction(1, 3)], 1),
    "larger and a little": ([1e50, -1], [0.5, 0.5], 0.5),
    "larger, not quite": ([1e50, -1], [0.5, 0.5], 0.5 + 2**-40),
    "of one sign": ([1e50, 1], [0.5, 0.5], 0.5),
    "everything": ([1e50, -1e-50], [0.5, 0.5], 0.5),
    "two of three": ([-3e37, 6e-10, -2.0], [Fraction(1, 3)] * 3, Fraction(2, 3)),
}


@pytest.mark.parametrize("arguments", FILLED.values(), ids=FILLED)
def test_larger_weights_that_fill_the_ratio(arguments, monkeypatch):
    monkeypatch.setattr(Reference, "digits", 150)
    *atoms_and_weights, gamma = arguments
    law = GeneralizedMarchenkoPastur(DiscreteMeasure(*atoms_and_weights), gamma)
    check_edges(law)
    check_distributions(law)
    x = finite(law, [*inner_points(law), 0.0, 1e-20, -1e-20, 1e-150])
    assert transform_errors(law, x).max() < 1e-13
    levels = np.array([0.01, 0.3, 0.7, 0.9])
    assert np.all(law.cdf(law.icdf(levels)) >= levels - 2e-15)


# The point u of thousands of weights is found with sums over fewer; the reference sums over all.

LEVELS = (np.arange(2000) + 0.5) / 2000
MANY = {
    "signed": np.tan(1.4 * (LEVELS - 0.3)),
    "lognormal": np.exp(5 * np.arctanh(2 * LEVELS - 1)),
    "two crowds": np.where(LEVELS < 0.3, 1 + 1e-3 * LEVELS, 30 + LEVELS),
    "touching": 1 + 1e-9 * LEVELS,
}


@pytest.mark.parametrize("gamma", [0.01, 1.0, 50.0])
@pytest.mark.parametrize("samples", MANY.values(), ids=MANY)
def test_thousands_of_weights(samples, gamma):
    law = GeneralizedMarchenkoPastur(EmpiricalMeasure(samples), gamma)
    low, high = law.edges()[0], law.edges()[-1]
    x = law.icdf(1 - gamma ** -(gamma > 1) * np.array([0.02, 0.71]))
    spread = float(law.variance()) ** 0.5
    z = np.array([*(x + 1e-9j * spread), low - spread + 0.1j * spread, high + 3j * spread])
    assert transform_errors(law, z).max() < 1e-13


def test_one_wrong_weight_in_thousands_is_noticed():
    samples = MANY["signed"].copy()
    law = GeneralizedMarchenkoPastur(EmpiricalMeasure(samples), 1.0)
    samples[300] *= 1 + 1e-8
    law.population = EmpiricalMeasure(samples)
    assert transform_errors(law, np.array([-1 + 1e-3j])).max() > 1e-13

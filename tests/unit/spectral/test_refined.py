"""Laws whose curve comes arbitrarily near to the real line, against closed forms of x(u)."""

import itertools
import math
import secrets

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq

from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.continuous import ContinuousMeasure
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.populations.refined import RefinedCrowd
from rmtcheck.spectral.populations.softmax import softmax_weights

mp = mpmath.MPContext()
mp.dps = 50
ROOT = math.sqrt(2 * math.pi)
ALPHA = 1e-9


def one(x):
    return 1 + 0 * x


def normal(x):
    return np.exp(-x * x / 2) / ROOT


def lognormal(x):
    return normal(np.log(x)) / x


def arcsine(x):
    return 1 / (np.pi * np.sqrt(x * (1 - x)))


def bump(x):
    return 140 * ((x - 1) * (2 - x)) ** 3


def law_of(pdf, support, gamma):
    return GeneralizedMarchenkoPastur(ContinuousMeasure(pdf, support), gamma)


class Uniform:
    r"""The map :math:`x(u)=u(\gamma-1+u\log\frac u{u-1})` of the uniform law on (0, 1)."""

    def __init__(self, gamma):
        self.gamma = mp.mpf(gamma)

    def image(self, u):
        return u * (self.gamma - 1 + u * mp.log(u / (u - 1)))

    def slope(self, u):
        return self.gamma - 1 + 2 * u * mp.log(u / (u - 1)) - u / (u - 1)


class Arcsine(Uniform):
    r"""The map :math:`x(u)=u(\gamma-1+(\frac u{u-1})^{1/2})`."""

    def image(self, u):
        return u * (self.gamma - 1 + mp.sqrt(u / (u - 1)))

    def slope(self, u):
        root = mp.sqrt(u / (u - 1))
        return self.gamma - 1 + root - root / (2 * (u - 1))


class Sums(Uniform):
    r"""The map with :math:`\lambda^2f(\lambda)d\lambda` on a path below the real line, as a sum."""

    def __init__(self, gamma, mean, places, squares):
        super().__init__(gamma)
        self.mean, self.places, self.squares = mean, places, squares

    def image(self, u):
        terms = (w / (u - p) for w, p in zip(self.squares, self.places, strict=True))
        return self.gamma * u + self.mean + mp.fsum(terms)

    def slope(self, u):
        terms = (w / (u - p) ** 2 for w, p in zip(self.squares, self.places, strict=True))
        return self.gamma - mp.fsum(terms)


def below_the_line(gamma, kind):
    """The normal or the lognormal law, by the trapezoid rule on the line t - i/2."""
    line = [mp.mpf(k) / 20 - mp.mpc(0, 0.5) for k in range(-320, 321)]
    masses = [mp.exp(-s * s / 2) / mp.sqrt(2 * mp.pi) / 20 for s in line]
    places = line if kind == "normal" else [mp.exp(s) for s in line]
    mean = 0 if kind == "normal" else mp.exp(0.5)
    squares = [w * p * p for w, p in zip(masses, places, strict=True)]
    return Sums(gamma, mean, places, squares)


class Bump(Uniform):
    r"""The map of the bump, where all but a logarithm is a polynomial."""

    rule = mpmath.calculus.quadrature.GaussLegendre(mp).calc_nodes(2, mp.prec)
    polynomial = staticmethod(lambda t: 140 * ((t - 1) * (2 - t)) ** 3 * t * t)

    def parts(self, u):
        log = mp.log((u - 1) / (u - 2))
        places = [(1.5 + t / 2, w / 2) for t, w in self.rule]
        F = self.polynomial
        return F(u) * log - mp.fsum(w * (F(u) - F(p)) / (u - p) for p, w in places)

    def image(self, u):
        return self.gamma * u + mp.mpf(3) / 2 + self.parts(u)

    def slope(self, u):
        step = abs(u.imag) / 10**12
        return self.gamma + (self.parts(u + step) - self.parts(u - step)) / (2 * step)


def density(closed, x, start):
    """The density of the law at x, from the root of the upper half plane next to a start."""
    u = mp.mpc(complex(start))
    for _ in range(60):
        step = (closed.image(u) - mp.mpf(float(x))) / closed.slope(u)
        u -= step
        if abs(step) < mp.mpf(10) ** -44 * abs(u):
            break
    # The only root there: see the module of the equation.
    assert u.imag > 0
    assert abs(closed.image(u) / mp.mpf(float(x)) - 1) < 1e-35
    return float(u.imag / (mp.pi * closed.gamma * abs(u) ** 2))


def worst(law, closed, x, name="pdf"):
    expected = [density(closed, *pair) for pair in zip(x, law.dual(x + 0j), strict=True)]
    return abs(getattr(law, name)(x) / expected - 1).max()


def logarithmic(low, high, nearest, count=100, nearest_above=1e-5):
    """Points spread logarithmically towards both ends, as near as fractions of the interval."""
    upper = high - (high - low) * np.geomspace(nearest_above, 0.5, count)
    return np.sort(np.append(low + (high - low) * np.geomspace(nearest, 0.5, count), upper))


def maxima(law, count=2000):
    """The number of local maxima of the density over an interval, on a grid of one bulk."""
    low, high = law.support()[0][0], law.support()[-1][1]
    p = law.pdf(np.linspace(low, high, count)[1:-1])
    return int(np.sum((p[1:-1] > p[:-2]) & (p[1:-1] > p[2:])))


def finite(law):
    """The law of the rough atoms that the refined ones start from."""
    population = DiscreteMeasure(law.equation.atoms, law.equation.weights)
    return GeneralizedMarchenkoPastur(population, law.gamma)


@pytest.mark.parametrize("gamma", [0.5, 1, 1.5, 100, 1000])
def test_density_of_a_uniform_population(gamma):
    law, closed = law_of(one, (0, 1), gamma), Uniform(gamma)
    ((low, high),) = law.support()
    x = logarithmic(low, high, 1e-5 if gamma < 1 else 1e-25)
    assert worst(law, closed, x) < 1e-10
    assert worst(law, Uniform(gamma * (1 + 1e-8)), x[50:150:10]) > 1e-10


@pytest.mark.parametrize("gamma", [0.5, 1, 1.5, 100, 1000])
def test_support_of_a_uniform_population(gamma):
    law, closed = law_of(one, (0, 1), gamma), Uniform(gamma)
    ((low, high),) = law.support()
    top = brentq(lambda u: float(closed.slope(mp.mpf(u))), 1 + 1e-9, 10, xtol=1e-15, rtol=1e-14)
    assert high == pytest.approx(float(closed.image(mp.mpf(top))), rel=1e-13)
    bottom = 0.0
    if gamma < 1:
        u = brentq(lambda u: float(closed.slope(mp.mpf(u))), -5, -1e-9, xtol=1e-15, rtol=1e-14)
        bottom = float(closed.image(mp.mpf(u)))
    assert low == pytest.approx(bottom, rel=1e-12, abs=0)
    assert sum(mass for _, mass in law.atoms()) == pytest.approx(max(0, 1 - 1 / gamma), abs=1e-15)


def test_rough_atoms_are_told_apart():
    law = law_of(one, (0, 1), 100)
    assert isinstance(law.equation.crowd, RefinedCrowd)
    assert len(finite(law).support()) > 10
    assert maxima(law) == 1
    assert maxima(finite(law)) > 10
    x = np.array([1.0, 20.0, 60.0])
    assert worst(law, Uniform(100), x) < 1e-12
    u = law.dual(x + 0j)
    expected = [density(Uniform(100), *pair) for pair in zip(x, u, strict=True)]
    assert abs(finite(law).pdf(x) / expected - 1).max() > 0.1


@pytest.mark.parametrize("gamma", [1.5, 100])
def test_distribution_is_the_integral_of_the_density(gamma):
    law = law_of(one, (0, 1), gamma)
    closed, high = Uniform(gamma), law.support()[0][1]
    nodes, weights = np.polynomial.legendre.leggauss(12)
    cuts = high * np.geomspace(1e-12, 0.9, 16)
    found = np.diff(law.cdf(cuts))
    for k, (a, b) in enumerate(itertools.pairwise(cuts)):
        x = (a + b) / 2 + (b - a) / 2 * nodes
        f = [density(closed, *pair) for pair in zip(x, law.dual(x + 0j), strict=True)]
        expected = float(weights @ f) * (b - a) / 2
        assert found[k] == pytest.approx(expected, rel=1e-8, abs=2e-15)
    assert law.cdf(0.0) == pytest.approx(1 - 1 / gamma, abs=1e-15)


@pytest.mark.parametrize("gamma", [1, 2, 50])
def test_singular_ends(gamma):
    law, closed = law_of(arcsine, (0, 1), gamma), Arcsine(gamma)
    ((low, high),) = law.support()
    assert low == 0
    # Where the density is singular it is known to 1e-12 only, and so is the upper edge.
    assert worst(law, closed, logarithmic(0, high, 1e-20, 25, 1e-3)) < 1e-10
    assert worst(law, Arcsine(gamma * (1 + 1e-8)), high * np.array([0.3, 0.7])) > 1e-9


POINTS = {
    ("normal", 0.1): [0.01, 0.3, 0.8, 1.1],
    ("normal", 1): [0.1, 1, 5, 8],
    ("normal", 10): [1e-6, 10, 40, 80],
    ("lognormal", 0.1): [0.7, 2, 20, 200],
    ("lognormal", 1): [1e-5, 0.1, 30, 3000],
    ("lognormal", 10): [0.01, 1, 100, 10000],
}
TAILED = {"normal": (normal, (-math.inf, math.inf)), "lognormal": (lognormal, (0, math.inf))}


@pytest.mark.parametrize(("kind", "gamma"), POINTS)
def test_tails(kind, gamma):
    law = law_of(*TAILED[kind], gamma)
    assert len(law.support()) == 1
    x = np.array(POINTS[kind, gamma])
    assert worst(law, below_the_line(gamma, kind), x) < 1e-11
    assert worst(law, below_the_line(gamma * (1 + 1e-8), kind), x) > 1e-10


@pytest.mark.parametrize("gamma", [10, 50])
def test_ends_that_density_vanishes_at(gamma):
    law, closed = law_of(bump, (1, 2), gamma), Bump(gamma)
    ((low, high),) = law.support()
    if gamma == 50:
        # x(1) and x(2): there the slope is not 0
        assert low == pytest.approx(gamma - 10 / 3, rel=1e-14)
        assert high == pytest.approx(2 * gamma + 22 / 3, rel=1e-14)
    x = low + (high - low) * np.array([0.01, 0.3, 0.5, 0.9, 0.99])
    assert worst(law, closed, x) < 1e-11
    # Here the density is 1e-6 and less of its maximum, of which it is known to 1e-15.
    assert worst(law, closed, low + (high - low) * np.array([1e-3, 0.999])) < 1e-8
    assert worst(law, Bump(gamma * (1 + 1e-8)), x) > 1e-9


@pytest.mark.parametrize("place", ["diagonal", "off-diagonal"])
@pytest.mark.parametrize(("classes", "gamma"), [(10, 0.5), (10, 2), (10, 50), (1000, 2)])
def test_softmax_weights(classes, place, gamma):
    population = softmax_weights(classes, place)
    law = GeneralizedMarchenkoPastur(population, gamma)
    assert len(law.support()) == 1
    outer = law.support()[0][1 if place == "diagonal" else 0]
    x = outer * np.array([0.001, 0.03, 0.3])
    # Tails are known to 1e-12 of the greatest density on a piece, not of their own.
    x = x[law.pdf(x) > 1e-4 * law.pdf(x).max()]
    u = law.dual(x + 0j)
    misses = [missed(population, gamma, *pair) for pair in zip(u, x, strict=True)]
    assert max(misses) < 1e-9
    assert missed(population, gamma * (1 + 1e-7), u[0], x[0]) > 1e-8
    # The root at 1/4 may give another one.
    assert maxima(law) <= 2


def gauss(cuts):
    """Nodes and weights of Gauss between cuts."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    radius = np.diff(cuts)[:, None] / 2
    return (cuts[:-1, None] + radius * (1 + nodes)).ravel(), (weights * radius).ravel()


def missed(population, gamma, u, x):
    """The relative distance of u from the root of x(u) = x, heights by their own size."""
    low, high = population.support[0]
    outer = low + high
    spread = abs(u.imag) * 2.0 ** np.arange(-1, 60)
    graded = outer * 2 ** (-np.arange(80) / 2)
    shares = np.concatenate([u.real - spread, u.real + spread, graded]) / outer
    shares = np.unique(shares[(shares >= graded[-1] / outer) & (shares <= 1)])
    weight, steps = gauss(shares[shares <= 0.5])
    # With weights outer (1 - y^2) a root at the outer end is no singularity.
    y, strides = gauss(np.sqrt(1 - shares[shares >= 0.5])[::-1])
    weight = outer * np.append(weight, (1 - y) * (1 + y))
    mass = abs(outer) * np.append(steps, 2 * y * strides) * population.density(weight)
    kernel, squares = 1 / (u - weight), mass * weight**2
    image = gamma * u + population.moment(1) + squares @ kernel
    slope = gamma - squares @ kernel**2
    move = (image - x) / slope
    return max(abs(move.real / u.real), abs(move.imag / u.imag))


def test_a_gap_at_a_large_ratio():
    gamma = 50
    law = law_of(lambda x: np.where(x > 3, 0.1, 0.9), [(0, 1), (10, 11)], gamma)

    def crowding(u):
        value = 0.0
        for a, mass in ((0, 0.9), (10, 0.1)):
            b = a + 1
            value += mass * (
                1 + 2 * u * math.log((u - b) / (u - a)) + u * u * (1 / (u - b) - 1 / (u - a))
            )
        return value - gamma

    def image(u):
        logs = sum(m * math.log((u - a) / (u - a - 1)) for a, m in ((0, 0.9), (10, 0.1)))
        return u * (gamma - 1 + u * logs)

    def edge(low, high):
        return image(brentq(crowding, low, high, xtol=1e-15, rtol=1e-14))

    (first, second), (third, fourth) = law.support()
    assert first == 0
    assert second == pytest.approx(edge(1 + 1e-6, 5), rel=1e-12)
    assert third == pytest.approx(edge(5, 10 - 1e-6), rel=1e-12)
    assert fourth == pytest.approx(edge(11 + 1e-6, 50), rel=1e-12)
    assert law.cdf(second) - law.cdf(0.0) == pytest.approx(0.9 / gamma, rel=1e-12)
    assert law.pdf((second + third) / 2) == 0


@pytest.mark.parametrize("z", [1 + 1j, 3 + 1e-6j, 0.5 + 1e-12j, 50 + 1e-30j, -1e-9 + 1e-12j])
def test_transforms_above_the_line(z):
    law, closed = law_of(one, (0, 1), 100), Uniform(100)
    u = mp.mpc(-1 / (100 * law.stieltjes(z)))
    assert abs((closed.image(u) - mp.mpc(z)) / z) < 1e-13
    assert abs((closed.image(u).imag - z.imag) / z.imag) < (1e-3 if z.imag > 1e-20 else math.inf)
    companion = -(1 - 100) / mp.mpc(z) - 1 / u_exact(closed, z, u)
    assert abs(law.companion_stieltjes(z) / complex(companion) - 1) < 1e-11


@pytest.mark.parametrize("method", ["newton", "level curve"])
def test_other_methods(method):
    law = law_of(one, (0, 1), 100)
    x = np.array([1e-4, 1.0, 30.0])
    assert law.pdf(x, method=method) == pytest.approx(law.pdf(x), rel=1e-7)


def u_exact(closed, z, u):
    for _ in range(8):
        u -= (closed.image(u) - mp.mpc(z)) / closed.slope(u)
    return u


CUMULATIVE = {
    "uniform": (one, (0, 1), lambda x: x),
    "arcsine": (arcsine, (0, 1), lambda x: 2 / np.pi * np.arcsin(np.sqrt(x))),
    "exponential": (lambda x: np.exp(-x), (0, math.inf), lambda x: -np.expm1(-x)),
}


@pytest.mark.parametrize("name", CUMULATIVE)
def test_draws_follow_the_density(name):
    pdf, support, cumulative = CUMULATIVE[name]
    population = ContinuousMeasure(pdf, support).resolved(100)
    rng = stream(secrets.randbits(64), "tests of refined populations", 0)
    drawn = np.sort(population.sample(20_000, rng))
    steps = np.arange(20_001) / 20_000
    # Dvoretzky, Kiefer, Wolfowitz
    radius = math.sqrt(math.log(2 / ALPHA) / 40_000)

    def distance(levels):
        return max(abs(levels - steps[1:]).max(), abs(levels - steps[:-1]).max())

    assert distance(cumulative(drawn)) < radius
    assert distance(cumulative(drawn) ** 1.2) > radius
    assert len(np.unique(drawn)) > 19_000

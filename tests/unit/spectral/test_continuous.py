"""Continuous populations: closed moments, closed laws, and what is refused."""

import math
import re

import mpmath
import numpy as np
import pytest
from scipy import special
from scipy.optimize import brentq

from rmtcheck.errors import DomainError
from rmtcheck.spectral.continuous import ContinuousMeasure
from rmtcheck.spectral.crowds import Crowd, Weights
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure

BETA = special.beta(0.3, 2)
ROOT = math.sqrt(2 * math.pi)
RATIOS = [1e-3, 0.1, 1, 100, 1000]


def one(x):
    return 1 + 0 * x


def normal(x):
    return np.exp(-x * x / 2) / ROOT


CLOSED = {
    "uniform": (one, (0, 1), lambda k: 1 / (k + 1)),
    "arcsine": (
        lambda x: 1 / (np.pi * np.sqrt(x * (1 - x))),
        (0, 1),
        lambda k: math.comb(2 * k, k) / 4**k,
    ),
    "semicircle": (
        lambda x: np.sqrt(4 - x * x) / (2 * np.pi),
        (-2, 2),
        lambda k: 0 if k % 2 else math.comb(k, k // 2) / (k // 2 + 1),
    ),
    "beta(0.3, 2)": (
        lambda x: x**-0.7 * (1 - x) / BETA,
        (0, 1),
        lambda k: special.beta(k + 0.3, 2) / BETA,
    ),
    "beta(2, 0.3)": (
        lambda x: x * (1 - x) ** -0.7 / BETA,
        (0, 1),
        lambda k: special.beta(k + 2, 0.3) / BETA,
    ),
    "lognormal": (
        lambda x: np.exp(-(np.log(x) ** 2) / 2) / (x * ROOT),
        (0, math.inf),
        lambda k: math.exp(k * k / 2),
    ),
    "normal": (
        normal,
        (-math.inf, math.inf),
        lambda k: 0 if k % 2 else math.prod(range(1, k, 2)),
    ),
    "exponential": (lambda x: np.exp(-x), (0, math.inf), math.factorial),
    "negative exponential": (np.exp, (-math.inf, 0), lambda k: (-1) ** k * math.factorial(k)),
    "logarithm": (lambda x: -np.log(x), (0, 1), lambda k: 1 / (k + 1) ** 2),
    "steep power": (lambda x: 0.1 * x**-0.9, (0, 1), lambda k: 0.1 / (k + 0.1)),
    "two intervals": (
        lambda x: np.where(x > 0, 0.5, 0.25),
        [(1, 2), (-3, -1)],
        lambda k: (0.5 * (2 ** (k + 1) - 1) + 0.25 * ((-1) ** k) * (3 ** (k + 1) - 1)) / (k + 1),
    ),
    "kink at no dyadic point": (
        lambda x: 2 * np.where(x < 0.3, x / 0.3, (1 - x) / 0.7),
        (0, 1),
        lambda k: 2 * (1 - 0.3 ** (k + 1)) / (0.7 * (k + 1) * (k + 2)),
    ),
}


@pytest.mark.parametrize("name", CLOSED)
def test_moments(name):
    pdf, support, moment = CLOSED[name]
    measure = ContinuousMeasure(pdf, support)
    for k in range(9):
        size = measure.integrate(lambda x, k=k: abs(x) ** k)
        assert abs(measure.moment(k) - moment(k)) <= 1e-12 * size, k


def test_mass_is_one_and_symmetry_is_kept():
    measure = ContinuousMeasure(normal, (-math.inf, math.inf))
    assert abs(measure.mass() - 1) < 1e-15
    assert abs(measure.moment(7)) < 1e-13 * measure.integrate(lambda x: abs(x) ** 7)


def test_singularities_inside_are_cut():
    pdf = lambda x: 0.25 / np.sqrt(abs(x))  # noqa: E731
    measure = ContinuousMeasure(pdf, [(-1, 0), (0, 1)])
    assert measure.support == ((-1.0, 1.0),)
    assert abs(measure.moment(2) - 0.2) < 1e-13


def test_narrow_peaks_need_a_cut():
    def peak(x):
        return np.exp(-(((x - 0.3) / 1e-4) ** 2) / 2) / (1e-4 * ROOT)

    with pytest.raises(DomainError, match="narrow peaks"):
        ContinuousMeasure(peak, (0, 1))
    measure = ContinuousMeasure(peak, [(0, 0.2995), (0.2995, 0.3005), (0.3005, 1)])
    assert abs(measure.moment(1) - 0.3) < 1e-13


def test_density_is_normalised_and_zero_outside():
    measure = ContinuousMeasure(lambda x: (1 + 5e-10) * one(x), (0, 1))
    assert abs(measure.density(0.5) - 1) < 1e-13
    assert measure.density([-1, 0.25, 2]).tolist() == pytest.approx([0, 1, 0], abs=1e-13)


def test_heavy_tails_with_a_second_moment():
    student = ContinuousMeasure(
        lambda x: 8 / (3 * math.pi * math.sqrt(5)) / (1 + x * x / 5) ** 3, (-math.inf, math.inf)
    )
    assert abs(student.moment(2) - 5 / 3) < 1e-12
    with pytest.raises(DomainError, match="order 5"):
        student.moment(5)


@np.vectorize
def exactly(u, a, b):
    """The integral of lambda^2 / (u - lambda), lambda uniform; the terms cancel for large u."""
    with mpmath.workdps(40):
        u, a, b = mpmath.mpc(u), mpmath.mpf(a), mpmath.mpf(b)
        log = mpmath.log(u - a) - mpmath.log(u - b)
        return complex((u * u * log - u * (b - a) - (b * b - a * a) / 2) / (b - a))


class Uniform:
    """The uniform law on (a, b): all of the equation in logarithms."""

    def __init__(self, a, b):
        self.a, self.b = float(a), float(b)

    def kernel(self, u):
        r"""The integral of lambda^2 / (u - lambda)."""
        return exactly(u, self.a, self.b)

    def image(self, u, gamma):
        return gamma * u + (self.a + self.b) / 2 + self.kernel(u)

    def height(self, a, gamma):
        """The b > 0 with Im x(a + ib) = 0."""
        rise = lambda t: self.image(a + 1j * math.exp(t), gamma).imag / math.exp(t)  # noqa: E731
        return math.exp(brentq(rise, -60, 10, xtol=1e-14, rtol=1e-14))

    def below(self, u, gamma):
        """The distribution function at x(u), by the antiderivative, where a = 0 and b = 1."""
        logs = u * np.log(u) - (u - 1) * np.log(u - 1) - 1
        pull = -(u * np.log(u / (u - 1)) - 1).imag
        angle = np.angle(u)
        return 1 - angle / math.pi + (angle - logs.imag + pull) / (math.pi * gamma)


def curve(closed, gamma):
    """Points of the curve, which passes next to all weights."""
    places = np.linspace(closed.a, closed.b, 39)[1:-1]
    kept = [a for a in places if closed.image(a + 1e-14j, gamma).imag < 0]
    assert len(kept) > 30
    return np.array([a + 1j * closed.height(a, gamma) for a in kept])


def kernel(crowd, u):
    sums = np.empty_like(u)
    for rows, near in crowd.seen(u.real, height=u.imag):
        inverse = 1 / (near.apart(u.real[rows]) + 1j * u.imag[rows, None])
        sums[rows] = inverse @ near.squares
    return sums


@pytest.mark.parametrize("gamma", RATIOS)
def test_kernel_on_the_curve_of_a_uniform_population(gamma):
    law = GeneralizedMarchenkoPastur(ContinuousMeasure(one, (1, 2)), gamma)
    closed = Uniform(1, 2)
    u = curve(closed, gamma)
    assert abs(kernel(law.equation.crowd, u) / closed.kernel(u) - 1).max() < 1e-13


def test_rough_atoms_fail_on_the_curve():
    rough, closed = ContinuousMeasure(one, (1, 2)).resolved(0.001), Uniform(1, 2)
    crowd = Crowd(Weights(rough.atoms, rough.weights, 0 * rough.weights))
    u = curve(closed, 100)
    assert abs(kernel(crowd, u) / closed.kernel(u) - 1).max() > 1e-3


@pytest.mark.parametrize("gamma", RATIOS)
def test_edges_of_the_law_of_a_uniform_population(gamma):
    law = GeneralizedMarchenkoPastur(ContinuousMeasure(one, (1, 2)), gamma)
    closed = Uniform(1, 2)

    def crowding(u):
        # the integral of lambda^2 / (u - lambda)^2
        return 1 + 2 * u * math.log((u - 2) / (u - 1)) + u * u * (1 / (u - 2) - 1 / (u - 1))

    least = 2 * (1 + 1e-12)
    u = brentq(lambda u: crowding(u) - gamma, least, 100, xtol=1e-14, rtol=1e-14)
    top = float(closed.image(u + 0j, gamma).real)
    assert len(law.support()) == 1
    assert law.support()[0][1] == pytest.approx(top, rel=1e-12)


def test_edge_of_the_arcsine_population():
    # x(u) = u^(3/2) (u - 1)^(-1/2) for gamma = 1, least at u = 3/2
    pdf, support, _ = CLOSED["arcsine"]
    law = GeneralizedMarchenkoPastur(ContinuousMeasure(pdf, support), 1)
    ((low, high),) = law.support()
    assert low == 0
    assert high == pytest.approx(1.5 * math.sqrt(3), rel=1e-12)


@pytest.mark.parametrize("name", ["uniform", "two intervals", "normal"])
@pytest.mark.parametrize("gamma", RATIOS)
def test_laws_of_continuous_populations(name, gamma):
    pdf, support, moment = CLOSED[name]
    law = GeneralizedMarchenkoPastur(ContinuousMeasure(pdf, support), gamma)
    levels = np.array([0.9997, 0.9999])
    assert law.cdf(law.icdf(levels)) == pytest.approx(levels, abs=1e-12)
    assert law.mean() == pytest.approx(moment(1), abs=1e-12)
    assert law.variance() == pytest.approx(gamma * moment(2), rel=1e-12)
    z = 3j * math.sqrt(1 + gamma)
    series = -sum(law.moment(k) / (1000 * z) ** (k + 1) for k in range(5))
    assert abs(law.stieltjes(1000 * z) / series - 1) < 1e-9


@pytest.mark.parametrize("gamma", [100, 1000])
def test_distribution_of_a_uniform_population(gamma):
    law, closed = GeneralizedMarchenkoPastur(ContinuousMeasure(one, (0, 1)), gamma), Uniform(0, 1)
    for a in (1e-6, 1e-3, 0.01, 0.1, 0.4, 0.9):
        u = a + 1j * closed.height(a, gamma)
        x = float(closed.image(u, gamma).real)
        assert abs(law.cdf(x) - closed.below(u, gamma)) < 1e-14, a
        assert abs(law.cdf(x * (1 + 1e-6)) - closed.below(u, gamma)) > 1e-14 * a, a


def test_closed_distribution_is_itself_right():
    closed = Uniform(0, 1)
    u = np.array([a + 1j * closed.height(a, 0.5) for a in (0.3, 0.7)])
    law = GeneralizedMarchenkoPastur(
        DiscreteMeasure((np.arange(800) + 0.5) / 800, [1 / 800] * 800), 0.5
    )
    expected = law.cdf(closed.image(u, 0.5).real)
    assert closed.below(u, 0.5) == pytest.approx(expected, abs=1e-4)


def test_high_moments_of_the_law():
    law = GeneralizedMarchenkoPastur(ContinuousMeasure(one, (0, 1)), 0.5)
    finite = GeneralizedMarchenkoPastur(
        DiscreteMeasure(*(lambda x, w: ((1 + x) / 2, w / 2))(*np.polynomial.legendre.leggauss(20))),
        0.5,
    )
    assert law.moment(14) == pytest.approx(finite.moment(14), rel=1e-12)


INFINITE = (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("pdf", "support", "message"),
    [
        (3, (0, 1), "pdf is 3; a function"),
        (one, (1, 0), "support is (1, 0); an interval"),
        (one, (0, 0), "an interval"),
        (one, "ab", "support is 'ab'"),
        (one, [], "support is []"),
        (one, None, "support is None"),
        (one, (0, 1, 2), "an interval"),
        (one, (math.nan, 1), "an interval"),
        (one, [(0, 1), (0.5, 2)], "disjoint"),
        (one, [(0, 1), (0, 1, 2)], "an interval"),
        (one, (0, 1e60), "1e-50 to 1e+50"),
        (lambda x: 2 * one(x), (0, 1), "integrates to 2 "),
        (lambda x: (1 + 2e-9) * one(x), (0, 1), "integrates to 1.000000002 "),
        (lambda x: 0 * x, (0, 1), "integrates to 0 "),
        (lambda x: 6 * x - 2, (0, 1), "pdf is -"),
        (lambda x: np.sqrt(x - 0.5), (0, 1), "pdf is nan at"),
        (lambda x: 0.25 / np.sqrt(abs(x - 0.3)), (-0.7, 1.3), "pdf is inf at 0.3"),
        (lambda x: 1j * x, (0, 1), "complex128"),
        (lambda x: np.ones(3), (0, 1), "like it"),
        (lambda x: "a", (0, 1), "like it"),
        (lambda x: 1 // 0, (0, 1), "division"),
        (lambda x: 1 / x, (0, 1), "a power above -1"),
        (lambda x: 1 + np.sin(1e9 * x) / 2, (0, 1), "not smooth"),
        (lambda x: 1 / (math.pi * (1 + x * x)), INFINITE, "order 2"),
        (lambda x: 2 * x**-3, (1, math.inf), "order 2"),
        (lambda x: 2.5 * x**-3.5, (1, math.inf), "too slowly"),
    ],
)
def test_refusals(pdf, support, message):
    with pytest.raises(DomainError, match=re.escape(message)):
        ContinuousMeasure(pdf, support)


@pytest.mark.parametrize("order", [-1, 0.5, "a"])
def test_order_of_a_moment(order):
    with pytest.raises(DomainError, match="order"):
        ContinuousMeasure(one, (0, 1)).moment(order)


@pytest.mark.parametrize("gamma", [0, -1, math.nan, "a", None])
def test_aspect_ratios(gamma):
    measure = ContinuousMeasure(one, (0, 1))
    with pytest.raises(DomainError, match="gamma"):
        measure.resolved(gamma)


def test_density_refuses_what_is_no_number():
    with pytest.raises(DomainError):
        ContinuousMeasure(one, (0, 1)).density(math.nan)

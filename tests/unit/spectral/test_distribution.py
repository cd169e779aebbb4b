"""Distribution functions along the curve: closed forms, quadrature, and what is small next to 1."""

import math
from itertools import pairwise

import numpy as np
import pytest
from mpmath import MPContext

from rmtcheck.spectral.distribution import Distribution, turns
from rmtcheck.spectral.dual import DualMap
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure

CASES = {
    "two bulks": ([1.0, 20.0], [0.5, 0.5], 1.5),
    "both signs": ([-4.0, -1.0, 3.0], [0.3, 0.2, 0.5], 0.7),
    "an atom between": ([-4.0, 3.0], [0.4, 0.6], 5.0),
    "hard edge": ([1.0, 3.0], [0.5, 0.5], 1.0),
    "small ratio": ([1.0, 2.0], [0.25, 0.75], 1e-5),
}


def distribution_of(atoms, weights, gamma):
    return Distribution(DualMap(StieltjesEquation(DiscreteMeasure(atoms, weights), gamma)))


@pytest.fixture(params=CASES.values(), ids=CASES)
def distribution(request):
    return distribution_of(*request.param)


def density(distribution, x):
    u = distribution.dual.inside(x)
    return (-1 / u).imag / (math.pi * distribution.dual.equation.aspect_ratio)


def integral(distribution, low, high, pieces=20):
    """Return the integral of the density between inner points, by the rule of Gauss in pieces."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    knots = np.linspace(low, high, pieces + 1)
    x = knots[:-1, None] + np.diff(knots)[:, None] * (1 + nodes) / 2
    return float((density(distribution, x.ravel()).reshape(x.shape) @ weights) @ np.diff(knots) / 2)


def test_increments_are_integrals_of_the_density(distribution):
    for low, high in zip(distribution.dual.bulks.low, distribution.dual.bulks.high, strict=True):
        x = low + (high - low) * np.array([0.3, 0.45, 0.7])
        found = np.diff(distribution.below(x))
        expected = [integral(distribution, *pair) for pair in pairwise(x)]
        assert found == pytest.approx(expected, abs=3e-15, rel=0)
        assert found != pytest.approx(np.add(expected, 4e-15), abs=3e-15, rel=0)


def test_ends(distribution):
    bulks = distribution.dual.bulks
    spread = bulks.high[-1] - bulks.low[0]
    ends = np.array([bulks.low[0] - spread, min(0, bulks.low[0]) - spread, bulks.high[-1] + spread])
    assert distribution.below(ends[1:]).tolist() == [0.0, 1.0]
    assert abs(distribution.starts[0] * (bulks.low[0] < 0)) < 1e-15


def test_the_atom_is_a_step_of_its_mass():
    distribution = distribution_of(*CASES["an atom between"])
    step = np.diff(distribution.below(np.array([-1e-300, 0.0])))
    assert step == pytest.approx([1 - 1 / 5], abs=1e-15)
    assert distribution.has_atom
    assert not distribution_of(*CASES["hard edge"]).has_atom


def test_one_weight_square_case():
    """For gamma = 1 and x = 4 sin^2 t the law of Marchenko and Pastur is (2 t + sin 2 t) / pi."""
    distribution = distribution_of([1.0], [1.0], 1.0)
    t = np.linspace(0.01, 1.56, 40)
    expected = (2 * t + np.sin(2 * t)) / np.pi
    assert distribution.below(4 * np.sin(t) ** 2) == pytest.approx(expected, abs=1e-15)


def test_quantiles_invert(distribution):
    q = np.array([1e-9, 0.05, 0.2, 0.5, 0.8, 0.999])
    x = distribution.quantile(q)
    assert np.all(np.diff(x) >= 0)
    held = distribution.dual.bulks.holds(x)
    reach = max(abs(distribution.dual.bulks.low[0]), abs(distribution.dual.bulks.high[-1]))
    slack = 2e-15 + 1e-15 * reach * density(distribution, x[held])
    assert np.all(abs(distribution.below(x[held]) - q[held]) <= slack)
    assert np.any(abs(distribution.below(x[held] * (1 + 1e-9)) - q[held]) > slack)
    assert np.all(distribution.below(x[~held]) >= q[~held] - 1e-15)


def test_quantiles_in_gaps_and_at_the_ends():
    distribution = distribution_of(*CASES["an atom between"])
    bulks, below = distribution.dual.bulks, distribution.ends[0]
    q = np.array([0.0, below, below + 0.1, 1.0])
    found = distribution.quantile(q)
    assert found.tolist() == [bulks.low[0], bulks.high[0], 0.0, bulks.high[-1]]


@pytest.mark.parametrize("gamma", [1e-20, 1e-6, 1e-3, 0.03, 1.0])
def test_turns_keep_the_digits_of_what_remains(gamma):
    """At omega = gamma^1/2 e^-it, against 60 digits; the plain formula does not for small gamma."""
    mp = MPContext()
    mp.dps = 60
    t = np.linspace(0.1, 3.0, 13)
    a, b = 1 + np.cos(t) / gamma**0.5, np.sin(t) / gamma**0.5
    ratios = [1 / (mp.mpc(*pair) - 1) for pair in zip(a, b, strict=True)]
    exact = np.array([float((mp.log(1 + w) - w).imag) for w in ratios])
    assert abs(turns(a, b, np.ones(1)) - exact).max() < 4e-15 * gamma
    square = (a - 1) ** 2 + b**2
    plain = np.arctan2(-b, a * (a - 1) + b * b) + b / square
    assert (abs(plain - exact).max() < 4e-15 * gamma) == (gamma > 0.01)

"""Dual points in the three regions, against the quadratic of one weight and against x(u) = z."""

import numpy as np
import pytest

from rmtcheck.errors import ConvergenceError
from rmtcheck.spectral.dual import DualMap
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.multiprecision.generalized_marchenko_pastur import (
    PreciseGeneralizedMarchenkoPastur,
)

EQUATION = StieltjesEquation(DiscreteMeasure([-4.0, -1.0, 3.0], [0.3, 0.2, 0.5]), 4.0)


def residual(equation, u, z):
    """Return |x(u) - z| over the size of the terms of x."""
    share = equation.atoms / (u[:, None] - equation.atoms)
    terms = abs(u) * (equation.aspect_ratio + abs(share) @ equation.weights)
    return abs(u * (equation.aspect_ratio + share @ equation.weights) - z) / terms


def inner(bulks):
    share = np.array([1e-12, 1e-4, 0.2, 0.5, 0.9, 1 - 1e-9])
    ends = zip(bulks.low, bulks.high, strict=True)
    return np.concatenate([low + (high - low) * share for low, high in ends])


def outer(dual):
    low, high = dual.bulks.low, dual.bulks.high
    gaps = (high[:-1] + low[1:]) / 2
    spread = high[-1] - low[0]
    return np.array([low[0] - 1e4 * spread, low[0] - 1e-9 * spread, *gaps, high[-1] + spread])


def test_inside_on_the_curve():
    dual = DualMap(EQUATION)
    x = inner(dual.bulks)
    u = dual.inside(x)
    assert np.all(u.imag > 0)
    assert residual(EQUATION, u, x).max() < 1e-14
    assert residual(EQUATION, u * (1 + 1e-12), x).max() > 1e-14


def test_outside_on_the_increasing_branch():
    dual = DualMap(EQUATION)
    x = outer(dual)
    u = dual.outside(x)
    assert residual(EQUATION, u + 0j, x).max() < 1e-14
    assert np.all(EQUATION.surplus(u)[0] < 0)
    assert residual(EQUATION, u * (1 + 1e-12) + 0j, x).max() > 1e-14


def test_above_in_the_upper_half_plane():
    dual = DualMap(EQUATION)
    for height in (1e-13, 1e-3, 1.0, 1e8):
        z = np.concatenate([inner(dual.bulks), outer(dual)]) + 1j * height
        u = dual.above(z)
        assert np.all(u.imag > 0)
        assert residual(EQUATION, u, z).max() < 1e-14


def test_regions_are_told_apart_point_by_point():
    dual = DualMap(EQUATION)
    z = np.array([inner(dual.bulks)[3], outer(dual)[0], 1 + 1j])
    u = dual(z + 0j)
    assert (u.imag > 0).tolist() == [True, False, True]
    assert [dual(z[k : k + 1] + 0j)[0] for k in range(3)] == pytest.approx(u, rel=1e-15, abs=0)


def quadratic(gamma, xi):
    """Return u - A for one weight 1 at the upper edge A = 1 + gamma^-1/2, a distance xi from it.

    With v = u - 1 the map is x = 1 + gamma + gamma v + 1 / v, so gamma v^2 - (x - 1 - gamma) v + 1
    vanishes; x - 1 - gamma is 2 gamma^1/2 + xi.
    """
    half = np.sqrt(gamma) + xi / 2
    root = 1j * np.sqrt(-xi * (np.sqrt(gamma) + xi / 4) + 0j)
    return (xi / 2 + root) / gamma, half


@pytest.mark.parametrize("gamma", [0.01, 0.25, 4.0])
def test_distances_from_an_edge_keep_their_digits(gamma):
    dual = DualMap(StieltjesEquation(DiscreteMeasure([1.0], [1.0]), gamma))
    edge = dual.bulks.upper
    x = np.nextafter(edge.image[0], -np.inf) - np.array([0, 1e-13, 1e-9, 1e-4])
    xi = edge[np.zeros(4, int)].distance(x)
    expected, _ = quadratic(gamma, xi)
    heights = dual.inside(x).imag
    assert heights == pytest.approx(expected.imag, rel=1e-13, abs=0)
    assert heights * (1 + 1e-12) != pytest.approx(expected.imag, rel=1e-13, abs=0)
    rounded, _ = quadratic(gamma, x - float((1 + np.sqrt(gamma)) ** 2) * (1 + 2e-16))
    assert heights[0] != pytest.approx(rounded.imag[0], rel=1e-3, abs=0)


def test_points_are_not_moved_to_the_axis_where_heights_are_tiny():
    dual = DualMap(EQUATION)
    z = np.array([outer(dual)[-1] + 1e-40j])
    u = dual(z)
    slope = -EQUATION.surplus(u.real)[0]
    assert u.imag == pytest.approx(1e-40 / slope, rel=1e-12, abs=0)


def test_unsolved_points_are_named(monkeypatch):
    dual = DualMap(EQUATION)
    nothing = lambda *_, **__: (np.full(1, -1j), np.zeros(1, bool))  # noqa: E731
    monkeypatch.setattr(dual, "_newton", nothing)
    monkeypatch.setattr(dual, "_on_level", lambda x, *_: np.full(len(x), -1j))
    x = inner(dual.bulks)[3:4]
    with pytest.raises(ConvergenceError, match=f"x = {x[0]}"):
        dual.inside(x)


@pytest.mark.parametrize("x", [0.0, 1e-43, -1e-30, 1e-3, 0.2, 30.0])
@pytest.mark.parametrize("height", [1e-60, 1e-30, 1e-9])
def test_heights_far_below_the_rest_keep_their_digits_over_gaps(x, height):
    """There Im u = Im z / x'(u), however small: against many digits."""
    law = GeneralizedMarchenkoPastur(DiscreteMeasure([1.0, 2.0], [0.5, 0.5]), 3.0)
    z = complex(x, height)
    exact = PreciseGeneralizedMarchenkoPastur([1, 2], [0.5, 0.5], 3, digits=20).stieltjes(z)
    found = law.stieltjes(z)
    assert abs(found.real - exact.real) <= 1e-14 * abs(exact)
    assert abs(found.imag - exact.imag) <= 1e-14 * abs(exact.imag)

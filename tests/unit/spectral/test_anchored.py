"""The map around a real point keeps the digits of small distances, against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest

from rmtcheck.spectral.anchored import Anchors, Neighbourhoods, anchored_at, joined, neighbourhoods
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure

EQUATION = StieltjesEquation(DiscreteMeasure([-2.0, 1.0, 5.0], [0.2, 0.5, 0.3]), 0.7)
MASS = sum(map(Fraction, [0.2, 0.5, 0.3]))
PAIRS = [(Fraction(a), Fraction(w) / MASS) for a, w in [(-2.0, 0.2), (1.0, 0.5), (5.0, 0.3)]]
GAMMA = Fraction(0.7)
PLACES = np.array([-3.5, -0.25, 0.0, 2.75, 9.0])


def image(u):
    """Return x(u) of a rational point, exactly."""
    return u * (GAMMA + sum(w * a / (u - a) for a, w in PAIRS))


def slope(u):
    return GAMMA - sum(w * (a / (u - a)) ** 2 for a, w in PAIRS)


def test_images_have_twice_the_digits():
    anchors = anchored_at(EQUATION, PLACES)
    for place, high, low in zip(PLACES, anchors.image, anchors.rest, strict=True):
        assert abs(Fraction(high) + Fraction(low) - image(Fraction(place))) < Fraction(1, 10**29)


def test_slopes():
    for place, found in zip(PLACES, anchored_at(EQUATION, PLACES).slope, strict=True):
        assert found == pytest.approx(float(slope(Fraction(place))), rel=1e-15, abs=0)


def test_slope_at_0_is_exactly_gamma_less_the_rank():
    assert anchored_at(EQUATION, np.zeros(1)).slope[0] == 0.7 - 1.0


def test_distances_keep_their_digits():
    anchors = anchored_at(EQUATION, PLACES)
    x = anchors.image * (1 + 1e-15) + 1e-300
    for at, place, found in zip(x, PLACES, anchors.distance(x), strict=True):
        expected = float(Fraction(at) - image(Fraction(place)))
        assert found == pytest.approx(expected, rel=1e-14, abs=1e-31)
    naive = x - np.array([float(image(Fraction(place))) for place in PLACES])
    assert np.any(abs(naive / anchors.distance(x) - 1) > 1e-3)


def errors(moved, h):
    """Return relative errors of x(A + h) - x(A) for real h."""
    exact = [
        float(image(Fraction(a) + Fraction(b)) - image(Fraction(a)))
        for a, b in zip(PLACES, h, strict=True)
    ]
    return abs(moved / np.array(exact) - 1)


@pytest.mark.parametrize("size", [1e-1, 1e-6, 1e-12, 1e-17])
def test_differences_are_relatively_accurate(size):
    h = size * np.array([-1.0, 0.5, -0.25, 1.0, 2.0])
    near = Neighbourhoods(EQUATION.crowd.whole, anchored_at(EQUATION, PLACES))
    assert errors(near.image(h + 0j)[0].real, h).max() < 1e-14
    assert errors(near.image(h * (1 + 1e-13) + 0j)[0].real, h).max() > 1e-14


def test_plain_differences_are_not():
    h = np.full(5, 1e-12)
    plain = EQUATION.point(PLACES + h + 0j) - EQUATION.point(PLACES + 0j)
    assert errors(plain.real, h).max() > 1e-6


def test_slope_above_the_line_is_the_derivative():
    near = Neighbourhoods(EQUATION.crowd.whole, anchored_at(EQUATION, PLACES))
    h, step = 0.3 + 0.2j * np.ones(5), 1e-5
    steps = near.image(h + step)[0] - near.image(h - step)[0]
    assert near.image(h)[1] == pytest.approx(steps / (2 * step), rel=1e-8, abs=0)
    assert near.image(h)[1] == pytest.approx(
        EQUATION.point_and_slope(PLACES + h)[1], rel=1e-12, abs=0
    )


def test_runs_cover_every_point_once():
    anchors = anchored_at(EQUATION, np.tile(PLACES, 5000))
    h = np.full(25_000, 0.1j)
    seen = np.zeros(25_000, int)
    for rows, near in neighbourhoods(EQUATION, anchors, h):
        seen[rows] += 1
        assert len(near.image(h[rows])[0]) == len(seen[rows])
    assert np.all(seen == 1)


def test_joined_anchors_ascend():
    parts = [anchored_at(EQUATION, PLACES[k::2]) for k in range(2)]
    whole = joined(parts)
    assert np.all(np.diff(whole.image) >= 0)
    assert sorted(whole.place) == sorted(PLACES)
    assert isinstance(whole[whole.place > 0], Anchors)

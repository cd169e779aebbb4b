"""The curve over the support: its heights solve the equation, its starts are good ones."""

import numpy as np
import pytest

from rmtcheck.spectral.curve import Curve, heights, trace
from rmtcheck.spectral.dual import DualMap
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure

LEVELS = (np.arange(3000) + 0.5) / 3000
EQUATIONS = {
    "one weight": StieltjesEquation(DiscreteMeasure([1.0], [1.0]), 0.3),
    "two bulks": StieltjesEquation(DiscreteMeasure([1.0, 20.0], [0.5, 0.5]), 1.5),
    "both signs": StieltjesEquation(DiscreteMeasure([-4.0, -1.0, 3.0], [0.3, 0.2, 0.5]), 0.7),
    "small ratio": StieltjesEquation(DiscreteMeasure([1.0, 2.0], [0.5, 0.5]), 1e-4),
    "thousands": StieltjesEquation(
        DiscreteMeasure(np.tan(1.5 * (2 * LEVELS - 1)), np.full(3000, 1 / 3000)), 2.0
    ),
}


@pytest.fixture(params=EQUATIONS.values(), ids=EQUATIONS)
def equation(request):
    return request.param


def inner(bulks):
    share = np.array([1e-3, 0.1, 0.4, 0.77, 0.999])
    ends = zip(bulks.lower.place[:40], bulks.upper.place[:40], strict=True)
    return np.concatenate([low + (high - low) * share for low, high in ends])


def excess(equation, a, b):
    """Return the relative distance of the crowding from gamma, over all atoms."""
    apart = abs(a[:, None] + 1j * b[:, None] - equation.atoms)
    crowding = (equation.atoms / apart) ** 2 @ equation.weights
    return abs(crowding / equation.aspect_ratio - 1)


def test_heights_solve_the_equation(equation):
    a = inner(DualMap(equation).bulks)
    b = heights(equation, a)
    assert excess(equation, a, b).max() < 1e-5
    assert excess(equation, a, b * 1.0001).max() > 1e-5


def test_table_ascends_and_has_both_ends_of_every_bulk(equation):
    bulks = DualMap(equation).bulks
    curve = trace(equation, bulks, np.arange(len(bulks.low)))
    assert np.all(np.diff(curve.dual.real) >= 0)
    assert np.all(np.diff(curve.image) >= 0)
    assert set(curve.dual.real[curve.dual.imag == 0]) >= {*bulks.lower.place, *bulks.upper.place}
    assert np.all(curve.dual.imag >= 0)


def start_errors(equation, x):
    """Return how far starts are from the solutions, relative to the distance from the edge."""
    dual = DualMap(equation)
    lower = dual.bulks.lower[dual.bulks.place(x) - 1]
    h = dual.curve.start(x, lower)
    assert np.all(h.imag > 0)
    exact = dual.inside(x) - lower.place
    return abs(h / exact - 1)


@pytest.mark.parametrize("name", ["one weight", "two bulks", "both signs", "small ratio"])
def test_starts_are_near_the_solution_up_to_the_edge(name):
    equation = EQUATIONS[name]
    ends = zip(DualMap(equation).bulks.low, DualMap(equation).bulks.high, strict=True)
    share = np.array([1e-9, 1e-6, 1e-3, 0.1, 0.4])
    x = np.concatenate([low + (high - low) * share for low, high in ends])
    assert start_errors(equation, x).max() < 0.02


def test_a_table_without_slopes_is_worse(monkeypatch):
    monkeypatch.setattr("rmtcheck.spectral.curve.POINTS", 2)
    coarse = StieltjesEquation(DiscreteMeasure([1.0], [1.0]), 0.3)
    low, high = DualMap(coarse).bulks.low[0], DualMap(coarse).bulks.high[0]
    x = low + (high - low) * np.array([1e-3, 0.1, 0.4])
    with_slopes = start_errors(coarse, x).max()

    def flat(self, *parts):
        s, h, slope, known = node(self, *parts)
        return s, h, 0 * slope, known

    node = Curve._node
    monkeypatch.setattr(Curve, "_node", flat)
    assert start_errors(coarse, x).max() > 3 * with_slopes


def test_bulks_are_traced_when_they_are_asked_for():
    dual = DualMap(EQUATIONS["two bulks"])
    first = dual.curve_over(np.array([1]))
    low, high = dual.bulks.low[1], dual.bulks.high[1]
    assert np.all((first.image >= low) & (first.image <= high))
    whole = dual.curve_over(np.array([0, 1]))
    assert len(whole.image) > len(first.image)
    assert np.all(np.diff(whole.image) >= 0)

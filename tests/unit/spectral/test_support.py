"""Bulks against Sturm counts, closed forms and signs of g - gamma."""

import numpy as np
import pytest
import sympy

from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.support import find_bulks

CASES = {
    "one bulk": ([1.0, 2.0], [0.5, 0.5], 1.5),
    "two bulks": ([1.0, 20.0], [0.5, 0.5], 1.5),
    "both signs": ([-4.0, -1.0, 3.0], [0.25, 0.25, 0.5], 4.0),
    "small ratio": ([1.0, 1.5, 2.0], [0.25, 0.5, 0.25], 0.0009765625),
    "atom at 0": ([1.0, 9.0], [0.5, 0.5], 8.0),
}


def bulks_of(atoms, weights, gamma):
    return find_bulks(StieltjesEquation(DiscreteMeasure(atoms, weights), gamma))


def exactly(number):
    return sympy.Rational(*number.as_integer_ratio())


def critical_points(atoms, weights, gamma):
    """Return the real roots of g(u) = gamma by exact isolation."""
    u = sympy.Symbol("u")
    pairs = zip(map(exactly, atoms), map(exactly, weights), strict=True)
    lack = exactly(gamma) - sum(w * a**2 / (u - a) ** 2 for a, w in pairs)
    roots = sympy.Poly(sympy.numer(sympy.together(lack)), u).real_roots()
    return [float(root.evalf(30)) for root in roots]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_ends_are_all_roots(case):
    bulks, exact = bulks_of(*case), critical_points(*case)
    found = np.sort([*bulks.lower.place, *bulks.upper.place])
    assert found == pytest.approx(exact, rel=1e-13, abs=0)
    assert found != pytest.approx([*exact[:-1], exact[-1] * (1 + 1e-12)], rel=1e-13, abs=0)


@pytest.mark.parametrize("gamma", [1e-6, 0.04, 0.25, 9.0, 1e6])
def test_one_weight_has_the_edges_of_marchenko_and_pastur(gamma):
    bulks = bulks_of([3.0], [1.0], gamma)
    root = np.sqrt(gamma)
    assert bulks.low == pytest.approx([3 * (1 - root) ** 2], rel=1e-12, abs=0)
    assert bulks.high == pytest.approx([3 * (1 + root) ** 2], rel=1e-14, abs=0)


def test_hard_edge_is_exactly_0():
    bulks = bulks_of([1.0, 3.0], [0.5, 0.5], 1.0)
    assert bulks.low.tolist() == [0.0]
    assert bulks_of([1.0, 3.0], [0.5, 0.5], 1.0 + 1e-9).low[0] > 0


def test_support_is_parted_where_signs_touch_at_0():
    bulks = bulks_of([-1.0, 1.0], [0.5, 0.5], 1.0)
    assert bulks.high[0] == bulks.low[1] == 0.0
    assert len(bulks_of([-1.0, 1.0], [0.5, 0.5], 0.99).low) == 1
    assert bulks_of([-1.0, 1.0], [0.5, 0.5], 1.01).high[0] < 0


@pytest.mark.parametrize(("gamma", "count"), [(0.3, 1), (0.9, 2), (5.0, 3)])
def test_number_of_bulks(gamma, count):
    assert len(bulks_of([1.0, 5.0, 40.0], [1 / 3] * 3, gamma).low) == count


def test_holds_and_place():
    bulks = bulks_of([1.0, 20.0], [0.5, 0.5], 1.5)
    (a, c), (b, d) = bulks.low, bulks.high
    beyond, within = 1 - 1e-14, 1 + 1e-14
    x = np.array([a * beyond, a * within, (a + b) / 2, b / within, b / beyond, (b + c) / 2, d + 1])
    assert bulks.holds(x).tolist() == [False, True, True, True, False, False, False]
    assert bulks.place(x).tolist() == [0, 1, 1, 1, 1, 1, 2]


def test_merging_bulks():
    """Between two weights g is least where its cube roots say, and there the gap opens."""
    merging = 0.5 * (1 + 9) ** 3 / 26**2
    assert len(bulks_of([1.0, 27.0], [0.5, 0.5], merging * (1 - 1e-12)).low) == 1
    assert len(bulks_of([1.0, 27.0], [0.5, 0.5], merging * (1 + 1e-12)).low) == 2


def test_ratios_filled_but_for_a_rounding_error_have_their_gap():
    gamma, other = 0.5542488514957645, 0.44575114850423553
    bulks = bulks_of([1e50, -1.0], [gamma, other], gamma)
    assert len(bulks.low) == 2
    assert bulks.low[1] > 1e15

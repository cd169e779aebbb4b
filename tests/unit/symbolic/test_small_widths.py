"""Exponents at small widths, against integrals and against the powers at which means diverge."""

import math
import runpy
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic import small_widths
from rmtcheck.symbolic.small_widths import approach

ONE_CLASS = runpy.run_path(str(Path(__file__).parents[2] / "oracles" / "one_large_class.py"))
slope, norm, distance, moment = (ONE_CLASS[k] for k in ("slope", "norm", "distance", "moment"))


BAD_NUMBERS = [sympy.pi, sympy.Rational(7, 2), -(10**500), pytest.param(-(10**5000), id="long")]


def hidden(m):
    return approach("w", diagonal=False, m=m)


@pytest.mark.parametrize("m", [3, 4, 5])
def test_the_integral_over_one_large_class_has_the_exponent(m):
    found = hidden(m)
    for size in (160, 640):
        allowed = 3 * size**-1.5  # idle units give a series in the root of 1/log C
        measured = slope(m, size) - float(found.logarithms) / size
        assert abs(measured - float(found.exponent)) < allowed
        assert abs(measured + (m - 2) / 3) > 10 * allowed  # all of the loss where p reaches 1
        assert abs(slope(m, size) - float(found.exponent)) > 5 * allowed  # no logarithms


@pytest.mark.parametrize("m", [3, 4, 5])
@pytest.mark.parametrize("size", [5, 10])
def test_the_integrals_on_both_sides_of_the_pole_differ_by_the_limit(m, size):
    limit = moment(2.0, m)
    assert abs(norm(m, size) + distance(m, size) - limit) < 1e-9
    assert abs(norm(m, size) - limit) > 1e-3


def test_growth_at_width_two():
    found = hidden(2)
    assert (found.exponent, found.logarithms) == (0, 3)
    assert abs(norm(2, 600) / 600**3 * 1296 - 1) < 0.05
    assert abs(norm(2, 600) / 600**3 * 1296 - 1) < abs(norm(2, 150) / 150**3 * 1296 - 1)


@pytest.mark.parametrize(
    ("layer", "diagonal", "m"),
    [("w", False, 3), ("w", False, 4), ("v", True, 2), ("v", True, 3), ("v", False, 4)],
)
def test_means_diverge_at_the_critical_power(layer, diagonal, m):
    """Integrate over the two outputs along their worst direction, on either side."""
    found = approach(layer, diagonal=diagonal, m=m)
    start = 2 if layer == "w" else 1
    critical = start - float(found.exponent)
    assert (
        worst(layer, diagonal, critical * 0.999, m)
        < 1
        < worst(layer, diagonal, critical * 1.001, m)
    )


def worst(layer, diagonal, z, m):
    """Return the largest of exponent over |a|^2/2 + |a'|^2/2, searched over the directions."""
    other = 0 if layer == "w" else 1
    more = layer == "v" and not diagonal

    def share(angle):
        a, b = math.cos(angle), math.sin(angle)
        mean = z * a + other * b  # a row of the first class is moved by this
        first = (mean**2 - z * a**2 - other * b**2) / m
        return first + (((a + b) ** 2 - 1) / m if more else 0)

    return max(share(k * math.pi / 2 / 2000) for k in range(2001))


def test_exact_numbers():
    assert hidden(6).exponent == -1
    assert hidden(6).logarithms == 5
    assert hidden(7) == approach("v", diagonal=True, m=4)
    assert approach("v", diagonal=True, m=1).exponent == 0
    assert approach("v", diagonal=False, m=2).exponent == 0
    growth = approach("v", diagonal=False, m=1).exponent
    ratio = growth - approach("v", diagonal=True, m=1).exponent - 2
    assert sympy.simplify(ratio - (1 - sympy.sqrt(5))) == 0
    assert ratio < -1


@pytest.mark.parametrize(
    ("layer", "diagonal", "m"), [("w", True, 3), ("w", False, 1), ("x", True, 3), ("v", True, 0)]
)
def test_what_is_not_derived_is_refused(layer, diagonal, m):
    with pytest.raises(DomainError, match=f"m = {m}"):
        approach(layer, diagonal=diagonal, m=m)


@pytest.mark.parametrize(
    "m",
    [*BAD_NUMBERS, 2.0, math.nan, math.inf, None, "3", sympy.Symbol("m"), [], True, sympy.true],
)
def test_widths_are_integers(m):
    refused("m = ", "w", False, m)


@pytest.mark.parametrize("layer", [[], {}, None, 1, np.ones(2), "x" * 999])
def test_layers_are_names(layer):
    refused("layer = ", layer, True, 3)


@pytest.mark.parametrize("diagonal", [None, 1, [], np.ones(2)])
def test_diagonal_is_a_truth_value(diagonal):
    refused("diagonal = ", "v", diagonal, 3)


def refused(start, layer, diagonal, m):
    with pytest.raises(DomainError) as caught:
        approach(layer, diagonal=diagonal, m=m)
    text = str(caught.value)
    assert text.startswith(start)
    assert "needed" in text
    assert "\n" not in text
    assert len(text) < 120


@pytest.mark.parametrize("kind", list(small_widths._MOVED))
def test_wide_layers_are_limited_by_the_next_pole(kind):
    beyond = small_widths._START[kind] + 1
    powers = [small_widths._critical_power(small_widths._MOVED[kind], m) for m in range(3, 30)]
    assert all(low < high for low, high in pairwise(powers))
    assert powers[small_widths._WIDE - 3] > beyond > powers[0]
    wide = [approach(kind[0], diagonal=kind[1], m=m) for m in (7, 29, 10**500, 10**5000)]
    assert [(w.exponent, w.logarithms) for w in wide] == [(-1, 0)] * 4


def test_integers_of_other_kinds_are_taken():
    assert hidden(sympy.Integer(3)) == hidden(np.int64(3)) == hidden(3) != hidden(2)

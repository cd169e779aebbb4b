"""Rates at small widths, by draws: slopes within a stated bias, wrong exponents rejected.

Six standard errors, plus what the slope at these sizes may still be away from its limit: terms
of relative order 1/log C are not resolved.
"""

import math
import runpy
import secrets
from pathlib import Path

import pytest

from rmtcheck.montecarlo.hidden_layer import Setting, draw_norms
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.shared_readout import cross_entropy_norm, relu_overlap_value

DEVIATIONS = 6
ALONE = 1e9
"""A gamma at which only E[lambda^2] counts."""
FEW, MANY = 100, 10_000
DRAWS = {FEW: 20_000, MANY: 1500}
ONE_CLASS = runpy.run_path(str(Path(__file__).parents[2] / "oracles" / "one_large_class.py"))


def drawn(layer, diagonal, gamma, m, C, times=1):
    """Return C^k E|H|^2, as in the theorem, and its standard error."""
    rng = stream(secrets.randbits(64), "tests of small widths", C)
    found = draw_norms(Setting(gamma, m, C), layer, round(times * DRAWS[C]), rng)[diagonal]
    power = 1 if layer == "w" else 2 if diagonal else 4
    return found.value * float(C) ** power, found.error * float(C) ** power


def slope(ends, logarithms):
    """Return the exponent of C between two sizes, its logarithms removed, and its error."""
    (first, low), (last, high) = ends
    span = math.log(MANY / FEW)
    powers = logarithms * math.log(math.log(MANY) / math.log(FEW))
    return (math.log(last / first) - powers) / span, math.hypot(low / first, high / last) / span


def agrees(found, exponent, bias):
    return abs(found[0] - exponent) <= DEVIATIONS * found[1] + bias


@pytest.mark.parametrize(("m", "C", "bias"), [(3, FEW, 0.2), (3, MANY, 0.06), (4, MANY, 0.04)])
def test_hidden_blocks_are_those_of_one_large_class(m, C, bias):
    value, error = (number / ALONE for number in drawn("w", False, ALONE, m, C))
    theory = ONE_CLASS["norm"](m, math.log(C))
    assert abs(value - theory) <= DEVIATIONS * error + bias * theory
    assert abs(value - 2 * theory) > DEVIATIONS * error + bias * theory
    if m == 3:  # the limit itself is far away
        assert value + DEVIATIONS * error < 0.8 * ONE_CLASS["moment"](2.0, m)


def test_output_blocks_approach_their_limit_at_width_three():
    limit = cross_entropy_norm("v", diagonal=False, gamma=1.0, m=3).coefficient.value
    values = [drawn("v", False, 1.0, 3, C) for C in (FEW, MANY)]
    found = slope([(limit - value, error) for value, error in values], 5 / 2)
    assert agrees(found, (7 - math.sqrt(129)) / 8, 0.07)
    for wrong in (-1 / 3, -1, -0.92, -0.3):
        assert not agrees(found, wrong, 0.07)


def test_output_blocks_grow_at_width_one():
    """Measured slopes fall with the sizes, so what is left of them lies above the exponent."""
    ends = [drawn("v", False, 1.0, 1, C, 1.6) for C in (FEW, MANY)]
    rise, error = slope(ends, 1 / 2)

    def fits(exponent):
        return exponent - 4 * error <= rise <= exponent + 4 * error + 0.1

    assert fits(3 - math.sqrt(5))
    for wrong in (0, 0.382, 1 / 2, 1, 2):
        assert not fits(wrong)


@pytest.mark.parametrize(("m", "diagonal", "power"), [(1, True, 2.5), (2, False, 3)])
def test_growth_by_logarithms(m, diagonal, power):
    ends = [drawn("v", diagonal, 1.0, m, C) for C in (FEW, MANY)]
    (rise, error), span = slope(ends, 0), math.log(2)
    found = rise * math.log(MANY / FEW) / span, error * math.log(MANY / FEW) / span
    assert agrees(found, power, 0.3)
    for wrong in (power - 1.5, power + 1.5):
        assert not agrees(found, wrong, 0.3)


def test_output_blocks_converge_at_width_two():
    zero, one, two = (relu_overlap_value(k, 1 / 2).value for k in range(3))
    limit = 2 * (one**2 + zero * two)
    values = [drawn("v", True, 1.0, 2, C) for C in (FEW, MANY)]
    distances = [(limit - value, error) for value, error in values]
    exponent, found = (2 - math.sqrt(13)) / 3, slope(distances, 2)
    assert agrees(found, exponent, 0.06)
    for wrong in (0, -0.3, -0.8, -0.921, -1):
        assert not agrees(found, wrong, 0.06)
    assert not agrees(slope(distances, 0), exponent, 0.06)

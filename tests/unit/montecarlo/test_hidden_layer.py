"""Drawn block norms of a hidden layer: unbiased at every size, with power at small widths.

Means are compared at six standard errors, which a right value misses with probability below
1e-8 for Gaussian errors; every comparison also rejects a planted false value.
"""

import math
import runpy
import secrets
from pathlib import Path

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.hidden_layer import Setting, draw_norms, hidden_blocks, output_blocks
from rmtcheck.montecarlo.hidden_layer.setting import UNTILTED
from rmtcheck.montecarlo.hidden_layer.units import draw_unit, overlap_mean
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.shared_readout import cross_entropy_norm, relu_overlap_value
from rmtcheck.vocabulary.observations import Estimate

DEVIATIONS = 6
BIAS = 0.05
"""What 4000 classes may still be away from infinitely many, at width 16."""
PLAIN = runpy.run_path(str(Path(__file__).with_name("plain_hidden_layer.py")))["plain_values"]
SIZES = [(1, 10), (2, 2), (2, 10), (3, 2), (3, 10), (3, 20), (5, 10)]
BATCHES = 10


def rng():
    return stream(secrets.randbits(64), "tests of a hidden layer", 0)


def estimate(values):
    return Estimate(value=values.mean(), error=values.std(ddof=1) / math.sqrt(len(values)))


def is_near(found, value, bias=0.0, error=0.0):
    allowed = DEVIATIONS * math.hypot(found.error, error) + bias * abs(value)
    return abs(found.value - value) <= allowed


def against_plain(m, C, layer):
    """Yield drawn and plainly drawn norms."""
    drawn = draw_norms(Setting(1.3, m, C), layer, 40_000, rng())
    generator, size = rng(), min(20_000, 1_000_000 // (m * C))
    batches = [PLAIN(1.3, m, C, layer, size, generator) for _ in range(BATCHES)]
    plain = {kind: np.concatenate([batch[kind] for batch in batches]) for kind in drawn}
    return [(found, estimate(plain[kind])) for kind, found in drawn.items()]


@pytest.mark.parametrize("layer", ["w", "v"])
@pytest.mark.parametrize(("m", "C"), SIZES)
def test_the_mean_is_that_of_plain_draws(m, C, layer):
    pairs = against_plain(m, C, layer)
    assert len(pairs) == (1 if (m, layer) == (1, "w") else 2)
    for found, plain in pairs:
        assert is_near(found, plain.value, error=plain.error)
        assert not is_near(found, 1.5 * plain.value, error=1.5 * plain.error)


def untilted_rows(setting, given, rows, generator):
    return SOFTMAXES(setting, given, 0, generator)


SOFTMAXES = output_blocks._softmaxes
ERRORS = {
    "rows not tilted": ("v", output_blocks, "_softmaxes", untilted_rows),
    "mass of a unit": ("v", output_blocks, "overlap_mean", lambda k, s: overlap_mean(k, s) * 1.3),
    "mass of a layer": ("w", hidden_blocks, "_mass", lambda m, kappa: MASS(m, kappa) * 1.5),
    "spread of the row": ("w", hidden_blocks, "_row_variance", lambda m, k: VARIANCE(m, k) * 1.5),
}
MASS, VARIANCE = hidden_blocks._mass, hidden_blocks._row_variance


@pytest.mark.parametrize("name", ERRORS)
def test_a_wrong_tilt_is_noticed(name, monkeypatch):
    layer, module, target, wrong = ERRORS[name]
    monkeypatch.setattr(module, target, wrong)
    found, plain = against_plain(3, 20, layer)[1]
    assert not is_near(found, plain.value, error=plain.error)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("tilt", [0.0, 1 / 3, 2 / 3, 0.95])
def test_masses_of_units_are_integrals(order, tilt):
    value = relu_overlap_value(order, tilt).value
    assert abs(overlap_mean(order, tilt) - value) <= 1e-10 * value


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("tilt", [0.0, 2 / 3, 0.95])
def test_units_are_drawn_from_their_law(order, tilt):
    first, second = draw_unit(order, tilt, (200_000,), rng())
    mean = overlap_mean(order + 1, tilt) / overlap_mean(order, tilt)
    assert is_near(estimate(first * second), mean)
    assert not is_near(estimate(first * second), 1.1 * mean)
    assert is_near(estimate(first - second), 0)


@pytest.mark.parametrize("m", [1, 2, 3])
def test_no_draw_of_classes_exceeds_its_bound(m):
    setting = Setting(1.0, m, 7)
    zero, one, two = (overlap_mean(k, setting.strength(2)) for k in range(3))
    mass = m * two * zero ** (m - 1) + (m * (m - 1) * one**2 * zero ** (m - 2) if m > 1 else 0)
    largest = output_blocks.output_draws(setting)[False](50_000, rng()).max()
    assert largest <= mass / (UNTILTED * 7 * 6) * (1 + 1e-9)
    assert largest > mass / (UNTILTED * 7 * 6) / 1000  # the bound is not idle


def test_squared_error_is_exact_at_every_number_of_classes():
    m, C, gamma = 4, 20, 1.0
    found = draw_norms(Setting(gamma, m, C, factor=1.0), "w", 40_000, rng())
    diagonal = 4 * (C**2 + 2 * C) / m**2 * (gamma / 2 + 1 / 4)
    other = 4 * C / m**2 * (gamma / 4 + 1 / 16)
    assert is_near(found[True], diagonal)
    assert is_near(found[False], other)
    assert not is_near(found[True], diagonal * C / (C + 2))
    assert not is_near(found[False], other * 1.1)


def test_squared_error_has_diagonal_output_blocks():
    found = draw_norms(Setting(1.0, 4, 20, factor=0.5), "v", 40_000, rng())
    assert is_near(found[True], 12 / (2 * np.pi) ** 2 + 1)
    assert not is_near(found[True], 12 / (2 * np.pi) ** 2 + 1.3)
    assert found[False].value == 0


@pytest.mark.parametrize("layer", ["w", "v"])
def test_many_classes_approach_the_limits(layer):
    m, C, gamma = 16, 4000, 1.0
    found = draw_norms(Setting(gamma, m, C), layer, 2000, rng())
    for diagonal in (True, False):
        term = cross_entropy_norm(layer, diagonal=diagonal, gamma=gamma, m=m)
        limit = term.coefficient.value * float(C) ** term.exponent
        assert is_near(found[diagonal], limit, BIAS)
        assert not is_near(found[diagonal], 2 * limit, BIAS)


@pytest.mark.parametrize(("layer", "diagonal", "least"), [("v", True, 10), ("v", False, 5)])
def test_a_draw_tells_more_than_a_plain_one(layer, diagonal, least):
    drawn = draw_norms(Setting(1.0, 3, 1000), layer, 2000, rng())[diagonal]
    plain = estimate(PLAIN(1.0, 3, 1000, layer, 2000, rng())[diagonal])
    assert plain.error / plain.value > math.sqrt(least) * drawn.error / drawn.value


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Setting(1.0, 0, 10), "m = 0"),
        (lambda: Setting(1.0, 3, 1), "C = 1"),
        (lambda: Setting(-1.0, 3, 10), "gamma = -1.0"),
        (lambda: draw_norms(Setting(1.0, 3, 10), "x", 10, rng()), "layer = 'x'"),
        (lambda: draw_norms(Setting(1.0, 3, 10), "w", 1, rng()), "draws = 1"),
        (lambda: overlap_mean(3, 0.5), "order = 3"),
        (lambda: draw_unit(0, 1.0, (2,), rng()), "tilt = 1.0"),
    ],
)
def test_bad_input_is_named(make, text):
    with pytest.raises(DomainError, match=text):
        make()

import json
from math import e
from pathlib import Path

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral.softmax import SoftmaxMoments, softmax_moment

ORACLE = Path(__file__).parents[2] / "oracles" / "softmax_moments_direct.json"
ROWS = json.loads(ORACLE.read_text())["rows"]
SIZES = [2, 3, 7, 1000, 10**6, 10**9]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_agrees_with_the_definition(row):
    moment = softmax_moment(row["powers"], row["classes"], float(row["scale"]))
    exact = float(row["value"])
    assert abs(moment.value - exact) <= moment.error
    assert moment.error < 1e-12 * exact


@pytest.mark.parametrize("classes", SIZES)
@pytest.mark.parametrize("scale", [0.0, 0.1, 1.0, 3.0])
def test_components_average_to_one_over_classes(classes, scale):
    moment = softmax_moment((1,), classes, scale)
    assert abs(moment.value * classes - 1) <= moment.error * classes < 1e-12


@pytest.mark.parametrize("classes", SIZES)
def test_components_sum_to_one(classes):
    """E p_1^a = E p_1^a sum_k p_k, an identity between three moments."""
    for power in (1, 2, 3):
        whole = softmax_moment((power,), classes).value
        same = softmax_moment((power + 1,), classes).value
        other = softmax_moment((power, 1), classes).value
        assert abs((same + (classes - 1) * other) / whole - 1) < 1e-12


@pytest.mark.parametrize(
    ("powers", "limit"), [((2,), e), ((1, 1), 1), ((4,), e**6), ((2, 2), e**2)]
)
def test_lognormal_limit_of_many_classes(powers, limit):
    moment = softmax_moment(powers, 10**9)
    assert abs(moment.value * 1e9 ** sum(powers) / limit - 1) < 1e-6


def test_constant_logits_give_the_uniform_law():
    assert abs(softmax_moment((2, 1), 10, 0.0).value - 1e-3) < 1e-15


def test_scales_together_equal_scales_apart():
    together, _ = SoftmaxMoments(12, [0.5, 1.5])((2, 1))
    apart = [softmax_moment((2, 1), 12, s).value for s in (0.5, 1.5)]
    np.testing.assert_allclose(together, apart, rtol=1e-13)


def test_order_of_calls_does_not_matter():
    moments = SoftmaxMoments(5, [1.0])
    before = moments((1,))[0]
    moments((9,))
    assert abs(SoftmaxMoments(5, [1.0])((1,))[0] - before) < 1e-16


def test_no_power_is_total_mass():
    assert softmax_moment((0, 0), 2).value == 1


def test_error_estimate_sees_a_coarse_rule(monkeypatch):
    monkeypatch.setattr("rmtcheck.spectral.softmax.U_STEP", 1.2)
    moments = SoftmaxMoments(4, [1.0])
    value, error = moments((1,))
    assert error > 1e-4 * value
    assert abs(value - 0.25) <= error


@pytest.mark.parametrize(
    ("powers", "classes", "scale"),
    [
        ((-1,), 3, 1.0),
        ((0.5,), 3, 1.0),
        ((1, 1, 1), 2, 1.0),
        ((1,), 1, 1.0),
        ((1,), 2.5, 1.0),
        ((1,), float("nan"), 1.0),
        ((1,), 3, -1.0),
        ((1,), 3, float("nan")),
        ((1,), 3, 100.0),
    ],
)
def test_bad_arguments_are_named(powers, classes, scale):
    with pytest.raises(DomainError, match=r"needed|only"):
        softmax_moment(powers, classes, scale)

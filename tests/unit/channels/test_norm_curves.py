"""Curves are drawn for the norms themselves, and accuse a theory that is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    TANH,
    Along,
    E,
    HessianBlock,
    OneHiddenLayer,
    Order,
    frobenius_squared,
)
from rmtcheck.channels.simulation import norm_curves
from rmtcheck.channels.simulation.norm_curves import (
    DRAWS,
    SIZES,
    is_norm_against_classes,
    judge,
    record,
)
from rmtcheck.claims.evidence import Outcome
from rmtcheck.montecarlo.norm_curves import CLASSES
from rmtcheck.report.curves import norm_curves as draw
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, m

QUANTILE = 4.0728
"""Student's t with 15 degrees of freedom, two-sided 99.9 %, from a printed table."""
network = OneHiddenLayer(d, m, C)
ordered = Along(d, N, ratio=gamma, then=C)


def norm(k, layer="w", loss=CROSS_ENTROPY, network=network):
    rows = getattr(network, layer)
    return E(frobenius_squared(HessianBlock(network, loss, rows[i], rows[k])))


class Drawn:
    """A simulator whose draws are known: mean 1 and a spread of one half."""

    seed = 5

    def draws(self, statistic, parameters, count):
        assert (statistic, parameters, count) == ("norm_curve", SIZES, DRAWS)
        values = 1 + 0.5 * np.tile([-1.0, 1.0], DRAWS // 2)
        return np.repeat(values[:, None], 2 * len(CLASSES), axis=1)


@pytest.fixture
def curves(monkeypatch):
    theory = {True: Estimate(value=1.1, error=0.01), False: Estimate(value=0.9, error=0.01)}
    monkeypatch.setattr(norm_curves, "_theory", lambda classes, seed: theory)
    return norm_curves.measure(Drawn())


@pytest.mark.parametrize(
    ("quantity", "along", "expected"),
    [
        (C * norm(j) / d, ordered, True),
        (norm(i) / d, ordered, False),
        (norm(j) / norm(i), ordered, False),
        (norm(j, layer="v") / d, ordered, False),
        (norm(j, loss=MEAN_SQUARED_ERROR) / d, ordered, False),
        (norm(j) / d, Along(d, N, ratio=gamma), False),
        (norm(j) / d, Along(d, N, ratio=3, then=C), False),
        (norm(j, network=OneHiddenLayer(d, m, C, TANH)) / d, ordered, False),
        (norm(j, network=OneHiddenLayer(d, 5, C)) / d, ordered, False),
    ],
)
def test_curves_belong_to_norms_of_off_diagonal_hidden_blocks(quantity, along, expected):
    assert is_norm_against_classes(Order(quantity, along, exponent=0)) is expected


def test_a_theory_within_its_errors_is_not_accused(curves):
    found = judge(curves)
    assert found.outcome == Outcome.UNKNOWN
    assert "within 0.8 standard errors" in found.message


def test_a_false_theory_is_accused(curves):
    reading = curves["diagonal"][3]
    curves["diagonal"][3] = replace(reading, theory=Estimate(value=3.5, error=0.01))
    found = judge(curves)
    assert found.outcome == Outcome.ERROR
    assert found.witness.startswith(f"C = {CLASSES[3]}: 1 drawn")


def test_the_record_is_drawn(curves):
    (figure,) = draw(record(curves))
    assert figure.title == "The effect of increasing C"
    assert "16 drawn layers (d = 500, N = 5000, m = 8)" in figure.caption
    assert figure.svg.startswith("<svg")


def test_intervals_are_those_of_student(curves):
    point = record(curves)["off_diagonal"][0]
    half = 0.5 * np.sqrt(DRAWS / (DRAWS - 1)) / np.sqrt(DRAWS) * QUANTILE
    np.testing.assert_allclose(
        [point["low"], point["high"]], [1 - half, 1 + half], rtol=1e-4
    )  # the digits of the table

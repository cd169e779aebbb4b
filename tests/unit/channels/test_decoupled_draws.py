"""Draws on decoupling: what is drawn for, which errors are seen, and that the truth is accepted."""

import secrets
from dataclasses import dataclass

import numpy as np
import pytest
from sympy import Abs, Rational

from rmtcheck import Along, E, LimitOf, ResolventTrace
from rmtcheck.channels.decoupled_blocks import (
    asks_for_bias,
    asks_for_vanishing,
    blocks_of,
    one_field,
    several_fields,
)
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.simulation import decoupling
from rmtcheck.channels.simulation.decoupling import (
    Gap,
    judge_bias,
    judge_difference,
    measure_bias,
    measure_difference,
)
from rmtcheck.claims.evidence import Outcome
from rmtcheck.montecarlo.harness import Task, draw_block
from rmtcheck.runner.collect import collect, proofs_folder
from rmtcheck.vocabulary.decoupling import (
    BoundedWeights,
    CorrelatedData,
    DecoupledCovariance,
    DependentCovariance,
    DifferentiableWeights,
    RadialWeights,
)
from rmtcheck.vocabulary.symbols import C, N, d, gamma, z

PROPORTIONAL = Along(d, N, ratio=gamma)
BIAS, BIAS_OF_ONE = (
    part.printed.value
    for claim in collect(proofs_folder())
    if claim.id == "beyond.decoupling_bias"
    for part in claim.parts
)
SHARE = 1e-6 / 30
"""A share of a run's budget; a run of every claim has fewer questions to share it."""
ROOTS, FAR_FEWER_ROWS, LIKELY = 8, 8, 1e-5


@dataclass(frozen=True)
class Drawn:
    """Draws in this process, of one root."""

    root: int

    def draws(self, statistic, parameters, count):
        task = Task(claim="a.b", statistic=statistic, parameters=parameters, draws_per_block=count)
        return draw_block(task, self.root, 0)


def gap(fields=C, *classes, sizes=(d, N)):
    kinds = (DependentCovariance, DecoupledCovariance)
    dependent, decoupled = (E(ResolventTrace(k(*sizes, fields, *classes), z)) for k in kinds)
    return dependent - decoupled


def bias(difference):
    return LimitOf(N * difference, 0, PROPORTIONAL)


def vanishing(difference):
    return LimitOf(Abs(difference), 0, PROPORTIONAL)


@pytest.mark.parametrize("fields", [C, 1])
def test_what_is_drawn_for(fields):
    blocks = one_field() if fields == 1 else several_fields()
    for difference in (gap(fields), gap(fields, BoundedWeights())):
        assert asks_for_bias(bias(difference))
        assert asks_for_vanishing(vanishing(difference))
        assert asks_for_vanishing(vanishing(-difference))
        assert blocks_of(bias(difference)) == blocks_of(vanishing(difference)) == blocks
        assert NumericChannel().applies(bias(difference))


@pytest.mark.parametrize(
    "difference",
    [
        gap(d),
        gap(N),
        gap(2),
        gap(C + 1),
        gap(C, DifferentiableWeights()),
        gap(C, RadialWeights()),
        gap(C, None, CorrelatedData()),
        gap(sizes=(N, d)),
        gap(sizes=(2 * d, N)),
    ],
    ids=["d", "N", "2", "C+1", "differentiable", "radial", "correlated", "swapped", "doubled"],
)
def test_what_is_not_drawn_is_not_judged(difference):
    assert not asks_for_bias(bias(difference))
    assert not asks_for_vanishing(vanishing(difference))
    assert not NumericChannel().applies(bias(difference))


def test_other_multiples_are_not_drawn():
    assert not asks_for_vanishing(vanishing(N * gap()))
    assert not asks_for_vanishing(vanishing(2 * gap()))
    assert not asks_for_bias(bias(2 * gap()))
    assert not asks_for_bias(LimitOf(N * gap(), 0, Along(N, d, ratio=1 / gamma)))


@pytest.mark.slow
@pytest.mark.montecarlo
def test_errors_of_a_quarter_are_seen_at_every_block():
    simulator = Drawn(secrets.randbits(60))
    for blocks, formula in ((several_fields(), BIAS), (one_field(), BIAS_OF_ONE)):
        found = measure_bias(simulator, blocks, SHARE)
        truth = judge_bias(found, formula)
        assert truth.outcome == Outcome.HOLDS
        assert "every error above" in truth.message
        for one in found:
            for factor in (Rational(5, 4), Rational(3, 4)):
                assert judge_bias([one], factor * formula).outcome == Outcome.FAILS
            assert one.record(one.block.bias)["sees"] < 0.35 * abs(one.block.bias)


@pytest.mark.montecarlo
def test_a_limit_of_a_fifth_is_seen_at_every_block():
    simulator = Drawn(secrets.randbits(60))
    for blocks in (several_fields(), one_field()):
        found = measure_difference(simulator, blocks, SHARE)
        truth = judge_difference(found, 0.0)
        assert truth.outcome == Outcome.HOLDS
        assert "every limit above" in truth.message
        for one in found:
            assert judge_difference([one], 0.2).outcome == Outcome.FAILS
            assert one.record(0j)["sees"] < 0.1


@pytest.mark.slow
@pytest.mark.montecarlo
def test_the_truth_is_accepted(monkeypatch):
    """With far fewer draws and an error budget that is far more likely to be spent."""
    monkeypatch.setattr(decoupling, "ROWS", FAR_FEWER_ROWS)
    for _ in range(ROOTS):
        simulator = Drawn(secrets.randbits(60))
        for blocks, formula in ((several_fields(), BIAS), (one_field(), BIAS_OF_ONE)):
            found = measure_bias(simulator, blocks, LIKELY)
            assert judge_bias(found, formula).outcome == Outcome.HOLDS
            found = measure_difference(simulator, blocks[:1], LIKELY)
            assert judge_difference(found, 0.0).outcome == Outcome.HOLDS


class Planted:
    """Draws that are all m + c/N + limit N."""

    def __init__(self, m, c, limit=0):
        self.m, self.c, self.limit = m, c, limit

    def draws(self, statistic, parameters, count):
        size = parameters["N"]
        value = self.m + self.c / size + self.limit * size
        return np.tile([value.real, value.imag], (8 * count, 1))


def test_extrapolation_removes_the_first_order():
    block = several_fields()[0]
    m, c = 1 - 2j, 3 + 4j
    (found,) = measure_bias(Planted(m, c), [block], 1e-3)
    assert found.contains(m)
    for (low, high), part in zip((found.real, found.imag), (m.real, m.imag), strict=True):
        assert (low + high) / 2 == pytest.approx(part, abs=0.2 * (high - low))
    assert found.bound >= decoupling.REST * abs(c) / 64


def test_a_difference_that_stays_is_an_error_of_theory():
    block = several_fields()[0]
    decays = measure_difference(Planted(30 + 0j, 0j), [block], 1e-3)
    stays = measure_difference(Planted(0j, 0j, 0.3), [block], 1e-3)
    outcomes = [judge_difference(found, 0.0).outcome for found in (decays, stays)]
    assert outcomes == [Outcome.HOLDS, Outcome.ERROR]


def test_what_an_interval_sees():
    one = Gap(several_fields()[0], "N = 64", (0.0, 2.0), (-1.0, 1.0), 0.5)
    assert one.sees(1 + 0j) == pytest.approx(np.hypot(1.5, 1.5))
    assert one.sees(0j) == pytest.approx(np.hypot(2.5, 1.5))
    assert one.modulus == (0.0, one.sees(0j))
    assert one.contains(2.4 + 1.4j)
    assert not one.contains(2.6 + 0j)
    assert not one.contains(1 - 1.6j)

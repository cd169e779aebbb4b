"""Drawn Hessians reject a wrong limit of Theorem 1 and keep the right one, at any seed.

The root seed is fresh in every run: the intervals err with probability at most 1e-6.
"""

import secrets

import pytest
from sympy import Rational

from rmtcheck import (
    CROSS_ENTROPY,
    Along,
    E,
    HessianBlock,
    LimitOf,
    LinearModel,
    SoftmaxOfGaussians,
    frobenius_squared,
)
from rmtcheck.channels.montecarlo import MonteCarloChannel
from rmtcheck.channels.simulation import block_norms
from rmtcheck.claims.evidence import Outcome
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j

pytestmark = [pytest.mark.slow, pytest.mark.montecarlo]

SHAPES = (20, 50, 100)

p = SoftmaxOfGaussians(C)
diagonal, off_diagonal = (HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, k) for k in (i, j))
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2


def statement(factor):
    """The limit, with both moments of p_i p_j multiplied by a factor."""
    g_ij = gamma * factor * E(p[i] ** 2 * p[j] ** 2) + (factor * E(p[i] * p[j])) ** 2
    norms = frobenius_squared(off_diagonal) / frobenius_squared(diagonal)
    return LimitOf(norms, g_ij / g_ii, Along(d, N, ratio=gamma), mode="almost sure")


@pytest.fixture(scope="module")
def channel(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block_norms, "PAPER", ())
        patch.setattr(
            block_norms, "SMALL", [s for s in block_norms.SMALL if s.C <= 10 and s.d in SHAPES]
        )
        store = tmp_path_factory.mktemp("store") / "blocks.sqlite"
        seed = secrets.randbits(32)
        with MonteCarloChannel(seed=seed, jobs=2, store=store, effort=1, total=1e-6) as opened:
            yield opened


@pytest.fixture(scope="module")
def observation(channel):
    return channel.observe("power.montecarlo", statement(1), lambda text: None)


def test_true_limit_is_kept(channel, observation):
    assert channel.judge(observation, statement(1)).outcome == Outcome.HOLDS


@pytest.mark.parametrize("factor", ["6/5", "4/5"])
def test_moments_wrong_by_a_fifth_are_rejected(channel, observation, factor):
    judged = channel.judge(observation, statement(Rational(factor)))
    assert judged.outcome == Outcome.FAILS
    assert "interval" in judged.witness

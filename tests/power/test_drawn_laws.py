"""Drawn spectra reject wrong laws and wrong classes, and keep the right ones, at any seed.

The root seed is fresh in every run: the intervals err with probability at most 1e-6.
"""

import secrets

import pytest
from sympy import pi, sqrt

from rmtcheck import (
    Along,
    E,
    ForAll,
    ImplicitLaw,
    IndependentParts,
    LimitOf,
    PrintedLaw,
    RandomHermitian,
    SpectralLimit,
    WeightedCovariance,
    WignerMatrix,
)
from rmtcheck.channels.montecarlo import MonteCarloChannel
from rmtcheck.channels.quantified import FLUCTUATION
from rmtcheck.claims.evidence import Outcome
from rmtcheck.vocabulary.symbols import N, d, gamma, s, weight, x, z

pytestmark = [pytest.mark.slow, pytest.mark.montecarlo]


def weighted(factor, sign=1):
    law = ImplicitLaw(-z + E(weight / (1 + sign * factor * weight * s)))
    return SpectralLimit(WeightedCovariance(d, N), law, Along(d, N, ratio=gamma))


def semicircle(radius):
    density = 2 * sqrt(radius**2 - x**2) / (pi * radius**2)
    return SpectralLimit(WignerMatrix(d), PrintedLaw(density, -radius, radius), Along(d))


def concentrates(objects, value=0):
    along = Along(d, N, ratio=gamma)
    return ForAll(objects, LimitOf(FLUCTUATION, value, along, mode="almost sure"))


CASES = {
    "weighted": (weighted(gamma), [weighted(1), weighted(1 / gamma), weighted(gamma, sign=-1)]),
    "wigner": (semicircle(2), [semicircle(sqrt(3)), semicircle(sqrt(5)), semicircle(1)]),
    "concentration": (
        concentrates(IndependentParts(N, 2)),
        [concentrates(RandomHermitian()), concentrates(IndependentParts(N, 2), 1)],
    ),
}


@pytest.fixture(scope="module", params=CASES)
def judged(request, tmp_path_factory):
    true, wrong = CASES[request.param]
    store = tmp_path_factory.mktemp("store") / "blocks.sqlite"
    seed = secrets.randbits(32)
    with MonteCarloChannel(seed=seed, jobs=2, store=store, effort=1, total=1e-6) as channel:
        observation = channel.observe("power.drawn", true, lambda text: None)
        return [channel.judge(observation, statement) for statement in (true, *wrong)]


def test_the_truth_is_kept(judged):
    assert judged[0].outcome == Outcome.HOLDS


def test_every_falsehood_is_rejected_with_a_witness(judged):
    assert all(found.outcome == Outcome.FAILS and found.witness for found in judged[1:])

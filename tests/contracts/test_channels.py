"""The channel contract, applied to every channel that is found."""

import importlib
import inspect
import pkgutil
import runpy
import secrets
from pathlib import Path

import pytest
import sympy

from rmtcheck import (
    MEAN_SQUARED_ERROR,
    Along,
    BlockFormula,
    Bound,
    E,
    HermitianMatrix,
    HessianBlock,
    Identity,
    LimitOf,
    LinearModel,
    SoftmaxOfGaussians,
    WeightedGram,
    frobenius_squared,
    spectral_moment,
)
from rmtcheck import channels as package
from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.montecarlo import MonteCarloChannel
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.symbols import C, N, d, i

CONTRACT = runpy.run_path(str(Path(__file__).with_name("channel_contract.py")))
CHECKS = {name: check for name, check in CONTRACT.items() if name.startswith("check_")}
Case = CONTRACT["Case"]

p = SoftmaxOfGaussians(C)
A = HermitianMatrix("A", d)
spread = LimitOf(E((C * p[i] - 1) ** 2), sympy.E - 1, Along(C))
trace = Identity(frobenius_squared(A) / d, spectral_moment(A, 2))
order = Bound(sympy.Integer(1), "<", sympy.Integer(2))
block = HessianBlock(LinearModel(d, C), MEAN_SQUARED_ERROR, i, i)
formula = BlockFormula(block, WeightedGram(1 / N, 2))


def ratio(row, column, classes):
    blocks = [
        HessianBlock(LinearModel(4, classes), MEAN_SQUARED_ERROR, row, k, 6) for k in (row, column)
    ]
    return E(frobenius_squared(blocks[0])) / E(frobenius_squared(blocks[1]))


CASES = {
    SymbolicChannel: lambda: Case(
        SymbolicChannel(), spread, LimitOf(E(sympy.sin(p[i])), 0, Along(C)), order
    ),
    CertifiedChannel: lambda: Case(
        CertifiedChannel(20), spread, LimitOf(E(C**2 * p[i]), 0, Along(C)), trace
    ),
    NumericChannel: lambda: Case(
        NumericChannel(), spread, Bound(ratio(1, 1, 3), "<", ratio(1, 1, 3)), trace
    ),
}


def channel_classes():
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        for _, member in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            is_channel = hasattr(member, "column") and hasattr(member, "judge")
            if is_channel and member.__module__ == module.name and "protocol" not in module.name:
                yield member


@pytest.fixture(scope="module", params=CASES, ids=lambda c: c.__name__)
def case(request):
    return CASES[request.param]()


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_contract(case, check):
    check(case)


def test_every_channel_is_covered():
    assert set(channel_classes()) == {*CASES, MonteCarloChannel}
    assert len(CHECKS) >= 8


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return tmp_path_factory.mktemp("store") / "blocks.sqlite", secrets.randbits(32)


@pytest.fixture
def montecarlo(drawn):
    store, seed = drawn
    with MonteCarloChannel(seed=seed, jobs=2, store=store, effort=1, total=1e-6) as channel:
        yield Case(channel, spread, spread, trace)


OBSERVED_ONCE = [name for name in CHECKS if "starved" not in name and "blind" not in name]
"""A run has one share of the error budget for each question, so none is observed twice."""


@pytest.mark.slow
@pytest.mark.montecarlo
@pytest.mark.parametrize("name", OBSERVED_ONCE)
def test_contract_of_simulation(montecarlo, name):
    CHECKS[name](montecarlo)


@pytest.mark.slow
@pytest.mark.montecarlo
def test_simulation_does_not_spend_the_budget_twice(montecarlo):
    montecarlo.channel.observe("toy.claim", spread, lambda text: None)
    with pytest.raises(DomainError, match="already holds a share"):
        montecarlo.channel.observe("toy.claim", spread, lambda text: None)


class Planted:
    """The symbolic channel with one planted error."""

    def __init__(self, error):
        self.real, self.error = SymbolicChannel(), error
        self.column, self.applies = self.real.column, self.real.applies

    def observe(self, name, statement, progress):
        observation = self.real.observe(name, statement, progress)
        self.answer = statement.value
        return observation

    def judge(self, observation, statement):
        if self.error == "sees the answer":
            is_same = statement.value == self.answer
            outcome = Outcome.HOLDS if is_same else Outcome.FAILS
            return Judgement(outcome, Scope(Reach.ALL, "x"), "planted", "" if is_same else "x")
        if self.error:
            return Judgement(Outcome(self.error), Scope(Reach.ALL, "x"), "planted")
        return self.real.judge(observation, statement)


def satisfy(error):
    case = CASES[SymbolicChannel]()
    carried = Case(Planted(error), case.true, case.starved, case.foreign)
    for check in CHECKS.values():
        check(carried)


@pytest.mark.parametrize("error", ["holds", "fails", "unknown", "sees the answer"])
def test_contract_notices_a_planted_error(error):
    with pytest.raises(AssertionError):
        satisfy(error)


def test_contract_accepts_the_carrier_of_planted_errors():
    satisfy("")

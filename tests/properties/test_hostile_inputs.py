"""Twenty thousand malformed or extreme inputs: a sound answer or a clear refusal, never more."""

import runpy
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from rmtcheck.errors import ConvergenceError, DomainError
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.laws.semicircle import Semicircle

NAMESPACE = runpy.run_path(str(Path(__file__).with_name("hostile_inputs.py")))
Attempt, judge, questions = (NAMESPACE[name] for name in ("Attempt", "judge", "questions"))
OUTCOMES = ("answered", "refused")
DRAWERS = NAMESPACE["DRAWERS"]


@pytest.fixture(scope="module")
def outcomes():
    """Return what came of every attempt, with its label, by drawer."""
    return {
        name: [(attempt.label, judge(attempt)) for attempt in drawer()]
        for name, drawer in DRAWERS.items()
    }


@pytest.mark.parametrize("name", DRAWERS)
def test_every_input_is_answered_or_refused(name, outcomes):
    count = Counter(outcome for _, outcome in outcomes[name])
    wrong = [outcome for outcome in count if outcome not in OUTCOMES]
    assert not wrong, "\n".join(wrong[:5])
    assert min(count.values()) > 100


def test_there_are_twenty_thousand_different_ones(outcomes):
    assert len({label for drawer in outcomes.values() for label, _ in drawer}) >= 20_000


class Hostile(Semicircle):
    """A law with one planted fault."""

    fault = None

    def pdf(self, x):
        return self.fault(x)


def returns_nan(x):
    return float("nan")


def returns_negative(x):
    return -1e-300


def returns_another_shape(x):
    return np.zeros(7)


def raises_type_error(x):
    raise TypeError("x is unfit")


def raises_value_error(x):
    raise ValueError("x is unfit")


def blames_nobody(x):
    raise DomainError("this is not accepted")


def tells_a_story(x):
    raise DomainError("x is unfit\nbecause of many things")


def shows_everything(x):
    raise DomainError(f"x is unfit, as {list(range(200))} are")


def warns(x):
    return float(np.float64(1) / np.float64(0))


def hangs(x):
    while True:
        pass


def gives_up(x):
    raise ConvergenceError("x was not found")


FAULTS = [
    *[returns_nan, returns_negative, returns_another_shape, raises_type_error, raises_value_error],
    *[blames_nobody, tells_a_story, shows_everything, warns, hangs, gives_up],
]


def attempt_at_density(law):
    _, _, (_, ask, names, sound), *_ = questions(law)
    return Attempt("planted", partial(ask, 0.5), names, partial(sound, 0.5))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
def test_planted_faults_are_noticed(fault, monkeypatch):
    monkeypatch.setitem(judge.__globals__, "SECONDS", 0.2)
    law = Hostile()
    object.__setattr__(law, "fault", fault)
    assert judge(attempt_at_density(law)).startswith("planted:")


def test_carrier_of_planted_faults_is_answered():
    assert judge(attempt_at_density(Semicircle())) == "answered"


class OffByLittle(MarchenkoPastur):
    """A law whose distribution descends, quantiles leave the support, transforms are too large."""

    def cdf(self, x):
        return 1 - super().cdf(x)

    def icdf(self, q):
        return super().icdf(q) + 1e-3

    def stieltjes(self, z):
        return super().stieltjes(z).conjugate()

    def moment(self, order):
        return -super().moment(order)


@pytest.mark.parametrize(
    ("name", "argument"),
    [("cdf", [0.5, 1.0]), ("icdf", [0.2, 1.0]), ("stieltjes", 1 + 1j), ("moment", 2)],
)
def test_invariants_notice_wrong_answers(name, argument):
    def outcome(law):
        (_, ask, names, sound), *_ = [row for row in questions(law) if row[0] == name]
        return judge(Attempt("planted", partial(ask, argument), names, partial(sound, argument)))

    assert outcome(MarchenkoPastur(0.5)) == "answered"
    assert outcome(OffByLittle(0.5)).startswith("planted")

"""Examinations in other processes say what they would say here, and outlive a kill."""

import os
import signal

import pytest

from rmtcheck import Identity, Source, claim
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Outcome
from rmtcheck.errors import RmtcheckError
from rmtcheck.runner.ahead import ATTEMPTS, Ahead
from rmtcheck.runner.examine import examine, joined
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, i

p = SoftmaxOfGaussians(C)


def made(name, value):
    statement = Identity(E(p[i]), value)
    return claim(name, Source("toys", "p. 1"), title="t", printed=statement)


CLAIMS = [made("toy.true", 1 / C), made("toy.false", 2 / C)]


def here(theorem):
    channels = [SymbolicChannel(), CertifiedChannel(20), NumericChannel()]
    return examine(theorem, channels, lambda text: None)


def kill_all(ahead):
    for pid in list(ahead._workers._pool._processes):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("jobs", [1, 2])
def test_rows_do_not_depend_on_where_they_are_computed(jobs):
    with Ahead(CLAIMS, 20, jobs) as ahead:
        for theorem in CLAIMS:
            assert joined(theorem, ahead.rows(theorem.id)) == here(theorem)


def test_false_claims_fail_elsewhere_too():
    with Ahead(CLAIMS, 20, 1) as ahead:
        (rows,) = ahead.rows("toy.false")
    assert any(r.outcome == Outcome.FAILS and r.subject == "printed" for r in rows)


def test_a_killed_process_is_replaced():
    with Ahead(CLAIMS, 20, 1) as ahead:
        kill_all(ahead)
        for theorem in CLAIMS:
            assert joined(theorem, ahead.rows(theorem.id)) == here(theorem)


def test_processes_that_die_over_and_over_are_reported(monkeypatch):
    with Ahead(CLAIMS, 20, 1) as ahead:
        start = ahead._start

        def start_and_kill(names):
            start(names)
            kill_all(ahead)

        monkeypatch.setattr(ahead, "_start", start_and_kill)
        kill_all(ahead)
        with pytest.raises(RmtcheckError, match=f"toy.true died {ATTEMPTS} times"):
            ahead.rows("toy.true")

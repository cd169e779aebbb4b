import json

import pytest

from rmtcheck.claims.claim import Source, claim
from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome, Reach, Scope
from rmtcheck.claims.ledger import Ledger
from rmtcheck.claims.statements import Identity
from rmtcheck.errors import RmtcheckError
from rmtcheck.vocabulary.symbols import gamma


def make(rhs=2 * gamma, uses=()):
    return claim(
        "toy.sum",
        Source("toy", "p. 1"),
        title="sum",
        printed=Identity(gamma + gamma, rhs),
        uses=uses,
    )


def evidence(kind, outcome, subject):
    return Evidence(
        claim="toy.sum",
        part=0,
        kind=kind,
        subject=subject,
        channel=Column.SYMBOLIC,
        outcome=outcome,
        scope=Scope(Reach.ALL),
        statement="s",
        statement_hash="h",
        witness="w",
    )


@pytest.fixture
def ledger():
    made = Ledger(header={"seed": 0})
    made.declare(make(uses=["toy.other"]))
    made.record([evidence(Kind.PRINTED, Outcome.HOLDS, "printed")])
    made.record([evidence(Kind.MUTANT, Outcome.FAILS, "m")])
    return made


def test_verdicts_are_recomputed_from_rows(ledger):
    data = json.loads(ledger.to_json())
    assert data["verdicts"]["toy.sum"]["verdict"] == "confirmed"
    assert data["verdicts"]["toy.sum"]["mutants"] == {"killed": 1, "judged": 1}
    data["verdicts"]["toy.sum"]["verdict"] = "refuted"
    assert str(Ledger.from_json(json.dumps(data)).verdict("toy.sum").status) == "confirmed"


def test_tampering_with_a_row_changes_the_verdict(ledger):
    data = json.loads(ledger.to_json())
    data["evidence"][1]["outcome"] = "holds"
    assert str(Ledger.from_json(json.dumps(data)).verdict("toy.sum").status) == "undecided"


def test_round_trip(ledger):
    assert Ledger.from_json(ledger.to_json()).to_json() == ledger.to_json()


def test_unstated_ancestors_are_named(ledger):
    assert ledger.rests_on("toy.sum") == ("toy.other",)


def test_changed_statement_makes_evidence_stale(ledger):
    assert ledger.stale([make(uses=["toy.other"])]) == ()
    assert ledger.stale([make(rhs=3 * gamma)]) == ("toy.sum",)


def test_diff_names_changed_verdicts(ledger):
    other = Ledger.from_json(ledger.to_json())
    other.rows.pop()
    assert ledger.diff(other) == {"toy.sum": ("confirmed (exact)", "undecided (none)")}
    assert ledger.diff(ledger) == {}


def test_error_unsettles(ledger):
    assert ledger.is_settled
    ledger.record([evidence(Kind.MUTANT, Outcome.ERROR, "n")])
    assert not ledger.is_settled


def test_foreign_json_is_refused():
    with pytest.raises(RmtcheckError, match="not a rmtcheck ledger"):
        Ledger.from_json('{"rows": []}')

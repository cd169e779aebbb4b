import pytest

from rmtcheck.claims.evidence import Column, Kind, Outcome
from rmtcheck.report.table import budget, rows, tally


def of(ledger, claim):
    return next(r for r in rows(ledger) if r.claim == claim)


def hypothesis(make_row, part, outcome):
    name = "gamma > 0 weakened to gamma >= 0"
    return make_row("toy.true", Kind.HYPOTHESIS, Column.SYMBOLIC, outcome, part=part, subject=name)


def test_tally_counts_every_verdict(ledger):
    assert tally(ledger) == {"confirmed": 1, "corrected": 1, "refuted": 1, "undecided": 1}


def test_rows_repeat_the_verdicts_and_ancestors_of_the_ledger(ledger):
    for row in rows(ledger):
        assert row.verdict == ledger.verdict(row.claim)
        assert row.rests_on == ledger.rests_on(row.claim)


def test_what_rests_on_a_claim_is_named_where_it_is_not_true_as_printed(ledger):
    for name in ("toy.true", "toy.mended"):
        ledger.claims["toy.resting"] = {**ledger.claims["toy.true"], "uses": [name]}
        expected = ("toy.resting",) if name == "toy.mended" else ()
        assert of(ledger, name).touches == expected


def test_marks_are_printed_then_derived(ledger):
    assert of(ledger, "toy.mended").cells[Column.CERTIFIED] == "✗/✓"
    assert of(ledger, "toy.mended").cells[Column.SYMBOLIC] == ""


def test_each_statement_has_its_own_word(ledger, make_entry, make_row):
    ledger.claims["toy.true"] = make_entry("Two", parts=2)
    ledger.record([make_row("toy.true", Kind.PRINTED, Column.NUMERIC, Outcome.UNKNOWN, part=1)])
    assert of(ledger, "toy.true").cells[Column.SYMBOLIC] == "✓ ·"
    assert of(ledger, "toy.true").cells[Column.NUMERIC] == "· ?"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_hypothesis_that_one_statement_needs_is_needed(ledger, make_entry, make_row, order):
    ledger.claims["toy.true"] = make_entry("Two", parts=2)
    fails, holds = order
    ledger.record([hypothesis(make_row, fails, Outcome.FAILS)])
    ledger.record([hypothesis(make_row, holds, Outcome.HOLDS)])
    (need,) = of(ledger, "toy.true").needs
    assert (need.hypothesis, need.weakened, need.answer) == ("gamma > 0", "gamma >= 0", "needed")


def test_not_needed_takes_every_statement(ledger, make_entry, make_row):
    ledger.claims["toy.true"] = make_entry("Two", parts=2)
    ledger.record([hypothesis(make_row, 0, Outcome.HOLDS)])
    assert of(ledger, "toy.true").idle == ("gamma > 0",)
    ledger.record([hypothesis(make_row, 1, Outcome.UNKNOWN)])
    assert of(ledger, "toy.true").idle == ()


def test_a_hypothesis_without_evidence_was_not_examined(ledger):
    assert [n.answer for n in of(ledger, "toy.true").needs] == ["not examined"]


def test_budget_is_the_one_of_the_header(ledger):
    assert "at most 1e-06" in budget(ledger)
    del ledger.header["error_budget"]
    assert "no error budget" in budget(ledger)

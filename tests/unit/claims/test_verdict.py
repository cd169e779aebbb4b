"""The truth table of the verdict."""

import itertools

import pytest

from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome, Reach, Scope
from rmtcheck.claims.verdict import Grade, Status, decide

HOLDS, FAILS, UNKNOWN, VACUOUS, ERROR = Outcome
SYMBOLIC, CERTIFIED, NUMERIC, MONTECARLO, EQUIVALENCE = Column


def row(kind, outcome, channel=SYMBOLIC, subject=None, reach=Reach.ALL, part=0, witness=None):
    found = "a point" if outcome == FAILS else ""
    return Evidence(
        claim="toy.claim",
        part=part,
        kind=kind,
        subject=subject or str(kind),
        channel=channel,
        outcome=outcome,
        scope=Scope(reach),
        statement="",
        statement_hash="",
        witness=found if witness is None else witness,
    )


def printed(outcome, channel=SYMBOLIC, **more):
    return row(Kind.PRINTED, outcome, channel, **more)


def derived(outcome, channel=SYMBOLIC, **more):
    return row(Kind.DERIVED, outcome, channel, **more)


def mutant(outcome, channel=SYMBOLIC, subject="mutant", **more):
    return row(Kind.MUTANT, outcome, channel, subject, **more)


KILLED = mutant(FAILS)

TABLE = [
    ("no evidence", [], Status.UNDECIDED),
    ("holds, mutant killed", [printed(HOLDS), KILLED], Status.CONFIRMED),
    ("holds, no mutant judged", [printed(HOLDS)], Status.UNDECIDED),
    ("holds, mutant survives", [printed(HOLDS), mutant(HOLDS)], Status.UNDECIDED),
    ("holds, mutant unknown", [printed(HOLDS), mutant(UNKNOWN)], Status.UNDECIDED),
    ("holds at points only", [printed(HOLDS, reach=Reach.POINTS), KILLED], Status.UNDECIDED),
    ("unknown", [printed(UNKNOWN), KILLED], Status.UNDECIDED),
    ("vacuous", [printed(VACUOUS), KILLED], Status.UNDECIDED),
    ("error", [printed(ERROR), KILLED], Status.UNDECIDED),
    ("mutant crashed", [printed(HOLDS), KILLED, mutant(ERROR, subject="b")], Status.UNDECIDED),
    ("fails, no derived", [printed(FAILS), KILLED], Status.REFUTED),
    ("fails without a witness", [printed(FAILS, witness=""), KILLED], Status.UNDECIDED),
    ("fails, derived holds", [printed(FAILS), derived(HOLDS), KILLED], Status.CORRECTED),
    ("fails, derived holds nowhere", [printed(FAILS), derived(UNKNOWN), KILLED], Status.UNDECIDED),
    ("fails, derived fails too", [printed(FAILS), derived(FAILS), KILLED], Status.UNDECIDED),
    ("fails, derived untested", [printed(FAILS), derived(HOLDS)], Status.UNDECIDED),
    (
        "derived holds in another column",
        [printed(FAILS), derived(HOLDS, CERTIFIED), mutant(FAILS, CERTIFIED)],
        Status.UNDECIDED,
    ),
    (
        "derived fails in another column",
        [printed(FAILS), derived(HOLDS), KILLED, derived(FAILS, NUMERIC)],
        Status.UNDECIDED,
    ),
    ("derived given, printed holds", [printed(HOLDS), derived(HOLDS), KILLED], Status.UNDECIDED),
    (
        "printed fails numerically",
        [printed(HOLDS), KILLED, printed(FAILS, NUMERIC)],
        Status.UNDECIDED,
    ),
    ("floats decide nothing", [printed(HOLDS, NUMERIC), mutant(FAILS, NUMERIC)], Status.UNDECIDED),
    ("floats refute nothing", [printed(FAILS, NUMERIC)], Status.UNDECIDED),
    (
        "simulation confirms",
        [printed(HOLDS, MONTECARLO), mutant(FAILS, MONTECARLO)],
        Status.CONFIRMED,
    ),
    ("simulation refutes", [printed(FAILS, MONTECARLO)], Status.REFUTED),
    (
        "abstains where another kills",
        [
            printed(HOLDS),
            KILLED,
            mutant(UNKNOWN, subject="b"),
            mutant(FAILS, CERTIFIED, subject="b"),
        ],
        Status.CONFIRMED,
    ),
    (
        "accepts what another kills",
        [printed(HOLDS), KILLED, mutant(HOLDS, subject="b"), mutant(FAILS, CERTIFIED, subject="b")],
        Status.UNDECIDED,
    ),
    (
        "decisive columns contradict each other",
        [printed(HOLDS), KILLED, printed(FAILS, CERTIFIED)],
        Status.UNDECIDED,
    ),
    (
        "survivor proved equivalent",
        [
            printed(HOLDS),
            KILLED,
            mutant(HOLDS, subject="b"),
            mutant(HOLDS, EQUIVALENCE, subject="b"),
        ],
        Status.CONFIRMED,
    ),
]


@pytest.mark.parametrize(("name", "rows", "status"), TABLE, ids=[t[0] for t in TABLE])
def test_truth_table(name, rows, status):
    assert decide(rows).status == status


def test_grade_is_that_of_the_deciding_column():
    certified = [printed(HOLDS, CERTIFIED), mutant(FAILS, CERTIFIED)]
    assert decide(certified).grade == Grade.CERTIFIED
    assert decide([*certified, printed(HOLDS), KILLED]).grade == Grade.EXACT


def test_claim_takes_the_weakest_grade_of_its_parts():
    second = [printed(HOLDS, MONTECARLO, part=1), mutant(FAILS, MONTECARLO, part=1)]
    verdict = decide([printed(HOLDS), KILLED, *second])
    assert (verdict.status, verdict.grade) == (Status.CONFIRMED, Grade.STATISTICAL)


@pytest.mark.parametrize(
    ("second", "status"),
    [
        ([printed(FAILS, part=1), mutant(FAILS, part=1)], Status.REFUTED),
        ([printed(UNKNOWN, part=1)], Status.UNDECIDED),
        (
            [printed(FAILS, part=1), derived(HOLDS, part=1), mutant(FAILS, part=1)],
            Status.CORRECTED,
        ),
    ],
)
def test_parts_are_joined(second, status):
    assert decide([printed(HOLDS), KILLED, *second]).status == status


def test_order_of_rows_does_not_matter():
    rows = [printed(FAILS), derived(HOLDS), KILLED, mutant(HOLDS, NUMERIC)]
    statuses = {decide(order).status for order in itertools.permutations(rows)}
    assert statuses == {Status.CORRECTED}


def test_power_and_survivors_are_reported():
    verdict = decide([printed(HOLDS), KILLED, mutant(HOLDS, NUMERIC), mutant(HOLDS, subject="b")])
    assert (verdict.killed, verdict.judged) == (1, 2)
    assert verdict.survivors == {"numeric": ("mutant",), "symbolic": ("b",)}
    assert any("b" in text for text in verdict.missing)


def test_hypotheses_are_information_only():
    rows = [printed(HOLDS), KILLED, row(Kind.HYPOTHESIS, HOLDS, subject="x > 0")]
    rows.append(row(Kind.HYPOTHESIS, FAILS, subject="n >= 2"))
    verdict = decide(rows)
    assert verdict.status == Status.CONFIRMED
    assert verdict.hypotheses == {"x > 0": "not needed", "n >= 2": "needed"}

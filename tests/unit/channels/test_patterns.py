import pytest
import sympy

from rmtcheck import (
    Bound,
    DirectLinks,
    E,
    FeedForward,
    Hessian,
    HessianSize,
    Identity,
    LinearModel,
    MeanSquaredError,
    NetworkHessian,
    Pattern,
    ZeroGrid,
    frobenius_squared,
    weights,
)
from rmtcheck.channels import patterns as module
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.patterns import derive, links_record, speaks_of_weights
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Outcome
from rmtcheck.claims.statements import Statement
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.ensembles import HermitianMatrix
from rmtcheck.vocabulary.symbols import C, d

HOLDS, FAILS = Outcome.HOLDS, Outcome.FAILS
w, v, b = weights("w v b")
PARABOLA = Hessian((w * v + b) ** 2, (w, v, b))
MIXED = sympy.Derivative((w * v) ** 2, w, v)
NET = NetworkHessian(FeedForward([1, 1, 2]), MeanSquaredError())

TABLE = [
    (Pattern(PARABOLA, ZeroGrid("***", "***", "***")), HOLDS),
    (Pattern(PARABOLA, ZeroGrid("***", "***", "*?0")), FAILS),
    (Pattern(Hessian(w * v + b, (w, v, b)), ZeroGrid("0*0", "*0?", "??0")), HOLDS),
    (Pattern(NET, ZeroGrid("***", "**0", "*0*")), HOLDS),
    (Pattern(NET, ZeroGrid("***", "***", "***")), FAILS),
    (Identity(MIXED, 4 * w * v), HOLDS),
    (Identity(MIXED, 4 * w), FAILS),
    (Identity(sympy.Derivative(w**2 * v, w), 2 * w * v), HOLDS),
    (Identity(E(MIXED**2), sympy.Integer(16)), HOLDS),
    (Identity(E(MIXED**2), 15), FAILS),
    (Bound(E(w**2), "<", E(w**4)), HOLDS),
    (Bound(E(w**2), ">", E(w**4)), FAILS),
    (Identity(HessianSize(LinearModel(d, C)), C * d), HOLDS),
    (Identity(HessianSize(LinearModel(d, C)), C * d + 1), FAILS),
]


def judged(channel, statement):
    observation = channel.observe("toy.claim", statement, lambda text: None)
    return channel.judge(observation, statement)


@pytest.mark.parametrize("channel", [SymbolicChannel(), NumericChannel()])
@pytest.mark.parametrize(("statement", "outcome"), TABLE, ids=[str(s) for s, _ in TABLE])
def test_outcome_in_both_columns(channel, statement, outcome):
    assert channel.applies(statement)
    found = judged(channel, statement)
    assert found.outcome == outcome
    assert bool(found.witness) == (outcome == FAILS)


@pytest.mark.parametrize(("statement", "outcome"), TABLE, ids=[str(s) for s, _ in TABLE])
def test_mutants_of_the_truth_are_rejected(statement, outcome):
    if outcome == HOLDS:
        channel = SymbolicChannel()
        observation = channel.observe("toy.claim", statement, lambda text: None)
        found = [channel.judge(observation, mutant) for _, mutant in statement.mutants()]
        assert found
        assert all(f.outcome == FAILS and f.witness for f in found)


@pytest.mark.parametrize(("grid", "outcome"), [("**0 **0 00*", HOLDS), ("*** *** ***", FAILS)])
def test_links_are_judged_by_paths(grid, outcome):
    statement = Pattern(DirectLinks(PARABOLA), ZeroGrid(*grid.split()))
    assert judged(SymbolicChannel(), statement).outcome == outcome
    assert not NumericChannel().applies(statement)


def test_a_witness_names_the_entry_and_a_point():
    found = judged(SymbolicChannel(), Pattern(PARABOLA, ZeroGrid("0??", "???", "???")))
    assert found.witness.startswith("[w, w] is claimed to be zero; it is 2*v**2: it is ")
    links = Pattern(DirectLinks(PARABOLA), ZeroGrid("**0", "**0", "*0*"))
    assert judged(SymbolicChannel(), links).witness == (
        "[b, w] is claimed to be non-zero; no path contains both"
    )


def test_open_entries_are_unknown():
    statement = Pattern(Hessian(w * v, (w, v)), ZeroGrid("0*", "*0"))
    found = module.compare_pattern(statement, ZeroGrid("0?", "*0"))
    assert found.witness == "undecided are the entries [w, v]"


def test_equal_sides_are_no_bound():
    assert judged(SymbolicChannel(), Bound(E(w**2), "<", E(v**2))).outcome == FAILS
    assert judged(NumericChannel(), Bound(E(w**2), "<", E(v**2))).outcome == Outcome.UNKNOWN


def test_other_statements_are_not_about_weights():
    assert not speaks_of_weights(Identity(frobenius_squared(HermitianMatrix("A", d)), d))
    with pytest.raises(DomainError, match="accepted are patterns"):
        derive(Statement())


def test_records_of_pictures():
    shown = links_record(TABLE[0][0], derive(TABLE[0][0]).result)["links"]
    assert shown["kinds"][0] == ["direct", "direct", "indirect"]
    assert shown["formulas"][0][0] == "2 v^{2}"
    assert links_record(Identity(MIXED, w), None) == {}
    assert len(links_record(TABLE[-1][0], None)["links"]["names"]) == 14


def test_the_derivation_confronts_the_graph():
    last = derive(TABLE[0][0]).steps[-1]
    assert last.text == ("the graph shows, without a derivative, the zeros: * * * / * * * / * * *")

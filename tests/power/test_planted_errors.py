"""Errors planted in the machinery are noticed; theorems restated clumsily are not errors."""

import pytest
import sympy
from sympy import Add, E, Mul

from rmtcheck import Along, Identity, LimitOf, SoftmaxOfGaussians, Source, at_least, claim, positive
from rmtcheck import E as mean
from rmtcheck.channels import symbolic as symbolic_module
from rmtcheck.channels._protocol import Judgement, Observation
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Column, Kind, Outcome, Reach, Scope
from rmtcheck.claims.ledger import Ledger
from rmtcheck.claims.verdict import Grade, Status, decide
from rmtcheck.errors import ClaimError, DomainError, PrecisionError
from rmtcheck.runner.examine import examine
from rmtcheck.runner.lint import lint
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.vocabulary.symbols import C, gamma, i, j

p = SoftmaxOfGaussians(C)
g_ii = gamma * mean(p[i] ** 2 * (1 - p[i]) ** 2) + mean(p[i] * (1 - p[i])) ** 2
g_ij = gamma * mean(p[i] ** 2 * p[j] ** 2) + mean(p[i] * p[j]) ** 2
SUM_RULE = Identity(mean(p[i]), 1 / C)
WRONG = Identity(mean(p[i]), 1 / (C - 1))


def made(printed=SUM_RULE, derived=None):
    return claim(
        "power.planted",
        Source("tests", "row 1"),
        title="planted",
        given=[at_least(C, 2), positive(gamma)],
        printed=printed,
        derived=derived,
    )


def rows_of(channels, **statements):
    return examine(made(**statements), channels, lambda text: None)


def verdict_of(channels, **statements):
    return decide(rows_of(channels, **statements))


class Stub:
    """A channel whose every judgement is given."""

    def __init__(self, outcome, column=Column.SYMBOLIC, reach=Reach.ALL, only=None):
        self.outcome, self.column, self.reach, self.only = outcome, column, reach, only

    def applies(self, statement):
        return self.only is None or statement.hash in {s.hash for s in self.only}

    def observe(self, name, statement, progress):
        return Observation(None)

    def judge(self, observation, statement):
        witness = "a point" if self.outcome == Outcome.FAILS else ""
        return Judgement(self.outcome, Scope(self.reach), "stub", witness)


class Crashing(Stub):
    def __init__(self, problem):
        super().__init__(Outcome.HOLDS)
        self.problem = problem

    def observe(self, name, statement, progress):
        raise self.problem


def test_nothing_planted_is_confirmed():
    assert verdict_of([SymbolicChannel()]).status == Status.CONFIRMED


@pytest.mark.parametrize("outcome", [Outcome.HOLDS, Outcome.UNKNOWN, Outcome.VACUOUS])
def test_channel_of_one_answer_has_no_power(outcome):
    verdict = verdict_of([Stub(outcome)])
    assert verdict.status == Status.UNDECIDED
    assert verdict.killed == 0 < verdict.judged
    assert verdict.missing


def test_channel_that_always_holds_does_not_borrow_power():
    stub = Stub(Outcome.HOLDS, Column.CERTIFIED)
    real = SymbolicChannel()
    assert verdict_of([stub, real]).grade == Grade.EXACT
    assert f"power.planted[0]::printed::{Column.CERTIFIED}" not in verdict_of([stub, real]).because


def test_channel_that_always_fails_does_not_overrule_a_proof():
    stub = Stub(Outcome.FAILS, Column.CERTIFIED)
    assert verdict_of([SymbolicChannel(), stub]).status == Status.UNDECIDED


def test_comparison_that_always_says_yes_is_noticed(monkeypatch):
    yes = ZeroTest(Answer.YES, "planted")
    monkeypatch.setattr(symbolic_module, "are_equal", lambda left, right: yes)
    assert verdict_of([SymbolicChannel()], printed=WRONG).status == Status.UNDECIDED


def test_comparison_that_ignores_signs_is_noticed(monkeypatch):
    real = symbolic_module.are_equal
    blind = lambda left, right: real(left**2, right**2)  # noqa: E731
    monkeypatch.setattr(symbolic_module, "are_equal", blind)
    verdict = verdict_of([SymbolicChannel()])
    assert verdict.status == Status.UNDECIDED
    assert any("negated" in text for text in verdict.missing)


def test_channel_at_points_confirms_nothing():
    assert verdict_of([CertifiedChannel(20)]).status == Status.UNDECIDED


@pytest.mark.parametrize("problem", [RuntimeError("planted"), ZeroDivisionError(), KeyError("x")])
def test_crash_gives_error_rows_and_an_unsettled_ledger(problem):
    ledger = Ledger()
    ledger.declare(made())
    ledger.record(rows_of([Crashing(problem)]))
    assert {r.outcome for r in ledger.rows} == {Outcome.ERROR}
    assert ledger.has_errors
    assert not ledger.is_settled


def test_crash_beside_a_sound_channel_still_unsettles_the_ledger():
    ledger = Ledger()
    ledger.declare(made())
    ledger.record(rows_of([SymbolicChannel(), Crashing(RuntimeError("planted"))]))
    assert ledger.verdict("power.planted").status == Status.UNDECIDED
    assert not ledger.is_settled


def test_domain_errors_count_as_errors_of_the_printed_statement_only():
    rows = rows_of([Crashing(DomainError("planted"))])
    found = {r.kind: r.outcome for r in rows}
    assert found[Kind.PRINTED] == Outcome.ERROR
    assert found[Kind.MUTANT] == Outcome.UNKNOWN


def test_lost_precision_is_unknown():
    rows = rows_of([Crashing(PrecisionError("planted"))])
    assert {r.outcome for r in rows} == {Outcome.UNKNOWN}


def test_lint_accepts_the_claim():
    lint([made()])


def test_lint_refuses_a_statement_without_mutants(monkeypatch):
    monkeypatch.setattr(Identity, "mutants", lambda self: iter(()))
    with pytest.raises(ClaimError, match="no mutant"):
        lint([made()])


def test_generator_that_yields_nothing_leaves_the_claim_undecided(monkeypatch):
    monkeypatch.setattr(Identity, "mutants", lambda self: iter(()))
    assert verdict_of([SymbolicChannel()]).status == Status.UNDECIDED


def test_generator_of_harmless_mutants_leaves_the_claim_undecided(monkeypatch):
    same = [("harmless", Identity(SUM_RULE.lhs, Add(1 / C, 1, -1, evaluate=False)))]
    monkeypatch.setattr(Identity, "mutants", lambda self: iter(same))
    verdict = verdict_of([SymbolicChannel()])
    assert verdict.status == Status.UNDECIDED
    assert verdict.killed == 0


def test_correction_is_earned():
    verdict = verdict_of([SymbolicChannel()], printed=WRONG, derived=SUM_RULE)
    assert verdict.status == Status.CORRECTED


def test_wrong_correction_is_not_earned():
    verdict = verdict_of([SymbolicChannel()], printed=WRONG, derived=Identity(mean(p[i]), 2 / C))
    assert verdict.status == Status.UNDECIDED


def test_needless_correction_is_not_earned():
    verdict = verdict_of([SymbolicChannel()], printed=SUM_RULE, derived=WRONG)
    assert verdict.status == Status.UNDECIDED


def test_correction_needs_the_derived_statement_in_the_same_column():
    failing = Stub(Outcome.FAILS, Column.CERTIFIED, only=[WRONG])
    holding = Stub(Outcome.HOLDS, Column.SYMBOLIC, only=[SUM_RULE])
    mutants = [m for _, m in SUM_RULE.mutants()]
    killing = [Stub(Outcome.FAILS, c, only=mutants) for c in (Column.SYMBOLIC, Column.CERTIFIED)]
    found = verdict_of([failing, holding, *killing], printed=WRONG, derived=SUM_RULE)
    assert found.status == Status.UNDECIDED
    same = Stub(Outcome.HOLDS, Column.CERTIFIED, only=[SUM_RULE])
    found = verdict_of([failing, holding, same, *killing], printed=WRONG, derived=SUM_RULE)
    assert found.status == Status.CORRECTED


c1 = (gamma * E**2 + 1) / (gamma * E + 1)
e_squared = Mul(E, E, evaluate=False)
top = gamma * E**2 + 1
RESTATED = [
    ("plain", c1),
    ("square written out", (gamma * e_squared + 1) / (gamma * E + 1)),
    ("square of exp(1)", (gamma * sympy.Pow(E, 2, evaluate=False) + 1) / (gamma * E + 1)),
    (
        "multiplied out",
        sympy.expand(top * (gamma + 1)) / sympy.expand((gamma * E + 1) * (gamma + 1)),
    ),
    ("two fractions", gamma * E**2 / (gamma * E + 1) + 1 / (gamma * E + 1)),
    ("divided by gamma", (E**2 + 1 / gamma) / (E + 1 / gamma)),
    ("shifted", 1 + gamma * (E**2 - E) / (gamma * E + 1)),
    ("shifted twice", Add(c1, 7, -7, evaluate=False)),
    ("root of the square", sympy.sqrt(sympy.expand(top**2)) / (gamma * E + 1)),
]


def constant(value):
    return LimitOf(C**2 * g_ij / g_ii, value, Along(C))


@pytest.mark.parametrize("value", [v for _, v in RESTATED], ids=[n for n, _ in RESTATED])
def test_restated_theorem_gets_the_same_verdict(value):
    verdict = verdict_of([SymbolicChannel()], printed=constant(value))
    assert (verdict.status, verdict.grade) == (Status.CONFIRMED, Grade.EXACT), verdict.missing


@pytest.mark.parametrize("value", [v for _, v in RESTATED], ids=[n for n, _ in RESTATED])
def test_restated_falsehood_gets_the_same_verdict(value):
    wrong = value + sympy.Rational(1, 10**6)
    assert verdict_of([SymbolicChannel()], printed=constant(wrong)).status == Status.REFUTED

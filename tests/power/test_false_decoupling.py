"""False statements on decoupling are refuted with a witness; the true ones are confirmed."""

import secrets

import pytest
from sympy import Abs, Rational, im, sqrt

from rmtcheck import (
    Along,
    AtMost,
    E,
    Identity,
    ImplicitLaw,
    LimitOf,
    Order,
    ResolventTrace,
    Source,
    SpectralLimit,
    Value,
    at_least,
    claim,
    positive,
)
from rmtcheck.channels.derivations import derivation_of
from rmtcheck.channels.montecarlo import MonteCarloChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Kind, Outcome
from rmtcheck.claims.verdict import Status, decide
from rmtcheck.errors import DomainError
from rmtcheck.runner.collect import collect, proofs_folder
from rmtcheck.runner.examine import examine
from rmtcheck.runner.lint import lint
from rmtcheck.vocabulary.decoupling import (
    BoundedWeights,
    CorrelatedData,
    DataCopy,
    DataMatrix,
    DecoupledCovariance,
    DependentCovariance,
    DifferentiableWeights,
    FieldOverlap,
    FieldSchurComplement,
    FieldSquare,
    InterpolatedCovariance,
    LogDeterminant,
    PathDerivative,
    PathIntegral,
    PathPoint,
    PointDerivative,
    RadialWeights,
    StandardNormal,
    SteinTerm,
    TestFunction,
    TestSlope,
)
from rmtcheck.vocabulary.symbols import C, N, d, gamma, s, t, weight, z

CONFIRMED, REFUTED = Status.CONFIRMED, Status.REFUTED
PROPORTIONAL, BY_SAMPLES = Along(d, N, ratio=gamma), Along(N, d, ratio=1 / gamma)
W, Z = FieldSquare(), StandardNormal(1)
SHARE = 1 / (1 + gamma * weight * s)


def gap(fields=C, *classes):
    kinds = (DependentCovariance, DecoupledCovariance)
    dependent, decoupled = (E(ResolventTrace(k(d, N, fields, *classes), z)) for k in kinds)
    return dependent - decoupled


SMOOTH, CORRELATED = DifferentiableWeights(), (BoundedWeights(), CorrelatedData())
PATH = InterpolatedCovariance(d, N, C, SMOOTH)
SLOPE = E(PathDerivative(ResolventTrace(PATH, z)))
UNDECIDED = Status.UNDECIDED


def along_path(factor):
    return Identity(gap(C, SMOOTH), PathIntegral(factor * SLOPE))


def by_stein(factor):
    return Identity(gap(C, SMOOTH), PathIntegral(factor * E(SteinTerm(PATH, z)) / d))


def bias(inside=None, ratio=gamma, factor=1, fields=C):
    inside = 1 + s * E(weight * (W - 1) * SHARE) if inside is None else inside
    value = -factor * PointDerivative(LogDeterminant(inside)) / ratio
    return LimitOf(N * gap(fields), value, PROPORTIONAL)


def mean(kernel):
    return 1 + s * E(kernel)


def complement(kernel, matrix=None, point=z):
    matrix = matrix or DependentCovariance(d, N, C)
    return LimitOf(FieldSchurComplement(matrix, point), kernel, PROPORTIONAL)


def overlap(sign=1, power=2, matrix=None, point=z):
    matrix = matrix or DependentCovariance(d, N, 1)
    slope = s**2 / (1 - gamma * s**2 * E(weight**2 * SHARE**2))
    turn = sign * gamma * slope * E(weight**2 * W * SHARE**power)
    return LimitOf(FieldOverlap(matrix, point), 1 / (1 + turn), PROPORTIONAL)


def law(ratio, matrix=None):
    equation = ImplicitLaw(-z + E(weight / (1 + ratio * weight * s)))
    return SpectralLimit(matrix or DependentCovariance(d, N, C), equation, PROPORTIONAL)


def vanishing(*arguments):
    return LimitOf(Abs(gap(*arguments)), 0, PROPORTIONAL)


def stein_of_correlated_data():
    matrix = InterpolatedCovariance(d, N, C, SMOOTH, CorrelatedData())
    term = -E(SteinTerm(matrix, z)) / (2 * sqrt(t) * d)
    return Identity(gap(C, SMOOTH, CorrelatedData()), PathIntegral(term))


def wide_gap():
    """Return the difference for data of twice the dimension, whose ratio is 2 gamma."""
    kinds = (DependentCovariance, DecoupledCovariance)
    dependent, decoupled = (E(ResolventTrace(k(2 * d, N, C), z)) for k in kinds)
    return dependent - decoupled


HALF, BOUND = Rational(1, 2), 4 * C / (d * im(z))
Y = StandardNormal(2)
TWO_TERMS = E(Z * TestFunction(Z)) - E(Y * TestFunction(Y))
KERNEL = E(weight * W * SHARE) - z
ROWS = [
    ("path", Identity(PathPoint(1), DataMatrix()), CONFIRMED),
    ("path, ends exchanged", Identity(PathPoint(1), DataCopy()), REFUTED),
    ("path, both ends", Identity(PathPoint(0), DataMatrix() + DataCopy()), REFUTED),
    ("calculus", along_path(1), CONFIRMED),
    ("calculus, sign", along_path(-1), REFUTED),
    ("calculus, off by one in a million", along_path(1 + Rational(1, 10**6)), REFUTED),
    ("calculus, weighted by t", along_path(2 * t), UNDECIDED),
    ("calculus, integral diverges", along_path(1 / t), REFUTED),
    ("stein", by_stein(-1 / (2 * sqrt(t))), CONFIRMED),
    ("stein, sign", by_stein(1 / (2 * sqrt(t))), REFUTED),
    ("stein, root of 1 - t", by_stein(-1 / (2 * sqrt(1 - t))), REFUTED),
    ("stein, without its root", by_stein(-HALF), REFUTED),
    ("by parts", Identity(E(Z * TestFunction(Z)), E(TestSlope(Z))), CONFIRMED),
    ("by parts, sign", Identity(E(Z * TestFunction(Z)), -E(TestSlope(Z))), REFUTED),
    ("by parts, no slope", Identity(E(Z * TestFunction(Z)), E(TestFunction(Z))), REFUTED),
    ("limit", LimitOf(Abs(gap()), 0, PROPORTIONAL), CONFIRMED),
    ("limit of all fields", LimitOf(Abs(gap(d)), 0, PROPORTIONAL), CONFIRMED),
    ("limit 1/1000", LimitOf(Abs(gap()), Rational(1, 1000), PROPORTIONAL), REFUTED),
    ("crude rate", AtMost(gap(), BY_SAMPLES, -HALF), CONFIRMED),
    ("rate of N^-3/2", AtMost(gap(), BY_SAMPLES, -3 * HALF), REFUTED),
    ("sharp rate", Order(gap(C, RadialWeights()), BY_SAMPLES, -1), CONFIRMED),
    ("crude rate as a sharp one", Order(gap(C, RadialWeights()), BY_SAMPLES, -HALF), REFUTED),
    ("sharp rate of any weight", Order(gap(C, BoundedWeights()), BY_SAMPLES, -1), REFUTED),
    ("bias", bias(), CONFIRMED),
    ("bias of one field", bias(fields=1), CONFIRMED),
    ("bias, 1 % more", bias(factor=Rational(101, 100)), REFUTED),
    ("bias, sign", bias(factor=-1), REFUTED),
    ("bias without 1/gamma", bias(ratio=1), REFUTED),
    ("bias with the inverse ratio", bias(ratio=1 / gamma), REFUTED),
    ("bias without centring", bias(mean(weight * W * SHARE)), REFUTED),
    ("bias, s too many", bias(mean(s * weight * (W - 1) * SHARE)), REFUTED),
    ("bias, law without feedback", bias(mean(weight * (W - 1))), REFUTED),
    ("bias, feedback inverted", bias(mean(weight * (W - 1) / (gamma + weight * s))), REFUTED),
    ("complement", complement(E(weight * W * SHARE) - z), CONFIRMED),
    ("complement of the copy", complement(E(weight * SHARE) - z), REFUTED),
    ("complement without z", complement(E(weight * W * SHARE)), REFUTED),
    ("overlap", overlap(), CONFIRMED),
    ("overlap above 1", overlap(sign=-1), REFUTED),
    ("overlap, one power", overlap(power=1), REFUTED),
    ("law", law(gamma), CONFIRMED),
    ("law at the inverse ratio", law(1 / gamma), REFUTED),
    ("bound", Value(gap(C, *CORRELATED), 0, BOUND), CONFIRMED),
    ("bound around 1/1000", Value(gap(), Rational(1, 1000), BOUND), REFUTED),
    ("bound of a multiple", Value(1000 * gap(C, *CORRELATED), 0, BOUND), UNDECIDED),
    ("bound of a multiple, multiplied", Value(-7 * gap(), 0, 7 * BOUND), CONFIRMED),
    ("limit of more fields than rank", vanishing(N), CONFIRMED),
    (
        "order of correlated data",
        Order(gap(C, RadialWeights(), CorrelatedData()), BY_SAMPLES, -1),
        UNDECIDED,
    ),
    ("order of smooth weights", Order(gap(C, SMOOTH), BY_SAMPLES, -1), REFUTED),
    ("rate of N^-2, smooth", AtMost(gap(C, SMOOTH), BY_SAMPLES, -2), REFUTED),
    ("by parts, two variables", Identity(E(Z * TestFunction(Y)), E(TestSlope(Y))), UNDECIDED),
    ("two terms", Identity(gap(C, SMOOTH), TWO_TERMS), REFUTED),
    ("calculus, a variance more", Identity(gap(C, SMOOTH), PathIntegral(SLOPE) + E(Z**2)), REFUTED),
    ("calculus, divergent parts", along_path((1 - sqrt(1 - t)) / t), UNDECIDED),
]
REFUSED = [
    ("order 0 of all fields", Order(gap(d, RadialWeights()), BY_SAMPLES, 0)),
    ("order of as many fields as samples", Order(gap(N, RadialWeights()), BY_SAMPLES, 0)),
    ("crude rate of all fields", AtMost(gap(d), BY_SAMPLES, -HALF)),
    ("complement, correlated", complement(KERNEL, DependentCovariance(d, N, C, *CORRELATED))),
    ("complement at 2z", complement(KERNEL, point=2 * z)),
    ("complement of all fields", complement(KERNEL, DependentCovariance(d, N, d))),
    ("complement of the copy", complement(KERNEL, DecoupledCovariance(d, N, C))),
    ("complement, smooth", complement(KERNEL, DependentCovariance(d, N, C, SMOOTH))),
    ("overlap of C fields", overlap(matrix=DependentCovariance(d, N, C))),
    ("overlap, correlated", overlap(matrix=DependentCovariance(d, N, 1, *CORRELATED))),
    ("overlap at 2z", overlap(point=2 * z)),
    ("overlap of the copy", overlap(matrix=DecoupledCovariance(d, N, 1))),
    ("bias of all fields", bias(fields=d)),
    ("bias, smooth", LimitOf(N * gap(C, SMOOTH), bias().value, PROPORTIONAL)),
    ("bias, correlated", LimitOf(N * gap(C, *CORRELATED), bias().value, PROPORTIONAL)),
    ("bias of wide data", LimitOf(N * wide_gap(), bias().value, PROPORTIONAL)),
    ("stein, correlated", stein_of_correlated_data()),
    ("limit of N fields, correlated", vanishing(N, *CORRELATED)),
    ("limit of all fields, smooth", vanishing(d, SMOOTH)),
    ("law of all fields", law(gamma, DependentCovariance(d, N, d))),
    ("law, smooth", law(gamma, DependentCovariance(d, N, C, SMOOTH))),
    ("law on the path", law(gamma, PATH)),
]


@pytest.mark.parametrize(("name", "statement", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_verdict(name, statement, expected):
    free = statement.free_symbols
    given = [positive(gamma)] if gamma in free else []
    given += [at_least(C, 1)] if C in free else []
    made = claim("power.row", Source("t", "row 1"), title="t", printed=statement, given=given)
    lint([made])
    rows = examine(made, [SymbolicChannel()], lambda text: None)
    assert not [r for r in rows if r.outcome == Outcome.ERROR]
    assert decide(rows).status == expected
    printed = [r for r in rows if r.kind == Kind.PRINTED]
    assert all(r.witness for r in printed if r.outcome == Outcome.FAILS)


@pytest.mark.parametrize(("name", "statement"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_no_derivation_covers_is_refused(name, statement):
    """False statements, or statements without a proof: never confirmed, never refuted."""
    with pytest.raises(DomainError, match="accepted"):
        derivation_of(statement)


@pytest.mark.parametrize("statement", [row[1] for row in REFUSED[:3]])
def test_a_refusal_leaves_a_claim_undecided(statement):
    given = [positive(gamma), at_least(C, 1)]
    made = claim("power.refused", Source("t", "row 1"), title="t", printed=statement, given=given)
    rows = examine(made, [SymbolicChannel()], lambda text: None)
    assert decide(rows).status == UNDECIDED
    assert {r.outcome for r in rows} <= {Outcome.ERROR, Outcome.UNKNOWN}


def test_a_sum_that_is_0_does_not_refute():
    """E[Z] = 0 and E[Z f(Z)] - E f'(Z) = 0 may be added to the right side."""
    channel = SymbolicChannel()
    for zero in (E(Z), E(Z * TestFunction(Z)) - E(TestSlope(Z)), TWO_TERMS):
        statement = Identity(gap(C, SMOOTH), PathIntegral(SLOPE) + zero)
        found = channel.judge(channel.observe("a.b", statement, print), statement)
        assert found.outcome == Outcome.HOLDS


def test_the_rows_of_the_argument_are_settled_by_the_symbolic_column():
    expected = {"proof.path": "corrected", "proof.ftc": "corrected", "proof.stein": "corrected"}
    names = ("proof.", "beyond.decoupling", "beyond.outliers", "beyond.universality")
    for made in collect(proofs_folder()):
        if made.id.startswith(names) and made.id != "proof.independence":
            verdict = decide(examine(made, [SymbolicChannel()], lambda text: None))
            assert verdict.status == expected.get(made.id, "confirmed"), (made.id, verdict.missing)
            assert verdict.killed == verdict.judged


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Draw at a fresh seed: intervals err with probability at most 1e-6."""
    store = tmp_path_factory.mktemp("store") / "blocks.sqlite"
    options = {"seed": secrets.randbits(32), "jobs": 2, "store": store, "effort": 1}
    with MonteCarloChannel(**options, total=1e-6) as channel:
        true = bias()
        observation = channel.observe("power.drawn", true, lambda text: None)
        yield lambda statement: channel.judge(observation, statement)


@pytest.mark.slow
@pytest.mark.montecarlo
def test_draws_keep_the_bias_and_reject_wrong_ones(drawn):
    assert drawn(bias()).outcome == Outcome.HOLDS
    falsehoods = [bias(factor=2), bias(factor=-1), bias(factor=0), bias(ratio=1 / gamma)]
    falsehoods += [bias(mean(weight * W * SHARE))]
    for wrong in falsehoods:
        found = drawn(wrong)
        assert found.outcome == Outcome.FAILS
        assert found.witness

"""False constants, rates and widths of Theorem 2 are rejected; the true ones are confirmed."""

import pytest
from sympy import Rational, S, sqrt

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    E,
    HessianBlock,
    LimitOf,
    OneHiddenLayer,
    Order,
    Source,
    at_least,
    claim,
    distinct,
    frobenius_squared,
    positive,
)
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Column, Kind, Outcome
from rmtcheck.claims.verdict import Status, decide
from rmtcheck.runner.examine import examine
from rmtcheck.runner.lint import lint
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, m

CE, MSE = CROSS_ENTROPY, MEAN_SQUARED_ERROR
ordered = Along(d, N, ratio=gamma, then=C)
DECISIVE = (Column.SYMBOLIC, Column.CERTIFIED)
QUARTER, HALF, MOSTLY = Rational(1, 4), Rational(1, 2), Rational(3, 4)


def ratio(loss, layer, width=m):
    network = OneHiddenLayer(d, width, C)
    rows = getattr(network, layer)
    off, diagonal = (HessianBlock(network, loss, rows[i], rows[k]) for k in (j, i))
    return E(frobenius_squared(off)) / E(frobenius_squared(diagonal))


def hidden_ce(*, width=m, power=2, tilt=1, across=1, closed=MOSTLY, ratio=gamma):
    """Return the constant of hidden blocks, with one place for each error."""
    square = ((1 + (1 - 2 * S(tilt) / width) ** (-HALF)) / 2) ** (width - power)
    equal = square * width * (width - 1) ** 2 / (width - 2) ** 3
    zero, one = (K(k, S(tilt) / width) for k in (0, 1))
    different = zero ** (width - power) * (2 * (zero - closed) + 2 * one / width) ** 2
    return (ratio * equal + across * different) / (2 * ratio + 1)


def inner(s, width=m):
    return width * K(0, s) ** (width - 2) * ((width - 1) * K(1, s) ** 2 + K(0, s) * K(2, s))


def hidden_mse(both=QUARTER, one=HALF, ratio=gamma):
    """Return the constant of the squared error by the probabilities that units are open."""
    return (ratio * both + both**2) / (ratio * one + one**2)


HIDDEN, OUTPUT, FLAT = C * ratio(CE, "w"), C**2 * ratio(CE, "v"), C * ratio(MSE, "w")
OUTPUT_TRUE = inner(2 / m) / inner(1 / m)
TRUE = [
    ("hidden, cross-entropy", HIDDEN, hidden_ce()),
    ("hidden, squared error", FLAT, hidden_mse()),
    ("output, cross-entropy", OUTPUT, OUTPUT_TRUE),
]
FALSE = [
    ("hidden, width one larger", HIDDEN, hidden_ce(width=m + 1)),
    ("hidden, one unit named", HIDDEN, hidden_ce(power=1)),
    ("hidden, samples factored", HIDDEN, hidden_ce(across=0)),
    ("hidden, second sample doubled", HIDDEN, hidden_ce(across=2)),
    ("hidden, closed pairs 1/2", HIDDEN, hidden_ce(closed=HALF)),
    ("hidden, half the tilt", HIDDEN, hidden_ce(tilt=HALF)),
    ("hidden, gamma inverted", HIDDEN, hidden_ce(ratio=1 / gamma)),
    ("hidden, of the squared error", HIDDEN, hidden_mse()),
    ("hidden, e^2 for e", HIDDEN, hidden_ce(tilt=2)),
    ("hidden, norms for squares", HIDDEN, sqrt(hidden_ce())),
    ("squared error, both open 1/2", FLAT, hidden_mse(both=HALF)),
    ("squared error, one open 1/4", FLAT, hidden_mse(one=QUARTER)),
    ("squared error, gamma inverted", FLAT, hidden_mse(ratio=1 / gamma)),
    ("squared error, samples factored", FLAT, gamma * QUARTER / (gamma / 2 + QUARTER)),
    ("output, width one larger", OUTPUT, inner(2 / (m + 1), m + 1) / inner(1 / (m + 1), m + 1)),
    ("output, samples factored", OUTPUT, S.One),
    ("output, e and e^2 exchanged", OUTPUT, 1 / OUTPUT_TRUE),
    ("output, e for 1", OUTPUT, inner(2 / m) / inner(0)),
    ("output, norms for squares", OUTPUT, sqrt(OUTPUT_TRUE)),
    ("output, with gamma", OUTPUT, gamma * OUTPUT_TRUE),
]


def settle(*statements, width=3):
    known = {gamma: positive(gamma), m: at_least(m, width)}
    free = set().union(*(s.free_symbols for s in statements))
    given = [h for s, h in known.items() if s in free] + [distinct(i, j)]
    made = claim("power.row", Source("tests", "row 1"), title="x", printed=statements, given=given)
    lint([made])
    rows = examine(made, [SymbolicChannel(), CertifiedChannel(20)], lambda text: None)
    assert not [r for r in rows if r.outcome == Outcome.ERROR]
    return decide(rows), [r for r in rows if r.kind == Kind.PRINTED]


def outcomes(statement):
    """Return what both columns say of a statement, without its mutants."""
    found = {}
    for channel in (SymbolicChannel(), CertifiedChannel(20)):
        seen = channel.observe("a.b", statement, lambda text: None)
        found[channel.column] = channel.judge(seen, statement)
    return found


@pytest.mark.parametrize(("name", "quantity", "value"), TRUE, ids=[t[0] for t in TRUE])
def test_true_constants_are_confirmed(name, quantity, value):
    verdict, printed = settle(LimitOf(quantity, value, ordered))
    assert verdict.status == Status.CONFIRMED, (verdict.missing, verdict.survivors)
    assert verdict.killed == verdict.judged > 0
    assert {r.channel: r.outcome for r in printed} == dict.fromkeys(DECISIVE, Outcome.HOLDS)


@pytest.mark.parametrize(("name", "quantity", "value"), FALSE, ids=[f[0] for f in FALSE])
def test_false_constants_are_rejected_twice(name, quantity, value):
    found = outcomes(LimitOf(quantity, value, ordered))
    assert {column: f.outcome for column, f in found.items()} == dict.fromkeys(
        DECISIVE, Outcome.FAILS
    )
    assert all(f.witness for f in found.values())


def test_finite_classes_of_the_squared_error():
    wide, channel = Along(d, N, ratio=gamma), CertifiedChannel(20)
    values = {
        hidden_mse() / (C + 2): Outcome.HOLDS,
        hidden_mse() / C: Outcome.FAILS,
        hidden_mse() / (C + 1): Outcome.FAILS,
        hidden_mse(both=HALF) / (C + 2): Outcome.FAILS,
    }
    for value, expected in values.items():
        statement = LimitOf(ratio(MSE, "w"), value, wide)
        seen = channel.observe("a.b", statement, lambda text: None)
        assert channel.judge(seen, statement).outcome == expected


NARROW = [("w", -1), ("v", -2)]


@pytest.mark.parametrize(("layer", "exponent"), NARROW)
def test_the_rates_of_cross_entropy_fail_at_width_two(layer, exponent):
    verdict, printed = settle(Order(ratio(CE, layer, 2), ordered, exponent, tight=False))
    assert verdict.status == Status.REFUTED
    assert "tends to oo" in printed[0].witness
    verdict, _ = settle(Order(ratio(CE, layer, 3), ordered, exponent, tight=False))
    assert verdict.status == Status.CONFIRMED


@pytest.mark.parametrize(("layer", "exponent"), NARROW)
def test_the_condition_on_the_width_is_needed_and_no_smaller_one_will_do(layer, exponent):
    statement = Order(ratio(CE, layer), ordered, exponent)
    verdict, _ = settle(statement, width=3)
    assert verdict.status == Status.CONFIRMED
    assert verdict.hypotheses["m >= 3 weakened to m >= 2"] == "needed"
    verdict, _ = settle(statement, width=2)
    assert verdict.status != Status.CONFIRMED
    verdict, _ = settle(statement, width=4)
    assert verdict.hypotheses["m >= 4 weakened to m >= 3"] != "needed"


def test_the_squared_error_needs_no_third_unit():
    verdict, _ = settle(Order(ratio(MSE, "w"), ordered, -1), width=2)
    assert verdict.status == Status.CONFIRMED
    verdict, _ = settle(LimitOf(FLAT, hidden_mse(), ordered), width=2)
    assert verdict.status == Status.CONFIRMED


def test_zero_output_blocks_have_an_upper_bound_and_no_exact_order():
    norms = sqrt(ratio(MSE, "v"))
    verdict, printed = settle(Order(norms, ordered, -1, tight=True))
    assert verdict.status == Status.REFUTED
    assert any("0 for every C" in r.witness for r in printed if r.channel == Column.CERTIFIED)
    verdict, _ = settle(LimitOf(C * norms, 0, ordered))
    assert verdict.status == Status.CONFIRMED
    verdict, _ = settle(LimitOf(C * sqrt(ratio(CE, "v")), 0, ordered))
    assert verdict.status == Status.REFUTED

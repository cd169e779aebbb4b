"""Channels on decoupling: what they take, what they refuse, and how draws are judged."""

from dataclasses import replace

import pytest
import sympy
from sympy import Abs, Rational

from rmtcheck import Along, E, Identity, LimitOf, Order, ResolventTrace, SpectralLimit, Value
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.decoupled_blocks import (
    RATIO,
    asks_for_bias,
    asks_for_vanishing,
    blocks_of,
    one_field,
    several_fields,
)
from rmtcheck.channels.decoupling import derive_decoupling, difference_of, speaks_of_decoupling
from rmtcheck.channels.derivations import derivation_of
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.simulation.decoupling import Gap, judge_bias, judge_difference
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.errors import DomainError
from rmtcheck.runner.collect import collect, proofs_folder
from rmtcheck.spectral.decoupling.bias import decoupling_bias
from rmtcheck.vocabulary.decoupling import (
    CorrelatedData,
    DecoupledCovariance,
    DependentCovariance,
    FieldSquare,
    LogDeterminant,
)
from rmtcheck.vocabulary.laws import ImplicitLaw
from rmtcheck.vocabulary.symbols import C, N, d, gamma, s, weight, z

PROPORTIONAL = Along(d, N, ratio=gamma)


def gap(fields=C, *classes):
    kinds = (DependentCovariance, DecoupledCovariance)
    dependent, decoupled = (E(ResolventTrace(k(d, N, fields, *classes), z)) for k in kinds)
    return dependent - decoupled


def claims():
    return {c.id: c for c in collect(proofs_folder())}


BIAS, BIAS_OF_ONE = (part.printed for part in claims()["beyond.decoupling_bias"].parts)
VANISHING = LimitOf(Abs(gap()), 0, PROPORTIONAL)


def test_differences_are_recognised():
    matrix = DependentCovariance(d, N, C)
    assert difference_of(gap()) == (1, matrix)
    assert difference_of(-3 * N * gap()) == (-3 * N, matrix)
    for other in (gap() + 1, gap() ** 2, gap() - gap(2), E(ResolventTrace(matrix, z)), z):
        assert difference_of(other) is None


def test_who_speaks():
    channels = (SymbolicChannel(), NumericChannel())
    assert [c.applies(BIAS) for c in channels] == [True, True]
    assert [c.applies(VANISHING) for c in channels] == [True, False]
    assert asks_for_bias(BIAS)
    assert not asks_for_bias(VANISHING)
    assert asks_for_vanishing(VANISHING)
    assert not asks_for_vanishing(LimitOf(Abs(gap(d)), 0, PROPORTIONAL))
    for made in claims().values():
        for part in made.parts:
            if speaks_of_decoupling(part.standing):
                assert not CertifiedChannel(20).applies(part.standing)
    assert not speaks_of_decoupling(claims()["rmt.gmp"].parts[0].printed)


@pytest.mark.parametrize(
    "statement",
    [
        LimitOf(Abs(gap()), 0, Along(N, d, ratio=gamma)),
        LimitOf(N**2 * gap(), 0, PROPORTIONAL),
        LimitOf(N * gap(C, None, CorrelatedData()), 0, PROPORTIONAL),
        LimitOf(Abs(gap(d, None, CorrelatedData())), 0, PROPORTIONAL),
        Order(gap(), Along(d, N, ratio=gamma), -1),
        Order(N * gap(), Along(N, d, ratio=1 / gamma), -1),
        Identity(E(FieldSquare()), 1),
        SpectralLimit(DependentCovariance(d, N, C), ImplicitLaw(-z), Along(N, d, ratio=gamma)),
    ],
    ids=str,
)
def test_other_questions_are_refused(statement):
    with pytest.raises(DomainError, match="accepted"):
        derivation_of(statement)


def test_statements_without_a_derivation_are_refused():
    from rmtcheck import Bound

    with pytest.raises(DomainError, match="no derivation is known"):
        derive_decoupling(Bound(gap(), "<", sympy.S.One))


def test_a_smaller_bound_is_not_held():
    channel = SymbolicChannel()
    outcomes = []
    for factor in (4, 3, 8):
        statement = Value(gap(), 0, factor * C / (d * sympy.im(z)))
        outcomes.append(channel.judge(channel.observe("a.b", statement, print), statement).outcome)
    assert outcomes == [Outcome.HOLDS, Outcome.UNKNOWN, Outcome.UNKNOWN]


def test_the_bound_is_multiplied_with_the_difference():
    channel = SymbolicChannel()
    outcomes = []
    for factor, multiple in ((4000, 1000), (4, 1000), (8, -2), (4, sympy.I)):
        statement = Value(multiple * gap(), 0, factor * C / (d * sympy.im(z)))
        outcomes.append(channel.judge(channel.observe("a.b", statement, print), statement).outcome)
    assert outcomes == [Outcome.HOLDS, Outcome.UNKNOWN, Outcome.HOLDS, Outcome.HOLDS]


def test_reach_is_every_weight():
    channel = SymbolicChannel()
    found = channel.judge(channel.observe("a.b", VANISHING, print), VANISHING)
    assert found.scope.reach == Reach.ALL
    assert "every weight" in found.scope.where


@pytest.mark.parametrize("statement", [BIAS, BIAS_OF_ONE], ids=["several", "one"])
def test_formulas_agree_with_the_library(statement):
    for block in blocks_of(statement):
        assert block.value(statement.value) == pytest.approx(block.bias, rel=1e-5)
        for wrong in (1.01, gamma, -1):
            value = block.value(sympy.nsimplify(wrong) * statement.value)
            assert abs(value - block.bias) > 5e-3 * abs(block.bias)


def test_the_blocks_have_a_bias():
    for block in (*several_fields(), *one_field()):
        direct = decoupling_bias(block.weight, RATIO, block.z, tolerance=1e-3)
        assert abs(direct) > 0.1
        assert block.bias == pytest.approx(direct)


@pytest.mark.parametrize("formula", [weight, 1 / (s - s), LogDeterminant(FieldSquare()) * weight])
def test_formulas_without_a_value_are_refused(formula):
    with pytest.raises(DomainError):
        several_fields()[0].value(formula)


def boxes(centre, half, bound=0.0):
    block = several_fields()[0]
    real, imag = ((x - half, x + half) for x in (centre.real, centre.imag))
    return [Gap(block, "N = 64", real, imag, bound)]


def test_draws_are_judged():
    bias = several_fields()[0].bias
    found = boxes(bias, 0.1)
    assert judge_bias(found, BIAS.value).outcome == Outcome.HOLDS
    wrong = judge_bias(found, 2 * BIAS.value)
    assert wrong.outcome == Outcome.FAILS
    assert "claimed" in wrong.witness
    assert judge_bias(found, weight).outcome == Outcome.FAILS
    assert judge_bias(boxes(bias + 1, 0.1), BIAS.value).outcome == Outcome.ERROR


def test_limits_are_judged_up_to_the_bound():
    found = boxes(0j, 0.01, bound=0.5)
    assert judge_difference(found, 0.0).outcome == Outcome.HOLDS
    assert judge_difference(found, 1.0).outcome == Outcome.FAILS
    assert judge_difference(found, -1.0).outcome == Outcome.FAILS
    assert judge_difference([replace(found[0], bound=1e-9)], 0.5).outcome == Outcome.FAILS
    assert judge_difference(boxes(1 + 0j, 0.1, bound=0.5), 0.0).outcome == Outcome.ERROR


def test_the_modulus_of_a_box():
    least, greatest = boxes(3 + 4j, 1.0)[0].modulus
    assert least == pytest.approx(float(sympy.sqrt(13)))
    assert greatest == pytest.approx(float(sympy.sqrt(41)))
    assert boxes(0j, Rational(1, 2))[0].modulus[0] == 0

from fractions import Fraction

import pytest
import sympy
from flint import arb

from rmtcheck.certify.ball import Relation, compare
from rmtcheck.certify.evaluate import enclose
from rmtcheck.certify.range import decide_less, decide_within, holds_on
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, e, gamma, i, j

p = SoftmaxOfGaussians(C)
G_II = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
G_IJ = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
LIMIT = (gamma * e**2 + 1) / (gamma * e + 1)


def test_positive_on_a_square():
    assert holds_on(lambda x: 3 + x[0] * x[1] - x[0] - x[1], [(0, 1), (0, 1)]) == (True, None)


def test_refuted_at_an_exact_point():
    answer, box = holds_on(lambda x: x[0] ** 2 - arb("0.01"), [(-1, 1)])
    assert answer is False
    (low, high) = box[0]
    assert low == high
    assert low**2 < Fraction(1, 100)


def test_touching_zero_stays_open_within_the_cap():
    answer, box = holds_on(lambda x: x[0] ** 2 * 3, [("-1/3", "1/2")], max_boxes=200)
    assert answer is None
    assert box[0][0] < box[0][1]


def test_weak_inequality_accepts_zero():
    zero = lambda x: 0 * x[0]  # noqa: E731
    assert holds_on(zero, [(0, 1)]).answer is False
    assert holds_on(zero, [(0, 1)], strict=False).answer is True


def test_a_predicate_that_says_nothing_decides_nothing():
    assert holds_on(lambda x: x[0] / 0, [(0, 1)], max_boxes=30).answer is None


@pytest.mark.parametrize(
    ("lhs", "rhs", "answer"),
    [
        (1, LIMIT, True),
        (LIMIT, e, True),
        (LIMIT, sympy.Rational(27, 10), False),
        (LIMIT, 1, False),
        (sympy.Rational(11, 10), LIMIT, False),
        (sympy.sqrt(gamma), (1 + gamma) / 2 + sympy.Rational(1, 1000), True),
        (sympy.sqrt(gamma), (1 + gamma) / 2 - sympy.Rational(1, 1000), False),
        (sympy.sqrt(gamma**2 + 1), 2 * gamma + 2, True),
        (gamma, gamma, False),
        (gamma, 10**6, False),
        (0, 1 / gamma, True),
    ],
)
def test_inequalities_for_all_gamma(lhs, rhs, answer):
    decision = decide_less(lhs, rhs, over=gamma)
    assert decision.answer is answer
    if answer is False:
        assert decision.witness > 0
        at = {gamma: decision.witness}
        sides = enclose(sympy.sympify(lhs), at), enclose(sympy.sympify(rhs), at)
        assert compare(*sides) in (Relation.GREATER, Relation.EQUAL)


@pytest.mark.parametrize("classes", [10, 1000])
def test_softmax_expressions(classes):
    ratio = C**2 * G_IJ / G_II
    assert decide_less(1, ratio, over=gamma, values={C: classes}).answer is True
    assert decide_less(2, ratio, over=gamma, values={C: classes}).answer is False


def test_equality_at_two_classes_is_never_refuted_wrongly():
    assert decide_less(G_IJ, G_II * sympy.Rational(101, 100), gamma, {C: 2}).answer is True
    assert decide_less(G_IJ, G_II, gamma, {C: 2}, max_boxes=50).answer is None


def test_within_half_a_unit():
    ratio = sympy.sqrt(G_IJ / G_II)
    assert decide_within(ratio, "0.0135", "0.0035", gamma, {C: 100}).answer is True
    refuted = decide_within(ratio, "0.01", "0.0005", gamma, {C: 100})
    assert refuted.answer is False
    ball = enclose(ratio, {gamma: refuted.witness, C: 100})
    assert compare(abs(ball - arb("0.01")), arb("0.0005")) is Relation.GREATER


def test_within_accepts_equality():
    assert decide_within(gamma / gamma, 1, 0, gamma).answer is True


def test_essential_singularity_stays_open():
    assert decide_less(sympy.exp(-gamma), 2, over=gamma).answer is None

import pytest
import sympy

from rmtcheck.claims.blocks import BlockFormula
from rmtcheck.claims.statements import Bound, Identity, LimitOf, Order, Value
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import Along, E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j

p = SoftmaxOfGaussians(C)
LIMIT = LimitOf(C**2 * E(p[i] * p[j]), sympy.Integer(1), Along(C))
BLOCK = HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, j)
STATEMENTS = [
    Identity(gamma + gamma, 2 * gamma),
    LIMIT,
    Order(E(p[i]), Along(C), sympy.Integer(-1)),
    Order(E(p[i]) - 1 / C, Along(C), -sympy.oo),
    Bound(gamma, "<", gamma + 1),
    Value(gamma, sympy.Rational(1, 2), sympy.Rational(1, 10)),
    BlockFormula(BLOCK, WeightedGram(1 / N, -p[i] * p[j])),
]


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: type(s).__name__)
class TestEveryStatement:
    def test_has_mutants_with_its_own_question(self, statement):
        mutants = [m for _, m in statement.mutants()]
        assert mutants
        assert {m.question_hash for m in mutants} == {statement.question_hash}
        assert statement.hash not in {m.hash for m in mutants}

    def test_no_two_mutants_share_a_name(self, statement):
        names = [name for name, _ in statement.mutants()]
        assert len(set(names)) == len(names)

    def test_prints(self, statement):
        assert statement.latex()
        assert str(statement)


def test_hash_sees_every_field():
    other = LimitOf(LIMIT.quantity, LIMIT.value, Along(N))
    assert other.hash != LIMIT.hash
    assert other.question_hash != LIMIT.question_hash


def test_hash_sees_the_answer_but_the_question_does_not():
    other = LimitOf(LIMIT.quantity, sympy.Integer(2), LIMIT.along)
    assert other.hash != LIMIT.hash
    assert other.question_hash == LIMIT.question_hash


def test_growing_sizes_are_neither_free_nor_substituted():
    assert C not in LIMIT.free_symbols
    assert LIMIT.substitute({C: 5}) == LIMIT


def test_substitution_without_meaning_is_none():
    assert Identity(1 / gamma, 1 / gamma).substitute({gamma: 0}) is None


def test_tight_order_is_wrong_on_both_sides():
    order = Order(E(p[i]), Along(C), sympy.Integer(-1))
    assert {m.exponent + 1 for _, m in order.mutants()} == {
        sympy.Rational(-1, 2),
        sympy.Rational(1, 2),
        -1,
        1,
    }


def test_a_size_that_grows_later_is_no_free_symbol():
    later = LimitOf(C * E(p[i]), sympy.Integer(1), Along(d, N, ratio=gamma, then=C))
    assert later.free_symbols == {i}
    at_ratio = later.substitute({C: sympy.Integer(5), gamma: sympy.Integer(2)})
    assert at_ratio.along == Along(d, N, ratio=2, then=C)
    assert at_ratio.quantity == later.quantity


def test_an_order_counts_the_size_that_grows_last():
    order = Order(E(p[i]), Along(d, N, ratio=gamma, then=C), sympy.Integer(-1))
    assert "Theta(C**-1)" in str(order)
    assert "Theta\\left(C^" in order.latex()

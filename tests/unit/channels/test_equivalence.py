"""Mutants that say the same are no mutants."""

import pytest
import sympy

from rmtcheck import (
    CROSS_ENTROPY,
    Along,
    BlockFormula,
    Bound,
    E,
    HessianBlock,
    Identity,
    LimitOf,
    LinearModel,
    Order,
    PrintedLaw,
    SampleCovariance,
    SoftmaxOfGaussians,
    SpectralLimit,
    Value,
    WeightedGram,
)
from rmtcheck.channels import equivalence
from rmtcheck.channels.equivalence import proof_of_equality
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, x

p = SoftmaxOfGaussians(C)
plain, clumsy, other = 1 / (1 + gamma), (1 - gamma) / (1 - gamma**2), 1 / (1 + gamma) + 1


def block(weight):
    asked = HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, j)
    return BlockFormula(asked, WeightedGram(1 / N, weight))


def law(lower, upper=4):
    printed = PrintedLaw(1 / x, lower, upper)
    return SpectralLimit(SampleCovariance(d, N), printed, Along(d, N, ratio=gamma))


MAKERS = [
    lambda v: LimitOf(E(p[i]), v, Along(C)),
    lambda v: Identity(E(p[i]), v),
    lambda v: Value(E(p[i]), v, sympy.Integer(1)),
    law,
]


@pytest.mark.parametrize("make", MAKERS)
def test_equal_answers_are_proved_equal(make):
    assert proof_of_equality(make(plain), make(clumsy))


@pytest.mark.parametrize("make", MAKERS)
def test_different_answers_are_not(make):
    assert proof_of_equality(make(plain), make(other)) is None


def test_block_formulas():
    assert proof_of_equality(block(-p[i] * p[j]), block(-p[j] * p[i] * (2 - 1)))
    assert proof_of_equality(block(p[i] * p[j] + p[i]), block(p[i] * (p[j] + 1)))
    assert proof_of_equality(block(-p[i] * p[j]), block(p[i] * p[j])) is None


def test_laws_that_differ_twice_are_not_compared():
    assert proof_of_equality(law(plain, plain), law(clumsy, clumsy)) is None


def test_order_and_bound_have_no_equivalents():
    order = Order(E(p[i]), Along(C), exponent=-1)
    bound = Bound(E(p[i]), "<", E(p[j]))
    assert proof_of_equality(order, order) is None
    assert proof_of_equality(bound, bound) is None


def test_question_outside_the_domain_proves_nothing(monkeypatch):
    def refuse(left, right):
        raise DomainError("planted")

    monkeypatch.setattr(equivalence, "are_equal", refuse)
    assert proof_of_equality(Identity(E(p[i]), plain), Identity(E(p[i]), clumsy)) is None

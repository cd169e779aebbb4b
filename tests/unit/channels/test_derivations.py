"""The derivation that answers a question."""

import json

import pytest
import sympy

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    BlockFormula,
    Bound,
    E,
    HermitianMatrix,
    HessianBlock,
    Identity,
    LimitOf,
    LinearModel,
    Order,
    PrintedLaw,
    SampleCovariance,
    SoftmaxOfGaussians,
    SpectralLimit,
    SquaredRadius,
    WeightedGram,
    frobenius_squared,
    spectral_moment,
)
from rmtcheck.channels.derivations import derivation_of, record_of
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, x

p = SoftmaxOfGaussians(C)
A = HermitianMatrix("A", d)
diagonal, off_diagonal = (HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, k) for k in (i, j))
norm = frobenius_squared(diagonal)
ratio = frobenius_squared(off_diagonal) / norm
along = Along(d, N, ratio=gamma)


def gram(loss, weight):
    asked = HessianBlock(LinearModel(d, C), loss, i, i)
    return BlockFormula(asked, WeightedGram(1 / N, weight))


SHAPES = [
    gram(MEAN_SQUARED_ERROR, 7),
    LimitOf(ratio, 7, along),
    LimitOf(E((SquaredRadius(d) - 1) ** 2), 7, Along(d)),
    LimitOf(C * E(p[i]), 7, Along(C)),
    Order(E(p[i]), Along(C), exponent=7),
    Identity(E(p[i]), 7),
    Identity(frobenius_squared(A), spectral_moment(A, 2)),
    SpectralLimit(SampleCovariance(d, N), PrintedLaw(1 / x, 0, 7), along),
]


@pytest.mark.parametrize("statement", SHAPES, ids=str)
def test_every_shape_has_steps_and_a_record(statement):
    derivation = derivation_of(statement)
    record = record_of(derivation)
    assert derivation.steps
    assert json.loads(json.dumps(record)) == record
    assert "7" not in str(record["result"])


@pytest.mark.parametrize(
    ("statement", "result"),
    [
        (LimitOf(C * E(p[i]), 7, Along(C)), 1),
        (LimitOf(E((SquaredRadius(d) - 1) ** 2), 7, Along(d)), 0),
        (Order(E(p[i]), Along(C), exponent=7), (1, -1)),
        (Identity(E(p[i]), 7), 1 / C),
    ],
)
def test_result(statement, result):
    assert derivation_of(statement).result == result


def test_block_formula_is_derived_with_its_factor():
    assert derivation_of(gram(MEAN_SQUARED_ERROR, 7)).result.weight == 2


def test_bound_has_no_derivation():
    with pytest.raises(TypeError, match="Bound"):
        derivation_of(Bound(sympy.Integer(1), "<", sympy.Integer(2)))


@pytest.mark.parametrize(
    "quantity",
    [
        frobenius_squared(diagonal),
        1 + frobenius_squared(diagonal),
        ratio**2 / ratio**2 * frobenius_squared(off_diagonal),
    ],
)
def test_norms_whose_dimension_does_not_cancel_are_refused(quantity):
    with pytest.raises(DomainError, match="no finite limit"):
        derivation_of(LimitOf(quantity, 1, along))

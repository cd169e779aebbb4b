import pytest
import sympy

from rmtcheck.claims.mutants import expression_variants
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, e, gamma, i, j

p = SoftmaxOfGaussians(C)
CONSTANT = (gamma * e**2 + 1) / (gamma * e + 1)


def values(expr):
    return [v.value for v in expression_variants(expr)]


@pytest.mark.parametrize(
    "wrong",
    [
        2 * CONSTANT,
        -CONSTANT,
        (gamma * e**3 + 1) / (gamma * e + 1),
        (gamma * e**2 - 1) / (gamma * e + 1),
        (gamma * e**2 + 1) / (gamma * e + 2),
        gamma * e**2 / (gamma * e + 1),
        gamma * e**2 + 1,
    ],
)
def test_usual_errors_are_among_the_variants(wrong):
    assert wrong in values(CONSTANT)


def test_no_variant_is_the_original_or_occurs_twice():
    found = values(CONSTANT)
    assert CONSTANT not in found
    assert len(set(found)) == len(found)


def test_square_moves_in_and_out_of_an_expectation():
    mean = E(p[i] * p[j])
    assert E(p[i] ** 2 * p[j] ** 2) in values(mean**2)
    assert mean**2 in values(mean)


def test_zero_has_variants():
    assert set(values(sympy.Integer(0))) == {1, -1}


def test_no_variant_divides_by_zero():
    assert not any(v.has(sympy.zoo, sympy.nan, sympy.oo) for v in values(1 / gamma))

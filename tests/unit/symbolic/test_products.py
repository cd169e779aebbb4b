import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.products import norm_of_product
from rmtcheck.vocabulary.ensembles import HermitianMatrix
from rmtcheck.vocabulary.graphs import weight_matrix
from rmtcheck.vocabulary.quantities import frobenius_squared
from rmtcheck.vocabulary.symbols import d


def test_the_norm_is_the_sum_of_the_squares():
    V, W = weight_matrix("v", 1, 2), weight_matrix("w", 2, 2)
    found = norm_of_product(frobenius_squared(sympy.MatMul(V, W)) / 2).result
    by_hand = sum((V[0, 0] * W[0, a] + V[0, 1] * W[1, a]) ** 2 for a in range(2)) / 2
    assert sympy.expand(found - by_hand) == 0
    assert norm_of_product(frobenius_squared(V)).result == V[0, 0] ** 2 + V[0, 1] ** 2


def test_a_matrix_without_entries_is_refused():
    with pytest.raises(DomainError, match="the matrix is A"):
        norm_of_product(frobenius_squared(HermitianMatrix("A", d)))

from math import comb

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer, are_equal
from rmtcheck.symbolic.hessian import derive
from rmtcheck.symbolic.wishart import (
    frobenius_limit,
    frobenius_mean,
    trace_moment,
    trace_moment_limit,
    weighted_trace_moment,
)
from rmtcheck.vocabulary.grams import INPUT, Input, WeightedGram
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j

ORDERS = range(6)
p = SoftmaxOfGaussians(C)
first, second = sympy.symbols("first second")


@pytest.mark.parametrize("k", ORDERS)
def test_one_dimension_is_chi_square(k):
    chi = sympy.prod([1 + sympy.Rational(2 * r) / N for r in range(k)])
    assert sympy.expand(trace_moment(k, 1, N) - chi) == 0


@pytest.mark.parametrize("k", ORDERS)
def test_both_gram_matrices_have_the_same_traces(k):
    whole = sympy.expand(d * N**k * trace_moment(k, d, N)) if k else d
    exchanged = whole.subs({d: N, N: d}, simultaneous=True)
    assert k == 0 or sympy.expand(whole - exchanged) == 0


@pytest.mark.parametrize("k", range(1, 6))
def test_limits_have_narayana_coefficients(k):
    narayana = sum(gamma**r * sympy.Rational(comb(k, r) * comb(k - 1, r), r + 1) for r in range(k))
    assert sympy.expand(trace_moment_limit(k, gamma) - narayana) == 0


def test_third_moment_is_not_the_one_of_the_other_ratio():
    assert sympy.expand(trace_moment_limit(3, gamma) - trace_moment_limit(3, 1 / gamma)) != 0


@pytest.mark.parametrize("k", [-1, 8, sympy.Rational(1, 2), 2.0])
def test_orders_out_of_range(k):
    with pytest.raises(DomainError, match="order"):
        trace_moment(k, d, N)


@pytest.mark.parametrize("size", [0, -3, sympy.Rational(1, 2)])
def test_sizes_out_of_range(size):
    with pytest.raises(DomainError):
        trace_moment(2, size, N)


def test_the_mean_squared_norm():
    derived = frobenius_mean(first, second).result
    assert sympy.expand(derived - (d + 2) / N * second - (1 - 1 / N) * first**2) == 0


def test_the_mean_squared_norm_is_not_one_of_its_neighbours():
    derived = frobenius_mean(first, second).result
    for wrong in (
        (d + 1) / N * second + (1 - 1 / N) * first**2,
        (d + 2) / N * second + first**2,
        d / N * second + (1 - 1 / N) * first**2,
    ):
        assert sympy.expand(derived - wrong) != 0


def test_one_dimension_with_weights():
    moments = sympy.symbols("m1:4")
    mean = weighted_trace_moment(moments, 1, N)
    # E (sum w x^2)^3 for independent terms: 15 E w^3, 3 pairs of (3 E w^2, E w), and triples.
    m1, m2, m3 = moments
    direct = 15 * N * m3 + 9 * N * (N - 1) * m2 * m1 + N * (N - 1) * (N - 2) * m1**3
    assert sympy.expand(mean - direct / N**3) == 0


def test_constant_weights_factor_out():
    w = sympy.Symbol("w")
    weighted = weighted_trace_moment([w, w**2, w**3], d, N)
    assert sympy.expand(weighted - w**3 * trace_moment(3, d, N)) == 0


@pytest.mark.parametrize(
    ("loss", "row", "column", "limit"),
    [
        (
            CROSS_ENTROPY,
            i,
            i,
            gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2,
        ),
        (CROSS_ENTROPY, i, j, gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2),
        (MEAN_SQUARED_ERROR, i, i, 4 * gamma + 4),
        (MEAN_SQUARED_ERROR, i, j, sympy.Integer(0)),
    ],
)
def test_limits_of_hessian_blocks(loss, row, column, limit):
    gram = derive(HessianBlock(LinearModel(d, C), loss, row, column))
    derived = frobenius_limit(gram, gamma).result
    assert are_equal(derived, limit).answer == Answer.YES
    assert are_equal(derived, limit.subs(gamma, 2 * gamma) + gamma**2).answer == Answer.NO


def test_the_ratio_is_not_inverted():
    gram = WeightedGram(1 / N, p[i])
    derived = frobenius_limit(gram, gamma).result
    wrong = E(p[i] ** 2) / gamma + E(p[i]) ** 2
    assert are_equal(derived, wrong).answer == Answer.NO


def test_the_scale_is_squared():
    doubled = frobenius_limit(WeightedGram(2 / N, p[i]), gamma).result
    single = frobenius_limit(WeightedGram(1 / N, p[i]), gamma).result
    assert are_equal(doubled, 4 * single).answer == Answer.YES


def test_the_dependence_of_the_weights_is_argued_where_it_exists():
    dependent = str(frobenius_limit(WeightedGram(1 / N, p[i]), gamma))
    assert "Stein's identity" in dependent
    assert "Stein's identity" not in str(frobenius_limit(WeightedGram(1 / N, 2), gamma))


class Features(Input):
    pass


@pytest.mark.parametrize(
    "gram",
    [
        WeightedGram(1, p[i]),
        WeightedGram(sympy.Rational(1, 5), p[i]),
        WeightedGram(1 / N, 1 / p[i]),
        WeightedGram(1 / N, sympy.log(p[i])),
        WeightedGram(1 / N, p[i], INPUT, Features()),
    ],
    ids=str,
)
def test_other_matrices_are_refused(gram):
    with pytest.raises(DomainError):
        frobenius_limit(gram, gamma)

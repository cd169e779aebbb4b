"""Limits and orders of expressions in mean squared norms."""

import pytest
from sympy import Sum, sqrt

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.shared_readout.limit import derive_growth
from rmtcheck.vocabulary.activations import GELU
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.quantities import E, frobenius_squared
from rmtcheck.vocabulary.samples import V
from rmtcheck.vocabulary.symbols import C, c, d, gamma, i, j, m

network = OneHiddenLayer(d, m, C)


def norm(loss, layer, column, net=network):
    rows = getattr(net, layer)
    return frobenius_squared(HessianBlock(net, loss, rows[i], rows[column]))


def ratio(loss, layer):
    return E(norm(loss, layer, j)) / E(norm(loss, layer, i))


def test_the_rates_of_all_blocks():
    rates = [
        derive_growth(ratio(loss, layer), gamma).result.exponent
        for loss, layer in (
            (CROSS_ENTROPY, "w"),
            (CROSS_ENTROPY, "v"),
            (MEAN_SQUARED_ERROR, "w"),
        )
    ]
    assert rates == [-1, -2, -1]


def test_the_exact_constant_of_the_squared_error():
    found = derive_growth(C * ratio(MEAN_SQUARED_ERROR, "w"), gamma).result.limit
    assert (found - (4 * gamma + 1) / (8 * gamma + 4)).simplify() == 0


def test_a_random_norm_is_refused():
    with pytest.raises(DomainError, match="random even in the limit"):
        derive_growth(norm(CROSS_ENTROPY, "w", j) / norm(CROSS_ENTROPY, "w", i), gamma)


def test_the_dimension_must_cancel():
    with pytest.raises(DomainError, match="cancel"):
        derive_growth(E(norm(CROSS_ENTROPY, "w", j)), gamma)
    assert derive_growth(E(norm(CROSS_ENTROPY, "v", j)), gamma).result.exponent == -4


def test_other_means_are_refused():
    two = E(norm(CROSS_ENTROPY, "v", j) ** 2)
    with pytest.raises(DomainError, match="one squared block norm"):
        derive_growth(two, gamma)


def test_other_networks_are_refused():
    smooth = OneHiddenLayer(d, m, C, GELU)
    with pytest.raises(DomainError, match="relu"):
        derive_growth(E(norm(CROSS_ENTROPY, "v", j, smooth)), gamma)
    with pytest.raises(DomainError, match="OneHiddenLayer"):
        derive_growth(E(norm(CROSS_ENTROPY, "v", j, LinearModel(d, C))), gamma)
    wide = OneHiddenLayer(d, 2 * m, C)
    mixed = E(norm(CROSS_ENTROPY, "v", j)) / E(norm(CROSS_ENTROPY, "v", j, wide))
    with pytest.raises(DomainError, match="widths"):
        derive_growth(mixed, gamma)


def test_sums_without_a_network():
    products, squares = (Sum(V[c, i] * V[c, unit], (c, 1, C)) for unit in (j, i))
    weights = sqrt(E(products**2) / E(squares**2))
    found = derive_growth(sqrt(C) * weights, None)
    assert found.result.limit == 1
    assert found.steps[-1].text == "and its limit is: 1"

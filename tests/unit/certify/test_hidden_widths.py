"""Least widths are those where integrals are finite; positivity is enclosed, not assumed."""

from fractions import Fraction

import pytest
from flint import fmpq

from rmtcheck import GELU, IDENTITY, RELU, SIGMOID, SILU, TANH, leaky_relu
from rmtcheck.certify import hidden_widths as module
from rmtcheck.certify.hidden_norms import cross_entropy_norm, squared_error_norm
from rmtcheck.certify.hidden_widths import are_positive, least_width

ALL = [TANH, SIGMOID, GELU, SILU, IDENTITY, RELU, leaky_relu(Fraction(3, 2)), leaky_relu(-1)]
KINDS = [("w", False), ("w", True), ("v", False), ("v", True)]


@pytest.mark.parametrize("activation", ALL, ids=str)
@pytest.mark.parametrize(("layer", "diagonal"), KINDS)
def test_norms_are_finite_exactly_from_the_least_width_on(activation, layer, diagonal):
    least = least_width(layer, diagonal=diagonal, activation=activation)
    units = 2 if (layer, diagonal) == ("w", False) else 1
    common = {"diagonal": diagonal, "gamma": fmpq(1), "activation": activation}
    for width in range(units, least + 2):
        found = cross_entropy_norm(layer, width=width, **common).coefficient
        assert found.is_finite() == (width >= least)
        assert found > 0


@pytest.mark.parametrize(("layer", "diagonal"), KINDS)
def test_the_squared_error_needs_units_only(layer, diagonal):
    least = least_width(layer, diagonal=diagonal, softmax=False, activation=leaky_relu(7))
    assert least == (2 if (layer, diagonal) == ("w", False) else 1)
    norm = squared_error_norm(
        layer,
        diagonal=diagonal,
        gamma=fmpq(1),
        width=least,
        factor=fmpq(1),
        activation=leaky_relu(7),
    )
    assert norm.coefficient.is_finite()


def test_known_least_widths():
    found = {f: least_width("w", diagonal=False, activation=f) for f in ALL}
    assert list(found.values()) == [2, 2, 3, 3, 3, 3, 5, 3]


def test_positivity_is_enclosed(monkeypatch):
    assert all(map(are_positive, ALL))
    monkeypatch.setattr(module, "one_unit", lambda activation, gamma: gamma * fmpq(0))
    assert not are_positive(TANH)

"""Floats over one unit, against closed forms; planted errors are noticed."""

import math

import pytest
import sympy

from rmtcheck import GELU, IDENTITY, RELU, TANH
from rmtcheck.errors import DomainError
from rmtcheck.spectral import activation_means as module
from rmtcheck.spectral.activation_means import (
    activation_mean_value,
    activation_overlap_value,
    hidden_ce_value,
    hidden_mse_value,
    output_ce_value,
)
from rmtcheck.spectral.shared_readout import relu_overlap_value
from rmtcheck.vocabulary.activations import ARGUMENT, Activation


@pytest.mark.parametrize("tilt", [0.0, 0.3, 0.6])
def test_the_identity_and_relu_are_known(tilt):
    root = 1 / math.sqrt(1 - tilt**2)
    assert abs(activation_overlap_value(IDENTITY, 0, 0, tilt).value - root) < 1e-12
    assert abs(activation_overlap_value(IDENTITY, 1, 0, tilt).value - tilt * root**3) < 1e-12
    for k in range(3):
        known = relu_overlap_value(k, tilt).value
        assert abs(activation_overlap_value(RELU, k, 0, tilt).value - known) < 1e-11 * known
    sample = activation_mean_value(IDENTITY, (0, 0, 0), tilt / 2)
    assert abs(sample.value - 1 / math.sqrt(1 - tilt)) < 1e-12
    assert sample.error < 1e-11


def test_parts_integrate_by_stein():
    """E[g] = E[a s s'] as g is the derivative of s s': with the sign wrong it is not."""
    one, two = (activation_mean_value(TANH, p, 0.0).value for p in ((0, 2, 0), (1, 0, 1)))
    expression = ARGUMENT * TANH.expression * sympy.diff(TANH.expression, ARGUMENT)
    stein = activation_mean_value(Activation(expression, "stein"), (1, 0, 0), 0.0).value
    assert abs(one + two - stein) < 1e-12
    assert abs(one - two - stein) > 0.1


def test_wide_layers_lose_the_tilt():
    """As m grows the constants of cross-entropy tend to explicit ones."""
    value = activation_mean_value(TANH, (2, 0, 0), 0.0).value
    assert abs(output_ce_value(10**6, IDENTITY) - 1) < 1e-5
    assert abs(output_ce_value(10**6, TANH) - 1) < 1e-5
    assert value < 0.5


def test_constants_of_relu():
    assert abs(hidden_ce_value(1.0, 3, RELU) - 5.71941244115345) < 1e-11
    assert abs(output_ce_value(3, RELU) - 8.13605813901665) < 1e-11
    assert abs(hidden_mse_value(3.0, RELU) - 13 / 28) < 1e-13
    assert abs(hidden_mse_value(1 / 3.0, RELU) - 13 / 28) > 0.05


def test_infinite_means_are_refused():
    for call in (
        lambda: activation_mean_value(GELU, (0, 0, 0), 0.5),
        lambda: activation_overlap_value(GELU, 0, 0, 1.0),
        lambda: hidden_ce_value(1.0, 2, GELU),
    ):
        with pytest.raises(DomainError, match="infinite"):
            call()


def test_planted_errors_are_noticed(monkeypatch):
    """A Gaussian cut off at two deviations."""
    monkeypatch.setattr(module, "REACH", 2.0)
    assert abs(hidden_mse_value(3.0, RELU) - 13 / 28) > 1e-3

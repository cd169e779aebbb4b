"""Quadrature of the limits of a hidden layer, the unit first and then the readout."""

import math

import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral.shared_readout import (
    cross_entropy_norm,
    relu_overlap_value,
    squared_error_norm,
)

WIDTHS = (3, 4, 8, 16)


def overlap(order, s):
    """Return the mean of (phi phi')^k exp(s phi phi') in closed form, by hand."""
    root = math.sqrt(1 - s * s)
    zero = (math.pi / 2 + math.asin(s)) / (2 * math.pi * root)
    first = (1 / (2 * math.pi) + s * zero) / root**2
    second = (zero + 3 * s * first) / root**2
    return (zero + 0.75, first, second)[order]


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("s", [-2.0, 0.0, 0.25, 2 / 3, 0.9])
def test_overlaps_have_closed_forms(order, s):
    if s > -1:
        found = relu_overlap_value(order, s)
        assert abs(found.value - overlap(order, s)) < 1e-10
        assert abs(found.value - overlap(order, s)) < 50 * found.error
    else:
        assert relu_overlap_value(order, s).value < relu_overlap_value(order, 0.0).value


@pytest.mark.parametrize("m", WIDTHS)
@pytest.mark.parametrize("rows", [1, 2])
def test_output_blocks_integrated_in_the_other_order(m, rows):
    zero, one, two = (overlap(k, rows / m) for k in range(3))
    expected = m * (m - 1) * zero ** (m - 2) * one**2 + m * zero ** (m - 1) * two
    found = cross_entropy_norm("v", diagonal=rows == 1, gamma=1.0, m=m)
    assert found.exponent == -2 * rows
    assert abs(found.coefficient.value / expected - 1) < 1e-11
    assert abs(found.coefficient.value / (expected * 1.001) - 1) > 1e-4


@pytest.mark.parametrize("m", WIDTHS)
@pytest.mark.parametrize("gamma", [0.5, 3.0])
def test_hidden_blocks_integrated_in_the_other_order(m, gamma):
    energy = (1 + 1 / math.sqrt(1 - 2 / m)) / 2
    tilted = energy ** (m - 2) * (m - 1) ** 2 / (4 * m * (m - 2) ** 3)
    unit = (overlap(0, 1 / m) - 0.75) / m + overlap(1, 1 / m) / m**2
    expected = gamma * tilted + overlap(0, 1 / m) ** (m - 2) * unit**2
    found = cross_entropy_norm("w", diagonal=False, gamma=gamma, m=m)
    assert found.exponent == -1
    assert abs(found.coefficient.value / expected - 1) < 1e-11


@pytest.mark.parametrize("m", WIDTHS)
def test_diagonal_hidden_blocks(m):
    found = cross_entropy_norm("w", diagonal=True, gamma=2.0, m=m)
    assert abs(found.coefficient.value * 4 * m**2 / 5 - 1) < 1e-12


def test_squared_error():
    off = squared_error_norm("w", diagonal=False, gamma=2.0, m=4, factor=0.5)
    diagonal = squared_error_norm("w", diagonal=True, gamma=2.0, m=4, factor=0.5)
    assert math.isclose(off.coefficient.value / diagonal.coefficient.value, 9 / 20)
    assert (off.exponent, diagonal.exponent) == (1, 2)
    output = squared_error_norm("v", diagonal=True, gamma=2.0, m=4, factor=0.5)
    assert math.isclose(output.coefficient.value, 12 / (2 * math.pi) ** 2 + 1)
    assert (
        squared_error_norm("v", diagonal=False, gamma=2.0, m=4, factor=0.5).coefficient.value == 0
    )


def test_infinite_means_are_refused():
    with pytest.raises(DomainError, match="m is 2"):
        cross_entropy_norm("w", diagonal=False, gamma=1.0, m=2)
    with pytest.raises(DomainError, match="not finite"):
        relu_overlap_value(0, 1.0)

"""Means over the readout: tilted Gaussians, and fluctuations by pairings."""

import numpy as np
import sympy
from sympy import Integer, Rational

from rmtcheck.symbolic.shared_readout.nodes import (
    OVERLAP,
    ClassDensity,
    Density,
    Energy,
    Entry,
    Fluctuation,
    Output,
)
from rmtcheck.symbolic.shared_readout.rows import covariance, mean_over_rows, row_mean
from rmtcheck.vocabulary.samples import V
from rmtcheck.vocabulary.symbols import i, j, m

one, two = Density(1), Density(2)


def by_integration(powers, entry_power, phi, other, width):
    """Integrate one unit's factor of a row mean by the trapezoidal rule."""
    v = np.linspace(-14, 14, 4001)
    tilt = powers[0] * (v * phi - phi**2 / (2 * width))
    tilt = tilt + powers[1] * (v * other - other**2 / (2 * width))
    density = np.sqrt(width / (2 * np.pi)) * np.exp(tilt - width * v**2 / 2)
    return float((v**entry_power * density).sum() * (v[1] - v[0]))


def test_a_row_with_densities_of_two_samples_is_a_tilted_gaussian():
    phi, other, width = Rational(1, 2), Rational(2, 3), Integer(3)
    for powers, entry_power in (((1, 0), 1), ((1, 1), 2), ((2, 1), 3), ((3, 0), 0)):
        function = one ** powers[0] * two ** powers[1] * Entry(i) ** entry_power
        values = {
            Output(i, 1): phi,
            Output(i, 2): other,
            Energy(1): sympy.exp(phi**2 / width),
            Energy(2): sympy.exp(other**2 / width),
            OVERLAP: sympy.exp(phi * other / width),
        }
        found = row_mean(function, width).xreplace(values)
        expected = by_integration(powers, entry_power, 0.5, 2 / 3, 3)
        assert abs(float(found) - expected) < 1e-12
        assert abs(2 * float(found) - expected) > 1e-3


def test_the_density_has_mean_one():
    assert row_mean(one, m) == 1
    assert row_mean(one**2, m) == Energy(1) != 1


def test_two_centred_products_of_entries_tilt_into_overlaps():
    centred = [Entry(k) - Output(k, 1) / m for k in (i, j)]
    other = [Entry(k) - Output(k, 2) / m for k in (i, j)]
    product = one * centred[0] * centred[1] * two * other[0] * other[1]
    factors = [1 / m + Output(k, 1) * Output(k, 2) / m**2 for k in (i, j)]
    expected = sympy.expand(OVERLAP * factors[0] * factors[1])
    assert sympy.expand(row_mean(sympy.expand(product), m) - expected) == 0


def test_fluctuations_are_summed_over_pairings():
    field = Fluctuation(Entry(i))
    assert mean_over_rows(field**2, m) == 1 / m
    assert mean_over_rows(field**4, m) == 3 / m**2
    assert mean_over_rows(field**3, m) == 0


def test_a_covariance_subtracts_the_means():
    assert covariance(Entry(i) ** 2, Entry(i) ** 2, m) == 2 / m**2
    assert covariance(Entry(i), Entry(j), m) == 0


def test_named_rows_are_independent_of_each_other():
    product = ClassDensity(i, 1) * ClassDensity(i, 2) * ClassDensity(j, 1) * ClassDensity(j, 2)
    assert mean_over_rows(product, m) == OVERLAP**2
    assert mean_over_rows(V[i, j] ** 2 * V[j, j] ** 2, m) == m**-2

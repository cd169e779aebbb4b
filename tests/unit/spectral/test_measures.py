from fractions import Fraction

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral.measures import DiscreteMeasure, EmpiricalMeasure


def test_atoms_are_sorted_and_merged():
    measure = DiscreteMeasure([2, -1, 2, 5], [0.1, 0.2, 0.3, 0])
    assert measure.atoms.tolist() == [-1, 2]
    np.testing.assert_allclose(measure.weights, [0.2, 0.4])


def test_mass_moment_and_integral_agree():
    measure = DiscreteMeasure([-1, 2], [0.5, 1.5])
    assert measure.mass() == measure.moment(0) == 2
    assert measure.moment(3) == measure.integrate(lambda x: x**3) == 11.5


def test_empirical_measure_of_a_matrix_of_samples():
    measure = EmpiricalMeasure([[1, 2], [2, 3]])
    assert measure.atoms.tolist() == [1, 2, 3]
    assert measure.weights.tolist() == [0.25, 0.5, 0.25]


def test_negative_zero_is_zero():
    assert len(DiscreteMeasure([0.0, -0.0], [0.5, 0.5]).atoms) == 1


def test_pushforward_merges():
    measure = DiscreteMeasure([-1, 1], [0.5, 0.5]).pushforward(lambda x: x**2)
    assert measure.atoms.tolist() == [1]


@pytest.mark.parametrize(
    ("atoms", "weights", "message"),
    [
        ([], [], "non-empty"),
        ([1, 2], [1], "lengths 2 and 1"),
        ([[1]], [1], "shape"),
        ([float("nan")], [1], "infinite or not a number"),
        ([float("inf")], [1], "infinite or not a number"),
        ([1], [float("nan")], "infinite or not a number"),
        ([1, 2], [1, -1], "non-negative"),
        ([1], [0], "non-negative"),
        (["a"], [1], "real numbers"),
        ([1j], [1], "real numbers"),
        (1.0, 1.0, "shape"),
    ],
)
def test_refusals(atoms, weights, message):
    with pytest.raises(DomainError, match=message):
        DiscreteMeasure(atoms, weights)


@pytest.mark.parametrize("samples", [[], [float("nan")], [1j]])
def test_empirical_refusals(samples):
    with pytest.raises(DomainError):
        EmpiricalMeasure(samples)


@pytest.mark.parametrize("order", [-1, 0.5])
def test_order_of_a_moment(order):
    with pytest.raises(DomainError, match="order"):
        EmpiricalMeasure([1]).moment(order)


@pytest.mark.parametrize("count", range(2, 12))
def test_the_lack_of_exact_shares_is_exact(count):
    for k in range(1, count):
        sample = EmpiricalMeasure([0] * (count - k) + list(range(1, k + 1)))
        assert sample.lack(Fraction(k, count)) == 0
        assert sample.lack(Fraction(k, count) + Fraction(1, 10**30)) == 1e-30


def test_the_lack_of_floats_is_that_of_binary_numbers():
    measure = DiscreteMeasure([0.0, -3.0, 7.0], [0.2, 0.3, 0.5])
    share = (Fraction(0.3) + Fraction(0.5)) / (Fraction(0.2) + Fraction(0.3) + Fraction(0.5))
    for gamma in (0.8, Fraction(4, 5), 2.5):
        assert measure.lack(gamma) == pytest.approx(float(Fraction(gamma) - share), rel=1e-15)
    assert measure.lack(0.8) != 0

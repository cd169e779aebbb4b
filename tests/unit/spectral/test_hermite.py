import math

import numpy as np
import pytest

from rmtcheck.spectral.hermite import derivative, mean, orbits, square
from rmtcheck.spectral.softmax import SoftmaxMoments


@pytest.mark.parametrize("special", [0, 1, 2])
@pytest.mark.parametrize("classes", [2, 3, 6])
@pytest.mark.parametrize("degree", range(6))
def test_orbits_count_every_multi_index(special, classes, degree):
    total = sum(orbit.size for orbit in orbits(special, classes, degree))
    assert total == math.comb(classes + degree - 1, degree)


def softmax(u):
    return np.exp(u) / np.exp(u).sum()


def value(terms, p):
    return sum(c * np.prod(p[: len(a)] ** np.array(a)) for a, c in terms.items())


def test_derivative_agrees_with_differences():
    terms, u, h = {(2, 1): 1.0, (1, 0): -3.0}, np.array([0.3, -0.2, 0.9, 0.1]), 1e-4
    for slot in range(3):
        orders = tuple(int(k == slot) for k in range(3))
        shift = h * (np.arange(4) == slot)
        slope = (value(terms, softmax(u + shift)) - value(terms, softmax(u - shift))) / (2 * h)
        assert abs(value(derivative(terms, orders), softmax(u)) - slope) < 1e-8


def test_derivatives_commute():
    terms = {(1, 1): 1.0}
    twice = derivative(derivative(terms, (1, 0, 0)), (0, 0, 2))
    assert twice == derivative(terms, (1, 0, 2))


def test_shifting_all_logits_changes_nothing():
    """The derivatives in all logits sum to zero; others are equal by exchangeability."""
    moments = SoftmaxMoments(7, [1.0])
    first = mean(derivative({(2,): 1.0}, (1, 0)), moments)[0]
    other = mean(derivative({(2,): 1.0}, (0, 1)), moments)[0]
    assert abs(first + 6 * other) < 1e-14


def test_square():
    assert square({(1,): 1.0, (2,): -1.0}) == {(2,): 1.0, (3,): -2.0, (4,): 1.0}


def test_parseval_over_two_classes():
    """The energies of a bounded function approach its second moment from below."""
    terms, moments = {(1,): 1.0}, SoftmaxMoments(2, [0.5])
    energy = 0.0
    for degree in range(12):
        for orbit in orbits(1, 2, degree):
            c = mean(derivative(terms, orbit.orders), moments)[0].item() * 0.5**degree
            energy += orbit.size * c**2 / math.prod(map(math.factorial, orbit.orders))
    whole = mean(square(terms), moments)[0].item()
    assert whole - 1e-7 < energy <= whole + 1e-14

from fractions import Fraction

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral.law import SpectralLaw, moments_from_free_cumulants
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.laws.semicircle import Semicircle


def test_moments_from_free_cumulants_of_a_free_poisson_law():
    assert moments_from_free_cumulants([1, 1, 1, 1, 1]) == [1, 1, 2, 5, 14, 42]


def test_moments_from_free_cumulants_by_hand():
    a, b, c = Fraction(1, 3), Fraction(2, 5), Fraction(-1, 7)
    assert moments_from_free_cumulants([a, b, c]) == [1, a, b + a**2, c + 3 * a * b + a**3]


def test_a_law_must_answer_the_basic_questions():
    with pytest.raises(TypeError, match="abstract"):
        SpectralLaw()


def test_quantile_on_the_atom():
    law = MarchenkoPastur(4.0)
    assert law.icdf(0.5) == 0
    assert law.icdf(0.76) > law.edges()[0]
    np.testing.assert_allclose(law.icdf([0, 1]), [0, law.edges()[1]])


@pytest.mark.parametrize("level", [-0.1, 1.1, float("nan")])
def test_levels_are_checked(level):
    with pytest.raises(DomainError, match="levels"):
        Semicircle().icdf(level)


@pytest.mark.parametrize("order", [-1, 1.5])
def test_orders_are_checked(order):
    with pytest.raises(DomainError, match="order"):
        Semicircle().moment(order)


def test_complex_points_of_the_density_are_refused():
    with pytest.raises(DomainError, match="real numbers"):
        Semicircle().pdf(1j)

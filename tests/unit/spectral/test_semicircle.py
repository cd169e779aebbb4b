import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral.laws.semicircle import Semicircle


def test_moments_are_catalan_numbers():
    assert [Semicircle().moment(2 * k) for k in range(6)] == [1, 1, 2, 5, 14, 42]


def test_transform_solves_its_equation():
    s, z = Semicircle(2.0).stieltjes(0.3 + 0.4j), 0.3 + 0.4j
    assert abs(2 * s**2 + z * s + 1) < 1e-15


def test_boundary_value_from_above():
    assert abs(Semicircle().stieltjes(0.0) - 1j) < 1e-15
    assert abs(Semicircle().stieltjes(3.0).imag) == 0


@pytest.mark.parametrize("variance", [0, -1, float("nan"), float("inf"), "a", None])
def test_variance_is_checked(variance):
    with pytest.raises(DomainError, match="variance"):
        Semicircle(variance)


@pytest.mark.parametrize("variance", [1, 1000.0, 0.37, 1e-50, 3e49])
def test_distribution_ends_at_0_and_1(variance):
    law = Semicircle(variance)
    low, high = law.edges()
    assert law.cdf(2 * low) == 0 <= law.cdf(low) <= 1e-15
    assert 1 - 1e-15 <= law.cdf(high) <= 1 == law.cdf(2 * high)

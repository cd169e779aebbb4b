from fractions import Fraction

import numpy as np
import pytest
from mpmath import MPContext

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur

Z = np.array([0.2 + 0.1j, 3 + 1e-6j, -1 + 2j, 1e6 + 1j, 1e-9 + 1e-9j])


@pytest.mark.parametrize("gamma", [0.01, 0.5, 1, 1.0001, 3, 400])
def test_transform_solves_its_equation(gamma):
    """The residual of the fixed point, in a form that scales with its terms."""
    s = MarchenkoPastur(gamma, 2).stieltjes(Z)
    terms = np.array([2 * gamma * Z * s**2, (Z - 2 * (1 - gamma)) * s, np.ones(5)])
    assert np.all(abs(terms.sum(axis=0)) < 1e-13 * abs(terms).sum(axis=0))
    assert np.all(s.imag > 0)


def test_inverted_ratio_fails_the_equation():
    s = MarchenkoPastur(2.0).stieltjes(1j)
    assert abs(0.5 * 1j * s**2 + (1j - 0.5) * s + 1) > 0.1


@pytest.mark.parametrize("variance", [0.25, 3.0])
def test_scaling(variance):
    law, unit = MarchenkoPastur(0.6, variance), MarchenkoPastur(0.6)
    x = np.linspace(0.01, 3, 50)
    np.testing.assert_allclose(
        law.stieltjes(variance * Z), unit.stieltjes(Z) / variance, rtol=1e-12
    )
    np.testing.assert_allclose(law.pdf(variance * x), unit.pdf(x) / variance, atol=1e-12)
    np.testing.assert_allclose(law.cdf(variance * x), unit.cdf(x), atol=1e-14)


def test_companion_is_the_law_of_the_transposed_matrix():
    """(1/N) X^T X is (d/N) times a sample covariance of inverse ratio."""
    companion = MarchenkoPastur(0.4).companion_stieltjes(Z)
    transposed = MarchenkoPastur(2.5, 0.4).stieltjes(Z)
    np.testing.assert_allclose(companion, transposed, rtol=1e-8)


def test_moments_are_exact_for_exact_parameters():
    law = MarchenkoPastur(Fraction(2, 3), Fraction(1, 2))
    assert law.moment(2) == Fraction(1, 4) * Fraction(5, 3)
    assert law.variance() == Fraction(1, 4) * Fraction(2, 3)


def test_inverse_moment_is_the_transform_at_zero():
    assert abs(MarchenkoPastur(0.75).stieltjes(0.0) - 4) < 1e-14


@pytest.mark.parametrize("gamma", [1, 2.0])
def test_pole_at_zero(gamma):
    with pytest.raises(DomainError, match="infinite"):
        MarchenkoPastur(gamma).stieltjes(0)


def test_square_case_has_an_infinite_density_at_zero():
    assert MarchenkoPastur(1).pdf(0.0) == np.inf
    assert abs(MarchenkoPastur(1).cdf(1e-12) - 2e-6 / np.pi) < 1e-15


def test_companion_is_not_taken_at_zero():
    with pytest.raises(DomainError, match="z is 0"):
        MarchenkoPastur(0.5).companion_stieltjes(0)


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf"), "a", None, 1j])
def test_parameters_are_checked(bad):
    with pytest.raises(DomainError, match="gamma"):
        MarchenkoPastur(bad)
    with pytest.raises(DomainError, match="variance"):
        MarchenkoPastur(1, bad)


def test_cumulant_order_is_checked():
    with pytest.raises(DomainError, match="order"):
        MarchenkoPastur(1).free_cumulant(0)


def closed_form(x, gamma):
    """Return the distribution function by its antiderivative, in 80 digits."""
    mp = MPContext()
    mp.dps = 80
    x, root = mp.mpf(x), mp.sqrt(mp.mpf(gamma))
    a, b = (1 - root) ** 2, (1 + root) ** 2
    p, q = mp.sqrt(x - a), mp.sqrt(b - x)
    value = p * q + (a + b) * mp.atan2(p, q)
    value -= 2 * mp.sqrt(a * b) * mp.atan2(p * mp.sqrt(b), q * mp.sqrt(a))
    return float(value / (2 * mp.pi * gamma))


@pytest.mark.parametrize("gamma", [1e-14, 1e-8, 1e-3, 0.1, 0.2499, 0.25, 0.9])
def test_distributions_of_narrow_laws_keep_their_digits(gamma):
    law = MarchenkoPastur(gamma)
    low, high = law.edges()
    x = low + (high - low) * np.array([0.1, 0.3, 0.6, 0.95])
    exact = np.array([closed_form(at, gamma) for at in x.tolist()])
    assert np.all(abs(law.cdf(x) - exact) < 2e-15)
    assert np.any(abs(law._wide(x) - exact) > 2e-15) == (gamma < 0.1)


def test_numpy_integers_do_not_wrap():
    assert MarchenkoPastur(np.int64(10)).moment(20) == MarchenkoPastur(10).moment(20)
    assert MarchenkoPastur(np.int8(10)).moment(4) == 1661
    assert MarchenkoPastur(1, variance=np.int8(100)).variance() == 10_000
    assert isinstance(MarchenkoPastur(np.float32(0.1)).moment(5), float)


def test_endless_draws_are_refused():
    with pytest.raises(DomainError, match="2000000000000 columns"):
        MarchenkoPastur(1e-12).draw(2, rng=stream(1, "never used", 0))

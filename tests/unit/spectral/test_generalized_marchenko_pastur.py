from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral.continuous import ContinuousMeasure
from rmtcheck.spectral.inversion import integrate
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure, EmpiricalMeasure

Z = np.array([0.2 + 0.1j, 3 + 1e-4j, -1 + 2j, 40 + 1j, 1e-3 + 1e-3j])
SIGNED = DiscreteMeasure([-1, 2], [0.3, 0.7])


def cubic_roots(z, gamma):
    """Roots of the fixed-point equation of SIGNED, cleared of its denominators."""
    minus, plus = np.poly1d([-gamma, 1]), np.poly1d([2 * gamma, 1])
    s = np.poly1d([1, 0])
    cleared = s * (minus * plus * (-z) - plus * 0.3 + minus * 1.4) - minus * plus
    return cleared.roots


@pytest.mark.parametrize("gamma", [0.05, 0.7, 3.0])
def test_one_weight_is_marchenko_pastur(gamma):
    law = GeneralizedMarchenkoPastur(DiscreteMeasure([2.0], [1.0]), gamma)
    plain = MarchenkoPastur(gamma, 2.0)
    x = np.linspace(-1, 15, 301)
    np.testing.assert_allclose(law.stieltjes(Z), plain.stieltjes(Z), rtol=1e-11)
    np.testing.assert_allclose(law.pdf(x), plain.pdf(x), atol=1e-11)
    np.testing.assert_allclose(law.cdf(x), plain.cdf(x), atol=1e-11)
    np.testing.assert_allclose(law.edges(), plain.edges(), rtol=1e-12)
    np.testing.assert_allclose(np.ravel(law.atoms()), np.ravel(plain.atoms()))


@pytest.mark.parametrize("gamma", [0.05, 0.7, 3.0])
def test_two_signed_weights_solve_their_cubic(gamma):
    law = GeneralizedMarchenkoPastur(SIGNED, gamma)
    for z in [*Z, *(np.linspace(-3, 8, 23) + 1e-7j)]:
        roots = cubic_roots(z, gamma)
        s = law.stieltjes(z)
        assert abs(roots - s).min() < 1e-7 * abs(s)
        assert s.imag > 0


@pytest.mark.parametrize("gamma", [0.05, 0.7, 3.0])
def test_support_of_two_signed_weights_is_where_the_cubic_is_complex(gamma):
    law = GeneralizedMarchenkoPastur(SIGNED, gamma)
    for x in np.linspace(-4, 12, 161) + 1e-3:
        density = max(cubic_roots(x, gamma).imag.max(), 0) / np.pi
        assert abs(law.pdf(x) - density) < 1e-6


def test_bulks_split_as_the_ratio_grows():
    """At a small ratio all weights average out; at a large one every weight has its bulk."""
    assert len(GeneralizedMarchenkoPastur(SIGNED, 0.02).support()) == 1
    assert len(GeneralizedMarchenkoPastur(SIGNED, 5.0).support()) == 2


@pytest.mark.parametrize("factor", [1e-12, -3.0])
def test_scaling_of_weights(factor):
    scaled = GeneralizedMarchenkoPastur(SIGNED.pushforward(lambda w: factor * w), 0.7)
    law = GeneralizedMarchenkoPastur(SIGNED, 0.7)
    np.testing.assert_allclose(scaled.stieltjes(factor * Z), law.stieltjes(Z) / factor, rtol=1e-10)
    assert np.allclose(sorted(scaled.edges()), sorted(factor * e for e in law.edges()))


def test_weights_zero_only_dilute():
    """Half the weights 0 is the same as half the samples."""
    diluted = GeneralizedMarchenkoPastur(DiscreteMeasure([0, 1], [0.5, 0.5]), 0.6)
    plain = MarchenkoPastur(1.2, 0.5)
    np.testing.assert_allclose(diluted.stieltjes(Z), plain.stieltjes(Z), rtol=1e-10)


@pytest.mark.parametrize("gamma", [0.3, 1.5, 6.0])
def test_heavy_tailed_negative_population(gamma):
    """Quantiles of minus a lognormal variable squared: as the weights of off-diagonal blocks."""
    levels = (np.arange(300) + 0.5) / 300
    quantiles = -np.exp(1.4 * np.sqrt(2) * np.array([inverse_erf(2 * q - 1) for q in levels]))
    law = GeneralizedMarchenkoPastur(EmpiricalMeasure(quantiles), gamma)
    assert abs(integrate(law, np.ones_like, 250) - 1) < 1e-3
    assert abs(integrate(law, lambda x: x, 250) / law.mean() - 1) < 1e-3
    s = law.stieltjes(np.linspace(*law.edges()[:: len(law.edges()) - 1], 60) + 1e-8j)
    assert np.all(s.imag > 0)


def inverse_erf(x):
    from scipy.special import erfinv

    return float(erfinv(x))


def test_cdf_is_flat_in_gaps():
    """A bulk far out has the mass of its weight over the ratio."""
    law = GeneralizedMarchenkoPastur(DiscreteMeasure([1, 20], [0.7, 0.3]), 0.8)
    (_, left), (right, _) = law.support()
    values = law.cdf(np.linspace(left, right, 7))
    np.testing.assert_allclose(values, 1 - 0.3 / 0.8, atol=1e-9)


def test_atom_and_transform_next_to_it():
    law = GeneralizedMarchenkoPastur(SIGNED, 4.0)
    assert law.atoms() == ((0.0, 0.75),)
    assert abs(law.stieltjes(1e-9j) * 1e-9 / 1j - 0.75) < 1e-6
    with pytest.raises(DomainError, match="infinite"):
        law.stieltjes(0)


def test_icdf_agrees_with_the_plain_law():
    law = GeneralizedMarchenkoPastur(DiscreteMeasure([1.0], [1.0]), 2.5)
    levels = np.linspace(0, 1, 21)
    np.testing.assert_allclose(law.icdf(levels), MarchenkoPastur(2.5).icdf(levels), atol=1e-6)


@pytest.mark.parametrize(
    ("population", "gamma", "message"),
    [
        (DiscreteMeasure([1], [1]), 0, "gamma"),
        (DiscreteMeasure([1], [1]), float("nan"), "gamma"),
        (DiscreteMeasure([1], [0.5]), 1, "mass"),
        (DiscreteMeasure([0], [1]), 1, "atom 0"),
        ([1, 2], 1, "DiscreteMeasure"),
    ],
)
def test_refusals(population, gamma, message):
    with pytest.raises(DomainError, match=message):
        GeneralizedMarchenkoPastur(population, gamma)


@pytest.mark.parametrize(("count", "k"), [(5, 2), (5, 3), (12, 7), (29, 13)])
def test_a_hard_edge_of_exact_numbers_is_hard(count, k):
    """Shares k / count are rounded as floats, and gamma is; whether they agree is not."""
    atoms = [0] * (count - k) + list(range(1, k + 1))
    law = GeneralizedMarchenkoPastur(EmpiricalMeasure(atoms), Fraction(k, count))
    assert law.edges()[0] == 0
    assert law.atoms() == ()
    assert law.pdf(0) == np.inf
    soft = GeneralizedMarchenkoPastur(EmpiricalMeasure(atoms), Fraction(k, count) + Fraction(1, 99))
    assert soft.pdf(0) == 0
    assert soft.atoms()[0][1] == pytest.approx(1 / (99 * k / count + 1), rel=1e-12)


@pytest.mark.parametrize("gamma", [1.5, 10.0])
def test_an_atom_inside_the_bulk_of_a_density_is_its_quantile(gamma):
    law = GeneralizedMarchenkoPastur(ContinuousMeasure(lambda x: 0.5 + 0 * x, (-1, 1)), gamma)
    (_, mass), top = law.atoms()[0], law.cdf(0.0)
    q = np.array([top - mass * (1 - 1e-9), 0.5, top * (1 - 1e-12)])
    assert np.all(law.icdf(q) == 0)
    assert law.icdf(top + 0.01) > 0 > law.icdf(top - mass - 0.01)
    below = np.array([(top - mass) / 2, top - mass - 0.01, top + 0.01, 0.95])
    np.testing.assert_allclose(law.cdf(law.icdf(below)), below, rtol=1e-12)


def test_a_class_is_no_population():
    with pytest.raises(DomainError, match="population is a type"):
        GeneralizedMarchenkoPastur(DiscreteMeasure, 1)


def test_decimals_are_exact():
    law = GeneralizedMarchenkoPastur(DiscreteMeasure([1], [1]), Decimal("0.1"))
    assert law.moment(3) == Fraction(131, 100)

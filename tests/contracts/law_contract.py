"""What every spectral law must satisfy; each ``check_`` takes one law."""

import numpy as np

from rmtcheck.spectral.inversion import integrate, pdf_from_stieltjes
from rmtcheck.spectral.law import moments_from_free_cumulants

POINTS = np.array([0.3 + 0.2j, -1 + 1j, 5 + 0.7j, 2.5j])


def inner_points(law, count=25):
    share = np.sin(np.linspace(0.1, np.pi / 2 - 0.1, count)) ** 2
    return np.concatenate([a + (b - a) * share for a, b in law.support()])


def scale(law):
    return float(law.moment(2)) ** 0.5


def check_total_mass_is_one(law):
    assert abs(integrate(law, np.ones_like) - 1) < 1e-9


def check_density_agrees_with_stieltjes(law):
    x = inner_points(law)
    np.testing.assert_allclose(pdf_from_stieltjes(law, x), law.pdf(x), rtol=1e-9)


def check_density_vanishes_outside(law):
    edges = np.array(law.edges())
    width = edges[-1] - edges[0]
    assert np.all(law.pdf(np.array([edges[0] - width, edges[-1] + width])) == 0)


def check_stieltjes_agrees_with_density(law):
    direct = [integrate(law, lambda x, z=z: 1 / (x - z)) for z in POINTS]
    np.testing.assert_allclose(law.stieltjes(POINTS), direct, rtol=1e-9)


def check_stieltjes_is_in_the_upper_half_plane(law):
    x = np.linspace(-2, 2, 9) * scale(law)
    z = x[:, None] + 1j * np.geomspace(1e-6, 10, 8)
    s = law.stieltjes(z)
    assert s.shape == z.shape
    assert np.all(s.imag > 0)


def check_stieltjes_is_conjugate_below(law):
    np.testing.assert_allclose(law.stieltjes(POINTS.conj()), law.stieltjes(POINTS).conj())


def check_stieltjes_starts_like_minus_one_over_z(law):
    z = 1e8 * scale(law) * np.array([1j, 1 + 1j])
    np.testing.assert_allclose(-z * law.stieltjes(z), 1, atol=2e-8)


def check_moments_agree_with_density(law):
    for order in range(7):
        direct = integrate(law, lambda x, k=order: x**k)
        assert abs(direct - law.moment(order)) < 1e-9 * scale(law) ** order * 2**order


def check_moments_agree_with_expansion_at_infinity(law):
    """Contour integral of -z^k s(z) around the support, by the trapezoid rule on a circle."""
    angle = 2 * np.pi * (np.arange(64) + 0.5) / 64
    edges = [*law.edges(), 0.0]
    z = 2 * max(map(abs, edges)) * np.exp(1j * angle)
    for order in range(7):
        contour = np.mean(-(z ** (order + 1)) * law.stieltjes(z))
        assert abs(contour - law.moment(order)) < 1e-9 * abs(z[0]) ** order


def check_moments_agree_with_free_cumulants(law):
    cumulants = [law.free_cumulant(k) for k in range(1, 7)]
    moments = [float(m) for m in moments_from_free_cumulants(cumulants)]
    direct = [float(law.moment(k)) for k in range(7)]
    np.testing.assert_allclose(moments, direct, rtol=1e-12, atol=1e-14)


def check_mean_and_variance(law):
    assert abs(law.mean() - law.moment(1)) <= 1e-14 * scale(law)
    assert abs(law.variance() - (law.moment(2) - law.moment(1) ** 2)) <= 1e-13 * scale(law) ** 2


def check_cdf_is_the_integral_of_pdf(law):
    """A fine trapezoid rule over short steps well inside the support."""
    for low, high in law.support():
        x = low + (high - low) * np.linspace(0.3, 0.7, 401)
        density = law.pdf(x)
        rule = (x[1] - x[0]) * (density.sum() - (density[0] + density[-1]) / 2)
        assert abs(law.cdf(x[-1]) - law.cdf(x[0]) - rule) < 1e-5 * rule


def check_cdf_runs_from_zero_to_one(law):
    low, high = min([*law.edges(), 0.0]), max([*law.edges(), 0.0])
    x = np.linspace(low - 1, high + 1, 101)
    values = law.cdf(x)
    assert values[0] < 1e-12
    assert values[-1] > 1 - 1e-12
    assert np.all(np.diff(values) >= -1e-12)


def check_cdf_jumps_at_atoms(law):
    for location, mass in law.atoms():
        jump = law.cdf(location) - law.cdf(location - 1e-9)
        assert abs(jump - mass) < 1e-6


def check_quantiles_invert_the_cdf(law):
    levels = np.linspace(0.01, 0.99, 15)
    reached = law.cdf(law.icdf(levels))
    for level, value in zip(levels, reached, strict=True):
        jumps = [m for a, m in law.atoms() if law.cdf(a) - m <= level <= law.cdf(a)]
        assert -1e-8 < value - level < 1e-8 + sum(jumps)


def check_samples_fall_into_the_support(law):
    draws = law.sample((3, 4), rng=np.random.default_rng())
    low, high = min([*law.edges(), 0.0]), max([*law.edges(), 0.0])
    assert draws.shape == (3, 4)
    assert np.all((draws >= low - 1e-9) & (draws <= high + 1e-9))


def check_edges_ascend(law):
    assert np.all(np.diff(law.edges()) > 0)


def check_scalars_stay_scalars(law):
    x = float(inner_points(law)[3])
    assert all(isinstance(f(x), float) for f in (law.pdf, law.cdf))
    assert isinstance(law.stieltjes(1j), complex)
    assert isinstance(law.icdf(0.5), float)

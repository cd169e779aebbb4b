"""What holds for every spectral law; each ``law_`` or ``weighted_`` takes a case, drawn or planted.

``law_`` needs a spectral law, ``weighted_`` a generalised Marchenko-Pastur law.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rmtcheck.spectral.law import SpectralLaw
from rmtcheck.spectral.measures import DiscreteMeasure

ROUNDING = 1e-13


@dataclass(frozen=True)
class Case:
    """A law, points of the open upper half plane, and levels from 0 to 1."""

    law: SpectralLaw
    z: np.ndarray
    q: np.ndarray

    @property
    def reach(self):
        """The largest modulus of a point of the law."""
        return max(map(abs, ends(self.law)))

    @property
    def inside(self):
        """Points within every interval of the support, at its ends too dense to be equidistant."""
        share = np.sin(np.pi / 2 * np.linspace(0.05, 0.95, 9)) ** 2
        return np.concatenate([low + (high - low) * share for low, high in self.law.support()])


def ends(law):
    """Return all edges and atoms."""
    return sorted([*law.edges(), *(place for place, _ in law.atoms())])


def close(value, expected, tolerance=ROUNDING):
    error = np.abs(np.asarray(value) - np.asarray(expected))
    assert np.all(error <= tolerance * np.abs(expected)), (error / np.abs(expected)).max()


def powers(z, count):
    return z[:, None] ** -np.arange(float(count))


# every law


def law_transform_stays_in_the_half_plane(case):
    s = case.law.stieltjes(case.z)
    assert np.all(s.imag > 0)
    assert np.all(abs(s) * case.z.imag <= 1 + ROUNDING)


def law_transform_is_conjugate_below(case):
    assert np.array_equal(case.law.stieltjes(case.z.conj()), case.law.stieltjes(case.z).conj())


def law_transform_is_minus_one_over_z_far_away(case):
    """The rest is the mean of x / (z - x), at most 2 r / |z| where |z| is 2 r or more."""
    for far in (2.0, 1e8, 1e18):
        z = far * case.reach * case.z / abs(case.z)
        assert np.all(abs(z * case.law.stieltjes(z) + 1) <= 2 / far + ROUNDING)


def law_transform_expands_in_moments(case):
    """The moments are at most powers of the reach r: at 10 r what follows z^-13 is 1.2e-14."""
    z = 10 * case.reach * case.z / abs(case.z)
    moments = np.array([float(case.law.moment(k) / case.reach**k) for k in range(14)])
    series = powers(z / case.reach, 14) @ moments
    assert np.all(abs(-z * case.law.stieltjes(z) - series) <= 1.2e-14 + ROUNDING)


def law_moments_are_contour_integrals(case):
    """The trapezoid rule on a circle of radius 2 r aliases by 2^-64."""
    z = 2 * np.exp(2j * np.pi * (np.arange(80) + 0.5) / 80)
    s = case.law.stieltjes(case.reach * z) * case.reach
    for order in range(8):
        contour = np.mean(-(z ** (order + 1)) * s)
        assert (
            abs(contour - float(case.law.moment(order)) / case.reach**order) < 2**order * ROUNDING
        )


def law_density_is_the_jump_of_the_transform(case):
    x = case.inside
    close(case.law.stieltjes(x).imag / np.pi, case.law.pdf(x))


def law_density_is_positive_inside_and_zero_outside(case):
    assert np.all(case.law.pdf(case.inside) > 0)
    edges = np.array(case.law.edges())
    gaps = (edges[1:-1:2] + edges[2::2]) / 2
    beyond = [edges[0] - 1e-12 * case.reach, edges[-1] + 1e-12 * case.reach]
    assert np.all(case.law.pdf(np.array([*beyond, *gaps])) == 0)


def law_density_is_positive_next_to_edges(case):
    for low, high in case.law.support():
        step = 1e-6 * (high - low)
        if step > 1e-12 * max(abs(low), abs(high)):
            assert np.all(case.law.pdf(np.array([low + step, high - step])) > 0)


def law_edges_ascend(case):
    assert np.all(np.diff(case.law.edges()) > 0)


def law_distribution_ascends_from_zero_to_one(case):
    x = np.sort(np.concatenate([ends(case.law), case.inside, case.z.real, [0.0]]))
    values = case.law.cdf(x)
    # Values are rounded one by one, to 1e-15: two may swap by twice that.
    assert np.all(np.diff(values) >= -2e-15)
    assert np.all((values >= 0) & (values <= 1))
    assert case.law.cdf(ends(case.law)[0] - 1e-9 * case.reach) <= 1e-12
    assert case.law.cdf(ends(case.law)[-1]) >= 1 - 1e-12


def law_density_integrates_to_one(case):
    atoms = sum(mass for _, mass in case.law.atoms())
    assert (
        abs(sum(mass_between(case.law, *ends) for ends in case.law.support()) + atoms - 1) < 1e-12
    )


def mass_between(law, low, high):
    r"""Return the integral of the density, by the midpoint rule in the angle of x on a circle.

    Either half is measured from its own edge: next to a hard edge at 0 every digit counts.
    """
    angle = (np.arange(10_000) + 0.5) * np.pi / 20_000
    step, width = (high - low) * np.sin(angle / 2) ** 2, (high - low) / 2 * np.sin(angle)
    density = law.pdf(low + step) + law.pdf(high - step)
    return float(density @ width) * np.pi / 20_000


def law_quantiles_invert_the_distribution(case):
    x = case.law.icdf(case.q)
    above = case.law.cdf(x)
    below = above - sum(mass * (x == place) for place, mass in case.law.atoms())
    assert np.all(above >= case.q - 1e-11)
    assert np.all(below <= case.q + 1e-11)


def law_distribution_inverts_the_quantiles(case):
    x = case.inside
    assert np.all(abs(case.law.icdf(case.law.cdf(x)) - x) * case.law.pdf(x) < 1e-11)


def law_shapes_are_kept(case):
    """Values do not depend on the company of a point, beyond rounding."""
    law, x = case.law, case.inside[:9]
    level = lambda q: law.cdf(law.icdf(q))  # noqa: E731
    for ask, points in [(law.stieltjes, case.z), (law.pdf, x), (law.cdf, x), (level, case.q)]:
        values = ask(points)
        table = ask(np.stack([points, points])[:, None, :])
        single = [ask(point) for point in points.tolist()]
        assert table.shape == (2, 1, len(points))
        assert all(type(value) in (float, complex) for value in single)
        assert ask(np.zeros((2, 0))).shape == (2, 0)
        assert np.all(abs(table - values) <= ROUNDING * abs(values).max())
        assert np.all(abs(single - values) <= ROUNDING * abs(values).max())


def law_moments_follow_from_free_cumulants(case):
    """By the first block of a non-crossing partition, not by Lagrange's inversion."""
    cumulants = [case.law.free_cumulant(k) for k in range(1, 7)]
    expected = noncrossing(cumulants)
    for order, value in enumerate(expected):
        scale = noncrossing([abs(c) for c in cumulants])[order]
        assert abs(case.law.moment(order) - value) <= ROUNDING * scale


def noncrossing(cumulants):
    """Return moments: the first block has s elements, and what lies between them is free."""
    moments = [1]
    for n in range(1, len(cumulants) + 1):
        between = [1] + [0] * n
        moments.append(0)
        for size in range(1, n + 1):
            between = [
                sum(between[k - j] * moments[j] for j in range(min(k, n - 1) + 1))
                for k in range(n + 1)
            ]
            moments[n] += cumulants[size - 1] * between[n - size]
    return moments


# laws with a population


def transformed(law, change, gamma=1):
    """Return the law whose population is changed, at a multiple of gamma."""
    pairs = [change(atom, weight) for atom, weight in law.population.rationals()]
    pairs = [pair for group in pairs for pair in group]
    atoms, weights = zip(*pairs, strict=True)
    return type(law)(DiscreteMeasure(list(atoms), list(weights)), Fraction(law.gamma) * gamma)


def weighted_scaling(case):
    for factor in (Fraction(2) ** 40, Fraction(1, 3)):
        scaled = transformed(case.law, lambda a, w, c=factor: [(c * a, w)])
        c = float(factor)
        close(scaled.stieltjes(c * case.z), case.law.stieltjes(case.z) / c, 1e-12)
        close(scaled.edges(), c * np.array(case.law.edges()), 1e-12)


def weighted_reflection(case):
    mirrored = transformed(case.law, lambda a, w: [(-a, w)])
    close(mirrored.stieltjes(-case.z.conj()), -case.law.stieltjes(case.z).conj())
    x = case.inside
    assert np.all(abs(mirrored.cdf(-x) + case.law.cdf(x) - 1) < 1e-12)


def weighted_dilution(case):
    """A share of weights 0 leaves fewer samples: a larger ratio, and a smaller scale."""
    kept = Fraction(3, 4)
    diluted = transformed(case.law, lambda a, w: [(a / kept, kept * w), (0, (1 - kept) * w)], kept)
    close(diluted.stieltjes(case.z), case.law.stieltjes(case.z), 1e-12)
    # Where the weights fill the ratio, an edge next to 0 hangs on the rounding errors of both.
    if abs(float(case.law.gamma) - case.law.equation.rank) > 1e-3:
        close(diluted.edges(), case.law.edges(), 1e-12)


def weighted_methods_agree(case):
    for method in case.law.methods():
        close(case.law.stieltjes(case.z, method=method), case.law.stieltjes(case.z), 1e-12)


def weighted_companion_is_a_transform(case):
    v, s = case.law.companion_stieltjes(case.z), case.law.stieltjes(case.z)
    gamma = float(case.law.gamma)
    assert np.all(abs(v - gamma * s + (1 - gamma) / case.z) <= ROUNDING * (1 + gamma) * abs(s))
    assert np.all(v.imag > 0)


def weighted_equation_is_solved(case):
    s = case.law.stieltjes(case.z)
    residual = [case.law.equation.residual(*pair) for pair in zip(s, case.z, strict=True)]
    assert np.all(abs(np.array(residual)) <= ROUNDING * (1 + abs(case.z * s)))

"""The map where larger atoms fill the ratio, against 150 digits."""

import numpy as np
import pytest
from mpmath import MPContext

from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.graded import FAR, GradedMap
from rmtcheck.spectral.measures import DiscreteMeasure

CASES = {
    "both signs": ([-1.0, 1.0], [0.5, 0.5], 1.0),
    "nearly": ([-1.0, 1.0], [0.5, 0.5], 1 - 2**-53),
    "two sizes": ([-1.0, 1e50], [0.5, 0.5], 0.5),
    "three sizes": ([-1e-20, 1.0, 1e30], [0.25, 0.25, 0.5], 0.75),
    "and 0": ([-3.0, 0.0, 2.0], [0.25, 0.5, 0.25], 0.5),
}


def reference(equation, u):
    """Return x(u) and x'(u)."""
    mp = MPContext()
    mp.dps = 150
    u, gamma = mp.mpmathify(u), mp.mpf(equation.aspect_ratio)
    pairs = [(mp.mpf(a), mp.mpf(w)) for a, w in zip(equation.atoms, equation.weights, strict=True)]
    share = [(w, a / (u - a)) for a, w in pairs]
    return (
        u * (gamma + mp.fsum(w * s for w, s in share)),
        gamma - mp.fsum(w * s * s for w, s in share),
    )


def equation_and_points(atoms, weights, gamma):
    equation = StieltjesEquation(DiscreteMeasure(atoms, weights), gamma)
    sizes = np.sort(abs(equation.atoms))
    radii = [sizes[0] / 1e6, sizes[0] / 10, (sizes[0] * sizes[-1]) ** 0.5, sizes[-1] / 10]
    u = np.outer(radii, np.exp(1j * np.array([0.3, 1.0, 2.4]))).ravel()
    return equation, u[equation.graded.governs(u)]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_image_and_slope(case):
    equation, u = equation_and_points(*case)
    assert len(u)
    exact = [reference(equation, at) for at in u.tolist()]
    # A target next to the image: the difference is 1e-9 of it.
    z = np.array([complex(x) for x, _ in exact]) * (1 + 1e-9)
    excess, slope = equation.graded.excess(u, z)
    for k, (x, derivative) in enumerate(exact):
        assert abs(complex(x) - z[k] - excess[k]) < 4e-15 * abs(complex(x))
        assert slope[k] == pytest.approx(complex(derivative), rel=1e-14, abs=0)
        assert slope[k] * (1 + 1e-12) != pytest.approx(complex(derivative), rel=1e-14, abs=0)


@pytest.mark.parametrize("name", ["both signs", "two sizes"])
def test_plain_sums_cancel(name):
    equation, u = equation_and_points(*CASES[name])
    exact = np.array([complex(reference(equation, at)[0]) for at in u.tolist()])
    assert (abs(equation.point(u) / exact - 1)).max() > 1e-6


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_surplus_and_its_slope(case):
    equation, points = equation_and_points(*case)
    u = abs(points) * np.where(np.arange(len(points)) % 2, 1, -1)
    u = u[~np.isin(u, equation.atoms)]
    excess, slope, noise = equation.graded.surplus(u)
    for k, at in enumerate(u.tolist()):
        _, derivative = reference(equation, at)
        assert abs(float(-derivative) - excess[k]) <= 20 * noise[k]
        step = 1e-30 * derivative.context.mpf(at)
        rise = -(reference(equation, at + step)[1] - derivative) / step
        assert slope[k] == pytest.approx(float(rise), rel=1e-12, abs=0)


def test_governs_far_below_the_atoms_that_fill_and_nowhere_else():
    graded = StieltjesEquation(DiscreteMeasure([1.0, 1e50], [0.5, 0.5]), 0.5).graded
    u = np.array([1e49 / FAR, 1e50, -1e-9, 1e60])
    assert graded.governs(u).tolist() == [True, False, True, False]
    plain = StieltjesEquation(DiscreteMeasure([1.0, 1e50], [0.5, 0.5]), 0.4).graded
    assert not plain.governs(u).any()
    assert isinstance(plain, GradedMap)

import numpy as np
import pytest

from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure

EQUATION = StieltjesEquation(DiscreteMeasure([-1, 0, 2], [0.3, 0.2, 0.5]), 0.7)
U = np.array([0.4 + 0.9j, -2 + 0.1j, 3 + 5j])


def test_inverse_map_is_the_dual_map():
    s = -1 / (EQUATION.aspect_ratio * U)
    np.testing.assert_allclose([EQUATION.inverse_map(v) for v in s], EQUATION.point(U))


def test_residual_vanishes_on_the_inverse_map_only():
    s = 0.3 + 0.4j
    z = EQUATION.inverse_map(s)
    assert abs(EQUATION.residual(s, z)) < 1e-14
    assert abs(EQUATION.residual(s, z + 0.01)) > 1e-3


def test_derivatives_agree_with_differences():
    s, z, h = 0.3 + 0.4j, 1 + 2j, 1e-6
    slope = (EQUATION.residual(s + h, z) - EQUATION.residual(s - h, z)) / (2 * h)
    assert abs(EQUATION.derivative(s, z) - slope) < 1e-8
    _, dual = EQUATION.point_and_slope(U)
    rise = (EQUATION.point(U + h) - EQUATION.point(U - h)) / (2 * h)
    np.testing.assert_allclose(dual, rise, rtol=1e-8)


def test_imaginary_part_is_height_times_room():
    crowding, _ = EQUATION.crowding(U.real, U.imag)
    point = EQUATION.point(U)
    np.testing.assert_allclose(point.imag, U.imag * (EQUATION.aspect_ratio - crowding))


def test_slope_and_tilt_of_crowding():
    a, b, h = np.array([0.5, 4.0]), np.array([0.6, 0.7]), 1e-6
    _, slope = EQUATION.crowding(a, b)
    high, low = (EQUATION.crowding(a, np.sqrt(b**2 + s))[0] for s in (h, -h))
    np.testing.assert_allclose(slope, (high - low) / (2 * h), rtol=1e-6)
    right, left = (EQUATION.crowding(a + s, 0 * a)[0] for s in (h, -h))
    np.testing.assert_allclose(EQUATION.surplus(a)[1], (right - left) / (2 * h), rtol=1e-6)


@pytest.mark.parametrize(
    ("s", "z", "admissible"), [(1j, 1j, True), (-1j, 1j, False), (1.0, 1j, False)]
)
def test_branch(s, z, admissible):
    assert EQUATION.is_admissible(s, z) is admissible


def test_rank_leaves_out_weights_zero():
    assert abs(EQUATION.rank - 0.8) < 1e-15

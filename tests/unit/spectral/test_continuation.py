"""The path from far above: where it leads, and what it does when a step fails."""

import numpy as np
import pytest

from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.solution import SolverResult
from rmtcheck.spectral.solvers import continuation as module
from rmtcheck.spectral.solvers.continuation import continuation
from rmtcheck.spectral.solvers.polynomial import polynomial

ONE = StieltjesEquation(DiscreteMeasure([1.0], [1.0]), 0.25)
THREE = StieltjesEquation(DiscreteMeasure([1.0, 3.0, 10.0], [1 / 3] * 3), 1.0)
SIGNED = StieltjesEquation(DiscreteMeasure([-1.0, 2.0], [0.5, 0.5]), 0.5)
EQUATIONS = pytest.mark.parametrize(
    "equation", [ONE, THREE, SIGNED], ids=["one", "three", "signed"]
)
Z = np.array([0.5, 1.5, 0.5 + 1e-8j, 2 + 1j, -30 + 5j, 1e6 + 1j]) + 0j


@EQUATIONS
def test_the_path_ends_at_the_root_of_the_half_plane(equation):
    solution, roots = continuation(equation, Z), polynomial(equation, Z)
    assert solution.result is SolverResult.SUCCESS
    np.testing.assert_allclose(solution.value, roots.value, rtol=1e-12)
    np.testing.assert_allclose(solution.value.imag, roots.value.imag, rtol=1e-9)


def test_one_weight_is_the_closed_form():
    x = np.linspace(0.26, 2.24, 50)
    density = continuation(ONE, x + 0j).value.imag / np.pi
    closed = np.sqrt((2.25 - x) * (x - 0.25)) / (2 * np.pi * 0.25 * x)
    np.testing.assert_allclose(density, closed, rtol=1e-11)


@EQUATIONS
def test_the_prediction_is_of_third_order(equation):
    u = np.array([1.0 + 2.0j, -0.5 + 3j])
    z = equation.point(u)
    errors = []
    for size in (1e-2, 5e-3):
        change = np.full(2, -1j * size)
        predicted = module._predicted(equation, u, change)
        errors.append(abs(equation.point(predicted) - z - change))
    assert np.all(errors[0] > 1e-13)
    np.testing.assert_allclose(errors[0] / errors[1], 8, rtol=0.1)


@EQUATIONS
def test_curvature_is_the_derivative_of_the_slope(equation):
    u, h = np.array([1.0 + 2.0j, -0.5 + 0.3j]), 1e-5
    rise = equation.point_and_slope(u + h)[1] - equation.point_and_slope(u - h)[1]
    np.testing.assert_allclose(module._curvature(equation, u), rise / (2 * h), rtol=1e-7)


def test_a_point_has_arrived_only_in_the_half_plane():
    u = continuation(THREE, Z[:2]).dual
    found, arrived = module._corrected(THREE, Z[:2], 1.0001 * u)
    assert arrived.all()
    np.testing.assert_allclose(found, u, rtol=1e-12)
    _, arrived = module._corrected(THREE, Z[:2], u.conj())
    assert not arrived.any()


def test_wild_predictions_cost_steps_and_no_digits(monkeypatch):
    """A predictor that overshoots makes steps fail; what arrives is right all the same."""
    predicted, wanted = module._predicted, continuation(THREE, Z)
    monkeypatch.setattr(
        module,
        "_predicted",
        lambda equation, u, change: u + 3 * (predicted(equation, u, change) - u),
    )
    solution = continuation(THREE, Z)
    np.testing.assert_allclose(
        solution.value[solution.solved], wanted.value[solution.solved], rtol=1e-12
    )
    assert solution.steps > wanted.steps


def test_the_step_limit_is_reported():
    solution = continuation(THREE, Z, max_steps=1)
    assert solution.steps == 1
    assert solution.result is SolverResult.OUT_OF_STEPS
    assert not solution.solved.all()
    wanted = continuation(THREE, Z).value
    np.testing.assert_allclose(solution.value[solution.solved], wanted[solution.solved], rtol=1e-12)


def test_real_points_outside_the_support_are_never_solved():
    solution = continuation(SIGNED, np.array([-9.0, 40.0, 1e9]) + 0j)
    assert not solution.solved.any()
    assert solution.result is SolverResult.OUT_OF_STEPS


def test_many_weights():
    atoms = np.linspace(1, 10, 300)
    equation = StieltjesEquation(DiscreteMeasure(atoms, np.full(300, 1 / 300)), 0.1)
    solution = continuation(equation, np.linspace(4, 8, 40) + 0j)
    assert solution.solved.all()
    assert solution.steps < 30

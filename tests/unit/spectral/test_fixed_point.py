"""The damped iteration: its map, its rate, its safeguards."""

import numpy as np
import pytest

from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.solution import SolverResult
from rmtcheck.spectral.solvers import fixed_point as module
from rmtcheck.spectral.solvers.continuation import continuation
from rmtcheck.spectral.solvers.fixed_point import fixed_point, right_side

ONE = StieltjesEquation(DiscreteMeasure([1.0], [1.0]), 0.25)
THREE = StieltjesEquation(DiscreteMeasure([1.0, 3.0, 10.0], [1 / 3] * 3), 1.0)
SIGNED = StieltjesEquation(DiscreteMeasure([-1.0, 2.0], [0.5, 0.5]), 0.5)
EQUATIONS = pytest.mark.parametrize(
    "equation", [ONE, THREE, SIGNED], ids=["one", "three", "signed"]
)


@pytest.fixture
def rng():
    return np.random.default_rng(20)


@EQUATIONS
def test_the_map_keeps_the_half_plane(equation, rng):
    s = rng.normal(size=500) + 1j * 10.0 ** rng.uniform(-9, 3, 500)
    z = rng.normal(scale=5, size=500) + 1j * rng.choice([0.0, 1e-6, 1.0], 500)
    assert np.all(right_side(equation, z, s).imag > 0)


@EQUATIONS
def test_the_map_contracts_the_hyperbolic_distance(equation, rng):
    first, second = rng.normal(size=(2, 200)) + 1j * rng.uniform(0.01, 2, (2, 200))
    z = rng.normal(scale=5, size=200) + 0.1j

    def apart(s, t):
        return abs(s - t) ** 2 / (s.imag * t.imag)

    after = apart(right_side(equation, z, first), right_side(equation, z, second))
    assert np.all(after <= (1 + 1e-12) * apart(first, second))


@EQUATIONS
def test_solutions_are_fixed_points(equation):
    z = np.array([1.0, 1.2, 1 + 1j, -3 + 0.1j, 2 + 20j]) + 0j
    solution = fixed_point(equation, z)
    assert solution.result is SolverResult.SUCCESS
    np.testing.assert_allclose(right_side(equation, z, solution.value), solution.value, rtol=1e-12)


def test_without_damping_one_weight_goes_round_for_ever():
    z = np.array([1.0 + 0j])
    s = solution = fixed_point(ONE, z).value
    s = 1.5 * s
    start = abs(s - solution) / abs(s - solution.conj())
    for _ in range(100):
        s = right_side(ONE, z, s)
    np.testing.assert_allclose(abs(s - solution) / abs(s - solution.conj()), start, rtol=1e-9)


@EQUATIONS
@pytest.mark.parametrize("point", [1.0 + 0j, 1 + 0.5j])
def test_rate_of_the_plain_iteration_is_the_slope(equation, point):
    r"""The error falls by :math:`|1-x'(u)/2\gamma|` a step."""
    z = np.array([point])
    exact = continuation(equation, z)
    _, slope = equation.point_and_slope(exact.dual)
    rate = abs(1 - slope / (2 * equation.aspect_ratio))
    s = exact.value * (1 + 1e-6)
    for _ in range(4):
        s = (s + right_side(equation, z, s)) / 2
    error = abs(s / exact.value - 1)
    np.testing.assert_allclose(error, 1e-6 * rate**4, rtol=1e-3)


@EQUATIONS
def test_secant_steps_save_steps_and_change_nothing(equation):
    z = np.linspace(0.9, 1.3, 9) + 0j
    plain, fast = (
        fixed_point(equation, z, accelerated=False, max_steps=5000),
        fixed_point(equation, z),
    )
    assert plain.solved.all()
    assert fast.solved.all()
    assert fast.steps < plain.steps
    np.testing.assert_allclose(fast.value, plain.value, rtol=1e-11)


def test_a_secant_step_that_does_not_lower_the_displacement_is_refused(monkeypatch):
    """Proposals thrown far away slow the iteration and never spoil it."""
    proposed, calls = module._proposed, []

    def wild(before, now, plain):
        trial, bold = proposed(before, now, plain)
        calls.append(bold.any())
        return np.where(bold, 1e6 * trial, trial), bold

    z = np.array([1.0, 1.2]) + 0j
    wanted = fixed_point(THREE, z).value
    monkeypatch.setattr(module, "_proposed", wild)
    solution = fixed_point(THREE, z, max_steps=5000)
    assert any(calls)
    assert solution.solved.all()
    np.testing.assert_allclose(solution.value, wanted, rtol=1e-11)


def test_the_step_limit_is_reported():
    z = np.array([1.0 + 0j, 1 + 50j])
    solution = fixed_point(THREE, z, max_steps=3)
    assert solution.result is SolverResult.OUT_OF_STEPS
    assert solution.steps == 3
    assert not solution.solved[0]


def test_real_points_outside_the_support_are_never_solved():
    solution = fixed_point(SIGNED, np.array([-9.0, 40.0, 1e9]) + 0j)
    assert not solution.solved.any()
    assert solution.result is SolverResult.OUT_OF_STEPS


def test_edges_slow_it_down():
    """At the hard edge of a square law the rate tends to 1 with the distance."""
    square = StieltjesEquation(DiscreteMeasure([1.0, 3.0], [0.5, 0.5]), 1.0)
    near, far = (fixed_point(square, np.array([x + 0j]), accelerated=False) for x in (1e-12, 1.0))
    assert far.solved.all()
    assert near.result is SolverResult.OUT_OF_STEPS

import numpy as np
import pytest

from rmtcheck.errors import ConvergenceError
from rmtcheck.spectral.dual import DualMap
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.solution import SolverResult
from rmtcheck.spectral.solve import solve_stieltjes
from rmtcheck.spectral.solvers.level_curve import level_curve
from rmtcheck.spectral.solvers.newton import descend, newton
from rmtcheck.spectral.support import find_bulks

POPULATIONS = {
    "one": DiscreteMeasure([1], [1]),
    "signed": DiscreteMeasure([-1, 2], [0.3, 0.7]),
    "wide": DiscreteMeasure(np.geomspace(1e-4, 10, 40), np.full(40, 1 / 40)),
}
EQUATIONS = {
    f"{name}-{gamma}": StieltjesEquation(population, gamma)
    for name, population in POPULATIONS.items()
    for gamma in (0.1, 1.7)
}


def points(equation):
    """A grid of levels, and the interior of the support."""
    bulks = find_bulks(equation)
    x = np.linspace(bulks.low[0], bulks.high[-1], 37)
    inside = x[1:-1][bulks.holds(x[1:-1])]
    return np.concatenate([inside + 0j, x + 1e-5j, x + 0.3j, x + 30j])


@pytest.mark.parametrize("equation", EQUATIONS.values(), ids=EQUATIONS)
def test_methods_agree(equation):
    z = points(equation)
    fast, slow = descend(equation, z), level_curve(equation, z)
    assert slow.result is SolverResult.SUCCESS
    assert fast.solved.mean() > 0.9
    np.testing.assert_allclose(fast.value[fast.solved], slow.value[fast.solved], rtol=1e-6)


@pytest.mark.parametrize("equation", EQUATIONS.values(), ids=EQUATIONS)
def test_every_solution_solves_the_equation_in_the_half_plane(equation):
    z = points(equation)
    solution = solve_stieltjes(equation, z)
    residual = [equation.residual(s, w) for s, w in zip(solution.value, z, strict=True)]
    assert np.all(solution.value.imag > 0)
    assert max(map(abs, residual)) < 1e-8


def test_failure_is_a_value_or_an_error(monkeypatch):
    equation = EQUATIONS["signed-0.1"]
    monkeypatch.setattr("rmtcheck.spectral.solve.descend", starved)
    monkeypatch.setattr("rmtcheck.spectral.solve.level_curve", starved)
    solution = solve_stieltjes(equation, np.array([1j]), throw=False)
    assert solution.result is SolverResult.OUT_OF_STEPS
    with pytest.raises(ConvergenceError, match="step limit") as caught:
        solve_stieltjes(equation, np.array([1j]))
    assert not caught.value.solution.solved.any()


def starved(equation, z):
    return newton(equation, z, z + 100j, max_steps=1)


def test_unsolved_points_are_mended_by_the_other_method(monkeypatch):
    equation, z = EQUATIONS["signed-0.1"], np.array([0.5 + 0.1j, 2j])
    wanted = solve_stieltjes(equation, z).value
    monkeypatch.setattr("rmtcheck.spectral.solve.descend", starved)
    np.testing.assert_allclose(solve_stieltjes(equation, z).value, wanted, rtol=1e-10)


def test_support_is_the_complement_of_the_image():
    for equation in EQUATIONS.values():
        bulks = find_bulks(equation)
        ends = np.concatenate([bulks.lower.place, bulks.upper.place])
        _, slope = equation.point_and_slope(ends + 0j)
        scale = abs(equation.surplus(ends)[1]) * abs(ends)
        assert np.all(abs(slope) < 1e-9 * scale)
        assert np.all(bulks.low < bulks.high)
        assert np.all(bulks.high[:-1] <= bulks.low[1:])


def test_real_dual_points_map_back():
    equation = EQUATIONS["signed-1.7"]
    bulks = find_bulks(equation)
    x = np.array([bulks.low[0] - 3, (bulks.high[0] + bulks.low[1]) / 2, bulks.high[-1] + 50])
    u = DualMap(equation).outside(x)
    point, slope = equation.point_and_slope(u + 0j)
    np.testing.assert_allclose(point.real, x, rtol=1e-12)
    assert np.all(slope.real > 0)


def test_every_result_has_its_advice():
    assert all(result.advice.endswith(".") for result in SolverResult)

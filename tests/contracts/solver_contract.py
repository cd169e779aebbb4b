"""What solvers of the Stieltjes equation must satisfy; a ``check_`` takes one and a problem."""

from dataclasses import dataclass

import numpy as np

from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.multiprecision.generalized_marchenko_pastur import (
    PreciseGeneralizedMarchenkoPastur,
)
from rmtcheck.spectral.solution import SolverResult

TOLERANCE = 1e-12
"""Of the residual, in units of the terms of x(u); the condition number turns it into an error."""


@dataclass(frozen=True)
class Problem:
    """An equation with points, and the transform there from arithmetic in 30 digits."""

    equation: StieltjesEquation
    bulk: np.ndarray
    above: np.ndarray
    outside: np.ndarray
    reference: dict

    def exact(self, z):
        return np.array([self.reference[point] for point in z.tolist()])


def problem(atoms, weights, gamma, count=12):
    """A problem with so many points in each of up to three intervals, and at each level above."""
    equation = StieltjesEquation(DiscreteMeasure(atoms, weights), gamma)
    law = PreciseGeneralizedMarchenkoPastur(atoms, weights, gamma, digits=30)
    support = np.array(law.support(), dtype=float)
    share = np.sin(np.linspace(0.15, np.pi / 2 - 0.15, count)) ** 2
    chosen = support[sorted({0, len(support) // 2, len(support) - 1})]
    bulk = np.concatenate([low + (high - low) * share for low, high in chosen]) + 0j
    x = np.linspace(support[0, 0], support[-1, 1], count)
    lift = equation.spread * np.array([1e-4, 1e-2, 0.3, 5.0])
    above = (x[:, None] + 1j * lift).ravel()
    ends = [support[0, 0] - equation.spread, support[-1, 1] + equation.spread]
    gaps = (support[:-1, 1] + support[1:, 0]) / 2
    outside = np.array([*ends, *gaps[gaps != 0][:3]]) + 0j
    everything = np.concatenate([bulk, above, outside]).tolist()
    reference = {z: complex(law.stieltjes(z)) for z in everything}
    return Problem(equation, bulk, above, outside, reference)


def condition(equation, s):
    r"""The terms of x(u) / u, over the slope there: relative error of u by unit of residual."""
    u = -1 / (equation.aspect_ratio * s)
    _, slope = equation.point_and_slope(u)
    return (equation.aspect_ratio + equation.aspect_ratio**0.5) / abs(slope)


def check_solved_values_agree_with_the_reference(solver, problem):
    for z in (problem.bulk, problem.above):
        solution, exact = solver(problem.equation, z), problem.exact(z)
        error = abs(solution.value - exact) / abs(exact)
        allowed = 2 * TOLERANCE * condition(problem.equation, exact)
        assert np.all((error <= allowed)[solution.solved])


def check_points_above_the_line_are_solved(solver, problem):
    assert solver(problem.equation, problem.above).solved.all()


def check_points_inside_the_support_are_solved(solver, problem):
    assert solver(problem.equation, problem.bulk).solved.all()


def check_solved_values_are_in_the_half_plane(solver, problem):
    for z in (problem.bulk, problem.above):
        solution = solver(problem.equation, z)
        assert np.all(solution.value.imag[solution.solved] > 0)


def check_no_wrong_value_outside_the_support(solver, problem):
    """The exact value is real there; a solver may leave it, and must not invent one."""
    z = problem.outside
    solution = solver(problem.equation, z)
    error = abs(solution.value - problem.exact(z)) / abs(problem.exact(z))
    assert np.all(error[solution.solved] <= 1e-6)
    assert np.all(solution.value.imag[solution.solved] >= 0)


def check_residual_is_the_distance_in_z(solver, problem):
    for z in (problem.bulk, problem.above):
        solution = solver(problem.equation, z)
        distance = abs(problem.equation.point(solution.dual) - z)
        size = abs(solution.dual) * (1 + problem.equation.aspect_ratio)
        assert np.all((abs(distance - solution.residual) <= 1e-12 * size)[solution.solved])


def check_dual_point_belongs_to_the_value(solver, problem):
    solution = solver(problem.equation, problem.above)
    expected = -1 / (problem.equation.aspect_ratio * solution.value)
    np.testing.assert_allclose(solution.dual, expected, rtol=1e-13)


def check_result_says_whether_all_is_solved(solver, problem):
    for z in (problem.bulk, problem.above, problem.outside):
        solution = solver(problem.equation, z)
        assert (solution.result is SolverResult.SUCCESS) == solution.solved.all()


def check_no_points_are_no_problem(solver, problem):
    solution = solver(problem.equation, problem.above[:0])
    assert solution.value.shape == (0,)
    assert solution.result is SolverResult.SUCCESS

"""The solvers by name: what `method` accepts."""

from __future__ import annotations

from collections.abc import Callable

from rmtcheck.errors import ConvergenceError, DomainError
from rmtcheck.spectral.arrays import ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution
from rmtcheck.spectral.solvers.continuation import continuation
from rmtcheck.spectral.solvers.fixed_point import fixed_point
from rmtcheck.spectral.solvers.judgement import judged
from rmtcheck.spectral.solvers.level_curve import level_curve
from rmtcheck.spectral.solvers.newton import descend
from rmtcheck.spectral.solvers.polynomial import polynomial

Solver = Callable[[StieltjesEquation, ComplexArray], StieltjesSolution]

DEFAULT = "anchored newton"
"""The method of the laws themselves, :mod:`rmtcheck.spectral.dual`."""

SOLVERS: dict[str, Solver] = {
    "newton": descend,
    "level curve": level_curve,
    "fixed point": fixed_point,
    "polynomial": polynomial,
    "continuation": continuation,
}


def solve_by(method: str, equation: StieltjesEquation, z: ComplexArray) -> ComplexArray:
    """Return the dual points that the named method finds, all judged by one test.

    Raises
    ------
    DomainError
        If there is no such method, or the population has too many atoms for it, or z is beyond its
        range.
    ConvergenceError
        If it leaves a point unsolved; the error carries the solution.
    """
    if method not in SOLVERS:
        names = ", ".join(map(repr, (DEFAULT, *SOLVERS)))
        raise DomainError(f"method is {method!r}; {names} are accepted")
    found = SOLVERS[method](equation, z)
    solution = judged(equation, z, found.dual, found.steps, _failure(found))
    if solution.result is not SolverResult.SUCCESS:
        raise ConvergenceError(
            f"no transform at z = {z[~solution.solved][0]} by {method!r}; "
            "the default method keeps more digits next to edges",
            solution,
        )
    return solution.dual


def _failure(found: StieltjesSolution) -> SolverResult:
    """Return what to report if some point is not solved, though its method may say so."""
    return SolverResult.STALLED if found.result is SolverResult.SUCCESS else found.result

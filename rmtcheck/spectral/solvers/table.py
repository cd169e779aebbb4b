"""The solvers by name: what `method` accepts."""

from __future__ import annotations

from collections.abc import Callable

from rmtcheck.errors import ConvergenceError, DomainError
from rmtcheck.spectral.arrays import ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution
from rmtcheck.spectral.solvers.level_curve import level_curve
from rmtcheck.spectral.solvers.newton import descend

Solver = Callable[[StieltjesEquation, ComplexArray], StieltjesSolution]

SOLVERS: dict[str, Solver] = {"newton": descend, "level curve": level_curve}


def solve_by(method: str, equation: StieltjesEquation, z: ComplexArray) -> ComplexArray:
    """Return the dual points that the named method finds.

    Raises
    ------
    DomainError
        If there is no such method.
    ConvergenceError
        If it leaves a point unsolved; the error carries the solution.
    """
    if method not in SOLVERS:
        names = ", ".join(repr(name) for name in SOLVERS)
        raise DomainError(f"method is {method!r}; {names} are accepted")
    solution = SOLVERS[method](equation, z)
    if solution.result is not SolverResult.SUCCESS:
        raise ConvergenceError(
            f"no transform at z = {z[~solution.solved][0]} by {method!r}: {solution.result.advice}",
            solution,
        )
    return solution.dual

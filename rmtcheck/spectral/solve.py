"""The verb: solve the Stieltjes equation anywhere in the closed upper half plane."""

from __future__ import annotations

import numpy as np

from rmtcheck.errors import ConvergenceError
from rmtcheck.spectral.arrays import ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution
from rmtcheck.spectral.solvers.level_curve import level_curve
from rmtcheck.spectral.solvers.newton import descend


def solve_stieltjes(
    equation: StieltjesEquation, z: ComplexArray, *, throw: bool = True
) -> StieltjesSolution:
    r"""Solve for the Stieltjes transform, first by Newton's method, then along the level curve.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    z : complex array of shape (n,)
        Points with :math:`\Im z>0`, or of the interior of the support (value from above).
    throw : bool, default True
        Whether a failure raises; else it is a member of the returned solution.

    Returns
    -------
    StieltjesSolution

    Raises
    ------
    ConvergenceError
        If some point stays unsolved and `throw` is set; it carries the solution.

    Accuracy
    --------
    Estimated relative error about 1e-12; about its square root next to an edge.
    """
    solution = descend(equation, z)
    if not solution.solved.all():
        solution = _mended(equation, z, solution)
    if throw and solution.result is not SolverResult.SUCCESS:
        worst = z[np.argmin(solution.solved)]
        raise ConvergenceError(f"no transform at z = {worst}: {solution.result.advice}", solution)
    return solution


def _mended(
    equation: StieltjesEquation, z: ComplexArray, partial: StieltjesSolution
) -> StieltjesSolution:
    """Redo what is not solved by the monotone method."""
    missing = ~partial.solved
    second = level_curve(equation, z[missing])
    merged = {}
    for name in ("value", "dual", "solved", "residual"):
        merged[name] = getattr(partial, name).copy()
        merged[name][missing] = getattr(second, name)
    return StieltjesSolution(**merged, result=second.result, steps=partial.steps + second.steps)

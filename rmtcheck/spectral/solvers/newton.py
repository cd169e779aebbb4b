"""Newton's method in the dual variable, with the branch certified by one sign."""

from __future__ import annotations

import numpy as np

from rmtcheck.spectral.arrays import ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution
from rmtcheck.spectral.solvers.judgement import judged

STEP_TOLERANCE = 1e-13
LEVELS = 12
DEPTH = 1e-4


def newton(
    equation: StieltjesEquation, z: ComplexArray, start: ComplexArray, max_steps: int = 40
) -> StieltjesSolution:
    r"""Solve :math:`x(u)=z` by Newton steps that are shortened to stay in the upper half plane.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    z : complex array of shape (n,)
        Points of the closed upper half plane.
    start : complex array of shape (n,)
        First dual points, in the open upper half plane.
    max_steps : int
        Step limit.

    Returns
    -------
    StieltjesSolution

        With the result ``OUT_OF_STEPS`` if some point is not solved.

    Accuracy
    --------
    Estimated relative error 1e-14 times the condition number :math:`\gamma/|x'(u)|` where solved.
    """
    u, steps = _iterated(equation, z, start, max_steps)
    return judged(equation, z, u, steps, SolverResult.OUT_OF_STEPS)


def descend(equation: StieltjesEquation, z: ComplexArray) -> StieltjesSolution:
    r"""Solve by Newton's method along a descent from far above the points.

    Far up :math:`u\approx(z-\mathbb E\lambda)/\gamma`; every level starts from the one above it.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    z : complex array of shape (n,)
        Points of the closed upper half plane.

    Returns
    -------
    StieltjesSolution

    Accuracy
    --------
    That of :func:`newton`.
    """
    top = 4 * equation.spread
    mean = equation.weights @ equation.atoms
    u = (z + 1j * top - mean) / equation.aspect_ratio
    for lift in top * np.geomspace(1, DEPTH, LEVELS):
        u, _ = _iterated(equation, z + 1j * lift, u, 2)
    return newton(equation, z, u)


def _iterated(
    equation: StieltjesEquation, z: ComplexArray, start: ComplexArray, max_steps: int
) -> tuple[ComplexArray, int]:
    """Return the dual points where Newton's method stops, and the number of its steps."""
    u, active, step = start.copy(), np.ones(len(z), dtype=bool), 0
    for step in range(1, max_steps + 1):  # noqa: B007 - the count is reported
        moved = _step(equation, z[active], u[active])
        still = abs(moved - u[active]) > STEP_TOLERANCE * abs(moved)
        u[active] = moved
        active[active] = still
        if not active.any():
            break
    return u, step


def _step(equation: StieltjesEquation, z: ComplexArray, u: ComplexArray) -> ComplexArray:
    point, slope = equation.point_and_slope(u)
    flat = slope == 0
    move = np.where(flat, 0, (point - z) / np.where(flat, 1, slope))
    target = u - move
    falls = target.imag <= 0
    share = np.where(falls, 0.7 * u.imag / np.where(falls, move.imag, 1), 1.0)
    stepped: ComplexArray = u - share * move
    return stepped

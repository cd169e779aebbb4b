r"""A path in z from far above down to the point asked for, followed in the dual variable.

Along :math:`z(\eta)=z+i\eta` the dual point moves by :math:`du/dz=1/x'(u)`. A step from
:math:`\eta` to a lower height is predicted from the second-order expansion of x,

.. math:: x'(u)\,\delta+\tfrac12x''(u)\,\delta^2=\Delta z,\qquad
          \delta=\frac{2\Delta z}{x'+\sqrt{x'^2+2x''\Delta z}},

which follows the square root at an edge, and corrected by Newton's method. A corrected point that
lies in the half plane is right, wherever the path has been; so a step is judged by its arrival
only: it is repeated at a quarter of its length if it fails, and the next one is twice as long.
"""

from __future__ import annotations

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution
from rmtcheck.spectral.solvers.judgement import closed_half_plane, judged, newton_step

TOP = 4.0
CORRECTIONS = 3
CLOSE = 1e-3
POLISHING_STEPS = 3
MOST_STEPS = 120


def continuation(
    equation: StieltjesEquation, z: ComplexArray, *, max_steps: int = MOST_STEPS
) -> StieltjesSolution:
    r"""Solve :math:`x(u)=z` by following the path from :math:`z+4i\sigma` down to z.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation; the height of the start is four standard deviations of its law.
    z : complex array of shape (n,)
        Points of the closed upper half plane; on the real line the value from above. Outside the
        support the path of a real point ends on the real line, and it is never reported as solved.
    max_steps : int
        Limit to the steps tried.

    Returns
    -------
    StieltjesSolution
        With the result ``OUT_OF_STEPS`` if some path has not arrived.

    Raises
    ------
    DomainError
        If z is not in the closed upper half plane or beyond 1e120.

    Accuracy
    --------
    Estimated relative error 1e-14 times the condition number :math:`\gamma/|x'(u)|`.

    References
    ----------
    E. L. Allgower and K. Georg, Introduction to Numerical Continuation Methods, SIAM 2003,
    chapter 2, for predictors and correctors.

    Examples
    --------
    >>> from rmtcheck.spectral.measures import DiscreteMeasure
    >>> equation = StieltjesEquation(DiscreteMeasure([1.0, 3.0], [0.5, 0.5]), 0.5)
    >>> solution = continuation(equation, np.array([2 + 0j, 1 + 1j]))
    >>> solution.result.name, bool(np.all(solution.residual < 1e-13))
    ('SUCCESS', True)
    """
    z = closed_half_plane(z)
    gamma, height = equation.aspect_ratio, np.full(len(z), TOP * equation.spread)
    high: ComplexArray = (z + 1j * height - equation.weights @ equation.atoms) / gamma
    u, _ = _corrected(equation, z + 1j * height, high)
    length, steps = height.copy(), 0
    while (active := height > 0).any() and steps < max_steps:
        now, fall = height[active], np.minimum(length[active], height[active])
        trial = _predicted(equation, u[active], -1j * fall)
        trial, arrived = _corrected(equation, z[active] + 1j * (now - fall), trial)
        u[active] = np.where(arrived, trial, u[active])
        height[active] = np.where(arrived, now - fall, now)
        length[active] = fall * np.where(arrived, 2, 0.25)
        steps += 1
    for _ in range(POLISHING_STEPS):
        u[height == 0] += newton_step(equation, z[height == 0], u[height == 0])[1]
    return judged(equation, z, u, steps, SolverResult.OUT_OF_STEPS)


def _predicted(equation: StieltjesEquation, u: ComplexArray, change: ComplexArray) -> ComplexArray:
    """Return the dual points where the second-order expansion has changed as z does."""
    _, slope = equation.point_and_slope(u)
    root = np.sqrt(slope * slope + 2 * _curvature(equation, u) * change)
    root = np.where((root * slope.conj()).real < 0, -root, root)
    predicted: ComplexArray = u + 2 * change / (slope + root)
    return predicted


def _corrected(
    equation: StieltjesEquation, z: ComplexArray, u: ComplexArray
) -> tuple[ComplexArray, BoolArray]:
    """Take Newton steps; say where the last one was short and the path stayed in the half plane."""
    inside, close = u.imag > 0, np.zeros(len(u), dtype=bool)
    for _ in range(CORRECTIONS):
        _, step = newton_step(equation, z, np.where(inside, u, 1j))
        u, close = u + step, abs(step.imag) < CLOSE * u.imag
        close &= abs(step) < CLOSE * abs(u)
        inside &= u.imag > 0
    return u, inside & close


def _curvature(equation: StieltjesEquation, u: ComplexArray) -> ComplexArray:
    r"""Return :math:`x''(u)=2\int\lambda^2/(u-\lambda)^3d\nu`."""
    result = np.empty_like(u)
    square: Array = equation.weights * equation.atoms**2
    for rows in equation.blocks(len(u)):
        inverse = 1 / (u[rows, None] - equation.atoms)
        result[rows] = 2 * (inverse * inverse * inverse) @ square
    return result

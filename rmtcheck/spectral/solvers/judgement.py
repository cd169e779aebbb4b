r"""When a dual point counts as solved: a small residual, and a Newton step that leaves the sign.

Every u of the upper half plane with :math:`x(u)=z` is the right one, so what has to be certain is
that the exact root near a computed u lies in the half plane. To first order it lies one Newton step
away: a step that moves the imaginary part by less than half of it keeps the sign.
"""

from __future__ import annotations

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import BoolArray, ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution

RESIDUAL_TOLERANCE = 1e-12
LEAST_ANGLE = 1e-100
FARTHEST = 1e120


def closed_half_plane(z: ComplexArray) -> ComplexArray:
    """Return points of the closed upper half plane as a complex array, or raise DomainError."""
    points: ComplexArray = np.asarray(z, dtype=complex)
    accepted = (abs(points.real) <= FARTHEST) & (points.imag >= 0) & (points.imag <= FARTHEST)
    if points.ndim != 1 or not accepted.all():
        shown = points[~accepted][0] if points.ndim == 1 else f"of shape {points.shape}"
        raise DomainError(
            f"z is {shown}; a line of points of the closed upper half plane, parts up to "
            f"{FARTHEST}, is accepted"
        )
    return points


def newton_step(
    equation: StieltjesEquation, z: ComplexArray, u: ComplexArray
) -> tuple[ComplexArray, ComplexArray]:
    r"""Return :math:`x(u)-z` and the step :math:`-(x(u)-z)/x'(u)`, 0 where the slope is 0.

    Accuracy
    --------
    Exact up to rounding.
    """
    point, slope = equation.point_and_slope(u)
    flat = slope == 0
    step = np.where(flat, 0, (z - point) / np.where(flat, 1, slope))
    return point - z, step


def judged(
    equation: StieltjesEquation,
    z: ComplexArray,
    u: ComplexArray,
    steps: int,
    otherwise: SolverResult,
) -> StieltjesSolution:
    r"""Return dual points as a solution that says which of them are solved.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    z, u : complex arrays of shape (n,)
        The points asked for and the dual points found.
    steps : int
        Steps taken.
    otherwise : SolverResult
        What to report if some entry is not solved.

    Returns
    -------
    StieltjesSolution
        Solved where :math:`|x(u)-z|\le10^{-12}|u|(\gamma+\sqrt\gamma)` and the imaginary part of u
        is positive beyond doubt. By Cauchy and Schwarz the bracket bounds the terms
        :math:`\gamma+\int|\lambda|/|u-\lambda|d\nu` of :math:`x(u)/u` at every right u. A dual
        point outside the half plane is replaced by i, with an infinite residual.

    Accuracy
    --------
    Residuals up to rounding; that the step measures the error is an estimate of first order.
    """
    inside = u.imag > LEAST_ANGLE * abs(u)
    u = np.where(inside, u, 1j)
    difference, step = newton_step(equation, z, u)
    residual = np.where(inside, abs(difference), np.inf)
    size = abs(u) * (equation.aspect_ratio + equation.aspect_ratio**0.5)
    solved: BoolArray = (residual <= RESIDUAL_TOLERANCE * size) & (2 * abs(step.imag) < u.imag)
    result = SolverResult.SUCCESS if solved.all() else otherwise
    return StieltjesSolution(-1 / (equation.aspect_ratio * u), u, solved, residual, result, steps)

r"""Bisection along the curve :math:`\Im x(u)=\eta`: impossible to lead astray.

For fixed real part a of u, :math:`b\mapsto\Im x(a+ib)` increases where it is not negative,
so the curve has one height over every a; along it the real part of x increases. Both searches
are monotone; they take Newton steps, along the curve :math:`da=\Re(1/x'(u))\,dx`, wherever
these stay in the bracket. On the curve :math:`\int\lambda^2/|u-\lambda|^2d\nu\le\gamma`, hence by
Cauchy and Schwarz :math:`|x(u)-\gamma u-\mathbb E\lambda|\le(\gamma\,\mathbb E\lambda^2)^{1/2}`,
which brackets the answer.
"""

from __future__ import annotations

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution

HALVINGS = 60


def height(equation: StieltjesEquation, a: Array, eta: Array) -> Array:
    r"""Return the height b of the curve :math:`\Im x(a+ib)=\eta\ge0` over every a.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    a : array of shape (n,)
        Real parts.
    eta : array of shape (n,)
        Levels; 0 gives the boundary curve, of height 0 outside the support.

    Returns
    -------
    array of shape (n,)

    Accuracy
    --------
    Estimated relative error 1e-14, or an absolute one of 1e-16 of the bracket.
    """
    low = eta / equation.aspect_ratio
    high = low + equation.spread / equation.aspect_ratio
    b = (low + high) / 2
    for _ in range(HALVINGS):
        value, slope = equation.crowding(a, b)
        excess = b * (equation.aspect_ratio - value) - eta
        low, high = np.where(excess < 0, b, low), np.where(excess < 0, high, b)
        rise = equation.aspect_ratio - value - 2 * b * b * slope
        trial = b - excess / np.where(rise > 0, rise, np.inf)
        previous, b = b, np.where((trial > low) & (trial < high), trial, (low + high) / 2)
        if np.all(abs(b - previous) <= 1e-15 * abs(b)):
            break
    return np.where((eta == 0) & _clear(equation, a), 0.0, b)


def level_curve(equation: StieltjesEquation, z: ComplexArray) -> StieltjesSolution:
    r"""Solve :math:`x(u)=z` for z in the closed upper half plane by steps within brackets.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    z : complex array of shape (n,)
        Points of the closed upper half plane; on the real line the value from above.

    Returns
    -------
    StieltjesSolution

    Accuracy
    --------
    Estimated error 1e-15 of the bracket in the real part of u.
    """
    mean = equation.weights @ equation.atoms
    low = (z.real - mean - equation.spread) / equation.aspect_ratio
    high = (z.real - mean + equation.spread) / equation.aspect_ratio
    a, width = (low + high) / 2, high - low
    for _ in range(HALVINGS):
        point, slope = equation.point_and_slope(a + 1j * height(equation, a, z.imag))
        below = point.real < z.real
        low, high = np.where(below, a, low), np.where(below, high, a)
        flat = slope == 0
        trial = a + (z.real - point.real) * np.where(flat, 0, 1 / np.where(flat, 1, slope)).real
        previous, a = a, np.where((trial > low) & (trial < high), trial, (low + high) / 2)
        if np.all(abs(a - previous) <= 1e-15 * width):
            break
    u: ComplexArray = a + 1j * height(equation, a, z.imag)
    residual = abs(equation.point(u) - z)
    solved = residual <= 1e-7 * (abs(z) + equation.spread)
    result = SolverResult.SUCCESS if solved.all() else SolverResult.STALLED
    value = -1 / (equation.aspect_ratio * u)
    return StieltjesSolution(value, u, solved, residual, result, HALVINGS)


def _clear(equation: StieltjesEquation, a: Array) -> BoolArray:
    """Whether a real dual point lies outside the support, by the sign of the slope there."""
    crowding, _ = equation.crowding(a, np.zeros_like(a))
    return crowding <= equation.aspect_ratio

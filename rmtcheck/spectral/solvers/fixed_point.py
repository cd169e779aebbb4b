r"""Damped iteration of the equation as it is printed, in the transform itself.

The right side

.. math:: h(s)=\frac1{-z+\int\frac\lambda{1+\gamma\lambda s}d\nu}

maps the upper half plane into itself, and so does the mean :math:`\frac12(s+h(s))`. Neither moves
two points apart in the hyperbolic metric (Schwarz and Pick), and the mean converges to its fixed
point from everywhere (Denjoy and Wolff). Undamped it need not: for one weight and real z inside the
support h is an elliptic Moebius map, a rotation. At the fixed point

.. math:: h'(s)=1-\frac{x'(u)}\gamma,\qquad |h'(s)|\le1,

so the error falls by :math:`|1-x'(u)/2\gamma|` a step, which tends to 1 at an edge. Secant steps
(Aitken) are taken where they stay in the half plane and halve the hyperbolic displacement; all
others are refused, which leaves the plain iteration and its proof of convergence.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution
from rmtcheck.spectral.solvers.judgement import closed_half_plane, judged

CLOSE = 1e-10
FARTHEST = 1e150
MOST_STEPS = 400


def fixed_point(
    equation: StieltjesEquation,
    z: ComplexArray,
    *,
    accelerated: bool = True,
    max_steps: int = MOST_STEPS,
) -> StieltjesSolution:
    r"""Solve :math:`s=h(s)` by damped iteration with safeguarded secant steps.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation.
    z : complex array of shape (n,)
        Points of the closed upper half plane; on the real line the value from above. Outside the
        support a real point has no solution in the half plane and is never reported as solved.
    accelerated : bool, default True
        Whether secant steps are tried.
    max_steps : int
        Step limit.

    Returns
    -------
    StieltjesSolution
        With the result ``OUT_OF_STEPS`` if a point is too close to an edge for the step limit.

    Raises
    ------
    DomainError
        If z is not in the closed upper half plane or beyond 1e120.

    Accuracy
    --------
    Estimated relative error 1e-14 times the condition number :math:`\gamma/|x'(u)|`.

    References
    ----------
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192, equation (1.4).

    Examples
    --------
    >>> from rmtcheck.spectral.measures import DiscreteMeasure
    >>> equation = StieltjesEquation(DiscreteMeasure([1.0, 3.0], [0.5, 0.5]), 0.5)
    >>> solution = fixed_point(equation, np.array([2 + 0j, 1 + 1j]))
    >>> solution.result.name, bool(np.all(solution.residual < 1e-13))
    ('SUCCESS', True)
    """
    z = closed_half_plane(z)
    first = 1 / (equation.weights @ equation.atoms - z - 1j * equation.spread)
    now, active, steps = _Iterate.at(equation, z, first), np.ones(len(z), dtype=bool), 0
    before, refused = now, np.full(len(z), True)
    while active.any() and steps < max_steps:
        here = now[active]
        trial, bold = _proposed(before[active], here, refused[active] | (not accelerated))
        there = _Iterate.at(equation, z[active], trial)
        accepted = ~bold | (2 * there.displacement <= here.displacement)
        before, now = before.replaced(active, accepted, here), now.replaced(active, accepted, there)
        refused[active], steps = ~accepted, steps + 1
        active[active] = ~(accepted & _exhausted(here, there))
    return judged(
        equation, z, -1 / (equation.aspect_ratio * now.place), steps, SolverResult.OUT_OF_STEPS
    )


@dataclass(frozen=True)
class _Iterate:
    """Points with their images under the mean, and how far apart they are."""

    place: ComplexArray
    image: ComplexArray
    displacement: Array

    @classmethod
    def at(cls, equation: StieltjesEquation, z: ComplexArray, s: ComplexArray) -> Self:
        image = (s + right_side(equation, z, s)) / 2
        with np.errstate(divide="ignore", over="ignore"):
            move = abs(image - s)
            displacement = (move / image.imag) * (move / s.imag)
        return cls(s, image, displacement)

    def __getitem__(self, chosen: BoolArray) -> _Iterate:
        return _Iterate(self.place[chosen], self.image[chosen], self.displacement[chosen])

    def replaced(self, active: BoolArray, accepted: BoolArray, there: _Iterate) -> _Iterate:
        rows = np.flatnonzero(active)[accepted]
        columns = [getattr(self, f.name).copy() for f in fields(self)]
        for column, f in zip(columns, fields(self), strict=True):
            column[rows] = getattr(there, f.name)[accepted]
        return _Iterate(*columns)


def right_side(equation: StieltjesEquation, z: ComplexArray, s: ComplexArray) -> ComplexArray:
    r"""Return :math:`h(s)=1/(-z+\int\frac\lambda{1+\gamma\lambda s}d\nu)`.

    Accuracy
    --------
    Exact up to rounding.
    """
    image = np.empty_like(s)
    scaled = equation.aspect_ratio * equation.atoms
    strength = equation.weights * equation.atoms
    for rows in equation.blocks(len(s)):
        image[rows] = (1 / (1 + s[rows, None] * scaled)) @ strength
    result: ComplexArray = 1 / (image - z)
    return result


def _exhausted(here: _Iterate, there: _Iterate) -> BoolArray:
    """Whether a point is beyond range, or a step brought nothing but rounding errors."""
    small = abs(here.image - here.place) <= CLOSE * abs(here.place)
    exact: BoolArray = there.displacement == 0
    return (
        exact | (abs(there.place) > FARTHEST) | (small & ~(there.displacement < here.displacement))
    )


def _proposed(before: _Iterate, now: _Iterate, plain: BoolArray) -> tuple[ComplexArray, BoolArray]:
    """Return the secant root of image minus place where it is in the half plane, else the image."""
    change, rise = now.place - before.place, now.image - before.image
    bend = change - rise
    usable = ~plain & (bend != 0)
    with np.errstate(over="ignore", invalid="ignore"):  # far off, where it is refused
        secant = now.image + rise * ((now.image - now.place) / np.where(usable, bend, 1))
        bold = usable & (secant.imag > 0) & (abs(secant) < FARTHEST)
    return np.where(bold, secant, now.image), bold

r"""Where gates open and close along the path, and by how much the transform jumps there.

A gate :math:`\mathbf1(u>0)` of the field :math:`u=a\sin\theta+b\cos\theta` changes at most once on
:math:`(0,\frac\pi2)`: at :math:`\tan\theta=-b/a`, if a and b have different signs. Between two such
angles the weights are smooth, so there the fundamental theorem holds, and

.. math:: s(\tfrac\pi2)-s(0)=\int_0^{\pi/2}s'(\theta)\,d\theta+\sum_{\text{angles}}
          \bigl(s(\theta+0)-s(\theta-0)\bigr).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.decoupling.coupled import require_point
from rmtcheck.montecarlo.decoupling.walk import END, Coupled, Walk, slope
from rmtcheck.montecarlo.spectra import esd, resolvent_trace
from rmtcheck.vocabulary.local_weights import LocalWeight

Array = NDArray[np.float64]

_BESIDE = 1e-9
"""How far beside an angle the one-sided limits are taken; rounding of an angle is 1e-16."""
_ROUNDING = 1e-13  # of a transform, relative


@dataclass(frozen=True)
class Jumps:
    """The parts of the difference of the ends of a path.

    Attributes
    ----------
    count : int
        How many times the transform jumps by more than rounding.
    total : complex
        The sum of the jumps.
    integral : complex
        The integral of the slope between them.
    difference : complex
        The difference of the ends.
    error : float
        Estimated error of the difference less the jumps and the integral.
    """

    count: int
    total: complex
    integral: complex
    difference: complex
    error: float


def jumps_along(coupled: Coupled, weight: LocalWeight, z: complex, steps: int = 4) -> Jumps:
    r"""Add up the jumps of :math:`s_{H(t)}(z)` where fields change their sign.

    Takes :math:`(3\,\text{steps}+2)` eigenproblems for each change of a sign, about kN/2 of them:
    for small draws.

    Parameters
    ----------
    coupled : Coupled
        The draw.
    weight : LocalWeight
        A weight that jumps, or has a kink, at most where a field is 0, as gates and relu do.
    z : complex
        A point of the upper half plane.
    steps : int, default 4
        Nodes between two changes of the coarser of two Gauss-Legendre rules; the other has
        twice as many.

    Returns
    -------
    Jumps

    Raises
    ------
    DomainError
        When an argument is out of range.

    Accuracy
    --------
    As estimated: the sum of the differences of the two rules, the slope times the :math:`10^{-9}`
    that the one-sided limits leave out beside each angle, and rounding.
    """
    require_integer("steps", steps, 1)
    z = complex(z)
    require_point(z.real, z.imag)
    walk = Walk(coupled, weight)
    angles = changes(walk)
    if len(angles) and np.diff(angles, prepend=0.0, append=END).min() < 2 * _BESIDE:
        raise DomainError("two fields change their signs at the same angle; draw again.")
    ends = np.concatenate([[0.0], np.repeat(angles, 2), [END]])
    ends[1:-1] += np.tile([-_BESIDE, _BESIDE], len(angles))
    s = np.array([_transform(walk, float(angle), z) for angle in ends])
    parts = [_integral(walk, z, a, b, steps) for a, b in ends.reshape(-1, 2)]
    fine, coarse, steepest = np.array(parts).T
    left_out = 2 * _BESIDE * (len(angles) + 1) * float(np.abs(steepest).max())
    rounding = _ROUNDING * len(ends) * float(np.abs(s).max())
    jumps = s[2::2] - s[1:-1:2]
    threshold = 100 * _BESIDE * np.abs(s).max()
    return Jumps(
        int(np.sum(np.abs(jumps) > threshold)),
        complex(jumps.sum()),
        complex(fine.sum()),
        complex(s[-1] - s[0]),
        float(np.abs(fine - coarse).sum() + left_out + rounding),
    )


def changes(walk: Walk) -> Array:
    """Return the angles between the ends at which a field is 0, ascending."""
    a, b = walk.fields(END), walk.fields(0.0)
    return np.sort(np.arctan2(np.abs(b), np.abs(a))[a * b < 0])


def _transform(walk: Walk, angle: float, z: complex) -> complex:
    return resolvent_trace(esd(walk.matrix(angle)), z)


def _integral(
    walk: Walk, z: complex, low: float, high: float, steps: int
) -> tuple[complex, complex, complex]:
    """Return the integral by the finer rule, by the coarser one, and the steepest slope seen."""
    half, found, steepest = (high - low) / 2, [], 0j
    for order in (2 * steps, steps):
        nodes, weights = np.polynomial.legendre.leggauss(order)
        slopes = [slope(walk.at(float(low + half * (node + 1))), z) for node in nodes]
        found.append(complex(half * (np.array(slopes) @ weights)))
        steepest = max([steepest, *slopes], key=abs)
    return found[0], found[1], steepest

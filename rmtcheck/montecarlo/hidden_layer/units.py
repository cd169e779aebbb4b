r"""One rectified unit on two samples, under a tilt by the product of its outputs.

For :math:`a,a'` iid :math:`N(0,1)`, :math:`\phi=\max(a,0)`, the law proportional to
:math:`(\phi\phi')^ke^{s\phi\phi'}` is drawn exactly. Where both are positive, with
:math:`(\phi,\phi')=R(\cos\theta,\sin\theta)` and :math:`t=\tan(\theta-\frac\pi4)`,

.. math:: \tfrac12R^2(1-s\sin2\theta)\sim\Gamma(k+1),\qquad
          t\ \text{has density}\propto\frac{(1-t^2)^k}{((1-s)+(1+s)t^2)^{k+1}},\quad|t|<1:

:math:`t=\kappa\tan\alpha`, :math:`\kappa^2=\frac{1-s}{1+s}`, turns the density into
:math:`((1-t^2)\cos^2\alpha)^k` on :math:`|\alpha|<\alpha_0=\arctan\frac1\kappa`, at most 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.hidden_layer.setting import Array

_IDLE = 0.75
"""Probability that the two outputs of a unit are not both positive."""


def overlap_mean(order: int, tilt: float) -> float:
    r"""Return :math:`\mathbb E[(\phi\phi')^ke^{s\phi\phi'}]` for k = 0, 1, 2.

    .. math:: \tfrac341_{k=0}+\frac{k!}{2\pi}\frac\kappa{(1-s)^{k+1}}
              \int_{-\alpha_0}^{\alpha_0}(A+B\cos2\alpha)^k\,d\alpha,\qquad
              A=\tfrac{1-\kappa^2}2,\ B=\tfrac{1+\kappa^2}2.

    Parameters
    ----------
    order : {0, 1, 2}
        The power k.
    tilt : float
        The number s in [0, 1).

    Returns
    -------
    float

    Raises
    ------
    DomainError
        When a parameter is out of range.

    Accuracy
    --------
    Rounding.

    Examples
    --------
    >>> [round(overlap_mean(k, 0.0), 12) for k in (0, 2)]
    [1.0, 0.25]
    """
    kappa = _kappa(order, tilt)
    end, A, B = math.atan(1 / kappa), (1 - kappa**2) / 2, (1 + kappa**2) / 2
    angles = (
        2 * end,
        2 * A * end + B * math.sin(2 * end),
        2 * A**2 * end + 2 * A * B * math.sin(2 * end) + B**2 * (end + math.sin(4 * end) / 4),
    )
    active = math.factorial(order) * kappa / (1 - tilt) ** (order + 1) / (2 * math.pi)
    return active * angles[order] + (_IDLE if order == 0 else 0.0)


def draw_unit(
    order: int, tilt: float, shape: tuple[int, ...], rng: np.random.Generator
) -> tuple[Array, Array]:
    r"""Draw both outputs of a unit from the law with density :math:`(\phi\phi')^ke^{s\phi\phi'}/K`.

    Parameters
    ----------
    order, tilt
        As for `overlap_mean`.
    shape : tuple of int
        Shape of what is drawn.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    tuple of numpy.ndarray
        The outputs on both samples.

    Raises
    ------
    DomainError
        When a parameter is out of range.

    Accuracy
    --------
    Exact in law, up to rounding.
    """
    kappa = _kappa(order, tilt)
    turn = np.arctan(kappa * np.tan(_angles(order, kappa, math.prod(shape), rng).reshape(shape)))
    scaled = rng.gamma(order + 1.0, size=shape) / (1 - tilt * np.cos(2 * turn))
    radius = np.sqrt(2 * scaled)
    first, second = radius * np.cos(turn + np.pi / 4), radius * np.sin(turn + np.pi / 4)
    if order > 0:
        return first, second
    idle = rng.random(shape) < _IDLE / overlap_mean(0, tilt)
    only = rng.integers(3, size=shape)  # which of the outputs is positive, or none
    size = np.abs(rng.standard_normal(shape))
    return (
        np.where(idle, size * (only == 1), first),
        np.where(idle, size * (only == 2), second),
    )


def _kappa(order: int, tilt: float) -> float:
    if order not in (0, 1, 2) or not 0 <= tilt < 1:
        raise DomainError(
            f"order = {order}, tilt = {tilt!r} must be 0, 1 or 2, and at least 0, below 1."
        )
    return math.sqrt((1 - tilt) / (1 + tilt))


def _angles(order: int, kappa: float, size: int, rng: np.random.Generator) -> Array:
    end = math.atan(1 / kappa)
    if order == 0:
        return rng.uniform(-end, end, size)

    def share(angle: Array) -> Array:
        kept: Array = (np.cos(angle) ** 2 - (kappa * np.sin(angle)) ** 2) ** order
        return kept

    return _accepted(share, end, size, rng)


def _accepted(
    share: Callable[[Array], Array], end: float, size: int, rng: np.random.Generator
) -> Array:
    """Draw from a density on (-end, end) that is at most 1, by rejection."""
    found = np.empty(0)
    while len(found) < size:
        angle = rng.uniform(-end, end, 2 * (size - len(found)) + 16)
        kept = angle[rng.random(angle.shape) < share(angle)]
        found = np.concatenate([found, kept[: size - len(found)]])
    return found

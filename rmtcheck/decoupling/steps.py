"""The steps of the printed argument, each measured against what it claims."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rmtcheck.decoupling.question import Question
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import Statistic
from rmtcheck.montecarlo.decoupling.stein import WRONG, Step, chain
from rmtcheck.vocabulary.local_weights import LocalWeight
from rmtcheck.vocabulary.quantities import SoftmaxComponent

EQUAL, BOUNDED = "=", "<="
RELATIONS = (EQUAL, EQUAL, EQUAL, BOUNDED, BOUNDED, BOUNDED)
NAMES = (
    "E u(1+u) λ(u) = E ∂[(1+u) λ(u)]",
    "dE s/dθ, by parts in y",
    "s_H - s_H~ = ∫ s' dθ, on the worst draw",
    "|dE s/dθ| <= K cos θ",
    "|E s_H - E s_H~| <= K",
    "|E s_H - E s_H~| <= 2k/(d Im z)",
)
SIZE, DRAWS = 128, 800
_RADII = tuple(f"wrong_{k}" for k in range(len(WRONG)))
_PARTS = ("left_re", "left_im", "right_re", "right_im", "radius", *_RADII)


@dataclass(frozen=True)
class Bounds:
    r"""Proven bounds of :math:`|\lambda|` and of the length of its gradient."""

    weight: float
    slope: float


_SOFTMAX = Bounds(1 / 4, 1 / math.sqrt(54))


def known_bounds(weight: LocalWeight) -> Bounds | None:
    r"""Return bounds of a softmax block of the linear model; None for another weight.

    .. math:: |\nabla p_i(1-p_i)|=|1-2p_i|\,p_i\,|e_i-p|\le\sqrt2\,|1-2p_i|\,p_i(1-p_i)
              \le\tfrac1{\sqrt{54}},

    .. math:: |\nabla p_ip_j|=p_ip_j\,|e_i+e_j-2p|
              \le\tfrac14(m^2-x)\sqrt{6(1-m)^2+2x},\qquad m=p_i+p_j,\ x=(p_i-p_j)^2.

    At fixed m this is largest at :math:`x=0`, where it is at most :math:`\sqrt6/27`, or, for
    :math:`m^2\ge6(1-m)^2`, at :math:`x=\frac13m^2-2(1-m)^2`, where its square is
    :math:`\frac1{16}(\frac23m^2+2(1-m)^2)^3`; that is convex in m before the power, so largest
    at an end: :math:`\frac1{54}` at :math:`m=1`.
    """
    parts = sorted(weight.expression.atoms(SoftmaxComponent), key=str)
    if weight.is_of_units or not 1 <= len(parts) <= 2:
        return None
    block = parts[0] * (1 - parts[0]) if len(parts) == 1 else -parts[0] * parts[1]
    return _SOFTMAX if weight.expression == block and parts[0].scale == 1 else None


def size_of_steps(question: Question) -> int:
    """Return the size that is nearest to 128."""
    return min(question.sizes, key=lambda N: abs(N - SIZE))


def steps_of(row: Sequence[float]) -> tuple[Step, ...]:
    """Return the steps of a row of `STEPS`."""
    parts = np.array(row).reshape(len(NAMES), len(_PARTS)).tolist()
    return tuple(_step(*given) for given in zip(NAMES, RELATIONS, parts, strict=True))


def _step(name: str, relation: str, numbers: Sequence[float]) -> Step:
    a, b, c, d, radius, *others = numbers
    radii = tuple(others) if any(others) else None
    return Step(name, complex(a, b), complex(c, d), relation, radius, radii)


def _row(
    rng: np.random.Generator,
    *,
    weight: LocalWeight,
    d: int,
    N: int,
    real: float,
    imag: float,
    largest_weight: float,
    largest_slope: float,
    alpha: float,
) -> Sequence[float]:
    steps = chain(
        weight,
        d,
        N,
        complex(real, imag),
        rng,
        largest_weight=largest_weight,
        largest_slope=largest_slope,
        draws=DRAWS,
        alpha=alpha,
    )
    if tuple((s.name, s.relation) for s in steps) != tuple(zip(NAMES, RELATIONS, strict=True)):
        raise DomainError(f"the steps are {[s.name for s in steps]}; {NAMES} are needed")
    return [float(x) for s in steps for x in _numbers(s)]


def _numbers(step: Step) -> tuple[float, ...]:
    left, right = complex(step.left), complex(step.right)
    others = step.others or (0.0,) * len(WRONG)
    return left.real, left.imag, right.real, right.imag, step.radius, *others


STEPS = Statistic(tuple(f"{part}_{k}" for k in range(len(NAMES)) for part in _PARTS), _row)
"""One row: the steps of the argument on 800 draws."""

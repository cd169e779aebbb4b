"""The claims: what is drawn for them, and how a run judges them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck import decoupling_bias
from rmtcheck.channels.simulation.points import Point, judge_points
from rmtcheck.claims.evidence import Outcome
from rmtcheck.decoupling.blocks import block_weight, draw_readout
from rmtcheck.decoupling.rate import Exponent, Gap, LeadingTerm
from rmtcheck.decoupling.verdicts import Verdict, judge_exponent, judge_leading_term
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.confidence import bounded_interval, interval
from rmtcheck.montecarlo.decoupling.coupled import estimate
from rmtcheck.montecarlo.dominate import averaged_mean
from rmtcheck.montecarlo.harness import Parameter, Task, draw_block
from rmtcheck.spectral.finite_size import block_norm_limit, block_norm_mean
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.local_weights import LocalWeight, local_weight
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.samples import logit
from rmtcheck.vocabulary.symbols import N as samples

Array = NDArray[np.float64]
Row = tuple[str, float]
"""A claim, with the error budget it is judged at, or how far what is claimed is off."""
Outcomes = dict[Row, bool]

LEADING, EXPONENT = "leading term", "exponent"
WAVES, NORM = "mean cosine of a logit", "norm of a diagonal block"

DIAGONAL = block_weight("linear.diagonal", 3)
OFF_DIAGONAL = block_weight("linear.off_diagonal", 3)
HIDDEN = block_weight("hidden.ce.diagonal", 3, draw_readout(3, 2, seed=1))
OWN = local_weight(WeightedGram(1 / samples, sympy.tanh(logit[1]) ** 2))
RATIO = Fraction(1, 8)

WAVE_NUMBER, FIELD_DIMENSION = 0.5, 20
NORM_SIZES: dict[str, int] = {"d": 20, "N": 40, "C": 3}


@dataclass(frozen=True)
class Setting:
    """A weight at one point of the half plane, with the number of draws at every size."""

    name: str
    weight: LocalWeight
    z: complex
    draws: tuple[tuple[int, int], ...]

    @property
    def bound(self) -> float:
        """The proven bound of the modulus of the gap."""
        return 2 * self.weight.fields / (float(RATIO) * self.z.imag)


def rows_of(statistic: str, parameters: Mapping[str, Parameter], draws: int, seed: int) -> Array:
    """Draw rows whose stream belongs to the seed."""
    task = Task(claim="honesty", statistic=statistic, parameters=parameters, draws_per_block=draws)
    return draw_block(task, seed, 0)


# ------------------------------------------------------------------- the decoupling argument


def gaps_of(setting: Setting, seed: int) -> list[Gap]:
    """Estimate the weighted gap at every size."""
    return [_gap(setting, N, draws, seed) for N, draws in setting.draws]


def _gap(setting: Setting, N: int, draws: int, seed: int) -> Gap:
    z, d = setting.z, int(RATIO * N)
    parameters = {"weight": setting.weight, "d": d, "N": N, "real": z.real, "imag": z.imag}
    rows = rows_of("rmtcheck.montecarlo.decoupling.coupled:GAP", parameters, draws, seed)
    found = estimate(rows)
    (a, b), (_, c) = found.covariance.tolist()
    return Gap(N, found.value, ((a, b), (b, c)), found.draws, found.gain)


@lru_cache
def predicted(setting: Setting) -> complex:
    """Return the leading term by the limit theorem."""
    return complex(decoupling_bias(setting.weight, RATIO, setting.z))


def rejects_term(term: LeadingTerm, value: complex, setting: Setting) -> bool:
    return judge_leading_term(term, value, setting.bound).verdict == Verdict.REJECTED


def rejects_exponent(found: Exponent, value: float) -> bool:
    return judge_exponent(found, value).verdict == Verdict.REJECTED


# ---------------------------------------------------------------------- means of bounded draws


def waves_of(draws: int, seed: int) -> Array:
    """Draw cosines of a multiple of the logit v^T x of one sample."""
    rows = rows_of("projection", {"d": FIELD_DIMENSION}, draws, seed)
    waves: Array = np.cos(WAVE_NUMBER * rows[:, 0])
    return waves


def wave_mean(t: float = WAVE_NUMBER) -> float:
    """Return E cos(t v^T x) = E exp(-t^2 |x|^2 / 2d) = (1 + t^2/d)^(-d/2)."""
    return float((1 + t * t / FIELD_DIMENSION) ** (-FIELD_DIMENSION / 2))


def wave_deviation() -> float:
    """Return the standard deviation of one cosine, from 2 cos^2 a = 1 + cos 2a."""
    return math.sqrt((1 + wave_mean(2 * WAVE_NUMBER)) / 2 - wave_mean() ** 2)


def rejects_wave(values: Array, alpha: float, horizon: int, factor: float = 1.0) -> bool:
    """Judge the mean times a factor; an empty interval counts as a rejection."""
    try:
        found = bounded_interval(values, -1.0, 1.0, alpha, horizon)
    except DomainError:
        return True
    return not found.low <= factor * wave_mean() <= found.high


def norms_of(draws: int, seed: int) -> Array:
    """Draw squared norms of diagonal blocks, and what dominates them."""
    return rows_of("block_norms", NORM_SIZES, draws, seed)[:, :2]


@lru_cache
def norm_theory() -> tuple[Estimate, float]:
    """Return the mean norm at these sizes, and its limit."""
    d, N, C = NORM_SIZES.values()
    weight: Any = DIAGONAL.expression
    return block_norm_mean(weight, d, N, C), block_norm_limit(weight, d / N, C).value


def rejects_norm(rows: Array, alpha: float, horizon: int, factor: float = 1.0) -> bool:
    """Judge the limit times a factor as a run does; an empty interval counts as a rejection."""
    (finite, limit), mean = norm_theory(), averaged_mean("diagonal", **NORM_SIZES)
    try:
        found = interval(rows[:, 0], rows[:, 1], mean, alpha, horizon)
    except DomainError:
        return True
    point = Point(
        at={},
        sizes=str(NORM_SIZES),
        low=found.low,
        high=found.high,
        finite=finite.value,
        limit=limit,
        error=finite.error,
    )
    return judge_points([point], lambda _: factor * limit).outcome != Outcome.HOLDS

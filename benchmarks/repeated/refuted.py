"""False claims, and the power that is stated before they are seen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import norm

from repeated.claims import (
    DIAGONAL,
    EXPONENT,
    LEADING,
    NORM,
    OWN,
    WAVES,
    Array,
    Outcomes,
    Row,
    Setting,
    gaps_of,
    norm_theory,
    norms_of,
    predicted,
    rejects_exponent,
    rejects_norm,
    rejects_term,
    rejects_wave,
    wave_deviation,
    wave_mean,
    waves_of,
)
from rmtcheck.decoupling.rate import Gap, LeadingTerm, exponent, leading_term
from rmtcheck.decoupling.verdicts import DERIVED
from rmtcheck.montecarlo.streams import stream
from rmtcheck.montecarlo.workers import Workers

LEVEL = 0.99
OFF, OFF_EXPONENTS = (0.01, 0.02, 0.05, 0.1), (0.25, 0.5)
"""How far false values are off: relative to the modulus, and absolute for exponents."""
WAVE_DRAWS, NORM_DRAWS = 8000, 400
_DRAWS = ((64, 128), (256, 128), (512, 256), (1024, 128))
SETTINGS = (
    Setting("linear, diagonal", DIAGONAL, 0.1 + 0.3j, _DRAWS),
    Setting("tanh(u)^2", OWN, 0.3 + 1j, _DRAWS),
)
DIRECTIONS = (1, 1j, -1, -1j)
"""Of the errors of leading terms, one for every fourth repetition."""
PILOTS, PILOT_ROOT, PILOT_NORMS, SYNTHETIC = 16, 10**6, 4000, 2000
Rejects = Callable[[LeadingTerm, complex, Setting], bool]


def gap(number: int, seed: int) -> Outcomes:
    """Judge false leading terms and false exponents of one of the weights."""
    setting = SETTINGS[number]
    return _judged(setting, gaps_of(setting, seed), seed, rejects_term)


def linear(seed: int) -> Outcomes:
    return gap(0, seed)


def own(seed: int) -> Outcomes:
    return gap(1, seed)


def _judged(setting: Setting, gaps: Sequence[Gap], seed: int, rejects: Rejects) -> Outcomes:
    b, direction = predicted(setting), DIRECTIONS[seed % len(DIRECTIONS)]
    term, found = leading_term(gaps, LEVEL), exponent(gaps, LEVEL)
    outcomes = {
        (f"{LEADING}, {setting.name}", off): rejects(term, b * (1 + off * direction), setting)
        for off in OFF
    }
    for off in OFF_EXPONENTS:
        false = DERIVED + off * _sign(seed)
        outcomes[f"{EXPONENT}, {setting.name}", off] = rejects_exponent(found, false)
    return outcomes


def _sign(seed: int) -> int:
    return 1 if seed % 2 else -1


def wave(seed: int) -> Outcomes:
    """Judge false means of a cosine."""
    values, alpha, sign = waves_of(WAVE_DRAWS, seed), 1 - LEVEL, _sign(seed)
    return {(WAVES, o): rejects_wave(values, alpha, WAVE_DRAWS, 1 + sign * o) for o in OFF}


def block_norm(seed: int) -> Outcomes:
    """Judge false limits of a norm."""
    rows, alpha, sign = norms_of(NORM_DRAWS, seed), 1 - LEVEL, _sign(seed)
    return {(NORM, o): rejects_norm(rows, alpha, NORM_DRAWS, 1 + sign * o) for o in OFF}


# --------------------------------------------------------------------------- stated power


def stated(workers: Workers) -> dict[Row, float]:
    """Return the power of every row, from the method and the spread of its draws alone."""
    roots = range(PILOT_ROOT, PILOT_ROOT + PILOTS)
    drawn = [[workers.submit(gaps_of, setting, root) for root in roots] for setting in SETTINGS]
    promises = [
        workers.submit(promised, number, [pilot.result() for pilot in pilots])
        for number, pilots in enumerate(drawn)
    ]
    powers = {row: power for promise in promises for row, power in promise.result().items()}
    norms = norms_of(PILOT_NORMS, PILOT_ROOT)
    for off in OFF:
        powers[WAVES, off] = wave_power(off)
        powers[NORM, off] = norm_power(norms, off)
    return powers


def wave_power(off: float) -> float:
    """Return the power against means of the cosine that are too small or too large by a part."""
    mean, deviation = wave_mean(), wave_deviation()
    sides = [
        betting_power(above, deviation, off * mean, WAVE_DRAWS) for above in (1 + mean, 1 - mean)
    ]
    return sum(sides) / 2


def norm_power(rows: Array, off: float) -> float:
    """Return the same for the limit of the norm, from pilot draws of the norm and its bound."""
    sides = [
        betting_power(float(y.mean()), float(y.std()), off * norm_theory()[1], NORM_DRAWS)
        for y in (rows[:, 0], rows[:, 1] - rows[:, 0])
    ]
    return sum(sides) / 2


def betting_power(mean: float, deviation: float, off: float, draws: int) -> float:
    r"""Return the power of `lower_bound` against a mean of non-negative draws that is off below.

    With the bets :math:`\beta_k=\sqrt{2L/n}/\sqrt{s^2+1/k}`, :math:`L=\log(2/\alpha)`, the log
    capital :math:`\sum_k\log(1+\beta_kx_k)`, :math:`x=Y/m-1`, is to second order normal with
    mean :math:`\sum_k(\beta_k\mathbb Ex-\frac12\beta_k^2\mathbb Ex^2)`; it has to reach L.
    """
    need, k = math.log(2 / (1 - LEVEL)), np.arange(1, draws + 1)
    bets = np.sqrt(2 * need / draws / ((deviation / mean) ** 2 + 1 / k)).clip(max=0.9)
    ahead, spread = off / (mean - off), deviation / (mean - off)
    drift = float(bets.sum() * ahead - (bets @ bets) * (spread**2 + ahead**2) / 2)
    return float(norm.cdf((drift - need) / (spread * math.sqrt(float(bets @ bets)))))


def promised(number: int, pilots: Sequence[Sequence[Gap]]) -> dict[Row, float]:
    """Return how often normal estimates with the covariances of the pilots reject."""
    setting = SETTINGS[number]
    design = [_average(gaps) for gaps in zip(*pilots, strict=True)]
    centres = _centres(predicted(setting), design)
    rng = stream(PILOT_ROOT, "honesty: synthetic estimates", number)
    hits: Counter[Row] = Counter()
    for k in range(SYNTHETIC):
        drawn = [_disturbed(gap, c, rng) for gap, c in zip(design, centres, strict=True)]
        hits.update(_judged(setting, drawn, k, rejects_in_any_case))
    # out of one more than were drawn: no number of draws shows that a power is 1
    return {row: count / (SYNTHETIC + 1) for row, count in hits.items()}


def rejects_in_any_case(term: LeadingTerm, value: complex, setting: Setting) -> bool:
    """Whether a value is rejected even if omitted terms move the estimate towards it."""
    off = value - term.value
    parts = zip((off.real, off.imag), term.half_widths, term.truncation, strict=True)
    return any(abs(part) > width + omitted for part, width, omitted in parts)


def _average(gaps: Sequence[Gap]) -> Gap:
    """Return the mean of estimates at one size, with the covariance of one of them."""
    (a, b), (_, c) = np.mean([gap.covariance for gap in gaps], axis=0).tolist()
    value = complex(np.mean([gap.value for gap in gaps]))
    return replace(gaps[0], value=value, covariance=((a, b), (b, c)))


def _centres(b: complex, design: Sequence[Gap]) -> list[complex]:
    """Return b + f/N with f fitted to the pilots."""
    x = np.array([1 / gap.N for gap in design])
    weights = x / [np.trace(gap.covariance) for gap in design]
    f = weights @ np.array([gap.value - b for gap in design]) / (weights @ x)
    centres: list[complex] = (b + f * x).tolist()
    return centres


def _disturbed(gap: Gap, centre: complex, rng: np.random.Generator) -> Gap:
    noise: Array = np.linalg.cholesky(gap.covariance) @ rng.standard_normal(2)
    return replace(gap, value=centre + complex(*noise))

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
    deviation = float(norms_of(PILOT_NORMS, PILOT_ROOT)[:, 0].std())
    for off in OFF:
        powers[WAVES, off] = betting_power(off * wave_mean() / wave_deviation(), WAVE_DRAWS)
        powers[NORM, off] = betting_power(off * norm_theory()[1] / deviation, NORM_DRAWS)
    return powers


def betting_power(deviations: float, draws: int) -> float:
    r"""Return the power of betting against a mean that is so many deviations off.

    With the bet :math:`\beta=\sqrt{2L/n}/s`, :math:`L=\log(2/\alpha)`, the logarithm of the capital
    after n draws is to second order normal with mean :math:`\sqrt{2Ln}\,\delta-L` and variance
    :math:`2L`; it has to reach L.
    """
    need = math.sqrt(2 * math.log(2 / (1 - LEVEL)))
    return float(norm.cdf(deviations * math.sqrt(draws) - need))


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

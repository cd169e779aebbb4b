"""True claims, judged at several error budgets, and judged with planted errors."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.stats import norm

from repeated.claims import (
    DIAGONAL,
    EXPONENT,
    HIDDEN,
    LEADING,
    NORM,
    OFF_DIAGONAL,
    OWN,
    WAVES,
    Array,
    Outcomes,
    Setting,
    gaps_of,
    norm_theory,
    norms_of,
    predicted,
    rejects_exponent,
    rejects_norm,
    rejects_term,
    rejects_wave,
    wave_mean,
    waves_of,
)
from rmtcheck.decoupling.rate import Gap, LeadingTerm, exponent, leading_term
from rmtcheck.decoupling.verdicts import DERIVED

BUDGETS = (0.05, 0.01)
WAVE_DRAWS, NORM_DRAWS, LOOKS = 1000, 400, 20
_THREE = ((64, 128), (128, 128), (256, 128))
SETTINGS = (
    Setting("linear, diagonal", DIAGONAL, 0.1 + 0.3j, _THREE),
    Setting("linear, off-diagonal", OFF_DIAGONAL, -0.05 + 0.15j, _THREE),
    Setting("hidden, fixed readout", HIDDEN, 0.1 + 0.3j, _THREE),
    Setting("tanh(u)^2", OWN, 0.3 + 1j, (*_THREE, (512, 128))),
)
HALVED = f"{LEADING}, standard errors halved"
BARE = f"{LEADING}, standard errors halved, nothing for omitted terms"
LARGEST = f"{LEADING}, the gap at the largest size taken for it"
STRAIGHT = f"{EXPONENT}, a straight line from the first to the last size"
WAVES_LOOKED = f"{WAVES}, a normal interval at every look"
NORM_LOOKED = f"{NORM}, a normal interval at every look"
ANSWERED = {LEADING: f"{LEADING}, a box was found", EXPONENT: f"{EXPONENT}, an interval was found"}
"""What a method must do before it can refute anything."""
PLANTED = (BARE, LARGEST, STRAIGHT, WAVES_LOOKED, NORM_LOOKED)
"""Wrong methods, whose refutations of true claims must exceed the budget."""


def part(setting: Setting) -> str:
    return f"{LEADING}, {setting.name}"


def gap(seed: int) -> Outcomes:
    """Judge the leading term and the exponent of one of the weights, in turn."""
    setting = SETTINGS[seed % len(SETTINGS)]
    gaps, found = gaps_of(setting, seed), Outcomes()
    for budget in BUDGETS:
        for name, refuted in _judged(setting, gaps, budget).items():
            found[name, budget] = refuted
    return found


def _judged(setting: Setting, gaps: list[Gap], budget: float) -> dict[str, bool]:
    b, level = predicted(setting), 1 - budget
    bold = leading_term([overconfident(gap) for gap in gaps], level)
    term, slope = leading_term(gaps, level), exponent(gaps, level)
    refuted = rejects_term(term, b, setting)
    return {
        ANSWERED[LEADING]: term.order > 0,
        ANSWERED[EXPONENT]: slope.order > 0,
        LEADING: refuted,
        part(setting): refuted,
        EXPONENT: rejects_exponent(slope, DERIVED),
        HALVED: rejects_term(bold, b, setting),
        BARE: rejects_term(without_allowance(bold), b, setting),
        LARGEST: is_outside(gaps[-1], b, budget),
        STRAIGHT: is_off_the_line(gaps[0], gaps[-1], budget),
    }


def overconfident(gap: Gap) -> Gap:
    """Return the gap with half its standard errors."""
    (a, b), (_, c) = gap.covariance
    return replace(gap, covariance=((a / 4, b / 4), (b / 4, c / 4)))


def without_allowance(term: LeadingTerm) -> LeadingTerm:
    """Return the term with nothing in its box for omitted terms."""
    re, im = np.subtract(term.half_widths, term.truncation).tolist() if term.order else (1, 1)
    return replace(term, half_widths=(re, im), truncation=(0.0, 0.0))


def is_outside(gap: Gap, value: complex, alpha: float) -> bool:
    """Whether a value lies outside the box of one gap alone."""
    off, reach = value - gap.value, float(norm.isf(alpha / 4))
    return abs(off.real) > reach * gap.errors[0] or abs(off.imag) > reach * gap.errors[1]


def is_off_the_line(first: Gap, last: Gap, alpha: float) -> bool:
    """Whether the slope between two sizes, no correction made, excludes the true exponent."""
    off = math.log(abs(last.value / first.value))
    error = math.hypot(first.relative_error, last.relative_error)
    return abs(off) > float(norm.isf(alpha / 2)) * error


def wave(seed: int) -> Outcomes:
    """Judge a mean that is known exactly, stopping at the first look that refutes it."""
    values, found = waves_of(WAVE_DRAWS, seed), Outcomes()
    for budget in BUDGETS:
        looks = prefixes(values)
        found[WAVES, budget] = any(rejects_wave(seen, budget, WAVE_DRAWS) for seen in looks)
        found[WAVES_LOOKED, budget] = is_missed_at_a_look(values, wave_mean(), budget)
    return found


def block_norm(seed: int) -> Outcomes:
    """Judge the limit of a norm, stopping at the first look that refutes it."""
    rows, found = norms_of(NORM_DRAWS, seed), Outcomes()
    for budget in BUDGETS:
        looks = prefixes(rows)
        found[NORM, budget] = any(rejects_norm(seen, budget, NORM_DRAWS) for seen in looks)
        mean = norm_theory()[0].value
        found[NORM_LOOKED, budget] = is_missed_at_a_look(rows[:, 0], mean, budget)
    return found


def prefixes(rows: Array) -> Iterator[Array]:
    """Yield what is known at each look."""
    yield from (rows[: len(rows) * look // LOOKS] for look in range(1, LOOKS + 1))


def is_missed_at_a_look(values: Array, mean: float, alpha: float) -> bool:
    """Whether the normal interval for a fixed number of draws misses the mean at some look."""
    reach = float(norm.isf(alpha / 2))
    return any(
        abs(float(seen.mean()) - mean) * math.sqrt(len(seen)) > reach * float(seen.std(ddof=1))
        for seen in prefixes(values)
    )

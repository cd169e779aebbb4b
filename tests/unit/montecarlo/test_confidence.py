"""Validity by simulation at a loose level; a test fails by chance with probability below 1e-6."""

import itertools
import math
import secrets

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo import confidence
from rmtcheck.montecarlo.confidence import (
    ErrorBudget,
    bounded_interval,
    interval,
    lower_bound,
    smallest_detectable,
)
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.observations import Sample

ALPHA, REPETITIONS, CHANCE = 0.1, 400, 1e-6
# draws at which the sequence may stop; the bound is a running supremum over all of them
HORIZON, DRAWS = 200, 400

POSITIVE = {
    "constant": (lambda g, n: np.ones(n), 1.0),
    "exponential": (lambda g, n: g.exponential(size=n), 1.0),
    "lognormal": (lambda g, n: g.lognormal(0, 1.5, n), math.exp(1.125)),
    "infinite variance": (lambda g, n: g.pareto(1.5, n), 2.0),
    "rare": (lambda g, n: (g.random(n) < 0.01) * 1.0, 0.01),
    "two points": (lambda g, n: (g.random(n) < 0.5) * 1.0, 0.5),
    "nearly certain": (lambda g, n: (g.random(n) < 0.98) * 1.0, 0.98),
    "close": (lambda g, n: g.uniform(0.9, 1.1, n), 1.0),
}


def generator(name):
    return stream(secrets.randbits(64), name, 0)


def too_many(alarms, level):
    """Whether so many false alarms have a probability below CHANCE at the stated level."""
    return binom.sf(alarms - 1, REPETITIONS, level) < CHANCE


def misses_mean(mean, method, *arguments):
    """Whether the interval misses the mean; an empty one, which raises, is a miss too."""
    try:
        sample = method(*arguments, ALPHA, HORIZON)
    except DomainError as error:
        if "contradict" not in str(error):
            raise
        return True
    return not sample.low <= mean <= sample.high


@pytest.mark.parametrize("law", POSITIVE)
def test_lower_bound_holds_under_optional_stopping(law):
    sample, mean = POSITIVE[law]
    g = generator(law)
    bounds = [lower_bound(sample(g, DRAWS), ALPHA, HORIZON) for _ in range(REPETITIONS)]
    assert not too_many(sum(b > mean for b in bounds), ALPHA)


def test_the_coverage_test_notices_an_interval_that_ignores_peeking():
    """A one-sided z-interval looked at after every draw has far more false alarms."""
    g, alarms, counts = generator("peeking"), 0, np.arange(1, DRAWS + 1)
    for _ in range(REPETITIONS):
        y = g.exponential(size=DRAWS)
        lower = np.cumsum(y) / counts - 1.2816 / np.sqrt(counts)
        alarms += bool((lower > 1).any())
    assert too_many(alarms, ALPHA)


def test_interval_holds_for_heavy_tails():
    """Y = U min(1, |cos|) with U lognormal: E Y = E U * 2/pi."""
    g, misses = generator("interval"), 0
    mean = math.exp(0.5)
    for _ in range(REPETITIONS):
        u = g.lognormal(size=DRAWS)
        y = u * np.abs(np.cos(g.uniform(0, 2 * math.pi, DRAWS)))
        misses += misses_mean(mean * 2 / math.pi, interval, y, u, mean)
    assert not too_many(misses, ALPHA)


def test_interval_spends_half_its_level_on_each_side():
    """Simulation cannot see an error of two in the level; the identity can."""
    g = generator("split")
    u = g.exponential(size=300)
    y = u * g.random(300)
    sample = interval(y, u, 1.0, 0.01, 300)
    assert sample.low == lower_bound(y, 0.005, 300)
    assert sample.high == 1.0 - lower_bound(u - y, 0.005, 300)


def test_bounded_interval_holds_for_signed_variables():
    g, misses = generator("bounded"), 0
    for _ in range(REPETITIONS):
        misses += misses_mean(0.0, bounded_interval, g.uniform(-1, 1, DRAWS), -1, 1)
    assert not too_many(misses, ALPHA)


def test_interval_rejects_errors_of_ten_per_cent():
    """Five standard deviations of the mean lie between the width and ten per cent."""
    sample = bounded_interval(generator("power").random(5000), 0, 1, 1e-6, 5000)
    assert sample.low < 0.5 < sample.high
    assert not sample.low <= 0.45 <= sample.high
    assert not sample.low <= 0.55 <= sample.high
    assert smallest_detectable(sample) < 0.1


def test_width_shrinks_with_draws():
    """Four times the draws, about half the width; no randomness here."""
    y = np.tile([0.2, 0.8], 8000)
    errors = [0.5 - lower_bound(y[:n], 1e-3, n) for n in (1000, 4000, 16000)]
    assert all(later < 0.6 * earlier for earlier, later in itertools.pairwise(errors))


def test_bound_never_falls_with_more_draws():
    y = generator("monotone").exponential(size=300)
    bounds = [lower_bound(y[:n], 0.1, 100) for n in range(1, 301, 7)]
    assert all(b >= a * (1 - 1e-9) for a, b in itertools.pairwise(bounds))


@pytest.mark.parametrize("need", [0.1, 2.0, 20.0])
@pytest.mark.parametrize("y", [np.ones(300), np.tile([1.0, 0.0], 99), np.zeros(50)])
def test_bets_stay_below_ruin(y, need):
    """Validity needs every factor 1 + bet (y/m - 1) positive at y = 0: a bet below 1."""
    bets = confidence._bets(y, need, 100)
    assert (bets > 0).all()
    assert (bets < 1).all()


def test_a_zero_after_certainty_does_not_ruin_the_capital():
    assert 0 < lower_bound([1.0] * 300 + [0.0], 0.01, 300) < 1


def test_bets_do_not_look_ahead():
    """Changing the last value changes no bet, not even its own."""
    y = generator("ahead").exponential(size=50)
    changed = y.copy()
    changed[-1] *= 0.5
    assert np.array_equal(confidence._bets(y, 2.0, 50), confidence._bets(changed, 2.0, 50))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=40), st.sampled_from([1e-200, 0.3, 1e200]))
def test_bound_is_scale_equivariant(values, factor):
    y = np.round(np.array(values), 6)
    base = lower_bound(y, 0.1, 40)
    assert lower_bound(y * factor, 0.1, 40) == pytest.approx(base * factor, rel=1e-6)


def test_reference_capital():
    """The bound is where a capital computed by a plain loop crosses 1/alpha."""
    y, alpha, horizon = generator("loop").exponential(size=80), 0.2, 80

    def capital(m):
        best = wealth = 1.0
        for k, value in enumerate(y):
            past = y[:k]
            scatter = k * np.var(past) / np.mean(past) ** 2 if k else 0.0
            spread = (1 + scatter) / (k + 1)
            bet = min(0.9, math.sqrt(2 * math.log(1 / alpha) / (max(horizon, k + 1) * spread)))
            wealth *= 1 + bet * (value / m - 1)
            best = max(best, wealth)
        return best

    bound = lower_bound(y, alpha, horizon)
    assert capital(bound * (1 - 1e-6)) >= 1 / alpha > capital(bound * (1 + 1e-6))


def test_zeros_prove_nothing():
    assert lower_bound(np.zeros(10), 0.1, 10) == 0
    assert lower_bound([0.0] * 500 + [1.0], 0.1, 500) < 0.1


def test_a_wrong_dominating_mean_is_noticed():
    with pytest.raises(DomainError, match="contradict"):
        interval(np.full(2000, 0.5), 1.0, 0.9, 1e-6, 2000)


def test_detectable_error():
    assert smallest_detectable(Sample(mean=0.0, low=0.0, high=1.0, draws=1, alpha=0.1)) == math.inf


def test_budget_records_and_ends():
    budget = ErrorBudget(1e-6)
    assert budget.share("a", 4e-7) == 4e-7
    assert budget.shares == {"a": 4e-7}
    assert budget.left == pytest.approx(6e-7)
    with pytest.raises(DomainError, match="left"):
        budget.share("b", 6.1e-7)
    with pytest.raises(DomainError, match="already"):
        budget.share("a", 1e-9)


@pytest.mark.parametrize("parts", [1, 3, 7, 68, 101])
def test_equal_shares_fit_and_use_all(parts):
    budget = ErrorBudget(1e-6)
    alpha = budget.equal_share(parts)
    for k in range(parts):
        budget.share(str(k), alpha)
    assert budget.left < 1e-18


@pytest.mark.parametrize(
    "call",
    [
        lambda: lower_bound([], 0.1, 10),
        lambda: lower_bound([-1.0], 0.1, 10),
        lambda: lower_bound([math.nan], 0.1, 10),
        lambda: lower_bound([math.inf], 0.1, 10),
        lambda: lower_bound([[1.0]], 0.1, 10),
        lambda: lower_bound([1.0], 0, 10),
        lambda: lower_bound([1.0], 1, 10),
        lambda: lower_bound([1.0], 0.1, 0),
        lambda: interval([1.0], [0.5], 1.0, 0.1, 10),
        lambda: interval([1.0], [math.nan], 1.0, 0.1, 10),
        lambda: interval([1.0], [math.inf], 1.0, 0.1, 10),
        lambda: interval([1.0, 1.0], [2.0, 2.0, 2.0], 1.0, 0.1, 10),
        lambda: interval([1.0], 2.0, math.nan, 0.1, 10),
        lambda: bounded_interval([2.0], 0, 1, 0.1, 10),
        lambda: bounded_interval([0.5], 1, 0, 0.1, 10),
        lambda: ErrorBudget(0),
        lambda: ErrorBudget().share("a", 0),
        lambda: ErrorBudget().equal_share(0),
    ],
)
def test_refuses_bad_arguments(call):
    with pytest.raises(DomainError):
        call()

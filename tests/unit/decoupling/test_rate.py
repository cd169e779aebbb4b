"""The statistics on synthetic gaps of known truth; chance fails a test below once in 1e6 runs."""

import math
import secrets

import numpy as np
import pytest
from scipy.stats import binom

from rmtcheck.decoupling import expansion, rate
from rmtcheck.decoupling.rate import Gap, LeadingTerm, exponent, leading_term
from rmtcheck.decoupling.verdicts import DERIVED, PRINTED, Verdict, judge_exponent
from rmtcheck.decoupling.verdicts import judge_leading_term as judge
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream

REPETITIONS, CHANCE, LEVEL = 200, 1e-6, 0.9
SIZES = (64, 128, 256, 512, 1024)
B = -1.2 + 2.65j
BOUND = 120.0


@pytest.fixture
def rng():
    return stream(secrets.randbits(64), "tests of rate", 0)


def synthetic(rng, b=B, *, ratio=0.2, noise=0.02, eta=0.0, sizes=SIZES):
    """Draw gaps u^eta (b + f_1 u + ...), |f_k| = |b| ratio^k, with correlated noise."""
    terms = [b, *((abs(b) or 3) * ratio**k * phase(rng) for k in range(1, 9))]
    root = noise * np.array([[1.0, 0.0], [0.5, 0.8]])
    covariance = tuple(map(tuple, (root @ root.T).tolist()))
    gaps = []
    for N in sizes:
        u = sizes[0] / N
        g = u**eta * sum(f * u**k for k, f in enumerate(terms))
        g += complex(*(root @ rng.standard_normal(2)))
        gaps.append(Gap(N, complex(g), covariance, 1000))
    return gaps


def phase(rng):
    return np.exp(2j * np.pi * rng.random())


def too_many(misses, level=LEVEL):
    return binom.sf(misses - 1, REPETITIONS, 1 - level) < CHANCE


def too_few(hits, share):
    return binom.cdf(hits, REPETITIONS, share) < CHANCE


def count(event):
    return sum(bool(event()) for _ in range(REPETITIONS))


# ------------------------------------------------------------------------------- coverage

TRUTHS = [
    {"ratio": 0.25},
    {"ratio": 0.01},
    {"ratio": 0.25, "noise": 0.002},
    {"ratio": 0.2, "noise": 0.2},
    {"sizes": SIZES[:3]},
    {"sizes": (64, 100, 200, 2000)},
]


@pytest.mark.parametrize("truth", TRUTHS, ids=str)
def test_both_intervals_cover_at_their_level(rng, truth):
    missed = [0, 0]
    for _ in range(REPETITIONS):
        gaps = synthetic(rng, **truth)
        missed[0] += not leading_term(gaps, LEVEL).contains(B)
        missed[1] += not exponent(gaps, LEVEL).contains(-1)
    assert not any(map(too_many, missed)), missed


def test_a_leading_term_of_zero_is_covered(rng):
    assert not too_many(count(lambda: not leading_term(synthetic(rng, 0), LEVEL).contains(0)))


@pytest.mark.parametrize("eta", [-0.5, 0.5, 1.0])
def test_any_exponent_is_covered(rng, eta):
    def missed():
        gaps = synthetic(rng, eta=eta, noise=0.002)
        return not exponent(gaps, LEVEL).contains(-1 - eta)

    assert not too_many(count(missed))


def test_noise_alone_is_covered_exactly():
    """Without omitted terms and without doubt the intervals would be those of least squares."""
    rng = stream(secrets.randbits(64), "tests of rate", 1)
    fits = [rate._fit_values(synthetic(rng, ratio=0.0), 2) for _ in range(REPETITIONS)]
    misses = sum(abs(f.parameters[0] - B.real) > f.noise(0, 0.1) for f in fits)
    assert not too_many(misses)
    assert not too_few(misses, 0.1)


def test_intervals_that_forget_the_noise_are_caught(rng):
    def missed():
        fit = rate._fit_values(synthetic(rng, ratio=0.0, noise=0.1), 2)
        return abs(fit.parameters[0] - B.real) > 0.3 * fit.noise(0, 1 - LEVEL)

    assert too_many(count(missed))


def test_intervals_that_forget_the_omitted_terms_are_caught(rng):
    def missed():
        fit = rate._fit_values(synthetic(rng, noise=0.0005, ratio=0.25), 1)
        return abs(fit.parameters[0] - B.real) > fit.noise(0, 1 - LEVEL)

    assert too_many(count(missed))


def test_errors_that_are_stated_too_small_are_caught(rng):
    def missed():
        gaps = [Gap(g.N, g.value, ((4e-6, 0), (0, 4e-6)), 9) for g in synthetic(rng, noise=0.3)]
        return not leading_term(gaps, LEVEL).contains(B) or not leading_term(gaps).order

    assert too_many(count(missed))


# --------------------------------------------------------------------------------- power


def test_the_right_prediction_agrees_and_ten_percent_are_rejected(rng):
    terms = [leading_term(synthetic(rng, noise=0.01)) for _ in range(REPETITIONS)]
    verdicts = {
        factor: [judge(term, B * factor, BOUND).verdict for term in terms]
        for factor in (1, 1.1, 0.9, 1 + 0.1j, 1 - 0.1j)
    }
    assert not too_few(verdicts.pop(1).count(Verdict.AGREES), 0.98)
    for wrong in verdicts.values():
        assert not too_few(wrong.count(Verdict.REJECTED), 0.98)


def test_exponents_off_by_a_half_are_rejected(rng):
    found = [exponent(synthetic(rng, noise=0.02)) for _ in range(REPETITIONS)]
    verdicts = {e: [judge_exponent(f, e).verdict for f in found] for e in (-1.5, DERIVED, PRINTED)}
    assert not too_few(verdicts[DERIVED].count(Verdict.AGREES), 0.98)
    for wrong in (-1.5, PRINTED):
        assert not too_few(verdicts[wrong].count(Verdict.REJECTED), 0.98)


@pytest.mark.parametrize(("eta", "true"), [(-0.5, PRINTED), (0.5, -1.5)])
def test_where_another_exponent_is_true_the_derived_one_is_rejected(rng, eta, true):
    found = [exponent(synthetic(rng, eta=eta, noise=0.01)) for _ in range(REPETITIONS)]
    assert not too_few([judge_exponent(f, true).verdict for f in found].count("agrees"), 0.98)
    assert not too_few([judge_exponent(f).verdict for f in found].count("rejected"), 0.98)


def test_no_leading_term_agrees_with_zero_and_not_with_another(rng):
    terms = [leading_term(synthetic(rng, 0)) for _ in range(REPETITIONS)]
    zero = [judge(term, 1e-14j, BOUND).verdict for term in terms]
    assert not too_few(zero.count(Verdict.AGREES), 0.98)
    wrong = [judge(term, B, BOUND).verdict for term in terms]
    assert not too_few(wrong.count(Verdict.REJECTED), 0.98)


@pytest.mark.parametrize("noise", [1.0, 30.0])
def test_much_noise_has_no_power(rng, noise):
    gaps = synthetic(rng, noise=noise)
    if leading_term(gaps).contains(B):
        assert judge(leading_term(gaps), B, BOUND).verdict == Verdict.NO_POWER
    assert judge_exponent(exponent(gaps)).verdict == Verdict.NO_POWER


def test_estimates_that_no_model_fits_have_no_power():
    noise = ((1e-6, 0), (0, 1e-6))
    gaps = [Gap(N, (-1) ** k + 2, noise, 99) for k, N in enumerate(SIZES)]
    assert leading_term(gaps).order == 0
    assert leading_term(gaps).width == math.inf
    assert judge(leading_term(gaps), 2, BOUND).verdict == Verdict.NO_POWER
    assert judge_exponent(exponent(gaps)).reason == "too noisy, or no model fits"


@pytest.mark.parametrize("noise", [((0.0, 0.0), (0.0, 0.0)), ((1e-320, 0.0), (0.0, 0.0))])
def test_draws_that_all_agree_have_no_power(noise):
    gaps = [Gap(N, 1e-300 + 0j, noise, 99) for N in SIZES]
    assert judge(leading_term(gaps), 2, BOUND).verdict == Verdict.NO_POWER
    assert judge_exponent(exponent(gaps)).verdict == Verdict.NO_POWER


def test_noise_in_one_direction_is_fitted():
    """A covariance of rank one, whose other variance rounding may make negative."""
    noise = ((1e-6, 1e-6), (1e-6, 1e-6 * (1 - 1e-15)))
    gaps = [Gap(N, 2 + 1j + (1 + 1j) / N, noise, 99) for N in SIZES]
    assert leading_term(gaps).contains(2 + 1j)
    assert not leading_term(gaps).contains(2.2 + 1j)
    assert exponent(gaps).contains(-1)


def test_a_tiny_prediction_is_no_zero_beside_a_tiny_scale():
    term = LeadingTerm(2, 0.99, 0.5, value=3.6e-8j, half_widths=(1e-10, 1e-10))
    assert judge(term, 3.6e-8j, 1e-8).verdict == Verdict.AGREES
    assert judge(term, 4e-8j, 1e-8).verdict == Verdict.REJECTED
    assert judge(term, 0j, 1e-8).verdict == Verdict.REJECTED


# ----------------------------------------------------------------------------- algebra


@pytest.mark.parametrize("power", [2, 3, 4])
def test_the_move_by_an_omitted_term_is_that_of_a_fit(rng, power):
    gaps = synthetic(rng, noise=0.01)
    changed = [Gap(g.N, g.value + (64 / g.N) ** power * 1j, g.covariance, 9) for g in gaps]
    one, other = (rate._fit_values(g, 1) for g in (gaps, changed))
    moves = one._moves[power - 2] / expansion.DECAY ** (power - 1)
    assert np.allclose(other.parameters - one.parameters, moves @ [0, 1])


def test_exact_gaps_give_the_exact_answer(rng):
    gaps = synthetic(rng, ratio=0.0, noise=1e-9)
    assert abs(leading_term(gaps).value - B) < 1e-7
    assert abs(exponent(gaps).value + 1) < 1e-7


def test_small_sizes_enter_no_fit(rng):
    gaps = synthetic(rng)
    odd = Gap(32, 1e6, ((1.0, 0.0), (0.0, 1.0)), 5)
    assert leading_term([odd, *gaps]) == leading_term(gaps)


def test_the_order_of_the_sizes_does_not_matter(rng):
    gaps = synthetic(rng)
    assert leading_term(gaps[::-1]) == leading_term(gaps)
    assert exponent(gaps[::-1]) == exponent(gaps)


def test_an_unbounded_alias_tells_nothing(rng, monkeypatch):
    monkeypatch.setattr(expansion, "DECAY", 0.9)
    assert leading_term(synthetic(rng)).width == math.inf


# ------------------------------------------------------------------------------ misuse


@pytest.mark.parametrize("function", [leading_term, exponent])
@pytest.mark.parametrize(
    ("sizes", "level", "said"),
    [
        ((64, 128), 0.99, "at least 3 from 64 on"),
        ((16, 32, 64, 128), 0.99, "[16, 32, 64, 128]"),
        ((64, 64, 128), 0.99, "each may occur once"),
        (SIZES, 1.0, "level = 1.0"),
        (SIZES, math.nan, "level = nan"),
    ],
)
def test_misuse_is_told(rng, function, sizes, level, said):
    with pytest.raises(DomainError) as problem:
        function(synthetic(rng, sizes=sizes), level)
    assert said in str(problem.value)

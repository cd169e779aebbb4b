import math
import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.decay import Gap, adjusted_gap, decay, gap_disc, verdict
from rmtcheck.montecarlo.streams import stream

ALPHA = 0.05


@pytest.fixture(scope="module")
def rng():
    return stream(secrets.randbits(32), "decay", 0)


def drawn(mean, spread, n, rng):
    """Return n draws of a complex number as rows of two parts."""
    return spread * rng.standard_normal((n, 2)) + [mean.real, mean.imag]


@pytest.mark.parametrize("n", [4, 12, 200])
def test_discs_cover_the_mean_at_their_level(n, rng):
    mixed = np.array([[1.0, 0.9], [0.0, 0.2]])  # unequal axes
    trials = 3000
    discs = [gap_disc(drawn(0j, 1.0, n, rng) @ mixed, ALPHA) for _ in range(trials)]
    missed = sum(abs(disc.mean) > disc.radius for disc in discs)
    assert missed < trials * ALPHA + 6 * math.sqrt(trials * ALPHA)
    # a quarter of the radius is not enough: the level is not idle
    assert sum(abs(disc.mean) > disc.radius / 4 for disc in discs) > 2 * trials * ALPHA


@pytest.mark.parametrize(("power", "found"), [(-1, "survives"), (-0.5, "survives"), (0, "breaks")])
def test_verdicts_follow_the_power_that_was_planted(power, found, rng):
    sizes = (64, 256)
    wrong = 0
    for _ in range(100):
        means = {N: 3 * (N / 64) ** power * (0.6 + 0.8j) for N in sizes}
        gaps = {N: gap_disc(drawn(m, 0.5, 400, rng), 1e-3) for N, m in means.items()}
        wrong += verdict(gaps) != found
    assert wrong == 0


def test_noise_is_not_taken_for_decay_or_for_a_gap(rng):
    found = set()
    for _ in range(50):
        noise = {N: gap_disc(drawn(0j, 1.0, 50, rng), 1e-4) for N in (64, 256)}
        vague = {N: gap_disc(drawn(0.9 + 0j, 1.0, 60, rng), 1e-4) for N in (64, 128)}
        found |= {verdict(noise), verdict(vague)}
    assert found <= {"no gap seen", "undecided"}


def test_decay_is_infinite_where_a_disc_reaches_0():
    clear, vague = (Gap(mean=1 + 0j, radius=r, draws=9) for r in (0.5, 2.0))
    nothing = Gap(mean=0j, radius=0.0, draws=9)
    assert decay(clear, vague, 2)[0] == -math.inf
    assert decay(vague, clear, 2)[1] == math.inf
    assert decay(nothing, nothing, 2) == (-math.inf, math.inf)
    assert verdict({1: nothing, 2: nothing}) == "no gap seen"


def test_adjusting_removes_the_chance_part_and_keeps_the_mean(rng):
    n = 4000
    law, rest = rng.standard_normal((n, 2)), 0.1 * rng.standard_normal((n, 2))
    gap = law @ np.array([[1.0, 0.5], [-0.5, 1.0]]) + rest + [0.3, -0.2]
    rows = np.hstack([gap, law, law, law])
    plain, adjusted = (gap_disc(values, 1e-6) for values in (gap, adjusted_gap(rows)))
    assert abs(adjusted.mean - (0.3 - 0.2j)) < adjusted.radius < plain.radius / 8
    # a part whose mean is not 0 is not chance, and moves the result: stated as a condition
    rows[:, :2] += [1.0, 0.0]
    assert abs(gap_disc(adjusted_gap(rows), 1e-6).mean - (0.3 - 0.2j)) > 0.9


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: gap_disc(np.zeros((2, 2)), 0.1), r"shape \(2, 2\) must have shape \(n, 2\)"),
        (lambda: gap_disc(np.zeros((5, 2)), 1.0), "alpha = 1.0 must lie strictly between"),
        (lambda: adjusted_gap(np.zeros((3, 8))), r"rows of shape \(3, 8\) must be at least 4"),
        (lambda: verdict({5: Gap(mean=0j, radius=0.0, draws=3)}), "must have at least two sizes"),
        (lambda: decay(*[Gap(mean=0j, radius=0.0, draws=3)] * 2, 1), "growth = 1 must exceed 1"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(call, told):
    with pytest.raises(DomainError, match=told):
        call()

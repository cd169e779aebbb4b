import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.data_laws import CORRELATION, DATA_LAWS, SPIKE, draw_samples
from rmtcheck.montecarlo.streams import stream

DEVIATIONS = 6
"""Standard errors: chance fails one comparison in 1e8, on fresh randomness."""
LIGHT = sorted(DATA_LAWS.keys() - {"student_t5", "student_t3", "multivariate_t5"})


@pytest.fixture(scope="module")
def fresh():
    root = secrets.randbits(32)
    return lambda name: stream(root, name, 0)


def off_by(values, mean):
    """Return the distance of a sample mean from a number, in standard errors."""
    error = values.std(ddof=1) / np.sqrt(values.size)
    return abs(values.mean() - mean) / max(error, 1e-12)


def covariance(law):
    d = 20
    if law == "autoregressive":
        return CORRELATION ** abs(np.subtract.outer(np.arange(d), np.arange(d)))
    common = SPIKE / (d - 1) if law == "spiked" else 0.0
    return (1 - common) * np.eye(d) + common


@pytest.mark.parametrize("law", sorted(DATA_LAWS))
def test_entries_have_mean_0_and_the_covariance_of_the_law(law, fresh):
    X = draw_samples(law, 20, 20_000, fresh(law))
    expected = covariance(law)
    for k in (0, 11, 19):
        assert off_by(X[k], 0) < DEVIATIONS
        # entries of student_t3 have no fourth moment, so a square has no standard error
        for other in (12,) if law == "student_t3" else (k, 12):
            assert off_by(X[k] * X[other], expected[k, other]) < DEVIATIONS


def test_a_variance_that_is_off_by_a_tenth_is_noticed(fresh):
    X = draw_samples("student_t5", 20, 20_000, fresh("planted")) * np.sqrt(1.1)
    squares = (X**2).mean(axis=0)
    assert off_by(squares, 1.1) < DEVIATIONS < off_by(squares, 1)


@pytest.mark.parametrize("law", sorted(LIGHT))
def test_stated_kurtosis(law, fresh):
    fourth = draw_samples(law, 20, 50_000, fresh(f"kurtosis {law}"))[3] ** 4
    stated = 3 + DATA_LAWS[law].kurtosis
    assert off_by(fourth, stated) < DEVIATIONS < off_by(fourth, 1.4 * stated)


@pytest.mark.parametrize("law", sorted(DATA_LAWS))
def test_radii_concentrate_unless_samples_have_their_own(law, fresh):
    def spread(d):
        radii = (draw_samples(law, d, 2000, fresh(f"radii {law} {d}")) ** 2).mean(axis=0)
        return np.subtract(*np.percentile(radii, [75, 25]))

    ratio = spread(1600) / max(spread(25), 1e-300)
    assert ratio > 0.7 if law == "multivariate_t5" else ratio < 0.4


@pytest.mark.parametrize(
    ("law", "d", "N", "told"),
    [
        ("cauchy", 3, 3, "'cauchy' must be one of gaussian"),
        ("gaussian", 0, 3, "d = 0 must be an integer of at least 1"),
        ("gaussian", 3, 2.5, "N = 2.5 must be an integer"),
        ("spiked", 10, 3, "d = 10 must exceed 10"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(law, d, N, told):
    with pytest.raises(DomainError, match=told):
        draw_samples(law, d, N, stream(0, "refused", 0))

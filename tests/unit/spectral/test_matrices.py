"""Drawn matrices against the exact means of their first two spectral moments at their size."""

from fractions import Fraction

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.laws.semicircle import Semicircle
from rmtcheck.spectral.matrices import draw_weighted_gram, draw_wigner
from rmtcheck.spectral.measures import DiscreteMeasure

DRAWS, D = 400, 24
ERRORS = 6.5
"""Standard errors allowed: a true mean is missed about once in 1e10 tests."""


def gram_means(mean, square, d, N):
    r"""E tr A / d and E tr A^2 / d of (1/N) sum lambda x x', from E|x|^4 = d(d + 2)."""
    return mean, square * (d + 2) / N + (1 - 1 / N) * mean**2


SIGNED = DiscreteMeasure([-1, 0, 3], [Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)])
CASES = [
    (MarchenkoPastur(0.5, 3.0), gram_means(3.0, 9.0, D, 48)),
    (MarchenkoPastur(8), gram_means(1.0, 1.0, D, 3)),
    (GeneralizedMarchenkoPastur(SIGNED, 0.5), gram_means(1.25, 4.75, D, 48)),
    (Semicircle(2.0), (0.0, 2.0 * (D + 1) / D)),
]


def scores(matrices, means):
    """Distances of both mean moments from their means, in standard errors."""
    moments = np.array([[np.trace(A) / D, np.trace(A @ A) / D] for A in matrices])
    errors = moments.std(axis=0, ddof=1) / np.sqrt(len(moments))
    return abs(moments.mean(axis=0) - means) / errors


def drawn(law):
    return [law.draw(D, rng=stream(3, f"matrices {law!r}", k)) for k in range(DRAWS)]


@pytest.mark.parametrize(("law", "means"), CASES, ids=lambda case: repr(case)[:40])
def test_moments_have_their_means(law, means):
    matrices = drawn(law)
    assert all(np.array_equal(A, A.T) for A in matrices)
    assert max(scores(matrices, means)) < ERRORS


@pytest.mark.parametrize(("law", "means"), CASES, ids=lambda case: repr(case)[:40])
def test_second_moments_of_a_fifth_more_are_noticed(law, means):
    assert scores(drawn(law), (means[0], 1.2 * means[1]))[1] > ERRORS


def test_columns_are_drawn_in_parts():
    """More columns than are drawn at once: with equal weights 1 the mean of the trace is 1."""
    A = draw_weighted_gram(1, 1e-4, lambda count, rng: np.ones(count), stream(3, "parts", 0))
    assert abs(A[0, 0] - 1) < 6.5 * np.sqrt(2e-4)
    assert A[0, 0] != 1


def test_no_column_is_left():
    with pytest.raises(DomainError, match="dimension is 3; more than 5 is needed"):
        MarchenkoPastur(10.0).draw(3, rng=stream(3, "never used", 0))


@pytest.mark.parametrize("dimension", [0, -1, 2.5, "3", None, True, 10**9])
def test_impossible_dimensions_are_named(dimension):
    with pytest.raises(DomainError, match="dimension is"):
        draw_wigner(dimension, 1.0, stream(3, "never used", 0))


def test_foreign_generators_are_named():
    with pytest.raises(DomainError, match="rng is 5"):
        draw_wigner(3, 1.0, 5)


def test_atoms_are_drawn_by_their_weights():
    measure = DiscreteMeasure([-1.0, 0.5, 2.0], [0.2, 0.3, 0.5])
    sample = measure.sample(40_000, stream(3, "atoms", 0))
    shares = np.array([np.mean(sample == atom) for atom in measure.atoms])
    errors = np.sqrt(measure.weights * (1 - measure.weights) / len(sample))
    assert np.all(abs(shares - measure.weights) < ERRORS * errors)
    assert np.any(abs(shares - [0.2, 0.35, 0.45]) > ERRORS * errors)

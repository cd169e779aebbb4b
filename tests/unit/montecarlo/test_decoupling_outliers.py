import secrets

import numpy as np
import pytest
import scipy.optimize
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.outliers import (
    EXTREMES,
    extremes,
    extremes_of_draw,
    squared_projections,
)
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.samples import logit
from rmtcheck.vocabulary.symbols import N as SAMPLES

DEVIATIONS = 6
GRID = np.linspace(-12, 12, 24_001)
DENSITY = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()
u = logit[1]


def predicted(values, gamma):
    """Return edge, location and overlap to the right of the bulk, by sums over a fine grid.

    With the dual variable u the edge has g(u) = gamma, the outlier E[lambda(w^2-1)/(u-lambda)] =
    gamma, and the overlap is x'(u)/(x'(u) + E[(lambda w/(u-lambda))^2]).
    """

    def mean(formula):
        return lambda at: (DENSITY * formula(at)).sum()

    spread = mean(lambda at: (values / (at - values)) ** 2)
    excess = mean(lambda at: values * (GRID**2 - 1) / (at - values))
    image = mean(lambda at: gamma * at + values * at / (at - values))
    steep = mean(lambda at: (GRID * values / (at - values)) ** 2)
    edge = scipy.optimize.brentq(lambda at: spread(at) - gamma, values.max() * 1.0001, 1e3)
    at = scipy.optimize.brentq(lambda at: excess(at) - gamma, edge, 1e3)
    rise = gamma - spread(at)
    return image(edge), image(at), rise / (rise + steep(at))


@pytest.fixture(scope="module")
def drawn():
    """Return 60 draws at gamma = 1/10 of a weight that grows with the field."""
    weight = local_weight(WeightedGram(1 / SAMPLES, u**2 / (1 + u**2)))
    rng = stream(secrets.randbits(32), "outliers", 0)
    rows = [extremes_of_draw(rng, weight=weight, d=120, N=1200) for _ in range(60)]
    return dict(zip(EXTREMES.columns, np.array(rows).T, strict=True))


def off_by(values, number):
    return abs(values.mean() - number) / (values.std(ddof=1) / np.sqrt(values.size))


def test_location_and_overlap_of_an_outlier_are_the_derived_ones(drawn):
    edge, location, overlap = predicted(GRID**2 / (1 + GRID**2), 0.1)
    assert off_by(drawn["largest"], location) < DEVIATIONS
    assert off_by(drawn["overlap_largest"], overlap) < DEVIATIONS
    # and what is false is noticed: no outlier, a tenth off, another aspect ratio
    _, elsewhere, other = predicted(GRID**2 / (1 + GRID**2), 0.2)
    for wrong in (edge, 1.1 * location, elsewhere):
        assert off_by(drawn["largest"], wrong) > DEVIATIONS
    assert off_by(drawn["overlap_largest"], other) > DEVIATIONS


def test_the_copy_and_the_other_end_do_not_see_the_rows(drawn):
    for name in ("copy_overlap_largest", "copy_overlap_smallest", "overlap_smallest"):
        assert np.median(drawn[name]) < 0.05 < np.median(drawn["overlap_largest"])
    assert drawn["copy_largest"].mean() < drawn["largest"].mean()
    assert drawn["next_to_largest"].mean() < drawn["largest"].mean()


def test_one_row_is_the_row_space(drawn):
    np.testing.assert_allclose(drawn["overlap_largest"], drawn["row_overlap_largest"], rtol=1e-9)


def test_extremes_are_those_of_the_whole_spectrum():
    A = stream(0, "symmetric", 0).standard_normal((9, 9))
    values, vectors = np.linalg.eigh(A + A.T)
    found = extremes(A + A.T)
    np.testing.assert_allclose(found.values, values[[0, 1, -2, -1]], rtol=1e-12)
    np.testing.assert_allclose(abs((found.vectors * vectors[:, [0, -1]]).sum(axis=0)), 1)


def test_projections_do_not_depend_on_the_basis():
    rng = stream(0, "basis", 0)
    V, q = rng.standard_normal((2, 6)), rng.standard_normal((6, 3))
    mixed = np.array([[1.0, 2.0], [0.0, -3.0]]) @ V
    np.testing.assert_allclose(squared_projections(q, V), squared_projections(q, mixed))
    np.testing.assert_allclose(squared_projections(V.T / np.linalg.norm(V, axis=1), V), 1)


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ({"d": 3, "N": 5}, "d = 3 must be an integer of at least 4"),
        ({"d": 8, "N": 0}, "N = 0 must be an integer of at least 1"),
        ({"d": 8, "N": 5, "row": 2}, "row = 2 must be at most the number of fields, 1"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(sizes, told):
    weight = local_weight(WeightedGram(1 / SAMPLES, sympy.tanh(u) ** 2))
    with pytest.raises(DomainError, match=told):
        extremes_of_draw(stream(0, "refused", 0), weight=weight, **sizes)

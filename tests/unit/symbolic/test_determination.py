"""Which data determine a measure, and which make sequences converge."""

import pytest
import sympy
from sympy import I, Interval, Tuple

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic import determination, weak_convergence
from rmtcheck.symbolic.determination import compare_data, indistinguishable, reconstruction
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.inversion import PointLimit
from rmtcheck.symbolic.weak_convergence import compare_criterion, transform_criterion
from rmtcheck.vocabulary.measures import (
    BoundedProbabilityMeasures,
    Mass,
    Moment,
    ProbabilityMeasures,
    SignedMeasures,
    Stieltjes,
    SubProbabilityMeasures,
    mu,
)
from rmtcheck.vocabulary.symbols import R, a, b, k, z

ALL = ProbabilityMeasures()
TRANSFORM = Tuple(Stieltjes(mu, z))
POORER = [
    Tuple(Stieltjes(mu, I)),
    Tuple(Stieltjes(mu, I), Stieltjes(mu, 2 + I)),
    Tuple(Moment(mu, 1), Moment(mu, 2)),
    Tuple(Moment(mu, k)),
    Tuple(Mass(mu, Interval(0, 1)), Moment(mu, 1)),
]


def test_the_transform_recovers_closed_intervals():
    assert reconstruction(mu).result.has(Stieltjes)


def test_a_wrong_inversion_is_noticed(monkeypatch):
    real = determination.inversion_limit

    def planted(quantity):
        found = real(quantity)
        whole = {name: sympy.ceiling(value) for name, value in found.result.values.items()}
        limit = PointLimit(found.result.start, found.result.end, whole)
        return determination.Derivation(limit, found.steps)

    monkeypatch.setattr(determination, "inversion_limit", planted)
    with pytest.raises(RmtcheckError, match="recovered"):
        reconstruction(mu)


@pytest.mark.parametrize("objects", [ALL, SignedMeasures(), BoundedProbabilityMeasures(R)], ids=str)
def test_the_transform_determines(objects):
    assert compare_data(TRANSFORM, objects).answer == Answer.YES


@pytest.mark.parametrize("data", POORER, ids=str)
def test_poorer_data_do_not_determine(data):
    assert compare_data(data, ALL).answer == Answer.NO
    assert compare_criterion(data, ALL).answer == Answer.NO


@pytest.mark.parametrize("data", [POORER[0], POORER[2], POORER[4]], ids=str)
def test_the_pair_is_two_different_probabilities_with_the_same_data(data):
    pair = determination._pair(data)
    for measure in (pair.first, pair.second):
        assert sum(m for m, _ in measure) == 1
        assert all(m > 0 for m, _ in measure)
    assert not {x for _, x in pair.first} & {x for _, x in pair.second}
    for functional in data:
        first, second = pair.values(functional)
        assert first == second


def test_data_that_are_not_understood_stay_open():
    assert compare_data(Tuple(Mass(mu, Interval(a, b))), ALL).answer == Answer.UNKNOWN
    assert compare_data(Tuple(Moment(mu, k)), BoundedProbabilityMeasures(1)).answer != Answer.NO


def test_the_lognormal_pair_has_equal_moments():
    assert "lognormal" in indistinguishable(Tuple(Moment(mu, k)))


def test_the_criterion_holds_for_probability_limits():
    assert transform_criterion(mu).result == Stieltjes(mu, z)
    assert compare_criterion(TRANSFORM, ALL).answer == Answer.YES


@pytest.mark.parametrize("limits", [SubProbabilityMeasures(), SignedMeasures()], ids=str)
def test_mass_may_escape(limits):
    test = compare_criterion(TRANSFORM, limits)
    assert test.answer == Answer.NO
    assert "delta_n" in test.witness


def test_a_kernel_of_another_mass_is_noticed(monkeypatch):
    real = weak_convergence.at_point_mass
    monkeypatch.setattr(weak_convergence, "at_point_mass", lambda expr, x: 2 * real(expr, x))
    with pytest.raises(RmtcheckError, match="does not check"):
        transform_criterion(mu)

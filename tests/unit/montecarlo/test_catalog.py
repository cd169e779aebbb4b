import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import STATISTICS, find_statistic
from rmtcheck.montecarlo.streams import stream

PARAMETERS = {
    "block_norms": {"d": 6, "N": 9, "C": 3},
    "pair_norms": {"d": 6, "N": 9, "C": 3},
    "norm_curve": {"d": 6, "N": 9, "m": 2},
    "spread": {"d": 6, "C": 3},
    "covariance_resolvent": {"d": 6, "N": 9, "real": 0.1, "imag": 0.5},
    "block_spectrum": {"N": 9, "C": 3, "column": 1},
    "covariance_spectrum": {"N": 9},
    "covariance_gap": {"d": 6, "N": 9, "real": 0.1, "imag": 0.5},
    "multiple_gap": {"d": 6, "real": 0.0, "imag": 1.0},
    "identity_distance": {"d": 6, "N": 9},
    "weighted_resolvent": {"d": 6, "N": 8, "first": 1, "second": -2, "real": 0.1, "imag": 0.5},
    "weighted_spectrum": {"N": 8, "first": 1, "second": -2},
    "wigner_resolvent": {"d": 6, "real": 0.1, "imag": 0.5},
    "wigner_spectrum": {},
    "block_matrix": {"d": 6, "N": 9, "C": 3},
    "weight": {"C": 3, "column": 1},
    "squared_radius": {"d": 6},
    "projection": {"d": 6},
}


@pytest.mark.parametrize("name", STATISTICS)
def test_a_row_has_the_named_columns(name):
    rng = stream(secrets.randbits(64), name, 0)
    statistic = find_statistic(name)
    row = np.array(statistic.row(rng, **PARAMETERS[name]), dtype=float)
    assert row.shape == (len(statistic.columns),)
    assert np.isfinite(row).all()


@pytest.mark.parametrize("name", ["covariance_resolvent", "weighted_resolvent", "wigner_resolvent"])
def test_resolvent_lies_in_the_half_disc(name):
    row = find_statistic(name).row(stream(secrets.randbits(64), "x", 0), **PARAMETERS[name])
    trace = complex(*row)
    assert trace.imag > 0
    assert abs(trace) <= 1 / 0.5


def test_few_classes_leave_the_picture_empty():
    name = "block_matrix"
    row = find_statistic(name).row(stream(secrets.randbits(64), "x", 0), **PARAMETERS[name])
    picture = np.reshape(row, (10, 10))
    assert (picture[:3, :3] > 0).all()
    assert not picture[3:].any()


def test_two_signs_of_the_identity_are_as_far_apart_as_their_transforms():
    rng, row = stream(secrets.randbits(64), "x", 0), find_statistic("multiple_gap").row
    gaps = {round(row(rng, **PARAMETERS["multiple_gap"])[0], 12) for _ in range(200)}
    assert gaps == {0.0, 1.0}


def test_two_weights_need_an_even_number_of_samples():
    parameters = {**PARAMETERS["weighted_spectrum"], "N": 7}
    with pytest.raises(DomainError, match="even"):
        find_statistic("weighted_spectrum").row(stream(0, "x", 0), **parameters)


@pytest.mark.parametrize("name", ["", "nothing", "math:pi", "no.such.module:x", "math:nothing"])
def test_unknown_statistics(name):
    with pytest.raises(DomainError, match="block_norms"):
        find_statistic(name)

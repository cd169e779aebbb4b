"""The exact coupling against whole matrices, plain draws, and what its control variates promise."""

import secrets

import numpy as np
import pytest
import sympy

from rmtcheck import CROSS_ENTROPY, HessianBlock, LinearModel, OneHiddenLayer, WeightedGram, derive
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.coupled import (
    CONTROLS,
    GAP,
    PLAIN_GAP,
    draw_setting,
    estimate,
)
from rmtcheck.montecarlo.decoupling.response import responses, shifted_nodes
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.harness import Task, draw_block
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.samples import indicator, logit
from rmtcheck.vocabulary.symbols import N, d, m

READOUT = [[1, 2], [3, -1], [0, 1]]
SIGMAS = 6.0  # with fresh draws in every run, less than one false alarm in 10^8


def linear(classes, j):
    return local_weight(derive(HessianBlock(LinearModel(d, classes), CROSS_ENTROPY, 1, j)))


def hidden(j):
    network = OneHiddenLayer(d, m, 3)
    block = HessianBlock(network, CROSS_ENTROPY, network.w[1], network.w[j])
    return local_weight(derive(block), READOUT)


WEIGHTS = {
    "diagonal": linear(3, 1),
    "off": linear(3, 2),
    "hidden": hidden(2),
    "square": local_weight(WeightedGram(1 / N, sympy.tanh(logit[1]) ** 2)),
}
GATE = local_weight(WeightedGram(1 / N, indicator[1]))
AT = {"real": 0.2, "imag": 0.2}


def rng():
    return stream(secrets.randbits(64), "tests of the coupling", 0)


def rows(statistic, weight, count, **parameters):
    generator = rng()
    return np.array([statistic.row(generator, weight=weight, **parameters) for _ in range(count)])


def by_whole_matrices(weight, d, N, real, imag, generator):
    """The same row from two d x d matrices."""
    setting = draw_setting(weight, d, N, generator)
    copy, z = generator.standard_normal(setting.w.shape), complex(real, imag)
    traces = []
    for w in (setting.w, copy):
        X = np.concatenate([w, setting.y])
        H = X @ np.diag(setting.weights) @ X.T / N
        traces.append(np.trace(np.linalg.inv(H - z * np.eye(d))) / d)
    return N * (traces[0] - traces[1])


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize(("dimension", "samples"), [(12, 30), (9, 5), (2, 6), (3, 7), (40, 60)])
def test_the_row_is_the_gap_of_two_matrices(name, dimension, samples):
    seed = secrets.randbits(64)
    first, second = (stream(seed, "same draws", 0) for _ in range(2))
    sizes = {"d": dimension, "N": samples, **AT}
    row = GAP.row(first, weight=WEIGHTS[name], **sizes)
    gap = by_whole_matrices(WEIGHTS[name], generator=second, **sizes)
    assert complex(*row[:2]) == pytest.approx(gap, rel=1e-9, abs=1e-10)
    k = WEIGHTS[name].fields
    assert abs(gap) <= 2 * min(k, dimension) * samples / (dimension * AT["imag"])
    if abs(gap) > 1e-5:  # all gates may be closed, and both matrices 0
        assert complex(*row[:2]) != pytest.approx(1.0001 * gap, rel=1e-9, abs=1e-10)


def test_the_overlaps_have_the_law_of_a_wishart_matrix():
    generator, d = rng(), 7
    draws = [draw_setting(WEIGHTS["diagonal"], d, 1, generator).overlaps for _ in range(4000)]
    Q = np.array(draws) + np.eye(3)
    direct = generator.standard_normal((4000, 3, d)) / np.sqrt(d)
    other = direct @ direct.transpose(0, 2, 1)
    for function in (lambda Q: Q[:, 2, 2] ** 2, lambda Q: Q[:, 0, 1] ** 2, np.linalg.det):
        mine, its = function(Q), function(other)
        assert is_near_zero(np.stack([mine - its]).T)
        assert not is_near_zero(np.stack([1.5 * mine - its]).T)
    assert is_near_zero(np.array(draws).reshape(4000, -1))


def is_near_zero(values):
    """Whether the means of columns are 0, by their own standard errors."""
    error = values.std(axis=0) / np.sqrt(len(values))
    return bool((np.abs(values.mean(axis=0)) <= SIGMAS * error).all())


@pytest.mark.parametrize("name", WEIGHTS)
def test_controls_have_mean_zero_and_follow_the_gap(name):
    table = rows(GAP, WEIGHTS[name], 600, d=32, N=64, **AT)
    assert table.shape[1] == 2 + len(CONTROLS) == 10
    assert is_near_zero(table[:, 2:])
    assert not is_near_zero(table[:, 2:] + 0.5 * table[:, 2:].std(axis=0))
    assert estimate(table).gain > 1.3
    assert estimate(np.column_stack([table[:, :2], rng().random((600, 8))])).gain < 1.1


def test_the_gain_grows_with_the_size():
    small, large = (
        estimate(rows(GAP, WEIGHTS["square"], 120, d=n // 2, N=n, **AT)).gain for n in (64, 256)
    )
    assert large > 1.5 * small


@pytest.mark.parametrize(("name", "d", "N"), [("diagonal", 16, 32), ("hidden", 20, 20)])
def test_coupled_and_plain_draws_have_the_same_mean(name, d, N):
    coupled = estimate(rows(GAP, WEIGHTS[name], 800, d=d, N=N, **AT))
    plain = estimate(rows(PLAIN_GAP, WEIGHTS[name], 3000, d=d, N=N, **AT))
    assert plain.gain == 1
    assert agree(coupled.value, plain)
    assert not agree(coupled.value + 2, plain)


def agree(value, estimated, other=None):
    covariance = estimated.covariance + (0 if other is None else other.covariance)
    gap = np.array([value]).view(float) - np.array([estimated.value]).view(float)
    return gap @ np.linalg.solve(covariance, gap) <= SIGMAS**2


def bracket(given, w, weights):
    """The logarithm whose slope in z is the gap, for one field, at nodes and s of a response."""
    h = given.effective(weights)
    return np.log(np.mean(h * w[0] ** 2) - np.mean(h) + 1 / given.s) + np.log(given.s)


def test_the_response_is_the_derivative_of_the_gap():
    gamma, z, step = 0.5, 0.5 + 0.4j, 1e-3
    found = responses(WEIGHTS["square"], 1, gamma, z).at
    w, sides = shifted_nodes(np.full(1, 0.5)), []
    for sign in (-1, 1):
        scaled = sympy.tanh(sympy.sqrt(1 + sign * sympy.Rational(1, 1000)) * logit[1]) ** 2
        moved = local_weight(WeightedGram(1 / N, scaled))
        given = responses(moved, 1, gamma, z).at
        sides.append(bracket(given, w, field_function(moved).values(w)))
    slope = (sides[1] - sides[0]) / (2 * step)
    assert found.to_overlaps(np.ones((1, 1))) == pytest.approx(slope, rel=0.1)
    assert found.to_overlaps(np.ones((1, 1))) != pytest.approx(1.3 * slope, rel=0.1)


def test_more_fields_than_dimensions():
    weight = linear(6, 1)
    coupled = estimate(rows(GAP, weight, 1500, d=4, N=8, **AT))
    plain = estimate(rows(PLAIN_GAP, weight, 1500, d=4, N=8, **AT))
    gap = coupled.value - plain.value
    assert abs(gap) <= SIGMAS * np.sqrt(np.trace(coupled.covariance + plain.covariance))


def test_a_gate_has_no_bias_and_a_square_has():
    at = {"d": 64, "N": 128, "real": 0.5, "imag": 0.3}
    assert agree(0, estimate(rows(GAP, GATE, 300, **at)))
    assert not agree(0, estimate(rows(GAP, WEIGHTS["square"], 300, **at)))


def test_the_known_limit_of_the_linear_block():
    limit, at = -1.19758 + 2.65430j, {"real": 0.1, "imag": 0.1}
    small, large = (
        estimate(rows(GAP, WEIGHTS["diagonal"], 400, d=n // 2, N=n, **at)) for n in (128, 256)
    )
    value = 2 * large.value - small.value
    error = np.sqrt(np.trace(4 * large.covariance + small.covariance))
    assert abs(value - limit) < SIGMAS * error
    assert abs(value - limit.conjugate()) > SIGMAS * error
    assert abs(value) > SIGMAS * error


def test_estimates_are_unbiased_with_honest_covariances():
    generator, truth, distances = rng(), np.array([0.7, -0.2]), []
    for _ in range(300):
        controls = generator.standard_normal((80, 8))
        noise = generator.standard_normal((80, 2)) @ [[1.0, 0.5], [0.0, 0.3]]
        table = np.column_stack([truth + noise + controls @ np.ones((8, 2)), controls])
        found = estimate(table)
        miss = np.array([found.value.real, found.value.imag]) - truth
        distances.append(miss @ np.linalg.solve(found.covariance, miss))
    # a chi-squared variable with 2 degrees of freedom, wider as the covariance is a sample's
    assert 1.6 < np.mean(distances) < 2.7
    assert found.gain > 3


def test_rows_come_from_the_harness():
    at = {"d": 6, "N": 9, **AT}
    tasks = [
        Task(
            claim="decoupling",
            statistic="rmtcheck.montecarlo.decoupling.coupled:GAP",
            parameters={"weight": WEIGHTS[name], **at},
            draws_per_block=3,
        )
        for name in ("diagonal", "off")
    ]
    first = draw_block(tasks[0], 1, 0)
    assert np.array_equal(first, draw_block(tasks[0], 1, 0))
    assert tasks[0].identity != tasks[1].identity
    assert not np.array_equal(first, draw_block(tasks[1], 1, 0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: GAP.row(rng(), weight=GATE, d=0, N=4, **AT), "d = 0 must be an integer"),
        (lambda: GAP.row(rng(), weight=GATE, d=4, N=4, real=0.0, imag=0.0), "imag = 0.0"),
        (lambda: GAP.row(rng(), weight=GATE, d=4, N=4, real=np.inf, imag=1.0), "real = inf"),
        (lambda: PLAIN_GAP.row(rng(), weight=GATE, d=4, N=0, **AT), "N = 0 must be"),
        (lambda: GAP.row(rng(), weight="gate", d=4, N=4, **AT), "must be a LocalWeight"),
        (lambda: estimate(np.ones((10, 10))), "must be 40 or more finite rows"),
        (lambda: estimate(np.full((50, 2), np.nan)), "finite"),
    ],
)
def test_refuses_in_one_sentence(call, message):
    with pytest.raises(DomainError, match=message):
        call()


def test_weights_are_those_of_the_fields():
    setting = draw_setting(WEIGHTS["off"], 5, 8, rng())
    expected = field_function(WEIGHTS["off"]).values(setting.L @ setting.w)
    assert np.array_equal(setting.weights, expected)


def test_control_variates_without_variance_are_not_used():
    gaps, fair = rng().standard_normal((2, 400, 2))
    wild = rng().random((400, 6)) ** -9
    kept = estimate(np.column_stack([gaps, wild, fair]))
    assert abs(kept.value) < 0.5
    helped = estimate(np.column_stack([gaps + fair, wild, fair]))
    assert helped.gain == pytest.approx(2, rel=0.4)


def test_no_estimate_exceeds_the_gaps_drawn():
    gaps = rng().standard_normal((400, 2)) / 9
    controls = rng().standard_normal((400, 8))
    controls[:, 0] = 9 * gaps[:, 0]
    controls[17, 0] = 1e20  # in the half that is not fitted to
    table = np.column_stack([gaps, controls])
    assert estimate(table).value == complex(*gaps.mean(axis=0))

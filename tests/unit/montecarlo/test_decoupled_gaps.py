"""Small draws of the gap: the law of the plain construction, bounded, and sensitive to errors."""

import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import find_statistic
from rmtcheck.montecarlo.decoupled_gaps import BATCH, GAPS, gaps
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import indicator, logit
from rmtcheck.vocabulary.symbols import N

ROOT = secrets.randbits(64)
SIZE, Z, ROWS = (6, 10), 0.1 + 0.3j, 500
DEVIATIONS = 6


def made(expression):
    return local_weight(WeightedGram(1 / N, expression))


p = SoftmaxOfGaussians(3)
SOFTMAX = made(p[1] * (1 - p[1]))
SQUARE = made(logit[1] ** 2)
GATE = made(indicator[1])


def drawn(weight, name, rows=ROWS):
    rng = stream(ROOT, name, 0)
    d, samples = SIZE
    row = [gaps(rng, weight=weight, d=d, N=samples, real=Z.real, imag=Z.imag) for _ in range(rows)]
    return np.array(row).reshape(-1, 2)


def plain(weight, name, transposed=False):
    """Return N (s_H - s_H~) from whole matrices, H and its copy with independent weights."""
    rng, function, (d, samples) = stream(ROOT, name, 1), field_function(weight), SIZE
    found = []
    for _ in range(ROWS * 8):
        V = rng.standard_normal((weight.fields, d)) / np.sqrt(d)
        X, copy = rng.standard_normal((2, d, samples))
        traces = []
        for data in (copy, X) if transposed else (X, copy):
            H = X * function.values(V @ data) @ X.T / samples
            traces.append(np.sum(1 / (np.linalg.eigvalsh(H) - Z)))
        found.append(samples / d * (traces[0] - traces[1]))
    return np.array(found).view(float).reshape(-1, 2)


def distance(first, second):
    """Return the distance of the means in standard deviations."""
    spread = np.sqrt(first.var(axis=0) / len(first) + second.var(axis=0) / len(second))
    return np.max(abs(first.mean(axis=0) - second.mean(axis=0)) / spread)


@pytest.mark.parametrize("weight", [SOFTMAX, SQUARE], ids=str)
def test_the_mean_is_that_of_whole_matrices(weight):
    assert distance(drawn(weight, "whole"), plain(weight, "whole")) < DEVIATIONS


def test_a_wrong_sign_is_noticed():
    reverse = plain(SQUARE, "reverse", transposed=True)
    assert distance(drawn(SQUARE, "reverse"), reverse) > DEVIATIONS


def test_a_gate_has_no_gap_in_the_mean():
    found = drawn(GATE, "gate")
    assert distance(found, 0 * found[:2]) < DEVIATIONS


@pytest.mark.parametrize("weight", [SOFTMAX, SQUARE, GATE], ids=str)
def test_the_bound_holds_on_every_draw(weight):
    d, samples = SIZE
    moduli = np.hypot(*drawn(weight, "bound", 50).T)
    assert moduli.max() <= 2 * weight.fields * samples / (d * Z.imag)
    assert moduli.max() > 0


def test_the_statistic_is_found_by_name():
    found = find_statistic("rmtcheck.montecarlo.decoupled_gaps:GAPS")
    assert found is GAPS
    assert len(found.columns) == 2 * BATCH


@pytest.mark.parametrize(
    "change", [{"d": 3}, {"d": 2.5}, {"N": 0}, {"imag": 0.0}, {"imag": float("nan")}], ids=str
)
def test_bad_input_is_refused(change):
    parameters = {"weight": SOFTMAX, "d": 6, "N": 10, "real": 0.0, "imag": 1.0, **change}
    with pytest.raises(DomainError):
        gaps(stream(ROOT, "bad", 0), **parameters)

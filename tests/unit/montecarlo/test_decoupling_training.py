import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.decay import gap_disc, verdict
from rmtcheck.montecarlo.decoupling.training import (
    RATE,
    TRAINED_GAP,
    draw_labels,
    train,
    trained_gap,
)
from rmtcheck.montecarlo.draw import draw_linear_model
from rmtcheck.montecarlo.streams import stream

ALPHA = 1e-6
SETTING = {"C": 3, "labels": "random", "real": 0.1, "imag": 0.1}


@pytest.fixture(scope="module")
def root():
    return secrets.randbits(32)


def parts(root, steps, N, draws):
    """Return the discs of gap, independence, law and fresh data."""
    rng = stream(root, f"training {steps}", N)
    given = SETTING | {"d": N // 2, "N": N, "steps": steps}
    found = np.array([trained_gap(rng, **given) for _ in range(draws)])
    columns = {"gap": 0, "independence": 2, "law": 4, "fresh_data": 8}
    return {name: gap_disc(found[:, k : k + 2], ALPHA) for name, k in columns.items()}


@pytest.fixture(scope="module")
def trained(root):
    return {N: parts(root, 100, N, draws) for N, draws in ((48, 1200), (192, 250))}


def test_training_breaks_the_law_of_the_weights(trained):
    for part in ("gap", "law"):
        assert verdict({N: discs[part] for N, discs in trained.items()}) == "breaks"


def test_training_leaves_independence_given_the_law(trained):
    for part in ("independence", "fresh_data"):
        assert trained[192][part].high < 0.2 * trained[192]["gap"].low
        assert verdict({N: discs[part] for N, discs in trained.items()}) != "breaks"


def test_without_training_nothing_drifts(root):
    assert parts(root, 0, 96, 200)["law"].low == 0


def test_descent_follows_the_gradient_of_the_cross_entropy(root):
    X, V = draw_linear_model(4, 7, 3, stream(root, "gradient", 0))
    labels = draw_labels("random", X, 3, stream(root, "labels", 0))

    def loss(V):
        u = V @ X
        return np.mean(np.log(np.exp(u).sum(axis=0)) - u[labels, np.arange(7)])

    step, h = (V - train(X, V, labels, 1)) / RATE, 1e-6
    for c, k in np.ndindex(V.shape):
        shift = np.zeros_like(V)
        shift[c, k] = h
        slope = (loss(V + shift) - loss(V - shift)) / (2 * h)
        assert step[c, k] == pytest.approx(slope, abs=1e-8)
    losses = [loss(train(X, V, labels, n)) for n in range(20)]
    assert losses[-1] < losses[0]


def test_teacher_labels_can_be_learned_from_the_data(root):
    rng = stream(root, "teacher", 0)
    X, V = draw_linear_model(10, 400, 3, rng)
    hits = {}
    for kind in ("random", "teacher"):
        labels = draw_labels(kind, X, 3, rng)
        assert set(labels.tolist()) <= {0, 1, 2}
        hits[kind] = np.mean((train(X, V, labels, 100) @ X).argmax(axis=0) == labels)
    assert hits["random"] < 0.6 < 0.9 < hits["teacher"]


def test_columns_fit_the_row():
    row = trained_gap(stream(0, "row", 0), d=4, N=8, steps=1, **SETTING)
    assert len(row) == len(TRAINED_GAP.columns) == 10


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"steps": -1}, "steps = -1 must be an integer of at least 0"),
        ({"labels": "shuffled"}, "labels = 'shuffled' must be 'random' or 'teacher'"),
        ({"C": 1}, "C = 1 must be an integer of at least 2"),
        ({"imag": -0.1}, "must have a positive imaginary part"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(changed, told):
    given = SETTING | {"d": 4, "N": 8, "steps": 2} | changed
    with pytest.raises(DomainError, match=told):
        trained_gap(stream(0, "refused", 0), **given)

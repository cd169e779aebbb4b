"""Losses state their factor and reduction, and see nothing but the logits."""

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    LogitLoss,
    MeanSquaredError,
)
from rmtcheck.vocabulary.samples import LABEL, V, indicator, logit, preactivation, target
from rmtcheck.vocabulary.symbols import C, N, c


@pytest.mark.parametrize(
    ("reduction", "prefactor"), [("mean", 3 / N), ("sum", 3), ("entries", 3 / (N * C))]
)
def test_the_prefactor_is_factor_and_reduction(reduction, prefactor):
    assert MeanSquaredError(3, reduction).prefactor(N, C) == prefactor


def test_a_loss_knows_whether_its_targets_are_labels():
    losses = CrossEntropy(), CrossEntropy(2, sympy.Rational(1, 10))
    assert all(loss.is_labeled for loss in losses)
    assert not MeanSquaredError().is_labeled
    assert not BinaryCrossEntropy().is_labeled
    assert LogitLoss(logit[LABEL] ** 2).is_labeled


def test_the_number_of_classes_is_put_into_a_stated_loss():
    loss = LogitLoss(sympy.Sum((logit[c] - target[c]) ** 4, (c, 1, C)))
    assert loss.of_sample(3) == sympy.Sum((logit[c] - target[c]) ** 4, (c, 1, 3))


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: CrossEntropy(0), "temperature is 0"),
        (lambda: CrossEntropy(-1), "temperature is -1"),
        (lambda: CrossEntropy(1, 2), "smoothing is 2"),
        (lambda: CrossEntropy(1, -1), "smoothing is -1"),
        (lambda: CrossEntropy(sympy.nan), "temperature is nan"),
        (lambda: CrossEntropy("2"), "temperature is '2'"),
        (lambda: CrossEntropy(1, sympy.I), "smoothing is I"),
        (lambda: CrossEntropy(c), "temperature is c"),
        (lambda: CrossEntropy(sympy.Symbol("k", integer=True, positive=True)), "is k"),
        (lambda: MeanSquaredError(None), "factor is None"),
        (lambda: MeanSquaredError(sympy.oo), "factor is oo"),
        (lambda: MeanSquaredError(logit[1]), "factor is u_1"),
        (lambda: MeanSquaredError(1, "median"), "reduction is median"),
        (lambda: LogitLoss(target[c] ** 2), "no logit"),
        (lambda: LogitLoss("u[c]**2"), "no logit"),
        (lambda: LogitLoss(logit[c] + V[1, 1] ** 2), "sees the network"),
        (lambda: LogitLoss(logit[c] * indicator[1]), "sees the network"),
        (lambda: LogitLoss(logit[c] * preactivation[1]), "sees the network"),
    ],
)
def test_what_is_no_loss_of_the_logits_is_refused(make, named):
    with pytest.raises(DomainError, match=named):
        make()

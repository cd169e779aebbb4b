"""Networks and losses written a third time, for autograd; every loss and every activation."""

from dataclasses import dataclass

import autograd
import autograd.numpy as anp
import autograd.scipy.special as asp
import numpy as np
import sympy

from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.activations import (
    GELU,
    IDENTITY,
    RELU,
    SIGMOID,
    SILU,
    TANH,
    Activation,
    leaky_relu,
)
from rmtcheck.vocabulary.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    LogitLoss,
    MeanSquaredError,
)
from rmtcheck.vocabulary.samples import LABEL, logit, target
from rmtcheck.vocabulary.symbols import C, c

TENTH = sympy.Rational(1, 10)
ACTIVATIONS = {
    IDENTITY: lambda a: a,
    RELU: lambda a: anp.maximum(a, 0),
    TANH: anp.tanh,
    SIGMOID: lambda a: 1 / (1 + anp.exp(-a)),
    GELU: lambda a: a * (1 + asp.erf(a / np.sqrt(2))) / 2,
    SILU: lambda a: a / (1 + anp.exp(-a)),
    leaky_relu(TENTH): lambda a: anp.where(a > 0, a, a / 10),
    Activation(sympy.Symbol("a") ** 3, "cube"): lambda a: a**3,
}


def cross_entropy(temperature=1.0, smoothing=0.0):
    def loss(u, labels):
        scaled = u / temperature
        logs = scaled - anp.log(anp.sum(anp.exp(scaled), axis=0))
        chosen = anp.sum(logs[labels - 1, np.arange(len(labels))])
        return -(1 - smoothing) * chosen - smoothing * anp.sum(logs) / len(u)

    return loss


def of_norm(u, labels):
    chosen = u[labels - 1, np.arange(len(labels))]
    return anp.sum(anp.log(1 + anp.sum(u**2, axis=0)) * chosen)


HINGE = LogitLoss(
    sympy.Sum(sympy.Max(0, 1 - (2 * target[c] - 1) * logit[c]) ** 2, (c, 1, C)), "hinge"
)
OF_NORM = LogitLoss(sympy.log(1 + sympy.Sum(logit[c] ** 2, (c, 1, C))) * logit[LABEL], "norm")
LOGCOSH = LogitLoss(sympy.Sum(sympy.log(sympy.cosh(logit[c] - target[c])), (c, 1, C)), "logcosh")
# the sums over the samples, before their reduction
LOSSES = {
    CrossEntropy(): cross_entropy(),
    CrossEntropy(sympy.Rational(1, 2), 2 * TENTH, "sum"): cross_entropy(0.5, 0.2),
    MeanSquaredError(3, "entries"): lambda u, Y: 3 * anp.sum((u - Y) ** 2),
    BinaryCrossEntropy(): lambda u, Y: anp.sum(anp.log(1 + anp.exp(u)) - Y * u),
    LOGCOSH: lambda u, Y: anp.sum(anp.log(anp.cosh(u - Y))),
    HINGE: lambda u, Y: anp.sum(anp.maximum(0, 1 - (2 * Y - 1) * u) ** 2),
    OF_NORM: of_norm,
}


@dataclass(frozen=True)
class Drawn:
    """Arrays of one network; W is None for a linear model."""

    X: np.ndarray
    V: np.ndarray
    W: np.ndarray | None
    targets: np.ndarray

    @property
    def arrays(self):
        return self.X, self.V, self.W, self.targets

    @property
    def parameters(self):
        return np.concatenate([A.ravel() for A in (self.W, self.V) if A is not None])


def drawn(loss, seed, d=3, m=2, C=4, N=6):
    """Draw arrays as at initialization, so that logits are of order 1; m = None: linear model."""
    rng = stream(seed, "networks for autograd", 0)
    X, V = rng.standard_normal((d, N)), rng.standard_normal((C, m or d)) / np.sqrt(m or d)
    W = None if m is None else rng.standard_normal((m, d)) / np.sqrt(d)
    vectors, labels = rng.uniform(size=(C, N)), rng.integers(1, C + 1, N)
    return Drawn(X, V, W, labels if loss.is_labeled else vectors)


def loss_of_parameters(loss, activation, at):
    """Return the loss as a function of all parameters: the rows of W, then those of V."""
    (C, columns), N = at.V.shape, at.X.shape[1]
    divisor = {"mean": N, "sum": 1, "entries": N * C}[loss.reduction]

    def value(parameters):
        V = parameters[-C * columns :].reshape(C, columns)
        hidden = at.X
        if at.W is not None:
            W = parameters[: at.W.size].reshape(at.W.shape)
            hidden = ACTIVATIONS[activation](anp.dot(W, at.X))
        return LOSSES[loss](anp.dot(V, hidden), at.targets) / divisor

    return value


def hessian(loss, activation, at):
    """Return the matrix of all second derivatives."""
    return autograd.hessian(loss_of_parameters(loss, activation, at))(at.parameters)


def gradient(loss, activation, at):
    """Return all first derivatives."""
    return autograd.grad(loss_of_parameters(loss, activation, at))(at.parameters)


def hessian_times(loss, activation, at, vector):
    """Return the matrix of second derivatives times a vector."""
    value = loss_of_parameters(loss, activation, at)
    return autograd.hessian_vector_product(value)(at.parameters, vector)


def places(at, layer, index=None):
    """Return the slice of a layer's parameters, or of its row of that number."""
    before = 0 if layer == "w" or at.W is None else at.W.size
    rows, columns = (at.W if layer == "w" else at.V).shape
    if index is None:
        return slice(before, before + rows * columns)
    return slice(before + (index - 1) * columns, before + index * columns)

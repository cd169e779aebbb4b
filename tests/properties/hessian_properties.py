"""What holds for the Hessian of every network of the vocabulary; each takes a case.

A case knows its blocks as numbers; a planted error replaces one of the derived formulas.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy

from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.grams import to_numeric
from rmtcheck.symbolic.hessian import derive
from rmtcheck.vocabulary.activations import IDENTITY, Activation
from rmtcheck.vocabulary.grams import BlockGram, Combination, UnitVector, WeightedGram
from rmtcheck.vocabulary.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    LogitLoss,
    MeanSquaredError,
)
from rmtcheck.vocabulary.networks import Gradient, HessianBlock, HessianLayer, OneHiddenLayer
from rmtcheck.vocabulary.samples import LABEL, logit, target
from rmtcheck.vocabulary.symbols import C, c, d, i, m

# rounding: a block is a mean of a few terms of order 1
ROUNDING = 1e-12
HALF = sympy.Rational(1, 2)


@dataclass(frozen=True)
class Case:
    """A network, its loss and arrays; formulas that were tampered with, by pair of layers."""

    loss: Any
    activation: Activation
    X: np.ndarray
    V: np.ndarray
    W: np.ndarray
    labels: np.ndarray
    vectors: np.ndarray
    planted: dict[str, Any] = field(default_factory=dict)

    @property
    def network(self):
        return OneHiddenLayer(d, m, C, self.activation)

    @property
    def arrays(self):
        return self.X, self.V, self.W, self.labels if self.loss.is_labeled else self.vectors

    def formula(self, row, column):
        """Return the formula of all blocks of a pair of layers, tampered with or not."""
        gram = derive(HessianLayer(self.network, self.loss, row, column))
        tamper = self.planted.get(row + column)
        if tamper is None:
            return gram
        block, *rest = gram.args
        return BlockGram(tamper(block), *rest)

    def matrix(self, row, column):
        return to_numeric(self.formula(row, column), network=self.network).matrix(*self.arrays)

    def hessian(self):
        return np.block([[self.matrix(row, column) for column in "wv"] for row in "wv"])

    def gradient(self, layer):
        rows = range(1, len(self.W if layer == "w" else self.V) + 1)
        questions = (
            Gradient(self.network, self.loss, getattr(self.network, layer)[k]) for k in rows
        )
        tamper = self.planted.get("gradient", lambda gram: gram)
        grams = (tamper(derive(question)) for question in questions)
        return np.concatenate([to_numeric(g, network=self.network)(*self.arrays) for g in grams])[
            :, 0
        ]


def drawn(seed, loss, activation, d, m, C, N, planted=()):
    """Draw a case as at initialization."""
    rng = stream(seed, "networks for properties", 0)
    X = rng.standard_normal((d, N))
    V, W = rng.standard_normal((C, m)) / np.sqrt(m), rng.standard_normal((m, d)) / np.sqrt(d)
    labels, vectors = rng.integers(1, C + 1, N), rng.uniform(size=(C, N))
    return Case(loss, activation, X, V, W, labels, vectors, dict(planted))


def same(found, wanted):
    size = max(1.0, np.abs(wanted).max())
    return found.shape == wanted.shape and np.abs(found - wanted).max() <= ROUNDING * size


def hessian_is_symmetric(case):
    """H_{rc} is the transpose of H_{cr}."""
    H = case.hessian()
    return same(H, H.T)


def without_curvature(gram):
    """Return the block of a network whose outputs are linear in all parameters together."""
    if not isinstance(gram.right, Combination):
        return gram
    terms = [(w, v) for w, v in gram.right.terms if not isinstance(v, UnitVector)]
    return WeightedGram(gram.scale, gram.weight, gram.left, Combination(*terms))


def gauss_newton(case):
    """Return J^T M J, from the formulas with everything dropped that derives an output twice."""
    mixed, *rest = case.formula("w", "v").args
    right = BlockGram(without_curvature(mixed), *rest)
    corner = to_numeric(right, network=case.network).matrix(*case.arrays)
    # sigma'' enters the blocks of a unit with itself only
    hidden = case.formula("w", "w")
    deltas = dict.fromkeys(hidden.atoms(sympy.KroneckerDelta), sympy.S.Zero)
    upper = to_numeric(hidden.xreplace(deltas), network=case.network).matrix(*case.arrays)
    return np.block([[upper, corner], [corner.T, case.matrix("v", "v")]])


def gauss_newton_part_is_positive(case):
    """A convex loss of outputs: the part without second derivatives of outputs is positive."""
    G = gauss_newton(case)
    return np.linalg.eigvalsh((G + G.T) / 2).min() >= -ROUNDING * max(1.0, np.abs(G).max())


def classes_can_be_permuted(case):
    """Permuting rows of V, targets and labels permutes the blocks."""
    count, m = case.V.shape
    order = np.arange(count)[::-1]
    moved = replace(
        case, V=case.V[order], vectors=case.vectors[order], labels=count + 1 - case.labels
    )
    one, other = case.hessian(), moved.hessian()
    units = np.arange(case.W.size)
    rows = case.W.size + (order[:, None] * m + np.arange(m)).ravel()
    places = np.concatenate([units, rows])
    return same(other, one[np.ix_(places, places)])


def blocks_of_cross_entropy_sum_to_zero(case):
    """A constant added to all logits changes no softmax: sum_j H_{v_i v_j} = 0, and so for w_i."""
    (count, m), G = case.V.shape, gauss_newton(case)
    parts = G[:, case.W.size :].reshape(len(G), count, m)
    return same(parts.sum(axis=1), np.zeros((len(G), m)))


def other(case, loss):
    """The Hessian of the same network with another loss, which nobody has tampered with."""
    return replace(case, loss=loss, planted={}).hessian()


def spelled_by_the_user(case):
    """A loss written out as an expression has the Hessian of the built-in one."""
    classes = (c, 1, C)
    if isinstance(case.loss, CrossEntropy):
        total = sympy.log(sympy.Sum(sympy.exp(logit[c] / case.loss.temperature), classes))
        chosen = (1 - case.loss.smoothing) * logit[LABEL]
        mean = case.loss.smoothing * sympy.Sum(logit[c], classes) / C
        expression = total - (chosen + mean) / case.loss.temperature
    elif isinstance(case.loss, MeanSquaredError):
        expression = case.loss.factor * sympy.Sum((target[c] - logit[c]) ** 2, classes)
    else:
        softplus = sympy.log(1 + sympy.exp(logit[c]))
        expression = sympy.Sum(softplus - target[c] * logit[c], classes)
    return same(case.hessian(), other(case, LogitLoss(expression, "own", case.loss.reduction)))


def reductions_differ_by_sizes(case):
    """The sum over the samples, their mean, and the mean over all entries."""
    (count, _), N = case.V.shape, case.X.shape[1]
    own = {"mean": N, "sum": 1, "entries": N * count}[case.loss.reduction]
    for name, divisor in (("mean", N), ("sum", 1), ("entries", N * count)):
        scaled = other(case, case.loss.func(*case.loss.args[:-1], name)) * divisor
        if not same(case.hessian() * own, scaled):
            return False
    return True


def temperature_divides_the_output_weights(case):
    """Cross-entropy at temperature t is that at 1 of V/t; each derivative in V costs 1/t."""
    t, parameters = float(case.loss.temperature), case.W.size
    at_one = CrossEntropy(1, case.loss.smoothing, case.loss.reduction)
    H = other(replace(case, V=case.V / t), at_one)
    scale = np.where(np.arange(len(H)) < parameters, 1.0, 1 / t)
    return same(case.hessian(), scale[:, None] * H * scale)


def smoothing_is_affine(case):
    """The smoothed loss is a mixture of the loss with none and with full smoothing."""
    eps, (t, _, reduction) = float(case.loss.smoothing), case.loss.args
    none, full = (other(case, CrossEntropy(t, e, reduction)) for e in (0, 1))
    return same(case.hessian(), (1 - eps) * none + eps * full)


def factor_is_linear(case):
    """The squared error's factor is one of its Hessian."""
    plain = other(case, MeanSquaredError(1, case.loss.reduction))
    return same(case.hessian(), float(case.loss.factor) * plain)


def two_classes_are_one_output(case):
    """Softmax of (u, 0) is the logistic function of u: one class of BCE, for targets 0 and 1."""
    units, single = len(case.W), case.V[:1]
    two = replace(case, V=np.vstack([single, 0 * single]))
    labels = 1 + (case.labels > 1)
    two = replace(two, labels=labels, loss=CrossEntropy(), planted={})
    one = replace(case, V=single, vectors=(labels == 1)[None, :].astype(float))
    places = np.arange(case.W.size + units)
    return same(one.hessian(), two.hessian()[np.ix_(places, places)])


def loss_value(case, W, V):
    """The loss in numbers, complex ones included, for losses that are analytic in the logits."""
    a = W @ case.X
    hidden = a if case.activation == IDENTITY else np.tanh(a)
    u, N = V @ hidden, case.X.shape[1]
    if isinstance(case.loss, MeanSquaredError):
        value = float(case.loss.factor) * ((u - case.vectors) ** 2).sum()
    elif isinstance(case.loss, BinaryCrossEntropy):
        value = (np.log(1 + np.exp(u)) - case.vectors * u).sum()
    else:
        u = u / float(case.loss.temperature)
        logs = u - np.log(np.exp(u).sum(axis=0))
        eps, chosen = float(case.loss.smoothing), logs[case.labels - 1, np.arange(N)]
        value = -(1 - eps) * chosen.sum() - eps * logs.mean(axis=0).sum()
    return value / {"mean": N, "sum": 1, "entries": u.size}[case.loss.reduction]


def gradient_is_the_derivative(case):
    """Every entry of the gradient, against a complex step of the loss itself."""
    step = 1e-200
    for layer, matrix in (("w", case.W), ("v", case.V)):
        found = case.gradient(layer)
        for place in range(matrix.size):
            moved = matrix.astype(complex)
            moved.flat[place] += 1j * step
            W, V = (moved, case.V) if layer == "w" else (case.W, moved)
            if abs(loss_value(case, W, V).imag / step - found[place]) > ROUNDING * 10:
                return False
    return True


def times(factor):
    """Tamper: another weight."""
    return lambda gram: WeightedGram(gram.scale, gram.weight * factor, gram.left, gram.right)


def plus(term):
    """Tamper: another term in the weight."""
    return lambda gram: WeightedGram(gram.scale, gram.weight + term, gram.left, gram.right)


def uneven(gram):
    """Tamper: the first row of blocks doubled."""
    weight = gram.weight * (1 + sympy.KroneckerDelta(i, 1))
    return WeightedGram(gram.scale, weight, gram.left, gram.right)


def of_block(case, k, l):  # noqa: E741
    """The numbers of one block that was derived for itself, its indices numbers."""
    block = HessianBlock(case.network, case.loss, k, l)
    return to_numeric(derive(block), network=case.network)(*case.arrays)


def single_blocks_are_those_of_the_layers(case):
    """A block derived for numbered rows is the one that stands in the matrix of all."""
    net = case.network
    for row, column in ((net.w[1], net.w[1]), (net.w[1], net.v[1]), (net.v[1], net.v[1])):
        blocks = to_numeric(case.formula(row.layer, column.layer), network=net)
        if not same(blocks.block(1, 1, *case.arrays), of_block(case, row, column)):
            return False
    return True

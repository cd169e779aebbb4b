import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.hessian import contract, derive, derive_with_steps, entry, same_gram
from rmtcheck.vocabulary.grams import INPUT, Input, WeightedGram
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR, MeanSquaredError
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, d, i, j, n

model = LinearModel(d, C)
p = SoftmaxOfGaussians(C)
CE_DIAGONAL = WeightedGram(1 / N, p[i] * (1 - p[i]))
CE_OFF_DIAGONAL = WeightedGram(1 / N, -p[i] * p[j])


def answer(left, right):
    return same_gram(left, right).answer


@pytest.mark.parametrize(
    ("loss", "row", "column", "weight"),
    [
        (CROSS_ENTROPY, i, i, p[i] * (1 - p[i])),
        (CROSS_ENTROPY, i, j, -p[i] * p[j]),
        (MEAN_SQUARED_ERROR, i, i, 2),
        (MEAN_SQUARED_ERROR, i, j, 0),
        (MeanSquaredError(sympy.Rational(1, 2)), i, i, 1),
    ],
)
def test_blocks_with_symbolic_sizes(loss, row, column, weight):
    derived = derive(HessianBlock(model, loss, row, column))
    assert derived == WeightedGram(1 / N, sympy.expand(weight))


def test_explicit_classes_and_sizes():
    block = HessianBlock(LinearModel(500, 3), CROSS_ENTROPY, 1, 3, samples=40)
    q = SoftmaxOfGaussians(3)
    assert derive(block) == WeightedGram(sympy.Rational(1, 40), -q[1] * q[3])


def test_index_names_of_the_sums_do_not_clash():
    letters = sympy.symbols("k c", integer=True, positive=True)
    derived = derive(HessianBlock(model, CROSS_ENTROPY, *letters))
    assert derived.weight == -p[letters[0]] * p[letters[1]]
    assert derive(HessianBlock(model, CROSS_ENTROPY, n, n)).weight == sympy.expand(
        p[n] * (1 - p[n])
    )


def test_the_printed_factor_of_the_squared_error_is_wrong():
    derived = derive(HessianBlock(model, MEAN_SQUARED_ERROR, i, i))
    test = same_gram(derived, WeightedGram(1 / N, 1))
    assert test.answer == Answer.NO
    assert "2" in test.witness


WRONG = [
    p[i],
    p[i] * (1 + p[i]),
    p[i] ** 2 * (1 - p[i]),
    p[j] * (1 - p[j]),
    p[i] * (1 - p[j]),
    2 * p[i] * (1 - p[i]),
    -p[i] * (1 - p[i]),
    sympy.Integer(0),
]


@pytest.mark.parametrize("weight", WRONG, ids=str)
def test_wrong_weights_are_rejected(weight):
    test = same_gram(derive(HessianBlock(model, CROSS_ENTROPY, i, i)), WeightedGram(1 / N, weight))
    assert test.answer == Answer.NO
    assert "p_i = " in test.witness


def test_two_classes_leave_one_degree_of_freedom():
    q = SoftmaxOfGaussians(2)
    block = derive(HessianBlock(LinearModel(d, 2), CROSS_ENTROPY, 1, 1))
    assert answer(block, WeightedGram(1 / N, q[1] * q[2])) == Answer.YES
    assert answer(block, WeightedGram(1 / N, q[1] * q[2] + q[1])) == Answer.NO


def test_three_classes_do_not():
    q = SoftmaxOfGaussians(3)
    block = derive(HessianBlock(LinearModel(d, 3), CROSS_ENTROPY, 1, 1))
    assert answer(block, WeightedGram(1 / N, q[1] * q[2])) == Answer.NO
    assert answer(block, WeightedGram(1 / N, q[1] * (q[2] + q[3]))) == Answer.YES


def test_scale_and_weight_are_compared_together():
    assert answer(WeightedGram(2 / N, p[i]), WeightedGram(1 / N, 2 * p[i])) == Answer.YES
    assert answer(WeightedGram(1 / N, p[i]), WeightedGram(1 / d, p[i])) == Answer.NO


def test_other_vectors_are_unknown():
    class Features(Input):
        pass

    assert answer(CE_DIAGONAL, WeightedGram(1 / N, 0, Features(), INPUT)) == Answer.UNKNOWN


def test_contraction_keeps_sums_without_deltas():
    V, k, a = sympy.IndexedBase("V"), *sympy.symbols("k a", integer=True)
    body = sympy.KroneckerDelta(k, a) * V[k] + V[k] ** 2
    result = contract(sympy.Sum(body, (k, 1, d)))
    assert result == V[a] + sympy.Sum(V[k] ** 2, (k, 1, d))




@pytest.mark.parametrize(
    "block",
    [
        HessianBlock(LinearModel(d, 2), CROSS_ENTROPY, 3, 3),
        HessianBlock(model, CROSS_ENTROPY, 0, 0),
        HessianBlock(model, CROSS_ENTROPY, i, 1),
        HessianBlock(model, CROSS_ENTROPY, i + 1, i + 1),
        HessianBlock(LinearModel(d, 1), CROSS_ENTROPY, i, j),
    ],
)
def test_unsupported_blocks(block):
    with pytest.raises(DomainError):
        derive(block)


def test_steps_state_loss_gradient_and_block():
    text = str(derive_with_steps(HessianBlock(model, CROSS_ENTROPY, i, j)))
    assert "log(" in text
    assert "KroneckerDelta(i, y[n])" in text
    assert text.splitlines()[-1].endswith("1/N * sum_n (-p_i*p_j) x_n x_n^T")


# The oracle: automatic differentiation of the printed loss at explicit sizes.
DATA = np.array([[0.3, -1.1], [0.7, 0.2], [-0.4, 0.9]])
WEIGHTS = np.array([[0.5, -0.2], [0.1, 0.8], [-0.6, 0.3]])
LABELS = [0, 2, 1]
TARGETS = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0], [3.0, 0.5, 0.0]])


def cross_entropy(weights):
    logits = anp.dot(DATA, weights.T)
    partition = anp.log(anp.sum(anp.exp(logits), axis=1))
    return -anp.mean(anp.array([logits[k, label] for k, label in enumerate(LABELS)]) - partition)


def squared_error(weights):
    return anp.mean(anp.sum((anp.dot(DATA, weights.T) - TARGETS) ** 2, axis=1))


def valued(expr):
    bases = {"V": WEIGHTS, "x": DATA}
    expr = expr.doit()
    values = {
        v: sympy.Float(bases[str(v.base)][int(v.indices[0]) - 1, int(v.indices[1]) - 1])
        for v in expr.atoms(sympy.Indexed)
    }
    return float(expr.xreplace(values))


@pytest.mark.parametrize(
    ("loss", "formula"), [(CROSS_ENTROPY, cross_entropy), (MEAN_SQUARED_ERROR, squared_error)]
)
@pytest.mark.parametrize(("row", "column"), [(1, 1), (1, 3), (3, 2)])
def test_entries_agree_with_automatic_differentiation(loss, formula, row, column):
    gram = derive(HessianBlock(LinearModel(2, 3), loss, row, column, samples=3))
    expr = entry(gram, dimension=2, samples=3)
    a, b = sympy.symbols("a b")
    hessian = autograd.hessian(formula)(WEIGHTS)
    found = [valued(expr.subs({a: k, b: m})) for k in (1, 2) for m in (1, 2)]
    assert np.allclose(found, hessian[row - 1, :, column - 1, :].ravel(), rtol=1e-10, atol=1e-12)

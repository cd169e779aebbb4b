import itertools

import pytest
import sympy
from sympy import KroneckerDelta, Ne, Piecewise, Rational, Sum

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.hessian import derive, derive_with_steps, same_gram
from rmtcheck.vocabulary.activations import (
    GELU,
    IDENTITY,
    RELU,
    SILU,
    TANH,
    Activation,
    leaky_relu,
)
from rmtcheck.vocabulary.grams import (
    INPUT,
    ONE,
    BlockGram,
    Combination,
    HiddenOutput,
    Input,
    UnitVector,
    WeightedGram,
)
from rmtcheck.vocabulary.losses import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    BinaryCrossEntropy,
    CrossEntropy,
    LogitLoss,
    MeanSquaredError,
)
from rmtcheck.vocabulary.networks import (
    Gradient,
    HessianBlock,
    HessianLayer,
    LinearModel,
    OneHiddenLayer,
)
from rmtcheck.vocabulary.quantities import SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import (
    LABEL,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    Target,
    V,
    indicator,
    logit,
    preactivation,
    target,
)
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m, n

linear = LinearModel(d, C)
relu = OneHiddenLayer(d, m, C)
p, gate = SoftmaxOfGaussians(C), indicator
PHI = HiddenOutput(RELU)


def over_classes(body):
    return Sum(body, (c, 1, C))


COVARIANCE = over_classes(p[c] * V[c, i] * V[c, j]) - over_classes(p[c] * V[c, i]) * over_classes(
    p[c] * V[c, j]
)
MIXED = Combination(
    (p[j] * (V[j, i] - over_classes(p[c] * V[c, i])), PHI),
    (p[j] - KroneckerDelta(j, LABEL), UnitVector(i)),
)
LOG_COSH = LogitLoss(over_classes(sympy.log(sympy.cosh(logit[c] - target[c]))), "logcosh")


def answer(left, right):
    return same_gram(left, right).answer


# The formulas of the theory, by hand.


@pytest.mark.parametrize(
    ("question", "gram"),
    [
        (HessianBlock(linear, CROSS_ENTROPY, i, i), WeightedGram(1 / N, p[i] * (1 - p[i]))),
        (HessianBlock(linear, CROSS_ENTROPY, i, j), WeightedGram(1 / N, -p[i] * p[j])),
        (HessianBlock(linear, MEAN_SQUARED_ERROR, i, i), WeightedGram(1 / N, 2)),
        (HessianBlock(linear, MEAN_SQUARED_ERROR, i, j), WeightedGram(1 / N, 0)),
        (HessianBlock(linear, MeanSquaredError(Rational(1, 2)), i, i), WeightedGram(1 / N, 1)),
        (
            HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.w[j]),
            WeightedGram(1 / N, gate[i] * gate[j] * COVARIANCE),
        ),
        (
            HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.v[j]),
            WeightedGram(1 / N, gate[i], INPUT, MIXED),
        ),
        (
            HessianBlock(relu, CROSS_ENTROPY, relu.v[j], relu.w[i]),
            WeightedGram(1 / N, gate[i], MIXED, INPUT),
        ),
        (
            HessianBlock(relu, MEAN_SQUARED_ERROR, relu.w[i], relu.w[j]),
            WeightedGram(1 / N, 2 * gate[i] * gate[j] * over_classes(V[c, i] * V[c, j])),
        ),
        (
            HessianBlock(relu, MEAN_SQUARED_ERROR, relu.v[i], relu.v[i]),
            WeightedGram(1 / N, 2, PHI, PHI),
        ),
        (
            HessianBlock(relu, MEAN_SQUARED_ERROR, relu.w[i], relu.v[j]),
            WeightedGram(
                1 / N,
                gate[i],
                INPUT,
                Combination((2 * V[j, i], PHI), (2 * (logit[j] - target[j]), UnitVector(i))),
            ),
        ),
        (
            Gradient(relu, CROSS_ENTROPY, relu.w[i]),
            WeightedGram(1 / N, gate[i] * (over_classes(p[c] * V[c, i]) - V[LABEL, i]), INPUT, ONE),
        ),
    ],
    ids=str,
)
def test_the_formulas_of_the_theory(question, gram):
    assert answer(derive(question), gram) == Answer.YES


def test_weights_are_printed_as_in_a_textbook():
    block = derive(HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.w[j]))
    assert block.weight == gate[i] * gate[j] * COVARIANCE
    block = derive(HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.v[j]))
    assert (block.weight, block.right) == (gate[i], MIXED)
    gradient = derive(Gradient(relu, MEAN_SQUARED_ERROR, relu.w[i]))
    residual = (logit[c] - target[c]) * V[c, i]
    assert gradient.weight == 2 * gate[i] * over_classes(residual)


def test_a_layer_is_one_formula_with_deltas():
    layer = derive(HessianLayer(relu, CROSS_ENTROPY, "v", "v"))
    delta = KroneckerDelta(i, j)
    expected = BlockGram(WeightedGram(1 / N, p[i] * (delta - p[j]), PHI, PHI), i, j, C, C)
    assert answer(layer, expected) == Answer.YES
    wrong = BlockGram(WeightedGram(1 / N, -p[i] * p[j], PHI, PHI), i, j, C, C)
    assert answer(layer, wrong) == Answer.NO
    taller = BlockGram(expected.gram, i, j, m, C)
    assert answer(layer, taller) == Answer.NO


def test_the_deltas_of_a_layer_count_without_other_fields():
    layer = derive(HessianLayer(linear, MEAN_SQUARED_ERROR, "v", "v"))
    zero = BlockGram(WeightedGram(1 / N, 0), i, j, C, C)
    assert answer(layer, zero) == Answer.NO


def test_explicit_classes_and_sizes():
    block = HessianBlock(LinearModel(500, 3), CROSS_ENTROPY, 1, 3, samples=40)
    q = SoftmaxOfGaussians(3)
    assert derive(block) == WeightedGram(Rational(1, 40), -q[1] * q[3])


def test_index_names_of_the_sums_do_not_clash():
    letters = sympy.symbols("k c", integer=True, positive=True)
    derived = derive(HessianBlock(linear, CROSS_ENTROPY, *letters))
    assert derived.weight == -p[letters[0]] * p[letters[1]]
    block = derive(HessianBlock(relu, MEAN_SQUARED_ERROR, relu.w[c], relu.w[n]))
    (total,) = block.weight.atoms(Sum)
    assert total.args[1][0] != c
    assert {node.args[1] for node in total.atoms(OutputWeight)} == {c, n}


@pytest.mark.parametrize("reduction", ["mean", "sum", "entries"])
def test_the_reduction_is_the_scale(reduction):
    gram = derive(HessianBlock(linear, CrossEntropy(reduction=reduction), i, i))
    assert gram.scale == {"mean": 1 / N, "sum": 1, "entries": 1 / (N * C)}[reduction]


# Rejected mutants: a wrong formula is told from the right one, with a witness.

WRONG_DIAGONALS = [
    p[i],
    p[i] * (1 + p[i]),
    p[i] ** 2 * (1 - p[i]),
    p[j] * (1 - p[j]),
    p[i] * (1 - p[j]),
    2 * p[i] * (1 - p[i]),
    -p[i] * (1 - p[i]),
    sympy.Integer(0),
]


@pytest.mark.parametrize("weight", WRONG_DIAGONALS, ids=str)
def test_wrong_weights_of_the_linear_model_are_rejected(weight):
    block = HessianBlock(linear, CROSS_ENTROPY, i, i)
    test = same_gram(derive(block), WeightedGram(1 / N, weight))
    assert test.answer == Answer.NO
    assert "p = (1/" in test.witness
    assert " against " in test.witness


def mutants_of_hidden_diagonal():
    right = gate[i] * gate[j] * COVARIANCE
    swap = {V[c, i]: V[i, c], V[c, j]: V[j, c]}
    first = over_classes(p[c] * V[c, i] * V[c, j])
    yield "sign", WeightedGram(1 / N, -right)
    yield "factor 2", WeightedGram(2 / N, right)
    yield "scale", WeightedGram(1 / d, right)
    yield "index swap in V", WeightedGram(1 / N, right.xreplace(swap))
    yield "dropped term", WeightedGram(1 / N, gate[i] * gate[j] * first)
    yield "lost gate", WeightedGram(1 / N, gate[i] * COVARIANCE)
    yield "wrong gate", WeightedGram(1 / N, gate[j] * COVARIANCE)
    yield "plus", WeightedGram(1 / N, gate[i] * gate[j] * (2 * first - COVARIANCE))
    yield "range", WeightedGram(1 / N, right.replace(Sum, lambda f, at: Sum(f, (at[0], 1, C - 1))))
    yield "no softmax", WeightedGram(1 / N, gate[i] * gate[j] * over_classes(V[c, i] * V[c, j]))
    yield "vector", WeightedGram(1 / N, right, INPUT, PHI)


@pytest.mark.parametrize(("name", "wrong"), list(mutants_of_hidden_diagonal()))
def test_mutants_of_the_hidden_block_are_rejected(name, wrong):
    test = same_gram(derive(HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.w[j])), wrong)
    assert test.answer == Answer.NO
    assert test.witness


def mutants_of_mixed():
    (first, _), (second, _) = sorted(MIXED.terms, key=lambda term: term[1] != PHI)
    for name, one, two, unit in (
        ("sign of the direct part", first, -second, i),
        ("no direct part", first, 0, i),
        ("no part through the logits", 0, second, i),
        ("unit of another index", first, second, j),
        ("class of another index", first, p[j] - KroneckerDelta(i, LABEL), i),
        ("target only", first, -KroneckerDelta(j, LABEL), i),
        ("one component", first.xreplace({p[j]: p[i]}), second, i),
        ("transposed V", first.xreplace({V[j, i]: V[i, j]}), second, i),
    ):
        vector = Combination((one, PHI), (two, UnitVector(unit)))
        yield name, WeightedGram(1 / N, gate[i], INPUT, vector)
    yield "wrong gate", WeightedGram(1 / N, gate[j], INPUT, MIXED)
    yield "transposed", WeightedGram(1 / N, gate[i], MIXED, INPUT)
    smooth = MIXED.xreplace({PHI: HiddenOutput(TANH)})
    yield "activation", WeightedGram(1 / N, gate[i], INPUT, smooth)


@pytest.mark.parametrize(("name", "wrong"), list(mutants_of_mixed()))
def test_mutants_of_the_mixed_block_are_rejected(name, wrong):
    test = same_gram(derive(HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.v[j])), wrong)
    assert test.answer == Answer.NO
    assert test.witness


def test_zeros_of_different_shape_differ():
    zeros = [WeightedGram(1 / N, 0, *pair) for pair in itertools.product((INPUT, PHI), repeat=2)]
    for left, right in itertools.product(zeros, repeat=2):
        assert (answer(left, right) == Answer.YES) == (left == right)


# Equal forms are accepted.

l = sympy.Symbol("l", integer=True, positive=True)  # noqa: E741
EQUAL_DIAGONALS = [
    p[i] - p[i] ** 2,
    p[i] * over_classes(p[c] * (1 - KroneckerDelta(c, i))),
    p[i] * over_classes(Piecewise((p[c], Ne(c, i)), (0, True))),
    p[i] * (Sum(p[c], (c, 1, C - 1)) + p[C] - p[i]),
    p[i] * (Sum(p[c], (c, 2, C)) + p[1] - p[i]),
    p[i] * over_classes(p[c]) * Sum(p[l], (l, 1, C)) - p[i] ** 2,
]


@pytest.mark.parametrize("weight", EQUAL_DIAGONALS, ids=str)
def test_equal_weights_are_accepted(weight):
    block = derive(HessianBlock(linear, CROSS_ENTROPY, i, i))
    assert answer(block, WeightedGram(1 / N, weight)) == Answer.YES
    assert answer(block, WeightedGram(1 / N, 2 * weight)) == Answer.NO


def test_spelled_softmax_is_the_softmax():
    share = sympy.exp(logit[i]) / over_classes(sympy.exp(logit[c]))
    block = derive(HessianBlock(linear, CROSS_ENTROPY, i, i))
    assert answer(block, WeightedGram(1 / N, share * (1 - share))) == Answer.YES
    assert answer(block, WeightedGram(1 / N, share)) == Answer.NO


def test_combinations_are_compared_by_coefficient():
    half = Combination(*((2 * coefficient, vector) for coefficient, vector in MIXED.terms))
    left, right = WeightedGram(1 / N, gate[i] / 2, INPUT, half), WeightedGram(1, 1, INPUT, MIXED)
    scaled = Combination(*((gate[i] / N * x, vector) for x, vector in MIXED.terms))
    assert answer(left, WeightedGram(1, 1, INPUT, scaled)) == Answer.YES
    assert answer(left, right) == Answer.NO


def test_equal_activations_in_another_form_are_equal():
    other = Activation(sympy.Max(sympy.Symbol("a", real=True), 0), "ramp")
    assert answer(WeightedGram(1, 1, PHI), WeightedGram(1, 1, HiddenOutput(other))) == Answer.YES
    assert answer(WeightedGram(1, 1, PHI), WeightedGram(1, 1, HiddenOutput(IDENTITY))) == Answer.NO


def test_logistic_functions_in_another_form_are_equal():
    block = derive(HessianBlock(linear, BinaryCrossEntropy(), i, i))
    power = sympy.exp(logit[i])
    assert answer(block, WeightedGram(1 / N, power / (1 + power) ** 2)) == Answer.YES
    assert answer(block, WeightedGram(1 / N, power / (1 + power))) == Answer.NO


def test_deltas_under_partial_sums_are_not_contracted():
    q = SoftmaxOfGaussians(3)
    half = Sum(KroneckerDelta(c, i), (c, 1, 2))
    assert answer(WeightedGram(1, q[i]), WeightedGram(1, q[i] * half)) == Answer.NO
    whole = Sum(KroneckerDelta(c, i), (c, 1, 3))
    assert answer(WeightedGram(1, q[i]), WeightedGram(1, q[i] * whole)) == Answer.YES
    other = over_classes(p[c]) * Sum(KroneckerDelta(c, i), (c, 1, m))
    assert answer(WeightedGram(1, p[i]), WeightedGram(1, p[i] * other)) != Answer.YES


def test_a_loss_with_pairs_of_classes():
    pairs = Sum((logit[c] - logit[l]) ** 4, (c, 1, C), (l, 1, C))
    block = derive(HessianBlock(linear, LogitLoss(pairs), i, i))
    expected = 24 * over_classes((logit[i] - logit[c]) ** 2)
    assert answer(block, WeightedGram(1 / N, expected)) == Answer.YES
    assert answer(block, WeightedGram(1 / N, expected / 2)) == Answer.NO
    assert derive_with_steps(HessianBlock(linear, LogitLoss(pairs), i, j)).steps


def test_two_classes_leave_one_degree_of_freedom():
    q = SoftmaxOfGaussians(2)
    block = derive(HessianBlock(LinearModel(d, 2), CROSS_ENTROPY, 1, 1))
    assert answer(block, WeightedGram(1 / N, q[1] * q[2])) == Answer.YES
    assert answer(block, WeightedGram(1 / N, q[1] * q[2] + q[1])) == Answer.NO


def test_many_classes_have_witnesses():
    q = SoftmaxOfGaussians(1000)
    block = derive(HessianBlock(LinearModel(d, 1000), CROSS_ENTROPY, 1, 999))
    assert answer(block, WeightedGram(1 / N, -q[1] * q[999])) == Answer.YES
    test = same_gram(block, WeightedGram(1 / N, -q[1] * q[998]))
    assert test.answer == Answer.NO
    assert len(test.witness) < 200


def test_a_spelled_logit_is_not_told_from_the_logit():
    network = OneHiddenLayer(d, m, C, IDENTITY)
    unit = sympy.Symbol("k", integer=True, positive=True)
    for size in (m, sympy.Symbol("width", integer=True, positive=True), 3):
        spelled = Sum(V[j, unit] * preactivation[unit], (unit, 1, size))
        left = WeightedGram(1 / N, logit[j], HiddenOutput(network.activation), ONE)
        right = WeightedGram(1 / N, spelled, HiddenOutput(network.activation), ONE)
        assert answer(left, right) == Answer.UNKNOWN


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

    right = WeightedGram(1 / N, 0, Features(), INPUT)
    assert answer(WeightedGram(1 / N, 1), right) == Answer.UNKNOWN


@pytest.mark.parametrize("bad", [None, 3, p[i]])
def test_other_objects_are_refused(bad):
    with pytest.raises(DomainError, match="accepted"):
        same_gram(WeightedGram(1, 1), bad)


# Questions that have no answer.

JUMP = Activation(sympy.sign(sympy.Symbol("a")), "sign")


@pytest.mark.parametrize(
    "made",
    [
        lambda: "H",
        lambda: HessianBlock(linear, "loss", i, i),
        lambda: HessianBlock(LinearModel(d, 2), CROSS_ENTROPY, 3, 3),
        lambda: HessianBlock(linear, CROSS_ENTROPY, 0, 0),
        lambda: HessianBlock(linear, CROSS_ENTROPY, i, 1),
        lambda: HessianBlock(linear, CROSS_ENTROPY, i + 1, i + 1),
        lambda: HessianBlock(linear, CROSS_ENTROPY, C, C),
        lambda: HessianBlock(linear, CROSS_ENTROPY, LABEL, LABEL),
        lambda: HessianBlock(LinearModel(d, 1), CROSS_ENTROPY, i, j),
        lambda: HessianBlock(LinearModel(0, C), CROSS_ENTROPY, i, j),
        lambda: HessianBlock(OneHiddenLayer(d, 0, C), CROSS_ENTROPY, relu.w[i], relu.w[i]),
        lambda: HessianBlock(OneHiddenLayer(d, 1, C), CROSS_ENTROPY, relu.w[i], relu.w[j]),
        lambda: HessianBlock(OneHiddenLayer(d, 2, C), CROSS_ENTROPY, relu.w[3], relu.w[3]),
        lambda: HessianBlock(linear, CROSS_ENTROPY, i, i, samples=0),
        lambda: HessianBlock(linear, MeanSquaredError(i), i, i),
        lambda: HessianBlock(linear, LogitLoss(Sum(logit[c] ** 2, (c, 1, 5))), i, i),
        lambda: Gradient(OneHiddenLayer(d, m, C, JUMP), CROSS_ENTROPY, relu.w[i]),
    ],
)
def test_unsupported_questions(made):
    with pytest.raises(DomainError, match=r"accepted|need"):
        derive(made())


def test_blocks_that_need_no_derivative_exist_for_jumps():
    network = OneHiddenLayer(d, m, C, JUMP)
    block = derive(HessianBlock(network, MEAN_SQUARED_ERROR, network.v[i], network.v[i]))
    assert block.left == HiddenOutput(JUMP)


# The oracle: every block is the second derivative of an explicit loss, by sympy alone.

CLASSES, WIDTH, DIMENSION = 3, 2, 2
POINT = [Rational(2, 3), Rational(-1, 2)]
HIDDEN = [[Rational(3, 4), Rational(1, 5)], [Rational(-1, 3), Rational(1, 2)]]
OUTPUT = [
    [Rational(1, 2), Rational(-1, 3)],
    [Rational(2, 5), Rational(1, 4)],
    [Rational(-1, 7), 1],
]
TARGETS = [Rational(1, 4), Rational(2, 3), Rational(1, 5)]
MARK = 2
VARIABLES = {("w", a, b): sympy.Symbol(f"w{a}{b}", real=True) for a in (1, 2) for b in (1, 2)} | {
    ("v", a, b): sympy.Symbol(f"v{a}{b}", real=True) for a in (1, 2, 3) for b in (1, 2)
}
AT = {
    variable: (HIDDEN if layer == "w" else OUTPUT)[a - 1][b - 1]
    for (layer, a, b), variable in VARIABLES.items()
}


def fields(activation):
    """Return preactivations, features and logits as expressions in the weights."""
    row = {a: sum(VARIABLES["w", a, b + 1] * POINT[b] for b in (0, 1)) for a in (1, 2)}
    features = (
        dict(enumerate(POINT, 1))
        if activation is None
        else {a: activation.expression.subs(sympy.Symbol("a", real=True), row[a]) for a in (1, 2)}
    )
    outputs = {
        e: sum(VARIABLES["v", e, a] * features[a] for a in (1, 2)) for e in range(1, CLASSES + 1)
    }
    return row, features, outputs


def explicit(expr, activation):
    """Return the value of an expression in the fields of the sample, in the weights."""
    row, _, outputs = fields(activation)
    expr = expr.xreplace({C: sympy.Integer(CLASSES), LABEL: sympy.Integer(MARK)})
    expr = expr.replace(sympy.Max, lambda *x: sympy.Max(*x).rewrite(Piecewise))
    expr = expr.replace(Sum, lambda f, at: sum(f.subs(at[0], e) for e in range(1, CLASSES + 1)))

    def softmax(e, _, t=1):
        return sympy.exp(outputs[int(e)] / t) / sum(sympy.exp(u / t) for u in outputs.values())

    rules = {
        SoftmaxComponent: softmax,
        Logit: lambda e: outputs[int(e)],
        Target: lambda e: TARGETS[int(e) - 1],
        OutputWeight: lambda e, a: VARIABLES["v", int(e), int(a)],
        Preactivation: lambda a: row[int(a)],
        Indicator: lambda a: Piecewise((1, row[int(a)] > 0), (0, True)),
    }
    for node, rule in rules.items():
        expr = expr.replace(node, rule)
    return expr


def vector(of, activation):
    _, features, _ = fields(activation)
    if isinstance(of, Combination):
        parts = [(explicit(x, activation), vector(y, activation)) for x, y in of.terms]
        return sum((x * y for x, y in parts), sympy.zeros(2, 1))
    if isinstance(of, UnitVector):
        return sympy.Matrix([int(of.index == 1), int(of.index == 2)])
    if of == ONE:
        return sympy.Matrix([1])
    return sympy.Matrix(POINT if of == INPUT else list(features.values()))


def value(expr):
    return sympy.N(expr.subs(AT), 30)


OF_LABEL = sympy.exp(logit[LABEL]) / over_classes(sympy.exp(logit[c]))
ORACLE_LOSSES = [
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    CrossEntropy(2, Rational(1, 5), "entries"),
    MeanSquaredError(Rational(1, 2), "sum"),
    BinaryCrossEntropy(),
    LOG_COSH,
    LogitLoss(over_classes(sympy.Max(0, 1 + logit[c] - logit[LABEL]) ** 2), "hinge"),
    LogitLoss(-((1 - OF_LABEL) ** 2) * sympy.log(OF_LABEL), "focal"),
]
ACTIVATIONS = [None, RELU, TANH, leaky_relu(Rational(1, 10)), SILU, GELU]


def rows_of(network):
    yield from ((network.v[2], network.v[2]), (network.v[1], network.v[3]))
    if network is not LINEAR:
        yield from ((network.w[1], network.w[1]), (network.w[2], network.w[1]))
        yield from ((network.w[1], network.v[2]), (network.v[3], network.w[2]))


LINEAR = LinearModel(DIMENSION, CLASSES)
CASES = [
    (activation, loss)
    for activation, loss in itertools.product(ACTIVATIONS, ORACLE_LOSSES)
    if activation in (None, RELU) or loss in (CROSS_ENTROPY, ORACLE_LOSSES[3], LOG_COSH)
]


@pytest.mark.parametrize(("activation", "loss"), CASES, ids=str)
def test_blocks_are_second_derivatives_of_the_explicit_loss(activation, loss):
    network = LINEAR if activation is None else OneHiddenLayer(2, WIDTH, CLASSES, activation)
    total = loss.prefactor(sympy.Integer(1), sympy.Integer(CLASSES)) * explicit(
        loss.of_sample(sympy.Integer(CLASSES)), activation
    )
    for row, column in rows_of(network):
        gram = derive(HessianBlock(network, loss, row, column, samples=1))
        weight = value(gram.scale * explicit(gram.weight, activation))
        matrix = weight * vector(gram.left, activation) * vector(gram.right, activation).T
        for a, b in ((1, 2), (2, 2)):
            first = VARIABLES[row.layer, int(row.index), a]
            second = VARIABLES[column.layer, int(column.index), b]
            expected = value(total.diff(first).diff(second))
            assert abs(value(matrix[a - 1, b - 1]) - expected) < 1e-25


@pytest.mark.parametrize("activation", [None, RELU, SILU], ids=str)
def test_gradients_are_derivatives_of_the_explicit_loss(activation):
    network = LINEAR if activation is None else OneHiddenLayer(2, WIDTH, CLASSES, activation)
    total = explicit(CROSS_ENTROPY.of_sample(sympy.Integer(CLASSES)), activation)
    for row in [network.v[1], network.v[2], *([network.w[2]] if activation else [])]:
        gram = derive(Gradient(network, CROSS_ENTROPY, row, samples=1))
        found = value(explicit(gram.weight, activation)) * vector(gram.left, activation)
        for a in (1, 2):
            expected = value(total.diff(VARIABLES[row.layer, int(row.index), a]))
            assert abs(value(found[a - 1]) - expected) < 1e-25


# Steps.


def test_steps_state_loss_gradient_and_block():
    derivation = derive_with_steps(HessianBlock(linear, CROSS_ENTROPY, i, j))
    lines = [step.text for step in derivation.steps]
    assert "log(" in lines[2]
    assert "KroneckerDelta(c, y_n)" in lines[3]
    assert lines[-1].endswith("1/N * sum_n (-p_i*p_j) x_n x_n^T")
    assert all(step.checked for step in derivation.steps)
    assert derivation.result == derive(HessianBlock(linear, CROSS_ENTROPY, i, j))


def test_mixed_blocks_tell_both_parts():
    derivation = derive_with_steps(HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.v[j]))
    parts = [step.text for step in derivation.steps if "its part" in step.text]
    assert len(parts) == 2
    assert "[e_i]_b" in parts[0]
    assert "[e_i]_b" not in parts[1]


@pytest.mark.parametrize(
    "question",
    [
        HessianBlock(LinearModel(500, 1000), CROSS_ENTROPY, 7, 1000, samples=5000),
        HessianLayer(OneHiddenLayer(d, m, C, TANH), CrossEntropy(sympy.Symbol("tau")), "w", "w"),
        Gradient(relu, BinaryCrossEntropy(), relu.w[i]),
        HessianBlock(OneHiddenLayer(3, 2, 2, GELU), LOG_COSH, relu.w[1], relu.w[1]),
    ],
    ids=str,
)
def test_steps_of_all_kinds_of_questions(question):
    derivation = derive_with_steps(question)
    assert derivation.result == derive(question)
    assert str(derivation).count("to 40 digits") >= 3

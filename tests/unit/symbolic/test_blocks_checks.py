from dataclasses import replace

import pytest
import sympy

from rmtcheck.symbolic.blocks.checks import Place, WrongLineError, require_equal
from rmtcheck.symbolic.blocks.lines import Argument
from rmtcheck.vocabulary.activations import GELU, RELU
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR, BinaryCrossEntropy
from rmtcheck.vocabulary.networks import Gradient, HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.samples import OutputWeight
from rmtcheck.vocabulary.symbols import C, d, i, j, m

linear, relu, gelu = LinearModel(d, C), OneHiddenLayer(d, m, C), OneHiddenLayer(d, m, C, GELU)
QUESTIONS = [
    HessianBlock(linear, CROSS_ENTROPY, i, j),
    HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.v[j]),
    HessianBlock(relu, MEAN_SQUARED_ERROR, relu.v[j], relu.w[i]),
    HessianBlock(gelu, BinaryCrossEntropy(), gelu.w[i], gelu.w[i]),
    Gradient(relu, CROSS_ENTROPY, relu.w[i]),
]
CHECKED = [
    (question, line)
    for question in QUESTIONS
    for line in Argument(question).lines()
    if line.how != "as printed"
]
IDS = [f"{question}: {line.clause}" for question, line in CHECKED]


@pytest.mark.parametrize(("question", "line"), CHECKED, ids=IDS)
def test_a_planted_error_is_found_in_every_line(question, line):
    formula = line.formula
    if isinstance(formula, WeightedGram):
        wrong = WeightedGram(formula.scale, 2 * formula.weight, formula.left, formula.right)
    else:
        wrong = 2 * formula
    line.check(formula)
    with pytest.raises(WrongLineError, match="against"):
        line.check(wrong)
    with pytest.raises(WrongLineError):
        replace(line, formula=wrong).step(Argument(question).put)


def test_a_sign_in_one_term_is_found():
    argument = Argument(HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.w[j]))
    second = next(line for line in argument.lines() if line.clause == "its second derivative")
    factors = second.formula.args
    (bracket,) = [f for f in factors if f.is_Add]
    wrong = second.formula.xreplace({bracket: sympy.Add(bracket.args[0], -bracket.args[1])})
    with pytest.raises(WrongLineError):
        second.check(wrong)


def test_a_transposed_weight_is_found():
    argument = Argument(HessianBlock(relu, MEAN_SQUARED_ERROR, relu.w[i], relu.v[j]))
    second = next(line for line in argument.lines() if line.clause == "its second derivative")
    wrong = second.formula.replace(OutputWeight, lambda e, unit: OutputWeight(unit, e))
    with pytest.raises(WrongLineError):
        second.check(wrong)


def test_numbers_must_agree_to_forty_digits():
    third = sympy.Rational(1, 3)
    require_equal(third, third + sympy.Rational(1, 10**42), third)
    with pytest.raises(WrongLineError):
        require_equal(third, third + sympy.Rational(1, 10**38), third)
    with pytest.raises(WrongLineError, match="no value"):
        require_equal(sympy.Symbol("x"), third, third)


def test_places_name_rows_and_entries():
    assert sorted(map(int, Place((1, 2), (2, 1)).indices.values())) == [1, 1, 2, 2]


def test_relu_has_open_and_closed_gates_at_the_explicit_network():
    network = Argument(HessianBlock(relu, CROSS_ENTROPY, relu.w[i], relu.w[i])).network
    assert network.activation == RELU.expression
    signs = {bool(network.preactivation(n, k) > 0) for n in (0, 1) for k in (1, 2)}
    assert signs == {True, False}
    assert all(network.preactivation(0, k) > 0 for k in (1, 2))

from math import e as euler

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.expectations import evaluate, extrapolate, log_slope, softmax_moment
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, gamma, i, j, tau

p = SoftmaxOfGaussians(C)
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2


def test_polynomial_is_expanded():
    value = evaluate(E(p[i] ** 2 * (1 - p[i]) ** 2), {C: 5})
    a, b, c = (softmax_moment((k,), 5).value for k in (2, 3, 4))
    assert abs(value.value - (a - 2 * b + c)) < 1e-14


def test_classes_are_exchangeable():
    assert evaluate(E(p[i] ** 2 * p[3]), {C: 6}) == evaluate(E(p[7] ** 2 * p[j]), {C: 6})


@pytest.mark.parametrize("classes", [2, 50, 10**6])
def test_weight_ratio_identity(classes):
    ratio = evaluate(E(p[i] * p[j]) / E(p[i] * (1 - p[i])), {C: classes})
    assert abs(ratio.value * (classes - 1) - 1) <= ratio.error * classes < 1e-11


def test_variance_of_a_scaled_component():
    spread = evaluate(E((C * p[i] - 1) ** 2), {C: 10**8})
    assert abs(spread.value - (euler - 1)) < 1e-6


def test_constant_of_the_linear_model():
    sizes = [1000 * 2**k for k in range(6)]
    values = [evaluate(C**2 * g_ij / g_ii, {C: n, gamma: 2}) for n in sizes]
    limit, exact = extrapolate(sizes, values), (2 * euler**2 + 1) / (2 * euler + 1)
    assert abs(limit.value - exact) <= limit.error < 1e-7
    assert abs(limit.value - (2 * euler + 1) / (2 * euler + 1)) > 1e6 * limit.error


def test_rate_of_the_linear_model():
    sizes = [1000 * 2**k for k in range(5)]
    slope = log_slope(sizes, [evaluate(g_ij / g_ii, {C: n, gamma: 1}) for n in sizes])
    assert abs(slope.value + 2) <= slope.error < 1e-4


def test_plain_algebra_needs_no_expectation():
    assert evaluate(sympy.sqrt(gamma) + sympy.Max(0, 1 - gamma), {gamma: 4}).value == 2
    assert evaluate(E(sympy.Integer(3))).value == 3


def test_errors_are_carried_through_the_algebra():
    inner = evaluate(E(p[i] ** 2), {C: 4})
    outer = evaluate(1000 * E(p[i] ** 2), {C: 4})
    assert abs(outer.error / (1000 * inner.error) - 1) < 0.2


@pytest.mark.parametrize(
    ("expression", "values", "message"),
    [
        (gamma * E(p[i]), {C: 3}, "no value for gamma"),
        (E(p[i]), {}, "number of classes"),
        (E(p[i] + SoftmaxOfGaussians(4)[j]), {C: 3}, "number of classes"),
        (E(1 / p[i]), {C: 3}, "softmax polynomial"),
        (E(gamma * p[i]), {C: 3}, "coefficient gamma"),
        (E(sympy.I * p[i]), {C: 3}, "not a real number"),
        (E(p[i]) / 0, {C: 3}, "no float value|finite real"),
        (sympy.sqrt(-E(p[i])), {C: 3}, "no float value|finite real"),
        (E(p[i]), {C: 1}, "at least 2"),
    ],
)
def test_refusals(expression, values, message):
    with pytest.raises(DomainError, match=message):
        evaluate(expression, values)


@pytest.mark.parametrize("scale", [sympy.Rational(1, 2), sympy.Rational(5, 4)])
def test_scale_of_the_logits_is_respected(scale):
    warm = SoftmaxOfGaussians(C, tau)
    value = evaluate(E(warm[i] ** 2), {C: 10, tau: scale})
    assert value.value == softmax_moment((2,), 10, float(scale)).value
    assert abs(value.value - evaluate(E(p[i] ** 2), {C: 10}).value) > 1e6 * value.error


@pytest.mark.parametrize(
    "mean",
    [
        E(SoftmaxOfGaussians(10, tau)[i]),
        E(SoftmaxOfGaussians(10, 30)[i] ** 2),
        E(SoftmaxOfGaussians(10, 2)[i] * SoftmaxOfGaussians(10)[j]),
    ],
)
def test_other_scales_are_refused(mean):
    with pytest.raises(DomainError, match="scale"):
        evaluate(mean)

"""Directions of growth, and softmaxes of Gaussian logits."""

import pytest
from sympy import Rational, Symbol, nan
from sympy import latex as sympy_latex

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.quantities import Along, E, SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, tau

together, after = Along(d, N, ratio=gamma), Along(d, N, ratio=gamma, then=C)


def test_a_direction_says_what_grows_and_in_which_order():
    assert str(together) == "d, N -> oo, d/N -> gamma"
    assert str(after) == "d, N -> oo, d/N -> gamma, then C -> oo"
    assert str(Along(d, then=C)) == "d -> oo, then C -> oo"


def test_its_formula_says_the_same():
    assert after.latex().endswith(r"\ \text{then}\ C \to \infty")
    assert r"\text{then}" not in together.latex()


def test_sizes_that_grow():
    assert together.growing == (d, N)
    assert after.growing == (d, N, C)


def test_orders_count_the_last_size():
    assert (together.scale, after.scale, Along(C).scale) == (d, C, C)


def test_the_order_of_limits_is_part_of_the_direction():
    assert together != after
    assert after == Along(d, N, ratio=gamma, then=C)


def test_a_softmax_of_scale_one_has_one_name():
    assert SoftmaxOfGaussians(C, 1)[i] == SoftmaxOfGaussians(C)[i] == SoftmaxComponent(i, C, 1)
    assert SoftmaxOfGaussians(C, tau)[i].subs(tau, 1) == SoftmaxOfGaussians(C)[i]
    assert SoftmaxOfGaussians(C, tau)[i] != SoftmaxOfGaussians(C)[i]


def test_the_temperature_is_the_inverse_scale():
    component = SoftmaxOfGaussians(C, Rational(5, 4))[i]
    assert (component.temperature, component.scale) == (Rational(4, 5), Rational(5, 4))
    assert component.softmax == SoftmaxOfGaussians(C, Rational(5, 4))


@pytest.mark.parametrize("scale", [0, -1, Symbol("a", real=True)])
def test_a_scale_is_positive(scale):
    with pytest.raises(DomainError, match=r"scale is .*; accepted are exact positive"):
        SoftmaxOfGaussians(C, scale)


@pytest.mark.parametrize(
    ("scale", "text", "latex"),
    [
        (1, "E[p_i]", r"\mathbb{E}\left["),
        (tau, "E_{tau}[p_i]", r"\mathbb{E}_{\tau}\left["),
        (Rational(1, 2), "E_{tau=1/2}[p_i]", r"\mathbb{E}_{\tau=\frac{1}{2}}\left["),
    ],
)
def test_a_mean_says_the_scale(scale, text, latex):
    mean = E(SoftmaxOfGaussians(C, scale)[i])
    assert str(mean) == text
    assert sympy_latex(mean).startswith(latex)
    assert str(E(SoftmaxOfGaussians(10, 2)[1])) == "E_{C=10, tau=2}[p_1]"


@pytest.mark.parametrize("scale", [0, -1, 0.5, None, "", "2", [1], object(), True, nan])
def test_a_scale_is_an_exact_positive_expression(scale):
    with pytest.raises(DomainError, match=r"scale is .*; accepted are exact positive expressions"):
        SoftmaxOfGaussians(10, scale)


@pytest.mark.parametrize("classes", [0, -1, 2.0, None, "", b"1", [], object(), True, nan])
def test_a_number_of_classes_is_a_positive_integer_or_a_symbol(classes):
    with pytest.raises(DomainError, match=r"classes is .*; accepted are positive integers"):
        SoftmaxOfGaussians(classes)

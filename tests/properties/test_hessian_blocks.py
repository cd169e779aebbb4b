"""The properties of Hessian blocks, over drawn networks and losses, and over planted errors."""

import runpy
from pathlib import Path

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from rmtcheck.vocabulary.activations import (
    GELU,
    IDENTITY,
    RELU,
    SIGMOID,
    SILU,
    TANH,
    leaky_relu,
)
from rmtcheck.vocabulary.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import V
from rmtcheck.vocabulary.symbols import C, j

OF = runpy.run_path(str(Path(__file__).with_name("hessian_properties.py")))
drawn, times, plus, uneven = OF["drawn"], OF["times"], OF["plus"], OF["uneven"]
ALL = [RELU, TANH, SIGMOID, GELU, SILU, IDENTITY, leaky_relu(sympy.Rational(1, 5))]
ANALYTIC = [TANH, IDENTITY]
REDUCTIONS = st.sampled_from(["mean", "sum", "entries"])
TEMPERATURES = st.sampled_from([1, 2, sympy.Rational(1, 2), sympy.Rational(7, 3)])
SMOOTHINGS = st.sampled_from([0, sympy.Rational(1, 10), sympy.Rational(3, 4), 1])
CE = st.builds(CrossEntropy, TEMPERATURES, SMOOTHINGS, REDUCTIONS)
MSE = st.builds(MeanSquaredError, st.sampled_from([1, 3, sympy.Rational(1, 2)]), REDUCTIONS)
BCE = st.builds(BinaryCrossEntropy, REDUCTIONS)
ANY = CE | MSE | BCE


def cases(losses, activations, most=3):
    size = st.integers(1, most)
    return st.builds(
        drawn,
        st.integers(0, 2**32),
        losses,
        st.sampled_from(activations),
        d=size,
        m=size,
        C=st.integers(2, most + 1),
        N=st.integers(1, 5),
    )


PROPERTIES = [
    ("hessian_is_symmetric", ANY, ALL),
    ("gauss_newton_part_is_positive", ANY, ALL),
    ("classes_can_be_permuted", ANY, ALL),
    ("blocks_of_cross_entropy_sum_to_zero", CE, ALL),
    ("spelled_by_the_user", ANY, ALL),
    ("reductions_differ_by_sizes", ANY, ALL),
    ("temperature_divides_the_output_weights", CE, ALL),
    ("smoothing_is_affine", CE, ALL),
    ("factor_is_linear", MSE, ALL),
    ("two_classes_are_one_output", st.just(BinaryCrossEntropy()), ALL),
    ("gradient_is_the_derivative", ANY, ANALYTIC),
    ("single_blocks_are_those_of_the_layers", ANY, ALL),
]


@pytest.mark.parametrize(("name", "losses", "activations"), PROPERTIES, ids=lambda p: str(p)[:40])
def test_properties_hold(name, losses, activations):
    @settings(max_examples=8)
    @given(cases(losses, activations))
    def holds(case):
        assert OF[name](case)

    holds()


SHARP = CrossEntropy(2, sympy.Rational(1, 10))
P_J = SoftmaxComponent(j, C)
PLANTED = [
    ("hessian_is_symmetric", SHARP, TANH, {"wv": times(2)}),
    ("hessian_is_symmetric", SHARP, TANH, {"vv": uneven}),
    ("gauss_newton_part_is_positive", SHARP, RELU, {"vv": times(-1)}),
    ("gauss_newton_part_is_positive", SHARP, RELU, {"wv": times(3)}),
    ("gauss_newton_part_is_positive", MeanSquaredError(), IDENTITY, {"ww": times(sympy.S.Half)}),
    ("classes_can_be_permuted", SHARP, TANH, {"vv": uneven}),
    ("classes_can_be_permuted", MeanSquaredError(), RELU, {"ww": plus(V[1, 1])}),
    ("blocks_of_cross_entropy_sum_to_zero", SHARP, RELU, {"vv": plus(P_J)}),
    ("blocks_of_cross_entropy_sum_to_zero", SHARP, RELU, {"wv": plus(P_J)}),
    ("spelled_by_the_user", SHARP, TANH, {"ww": times(2)}),
    ("spelled_by_the_user", MeanSquaredError(3), RELU, {"wv": times(-1)}),
    ("spelled_by_the_user", BinaryCrossEntropy(), GELU, {"vv": plus(1)}),
    ("reductions_differ_by_sizes", SHARP, TANH, {"vv": times(2)}),
    ("temperature_divides_the_output_weights", SHARP, TANH, {"ww": times(4)}),
    ("temperature_divides_the_output_weights", SHARP, TANH, {"wv": times(2)}),
    ("smoothing_is_affine", SHARP, TANH, {"ww": plus(1)}),
    ("factor_is_linear", MeanSquaredError(3), TANH, {"vv": times(sympy.Rational(1, 3))}),
    ("two_classes_are_one_output", BinaryCrossEntropy(), RELU, {"vv": times(2)}),
    ("gradient_is_the_derivative", SHARP, TANH, {"gradient": times(-1)}),
    ("gradient_is_the_derivative", MeanSquaredError(), IDENTITY, {"gradient": times(2)}),
    ("single_blocks_are_those_of_the_layers", SHARP, TANH, {"wv": times(2)}),
]


@pytest.mark.parametrize(("name", "loss", "activation", "planted"), PLANTED)
def test_planted_errors_are_seen(name, loss, activation, planted):
    sizes = {"d": 3, "m": 2, "C": 3, "N": 5}
    assert OF[name](drawn(1, loss, activation, **sizes)), "the property fails without any error"
    assert not OF[name](drawn(1, loss, activation, **sizes, planted=planted))

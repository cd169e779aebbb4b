"""Every derivation says what it differentiates, in which order, of which loss."""

import pytest

from rmtcheck.symbolic.hessian import derive_with_steps
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, CrossEntropy, MeanSquaredError
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.symbols import C, d, i, j, m

LINEAR, HIDDEN = LinearModel(d, C), OneHiddenLayer(d, m, C)


@pytest.mark.parametrize(
    ("network", "loss", "stated"),
    [
        (LINEAR, CROSS_ENTROPY, "averaged over the samples, with the factor 1"),
        (LINEAR, MeanSquaredError(3, "sum"), "summed over the samples, with the factor 3"),
        (HIDDEN, CrossEntropy(reduction="entries"), "the samples and the outputs"),
        (LINEAR, CROSS_ENTROPY, "theta = (v_1, ..., v_C)"),
        (HIDDEN, CROSS_ENTROPY, "theta = (w_1, ..., w_m, v_1, ..., v_C)"),
    ],
)
def test_the_first_line_states_the_conventions(network, loss, stated):
    block = HessianBlock(network, loss, network.v[i], network.v[j])
    first = derive_with_steps(block).steps[0]
    assert stated in first.text
    assert r"\partial r_a\,\partial c_b" in first.latex

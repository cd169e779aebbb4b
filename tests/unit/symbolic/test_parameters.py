import pytest

from rmtcheck.symbolic.parameters import count_parameters
from rmtcheck.vocabulary.graphs import feed_forward
from rmtcheck.vocabulary.networks import LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.patterns import HessianSize
from rmtcheck.vocabulary.symbols import C, d, m


def test_sizes():
    assert count_parameters(HessianSize(LinearModel(d, C))).result == C * d
    assert count_parameters(HessianSize(OneHiddenLayer(d, m, C))).result == m * d + C * m


@pytest.mark.parametrize("network", [LinearModel(3, 4), OneHiddenLayer(3, 2, 4)])
def test_the_count_is_that_of_the_weights(network):
    assert count_parameters(HessianSize(network)).result == len(feed_forward(network).weights)

"""Softmax probabilities of a network, as nouns."""

import sympy

from rmtcheck.vocabulary.network_softmax import SoftmaxOfNetwork
from rmtcheck.vocabulary.networks import OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, d, i, m

network = OneHiddenLayer(d, m, C)
p = SoftmaxOfNetwork(network)


def test_it_knows_its_class_and_network():
    assert (p[i].index, p[i].network) == (i, network)
    assert p[i].is_positive


def test_it_is_not_the_softmax_of_independent_logits():
    assert p[i] != SoftmaxOfGaussians(C)[i]
    assert (str(p[i]), sympy.latex(p[i] ** 2)) == ("p_n,i", "p_{n,i}^{2}")


def test_sizes_can_be_put_in():
    assert p[i].subs({C: 10, m: 4}).network == OneHiddenLayer(d, 4, 10)

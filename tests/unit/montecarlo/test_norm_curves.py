"""Curves of norms against the derived blocks of the same draw."""

import numpy as np
import pytest

from rmtcheck import CROSS_ENTROPY, HessianBlock, OneHiddenLayer, derive, to_numeric
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.draw import draw_one_hidden_layer
from rmtcheck.montecarlo.norm_curves import CLASSES, norm_curve
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.symbols import C, d, i, j, m

SIZES = {"d": 5, "N": 12, "m": 3}
ROUNDING = 1e-11


def drawn(seed):
    return draw_one_hidden_layer(5, 3, 12, CLASSES[-1], stream(seed, "curve", 0))


def norms(X, V, W):
    """Return the mean squared norms of the blocks of both kinds, over d."""
    network = OneHiddenLayer(d, m, C)
    found = {}
    for kind, k in (("diagonal", i), ("off", j)):
        rows = network.w[i], network.w[k]
        block = to_numeric(derive(HessianBlock(network, CROSS_ENTROPY, *rows)), network=network)
        pairs = [(a, b) for a in (1, 2, 3) for b in (1, 2, 3) if (a == b) == (kind == "diagonal")]
        labels = np.ones(12, dtype=int)
        squares = [(block(X, V, W, labels, i=a, j=b) ** 2).sum() / 5 for a, b in pairs]
        found[kind] = np.mean(squares)
    return found


@pytest.mark.parametrize("place", [0, 2, 5, len(CLASSES) - 1])
def test_a_curve_is_that_of_the_derived_blocks(place):
    X, V, W = drawn(11)
    expected = norms(X, V[: CLASSES[place]], W)
    row = norm_curve(stream(11, "curve", 0), **SIZES)
    np.testing.assert_allclose(row[2 * place], expected["diagonal"], rtol=ROUNDING)
    np.testing.assert_allclose(row[2 * place + 1], expected["off"], rtol=ROUNDING)


def test_one_unit_has_no_pairs():
    with pytest.raises(DomainError, match="m = 1"):
        norm_curve(stream(0, "curve", 0), d=5, N=12, m=1)


def test_a_class_more_is_seen():
    X, V, W = drawn(11)
    row = norm_curve(stream(11, "curve", 0), **SIZES)
    assert abs(norms(X, V[: CLASSES[2] + 1], W)["off"] / row[5] - 1) > 1e-4

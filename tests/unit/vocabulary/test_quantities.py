"""Directions of growth."""

from rmtcheck.vocabulary.quantities import Along
from rmtcheck.vocabulary.symbols import C, N, d, gamma

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

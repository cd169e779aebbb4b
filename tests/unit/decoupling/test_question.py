"""Questions that cannot be answered are refused before anything is drawn."""

import math
from fractions import Fraction

import numpy as np
import pytest

from rmtcheck.decoupling.blocks import block_weight
from rmtcheck.decoupling.formulas import own_weight
from rmtcheck.decoupling.question import aspect_ratio, point, require_texts, sizes_from
from rmtcheck.errors import DomainError


def equal_rows():
    """A readout that tells no class from another."""
    return block_weight("hidden.ce.diagonal", readout=np.array([[1.0, -1.0], [1.0, -1.0]]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sizes": (64, 128)}, "at least 3 from 64 on"),
        ({"sizes": ()}, "at least 3"),
        ({"sizes": (64, 64, 128)}, "each may occur once"),
        ({"sizes": (64, 128, 10**6)}, "up to 16384"),
        ({"sizes": (65, 128, 256)}, "multiples of 2"),
        ({"sizes": (4, 64, 128, 256)}, "the weight has 3 fields and d = 2 at N = 4"),
        ({"sizes": (0, 64, 128, 256)}, "a size is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 1.0}, "seed is 1.0"),
        ({"draws": 0}, "draws is 0"),
        ({"level": 1.0}, "level is 1.0"),
        ({"level": math.nan}, "level is nan"),
        ({"level": "x"}, "level is 'x'"),
        ({"level": None}, "level is None"),
        ({"gamma": Fraction(1000)}, "= 64000; one complex matrix of that size takes 61 GiB"),
        ({"weight": own_weight("1e-99*u1")}, "others vanish in rounding"),
        ({"weight": own_weight("u1^100")}, "others vanish in rounding"),
        ({"weight": own_weight("1e90*u1")}, "others vanish in rounding"),
        ({"weight": equal_rows()}, "the weight is 0 at all of"),
        ({"z": 0.1}, "z is 0.1"),
        ({"z": 0.1 - 1j}, "imaginary part"),
        ({"z": complex(math.inf, 1)}, "z is (inf"),
        ({"z": complex(math.nan, 1)}, "z is (nan"),
    ],
)
def test_misuse_is_told(question, changes, said):
    with pytest.raises(DomainError) as problem:
        question(**changes)
    assert said in str(problem.value)


def test_draws_fall_like_the_square_of_the_size_and_stop(question):
    asked = question(draws=4096)
    assert [asked.draws_at(N) for N in (32, 64, 128, 1024)] == [16384, 4096, 1024, 128]


def test_the_bound_is_that_of_the_rank(question):
    asked = question(z=0.3 + 0.25j)
    assert asked.bound(64) == pytest.approx(2 * 3 * 64 / (32 * 0.25))


@pytest.mark.parametrize(
    ("given", "value"),
    [("1/2", Fraction(1, 2)), (0.1, Fraction(1, 10)), (2, 2), ("1e-3", "1/1000")],
)
def test_a_ratio_is_read_exactly(given, value):
    assert aspect_ratio(given) == Fraction(value)


@pytest.mark.parametrize("given", ["x", "1/0", 0, -1, math.nan, math.inf, "1e9", None, 1j])
def test_a_ratio_that_is_none_is_refused(given):
    with pytest.raises(DomainError, match="gamma is"):
        aspect_ratio(given)


@pytest.mark.parametrize(
    ("given", "value"),
    [("0.1+0.1i", 0.1 + 0.1j), ("-1 + 2j", -1 + 2j), (3 + 1j, 3 + 1j), ("i", 1j)],
)
def test_a_point_is_read(given, value):
    assert point(given) == value


@pytest.mark.parametrize("given", ["x", "", "1", "-i", "1e400+i", None, "nan+i", "1+1e-9i"])
def test_a_point_that_is_none_is_refused(given):
    with pytest.raises(DomainError, match="z is"):
        point(given)


def test_sizes_are_read_and_sorted():
    assert sizes_from("256, 64,128") == sizes_from([128, 64, 256]) == (64, 128, 256)


@pytest.mark.parametrize("given", ["", "64,x", "64;128", [64.0], [True], "64,,128", 5, None])
def test_sizes_that_are_none_are_refused(given):
    with pytest.raises(DomainError, match="sizes are"):
        sizes_from(given)


@pytest.mark.parametrize("given", [(5, None), ("t", 7)])
def test_a_title_is_text_and_a_store_is_a_path(given):
    with pytest.raises(DomainError, match="is accepted"):
        require_texts(*given)
    require_texts("t", "s")


def test_small_weights_beside_z_are_studied(question):
    assert question(own_weight("1e-9*tanh(u1)^2")).bound(64) == pytest.approx(40)

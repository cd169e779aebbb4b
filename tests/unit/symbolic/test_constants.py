import pytest

from rmtcheck.symbolic.constants import constant_sign


@pytest.mark.parametrize(
    ("polynomial", "sign"),
    [
        ({}, 0),
        ({(0, 0): 0}, 0),
        ({(1, 0): 100000, (0, 0): -271828}, 1),
        ({(1, 0): 100000, (0, 0): -271829}, -1),
        ({(0, 1): 113, (0, 0): -355}, -1),
        ({(0, 1): 7, (0, 0): -22}, -1),
        ({(1, 1): 1, (0, 0): -8}, 1),
    ],
)
def test_signs(polynomial, sign):
    assert constant_sign(polynomial) == sign


def test_close_comparison_needs_more_bits():
    scale = 10**60
    digits = 2718281828459045235360287471352662497757247093699959574966967
    assert constant_sign({(1, 0): scale, (0, 0): -digits}) == 1
    assert constant_sign({(1, 0): scale, (0, 0): -digits - 1}) == -1

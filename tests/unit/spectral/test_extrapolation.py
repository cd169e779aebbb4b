import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral.extrapolation import extrapolate, log_slope
from rmtcheck.vocabulary.observations import Estimate

SIZES = [100, 200, 400, 800]


def test_limit_of_a_series_in_the_inverse_size():
    limit = extrapolate(SIZES, [2 / (1 + 5 / n) for n in SIZES])
    assert abs(limit.value - 2) <= limit.error < 1e-4


def test_errors_of_values_are_carried():
    values = [Estimate(value=1.0, error=1e-3) for _ in SIZES]
    assert extrapolate(SIZES, values).error >= 1e-3


def test_slow_convergence_shows_in_the_error():
    assert extrapolate(SIZES, [n**-0.5 for n in SIZES]).error > 1e-3


@pytest.mark.parametrize("exponent", [-2, -0.5, 1])
@pytest.mark.parametrize("sign", [1, -1])
def test_exponent(exponent, sign):
    slope = log_slope(SIZES, [sign * n**exponent * (3 + 1 / n) for n in SIZES])
    assert abs(slope.value - exponent) <= slope.error < 1e-4


def test_exponent_is_not_that_of_its_neighbour():
    slope = log_slope(SIZES, [n**-1.5 for n in SIZES])
    assert abs(slope.value + 2) > 100 * slope.error


@pytest.mark.parametrize(
    ("sizes", "values"),
    [
        ([1], [1]),
        ([1, 2], [1]),
        ([2, 1], [1, 1]),
        ([0, 1], [1, 1]),
        ([1, 2], [1, float("nan")]),
        ([1, float("inf")], [1, 1]),
    ],
)
def test_bad_sizes_and_values(sizes, values):
    with pytest.raises(DomainError):
        extrapolate(sizes, values)


@pytest.mark.parametrize("values", [[1, -1, 1], [1, 0, 1]])
def test_exponent_needs_one_sign(values):
    with pytest.raises(DomainError, match="one sign"):
        log_slope([1, 2, 3], values)


def test_exponent_needs_three_sizes():
    with pytest.raises(DomainError, match="at least 3"):
        log_slope([1, 2], [1, 1])

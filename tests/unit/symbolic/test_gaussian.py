import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.gaussian import gaussian_mean, index_classes, pairings

a, b, c, n, m, d, N, v = sympy.symbols("a b c n m d N v")


@pytest.mark.parametrize(("items", "number"), [(0, 1), (2, 1), (4, 3), (8, 105), (3, 0)])
def test_the_number_of_pairings(items, number):
    assert len(list(pairings(range(items)))) == number


@pytest.mark.parametrize(("power", "moment"), [(1, 0), (2, 1), (3, 0), (4, 3), (6, 15), (8, 105)])
def test_moments_of_one_entry(power, moment):
    assert gaussian_mean([(a, n)] * power, {}) == moment


def test_free_indices_stay_as_deltas():
    delta = sympy.KroneckerDelta
    mean = gaussian_mean([(a, n), (b, n), (a, m), (b, m)], {})
    assert sympy.expand(mean - delta(a, b) - delta(n, m) - delta(a, b) * delta(n, m)) == 0


def test_summed_indices_give_powers_of_the_sizes():
    entries = [(a, n), (b, n), (a, m), (b, m)]
    assert gaussian_mean(entries, {a: d, b: d, n: N, m: N}) == sympy.expand(
        d * N**2 + d**2 * N + d * N
    )


def test_a_free_index_absorbs_a_summed_one():
    mean = gaussian_mean([(a, n), (b, n)], {b: d, n: N})
    assert mean == N


def test_variance_counts_once_per_pair():
    assert gaussian_mean([(a, n)] * 4, {}, v) == 3 * v**2


def test_squared_norm_of_a_column_is_chi_square():
    entries = [(a, n), (a, n), (b, n), (b, n), (c, n), (c, n)]
    sizes = {a: d, b: d, c: d}
    assert sympy.factor(gaussian_mean(entries, sizes)) == d * (d + 2) * (d + 4)


def test_too_many_factors_are_refused():
    with pytest.raises(DomainError, match="16 factors"):
        list(index_classes([(a, n)] * 16))

"""The closed forms against another derivation, by independent chi-squares.

With s = (x+y)/sqrt 2 and t = (x-y)/sqrt 2: x.y = (|s|^2 - |t|^2)/2 and |x+y|^2 = 2|s|^2, so
every mean is a combination of E A^k e^{gA} = 2^k (d/2)_k (1-2g)^{-d/2-k}, A ~ chi^2_d.
"""

import itertools

import mpmath
import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.dominate import (
    averaged_mean,
    averaged_rule,
    dominating_mean,
    dominating_rule,
    geometric_mean,
    quarter_mean,
    simplex_factor,
)

SIZES = [(9, 1, 3), (12, 7, 2), (50, 100, 10), (50, 100, 1000), (500, 300, 128000)]
KINDS = ["diagonal", "off_diagonal"]


def chi_moment(d, k, g):
    return (
        mpmath.mpf(2) ** k
        * mpmath.rf(mpmath.mpf(d) / 2, k)
        * (1 - 2 * g) ** (-mpmath.mpf(d) / 2 - k)
    )


def by_chi_squares(kind, d, N, C):
    """Mean for the weight C^-q e^{a.u}, with |a|^2 summed entry by entry."""
    chosen, q = ([1], 1) if kind == "diagonal" else ([1, 1], 2)
    with mpmath.workdps(50):
        mean = mpmath.mpf(q) / C
        alpha = sum((e - mean) ** 2 for e in chosen) + (C - q) * mean**2
        same = chi_moment(d, 2, 2 * alpha / d)
        g = alpha / d
        other = (
            chi_moment(d, 2, g)
            - 2 * chi_moment(d, 1, g) * chi_moment(d, 1, 0)
            + chi_moment(d, 0, g) * chi_moment(d, 2, 0)
        ) / 4
        total = same / N + (1 - mpmath.mpf(1) / N) * other
        return float(total / d / mpmath.mpf(C) ** (2 * q))


@pytest.mark.parametrize(("kind", "sizes"), [*itertools.product(KINDS, SIZES)])
def test_geometric_mean_agrees_with_chi_squares(kind, sizes):
    assert geometric_mean(kind, *sizes) == pytest.approx(by_chi_squares(kind, *sizes), rel=1e-11)


def test_comparison_sees_a_wrong_exponent():
    """The two means of one kind differ by far more than the tolerance above."""
    d, N, C = 50, 100, 10
    wrong = geometric_mean("diagonal", d, N, C) * (1 - 4 * 0.9 / d) ** 0.5
    assert wrong != pytest.approx(by_chi_squares("diagonal", d, N, C), rel=1e-4)


def test_large_sizes_approach_the_gaussian_limit():
    """C^4 E U -> gamma e^{2 alpha} + e^alpha with alpha = 2, gamma = 1/2."""
    limit = 0.5 * np.exp(4) + np.exp(2)
    value = 1e16 * geometric_mean("off_diagonal", 10**7, 2 * 10**7, 10**4)
    # alpha = 2 - 4/C moves the logarithm of the limit by at most 2 * 4/C = 8e-4
    assert value == pytest.approx(limit, rel=2e-3)


def test_quarter_mean_by_counting_terms():
    d, N = 7, 5
    assert quarter_mean("diagonal", d, N, 3) == pytest.approx(
        (N * d * (d + 2) + N * (N - 1) * d) / (16 * N**2 * d)
    )


def test_two_classes_make_the_families_one_off_the_diagonal():
    assert geometric_mean("off_diagonal", 6, 9, 2) == pytest.approx(
        quarter_mean("off_diagonal", 6, 9, 2)
    )


def test_spread_mean_is_the_chi_square_transform():
    d, C = 40, 10
    expected = float(chi_moment(d, 0, 2 * (1 - 1 / C) / d)) - 1
    assert dominating_mean("spread", d, 1, C) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kind", "d", "C"), [("diagonal", 3, 4), ("off_diagonal", 6, 8), ("spread", 2, 2)]
)
def test_mean_does_not_exist_on_the_edge(kind, d, C):
    with pytest.raises(DomainError, match="must exceed"):
        geometric_mean(kind, d, 10, C)
    geometric_mean(kind, d + 1, 10, C)


@pytest.mark.parametrize(
    ("kind", "d", "C"), [*itertools.product(KINDS, [1, 5, 50], [2, 3, 10, 1000])]
)
def test_the_smaller_mean_is_used(kind, d, C):
    value = dominating_mean(kind, d, 20, C)
    assert value <= quarter_mean(kind, d, 20, C)
    if dominating_rule(kind, d, 20, C) == "geometric":
        assert value == geometric_mean(kind, d, 20, C)


@pytest.mark.parametrize(
    "arguments", [("norm", 5, 5, 2), ("diagonal", 0, 5, 2), ("diagonal", 5, 5, 1)]
)
def test_refuses_bad_arguments(arguments):
    with pytest.raises(DomainError):
        dominating_mean(*arguments)


def corners(classes):
    """Points of the simplex where the pair bounds are tightest, and some others."""
    for k in range(1, classes + 1):
        yield np.concatenate([np.full(k, 1 / k), np.zeros(classes - k)])
    yield np.arange(1, classes + 1) / (classes * (classes + 1) / 2)


@pytest.mark.parametrize("classes", [2, 3, 5, 17])
def test_simplex_bounds_hold_and_are_attained(classes):
    found = []
    for p, q in itertools.product(corners(classes), repeat=2):
        variances = ((p * (1 - p)) * (q * (1 - q))).sum()
        pairs = (p @ q) ** 2 - (p**2 * q**2).sum()
        assert variances <= classes * simplex_factor("diagonal", classes) + 1e-15
        assert pairs <= classes * (classes - 1) * simplex_factor("off_diagonal", classes) + 1e-15
        found.append(pairs)
    assert max(found) == pytest.approx(1 / 8)


@pytest.mark.parametrize(("C", "rule"), [(2, "simplex"), (32, "simplex"), (33, "geometric")])
def test_few_classes_use_the_simplex(C, rule):
    assert averaged_rule("off_diagonal", 50, C) == rule
    other = geometric_mean if rule == "geometric" else quarter_like
    assert averaged_mean("off_diagonal", 50, 100, C) == other("off_diagonal", 50, 100, C)


def quarter_like(kind, d, N, C):
    """The simplex family is the quarter family, scaled."""
    return simplex_factor(kind, C) * 16 * quarter_mean(kind, d, N, C)

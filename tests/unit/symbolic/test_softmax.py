"""The 1/C expansion of softmax moments against multiprecision integrals and exact identities."""

from fractions import Fraction
from functools import cache

import pytest
import sympy
from mpmath import MPContext

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.softmax import (
    MAX_ORDER,
    linear_ce_series,
    moment_polynomials,
    moment_series,
)
from rmtcheck.vocabulary.symbols import gamma

mp = MPContext()
mp.dps = 40
PATTERNS = [(2,), (1, 1), (2, 2), (4,), (3, 1), (1, 1, 2)]
CLASSES = 10**6


@cache
def _normal_grid():
    step = mp.mpf("0.12")
    points = [step * k for k in range(-110, 160)]
    weights = [mp.exp(-z * z / 2) * step / mp.sqrt(2 * mp.pi) for z in points]
    return [mp.exp(z) for z in points], weights


@cache
def _local(t, powers):
    """E[e^{kZ} exp(-t e^Z)] for k in powers, by the trapezoid rule."""
    exponentials, weights = _normal_grid()
    damped = [w * mp.exp(-t * x) for x, w in zip(exponentials, weights, strict=True)]
    return [mp.fsum(w * x**k for x, w in zip(exponentials, damped, strict=True)) for k in powers]


@cache
def moment_by_quadrature(powers, classes):
    """The integral over t in the variable log t, to about 28 digits."""
    step, total, order = mp.mpf("0.15"), mp.mpf(0), sum(powers)
    for k in range(-int(480 / order), 40):
        t = mp.exp(step * k) / classes
        values = dict(zip(range(5), _local(t, tuple(range(5))), strict=True))
        factor = mp.fprod(values[a] for a in powers)
        total += t**order * factor * values[0] ** (classes - len(powers))
    return total * step / mp.factorial(order - 1)


def next_coefficient(powers, series, classes=CLASSES):
    """The coefficient after the given ones, read off the multiprecision moment."""
    scaled = moment_by_quadrature(powers, classes) * mp.mpf(classes) ** sum(powers)
    known = mp.fsum(mp.mpf(sympy.N(c, 45)) / mp.mpf(classes) ** r for r, c in enumerate(series))
    return (scaled - known) * mp.mpf(classes) ** len(series)


def agrees(powers, series):
    """Whether the last coefficient is the one that the integral shows, to 1 %."""
    last = mp.mpf(sympy.N(series[-1], 45))
    return abs(next_coefficient(powers, series[:-1]) - last) < abs(last) / 100


@pytest.mark.parametrize("powers", PATTERNS)
@pytest.mark.parametrize("order", [1, 2])
def test_series_agrees_with_the_integral(powers, order):
    assert agrees(powers, moment_series(powers, order))


def test_third_order_agrees_with_the_integral():
    assert agrees((2,), moment_series((2,), 3))


@pytest.mark.parametrize("powers", PATTERNS)
def test_a_planted_coefficient_is_rejected(powers):
    series = moment_series(powers, 2)
    assert not agrees(powers, (*series[:-1], series[-1] * sympy.Rational(51, 50)))
    assert not agrees(powers, (series[0], series[1] + 1, series[2]))  # coefficients are integers


def _times_classes(series, shift):
    """Coefficients of (C - shift) times a series."""
    return [a - shift * b for a, b in zip(series, (0, *series[:-1]), strict=True)]


def sum_defect(powers, order, moment=moment_series):
    """(C - m) E[mono p_new] + sum_k E[mono p_k] - E[mono], order by order."""
    totals = list(_times_classes(moment((*powers, 1), order), len(powers)))
    for k in range(len(powers)):
        raised = tuple(a + (n == k) for n, a in enumerate(powers))
        later = (0, *moment(raised, order)[:-1])
        totals = [a + b for a, b in zip(totals, later, strict=True)]
    return [sympy.expand(a - b) for a, b in zip(totals, moment(powers, order), strict=True)]


@pytest.mark.parametrize("powers", [(), (1,), (2,), (1, 1), (3, 2), (2, 2, 1), (5, 1, 1, 2)])
def test_components_sum_to_one(powers):
    assert sum_defect(powers, 6) == [0] * 7


def test_sum_to_one_notices_a_planted_coefficient():
    def wrong(powers, order):
        series = list(moment_series(powers, order))
        series[order] += sum(powers)
        return tuple(series)

    assert sum_defect((2,), 4, wrong) != [0] * 5


def test_mean_of_one_component_is_exact():
    assert moment_series([1], 8) == (1, *[0] * 8)


def test_order_of_powers_and_zeros_do_not_matter():
    assert moment_series([2, 0, 1], 4) == moment_series([1, 2], 4)


def test_constant_softmax_is_uniform():
    assert [sum(row) for row in moment_polynomials([3, 2], 4)] == [1, 0, 0, 0, 0]


def test_variance_enters_through_its_exponential():
    tau = sympy.Symbol("tau", positive=True)
    assert moment_series([2], 1, tau**2)[0] == sympy.exp(tau**2)
    assert moment_polynomials([2], 1)[1] == (0, -1, 3, -2)
    by_hand = -sympy.exp(4) + 3 * sympy.exp(8) - 2 * sympy.exp(12)
    assert sympy.expand(moment_series([2], 1, 4)[1] - by_hand) == 0


def test_polynomials_are_integers():
    assert all(isinstance(c, int) for row in moment_polynomials([3, 2, 2], 6) for c in row)


def test_leading_constant_of_theorem_one():
    assert linear_ce_series(0) == ((sympy.E**2 * gamma + 1) / (sympy.E * gamma + 1),)


@pytest.mark.parametrize("ratio", ["1/2", "3"])
def test_block_ratio_agrees_with_the_integral(ratio):
    value, M = mp.mpf(sympy.Rational(ratio)), moment_by_quadrature
    one, two, three, four = mp.mpf(1) / CLASSES, *(M((k,), CLASSES) for k in (2, 3, 4))
    g_ij = value * M((2, 2), CLASSES) + M((1, 1), CLASSES) ** 2
    g_ii = value * (two - 2 * three + four) + (one - two) ** 2
    series = [mp.mpf(sympy.N(c.subs(gamma, ratio), 45)) for c in linear_ce_series(3)]
    partial = mp.fsum(c / mp.mpf(CLASSES) ** k for k, c in enumerate(series[:2]))
    seen = (mp.mpf(CLASSES) ** 2 * g_ij / g_ii - partial) * mp.mpf(CLASSES) ** 2
    assert abs(seen - series[2]) < abs(series[2]) / 100
    assert abs(seen - series[2] * mp.mpf("1.02")) > abs(series[2]) / 100


@pytest.mark.parametrize(
    ("powers", "order"), [([-1], 2), ([1.5], 2), ([2], -1), ([True], 1), (["a"], 1), ([2], None)]
)
def test_bad_arguments_are_named(powers, order):
    with pytest.raises(DomainError, match="accepted are the integers"):
        moment_series(powers, order)


UNKNOWN = sympy.Symbol("v", real=True)
OTHERS = ["", b"1", None, [1], object(), True]
NO_EXPRESSIONS = [1.0, float("nan"), sympy.Float(1), sympy.Matrix([1]), "1e5", "1", *OTHERS]


@pytest.mark.parametrize("series", [linear_ce_series, lambda *given: moment_series([2], *given)])
class TestArguments:
    """Of both series."""

    @pytest.mark.parametrize(
        "variance",
        [*NO_EXPRESSIONS, 0, -1, Fraction(-1, 2), sympy.oo, sympy.I, UNKNOWN, -(10**500)],
    )
    def test_a_variance_that_is_not_exact_and_positive_is_refused(self, series, variance):
        with pytest.raises(DomainError, match=r"^variance is .*; accepted are exact") as caught:
            series(0, variance)
        assert len(str(caught.value)) < 200

    @pytest.mark.parametrize("order", [1.0, "1", "1e5", -1, *OTHERS])
    def test_an_order_that_is_no_natural_number_is_refused(self, series, order):
        with pytest.raises(DomainError, match=r"^order is .*; accepted are the integers 0, 1, 2"):
            series(order)

    @pytest.mark.parametrize("order", [MAX_ORDER + 1, 10**9, 10**500, 10**5000], ids=range(4))
    def test_an_order_beyond_the_cap_is_refused_at_once(self, series, order):
        with pytest.raises(DomainError, match=f"integers 0, 1, 2, ..., {MAX_ORDER}$") as caught:
            series(order)
        assert len(str(caught.value)) < 200

    def test_exact_variances_are_accepted(self, series):
        half = series(1, sympy.Rational(1, 2))
        assert series(1, Fraction(1, 2)) == half != series(1, 1)
        assert series(1, UNKNOWN**2 + 1)[1].subs(UNKNOWN, 0) == series(1)[1]


@pytest.mark.parametrize("powers", [None, 2, "2", "", b"1", object()])
def test_powers_that_are_no_iterable_of_integers_are_refused(powers):
    with pytest.raises(DomainError, match=r"^powers is .*; accepted is an iterable of integers"):
        moment_series(powers, 1)


def test_the_last_order_keeps_the_components_summing_to_one():
    assert sum_defect((2,), MAX_ORDER) == [0] * (MAX_ORDER + 1)

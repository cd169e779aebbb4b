"""The 1/C expansion of softmax moments against multiprecision integrals and exact identities."""

from functools import cache

import pytest
import sympy
from mpmath import MPContext

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.softmax import linear_ce_series, moment_polynomials, moment_series
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
    assert moment_series([3, 2], 4, variance=0) == (1, 0, 0, 0, 0)


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

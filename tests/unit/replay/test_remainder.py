"""The remainder lemma: exact moments, true bounds, and enclosures that hold and exclude."""

from fractions import Fraction
from functools import reduce
from math import comb

import mpmath
import pytest

from rmtcheck import softmax_moment
from rmtcheck.replay import remainder
from rmtcheck.replay.exponential import E
from rmtcheck.replay.interval import ONE, Interval
from rmtcheck.replay.polynomial import lift, variables
from rmtcheck.replay.rejection import CertificateError
from rmtcheck.replay.remainder import deviations, expand, lower_tail, taylor_remainder
from rmtcheck.replay.theorem import NAMED

e, h = variables("e h")


def raw(a, n):
    """The moment E (e^a x)^n."""
    return e ** (a * n + n * (n - 1) // 2)


def convolved(f, g):
    return [
        sum((comb(n, k) * f[k] * g[n - k] for k in range(n + 1)), lift(0)) for n in range(len(f))
    ]


@pytest.mark.parametrize("classes", [3, 4, 6])
@pytest.mark.parametrize("powers", NAMED.values())
def test_deviations_by_convolution_of_uncentred_moments(powers, classes):
    """E (sum - C)^n for a given C, from the moments of one variable after the other."""
    tilts = [*powers, *[0] * (classes - len(powers))]
    sums = reduce(convolved, ([raw(a, n) for n in range(7)] for a in tilts))
    for n, found in enumerate(deviations(powers)):
        shifted = sum((comb(n, k) * sums[k] * (-classes) ** (n - k) for k in range(n + 1)), lift(0))
        at_classes = found.substitute({"h": lift(Fraction(1, classes))})
        assert at_classes == shifted * Fraction(1, classes**n)


def test_orders_in_one_over_c():
    for powers in NAMED.values():
        for n, moment in enumerate(deviations(powers)):
            orders = [k for k, c in enumerate(moment.coefficients("h")) if c != 0]
            assert min(orders) == (n + 1) // 2
            assert max(orders) == n


@pytest.mark.parametrize(
    ("name", "leading"),
    [
        ("alpha", ["7.38906", "-250.708", "16172.8", "-2146670", "551240000", "-435750000000"]),
        ("beta", ["1.00000", "-1.71828", "19.0039", "-1208.41", "-36210.4", "-40189000"]),
        ("eta", ["2.71828", "-60.1275", "3056.34", "-380893", "92757000", "-77776000000"]),
    ],
)
def test_coefficients(name, leading):
    found = [c.enclose({"e": E}) for c in expand(NAMED[name]).exact.coefficients("h")]
    for interval, value in zip(found, leading, strict=True):
        assert abs(Fraction(interval.lo, ONE) / Fraction(value) - 1) < Fraction(1, 10**4)


@pytest.mark.parametrize("classes", [2000, 5000])
@pytest.mark.parametrize("name", NAMED)
def test_moments_lie_where_the_lemma_says(name, classes):
    powers, expansion = NAMED[name], expand(NAMED[name])
    ball = softmax_moment(powers, classes, digits=40).str(35, radius=False)
    scale = mpmath.mpf(classes) ** sum(powers)
    small = Interval.of(Fraction(1, classes))
    with mpmath.workdps(40):
        exact = expansion.exact.enclose({"e": E, "h": small})
        rest = (mpmath.mpf(ball) * scale - mpmath.mpf(exact.lo) / ONE) * classes**2
        bound = mpmath.mpf(expansion.bound.hi) / ONE
        assert 0 < rest < bound
        assert rest > bound / 10**4


def test_taylor_remainder_is_positive_and_decreases():
    for q in (2, 4):
        values = [taylor_remainder(q, Fraction(n, 10)) for n in range(1, 30) if n != 10]
        assert values == sorted(values, reverse=True)
        assert values[-1] > 0
    assert abs(taylor_remainder(4, Fraction(7, 10)) - Fraction("144.5148")) < Fraction(1, 10**4)
    assert abs(taylor_remainder(2, Fraction(7, 10)) - Fraction("10.6122")) < Fraction(1, 10**4)


def test_lower_tail():
    with mpmath.workdps(80):
        exponent = 2 + mpmath.mpf(32) / 2000 - 3 * mpmath.mpf("0.09") * 2000 / (8 * mpmath.e)
        true = mpmath.exp(exponent) * mpmath.mpf(2) ** 192
        found = lower_tail(4)
        assert found.lo <= true <= found.hi
        assert found.hi - found.lo < 10**9


def test_a_level_next_to_one_is_refused(monkeypatch):
    monkeypatch.setattr(remainder, "Y0", Fraction(99, 100))
    with pytest.raises(CertificateError, match="does not decrease"):
        lower_tail(4)


@pytest.mark.parametrize("moment", [h**3 - e * h**4, h + h**3, 1 + h**2])
def test_moments_of_the_wrong_shape_are_refused(moment):
    with pytest.raises(CertificateError, match="not as it must be"):
        remainder._at_largest_h(moment)

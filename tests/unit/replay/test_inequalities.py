"""The inequalities: the identity they rest on, true constants proved, false ones refused."""

from fractions import Fraction

import mpmath
import pytest

from rmtcheck import linear_ce
from rmtcheck.replay import large
from rmtcheck.replay.interval import ONE, Interval
from rmtcheck.replay.large import LargeClasses
from rmtcheck.replay.polynomial import read, variables
from rmtcheck.replay.quadrature import softmax_moments
from rmtcheck.replay.rejection import CertificateError
from rmtcheck.replay.small import inequalities
from rmtcheck.replay.theorem import GAP, R1, W

KAPPA = (8, 12800, 48500, 47800)


@pytest.fixture(scope="module")
def cases():
    return LargeClasses()


def number(interval):
    return mpmath.mpf(interval.lo) / ONE


@pytest.mark.parametrize("gamma", [Fraction(1, 3), Fraction(5)])
@pytest.mark.parametrize("classes", [2, 3, 10, 40])
def test_inequalities_are_those_of_the_ratio(classes, gamma):
    """The ratio that another engine encloses, less R0 and R1/C, is Q over w^2 Den, below K/C^2."""
    with mpmath.workdps(40):
        ratio = linear_ce(gamma, classes, digits=30).ratio.str(30, radius=False)
        g = mpmath.mpf(gamma.numerator) / gamma.denominator
        e, small = mpmath.e, 1 / mpmath.mpf(classes)
        w = e * g + 1
        r0 = (e**2 * g + 1) / w
        r1 = 2 + (16 * e**3 + 3 * e - 7 * e**2 - 8 * e**4) * g
        r1 = (r1 + (7 * e**4 - e**3 - 4 * e**5) * g**2) / w**2
        left = (mpmath.mpf(ratio) * classes**2 - r0 - r1 * small) * classes**2
        *_, last = softmax_moments(classes)
        terms = inequalities(classes, {"eta": Interval(0, 0)} | last)
        denominator = number(terms.a) * g + number(terms.b)
        q = sum(number(one) * g**k for k, one in enumerate(terms.q))
        assert abs(left - q / (w**2 * denominator)) < mpmath.mpf(10) ** -18
        upper = sum(k * g**n for n, k in enumerate(KAPPA)) / w**3
        s = [8 * number(terms.b) - number(terms.q[0]), *map(number, terms.s(KAPPA))]
        rest = sum(one * g**k for k, one in enumerate(s)) / (w**3 * denominator)
        assert abs(upper - left - rest) < mpmath.mpf(10) ** -17


def test_the_constants_are_proved(cases):
    cases.check(KAPPA)
    lows = [Fraction(q.lo, ONE) for q in cases.least_q]
    limits = [Fraction(3), Fraction("12175.3"), Fraction("46145.3"), Fraction("45465.2")]
    assert all(
        limit * Fraction(8, 10) < low <= limit for low, limit in zip(lows, limits, strict=True)
    )


@pytest.mark.parametrize(
    ("kappa", "name"),
    [
        ((8, 12100, 48500, 47800), "s1"),
        ((8, 12800, 46100, 47800), "s2"),
        ((8, 12800, 48500, 45400), "s[34]"),
        ((8, 0, 0, 0), "s1"),
    ],
)
def test_constants_below_the_next_coefficient_are_refused(cases, kappa, name):
    with pytest.raises(CertificateError, match=f"{name} >= 0 is not proved"):
        cases.check(kappa)


@pytest.mark.parametrize("wrong", [R1.replace("16", "15"), R1.replace("2 +", "3 +")])
def test_another_second_coefficient_does_not_cancel(cases, wrong):
    (small,) = variables("h")
    shift = (read(R1) - read(wrong)) * small * (read(W) ** 0)
    gap = (GAP + shift * read("eta gamma + beta^2")).coefficient("gamma", 1 if "15" in wrong else 0)
    with pytest.raises(CertificateError, match="do not cancel"):
        large._over_h_squared(cases._expanded(gap))


def test_remainders_matter(cases):
    """With remainders a hundred times as large the same constants are not proved."""
    worse = LargeClasses()
    worse.expansions = {
        name: large.Expansion(one.exact, one.bound * 100) for name, one in cases.expansions.items()
    }
    with pytest.raises(CertificateError, match="not proved for C >= 2000"):
        worse.check(KAPPA)


def test_boxes_contain_their_points():
    *_, moments = softmax_moments(12)
    wide = {n: Interval(m.lo - ONE // 10**6, m.hi + ONE // 10**6) for n, m in moments.items()}
    point, box = inequalities(12, moments), inequalities(12, wide)
    pairs = [*zip(point.q, box.q, strict=True), *zip(point.s(KAPPA), box.s(KAPPA), strict=True)]
    assert all(outer.lo < inner.lo <= inner.hi < outer.hi for inner, outer in pairs)

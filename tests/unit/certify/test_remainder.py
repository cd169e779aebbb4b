"""The expansion of lemma 16 against brute force, repeated squaring and enclosures."""

from itertools import product
from math import comb, factorial, prod

import mpmath
import pytest
import sympy
from flint import arb, ctx, fmpq

from rmtcheck.certify import remainder
from rmtcheck.certify.remainder import expansion, in_h, moments_about_one
from rmtcheck.certify.softmax import softmax_moment
from rmtcheck.errors import DomainError, PrecisionError

PATTERNS = [(2, 2), (1, 1), (2, 1, 1)]
E = sympy.Symbol("e")


@pytest.fixture(autouse=True)
def _enough_bits():
    with ctx.workprec(256):
        yield


def centred_moment(tilt, n):
    """Return E (e^a x - 1)^n with E x^k = e^(k(k-1)/2), term by term."""
    return sum(
        sympy.binomial(n, k) * (-1) ** (n - k) * E ** (tilt * k + k * (k - 1) // 2)
        for k in range(n + 1)
    )


def multinomial_moment(powers, classes, n):
    """Return E (Y - 1)^n for one number of classes, as a sum over all ways to share n."""
    tilts = [*powers, *[0] * (classes - len(powers))]
    total = 0
    for shares in product(range(n + 1), repeat=classes):
        if sum(shares) == n:
            ways = factorial(n) // prod(factorial(k) for k in shares)
            total += ways * prod(centred_moment(a, k) for a, k in zip(tilts, shares, strict=True))
    return sympy.expand(total / sympy.Integer(classes) ** n)


def at_classes(polynomial, classes):
    """Return a polynomial in e and h at h = 1/classes."""
    terms = polynomial.terms()
    return sympy.expand(
        sum(
            sympy.Rational(int(c.p), int(c.q)) * E ** int(i) * sympy.Rational(1, classes) ** int(j)
            for (i, j), c in terms
        )
    )


@pytest.mark.parametrize("powers", PATTERNS)
@pytest.mark.parametrize("classes", [3, 4])
def test_moments_against_multinomials(powers, classes):
    moments = moments_about_one(powers)
    for n in range(7):
        expected = multinomial_moment(powers, classes, n)
        assert at_classes(moments[n], classes) == expected
        assert n < 2 or at_classes(moments[n], classes + 1) != expected


@pytest.mark.parametrize("powers", PATTERNS)
def test_moments_start_at_half_the_order(powers):
    for n, moment in enumerate(moments_about_one(powers)):
        exponents = [int(j) for _, j in moment.monoms()]
        assert min(exponents) == (n + 1) // 2
        assert max(exponents) == n


def truncated_power(series, count):
    """Return a power of a power series up to t^6, by repeated squaring."""

    def times(f, g):
        return [sum(f[i] * g[n - i] for i in range(n + 1)) for n in range(7)]

    result = [mpmath.mpf(n == 0) for n in range(7)]
    while count:
        result = times(result, series) if count & 1 else result
        series, count = times(series, series), count >> 1
    return result


def generating_series(tilt):
    e = mpmath.e
    return [
        sum(
            (-1) ** (n - k) * mpmath.binomial(n, k) * e ** (tilt * k + mpmath.mpf(k * (k - 1)) / 2)
            for k in range(n + 1)
        )
        / mpmath.factorial(n)
        for n in range(7)
    ]


@pytest.mark.parametrize("powers", PATTERNS)
def test_remainder_against_repeated_squaring(powers):
    """U from the sixth moment at C = 2000 as a coefficient of a product of 2000 series."""
    classes, y0, total = 2000, mpmath.mpf("0.7"), sum(powers)
    with mpmath.workdps(60):
        series = truncated_power(generating_series(0), classes - len(powers))
        for a in powers:
            named = generating_series(a)
            series = [sum(series[i] * named[n - i] for i in range(n + 1)) for n in range(7)]
        sixth = 720 * series[6] / mpmath.mpf(classes) ** 6
        y0 = mpmath.mpf(7) / 10
        taylor = sum(mpmath.binomial(-total, n) * (y0 - 1) ** n for n in range(6))
        ratio = (y0**-total - taylor) / (y0 - 1) ** 6
        rare = mpmath.exp(
            mpmath.mpf(total) / 2
            + mpmath.mpf(2 * total**2) / classes
            - 3 * classes * (1 - y0) ** 2 / (8 * mpmath.e)
        )
        scale = mpmath.exp(sum(mpmath.mpf(a * (a - 1)) / 2 for a in powers))
        expected = mpmath.nstr(scale * classes**2 * (ratio * sixth + rare), 45)
    error = abs(expansion(powers).remainder - arb(expected))
    assert error < arb(expected) * fmpq(1, 10**30)


@pytest.mark.parametrize("powers", PATTERNS)
@pytest.mark.parametrize("classes", [2000, 3000, 10**4, 10**6])
def test_moments_lie_between_the_polynomial_and_the_remainder(powers, classes):
    found = expansion(powers)
    truth = arb(classes) ** sum(powers) * softmax_moment(powers, classes, 40)
    rest = classes**2 * (truth - in_h(found.polynomial)(arb(fmpq(1, classes))))
    assert rest >= 0
    assert rest <= found.remainder
    assert found.in_h()(arb(fmpq(1, classes))).contains(truth)


@pytest.mark.parametrize("powers", PATTERNS)
def test_the_next_term_is_that_of_the_sixth_moment(powers):
    """What T5 leaves out starts with binom(q + 5, 6) d3 h^3, so a wrong t3 would show."""
    found, total, classes = expansion(powers), sum(powers), 10**7
    truth = arb(classes) ** total * softmax_moment(powers, classes, 60)
    rest = arb(classes) ** 3 * (truth - in_h(found.polynomial)(arb(fmpq(1, classes))))
    scale, sixth = in_h(found.polynomial)[0], in_h(moments_about_one(powers)[6])[3]
    expected = comb(total + 5, 6) * scale * sixth
    assert abs(rest - expected) < expected * fmpq(1, 1000)
    assert abs(in_h(found.polynomial)[3]) * fmpq(1, 100) > expected * fmpq(2, 1000)


@pytest.mark.parametrize("powers", PATTERNS)
@pytest.mark.parametrize("term", range(3))
def test_a_wrong_term_is_seen(powers, term):
    """One per cent more or less of t0, t1, t2 leaves the sandwich at some C."""
    found, outside = expansion(powers), 0
    coefficients = in_h(found.polynomial).coeffs()
    for classes in (2000, 10**4, 10**6):
        truth = arb(classes) ** sum(powers) * softmax_moment(powers, classes, 40)
        right = in_h(found.polynomial)(arb(fmpq(1, classes)))
        change = abs(coefficients[term]) * fmpq(1, 100) / arb(classes) ** term
        outside += sum(
            not 0 <= classes**2 * (truth - right + sign * change) <= found.remainder
            for sign in (1, -1)
        )
    assert outside >= 1


def test_the_lemma_is_about_two_thousand_classes_or_more(monkeypatch):
    """With fewer classes the bound of rare events is not proved to fade, and nothing is said."""
    monkeypatch.setattr(remainder, "LEAST_CLASSES", 150)
    with pytest.raises(PrecisionError, match="rare events"):
        expansion((1, 1))


@pytest.mark.parametrize("powers", [(), (0,), (21, 20), "11", (1, "x")])
def test_powers_outside_the_domain(powers):
    with pytest.raises(DomainError, match="powers"):
        expansion(powers)


def test_too_little_precision_is_said():
    with ctx.workprec(2), pytest.raises(PrecisionError, match="precision"):
        expansion((2, 2))

"""The constant for logits of any law, against finite numbers of classes by other formulas."""

from functools import cache
from math import comb

import mpmath
import pytest
import sympy
from sympy import Rational, cos, cosh, exp, floor, log, sin, sinh, sqrt

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.logit_laws import linear_ce_constant
from rmtcheck.symbolic.softmax import linear_ce_series, shown
from rmtcheck.vocabulary.symbols import gamma, t, tau, x

DIGITS = 40
STEP = 0.1
SIZES = (500, 1000, 2000)


class Signs:
    """Logits 1 and -1 with probability 1/2: moments are binomial sums."""

    generating_function = cosh(t)

    def moment(self, powers, classes):
        """Sum over the signs of the named classes and the number of others that are +1."""
        others = classes - len(powers)
        total = mpmath.mpf(0)
        for named in range(2 ** len(powers)):
            signs = [1 if named >> k & 1 else -1 for k in range(len(powers))]
            weight = mpmath.exp(sum(a * s for a, s in zip(powers, signs, strict=True)))
            total += weight * self._inverse_power(signs, others, sum(powers))
        return total / 2 ** len(powers)

    def _inverse_power(self, signs, others, power):
        own = sum(map(mpmath.exp, signs))
        up, down = mpmath.e, 1 / mpmath.e
        return mpmath.fsum(
            mpmath.mpf(comb(others, k)) / 2**others / (own + k * up + (others - k) * down) ** power
            for k in range(others + 1)
        )


class Continuous:
    """Moments by the Gamma integral of Laplace transforms phi_a(t) = E exp(a u - t exp(u))."""

    def moment(self, powers, classes):
        """Integrate over log t by the trapezoid rule."""
        total = mpmath.mpf(0)
        for k in range(int(-60 / STEP), int(6 / STEP)):
            point = mpmath.exp(mpmath.mpf(k) * STEP)
            named = mpmath.fprod(self.transform(a, point) for a in powers)
            rest = self.transform(0, point) ** (classes - len(powers))
            total += point ** sum(powers) * named * rest
        return STEP * total / mpmath.factorial(sum(powers) - 1)


class Uniform(Continuous):
    """Logits uniform on [-1, 1]."""

    generating_function = sinh(t) / t

    @staticmethod
    @cache
    def transform(a, point):
        """Integrate w^(a-1) exp(-t w) / 2 over [1/e, e]."""
        if a == 0:
            return (mpmath.e1(point / mpmath.e) - mpmath.e1(point * mpmath.e)) / 2
        return mpmath.gammainc(a, point / mpmath.e, point * mpmath.e) / point**a / 2


class Laplace(Continuous):
    """Logits of density 3/2 exp(-3|u|): E y^3 is infinite, E y^2 is not."""

    generating_function = 1 / (1 - t**2 / 9)

    @staticmethod
    @cache
    def transform(a, point):
        """Integrate w^(a-4) over [1, oo) and w^(a+2) over [0, 1], times exp(-t w)."""
        below = mpmath.gammainc(a + 3, 0, point) / point ** (a + 3)
        return 3 * (mpmath.expint(4 - a, point) + below) / 2


LAWS = [Signs(), Uniform(), Laplace()]


@cache
def scaled_ratio(law, classes, aspect_ratio):
    """Return C^2 g_ij / g_ii."""
    with mpmath.workdps(DIGITS):
        names = [(2,), (3,), (4,), (1, 1), (2, 2)]
        two, three, four, pair, squares = (law.moment(a, classes) for a in names)
        g_ii = aspect_ratio * (two - 2 * three + four) + (mpmath.mpf(1) / classes - two) ** 2
        return classes**2 * (aspect_ratio * squares + pair**2) / g_ii


@cache
def extrapolated(law, aspect_ratio):
    """Return the limit without its term in 1/C, and twice the last change of that.

    The change exceeds the error where the next term falls like C^-2, and equals it where it falls
    like 1/C, as what is left of the term log(C)/C of a law whose third moment is infinite.
    """
    small, middle, large = (scaled_ratio(law, c, aspect_ratio) for c in SIZES)
    before, after = 2 * middle - small, 2 * large - middle
    return after, 2 * abs(after - before)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
@pytest.mark.parametrize("aspect_ratio", [1, 4])
def test_constant_is_the_limit_of_finite_sizes(law, aspect_ratio):
    limit, error = extrapolated(law, aspect_ratio)
    assert error < 0.02 * limit
    assert abs(limit - linear_ce_constant(aspect_ratio, law.generating_function).evalf(20)) < error


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_wrong_constants_are_rejected(law):
    limit, error = extrapolated(law, 4)
    first, second = (law.generating_function.subs(t, k) for k in (1, 2))
    q, not_squared = second / first**2, second / first
    wrong = [
        (4 * not_squared**2 + 1) / (4 * not_squared + 1),
        (4 * q + 1) / (4 * q**2 + 1),
        (4 * q**2 + 1) / (4 * q**2 + 1),
        (4 * q**2 + 1) / (q + 1),
        linear_ce_constant(4),
        linear_ce_constant(4, law.generating_function, temperature=2),
    ]
    assert all(abs(limit - value.evalf(20)) > error for value in wrong)


def test_sums_and_integrals_are_of_a_softmax():
    for law in LAWS:
        with mpmath.workdps(DIGITS):
            total = 9 * law.moment((1, 1), 10) + law.moment((2,), 10)
        assert abs(10 * total - 1) < 1e-9


def test_gaussian_logits_of_any_scale_or_temperature():
    constant = linear_ce_constant(gamma, exp(tau**2 * t**2 / 2))
    assert constant == linear_ce_constant(gamma, temperature=1 / tau)
    assert constant == linear_ce_series(0, tau**2)[0]
    assert linear_ce_constant(gamma) == linear_ce_series(0)[0]
    assert linear_ce_constant(gamma, temperature=2) != linear_ce_series(0)[0]


def test_a_shift_of_all_logits_changes_nothing():
    shifted = linear_ce_constant(gamma, exp(3 * t) * cosh(t))
    assert sympy.simplify(shifted - linear_ce_constant(gamma, cosh(t))) == 0


def test_constant_logits_give_one():
    assert linear_ce_constant(2, exp(t)) == 1


def test_a_lambda_is_accepted():
    assert linear_ce_constant(1, sympy.Lambda(x, cosh(x))) == linear_ce_constant(1, cosh(t))


Gamma = sympy.gamma
LARGE = 10**500
FREE = sympy.Symbol("A", commutative=False)
REAL = sympy.Symbol("a", real=True)


def constant_of(q, aspect_ratio=1):
    return (aspect_ratio * q**2 + 1) / (aspect_ratio * q + 1)


@pytest.mark.parametrize(
    ("function", "temperature", "q"),
    [
        (Gamma(1 - t), 3, Gamma(Rational(1, 3)) / Gamma(Rational(2, 3)) ** 2),
        (Gamma(2 - t) ** 2, 2, 4 / sympy.pi**2 * 4),
        (Gamma(1 - t) * Gamma(1 + t), 4, 4 / sympy.pi),
        (Gamma(1 + t), 1, 2),
        (2 / (2 + t), 1, Rational(9, 8)),
        (Gamma(2 + t) / Gamma(3 + t) * 2, 1, Rational(9, 8)),
        ((1 - t) ** Rational(-1, 2), 4, Rational(3, 4) * sqrt(2)),
        (exp(-log(1 - t)), 4, Rational(9, 8)),
        ((exp(t) - 1) / t, 1, (exp(2) - 1) / 2 / (exp(1) - 1) ** 2),
        ((1 - exp(-t)) / t, 1, (1 - exp(-2)) / 2 / (1 - exp(-1)) ** 2),
        (-(exp(-t) - 1) / t, 1, (1 - exp(-2)) / 2 / (1 - exp(-1)) ** 2),
        (
            exp(t) / 2 + 1 / (2 - 2 * t / 5),
            1,
            2 * (exp(2) + Rational(5, 3)) / (exp(1) + Rational(5, 4)) ** 2,
        ),
        ((1 + 2**t) / 2, 1, Rational(10, 9)),
        (cosh(tau * t), 1, cosh(2 * tau) / cosh(tau) ** 2),
        (exp(REAL * t + tau**2 * t**2 / 2), 1, exp(tau**2)),
    ],
    ids=str,
)
def test_accepted_laws_have_the_constant_of_their_q(function, temperature, q):
    at = {tau: Rational(3, 7), REAL: Rational(-2, 3)}
    gap = linear_ce_constant(1, function, temperature) - constant_of(q)
    assert abs(gap.subs(at).evalf(30)) < 1e-25


@pytest.mark.parametrize(
    ("function", "temperature"),
    [
        (Gamma(1 - t) ** 2 * exp(3 * t**2), Rational(4, 3)),
        (Gamma(2 - t) ** 2, Rational(3, 4)),
        (Gamma(1 - t), 2),
        (Gamma(1 - t) ** 2 * Gamma(1 + t) ** 2, 1),
        (Gamma(1 - t / tau), 4),
        (Gamma(1 - t), tau),
        (Gamma(2 - exp(t)), 1),
    ],
    ids=str,
)
def test_a_pole_of_the_gamma_function_is_seen(function, temperature):
    with pytest.raises(DomainError, match="not to be 0"):
        linear_ce_constant(1, function, temperature)


@pytest.mark.parametrize(
    "function",
    [
        cos(2 * sympy.pi * t),
        cos(t),
        1 + sin(t) ** 2,
        2 ** floor(t),
        sympy.Piecewise((exp(t), t < 1), (exp(2 * t), True)),
        1 + sympy.sign(t - 1) ** 2 * t,
        1 + sympy.Heaviside(t - 1),
        sympy.Abs(1 + t),
        sympy.besseli(0, t),
        sympy.Function("f")(t),
        1 + sympy.Integral(t, (x, 0, 1)),
    ],
    ids=str,
)
def test_other_functions_are_refused(function):
    with pytest.raises(DomainError, match="and only exp, cosh, sinh, log, gamma are decided"):
        linear_ce_constant(1, function)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (exp(t - t**2 * tau), "not known to have M\\(1\\)\\^2 <= M\\(2\\)"),
        (exp(REAL * t**2), "not known to have M"),
        (1 + 3 * t, "not known to have M"),
        ((1 - 2 * t / 3) ** 2 * exp(9 * t**2), "needs .* not to be 0 as at 3/2, within"),
        ((1 - t) ** (t - Rational(3, 2)), "needs 1 - t not to be 0 as at 1"),
        ((1 - t) ** (tau - 1), "needs 1 - t not to be 0 as at 1"),
        (1 + t - t * log(3 - 2 * t), "needs 3 - 2\\*t not to be 0 as at 3/2"),
        (1 + t * sqrt(t - 3), "needs t - 3 > 0, which is not known at 2"),
        (exp(t) / 2 + 1 / (2 - t), "needs 2 - t not to be 0 as at 2"),
        (exp(t) * 2 - 1 / (1 + t) ** 2 * t - 1 / (1 + t), "which is not decided on"),
        (1 + t**2 / (REAL * t + tau * t), "needs a\\*t \\+ t\\*tau not to be 0, which"),
        (1 / (1 + REAL * t), "needs a\\*t \\+ 1 not to be 0, which is not decided"),
        (exp(sympy.I * sympy.pi * t), "contains I\\*pi, which|contains I, which"),
        (1 + t * sympy.Symbol("w"), "contains w, which is not known to be real"),
        (1 + t / (1 - tau), "contains 1/\\(1 - tau\\), which is not known to be real"),
    ],
    ids=str,
)
def test_what_is_not_decided_is_refused(function, message):
    with pytest.raises(DomainError, match=message):
        linear_ce_constant(1, function, Rational(1, 2) if function.has(sympy.I) else 1)


@pytest.mark.parametrize(
    "arguments",
    [
        (LARGE * -1,),
        (1, LARGE),
        (1, cosh(t) + LARGE),
        (1, cosh(t), -LARGE),
        (1, 1 / (1 - LARGE * t)),
        (1, cosh(LARGE * t)),
        (1, 1 / (LARGE - t), Rational(1, LARGE)),
        (10**5000 * -1,),
    ],
    ids=range(8),
)
def test_long_numbers_are_cut_in_messages(arguments):
    with pytest.raises(DomainError) as caught:
        linear_ce_constant(*arguments)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "value", [sympy.Matrix([1]), FREE, "1/2", "1e5", b"1", "", None, [1], object(), 0.5, True]
)
def test_what_is_no_exact_scalar_is_refused(value):
    for arguments in ((value,), (1, value), (1, cosh(t), value)):
        with pytest.raises(DomainError, match="; accepted are exact numbers and expressions"):
            linear_ce_constant(*arguments)


def test_values_are_shown_in_full_where_they_are_short():
    assert shown(cosh(t)) == "cosh(t)"
    assert shown("a") == "'a'"
    assert shown(10**59) == str(10**59)
    assert shown(10**60) == "1" + "0" * 56 + "..."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "gamma is 0; accepted"),
        ((0.5,), "gamma is 0.5; accepted are exact"),
        ((sympy.oo,), "gamma is oo; accepted"),
        (("sin(",), "gamma is 'sin\\('"),
        (([1],), "gamma is \\[1\\]"),
        ((1, cosh(t), -1), "temperature is -1"),
        ((1, 2 * exp(t)), "is not known to be 1 at 0"),
        ((1, cosh(x)), "is not known to be 1 at 0"),
        ((1, None), "generating_function is None"),
        ((1, sympy.Lambda((x, t), x)), "one variable"),
        ((1, 1 / (1 - t**2)), "needs 1 - t\\*\\*2 not to be 0 as at 1, within \\(0, 2\\]"),
        ((1, (1 - t) ** -2, Rational(20, 11)), "not to be 0 as at 1"),
        ((1, 1 / (1 - t**2 / 9), Rational(2, 3)), "not to be 0 as at 3"),
        ((1, 1 / (1 - gamma**2 * t**2)), "which is not decided"),
        ((1, exp(-(t**2) / 2)), "as every random variable has"),
        ((1, exp(sympy.I * t)), "not known to be real and finite"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(DomainError, match=message):
        linear_ce_constant(*arguments)

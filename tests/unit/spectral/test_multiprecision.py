"""Laws in many digits against closed forms, polynomials, higher precision, and planted errors."""

from decimal import Decimal
from fractions import Fraction
from functools import cache

import mpmath
import pytest
import sympy

from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.spectral.multiprecision import dual_point
from rmtcheck.spectral.multiprecision.dual_point import certified
from rmtcheck.spectral.multiprecision.exact import exact, exact_level, exact_point
from rmtcheck.spectral.multiprecision.generalized_marchenko_pastur import (
    PreciseGeneralizedMarchenkoPastur,
)
from rmtcheck.spectral.multiprecision.marchenko_pastur import PreciseMarchenkoPastur
from rmtcheck.spectral.multiprecision.population import InverseMap, population_of
from rmtcheck.spectral.multiprecision.semicircle import PreciseSemicircle
from rmtcheck.spectral.multiprecision.settled import settled

DIGITS = (15, 50, 200)
HALVES, THIRDS = [Fraction(1, 2)] * 2, [Fraction(1, 3)] * 3
POPULATIONS = {
    "three": ([1, 3, 10], THIRDS, Fraction(1, 10)),
    "three apart": ([1, 3, 10], THIRDS, 1000),
    "signed": ([-1, 2], HALVES, Fraction(1, 2)),
    "with zeros": ([-3, 0, 2], [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)], 3),
    "square": ([1, 3], HALVES, 1),
    "wide": ([1e-4, 1.0, 1e4], [0.5, 0.25, 0.25], 5),
}


def agree(found, wanted, law, slack=1):
    """Whether both agree to the digits of a law, compared in the arithmetic of the reference."""
    context = mpmath.MPContext()
    context.dps = 2 * law.digits + 20
    found, wanted = context.convert(found), context.convert(wanted)
    return abs(found - wanted) <= slack * context.mpf(10) ** -law.digits * abs(wanted)


@cache
def general(name, digits):
    return PreciseGeneralizedMarchenkoPastur(*POPULATIONS[name], digits=digits)


def inside(law, share):
    """A rational point of the last interval."""
    low, high = (exact("x", end) for end in law.support()[-1])
    return low + (high - low) * share


def residual(law, z, s):
    """The equation as it is printed, relative to its terms, in more digits than the law has."""
    context, population = mpmath.MPContext(), law.population
    context.dps = 3 * law.digits + 30
    s, z = context.convert(s), context.convert(z)
    gamma = context.convert(population.gamma)
    terms = [
        context.convert(w) * context.convert(a) / (1 + gamma * context.convert(a) * s)
        for a, w in population.pairs()
    ]
    return abs(s * (sum(terms) - z) - 1) / (1 + abs(s * z) + sum(abs(s * t) for t in terms))


# Closed forms


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("gamma", [Fraction(1, 4), 1, 7])
def test_one_weight_is_the_closed_form(digits, gamma):
    law = PreciseGeneralizedMarchenkoPastur([2], [1], gamma, digits=digits)
    plain = PreciseMarchenkoPastur(gamma, 2, digits=2 * digits)
    x = inside(law, Fraction(1, 3))
    for z in (x, mpmath.mpc(1, 2), -3, 100):
        assert agree(law.stieltjes(z), plain.stieltjes(z), law)
        assert agree(law.companion_stieltjes(z), plain.companion_stieltjes(z), law)
    assert agree(law.pdf(x), plain.pdf(x), law)
    assert agree(law.cdf(x), plain.cdf(x), law)
    level = Fraction(9, 10)
    assert agree(law.icdf(level), plain.icdf(level), law)
    assert all(agree(a, b, law) for a, b in zip(law.edges(), plain.edges(), strict=True))
    assert len(law.atoms()) == len(plain.atoms()) == (gamma > 1)
    assert all(law.moment(k) == law.context.convert(plain.moment(k)) for k in range(6))


@pytest.mark.parametrize("digits", DIGITS)
def test_the_marchenko_pastur_law_is_its_formula(digits):
    """Density and transform of Bai and Silverstein, Theorem 3.6 and Lemma 3.11."""
    law, context = PreciseMarchenkoPastur(Fraction(1, 4), digits=digits), mpmath.MPContext()
    context.dps = 2 * digits + 10
    root = context.sqrt((context.mpf("2.25") - 1) * (1 - context.mpf("0.25")))
    assert agree(law.pdf(1), 2 * root / context.pi, law)
    z = context.mpc(1, 2)
    branch = context.sqrt((z - context.mpf("0.25")) * (z - context.mpf("2.25")))
    roots = [(context.mpf("0.75") - z + sign * branch) / (z / 2) for sign in (1, -1)]
    assert agree(law.stieltjes(mpmath.mpc(1, 2)), max(roots, key=lambda s: s.imag), law)
    assert law.edges() == (law.context.mpf("0.25"), law.context.mpf("2.25"))


@pytest.mark.parametrize("digits", DIGITS)
def test_the_semicircle_law_is_its_formula(digits):
    law, context = PreciseSemicircle(4, digits=digits), mpmath.MPContext()
    context.dps = 2 * digits + 10
    assert agree(law.pdf(1), context.sqrt(15) / (8 * context.pi), law)
    assert agree(law.stieltjes(5), -context.mpf(1) / 4, law)
    assert agree(law.stieltjes(-5), context.mpf(1) / 4, law)
    assert agree(law.cdf(law.icdf(Fraction(1, 7))), context.mpf(1) / 7, law, slack=2)
    assert law.cdf(0) == 0.5
    assert law.edges() == (-4, 4)
    assert [law.moment(k) for k in range(7)] == [1, 0, 4, 0, 32, 0, 320]


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize(
    ("atoms", "gamma"),
    [([-1, 2], Fraction(1, 2)), ([1, 3], Fraction(2)), ([1, 20], Fraction(4, 5))],
)
def test_edges_of_two_weights_are_roots_of_a_discriminant(digits, atoms, gamma):
    z, s = sympy.symbols("z s")
    first, second = (1 + sympy.Rational(gamma) * atom * s for atom in atoms)
    half = sympy.Rational(1, 2)
    cleared = (1 + z * s) * first * second - s * half * (atoms[0] * second + atoms[1] * first)
    discriminant = sympy.Poly(sympy.discriminant(sympy.expand(cleared), s), z)
    roots = [r for r in discriminant.nroots(n=2 * digits + 5, maxsteps=500) if r.is_real]
    law = PreciseGeneralizedMarchenkoPastur(atoms, HALVES, gamma, digits=digits)
    for edge in law.edges():
        nearest = min(roots, key=lambda root: abs(root - sympy.Float(edge, digits)))
        assert agree(edge, mpmath.mpmathify(nearest), law)


# Consistency of one law


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("name", POPULATIONS)
def test_transform_solves_the_equation_on_its_branch(name, digits):
    law = general(name, digits)
    for z in (inside(law, Fraction(1, 7)), inside(law, Fraction(1, 2)), mpmath.mpc(0.5, 1e-9)):
        s = law.stieltjes(z)
        assert s.imag > 0
        assert residual(law, z, s) < law.context.mpf(10) ** -digits


@pytest.mark.parametrize("name", POPULATIONS)
def test_transform_has_the_symmetry_and_sign_of_one(name):
    law = general(name, 30)
    z = mpmath.mpc(0.7, 0.3)
    assert law.stieltjes(z.conjugate()) == law.stieltjes(z).conjugate()
    low, high = min(law.edges()[0], 0) - 1, law.edges()[-1] + 1
    assert law.stieltjes(low) > 0 > law.stieltjes(high)
    assert type(law.stieltjes(high)) is law.context.mpf
    assert law.pdf(low) == law.pdf(high) == law.cdf(low) == 0
    assert law.cdf(high) == 1


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("name", POPULATIONS)
def test_quantile_is_the_inverse_of_the_distribution(name, digits):
    law = general(name, digits)
    mass = sum((share for _, share in law.atoms()), law.context.zero)
    level = exact("q", mass + (1 - mass) * 5 / 8)
    assert agree(law.cdf(law.icdf(level)), level, law, slack=100)
    assert law.icdf(0) <= law.icdf(level) <= law.icdf(1) == law.edges()[-1]


def test_distribution_is_the_integral_of_the_density():
    law = general("three", 15)
    low, high = law.support()[0]
    a, b = low + (high - low) / 4, high - (high - low) / 4
    mass = law.context.quad(law.pdf, [a, b])
    assert abs(law.cdf(b) - law.cdf(a) - mass) < 1e-14


@pytest.mark.parametrize("digits", DIGITS)
def test_gaps_hold_the_masses_of_their_weights(digits):
    law = general("three apart", digits)
    gaps = [(a[1] + b[0]) / 2 for a, b in zip(law.support(), law.support()[1:], strict=False)]
    for x, count in zip(gaps, (2, 1), strict=True):
        assert agree(law.cdf(x), Fraction(3000 - count, 3000), law)
    assert agree(law.atoms()[0][1], Fraction(999, 1000), law)
    assert law.cdf(0) == law.cdf(law.edges()[0] / 2) == law.atoms()[0][1]
    assert law.icdf(Fraction(1, 2)) == 0


def test_moments_are_exact():
    law = general("signed", 40)
    gamma, first, second, third = Fraction(1, 2), Fraction(1, 2), Fraction(5, 2), Fraction(7, 2)
    cumulants = [first, gamma * second, gamma**2 * third]
    a, b, c = cumulants
    number = law.context.convert
    assert [law.free_cumulant(k) for k in (1, 2, 3)] == [number(k) for k in cumulants]
    assert [law.moment(k) for k in range(4)] == [
        number(m) for m in (1, a, b + a**2, c + 3 * a * b + a**3)
    ]


def test_fractions_are_rounded_to_the_nearest_number():
    law = PreciseGeneralizedMarchenkoPastur([Fraction(2, 3)], [1], Fraction(7, 3), digits=15)
    assert law.context.prec == 53
    assert float(law.moment(1)) == float(Fraction(2, 3))
    assert float(law.free_cumulant(5)) == float(Fraction(7, 3) ** 4 * Fraction(2, 3) ** 5)
    assert float(law.atoms()[0][1]) == float(Fraction(4, 7))


def test_the_square_case_has_a_hard_edge():
    law = general("square", 50)
    assert law.edges()[0] == 0
    assert law.cdf(0) == 0
    assert law.pdf(0) == law.context.inf
    assert law.atoms() == ()
    with pytest.raises(DomainError, match="z is 0"):
        law.stieltjes(0)
    x = Fraction(1, 10**60)
    # Near 0, x(u) = -u^2 int 1/lambda = -2 u^2 / 3, and s = -1/u.
    leading = law.context.sqrt(law.context.mpf(2) / 3) / law.context.convert(x) ** 0.5
    assert abs(law.stieltjes(x).imag / leading - 1) < 1e-29


def test_symmetric_weights_touch_at_zero():
    law = PreciseGeneralizedMarchenkoPastur([-1, 1], HALVES, 1, digits=30)
    assert len(law.support()) == 1
    assert law.cdf(0) == 0.5
    assert law.pdf(0) == law.context.inf


def test_equal_weights_are_merged_and_zero_ones_left_out():
    law = PreciseGeneralizedMarchenkoPastur([2, 2, 5], [0.5, 0.5, 0], 1, digits=30)
    plain = PreciseGeneralizedMarchenkoPastur([2], [1], 1, digits=30)
    assert law.population == plain.population
    assert repr(law) == "PreciseGeneralizedMarchenkoPastur(1 weights, gamma 1, 30 digits)"


# Next to edges, and where the double start says nothing


@pytest.mark.parametrize(
    ("digits", "power"), [(15, 8), (15, 30), (50, 8), (50, 30), (200, 8), (200, 120)]
)
@pytest.mark.parametrize("side", [1, -1], ids=["inside", "outside"])
def test_digits_next_to_an_edge(digits, power, side):
    law, better = general("three", digits), general("three", 2 * digits)
    edge = exact("x", general("three", 250).edges()[0])
    x = edge + side * edge / Fraction(10) ** power
    found, wanted = law.stieltjes(x), better.stieltjes(x)
    assert agree(found, wanted, law)
    assert agree(found.imag, wanted.imag, law)
    assert agree(law.pdf(x), better.pdf(x), law)
    assert agree(law.cdf(x), better.cdf(x), law)
    assert (found.imag > 0) == (law.pdf(x) > 0) == (law.cdf(x) > 0) == (side > 0)
    assert residual(law, x, found) < law.context.mpf(10) ** -digits


@pytest.mark.parametrize("lift", [1e-5, 1e-60, 1e-290])
def test_small_imaginary_parts_keep_their_digits(lift):
    """Outside the support the imaginary part is that of z times the derivative."""
    law = general("three", 20)
    h = law.context.mpf(10) ** -9
    slope = (law.stieltjes(30 + h) - law.stieltjes(30 - h)) / (2 * h)
    found = law.stieltjes(mpmath.mpc(30, lift))
    assert abs(found.imag / law.context.mpf(lift) / slope - 1) < 1e-8


@pytest.mark.parametrize(
    ("name", "x"), [("three apart", 987.0665254306145), ("wide", 0.0005345780686496055)]
)
def test_a_bulk_next_to_a_closed_form_gap_is_a_bulk(name, x):
    """Here the second derivative vanishes near the real part, and no real root is near."""
    law = general(name, 30)
    assert law.pdf(x) > 0
    assert law.stieltjes(x).imag > 0


def test_certificate_refuses_a_flat_place_far_from_any_root():
    chart = InverseMap(mpmath.fp, population_of([1, 3], HALVES, 100))
    flat = 1.5
    for _ in range(40):  # where x'' = 0, between the weights
        flat -= chart.jet(flat)[2] / ((chart.jet(flat + 1e-6)[2] - chart.jet(flat)[2]) / 1e-6)
    jet = chart.jet(flat)
    assert jet[1] > 0
    near, far = jet[0] + 1e-4, jet[0] - 0.4 * jet[1]
    assert certified(chart, near, flat, jet) == flat
    assert certified(chart, far, flat, jet) is None


def test_certificate_knows_the_half_plane():
    chart = InverseMap(mpmath.fp, population_of([1], [1], 0.5))
    u = 1 + 2**0.5 * 1j
    jet = chart.jet(u)
    assert abs(jet[0].imag) < 1e-15
    real = jet[0].real
    assert certified(chart, real, u, jet) == u
    assert certified(chart, real, u.conjugate(), chart.jet(u.conjugate())) == u
    above = complex(real, 1.0)
    assert certified(chart, above, u, jet) is None


@pytest.mark.parametrize(
    "law",
    [
        PreciseGeneralizedMarchenkoPastur([1], [1], Fraction(1, 4), digits=15),
        PreciseMarchenkoPastur(Fraction(1, 4), digits=15),
        PreciseSemicircle(digits=15),
    ],
    ids=repr,
)
@pytest.mark.parametrize("power", [10, 40, 70])
def test_a_mass_that_cancels_keeps_its_digits(law, power):
    """Next to the lowest edge the mass is 2/3 of density times distance, and never 0."""
    low, distance = exact("x", law.edges()[0]), Fraction(1, 10**power)
    wanted = law.context.convert(distance) * law.pdf(low + distance) * 2 / 3
    assert abs(law.cdf(low + distance) / wanted - 1) < 10.0 ** (1 - power) + 1e-14


def test_a_density_next_to_an_edge_keeps_its_digits():
    """Here the least precision that tells the point from the edge gives four digits."""
    x = Fraction(1, 4) + Fraction(1, 10**70)
    law = PreciseGeneralizedMarchenkoPastur([1], [1], Fraction(1, 4), digits=15)
    assert agree(law.pdf(x), PreciseMarchenkoPastur(Fraction(1, 4), digits=40).pdf(x), law)


def test_what_is_closer_to_an_edge_than_all_digits_is_refused():
    law = PreciseGeneralizedMarchenkoPastur([1], [1], Fraction(1, 4), digits=15)
    with pytest.raises(PrecisionError, match=r"z = 0\.25 cannot be told from an edge"):
        law.stieltjes(Fraction(1, 4) + Fraction(1, 10**5000))


@pytest.mark.parametrize("digits", [15, 40])
@pytest.mark.parametrize("atoms", [[1, 2], [-1, 1], [-2, -1]], ids=str)
def test_companion_next_to_zero(digits, atoms):
    r"""With an atom at 0 it is regular there: :math:`\int\lambda^{-1}d\nu/(\gamma-1)`."""
    law = PreciseGeneralizedMarchenkoPastur(atoms, HALVES, 3, digits=digits)
    tilt = law.population.tilt_at_zero
    for z in (Fraction(1, 10**60), -Fraction(1, 10**60), mpmath.mpc(1e-60, 1e-100)):
        found = law.companion_stieltjes(z)
        if tilt:
            assert agree(found.real, tilt / 2, law)
        else:
            assert 0 < abs(found) < 1e-59
        assert (found.imag > 0) == (getattr(z, "imag", 0) > 0)
    one = PreciseMarchenkoPastur(3, digits=digits)
    assert agree(one.companion_stieltjes(Fraction(1, 10**60)), Fraction(1, 2), one)


@pytest.mark.parametrize("digits", [15, 40])
@pytest.mark.parametrize("power", [5, 60, 200])
def test_distribution_next_to_the_atom(digits, power):
    """The sign of the dual point, which decides, is that of x."""
    law = PreciseGeneralizedMarchenkoPastur([1, 2], HALVES, 3, digits=digits)
    x = Fraction(1, 10**power)
    assert law.cdf(-x) == 0
    assert agree(law.cdf(x), Fraction(2, 3), law)
    assert law.cdf(0) == law.cdf(x)


# Planted errors


@pytest.mark.parametrize("shift", [0.3, -2.0, 1e-3j, 50j])
def test_a_wrong_start_changes_nothing(monkeypatch, shift):
    law, wanted = general("signed", 40), general("signed", 90).stieltjes(Fraction(1, 2))
    follow = dual_point.follow

    def astray(chart, z):
        u = follow(chart, z)
        return u + shift if chart.context is mpmath.fp else u

    monkeypatch.setattr(dual_point, "follow", astray)
    assert agree(law.stieltjes(Fraction(1, 2)), wanted, law)


def test_a_drifting_inverse_map_is_not_settled(monkeypatch):
    """An error that grows smaller with the precision too slowly never gives an answer."""
    jet = InverseMap.jet

    def drifting(self, u):
        point, slope, bend = jet(self, u)
        return point + self.context.mpf(1) / (1 + self.context.prec), slope, bend

    law = PreciseGeneralizedMarchenkoPastur([-1, 2], HALVES, Fraction(1, 2), digits=20)
    monkeypatch.setattr(InverseMap, "jet", drifting)
    monkeypatch.setattr(law._maps, "floating", None)
    with pytest.raises(PrecisionError, match="still changes"):
        law.stieltjes(mpmath.mpc(1, 1))


def test_the_residual_sees_a_wrong_digit():
    law = general("three", 50)
    s = law.stieltjes(2)
    assert residual(law, 2, s) < law.context.mpf(10) ** -50
    assert residual(law, 2, s * (1 + law.context.mpf(10) ** -45)) > law.context.mpf(10) ** -47


def test_settled_wants_both_parts():
    context = mpmath.MPContext()
    context.dps = 15

    def noisy(bits):
        return context.mpc(1, context.ldexp(1, -40) * (1 + context.mpf(1) / bits))

    def starved(bits):
        raise PrecisionError(f"{bits} bits are too few")

    with pytest.raises(PrecisionError, match="bits are too few"):
        settled(context, starved, "nothing")
    with pytest.raises(PrecisionError, match="the noise still changes"):
        settled(context, noisy, "the noise")
    assert settled(context, lambda bits: noisy(bits).real, "the rest") == 1


# Input


def test_the_global_precision_is_left_alone():
    before = mpmath.mp.dps, mpmath.mp.prec
    general("three", 200).pdf(2)
    assert (mpmath.mp.dps, mpmath.mp.prec) == before


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (0.1, Fraction(0.1)),
        (Fraction(1, 3), Fraction(1, 3)),
        (7, Fraction(7)),
        (Decimal("0.1"), Fraction(1, 10)),
        (sympy.Rational(2, 3), Fraction(2, 3)),
        (mpmath.mpf(-0.75), Fraction(-3, 4)),
    ],
)
def test_numbers_are_taken_exactly(value, wanted):
    assert exact("x", value) == wanted
    assert exact_point("z", value) == (wanted, 0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", None, True, 1j, [1], sympy.pi])
def test_what_is_no_number_is_named(value):
    with pytest.raises(DomainError, match=r"x is .*; a finite real number is needed"):
        exact("x", value)


@pytest.mark.parametrize("level", [-1, 2, 1.0000001, float("nan"), "half"])
def test_levels_outside_the_unit_interval(level):
    with pytest.raises(DomainError, match="q is "):
        exact_level(level)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1, 2], [1], 1, 20), "lengths 2 and 1"),
        (([1, 2], [-0.5, 1.5], 1, 20), "a weight is -1/2"),
        (([1], [0.9], 1, 20), "mass 0.9"),
        (([0], [1], 1, 20), "only|atom 0"),
        (([], [], 1, 20), "mass 0"),
        (([float("nan")], [1], 1, 20), "an atom is nan"),
        (([1], [1], 0, 20), "gamma is 0"),
        (([1], [1], -1, 20), "gamma is -1"),
        (([1], [1], float("inf"), 20), "gamma is inf"),
        (([1], [1], 1, 0), "digits is 0"),
        (([1], [1], 1, 15.0), "digits is 15.0"),
        (([1], [1], 1, True), "digits is True"),
        (([1], [1], 1, 10**6), "digits is 1000000"),
    ],
)
def test_bad_populations_are_named(arguments, words):
    with pytest.raises(DomainError, match=words):
        PreciseGeneralizedMarchenkoPastur(*arguments)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (lambda law: law.stieltjes(float("nan")), "z is nan"),
        (lambda law: law.stieltjes("2"), "z is '2'"),
        (lambda law: law.stieltjes(0), "z is 0"),
        (lambda law: law.companion_stieltjes(0), "z is 0"),
        (lambda law: law.pdf(1j), "x is 1j"),
        (lambda law: law.cdf(float("inf")), "x is inf"),
        (lambda law: law.icdf(2), "q is 2"),
        (lambda law: law.moment(-1), "order is -1"),
        (lambda law: law.moment(1.5), "order is 1.5"),
        (lambda law: law.free_cumulant(0), "order is 0"),
    ],
)
def test_bad_questions_are_named(question, words):
    with pytest.raises(DomainError, match=words):
        question(general("three apart", 20))


def test_a_point_that_is_an_edge_has_no_density_only_if_rational():
    """The edges of one weight 1 at ratio 1/4 are 1/4 and 9/4, met exactly."""
    law = PreciseGeneralizedMarchenkoPastur([1], [1], Fraction(1, 4), digits=30)
    assert law.pdf(Fraction(9, 4)) == 0
    assert law.cdf(Fraction(9, 4)) == 1
    assert law.cdf(0.25) == 0


def test_a_law_without_an_aspect_ratio_says_so():
    with pytest.raises(DomainError, match="PreciseSemicircle has no aspect ratio"):
        PreciseSemicircle().companion_stieltjes(1)

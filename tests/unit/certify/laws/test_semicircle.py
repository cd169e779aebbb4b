import pytest
from flint import acb, arb, ctx, fmpq, fmpz

from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.laws.semicircle import EnclosedSemicircle
from rmtcheck.errors import DomainError

LAW = EnclosedSemicircle("9/4")
POINTS = [(0, 1), (1, 0), (-2, 0), (5, 0), (-5, 0), (0, 0), (3, "1/1000"), (2, -3), (-4, -1)]


@pytest.mark.parametrize("z", POINTS)
def test_the_transform_solves_its_equation_on_the_right_branch(z):
    s = LAW.enclose_stieltjes(z, 40)
    with ctx.workprec(200):
        point = acb(arb(fmpq(z[0])), arb(fmpq(1, 1000) if z[1] == "1/1000" else fmpq(z[1])))
        residual = arb(fmpq(9, 4)) * s**2 + point * s + 1
        assert residual.contains(0)
        assert residual.rad() < arb("1e-38")
        wrong = arb(fmpq(4, 9)) / s
        assert (arb(fmpq(9, 4)) * wrong**2 + point * wrong + 1).contains(0)
        assert abs(s) <= arb("0.6667")
        assert not s.overlaps(wrong) or abs(s).overlaps(arb(fmpq(2, 3)))
    assert is_accurate(s, 40)
    if z[1] not in (0, -3, -1) or abs(z[0]) < 3:
        assert s.imag > 0 if z[1] in (0, 1, "1/1000") else s.imag < 0


def test_values_at_the_edges():
    assert LAW.enclose_stieltjes((3, 0)).overlaps(acb(fmpq(-2, 3)))
    with ctx.workprec(1100):
        thirds = EnclosedSemicircle("4/9").enclose_stieltjes(("4/3", 0), 300)
        assert thirds.overlaps(acb(fmpq(-3, 2)))
        assert is_accurate(thirds, 300)
    assert LAW.enclose_stieltjes((-3, 0)).overlaps(acb(fmpq(2, 3)))
    assert LAW.enclose_pdf(3) == 0 == LAW.enclose_pdf(-3)
    assert (LAW.enclose_cdf(-3), LAW.enclose_cdf(3)) == (0, 1)


@pytest.mark.parametrize("x", ["-2", "0", "1/2", "29/10", "-2999/1000"])
def test_the_density_is_the_boundary_value(x):
    density, s = LAW.enclose_pdf(x, 40), LAW.enclose_stieltjes((x, 0), 40)
    with ctx.workprec(200):
        assert density.overlaps(s.imag / arb.pi())
        assert not density.overlaps(s.imag / arb.pi() * arb("1.0000001"))


def test_outside_the_support():
    assert LAW.enclose_pdf("301/100") == 0 == LAW.enclose_pdf(-4)
    assert (LAW.enclose_cdf(-4), LAW.enclose_cdf(4)) == (0, 1)


def test_masses():
    assert LAW.enclose_cdf(0).overlaps(arb(fmpq(1, 2)))
    with ctx.workprec(200):
        x, edge = arb(1), arb(3)
        root = (edge**2 - x**2).sqrt()
        by_arcsine = arb(fmpq(1, 2)) + x * root / (arb.pi() * 9) + (x / 3).asin() / arb.pi()
        assert LAW.enclose_cdf(1, 40).overlaps(by_arcsine)
        assert not LAW.enclose_cdf(1, 40).overlaps(by_arcsine + arb("1e-30"))


@pytest.mark.parametrize("k", [10, 100, 400])
def test_small_masses_keep_their_digits(k):
    """Near the edge F is (2 / 3 pi) (distance / sqrt(v))^(3/2), to leading order."""
    step = fmpq(1, fmpz(10) ** k)
    mass = LAW.enclose_cdf(-3 + step, 30)
    assert is_accurate(mass, 30)
    leading = 2 * (arb(step) / arb(fmpq(3, 2))) ** arb("1.5") / (3 * arb.pi())
    assert abs(mass / leading - 1) < arb("1e-9")


def test_edges_and_moments():
    low, high = LAW.enclose_edges()
    assert low.overlaps(arb(-3))
    assert all(is_accurate(edge, 90) for edge in EnclosedSemicircle(2).enclose_edges(90))
    assert high.overlaps(arb(3))
    assert [LAW.enclose_moment(k) for k in range(7)] == [
        1, 0, fmpq(9, 4), 0, 2 * fmpq(81, 16), 0, 5 * fmpq(729, 64)
    ]  # fmt: skip
    assert LAW.enclose_atom() == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: EnclosedSemicircle(0), "variance = 0"),
        (lambda: EnclosedSemicircle(-1), "variance = -1"),
        (lambda: EnclosedSemicircle("a"), "variance = 'a'"),
        (lambda: LAW.enclose_pdf(float("nan")), "x = nan"),
        (lambda: LAW.enclose_cdf(0.1), "x = 0.1 is a binary float"),
        (lambda: LAW.enclose_stieltjes(1j), "z = 1j"),
        (lambda: LAW.enclose_pdf(0, digits=0), "digits = 0"),
        (lambda: LAW.enclose_pdf(0, digits=301), "digits = 301"),
        (lambda: LAW.enclose_moment(-1), "order = -1"),
        (lambda: LAW.enclose_moment("1/2"), "order = '1/2'"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(DomainError, match=words):
        call()

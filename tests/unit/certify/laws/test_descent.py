import pytest
from flint import acb, arb, ctx, fmpq, fmpz

from rmtcheck.certify.laws import descent
from rmtcheck.certify.laws.descent import find_dual_point, refined
from rmtcheck.certify.laws.dual import dual_maps
from rmtcheck.certify.laws.population import ExactPopulation
from rmtcheck.errors import PrecisionError

SINGLE = ExactPopulation([1], [1], "1/4")
TOUCHING = ExactPopulation([-1, 1], ["1/2", "1/2"], 1)
ZERO = fmpq(0)


def found(population, z):
    return find_dual_point(population, dual_maps(population), z)


def single_dual_point(x):
    """Return the dual point of a real x for SINGLE: u^2 / 4 + (3/4 - x) u + x = 0."""
    half = 2 * arb(x) - arb("1.5")
    return acb(half) + acb(half**2 - 4 * arb(x)).sqrt()


@pytest.mark.parametrize("x", ["1/2", "1", "2", "22499/10000"])
def test_a_point_of_the_support(x):
    x = fmpq(*map(int, x.split("/")))
    ball = found(SINGLE, (x, ZERO)).ball
    assert ball.imag > 0
    assert ball.overlaps(single_dual_point(x))
    assert not ball.overlaps(single_dual_point(x) + acb("1e-9"))


@pytest.mark.parametrize("k", [5, 40, 200])
def test_either_side_of_an_edge(k):
    step = fmpq(1, fmpz(10) ** k)
    inside, outside = (found(SINGLE, (fmpq(9, 4) + s * step, ZERO)) for s in (-1, 1))
    assert inside.ball.imag > 0
    assert outside.ball.imag == 0
    assert outside.ball.real > 3
    assert outside.exact is None


@pytest.mark.parametrize(
    ("population", "x", "dual"),
    [
        (SINGLE, fmpq(9, 4), 3),
        (SINGLE, fmpq(1, 4), -1),
        (TOUCHING, ZERO, 0),
        (ExactPopulation([7], [1], fmpq(9, 49)), 7 * fmpq(100, 49), fmpq(70, 3)),
        (ExactPopulation([0, 2], ["1/2", "1/2"], 1), ZERO, 0),
    ],
)
def test_rational_dual_points_are_recognised(population, x, dual):
    point = found(population, (x, ZERO))
    assert point.exact == dual
    assert refined(dual_maps(population), (x, ZERO), point).contains(dual)


def test_zero_is_not_the_dual_point_of_zero_where_gamma_is_below_the_rank():
    point = found(ExactPopulation([-1, 1], ["1/2", "1/2"], "1/2"), (ZERO, ZERO))
    assert point.exact is None
    assert point.ball.contains(acb(0, 1)) or point.ball.overlaps(acb(0, 1))


def test_refinement_keeps_the_point():
    maps = dual_maps(TOUCHING)
    for z in ((fmpq(1), ZERO), (fmpq(1, 10**20), ZERO), (fmpq(2), fmpq(1, 3)), (fmpq(9), ZERO)):
        point = find_dual_point(TOUCHING, maps, z)
        with ctx.workprec(700):
            ball = refined(maps, z, point)
            assert ball.overlaps(point.ball)
            assert ball.rad() < abs(ball) * arb(10) ** -100
            assert maps().image_and_slope(ball)[0].contains(acb(arb(z[0]), arb(z[1])))


def test_too_little_precision_says_nothing():
    maps = dual_maps(SINGLE)
    z = (fmpq(9, 4) - fmpq(1, fmpz(10) ** 60), ZERO)
    point = find_dual_point(SINGLE, maps, z)
    with ctx.workprec(64):
        assert not refined(maps, z, point).is_finite()


def test_an_undecided_point_is_an_error(monkeypatch):
    monkeypatch.setattr(descent, "DEEPEST", 60)
    assert found(SINGLE, (fmpq(9, 4), ZERO)).exact == 3
    with pytest.raises(PrecisionError, match="too near to an edge"):
        found(SINGLE, (fmpq(9, 4) - fmpq(1, fmpz(10) ** 60), ZERO))


def test_the_search_returns_nothing_without_a_proof(monkeypatch):
    """Led to the conjugate solution, which Newton's method likes as well, it finds nothing."""
    proof = descent.dual_point_near
    monkeypatch.setattr(descent, "DEEPEST", 30)
    monkeypatch.setattr(
        descent, "dual_point_near", lambda dual, z, near: proof(dual, z, near.conjugate())
    )
    with pytest.raises(PrecisionError):
        found(SINGLE, (fmpq(1), ZERO))


def test_a_rational_guess_is_tested_exactly(monkeypatch):
    """The image of a number next to the double root differs by less than any low precision."""
    population = SINGLE
    off = fmpq(3) + fmpq(1, 10**12)
    x = population.image(off)
    point = found(population, (x, ZERO))
    assert point.exact != 3
    assert (point.ball.real if point.exact is None else arb(point.exact)).overlaps(arb(off))
    twin = fmpq(3) - fmpq(1, 10**12)
    assert not population.is_boundary_value(twin, population.image(twin))

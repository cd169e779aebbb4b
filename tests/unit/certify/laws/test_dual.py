import pytest
from flint import acb, arb, ctx, fmpq

from rmtcheck.certify.laws.dual import DualMap, column, dual_maps, end
from rmtcheck.certify.laws.population import ExactPopulation

POPULATION = ExactPopulation([-1, 2, 5], ["1/2", "1/3", "1/6"], "3/4")


@pytest.fixture
def dual():
    with ctx.workprec(128):
        yield DualMap(POPULATION)


def test_balls_hold_the_exact_values(dual):
    u = fmpq(3, 7)
    image, slope = dual.image_and_slope(acb(u))
    assert image.real.contains(POPULATION.image(u))
    assert slope.real.contains(POPULATION.gamma - POPULATION.crowding(u))
    assert not image.real.contains(POPULATION.image(u) + fmpq(1, 10**30))
    crowding, tilt = dual.crowding_and_tilt(arb(u))
    assert crowding.contains(POPULATION.crowding(u))
    assert tilt.contains(-2 * POPULATION.crowding(u, 3))


def test_the_secant_is_a_difference_quotient(dual):
    u, v = acb(1, 2), acb("0.3", 1)
    quotient = (dual.image_and_slope(u)[0] - dual.image_and_slope(v)[0]) / (u - v)
    assert dual.secant(u, v).overlaps(quotient)
    assert dual.secant(u, u).overlaps(dual.image_and_slope(u)[1])
    assert not dual.secant(u, u).overlaps(quotient)


def test_the_imaginary_part_of_the_image(dual):
    u = acb("0.7", "0.2")
    assert dual.image_and_slope(u)[0].imag.overlaps(u.imag * (dual.gamma - dual.crowding(u)))


def test_an_atom_in_the_ball_is_noticed(dual):
    assert not dual.image_and_slope(acb(arb(2, 1)))[0].is_finite()


def test_one_atom_alone_crowds_a_neighbourhood(dual):
    for k, side in ((0, -1), (1, 1), (2, 1)):
        reach = dual.crowded_until(k, side)
        assert reach.is_exact()
        gap = abs(reach.fmpq() - POPULATION.atoms[k])
        assert POPULATION.squares[k] / gap**2 >= POPULATION.gamma
        assert POPULATION.squares[k] / (gap * fmpq(1001, 1000)) ** 2 < POPULATION.gamma


def test_mean_and_spread(dual):
    assert dual.mean.contains(POPULATION.moment(1))
    variance = POPULATION.moment(2) - POPULATION.moment(1) ** 2
    assert (dual.spread**2).contains(variance)


def test_maps_follow_the_working_precision():
    maps = dual_maps(POPULATION)
    with ctx.workprec(64):
        rough = maps()
        assert maps() is rough
    with ctx.workprec(256):
        assert maps() is not rough
        assert maps().atoms[0].contains(-1)
        assert maps().spread.rad() < rough.spread.rad()


def test_ends_of_balls():
    ball = arb(1, 2)
    assert end(ball, -1) <= -1
    assert end(ball, 1) >= 3
    assert column([arb(1), arb(2)])[1, 0] == 2

import random

import pytest
from flint import arb, ctx, fmpq, fmpq_poly

from rmtcheck.certify.laws import support
from rmtcheck.certify.laws.dual import DualMap, dual_maps
from rmtcheck.certify.laws.population import ExactPopulation
from rmtcheck.certify.laws.support import (
    Crossing,
    _is_touched,
    _step,
    crossing_near,
    edge_at,
    exact_crossing,
    find_crossings,
    refined_crossing,
)
from rmtcheck.errors import PrecisionError

THREE = ExactPopulation([1, 3, 10], ["2/5", "2/5", "1/5"], 20)
HALVES = ["1/2", "1/2"]


def crossings(population):
    return find_crossings(population, dual_maps(population))


def real_solutions(population):
    """Count the simple real solutions of g = gamma by certified roots of a polynomial."""
    squares = [fmpq_poly([a**2, -2 * a, 1]) for a in population.atoms]
    product = fmpq_poly([population.gamma])
    for factor in squares:
        product *= factor
    for c, factor in zip(population.squares, squares, strict=True):
        product -= c * (product_of(squares) // factor)
    return sum(
        1 for root, times in product.numer().complex_roots() if times == 1 and root.imag == 0
    )


def product_of(factors):
    result = fmpq_poly([1])
    for factor in factors:
        result *= factor
    return result


def random_population(rng, size, signed):
    atoms = rng.sample(range(1, 200), size)
    atoms = [a * rng.choice([-1, 1]) if signed else a for a in atoms]
    masses = [fmpq(rng.randint(1, 30)) for _ in atoms]
    whole = sum(masses, fmpq(0))
    gamma = fmpq(rng.choice([1, 1, 5, 40, 300]), rng.choice([1, 2, 50]))
    return ExactPopulation(atoms, [m / whole for m in masses], gamma)


@pytest.mark.parametrize("seed", range(40))
def test_as_many_crossings_as_the_polynomial_has(seed):
    rng = random.Random(seed)
    population = random_population(rng, rng.randint(1, 9), rng.random() < 0.5)
    found = crossings(population)
    assert len(found) == real_solutions(population)
    assert [crossing.side for crossing in found] == [-1, *[1, -1] * (len(found) // 2 - 1), 1]


def test_nine_intervals_merge_one_by_one_as_gamma_falls():
    atoms = [k * k + 1 for k in range(9)]
    counts = set()
    for gamma in (1000, 17, 10, 5, 4, 3, 2, 1, "1/10"):
        population = ExactPopulation(atoms, [fmpq(1, 9)] * 9, gamma)
        count = len(crossings(population)) // 2
        assert 2 * count == real_solutions(population)
        counts.add(count)
    assert {1, 9} <= counts
    assert len(counts) > 3


def test_signs_prove_a_crossing():
    maps = dual_maps(THREE)
    found = find_crossings(THREE, maps)
    assert len(found) == 6
    with ctx.workprec(200):
        for crossing in found:
            ball = refined_crossing(maps, crossing)
            assert ball.rad() < arb("1e-40")
            assert (maps().crowding_and_tilt(ball)[0] - THREE.gamma).contains(0)
            for other in found:
                assert (crossing_near(maps(), other, ball) is not None) == (other is crossing)


@pytest.mark.parametrize("seed", range(20))
def test_a_step_passes_no_crossing(seed):
    """From an atom's neighbourhood both ways, and exactly on to the crossing for one weight."""
    population = random_population(random.Random(seed), 1 + seed % 4, seed % 2 == 1)
    with ctx.workprec(128):
        dual = DualMap(population)
        for k, side in ((0, -1), (len(population.atoms) - 1, 1)):
            u = dual.crowded_until(k, side)
            for _ in range(4):
                u = _step(dual, u, side)
                assert population.crowding(u.fmpq()) >= population.gamma
            start = (population.atoms[k] + (arb(u) - population.atoms[k]) / 2).mid()
            onwards = _step(dual, start, side)
            assert side * (onwards - start) > 0
            assert population.crowding(onwards.fmpq()) >= population.gamma


def test_the_other_crossing_of_the_gap_has_the_wrong_signs():
    maps = dual_maps(THREE)
    falling, rising = find_crossings(THREE, maps)[1:3]
    assert (falling.low, falling.high) == (rising.low, rising.high) == (1, 3)
    with ctx.workprec(128):
        right, wrong = refined_crossing(maps, falling), refined_crossing(maps, rising)
        assert right < wrong
        assert crossing_near(maps(), falling, wrong) is None
        assert crossing_near(maps(), rising, right) is None


def test_a_ball_beyond_the_atoms_is_rejected():
    maps = dual_maps(THREE)
    first, *_, last = find_crossings(THREE, maps)
    with ctx.workprec(128):
        assert crossing_near(maps(), last, refined_crossing(maps, first)) is None
        assert crossing_near(maps(), last, arb(10)) is None


class Sparse(DualMap):
    """A planted error: g is a fifth too small."""

    def crowding_and_tilt(self, u):
        value, tilt = super().crowding_and_tilt(u)
        return value * 4 / 5, tilt * 4 / 5


def test_a_wrong_crowding_is_noticed():
    """The least value of g in the gap is 8.66, so at gamma = 8 a smaller g opens it."""
    population = ExactPopulation([1, 2], HALVES, 8)
    dual = Sparse(population)
    assert len(crossings(population)) == real_solutions(population) == 2
    assert len(find_crossings(population, lambda: dual)) == 4


@pytest.mark.parametrize(("power", "count"), [(1, 2), (-1, 4)])
@pytest.mark.parametrize("digits", [3, 12, 40])
def test_nearly_closed_gaps_are_decided(power, count, digits):
    """Atoms -1 and 1: g is 1 at 0, its least value between them."""
    gamma = 1 - power * fmpq(1, 10**digits)
    assert len(crossings(ExactPopulation([-1, 1], HALVES, gamma))) == count


def test_touching_bulks_are_one():
    assert len(crossings(ExactPopulation([-1, 1], HALVES, 1))) == 2
    touching = ExactPopulation([-1, 1, 7], ["11/28", "5/14", "1/4"], 1)
    assert touching.crowding(fmpq(0)) == 1
    assert touching.crowding(fmpq(0), 3) == 0
    assert len(crossings(touching)) == real_solutions(touching)
    with ctx.workprec(64):
        around = (-(arb(2) ** -9), arb(2) ** -9)
        assert _is_touched(touching, DualMap(touching), 0, *around)
        assert not _is_touched(touching, DualMap(touching), 1, *around)
    apart = ExactPopulation([-1, 1, 7], ["110001/280000", "99999/280000", "1/4"], 1)
    assert apart.crowding(fmpq(0), 3) != 0
    assert len(crossings(apart)) == real_solutions(apart) == real_solutions(touching) + 2


def test_a_rational_crossing_does_not_close_a_gap():
    """With masses nearly even 0 is a crossing exactly, and the other is 1e-12 away from it."""
    uneven = fmpq(1, 2) + fmpq(1, 10**12)
    population = ExactPopulation([-1, 1], [uneven, 1 - uneven], 1)
    assert population.crowding(fmpq(0)) == 1
    assert len(crossings(population)) == 4


def test_an_undecided_gap_is_an_error(monkeypatch):
    monkeypatch.setattr(support, "MOST_BITS", 128)
    with pytest.raises(PrecisionError, match="weights -1 and 1"):
        crossings(ExactPopulation([-1, 1], HALVES, 1 - fmpq(1, 10**60)))


def test_exact_crossings():
    population = ExactPopulation([1, 2], HALVES, 1)
    with ctx.workprec(64):
        dual = DualMap(population)
        assert exact_crossing(population, dual, -(arb(2) ** -9), arb(2) ** -9) == 0
        assert exact_crossing(population, dual, arb(2) ** -9, arb(2) ** -8) is None
        assert exact_crossing(population, dual, arb(1), arb(1)) is None


def test_edges_of_one_weight():
    population = ExactPopulation([3], [1], "1/2")
    maps = dual_maps(population)
    with ctx.workprec(256):
        low, high = (
            edge_at(maps(), refined_crossing(maps, c)) for c in find_crossings(population, maps)
        )
        root = arb(fmpq(1, 2)).sqrt()
        assert low.overlaps(3 * (1 - root) ** 2)
        assert high.overlaps(3 * (1 + root) ** 2)
        assert max(low.rad(), high.rad()) < arb("1e-70")
        assert not high.overlaps(3 * (1 + root) ** 2 + arb("1e-60"))


def test_a_crossing_knows_its_atoms():
    crossing = Crossing(1, arb(2), 64, fmpq(1), fmpq(3))
    assert crossing.has_in_reach(arb(2, "0.9"))
    assert not crossing.has_in_reach(arb(2, "1.1"))
    assert not crossing.has_in_reach(arb("3.5"))

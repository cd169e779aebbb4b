from fractions import Fraction

import pytest
from flint import fmpq

from rmtcheck.certify.laws.population import ExactPopulation, simplest_between, total
from rmtcheck.errors import DomainError

HALF = [fmpq(1, 2)] * 2


def test_equal_atoms_merge_and_zero_leaves_only_its_mass():
    population = ExactPopulation([2, -1, 0, 2], ["0.1", "0.2", "0.3", "0.4"], 1)
    assert population.atoms == (-1, 2)
    assert population.weights == (fmpq(1, 5), fmpq(1, 2))
    assert population.squares == (fmpq(1, 5), 2)
    assert population.rank == fmpq(7, 10)


def test_the_map_and_its_slope_in_rational_numbers():
    population = ExactPopulation([-1, 2], HALF, 3)
    assert population.image(fmpq(1)) == 1 * (3 - fmpq(1, 4) - 1)
    assert population.crowding(fmpq(1)) == fmpq(1, 8) + 2
    assert population.crowding(fmpq(1), 3) == fmpq(1, 16) - 2
    step = fmpq(1, 10**9)
    slope = (population.image(1 + step) - population.image(1 - step)) / (2 * step)
    assert abs(slope - (3 - population.crowding(fmpq(1)))) < fmpq(1, 10**15)


def test_boundary_values_need_the_right_image_and_the_right_branch():
    population = ExactPopulation([1], [1], fmpq(1, 4))
    assert population.is_boundary_value(fmpq(3), fmpq(9, 4))
    assert not population.is_boundary_value(fmpq(3), fmpq(2))
    assert not population.is_boundary_value(fmpq(1), fmpq(2))
    wrong = fmpq(3, 2)
    assert not population.is_boundary_value(wrong, population.image(wrong))


@pytest.mark.parametrize(
    ("atoms", "gamma", "moments"),
    [
        ([1], 1, (1, 1, 2, 5, 14, 42)),
        ([1], 2, (1, 1, 3, 11, 45)),
        ([3], fmpq(1, 2), (1, 3, 9 + fmpq(9, 2))),
        ([-1, 1], 1, (1, 0, 1, 0, 3, 0, 12)),
    ],
)
def test_moments(atoms, gamma, moments):
    population = ExactPopulation(atoms, [fmpq(1, len(atoms))] * len(atoms), gamma)
    assert tuple(population.moment(k) for k in range(len(moments))) == moments


def test_moments_count_noncrossing_partitions():
    def blocks(sizes, n):
        """Sum the products of cumulants over noncrossing partitions, by the first block."""
        if n == 0:
            return fmpq(1)
        powers = [[fmpq(1)] + [fmpq(0)] * n]
        table = [blocks(sizes, k) for k in range(n)]
        for _ in range(n):
            last = powers[-1]
            powers.append(
                [sum((last[i] * table[k - i] for i in range(k + 1)), fmpq(0)) for k in range(n)]
            )
        return sum((sizes[s] * powers[s][n - s] for s in range(1, n + 1)), fmpq(0))

    population = ExactPopulation([-2, 1, 5, 0], ["1/4"] * 4, fmpq(2, 3))
    cumulants = [
        fmpq(2, 3) ** (k - 1) * fmpq((-2) ** k + 1 + 5**k, 4) if k else fmpq(0) for k in range(7)
    ]
    assert [population.moment(k) for k in range(7)] == [blocks(cumulants, k) for k in range(7)]


def test_mass_beside_real_dual_points():
    population = ExactPopulation([-1, 2, 4], ["0.2", "0.3", "0.5"], 10)
    assert population.mass_beside(fmpq(-5)) == 0
    assert population.mass_beside(fmpq(-1, 2)) == fmpq(2, 100)
    assert population.mass_beside(fmpq(0)) == fmpq(92, 100)
    assert population.mass_beside(fmpq(3)) == fmpq(95, 100)
    assert population.mass_beside(fmpq(9)) == 1
    assert population.mass_at_zero() == fmpq(9, 10)
    assert ExactPopulation([1], [1], fmpq(1, 2)).mass_at_zero() == 0


@pytest.mark.parametrize(
    ("low", "high", "simplest"),
    [
        ("1/3", "1/2", "1/2"),
        ("3/10", "2/5", "1/3"),
        ("-1/7", "5", "0"),
        ("-157/50", "-311/100", "-25/8"),
        ("2", "2", "2"),
        ("5/7", "5/7", "5/7"),
        ("9/4", "5/2", "5/2"),
    ],
)
def test_the_simplest_number_between(low, high, simplest):
    low, high, simplest = (
        fmpq(*map(int, (t + "/1").split("/")[:2])) for t in (low, high, simplest)
    )
    assert simplest_between(low, high) == simplest


def test_the_simplest_number_has_the_least_denominator():
    for k in range(1, 60):
        low, high = fmpq(k, 97), fmpq(k, 96)
        found = simplest_between(low, high)
        assert low <= found <= high
        for q in range(1, int(found.q)):
            assert (low * q).ceil() > (high * q).floor()


def test_an_empty_interval_is_refused():
    with pytest.raises(DomainError, match="low = 2 is above high = 1"):
        simplest_between(fmpq(2), fmpq(1))


def test_sums_by_halves():
    assert total([]) == 0
    assert total(fmpq(1, k * (k + 1)) for k in range(1, 100)) == fmpq(99, 100)


@pytest.mark.parametrize(
    ("atoms", "weights", "gamma", "words"),
    [
        ([1, 2], HALF[:1], 1, "atoms has 2 entries and weights 1"),
        ([], [], 1, "weights has the sum 0"),
        ([1], ["9/10"], 1, "weights has the sum 9/10"),
        ([1, 2], [fmpq(3, 2), fmpq(-1, 2)], 1, "weights = -1/2"),
        ([1, 2], [1, 0], 1, "weights = 0"),
        ([0, 0], HALF, 1, "no weight but 0"),
        ([1], [1], 0, "gamma = 0"),
        ([1], [1], "-1/2", "gamma = '-1/2'"),
        ([1], [1], float("nan"), "gamma = nan"),
        ([float("inf")], [1], 1, "atoms = inf"),
        ([0.1], [1], 1, "atoms = 0.1 is a binary float"),
        (["x"], [1], 1, "atoms = 'x'"),
        ([1j], [1], 1, "atoms = 1j"),
    ],
)
def test_bad_input(atoms, weights, gamma, words):
    with pytest.raises(DomainError, match=words):
        ExactPopulation(atoms, weights, gamma)


def test_fractions_are_exact_input():
    assert ExactPopulation([Fraction(1, 3)], [1], Fraction(1, 7)).gamma == fmpq(1, 7)

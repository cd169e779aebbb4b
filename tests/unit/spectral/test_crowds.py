"""What points see of thousands of atoms, against sums over all of them."""

import numpy as np
import pytest

from rmtcheck.spectral.crowds import CELLS, KAPPA, MANY, NODES, Crowd, Weights, slices

LEVELS = (np.arange(4999) + 0.5) / 4999
POPULATIONS = {
    "uniform": 1 + LEVELS,
    "signed": np.tan(1.5 * (2 * LEVELS - 1)),
    "lognormal": np.exp(4 * np.arctanh(2 * LEVELS - 1)),
    "crowds": np.sort(np.concatenate([1 + 1e-6 * LEVELS[:2500], 40 + LEVELS[2500:]])),
}


def crowd(atoms):
    masses = 1 + np.cos(np.arange(len(atoms)))
    return Crowd(Weights(atoms, masses / masses.sum(), 1e-17 * masses / masses.sum()))


def points(atoms):
    """Return points on the atoms, between them, and outside."""
    spread = atoms[-1] - atoms[0]
    near = atoms[::37] + 0.3 * np.append(np.diff(atoms), spread)[::37]
    return np.concatenate([atoms[::59], near, atoms[0] - spread * np.array([1e-6, 0.1, 3.0])])


def direct(whole, u):
    """Return the sums, and their terms with what a rounding error of atoms makes of them."""
    share = 1 / (u[:, None] - whole.atoms)
    rounding = 2e-16 * abs(share) ** 2 @ (whole.masses * abs(whole.atoms))
    return share @ whole.masses, abs(share) @ whole.masses + rounding / 1e-14


def seen(many, u, **options):
    """Return the sums as points see them, and with how many atoms."""
    value, sizes = np.full(len(u), np.nan, complex), []
    for rows, near in many.seen(u.real, **options):
        value[rows] = 1 / (u[rows, None] - near.atoms) @ near.masses
        sizes.append(len(near.atoms))
    return value, max(sizes)


def error(many, u, **options):
    value, size = seen(many, u, **options)
    expected, scale = direct(many.whole, u)
    return (abs(value - expected) / scale).max(), size


@pytest.mark.parametrize("atoms", POPULATIONS.values(), ids=POPULATIONS)
@pytest.mark.parametrize("height", [1e-9, 1e-3, 1.0])
def test_sums_are_those_over_all_atoms(atoms, height):
    u = points(atoms) + 1j * height
    worst, size = error(crowd(atoms), u)
    assert worst < 1e-14
    assert size < len(atoms) / 4


def test_points_may_move_as_far_as_was_said():
    many, u = crowd(POPULATIONS["uniform"]), points(POPULATIONS["uniform"]) + 1e-6j
    reach = np.full(len(u), 0.05)
    moved = u + 0.05
    value = np.empty_like(u)
    for rows, near in many.seen(u.real, reach=reach):
        value[rows] = 1 / (moved[rows, None] - near.atoms) @ near.masses
    expected, scale = direct(many.whole, moved)
    assert (abs(value - expected) / scale).max() < 1e-14


def test_who_moves_without_saying_so_is_noticed():
    many, u = crowd(POPULATIONS["uniform"]), points(POPULATIONS["uniform"]) + 1e-6j
    value = np.empty_like(u)
    for rows, near in many.seen(u.real):
        value[rows] = 1 / (u[rows, None] + 0.05 - near.atoms) @ near.masses
    expected, scale = direct(many.whole, u + 0.05)
    assert (abs(value - expected) / scale).max() > 1e-10


def test_anchors_are_seen_from_near_as_well():
    many = crowd(POPULATIONS["signed"])
    place = points(many.whole.atoms)
    anchor = place[::-1].copy()
    for rows, near in many.seen(place, anchor):
        for u in (place[rows] + 1e-9j, anchor[rows] + 1e-9j):
            value = 1 / (u[:, None] - near.atoms) @ near.masses
            expected, scale = direct(many.whole, u)
            assert (abs(value - expected) / scale).max() < 1e-14


def test_few_atoms_are_all_seen():
    many = crowd(LEVELS[:MANY])
    assert all(near is many.whole for _, near in many.seen(points(LEVELS[:MANY])))


def test_every_point_has_one_run():
    many, place = crowd(POPULATIONS["signed"]), points(POPULATIONS["signed"])
    rows = np.concatenate([rows for rows, _ in many.seen(place)])
    assert np.array_equal(np.sort(rows), np.arange(len(place)))


def test_masses_add_up_and_keep_their_rest_nearby():
    many = crowd(POPULATIONS["lognormal"])
    for _, near in many.seen(points(many.whole.atoms)[:5]):
        assert near.masses.sum() == pytest.approx(1, abs=1e-13)
        own = np.isin(near.atoms, many.whole.atoms) & (near.rest != 0)
        assert own.sum() >= NODES


def test_far_is_kappa_radii_away():
    bottom = crowd(POPULATIONS["uniform"]).levels[2]
    centre, radius = (bottom.first[3] + bottom.last[3]) / 2, (bottom.last[3] - bottom.first[3]) / 2
    places = centre + radius * KAPPA * np.array([[1 + 1e-9, 1 - 1e-9, -1 - 1e-9, -1 + 1e-9]])
    far = bottom.beyond(np.full(4, 3), places, places)
    assert far.tolist() == [True, False, True, False]


def test_runs_have_bounded_tables():
    cuts = list(slices(1000, 7000))
    assert cuts[0] == slice(0, CELLS // 7000)
    assert sum(len(range(1000)[cut]) for cut in cuts) == 1000

"""Compressed populations: the bound of the module, and sums over thousands of atoms."""

import numpy as np
import pytest

from rmtcheck.spectral.compression import FEW, KAPPA, NODES, compressed, is_clear
from rmtcheck.spectral.gauss import gauss_rules

LEVELS = (np.arange(2000) + 0.5) / 2000
POPULATIONS = {
    "uniform": 1 + LEVELS,
    "signed": np.tan(1.4 * (LEVELS - 0.3)),
    "lognormal": np.exp(3 * np.arctanh(2 * LEVELS - 1)),
    "two crowds": np.where(LEVELS < 0.3, 1 + 1e-3 * LEVELS, 30 + LEVELS),
    "touching": 1 + 1e-9 * LEVELS,
}
GAMMAS = [0.01, 1.0, 50.0]


def sums(atoms, weights, u):
    """Return what a law consists of: x(u) / u less gamma, and g, with the sums of moduli."""
    share = atoms / (u[:, None] - atoms)
    return (share @ weights, abs(share) @ weights), (share**2 @ weights, abs(share) ** 2 @ weights)


def visited(atoms, weights, gamma):
    """Return points u with the largest crowding that a law visits: gamma, on its curve."""
    a = np.linspace(atoms[0] - 0.1, atoms[-1] + 0.1, 41)
    a = np.append(a, atoms[::199])
    low, high = np.zeros_like(a), np.full_like(a, 10 * abs(atoms).max() / gamma**0.5)
    for _ in range(200):
        b = (low + high) / 2
        crowding = (atoms**2 / ((a[:, None] - atoms) ** 2 + b[:, None] ** 2)) @ weights
        low, high = np.where(crowding > gamma, b, low), np.where(crowding > gamma, high, b)
    return a + 1j * high


def worst(small, atoms, weights, u):
    pairs = zip(sums(*small, u), sums(atoms, weights, u), strict=True)
    return max((abs(got - sure) / size).max() for (got, _), (sure, size) in pairs)


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("atoms", POPULATIONS.values(), ids=POPULATIONS)
def test_sums_at_every_visited_point(atoms, gamma):
    weights = np.full(2000, 1 / 2000)
    small = compressed(atoms, weights, gamma)
    u = visited(atoms, weights, gamma)
    assert worst(small, atoms, weights, u) < 2e-14
    assert worst(small, atoms, weights, u + 1j * abs(u)) < 2e-14


def test_populations_do_become_small():
    weights = np.full(2000, 1 / 2000)
    assert len(compressed(POPULATIONS["uniform"], weights, 0.01)[0]) <= 4 * NODES
    assert len(compressed(POPULATIONS["signed"], weights, 1.0)[0]) < 1000


def test_one_atom_moved_by_little_is_noticed():
    atoms, weights = POPULATIONS["uniform"], np.full(2000, 1 / 2000)
    nodes, masses = compressed(atoms, weights, 1.0)
    u = visited(atoms, weights, 1.0)
    nodes[3] *= 1 + 1e-11
    assert worst((nodes, masses), atoms, weights, u) > 2e-14


def test_points_that_no_law_visits_see_the_difference():
    atoms, weights = POPULATIONS["uniform"], np.full(2000, 1 / 2000)
    assert worst(compressed(atoms, weights, 0.01), atoms, weights, np.array([1.5 + 1e-3j])) > 1e-3


def test_few_atoms_stay_what_they_are():
    atoms, weights = LEVELS[:FEW], np.full(FEW, 1 / FEW)
    assert compressed(atoms, weights, 1.0)[0] is atoms


def bound(kappa, mass, radius, nodes):
    rho = kappa + np.sqrt(kappa**2 - 1)
    return 4 * mass * rho ** (1 - 2 * nodes) / (radius * (rho - 1) * np.sqrt(kappa**2 - 1))


@pytest.mark.parametrize("nodes", [2, 4, 8])
@pytest.mark.parametrize("kappa", [1.2, KAPPA, 5.0])
def test_truncation_is_within_the_bound_and_not_far_below(kappa, nodes):
    """At real and imaginary distance kappa, for weights that put all their mass at the ends too."""
    line, radius = 3 + 2 * np.cos(np.linspace(np.pi, 0, 60)), 2.0
    found = []
    for weights in (np.full(60, 1 / 60), np.exp(-0.3 * np.arange(60)), np.abs(line - 3) ** 8):
        rule = [part[0] for part in gauss_rules(line[None], weights[None], nodes)]
        u = 3 + kappa * radius * np.exp(1j * np.linspace(0, np.pi, 30))
        error = abs((1 / (u[:, None] - line)) @ weights - (1 / (u[:, None] - rule[0])) @ rule[1])
        found.append(error.max() / bound(kappa, weights.sum(), radius, nodes))
    assert max(found) <= 1 + 1e-13 / bound(kappa, 1, radius, nodes)
    assert max(found) > 1e-3 or bound(kappa, 1, radius, nodes) < 1e-12


def test_stated_bound_of_fifteen_nodes():
    assert bound(KAPPA, 1.0, 1.0, 15) == pytest.approx(2.2e-17, rel=0.05)


@pytest.mark.parametrize("gamma", GAMMAS)
def test_clear_discs_are_never_visited(gamma):
    atoms, weights = POPULATIONS["signed"], np.full(2000, 1 / 2000)
    u = visited(atoms, weights, gamma)
    centres = np.repeat(atoms[::97], 30)
    radii = np.tile(np.geomspace(1e-4, 10, 30), len(centres) // 30)
    clear = is_clear(atoms, weights * atoms**2, centres, radii, gamma)
    entered = np.any(abs(u - centres[:, None]) < KAPPA * radii[:, None], axis=1)
    assert not np.any(clear & entered)
    assert clear.any()
    assert np.any(is_clear(atoms, weights * atoms**2, centres, radii, gamma / 8) & entered)

"""Gauss rules have the moments of their measures, against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest

from rmtcheck.spectral.gauss import gauss_rules

GRID = np.linspace(-1, 1, 40)
LINES = {
    "equal": (GRID, np.full(40, 1 / 40)),
    "skew": (GRID, np.exp(-9 * np.linspace(0, 1, 40))),
    "elsewhere": (1e6 + GRID, np.linspace(1, 2, 40)),
    "crowded": (np.sort(np.append(GRID[:20], 0.5 + 1e-9 * GRID[:20])), np.ones(40)),
}
NODES = 6


def moments(atoms, weights, line):
    """Return exact moments of orders up to 2p - 1, the line being the unit interval."""
    low, high = map(Fraction, (line[0].item(), line[-1].item()))
    places = [(2 * Fraction(a) - low - high) / (high - low) for a in atoms.tolist()]
    return [
        sum(Fraction(w) * t**k for w, t in zip(weights.tolist(), places, strict=True))
        for k in range(2 * NODES)
    ]


def worst_moment(rule, line, weights):
    pairs = zip(moments(*rule, line), moments(line, weights, line), strict=True)
    return float(max(abs(a - b) for a, b in pairs) / Fraction(weights.sum()))


def single_rule(line, weights, nodes=NODES):
    return tuple(part[0] for part in gauss_rules(line[None], weights[None], nodes))


@pytest.mark.parametrize(("line", "weights"), LINES.values(), ids=LINES)
def test_moments_to_order_2p_less_1(line, weights):
    spacing = np.spacing(abs(line).max()) / (line[-1] - line[0])
    assert worst_moment(single_rule(line, weights), line, weights) < 2e-14 + 2 * NODES * spacing


def test_a_node_or_a_weight_off_is_noticed():
    line, weights = LINES["equal"]
    nodes, masses = single_rule(line, weights)
    assert worst_moment((nodes * (1 + 1e-12), masses), line, weights) > 1e-13
    assert worst_moment((nodes, masses * (1 + 1e-12)), line, weights) > 1e-13


def test_rules_are_positive_and_inside():
    for line, weights in LINES.values():
        nodes, masses = single_rule(line, weights)
        assert np.all(masses >= 0)
        assert np.all((nodes >= line[0] - 1e-14) & (nodes <= line[-1] + 1e-14))
        assert np.all(np.diff(nodes) > 0)


def test_few_points_are_kept():
    line = np.repeat([-1.0, 0.25, 3.0], 5)
    weights = np.tile([0.1, 0, 0.2, 0, 0.3], 3)
    nodes, masses = single_rule(line, weights)
    heavy = masses > 1e-12
    assert nodes[heavy] == pytest.approx([-1, 0.25, 3], abs=1e-13)
    assert masses[heavy] == pytest.approx([0.6] * 3, abs=1e-13)


def test_many_lines_at_once_do_not_mix():
    lines, weights = (np.stack([LINES[name][k] for name in ("equal", "skew")]) for k in range(2))
    nodes, masses = gauss_rules(lines, weights, NODES)
    for k in range(2):
        assert np.allclose((nodes[k], masses[k]), single_rule(lines[k], weights[k]), atol=1e-14)
    assert not np.allclose(masses[0], masses[1])

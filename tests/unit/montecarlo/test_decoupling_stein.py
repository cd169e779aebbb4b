"""Stein's identity along the path, and the bounds that rest on it."""

import secrets
from dataclasses import replace

import numpy as np
import pytest
import sympy

from rmtcheck import CROSS_ENTROPY, HessianBlock, LinearModel, WeightedGram, derive
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.path import draw_coupled, follow
from rmtcheck.montecarlo.decoupling.stein import (
    Step,
    chain,
    crude_bound,
    mirrored,
    stein_sides,
)
from rmtcheck.montecarlo.decoupling.walk import Coupled
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.samples import indicator, preactivation
from rmtcheck.vocabulary.symbols import N, d

Z = 0.1 + 0.2j
SOFTMAX = local_weight(derive(HessianBlock(LinearModel(d, 3), CROSS_ENTROPY, 1, 1)))
BOUNDS = {"largest_weight": 0.25, "largest_slope": np.sqrt(2) / (6 * np.sqrt(3))}
GATED = local_weight(WeightedGram(1 / N, indicator[1] * sympy.tanh(preactivation[1] + 1)))


def rng():
    return stream(secrets.randbits(64), "tests of Stein's identity", 0)


def test_the_chain_holds_for_a_smooth_weight():
    steps = chain(SOFTMAX, 32, 64, Z, rng(), draws=150, **BOUNDS)
    assert False not in [step.holds for step in steps]
    assert [step.holds for step in steps[2:]] == [True] * 4
    assert [step.relation for step in steps] == ["="] * 3 + ["<="] * 3
    assert abs(steps[0].left + steps[0].right) > steps[0].radius  # the wrong sign is refused
    assert steps[4].right.real > steps[5].right.real  # the crude bound is the larger


def test_gates_break_the_identity_of_the_weight_and_the_theorem():
    steps = chain(GATED, 12, 24, Z, rng(), draws=150, largest_weight=1.0, largest_slope=1.0)
    assert steps[0].holds is False
    assert steps[2].holds is False
    assert steps[1].holds is not False  # gates are fixed where y moves
    assert steps[5].holds  # the bound by rank needs no smoothness


def test_an_identity_of_noise_has_no_power():
    """Sides that agree within a disc that holds wrong variants too do not hold."""
    loud = Step("", 1 + 0j, 1.2 + 0j, "=", 0.3)
    assert loud.holds is True
    assert Step("", 1 + 0j, 1.2 + 0j, "=", 0.5).holds is None
    assert Step("", 0j, 0j, "=", 0.1).holds is None
    assert replace(loud, others=(0.3, 0.5, 0.3)).mutants == {
        "of the other sign": True,
        "half the right side": False,
        "twice the right side": True,
    }
    assert replace(loud, others=(0.3, 0.5, 0.3)).holds is None


def test_few_draws_have_no_power_and_many_have():
    at = {"largest_weight": 0.25, "largest_slope": 1.0, "alpha": 1e-6}
    seen = [
        chain(SOFTMAX, 8, 16, Z, stream(1, "power of the steps", 0), draws=n, **at)[1].holds
        for n in (40, 2000)
    ]
    assert seen == [None, True]


@pytest.mark.parametrize("t", [0.2, 0.5, 1.0])
def test_integration_by_parts_keeps_the_mean(t):
    generator, sides, z = rng(), [], 0.125 + 0.25j
    for _ in range(2000):
        draw = draw_coupled(SOFTMAX, 6, 12, generator)
        pair = (draw, mirrored(draw, t))
        sides.append(np.mean([stein_sides(given, SOFTMAX, z, t) for given in pair], axis=0))
    left, right = np.array(sides).T
    assert is_zero(left - right)
    if t < 1:  # at the end both sides have mean 0, as y is then independent of the matrix
        assert not is_zero(left)
        assert not is_zero(left - right / 2)
        assert not is_zero(left + right)


def is_zero(values):
    parts = np.stack([values.real, values.imag])
    error = parts.std(axis=1) / np.sqrt(len(values)) + 1e-14
    return bool((np.abs(parts.mean(axis=1)) <= 6 * error).all())


def test_the_gradient_of_the_quadratic_form_is_that_of_differences():
    weight, t, n, h = SOFTMAX, 0.4, 2, 1e-5
    draw = draw_coupled(weight, 5, 7, rng())
    angle = np.arcsin(np.sqrt(t))
    u = draw.V @ (np.sqrt(t) * draw.X + np.sqrt(1 - t) * draw.X_copy)
    values, gradient = field_function(weight).values_and_gradient(u)

    def form(x, sample):
        X = draw.X.copy()
        X[:, sample] = x
        G = np.linalg.inv((X * values) @ X.T / 7 - Z * np.eye(5))
        return x @ G @ G @ x

    total = 0
    for sample in range(7):
        x, direction = draw.X[:, sample], draw.V.T @ gradient[:, sample]
        change = form(x + h * direction, sample) - form(x - h * direction, sample)
        total += change / (2 * h)
    expected = -np.cos(angle) / (5 * 7) * total
    assert stein_sides(draw, weight, Z, t)[1] == pytest.approx(expected, rel=1e-7)
    assert stein_sides(draw, weight, Z, t)[1] != pytest.approx(1.001 * expected, rel=1e-7)
    assert n < 7


def test_a_mirrored_draw_has_the_same_fields_and_the_other_velocity():
    draw, t = draw_coupled(SOFTMAX, 4, 5, rng()), 0.3
    other = mirrored(draw, t)
    sine, cosine = np.sqrt(t), np.sqrt(1 - t)
    for a, b, sign in ((sine, cosine, 1), (cosine, -sine, -1)):
        mine, its = (a * c.X + b * c.X_copy for c in (draw, other))
        assert np.allclose(mine, sign * its, rtol=0, atol=1e-14)
        assert not np.allclose(mine, -sign * its, rtol=0, atol=1e-14)
    slopes = [follow(given, SOFTMAX, Z, t).slope[0] for given in (draw, other)]
    assert slopes[0] == pytest.approx(stein_sides(draw, SOFTMAX, Z, t)[0], rel=1e-12)
    assert slopes[1] != slopes[0]


def test_the_crude_bound_is_of_order_one_over_root_n():
    bounds = [crude_bound(3, n, 2 * n, Z, 0.25, 0.14) for n in (10**4, 10**6)]
    assert bounds[0] / bounds[1] == pytest.approx(10, rel=0.02)


@pytest.mark.parametrize(
    ("left", "right", "relation", "holds"),
    [
        (1 + 0j, 1.05 + 0j, "=", True),
        (1 + 0j, 1.2 + 0j, "=", False),
        (1 + 0j, 1.2 + 0j, "<=", True),
        (1 + 0j, 1.05 + 0j, "<=", None),
        (2j, 1.05 + 0j, "<=", False),
    ],
)
def test_steps_can_fail(left, right, relation, holds):
    assert Step("", left, right, relation, 0.1).holds is holds


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"draws": 10}, "draws = 10"),
        ({"alpha": 0.0}, "alpha = 0.0"),
        ({"largest_slope": 0.01}, "largest_slope = 0.01 must be a bound"),
        ({"largest_weight": 0.01}, "largest_weight = 0.01 must be a bound"),
        ({"largest_weight": np.inf}, "must be finite"),
        ({"t": 2.0}, "times = 2.0"),
    ],
)
def test_refuses_in_one_sentence(change, message):
    with pytest.raises(DomainError, match=message):
        chain(SOFTMAX, 4, 6, Z, rng(), **({**BOUNDS, "draws": 40} | change))


def test_shapes_are_checked():
    draw = draw_coupled(SOFTMAX, 4, 5, rng())
    with pytest.raises(DomainError, match="must have the shapes"):
        stein_sides(Coupled(draw.X, draw.X, draw.V[:2]), SOFTMAX, Z, 0.5)

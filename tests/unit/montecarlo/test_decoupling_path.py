"""The path against loops and other derivatives; the fundamental theorem, with and without gates."""

import importlib.util
import secrets
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    HessianBlock,
    LinearModel,
    OneHiddenLayer,
    WeightedGram,
    derive,
)
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.automatic import automatic_slope
from rmtcheck.montecarlo.decoupling.breaks import Breaks, breaks
from rmtcheck.montecarlo.decoupling.duals import FUNCTIONS, Dual
from rmtcheck.montecarlo.decoupling.jumps import jumps_along
from rmtcheck.montecarlo.decoupling.path import (
    PATH,
    TRIAL_ANGLES,
    draw_coupled,
    follow,
    fundamental_theorem,
    matrix_at,
)
from rmtcheck.montecarlo.decoupling.walk import Coupled
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.activations import RELU, TANH
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import logit
from rmtcheck.vocabulary.symbols import N, d, m

READOUT = [[1, 2], [3, -1], [0, 1]]
Z = 0.2 + 0.4j


def linear(classes, j):
    return local_weight(derive(HessianBlock(LinearModel(d, classes), CROSS_ENTROPY, 1, j)))


def hidden(loss, j, activation=None):
    network = OneHiddenLayer(d, m, 3, activation) if activation else OneHiddenLayer(d, m, 3)
    block = HessianBlock(network, loss, network.w[1], network.w[j])
    return local_weight(derive(block), READOUT)


def own(expression):
    return local_weight(WeightedGram(1 / N, expression))


SMOOTH = {
    "diagonal": linear(3, 1),
    "off": linear(4, 2),
    "square": own(sympy.tanh(logit[1]) ** 2),
    "both signs": own(sympy.sin(logit[1]) + logit[2] * sympy.exp(-(logit[2] ** 2))),
}
GATED = {
    "squared error": hidden(MEAN_SQUARED_ERROR, 2),
    "cross-entropy": hidden(CROSS_ENTROPY, 1),
    "cross-entropy off": hidden(CROSS_ENTROPY, 2),
}
ALL = SMOOTH | GATED


def drawn(weight, d=8, N=50):  # so many samples that some gate is open, and some change
    return draw_coupled(weight, d, N, stream(secrets.randbits(64), "tests of the path", 0))


def by_loops(coupled, weight, t):
    H = 0
    for x, y in zip(coupled.X.T, coupled.X_copy.T, strict=True):
        u = coupled.V @ (np.sqrt(t) * x + np.sqrt(1 - t) * y)
        H = H + field_function(weight).values(u[:, None])[0] * np.outer(x, x)
    return H / coupled.X.shape[1]


def transform(H):
    return np.trace(np.linalg.inv(H - Z * np.eye(len(H)))) / len(H)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("t", [0.0, 0.3, 1.0])
def test_what_is_recorded(name, t):
    weight, coupled = ALL[name], drawn(ALL[name])
    H, path = by_loops(coupled, weight, t), follow(coupled, weight, Z, t, with_eigenvalues=True)
    assert np.allclose(matrix_at(coupled, weight, t), H, rtol=0, atol=1e-13)
    e = np.linalg.eigvalsh(H)
    assert np.allclose(path.eigenvalues, [e], rtol=0, atol=1e-12)
    assert path.transform[0] == pytest.approx(transform(H), rel=1e-11)
    assert path.norm[0] == pytest.approx(np.sum(H**2) / len(H), rel=1e-11)
    assert (path.smallest[0], path.largest[0]) == pytest.approx((e[0], e[-1]), abs=1e-12)
    assert path.times[0] == pytest.approx(t, abs=1e-15)
    wrong = Coupled(coupled.X_copy, coupled.X, coupled.V)  # the ends exchanged
    assert not np.allclose(by_loops(wrong, weight, t), H, rtol=0, atol=1e-13)


def by_differences(coupled, weight, t, h=1e-4):
    """Central differences of fourth order in t."""
    s = [transform(by_loops(coupled, weight, t + k * h)) for k in (-2, -1, 1, 2)]
    return (s[0] - 8 * s[1] + 8 * s[2] - s[3]) / (12 * h)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_slope_by_three_routes(name):
    weight, coupled, t = SMOOTH[name], drawn(SMOOTH[name]), 0.37
    path, angle = follow(coupled, weight, Z, t), np.arcsin(np.sqrt(t))
    value, slope = automatic_slope(coupled, weight, Z, angle)
    assert value == pytest.approx(path.transform[0], rel=1e-10)
    assert slope == pytest.approx(path.slope[0], rel=1e-10, abs=1e-13)
    numeric = by_differences(coupled, weight, t)
    assert path.slope_in_time()[0] == pytest.approx(numeric, rel=1e-6, abs=1e-8)
    for wrong in (2 * slope, slope.conjugate(), -slope):
        assert wrong != pytest.approx(path.slope[0], rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("name", GATED)
def test_between_jumps_dual_numbers_agree_as_well(name):
    coupled, angle = drawn(GATED[name]), 0.6
    path = follow(coupled, GATED[name], Z, np.sin(angle) ** 2)
    value, slope = automatic_slope(coupled, GATED[name], Z, angle)
    assert (value, slope) == pytest.approx((path.transform[0], path.slope[0]), rel=1e-10, abs=1e-13)


def test_the_slope_against_autograd():
    weight, coupled = SMOOTH["diagonal"], drawn(SMOOTH["diagonal"])
    X, d = coupled.X, len(coupled.X)

    def part(angle, sign):
        u = anp.dot(coupled.V, anp.sin(angle) * X + anp.cos(angle) * coupled.X_copy)
        e = anp.exp(u)
        p = e[0] / anp.sum(e, axis=0)
        H = anp.dot(X * (p * (1 - p)), X.T) / X.shape[1] - Z.real * anp.eye(d)
        # (H - iy)^{-1} = (H + iy)(H^2 + y^2)^{-1}
        squared = anp.linalg.inv(anp.dot(H, H) + Z.imag**2 * anp.eye(d))
        return anp.trace(anp.dot(H, squared) if sign else Z.imag * squared) / d

    slopes = [autograd.grad(part)(0.5, sign) for sign in (True, False)]
    path = follow(coupled, weight, Z, np.sin(0.5) ** 2)
    assert path.slope[0] == pytest.approx(complex(*slopes), rel=1e-9)


def test_dual_functions_have_the_slopes_of_differences():
    x, h = np.array([0.3, 0.7]), 1e-6
    for name in ("exp", "log", "sqrt", "tanh", "sin", "cos", "erf"):
        function = FUNCTIONS[name]
        found = function(Dual(x, np.ones(2))).slope
        numeric = (function(x + h).value - function(x - h).value) / (2 * h)
        assert np.allclose(found, numeric, rtol=1e-8), name
        assert not np.allclose(1.01 * found, numeric, rtol=1e-8), name
    power = (2.0 / Dual(x, np.ones(2))) ** 3
    assert np.allclose(power.slope, -24 / x**4)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_fundamental_theorem_holds_for_smooth_weights(name):
    coupled = drawn(SMOOTH[name])
    theorem = fundamental_theorem(coupled, SMOOTH[name], Z, 96)
    assert theorem.holds
    assert theorem.breaks == Breaks.NOWHERE
    assert theorem.error < 1e-4
    # the printed sign, and half the slope, are refused
    assert abs(theorem.difference + theorem.integral) > theorem.error
    assert abs(theorem.difference - theorem.integral / 2) > theorem.error
    ends = follow(coupled, SMOOTH[name], Z, [0.0, 1.0]).transform
    assert theorem.difference == pytest.approx(ends[1] - ends[0], rel=1e-12)


def test_convergence_is_geometric():
    weight, misses = SMOOTH["diagonal"], np.zeros(3)
    for _ in range(10):
        coupled = drawn(weight)
        for place, steps in enumerate((1, 6, 48)):
            theorem = fundamental_theorem(coupled, weight, Z, steps)
            misses[place] += abs(theorem.difference - theorem.integral)
    assert misses[1] < misses[0] / 10
    assert misses[2] < 1e-9


@pytest.mark.parametrize("name", GATED)
def test_gates_break_the_theorem_by_the_sum_of_jumps(name):
    coupled = drawn(GATED[name])
    theorem = fundamental_theorem(coupled, GATED[name], Z)
    jumps = jumps_along(coupled, GATED[name], Z, 12)
    assert theorem.breaks == Breaks.AT_ZEROS
    assert jumps.difference == pytest.approx(theorem.difference, rel=1e-10)
    assert jumps.difference == pytest.approx(jumps.integral + jumps.total, rel=1e-5, abs=1e-6)
    assert jumps.count > 0
    assert jumps.difference != pytest.approx(jumps.integral, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("kink", [abs(logit[1]), sympy.tanh(abs(logit[1])) + logit[2] ** 2])
def test_kinks_keep_the_theorem_between_zeros(kink):
    coupled = drawn(own(kink))
    found = jumps_along(coupled, own(kink), Z)
    assert found.count == 0
    assert found.error < 1e-4 * abs(found.difference) + 1e-7
    assert abs(found.difference - found.integral - found.total) <= found.error
    assert abs(found.difference - 1.01 * found.integral) > found.error


def test_rules_that_do_not_converge_do_not_agree_by_chance():
    rough = own(sympy.tanh(20 * logit[1]))
    draws = (drawn(rough) for _ in range(40))
    assert sum(not fundamental_theorem(draw, rough, Z, 8).holds for draw in draws) <= 4


u = logit[1]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (sympy.tanh(u) ** 2 / (1 + u**2), Breaks.NOWHERE),
        (sympy.log(1 + sympy.exp(u)), Breaks.NOWHERE),
        (sympy.sqrt(2 + sympy.cos(u) ** 2), Breaks.NOWHERE),
        (sympy.Heaviside(2 * u), Breaks.AT_ZEROS),
        (sympy.Max(u, 0), Breaks.AT_ZEROS),
        (sympy.Piecewise((u, u > 0), (0, True)), Breaks.AT_ZEROS),
        (abs(u - 1), Breaks.ELSEWHERE),
        (sympy.Max(u, logit[2]), Breaks.ELSEWHERE),
        (sympy.Piecewise((u, u > 1), (0, True)), Breaks.ELSEWHERE),
        (1 / u, Breaks.ELSEWHERE),
        (sympy.cbrt(u**2), Breaks.ELSEWHERE),
        (sympy.floor(u), Breaks.ELSEWHERE),
        (sympy.gamma(u), Breaks.ELSEWHERE),
    ],
)
def test_where_a_formula_breaks(expression, found):
    assert breaks(own(expression)) == found


@pytest.mark.parametrize("activation", [TANH, RELU])
def test_an_activation_breaks_the_logits_of_units(activation):
    p = SoftmaxOfGaussians(3)
    weight = local_weight(WeightedGram(1 / N, p[1] * (1 - p[1])), READOUT, activation)
    assert breaks(weight) == (Breaks.NOWHERE if activation == TANH else Breaks.AT_ZEROS)


def test_gates_alone_have_slope_zero_and_fail():
    weight = GATED["squared error"]
    theorem = fundamental_theorem(drawn(weight), weight, Z)
    assert theorem.integral == 0
    assert not theorem.holds


def test_a_smooth_weight_has_no_jumps():
    weight, coupled = SMOOTH["diagonal"], drawn(SMOOTH["diagonal"])
    jumps = jumps_along(coupled, weight, Z)
    assert jumps.count == 0
    assert abs(jumps.total) < 1e-6


def test_a_trial_is_the_path_at_its_angles():
    seed, at = secrets.randbits(64), {"d": 6, "N": 9}
    first, second = (stream(seed, "trial", 0) for _ in range(2))
    row = PATH.row(first, weight=SMOOTH["off"], real=Z.real, imag=Z.imag, **at)
    coupled = draw_coupled(SMOOTH["off"], rng=second, **at)
    path = follow(coupled, SMOOTH["off"], Z, np.sin(TRIAL_ANGLES) ** 2)
    table = dict(zip(PATH.columns, row, strict=True))
    last = len(TRIAL_ANGLES) - 1
    assert complex(table["s_re_0"], table["s_im_0"]) == pytest.approx(path.transform[0])
    assert complex(table["slope_re_3"], table["slope_im_3"]) == pytest.approx(path.slope[3])
    names = ("norm", "smallest", "largest")
    assert [table[f"{n}_{last}"] for n in names] == pytest.approx(
        [getattr(path, n)[last] for n in names]
    )


@pytest.mark.parametrize("activation", [TANH, None])
def test_both_directions_of_time(activation):
    weight = hidden(CROSS_ENTROPY, 1, activation) if activation is None else SMOOTH["square"]
    coupled = drawn(weight)
    assert np.array_equal(
        matrix_at(coupled, weight, 1.0).round(12),
        matrix_at(Coupled(coupled.X, coupled.X, coupled.V), weight, 0.0).round(12),
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c, w: follow(c, w, Z, 1.5), "times = 1.5 must be"),
        (lambda c, w: follow(c, w, Z, []), "one or more numbers"),
        (lambda c, w: follow(c, w, Z.conjugate(), 0.5), "imag = -0.4"),
        (lambda c, w: follow(c, w, Z, [0.0, 0.5]).slope_in_time(), "no value at t = 0 or 1"),
        (lambda c, w: follow(Coupled(c.X, c.X[:, 1:], c.V), w, Z, 0.5), "must have the shapes"),
        (lambda c, w: follow(c, linear(5, 1), Z, 0.5), "must have the shapes"),
        (lambda c, w: fundamental_theorem(c, w, Z, 0), "steps = 0"),
        (lambda c, w: draw_coupled(w, 0, 3, None), "d = 0"),
        (lambda c, w: jumps_along(c, w, 1.0 + 0j), "imag = 0.0"),
    ],
)
def test_refuses_in_one_sentence(call, message):
    weight = SMOOTH["diagonal"]
    with pytest.raises(DomainError, match=message):
        call(drawn(weight), weight)


def benchmark():
    path = Path(__file__).parents[3] / "benchmarks" / "interpolation.py"
    spec = importlib.util.spec_from_file_location("interpolation", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_benchmark_measures_and_can_miss():
    module = benchmark()
    figures = {
        "against bare": {"ratio": 1.2},
        "memory": {"ratio": 1.0},
        "processes": {"speed-up": 1.9, "same": 1.0},
    }
    assert module.against_bare(6, 9, 1)["ratio"] > 1
    assert module.growth(128)["exponent"] < 4
    assert module.variances([12], 40)["12"]["together"] > 0
    assert module.missed(figures) == []
    for part, wrong in (("against bare", 1.6), ("memory", 1.2)):
        assert len(module.missed(figures | {part: {"ratio": wrong}})) == 1
    slow = {"speed-up": 1.1, "same": 0.0}
    assert len(module.missed(figures | {"processes": slow})) == 2

"""The bias of weights that see the samples: other formulas, other quadrature, drawn matrices."""

import math
import secrets

import numpy as np
import pytest
import sympy

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    GeneralizedMarchenkoPastur,
    HessianBlock,
    OneHiddenLayer,
    SoftmaxOfGaussians,
    WeightedGram,
    decoupling_bias,
    derive,
    indicator,
    local_weight,
    logit,
    softmax_weights,
)
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.decoupling.blocks import field_responses
from rmtcheck.spectral.decoupling.fields import field_weights
from rmtcheck.spectral.decoupling.matrix import response_matrix
from rmtcheck.vocabulary.symbols import N, d, m

Z = 0.1 + 0.1j
READOUT = [[0.5, -1.0], [1.5, 0.25], [-0.5, 2.0]]
# A test that is right fails less often than once in 10^8 runs.
SIGMAS = 6


def entry(classes, place="diagonal", factor=1):
    p = SoftmaxOfGaussians(classes)
    return WeightedGram(factor / N, p[1] * (1 - p[1]) if place == "diagonal" else -p[1] * p[2])


def hidden(loss, j, units=m):
    network = OneHiddenLayer(d, units, 3)
    return derive(HessianBlock(network, loss, network.w[1], network.w[j]))


def fresh():
    return stream(secrets.randbits(64), "tests of the bias of decoupling", 0)


def hermite(fields):
    """Return a plain product of Gauss-Hermite rules."""
    x, w = np.polynomial.hermite_e.hermegauss(60 if fields < 3 else 30)
    grids = np.meshgrid(*[x] * fields, indexing="ij")
    masses = np.prod(np.meshgrid(*[w / w.sum()] * fields, indexing="ij"), axis=0)
    return np.stack([g.ravel() for g in grids]), masses.ravel()


def transform(weights, masses, gamma, z):
    """Solve 1/s = -z + E[h] by damped iteration and Newton's method, from scratch."""
    s = -1 / z
    for _ in range(60):
        s = (s + 1 / (-z + masses @ (weights / (1 + gamma * weights * s)))) / 2
    for _ in range(5):
        h = weights / (1 + gamma * weights * s)
        step = (1 / s + z - masses @ h) / (-1 / s**2 + gamma * masses @ h**2)
        s -= step
    assert abs(step) < 1e-12 * abs(s)
    assert s.imag > 0
    return s


def log_det(weight, gamma, z):
    """Return log det(I + s (T - t I)) at a point."""
    places, masses = hermite(weight.fields)
    weights = field_weights(weight)(places)
    s = transform(weights, masses, gamma, z)
    h = masses * weights / (1 + gamma * weights * s)
    return np.log(
        np.linalg.det(np.eye(len(places)) * (1 - s * h.sum()) + s * (places * h) @ places.T)
    )


def by_differences(gram, gamma, z, step=2e-3):
    """Return -1/gamma d/dz log det by central differences of order 6."""
    at = [log_det(local_weight(gram), gamma, z + k * step) for k in (-3, -2, -1, 1, 2, 3)]
    return -np.dot([-1, 9, -45, 45, -9, 1], at) / (60 * step * gamma)


@pytest.mark.parametrize("gamma", [0.2, 1.5])
@pytest.mark.parametrize(
    "gram",
    [
        entry(2),
        entry(3),
        entry(3, "off-diagonal"),
        entry(3, "off-diagonal", sympy.Rational(7, 2)),
        WeightedGram(
            1 / N,
            SoftmaxOfGaussians(2, sympy.Rational(1, 2))[1]
            * (1 - SoftmaxOfGaussians(2, sympy.Rational(1, 2))[1]),
        ),
        WeightedGram(1 / N, (sympy.sin(logit[2]) + sympy.cos(logit[1])) / 10),
    ],
)
def test_the_derivative_of_the_determinant(gram, gamma):
    z = 0.1 + 0.3j
    expected = by_differences(gram, gamma, z)
    # the differences err by some 1e-9
    assert agrees(decoupling_bias(gram, gamma, z), expected, 1e-7)
    for wrong in (1.1 * expected, gamma * expected, by_differences(gram, 1 / gamma, z)):
        assert not agrees(decoupling_bias(gram, gamma, z), wrong, 1e-7)


def agrees(value, expected, tolerance):
    return abs(value - expected) <= tolerance * abs(expected)


@pytest.mark.parametrize(
    ("gram", "z", "expected"),
    [
        (entry(3), Z, -1.19758 + 2.65430j),
        (entry(3, "off-diagonal"), -0.05 + 0.05j, 4.66812 + 5.50732j),
    ],
)
def test_known_values(gram, z, expected):
    assert agrees(decoupling_bias(gram, 0.5, z), expected, 2e-6)


@pytest.mark.parametrize("place", ["diagonal", "off-diagonal"])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("gamma", [1e-6, 0.01, 0.5])
def test_scale_derivatives_against_all_logits(classes, place, gamma):
    low, high = GeneralizedMarchenkoPastur(softmax_weights(classes, place), gamma).edges()
    width = high - low
    z = np.array([low + 0.3 * width * (1 + 1j), high + width, low - width / 2])
    response, judge = field_responses(local_weight(entry(classes, place)), gamma)
    expected = response.bias(z)
    assert abs(judge.bias(z) / expected - 1).max() < 1e-7
    assert abs(decoupling_bias(entry(classes, place), gamma, z) / expected - 1).max() < 1e-9


@pytest.mark.parametrize("place", ["diagonal", "off-diagonal"])
def test_four_classes_against_all_logits(place):
    z = np.array([0.3 + 0.3j, -1])
    expected = field_responses(local_weight(entry(4, place)), 0.5)[0].bias(z)
    values = decoupling_bias(entry(4, place), 0.5, z)
    assert abs(values / expected - 1).max() < 1e-9
    assert abs(1.1 * values / expected - 1).min() > 1e-9


@pytest.mark.parametrize("gamma", [0.1, 1, 2, 1000])
def test_two_classes_against_one_difference_of_logits(gamma):
    law = GeneralizedMarchenkoPastur(softmax_weights(2), gamma)
    low, high = law.edges()
    z = np.array([low + (0.5 + 0.01j) * (high - low), high + 0.01 * (high - low)])
    w = np.linspace(-12, 12, 400_001)
    mass = np.exp(-(w**2) / 2) / math.sqrt(2 * math.pi) * (w[1] - w[0])
    weight = 1 / (4 * np.cosh(w / math.sqrt(2)) ** 2)
    u = (-1 / (gamma * law.stieltjes(z)))[:, None]
    determinant = 1 - (weight / (u - weight)) @ (mass * (w**2 - 1)) / gamma
    slope = (weight / (u - weight) ** 2) @ (mass * (w**2 - 1)) / gamma
    stretch = gamma - (weight / (u - weight)) ** 2 @ mass
    expected = -slope / determinant / (gamma * stretch)
    assert abs(decoupling_bias(entry(2), gamma, z) / expected - 1).max() < 1e-8


@pytest.mark.parametrize("place", ["diagonal", "off-diagonal"])
def test_the_matrix_of_many_classes_against_draws(place):
    classes, z, draws = 60, (0.02 + 0.02j if place == "diagonal" else (-1 + 1j) / 3000), 50_000
    found = response_matrix(entry(classes, place), 0.3, z)
    assert sum(found.multiplicities) == classes
    w = fresh().standard_normal((draws, classes))
    p = np.exp(w) / np.exp(w).sum(axis=1, keepdims=True)
    weight = p[:, 0] * (1 - p[:, 0]) if place == "diagonal" else -p[:, 0] * p[:, 1]
    h = weight / (1 + 0.3 * weight * found.s)
    vectors = [w[:, 0] - w.mean(axis=1), w[:, 0] - w[:, 1], w[:, 0] + w[:, 1] - 2 * w.mean(axis=1)]
    squares = [
        v**2 / v_size
        for v, v_size in zip(vectors, (1 - 1 / classes, 2, 2 - 4 / classes), strict=True)
    ]
    special = squares[:1] if place == "diagonal" else squares[1:]
    # the whole trace, h |w|^2, less its parts
    rest = (w**2).sum(axis=1) - classes * w.mean(axis=1) ** 2 - sum(special)
    samples = [*special, rest / found.multiplicities[-1]]
    for value, square in zip(found.eigenvalues[1:], samples, strict=True):
        drawn = h * square
        assert abs(drawn.mean() - value) < SIGMAS * drawn.std() / math.sqrt(draws)
        assert abs(drawn.mean() - 1.5 * value) > SIGMAS * drawn.std() / math.sqrt(draws)


def drawn_difference(evaluate, fields, gamma, z, N, runs, rng):
    """Return N (s_H - s_H~), coupled: the samples differ in the row space of V only."""
    d = round(gamma * N)
    found = np.empty(runs, dtype=complex)
    for run in range(runs):
        V = rng.standard_normal((fields, d)) / math.sqrt(d)
        X = rng.standard_normal((d, N))
        basis, triangle = np.linalg.qr(V.T)
        weights = evaluate(triangle.T @ (basis.T @ X))
        other = X + basis @ (rng.standard_normal((fields, N)) - basis.T @ X)
        s = [(1 / (np.linalg.eigvalsh((Y * weights) @ Y.T / N) - z)).mean() for Y in (X, other)]
        found[run] = N * (s[0] - s[1])
    return found


@pytest.mark.parametrize(
    ("gram", "readout", "z"),
    [
        (entry(3), None, Z),
        (entry(3, "off-diagonal"), None, -0.05 + 0.05j),
        (hidden(CROSS_ENTROPY, 1), READOUT, 0.3 + 0.3j),
    ],
)
def test_drawn_matrices(gram, readout, z):
    weight = local_weight(gram, readout)
    size, runs = 96, 1500
    found = drawn_difference(field_weights(weight), weight.fields, 0.5, z, size, runs, fresh())
    b = decoupling_bias(weight, 0.5, z)
    # the second term allows for the next order in 1/N
    error = SIGMAS * found.std() / math.sqrt(runs) + 2 * abs(b) / size
    assert abs(found.mean() - b) < error
    for wrong in (-b, 2 * b, b.conjugate(), 0):
        assert abs(found.mean() - wrong) > error


def test_gates_alone_make_no_bias():
    gate, both = (WeightedGram(1 / N, g) for g in (indicator[1], indicator[1] * indicator[2]))
    assert abs(decoupling_bias(gate, 0.5, Z)) < 1e-10
    # E[w w^T | both open] has entries 2/pi off its diagonal
    assert abs(decoupling_bias(both, 0.5, Z)) > 0.1


def test_hidden_squared_error_in_closed_form():
    weight = local_weight(hidden(MEAN_SQUARED_ERROR, 2), READOUT)
    [size] = set(field_weights(weight)(np.array([[1.0], [2.0]])).tolist())
    law = np.array([0.0, size]), np.array([0.75, 0.25])
    gamma, z, step = 0.5, 0.2 + 0.4j, 1e-3

    def logarithm(point):
        s = transform(*law, gamma, point)
        return np.log(1 - (s * size / (1 + gamma * size * s) / 4 * 2 / math.pi) ** 2)

    expected = -(logarithm(z + step) - logarithm(z - step)) / (2 * step * gamma)
    assert agrees(decoupling_bias(weight, gamma, z), expected, 1e-4)


def test_the_lower_half_plane_factors_and_arrays():
    value = decoupling_bias(entry(3), 0.5, Z)
    assert decoupling_bias(entry(3), 0.5, Z.conjugate()) == value.conjugate()
    assert agrees(decoupling_bias(entry(3, factor=-2), 0.5, -2 * Z), -value / 2, 1e-13)
    assert agrees(decoupling_bias(entry(3, factor=3), 0.5, 3 * Z), value / 3, 1e-13)
    both = decoupling_bias(entry(3), 0.5, [[Z, Z.conjugate()]])
    assert both.shape == (1, 2)
    opposite = decoupling_bias(entry(2, "off-diagonal"), 0.5, -Z)
    assert agrees(opposite, -decoupling_bias(entry(2), 0.5, Z), 1e-12)


def test_an_atom_at_zero_is_no_obstacle():
    values = decoupling_bias(entry(3), 2, [0, -1e-7, 1e-7j])
    assert abs(values[1:] - values[0]).max() < 1e-2
    assert values[0].imag == 0


def test_far_out_the_bias_is_that_of_the_moments():
    # s_H = -1/z - m_1/z^2 - m_2/z^3, and E tr H is E lambda |x|^2
    gram, z = entry(3), 1e4
    lead = -decoupling_bias(gram, 0.5, z) * z**2 * 0.5
    p = response_matrix(gram, 0.5, 1e8j)
    mean = sum(n * v for n, v in zip(p.multiplicities, p.eigenvalues, strict=True)) - 3 * p.t
    assert lead == pytest.approx(mean.real, rel=1e-3)


STEP = sympy.Piecewise((1, logit[1] > sympy.Rational(1, 3)), (2, True))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"z": 0.1}, "inside the support"),
        ({"z": "a"}, "z is 'a'"),
        ({"z": math.nan}, "z is nan"),
        ({"gamma": 0}, "gamma is 0"),
        ({"tolerance": 0}, "tolerance is 0"),
        ({"gram": "H"}, "gram is H"),
        ({"gram": WeightedGram(1 / N, 0 * logit[1])}, "the weight 0 is 0"),
        ({"gram": WeightedGram(1 / N, logit[1] * logit[30])}, "30 fields; up to 24"),
        ({"gram": WeightedGram(1 / N, STEP), "z": 0.1 + 0.1j}, "estimated error"),
        ({"gram": hidden(CROSS_ENTROPY, 2)}, "needs the readout"),
    ],
)
def test_refusals(change, message):
    arguments = {"gram": entry(3), "gamma": 0.5, "z": Z, **change}
    with pytest.raises(DomainError, match=message):
        decoupling_bias(**arguments)


@pytest.mark.parametrize("z", [0.1, -1j, [1j, 2j]])
def test_the_matrix_is_taken_at_one_point_of_the_upper_half_plane(z):
    with pytest.raises(DomainError, match="one point of the upper half plane"):
        response_matrix(entry(3), 0.5, z)

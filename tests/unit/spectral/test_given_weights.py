from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.spectral import given_weights
from rmtcheck.spectral.finite_size import block_norm_limit, block_norm_mean
from rmtcheck.spectral.given_weights import linear_ce_mean, linear_ce_mean_given
from rmtcheck.spectral.normal_rules import Grid, ShuffledNets, grid_for
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C
from rmtcheck.vocabulary.symbols import i as row
from rmtcheck.vocabulary.symbols import j as column

p = SoftmaxOfGaussians(C)
WEIGHTS = {"g_ii": p[row] * (1 - p[row]), "g_ij": p[row] * p[column]}
V3 = np.array([[0.7, -0.2, 0.1], [0.3, 0.9, -0.4], [-0.6, 0.2, 0.8]])
FLAWS = ("no curvature", "no radius", "no variance of the radius", "N for N-1", "no repeats")


def fresh():
    return np.random.default_rng()


def weights_of(u, i, j):
    q = np.exp(u - u.max(axis=1, keepdims=True))
    q /= q.sum(axis=1, keepdims=True)
    return q[:, i] * (1 - q[:, i]), q[:, i] * q[:, j]


def other_road(V, N, i=0, j=1, flaw=None, nodes=40):
    """Both means from E[lambda z z^T] itself, by Gauss-Hermite: no Stein, mode or centring."""
    classes, d = V.shape
    factor = np.linalg.cholesky(V @ V.T)
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    z = np.stack(np.meshgrid(*[x] * classes, indexing="ij"), axis=-1).reshape(-1, classes)
    mass = np.prod(np.stack(np.meshgrid(*[w] * classes), axis=-1).reshape(-1, classes), axis=1)
    mass /= mass.sum()
    k, t = d - classes, (z**2).sum(axis=1)
    radii = {
        "no radius": t**2,
        "no variance of the radius": (t + k) ** 2,
    }.get(flaw, (t + k) ** 2 + 2 * k)
    result = []
    for weight in weights_of(z @ factor.T, i, j):
        mean = mass @ weight
        inside = (z.T * (mass * weight)) @ z
        if flaw == "no curvature":
            inside = mean * np.eye(classes)
        distinct = ((inside**2).sum() + k * mean**2) / d
        equal = mass @ (weight**2 * radii) / d
        share = {"N for N-1": 1, "no repeats": 1 - 1 / N}.get(flaw, 1 - 1 / N)
        result.append((0 if flaw == "no repeats" else equal / N) + share * distinct)
    return result


def simulated(V, N, draws, rng, i=0, j=1):
    """Means of drawn norms over d, and their standard errors."""
    norms = []
    for _ in range(draws):
        x = rng.standard_normal((N, V.shape[1]))
        blocks = [(x.T * w) @ x / N for w in weights_of(x @ V.T, i, j)]
        norms.append([(block**2).sum() / V.shape[1] for block in blocks])
    return np.mean(norms, axis=0), np.std(norms, axis=0) / draws**0.5


def pair(means):
    return means.g_ii, means.g_ij


def padded(V, d):
    return np.hstack([V, np.zeros((len(V), d - V.shape[1]))])


@pytest.mark.parametrize(("d", "N"), [(3, 1), (5, 4), (60, 30)])
def test_other_road(d, N):
    V = padded(V3, d)
    for found, value in zip(pair(linear_ce_mean_given(V, N)), other_road(V, N), strict=True):
        assert abs(found.value - value) <= found.error + 1e-8 * value


def test_other_road_of_other_classes():
    for found, value in zip(
        pair(linear_ce_mean_given(V3, 4, 3, 1)), other_road(V3, 4, 2, 0), strict=True
    ):
        assert abs(found.value - value) <= found.error + 1e-8 * value


@pytest.mark.parametrize("flaw", FLAWS)
def test_flawed_formulas_are_far_off(flaw):
    V = padded(V3, 5)
    for found, value in zip(
        pair(linear_ce_mean_given(V, 4)), other_road(V, 4, flaw=flaw), strict=True
    ):
        assert abs(found.value - value) > 1e-3 * value + 1000 * found.error


@pytest.mark.montecarlo
def test_simulation_at_level_one_in_a_million():
    """Normal intervals of total level 1e-6: three configurations of two norms, two-sided."""
    rng, quantile = fresh(), stats.norm.isf(1e-6 / 12)
    for classes, d, N in ((3, 2, 5), (4, 8, 6), (12, 6, 9)):
        V = rng.standard_normal((classes, d)) / d**0.5
        found = pair(linear_ce_mean_given(V, N, rng=rng, points=2**14))
        means, errors = simulated(V, N, 8000, rng)
        for estimate, mean, error in zip(found, means, errors, strict=True):
            assert abs(estimate.value - mean) < quantile * error + estimate.error


@pytest.mark.montecarlo
@pytest.mark.parametrize(
    ("flaw", "scale", "d", "N"),
    [
        ("no curvature", 2, 3, 60),
        ("no radius", 1, 8, 2),
        ("no variance of the radius", 0.2, 6, 1),
        ("N for N-1", 0.2, 3, 2),
        ("no repeats", 1, 3, 2),
    ],
)
def test_simulation_rejects_flawed_formulas(flaw, scale, d, N):
    V = padded(scale * V3, d)
    means, errors = simulated(V, N, 8000, fresh())
    right = [g.value for g in pair(linear_ce_mean_given(V, N))]
    assert (abs(np.array(right) - means) < stats.norm.isf(1e-6 / 4) * errors).all()
    wrong = np.array(other_road(V, N, flaw=flaw, nodes=60))
    assert (abs(wrong - means) > stats.norm.isf(1e-6 / 4) * errors).any()


@pytest.mark.slow
@pytest.mark.montecarlo
def test_average_over_drawn_weights_is_the_average_over_weights():
    """Level 1e-6 for two norms; the limit of the off-diagonal one lies outside."""
    rng, quantile = fresh(), stats.norm.isf(1e-6 / 4)
    d, N, count = 4, 2, 700
    norms = [
        [g.value for g in pair(linear_ce_mean_given(rng.standard_normal((3, d)) / d**0.5, N))]
        for _ in range(count)
    ]
    means, errors = np.mean(norms, axis=0), np.std(norms, axis=0) / count**0.5
    averaged = linear_ce_mean(d, N, 3)
    limits = [block_norm_limit(w, d / N, 3).value for w in WEIGHTS.values()]
    for k, estimate in enumerate(pair(averaged)):
        assert abs(means[k] - estimate.value) < quantile * errors[k] + estimate.error
    assert abs(means[1] - limits[1]) > quantile * errors[1]


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_orthonormal_weights_approach_the_limit_like_1_over_d(classes):
    gaps = []
    for d in (200, 400):
        found = pair(linear_ce_mean_given(padded(np.eye(classes), d), 2 * d))
        limits = [block_norm_limit(w, 0.5, classes).value for w in WEIGHTS.values()]
        gaps.append([g.value / limit - 1 for g, limit in zip(found, limits, strict=True)])
    assert np.all(abs(np.array(gaps[1])) < 0.05)
    # the next order is 1/d^2: it moves the quotient by a few times 1/200
    np.testing.assert_allclose(np.array(gaps[0]) / gaps[1], 2, atol=6 / 200)


def test_drawn_weights_of_large_dimension_approach_the_limit():
    rng, d = fresh(), 10**5
    V = rng.standard_normal((3, d)) / d**0.5
    found = linear_ce_mean_given(V, 2 * d)
    limits = {name: block_norm_limit(w, 0.5, 3).value for name, w in WEIGHTS.items()}
    for name, limit in limits.items():
        # by the delta method |V V^T - I| of about 0.003 per entry moves means by less than that
        assert abs(getattr(found, name).value / limit - 1) < 0.05
    assert abs(found.g_ii.value / block_norm_limit(WEIGHTS["g_ii"], 1.0, 3).value - 1) > 0.2


def nets(V, N, points, rng):
    L = given_weights._seen_directions(V)
    rule = ShuffledNets(L.shape[1], points, rng)
    return [
        given_weights._mean_norm(given_weights._Softmax(L), weight, rule, V.shape[1], N)
        for weight in given_weights._weights(0, 1)
    ]


@pytest.mark.montecarlo
@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_nets_err_as_they_say(scale):
    """At a miss in 30 runs, more than the 1 in 110 of normal passes, 9 of 20 are one in 10^8."""
    V, rng = scale * padded(V3, 6), fresh()
    exact = pair(linear_ce_mean_given(V, 5))
    found = [nets(V, 5, 64, rng) for _ in range(20)]
    for k, truth in enumerate(exact):
        misses = sum(abs(run[k].value - truth.value) > run[k].error for run in found)
        shrunk = sum(abs(run[k].value - truth.value) > run[k].error / 20 for run in found)
        assert misses < 9 < shrunk


def test_grid_errs_less_than_it_says():
    """A coarse grid against a fine one; a hundredth of its error would not do."""
    L = given_weights._seen_directions(4 * V3)
    weight = given_weights._weights(0, 1)[1]
    means = [
        given_weights._mean_norm(given_weights._Softmax(L), weight, Grid(np.full(2, h)), 3, 5)
        for h in (0.1, 0.6)
    ]
    off = abs(means[1].value - means[0].value)
    assert means[1].error / 100 < off < means[1].error
    assert means[0].error < 1e-3 * off


def test_grid_or_nets_by_cost():
    assert isinstance(grid_for(np.full(3, 1.3), 4), Grid)
    assert isinstance(grid_for(np.full(4, 1.3), 5), Grid)
    assert grid_for(np.full(9, 1.3), 10) is None
    assert grid_for(np.full(2000, 20.0), 3000) is None


@pytest.mark.parametrize(("d", "N", "classes"), [(1, 1, 2), (4, 7, 3), (50, 20, 30)])
def test_no_weights_make_a_wishart_matrix(d, N, classes):
    found = linear_ce_mean_given(np.zeros((classes, d)), N)
    for estimate, weight in zip(
        pair(found), ((1 - 1 / classes) / classes, classes**-2), strict=True
    ):
        assert abs(estimate.value / (weight**2 * (1 + (d + 1) / N)) - 1) < 1e-11


def test_equal_rows_are_no_weights():
    """Rounding leaves rows of 1e-17 after centring, in which no direction may be seen."""
    row = fresh().standard_normal(9)
    found, none = linear_ce_mean_given([row] * 12, 3), linear_ce_mean_given(np.zeros((12, 9)), 3)
    for a, b in zip(pair(found), pair(none), strict=True):
        assert abs(a.value - b.value) < 1e-12 * b.value


def test_symmetries():
    rng = fresh()
    base = linear_ce_mean_given(V3, 5)
    rotation = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    same = [
        linear_ce_mean_given(V3 @ rotation, 5),
        linear_ce_mean_given(V3 + rng.standard_normal(3), 5),
        linear_ce_mean_given(V3[[2, 1, 0]], 5, 3, 2),
    ]
    for other in same:
        for a, b in zip(pair(base), pair(other), strict=True):
            assert abs(a.value - b.value) < 1e-11 * a.value
    assert abs(linear_ce_mean_given(V3, 5, 2, 1).g_ij.value - base.g_ij.value) < 1e-12
    assert abs(linear_ce_mean_given(V3, 5, 2, 1).g_ii.value - base.g_ii.value) > 1e-4
    assert abs(linear_ce_mean_given(V3, 5, 1, 3).g_ij.value - base.g_ij.value) > 1e-4


def test_two_classes_have_equal_blocks():
    ratio = linear_ce_mean_given([[1, 2], [0, -1]], 3).ratio
    assert abs(ratio.value - 1) <= ratio.error < 1e-9
    assert abs(linear_ce_mean(30, 40, 2).ratio.value - 1) < 1e-12


def test_exact_and_integer_weights_are_taken():
    exact = [[Fraction(1, 2), 0], [0, 1], [1, 1]]
    assert linear_ce_mean_given(exact, 3) == linear_ce_mean_given(np.array(exact, float), 3)


def test_same_stream_same_numbers():
    V = fresh().standard_normal((12, 8)) / 3
    runs = [linear_ce_mean_given(V, 4, rng=np.random.default_rng(7), points=64) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0] != linear_ce_mean_given(V, 4, rng=np.random.default_rng(8), points=64)


def test_average_is_that_of_finite_size():
    found = linear_ce_mean(12, 7, 5)
    assert found.g_ij == block_norm_mean(WEIGHTS["g_ij"], 12, 7, 5)
    assert found.g_ii == block_norm_mean(WEIGHTS["g_ii"], 12, 7, 5)
    assert found.ratio.value == found.g_ij.value / found.g_ii.value


def test_error_of_the_ratio_covers_both_errors():
    found = linear_ce_mean(12, 7, 5)
    a, b = found.g_ii, found.g_ij
    worst = (b.value + b.error) / (a.value - a.error) - found.ratio.value
    assert 0.98 * worst < found.ratio.error <= worst
    exact = replace(found, g_ii=replace(a, error=0.0), g_ij=replace(b, error=0.0))
    assert exact.ratio.error == 0


@pytest.mark.parametrize("N", [1, 10, 10**6])
def test_one_dimension_by_sums_over_both_gaussians(N):
    """Two classes: the logits differ by sqrt(2) u x; a mean without n = m is out of the error."""
    t = np.linspace(-12, 12, 601)
    mass = (t[1] - t[0]) * stats.norm.pdf(t)
    weight = expit(2**0.5 * np.outer(t, t)) * expit(-(2**0.5) * np.outer(t, t))
    equal, distinct = mass @ weight**2 @ (mass * t**4), mass @ (weight @ (mass * t**2)) ** 2
    for found in pair(linear_ce_mean(1, N, 2)):
        assert abs(found.value - equal / N - (1 - 1 / N) * distinct) < found.error
        assert abs(found.value - equal) < found.error or N > 1
        assert abs(found.value - 2 * distinct) > found.error


@pytest.mark.parametrize(
    ("d", "classes", "least", "most"),
    [(1, 2, 0.05, 0.1), (10, 10, 0.001, 0.002), (20, 10**12, 0.005, 0.01)],
)
def test_stated_errors_of_few_dimensions(d, classes, least, most):
    errors = [
        g.error / g.value for N in (1, 10 * d, 10**12) for g in pair(linear_ce_mean(d, N, classes))
    ]
    assert least < max(errors) < most


@pytest.mark.parametrize(("d", "classes"), [(5, 1000), (10, 10**6), (10, 10**12), (1, 10**12)])
def test_means_of_no_precision_are_no_answer(d, classes):
    with pytest.raises(PrecisionError, match=f"^g_i[ij] at d = {d}, .* larger d or fewer"):
        linear_ce_mean(d, 10 * d, classes)
    assert linear_ce_mean(20, 10 * d, classes).g_ij.value > 0
    assert linear_ce_mean(d, 10 * d, 2).g_ij.value > 0


def test_print_shows_values_and_errors():
    lines = str(linear_ce_mean(500, 5000, 10)).splitlines()
    assert lines[0] == "d=500, N=5000, classes=10"
    assert [line.split()[0] for line in lines[1:]] == ["g_ii", "g_ij", "ratio"]


BAD_SIZES = [
    ((0, 1, 2), "d is 0"),
    ((1.5, 1, 2), "d is 1.5"),
    ((10**16, 1, 2), "d is 10000000000000000"),
    ((True, 1, 2), "d is True"),
    ((1, -3, 2), "N is -3"),
    ((1, float("nan"), 2), "N is nan"),
    ((1, "7", 2), "N is '7'"),
    ((1, 1, 1), "classes is 1"),
    ((1, 1, None), "classes is None"),
]
BAD_WEIGHTS = [
    ("abc", "V is 'abc'"),
    (None, "V is None"),
    ([[1, 2], [3]], "V is"),
    (V3.astype("datetime64[s]"), "V is"),
    ([[1j, 0], [0, 1]], "V is"),
    ([[True, False], [False, True]], "V is"),
    ([["1", "2"], ["0", "1"]], "V is"),
    ([[float("nan"), 0], [0, 1]], "V has the entry nan"),
    ([[float("inf"), 0], [0, 1]], "V has the entry inf"),
    ([[1e300, 0], [0, 1]], "V has the entry 1e+300"),
    ([[10**400, 0], [0, 1]], "V is"),
    ([1, 2], "V has shape (2,)"),
    ([[1, 2]], "V has shape (1, 2)"),
    (np.zeros((3, 0)), "V has shape (3, 0)"),
    (np.zeros((0, 3)), "V has shape (0, 3)"),
    ([[30, 0], [0, 1]], "V has a row of length 15"),
]
BAD_OPTIONS = [
    ({"N": 0}, "N is 0"),
    ({"N": 2.0}, "N is 2.0"),
    ({"i": 0}, "i is 0; an integer from 1 to 3"),
    ({"j": 4}, "j is 4; an integer from 1 to 3"),
    ({"i": 2, "j": 2}, "i and j are both 2"),
    ({"i": "1"}, "i is '1'"),
    ({"points": 100}, "points is 100; a power of 2"),
    ({"points": 16}, "points is 16"),
    ({"points": 2**40}, "points is 1099511627776"),
]


def refused(message, function, *arguments, **options):
    with pytest.raises(DomainError) as caught:
        function(*arguments, **options)
    text = str(caught.value)
    assert text.startswith(message)
    assert "\n" not in text
    assert len(text) < 200


@pytest.mark.parametrize(("sizes", "message"), BAD_SIZES)
def test_sizes_are_checked(sizes, message):
    refused(message, linear_ce_mean, *sizes)


@pytest.mark.parametrize(("V", "message"), BAD_WEIGHTS)
def test_weights_are_checked(V, message):
    refused(message, linear_ce_mean_given, V, 3)


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS)
def test_options_are_checked(options, message):
    refused(message, linear_ce_mean_given, V3, **{"N": 3, **options})


@pytest.mark.parametrize("rng", ["x", 7, True, np.random, np.random.RandomState(1)])
def test_generators_are_checked_where_a_grid_needs_none(rng):
    refused("rng is", linear_ce_mean_given, V3, 3, rng=rng)


@pytest.mark.parametrize("rng", [None, 7, np.random.RandomState(1)])
def test_many_directions_need_a_generator(rng):
    V = fresh().standard_normal((12, 12)) / 12**0.5
    refused("rng is", linear_ce_mean_given, V, 3, rng=rng)


def test_long_rows_are_refused_where_no_grid_is_possible():
    """Nets misjudge their error there: at rows of length 8 of 300 classes by a factor of 100."""
    V = 4 * np.eye(8)
    refused("V has a row of length 3.74", linear_ce_mean_given, V, 3, rng=fresh())
    assert linear_ce_mean_given(V[:3], 3).g_ij.value > 0


def test_too_many_directions_are_refused():
    refused("V has shape (1026, 1025)", linear_ce_mean_given, np.eye(1026, 1025), 3, rng=fresh())

import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.decay import adjusted_gap, decay, gap_disc, verdict
from rmtcheck.montecarlo.decoupling.universality import (
    COLUMNS,
    GAP_UNDER,
    LOCALISED,
    compare,
    draw_rows,
    gap_under,
    law_transform,
    weights_of,
)
from rmtcheck.montecarlo.spectra import gram_eigenvalues, resolvent_trace
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import N as SAMPLES

ALPHA = 1e-6
p = SoftmaxOfGaussians(3)
SOFTMAX = local_weight(WeightedGram(1 / SAMPLES, p[1] * (1 - p[1])))


@pytest.fixture(scope="module")
def root():
    return secrets.randbits(32)


def rows(root, weight, law, N, draws, z, **more):
    rng = stream(root, f"{weight} {law} {more}", N)
    given = {"weight": weight, "law": law, "d": N // 2, "N": N, **more}
    return np.array([gap_under(rng, real=z.real, imag=z.imag, **given) for _ in range(draws)])


def gaps(root, weight, law, draws, z):
    """Return adjusted gaps at two sizes."""
    found = {N: rows(root, weight, law, N, n, z) for N, n in draws.items()}
    return {N: gap_disc(adjusted_gap(values), 1e-4) for N, values in found.items()}


def test_radii_of_their_own_break_decoupling(root):
    found = gaps(root, "large_norm", "multivariate_t5", {32: 800, 256: 300}, 0.5 + 0.5j)
    assert verdict(found) == "breaks"


def test_a_weight_of_the_whole_norm_survives_at_the_printed_rate(root):
    found = gaps(root, "large_norm", "gaussian", {32: 2000, 256: 400}, 0.5 + 0.5j)
    assert verdict(found) == "survives"
    low, high = decay(found[32], found[256], 8)
    # near the derived -1/2, and not the -1 of a fixed number of fields
    assert -0.7 < low < high < -0.3


def test_softmax_is_nearer_to_its_copy_than_broken_data(root):
    kept, broken = (
        gap_disc(adjusted_gap(rows(root, SOFTMAX, law, 128, 400, z=0.1 + 0.1j)), ALPHA)
        for law in ("gaussian", "multivariate_t5")
    )
    assert kept.high < broken.low


def test_the_law_of_the_weights_has_no_drift(root):
    found = rows(root, SOFTMAX, "student_t5", 64, 600, z=0.1 + 0.1j)
    law = gap_disc(found[:, 4:6], ALPHA)
    assert law.low == 0
    # the same test sees a drift of half a standard deviation
    shifted = found[:, 4:6] + [0.5 * found[:, 4].std(), 0]
    assert gap_disc(shifted, ALPHA).low > 0


def test_the_two_parts_add_up(root):
    found = rows(root, SOFTMAX, "uniform", 40, 5, 0.5 + 0.5j)
    gap, independence, law, _ = np.split(found, len(COLUMNS), axis=1)
    np.testing.assert_allclose(gap, independence + law, atol=1e-12)
    assert len(GAP_UNDER.columns) == found.shape[1]


def test_compare_is_the_difference_of_resolvent_traces(root):
    rng = stream(root, "compare", 0)
    X, (own, fresh) = rng.standard_normal((6, 9)), rng.standard_normal((2, 9))
    z = 0.3 + 0.4j
    traces = [
        np.trace(np.linalg.inv(X @ np.diag(w) @ X.T / 9 - z * np.eye(6))) / 6 for w in (own, fresh)
    ]
    gap, *_, distance = compare(X, own, fresh, z)
    assert gap == pytest.approx(traces[0] - traces[1])
    start = resolvent_trace(gram_eigenvalues(X, own), z)
    assert distance == pytest.approx(traces[0] - law_transform(own, 6 / 9, z, start))


@pytest.mark.parametrize("z", [0.5 + 0.01j, -1 + 0.1j, 3 + 1j])
@pytest.mark.parametrize("gamma", [0.1, 1.0, 8.0])
def test_law_of_unit_weights_is_marchenko_pastur(gamma, z):
    s = law_transform(np.ones(7), gamma, z, 1j)
    # gamma z s^2 + (z + gamma - 1) s + 1 = 0
    roots = np.roots([gamma * z, z + gamma - 1, 1])
    assert s == pytest.approx(roots[roots.imag > 0][0])


@pytest.mark.parametrize("start", [1j, 100 + 0.001j, -5 + 3j])
def test_the_law_does_not_depend_on_the_start(start):
    weights = stream(0, "weights", 0).standard_normal(50)
    reference = law_transform(weights, 0.5, 0.2 + 0.1j, 2j)
    assert law_transform(weights, 0.5, 0.2 + 0.1j, start) == pytest.approx(reference)
    assert law_transform(weights, 0.6, 0.2 + 0.1j, start) != pytest.approx(reference)


def test_rows_have_unit_mean_square_norm(root):
    rng = stream(root, "rows", 0)
    for rows_law in ("gaussian", "localised"):
        squares = np.array([(draw_rows(rows_law, 3, 50, rng) ** 2).sum() for _ in range(400)]) / 3
        assert abs(squares.mean() - 1) < 6 * squares.std() / 20
    assert draw_rows("localised", 3, 5000, rng)[1, 1] == pytest.approx(LOCALISED, abs=0.1)


def test_weights_of_whole_samples_see_their_own_sample_only(root):
    X = stream(root, "own", 0).standard_normal((8, 10))
    for name in ("large_norm", "large_fourth_powers", "heavy_fourth_powers"):
        alone = [weights_of(name, np.empty((1, 8)), X[:, n : n + 1])[0] for n in range(10)]
        assert weights_of(name, np.empty((1, 8)), X).tolist() == alone


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"law": "cauchy"}, "law = 'cauchy' must be one of"),
        ({"weight": "huge"}, "weight = 'huge' must be a LocalWeight or one of large_norm"),
        ({"rows": "sparse"}, "rows = 'sparse' must be 'gaussian' or 'localised'"),
        ({"imag": 0.0}, "must have a positive imaginary part"),
        ({"d": 0}, "d = 0 must be an integer of at least 1"),
        ({"N": 0}, "N = 0 must be an integer of at least 1"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(changed, told):
    given = {"weight": SOFTMAX, "law": "gaussian", "d": 6, "N": 9, "real": 0.1, "imag": 0.1}
    with pytest.raises(DomainError, match=told):
        gap_under(stream(0, "refused", 0), **{**given, **changed})

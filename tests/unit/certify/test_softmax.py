import json
from pathlib import Path

import pytest
from flint import acb, arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from rmtcheck.certify import softmax
from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.softmax import softmax_moment, softmax_moments
from rmtcheck.errors import DomainError, PrecisionError

ORACLE = Path(__file__).parents[2] / "oracles" / "softmax_moments_by_definition.json"
ROWS = json.loads(ORACLE.read_text())["rows"]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['powers']}-{r['classes']}-{r['scale']}")
def test_against_the_definition(row):
    ball = softmax_moment(tuple(row["powers"]), row["classes"], 20, row["scale"])
    value, error = arb(row["value"]), arb(row["error"])
    assert abs(ball - value) < error
    assert not abs(ball * arb("1.000001") - value) < error


@pytest.mark.parametrize(
    ("classes", "digits"),
    [(10, "0.8947917847837227059"), (128256, "0.9999866038727401470285317")],
)
def test_reference_values(classes, digits):
    with ctx.workprec(200):
        ball = classes**2 * softmax_moment((1, 1), classes)
        unit = arb(10) ** (2 - len(digits))
        assert abs(ball - arb(digits)) < unit


@pytest.mark.parametrize("scale", [fmpq(1, 10), 1, 3])
@pytest.mark.parametrize("powers", [(1, 1), (2,), (3, 2), (7,)])
def test_two_classes_by_adaptive_integration(powers, scale):
    """At C = 2 the softmax is logistic in one Gaussian of variance 2 scale^2."""
    first, second = (*powers, 0)[:2]

    def integrand(z, _):
        e = (scale * arb(2).sqrt() * z).exp()
        return e**first / (1 + e) ** (first + second) * (-z * z / 2).exp()

    with ctx.workprec(90):
        reference = acb.integral(integrand, -12, 12).real / (2 * arb.pi()).sqrt()
        assert abs(softmax_moment(powers, 2, 24, scale) - reference) < arb("1e-20")


@pytest.mark.slow
def test_three_classes_by_nested_adaptive_integration():
    """E p_1 p_2 at C = 3: the outer integral of lemma 6, both levels by acb.integral."""

    def smoothed(k, u):
        return (
            acb.integral(
                lambda z, _: (k * (u + z) - (u + z).exp() - z * z / 2).exp(),
                -8,
                8,
                rel_tol=arb("1e-6"),
                abs_tol=arb("1e-8"),
            )
            / (2 * arb.pi()).sqrt()
        )

    def outer(u, _):
        if abs(u.imag) > fmpq(1, 2):
            return acb(arb.nan())
        return smoothed(1, u) ** 2 * smoothed(0, u)

    with ctx.workprec(30):
        total = acb.integral(outer, -9, 4, rel_tol=arb("1e-3"), abs_tol=arb("1e-4")).real
    assert total.rad() < arb("1e-3")
    assert abs(softmax_moment((1, 1), 3) - total) < arb("1e-4") + arb(total.rad())


POWERS = st.lists(st.integers(1, 4), min_size=1, max_size=4).filter(lambda a: sum(a) <= 9)
CLASSES = st.one_of(st.integers(5, 60), st.integers(5, 10**12))
SCALES = st.sampled_from([1, "1/10", "1/3", "3/2", 3])


def _one_more_class(powers, classes, scale):
    """The moment, and the sum over the class of one more factor p, whose total is 1."""
    raised = [(*powers[:k], powers[k] + 1, *powers[k + 1 :]) for k in range(len(powers))]
    moments = softmax_moments([tuple(powers), *raised, (*powers, 1)], classes, 15, scale)
    whole, *terms, fresh = moments
    return whole, sum(terms), fresh


@given(POWERS, CLASSES, SCALES)
def test_the_probabilities_sum_to_one(powers, classes, scale):
    whole, raised, fresh = _one_more_class(powers, classes, scale)
    with ctx.workprec(100):
        assert (raised + (classes - len(powers)) * fresh).overlaps(whole)
        wrong = raised + (classes - len(powers)) * fresh * arb("1.00001")
        assert not wrong.overlaps(whole)


@pytest.mark.parametrize("classes", [2, 3, 17, 10**9, 10**30, 10**300])
def test_first_moments_sum_to_one(classes):
    square, pair, one = softmax_moments([(2,), (1, 1), (1,)], classes, 40)
    with ctx.workprec(200):
        total = (classes - 1) * pair + square
        assert (total * classes).contains(1)
        assert (one * classes).contains(1)
        assert not ((classes - 1) * pair * arb("1.0000001") + square).overlaps(one)


@given(POWERS, st.integers(4, 10**15), SCALES, st.integers(1, 25))
def test_two_precisions_agree(powers, classes, scale, digits):
    low = softmax_moment(tuple(powers), classes, digits, scale)
    high = softmax_moment(tuple(powers), classes, digits + 12, scale)
    assert low.overlaps(high)
    assert is_accurate(low, digits)
    assert is_accurate(high, digits + 12)


@pytest.mark.parametrize(
    ("powers", "classes", "scale"),
    [
        ((40,), 10**9, 1),
        ((1,) * 40, 50, 1),
        ((20, 20), 2, 3),
        ((5,), 10**6, 10),
        ((1, 1), 7, "1/100"),
    ],
)
def test_extremes_reach_their_digits(powers, classes, scale):
    assert is_accurate(softmax_moment(powers, classes, 20, scale), 20)


def test_hundred_digits():
    assert is_accurate(softmax_moment((1, 1), 1000, 100), 100)


def test_order_of_powers_does_not_matter():
    assert softmax_moment((1, 3), 9).mid() == softmax_moment((3, 1), 9).mid()


def test_small_scale_expansion():
    """C^2 E p_1 p_2 = 1 - scale^2 + O(scale^4)."""
    with ctx.workprec(100):
        ball = 100 * softmax_moment((1, 1), 10, 20, "1/1000")
        assert abs(ball - 1 + fmpq(1, 10**6) - fmpq(2, 10) / 10**6) < arb("1e-6")


@pytest.mark.parametrize(
    "arguments",
    [((1, 1), 1), ((1, 1, 1), 2), ((), 5), ((1, 1), 10, 0), ((1, 1), 10, 30, 0), ((1, 1), 0.1)],
)
def test_domain(arguments):
    with pytest.raises(DomainError):
        softmax_moment(*arguments)


def test_an_unreached_accuracy_is_an_error(monkeypatch):
    monkeypatch.setattr(softmax, "is_accurate", lambda *_: False)
    with pytest.raises(PrecisionError, match="ask for fewer digits"):
        softmax_moment((1, 1), 11, 2)

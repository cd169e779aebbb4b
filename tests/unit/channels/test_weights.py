import numpy as np
import pytest
import sympy

from rmtcheck import Bound, DirectLinks, E, Hessian, Identity, Pattern, ZeroGrid, weights
from rmtcheck.channels.weights import POINTS, has_numbers, judge, observe
from rmtcheck.claims.evidence import Outcome
from rmtcheck.claims.statements import Statement
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.symbols import C

w, v = weights("w v")


def test_derivatives_are_taken_at_drawn_points():
    statement = Identity(sympy.Derivative(w**2 * v, w, v), 2 * w)
    observation = observe(statement)
    assert len(observation.content) == POINTS
    assert all(seen.value == pytest.approx(2 * seen.at[w]) for seen in observation.content)
    assert observation.record["kind"] == "estimates"
    assert set(observation.record["points"][0]["at"]) == {"w", "v"}


@pytest.mark.parametrize(("power", "mean"), [(2, 1), (4, 3), (6, 15), (8, 105)])
def test_means_are_gaussian_moments(power, mean):
    (seen,) = observe(Identity(E(w**power), sympy.Integer(0))).content
    assert seen.value == pytest.approx(mean, rel=1e-12)


def test_a_pattern_is_seen_as_largest_sizes():
    sizes = observe(Pattern(Hessian(w * v, (w, v)), ZeroGrid("0*", "*0"))).content
    np.testing.assert_allclose(sizes, [[0, 1], [1, 0]])


def test_paths_have_no_floats():
    links = Pattern(DirectLinks(Hessian(w * v, (w, v))), ZeroGrid("**", "**"))
    assert not has_numbers(links)
    assert has_numbers(Bound(E(w**2), "<", E(v**4)))
    assert not has_numbers(Identity(C, C))


def test_witness_shows_the_point():
    statement = Identity(sympy.Derivative(w**2, w), w)
    found = judge(statement, observe(statement).content)
    assert found.outcome == Outcome.FAILS
    assert found.witness.startswith("at w = ")


def test_other_statements_are_refused():
    with pytest.raises(DomainError, match="accepted are patterns"):
        judge(Statement(), [])

import pytest

from rmtcheck.claims.graph import ancestors, rests_on, topological
from rmtcheck.claims.verdict import Status
from rmtcheck.errors import ClaimError

USES = {"c": ["b"], "b": ["a", "x"], "a": []}


def test_ancestors_are_transitive():
    assert ancestors(USES, "c") == ("a", "b", "x")


def test_topological_order_puts_the_ground_first():
    assert topological(USES) == ("a", "b", "c")


def test_circle_is_refused_by_name():
    with pytest.raises(ClaimError, match="a -> b -> a"):
        topological({"a": ["b"], "b": ["a"]})


def test_unsettled_ancestors_are_named():
    statuses = {"a": Status.CONFIRMED, "b": Status.UNDECIDED}
    assert rests_on(USES, statuses, "c") == ("b", "x")

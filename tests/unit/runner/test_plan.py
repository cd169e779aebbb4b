import pytest
from sympy import FiniteSet, Interval

from rmtcheck import (
    ForAll,
    Identity,
    Mass,
    ProbabilityMeasures,
    Source,
    claim,
    distinct,
    less,
    positive,
)
from rmtcheck.claims.evidence import Kind
from rmtcheck.errors import DomainError
from rmtcheck.runner.plan import PROFILES, profile_named, subjects
from rmtcheck.vocabulary.measures import mu
from rmtcheck.vocabulary.symbols import a, b, gamma, i, j, sigma

TRUE, FALSE = Identity(gamma + gamma, 2 * gamma), Identity(gamma + gamma, 3 * gamma)


def planned(printed, derived=None, given=()):
    source = Source("toys", "p. 1")
    made = claim("toy.a", source, title="t", given=given, printed=printed, derived=derived)
    return list(subjects(made, made.parts[0]))


def of_kind(kind, found):
    return [s for s in found if s.kind == kind]


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_have_names(name):
    assert profile_named(name).name == name


def test_full_does_more_than_quick():
    quick, full = profile_named("quick"), profile_named("full")
    assert full.digits > quick.digits
    assert full.effort > quick.effort


@pytest.mark.parametrize("name", ["fast", "", "QUICK"])
def test_another_profile_is_refused(name):
    with pytest.raises(DomainError, match=f"profile='{name}' is unknown.* quick, full"):
        profile_named(name)


def test_the_printed_statement_comes_first_then_the_derived_one():
    first, second, *rest = planned(FALSE, TRUE)
    assert (first.kind, first.statement) == (Kind.PRINTED, FALSE)
    assert (second.kind, second.statement) == (Kind.DERIVED, TRUE)
    assert {s.kind for s in rest} == {Kind.MUTANT}


def test_mutants_are_those_of_the_statement_the_author_stands_by():
    found = of_kind(Kind.MUTANT, planned(FALSE, TRUE))
    assert [(s.name, s.statement) for s in found] == list(TRUE.mutants())


def test_a_derived_statement_equal_to_the_printed_one_is_not_judged_twice():
    assert of_kind(Kind.DERIVED, planned(TRUE, TRUE)) == []


def test_each_hypothesis_is_weakened():
    (found,) = of_kind(Kind.HYPOTHESIS, planned(TRUE, given=[positive(gamma)]))
    assert found.name == "gamma > 0 weakened to gamma >= 0"
    assert found.statement == Identity(gamma - gamma, gamma - gamma)


def test_a_hypothesis_that_changes_nothing_is_not_examined():
    given = [positive(sigma), distinct(i, j)]
    assert of_kind(Kind.HYPOTHESIS, planned(TRUE, given=given)) == []


def test_an_instance_without_meaning_has_no_statement():
    (found,) = of_kind(
        Kind.HYPOTHESIS, planned(Identity(1 / gamma, 1 / gamma), None, [positive(gamma)])
    )
    assert found.statement is None


def test_equal_ends_of_an_interval_are_another_statement():
    mass = ForAll(ProbabilityMeasures(), Identity(Mass(mu, Interval(a, b)), 1))
    (found,) = of_kind(Kind.HYPOTHESIS, planned(mass, given=[less(a, b)]))
    assert found.name == "a < b weakened to a <= b"
    assert found.statement.asked == Mass(mu, FiniteSet(a))

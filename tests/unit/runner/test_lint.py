from dataclasses import replace

import pytest
from sympy import Integer

from rmtcheck import (
    Along,
    E,
    ForAll,
    Identity,
    LimitOf,
    RandomHermitian,
    SoftmaxOfGaussians,
    Source,
    at_least,
    positive,
)
from rmtcheck.claims.claim import claim
from rmtcheck.errors import ClaimError
from rmtcheck.runner.collect import catalogue, collect, proofs_folder
from rmtcheck.runner.lint import breaches_of, lint
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, sigma

SOUND = claim(
    "toy.a",
    Source("toys", "p. 1"),
    title="t",
    given=[positive(gamma)],
    printed=Identity(gamma + gamma, 2 * gamma),
)
P = SoftmaxOfGaussians(C)


def breaches(**changes):
    return list(breaches_of(replace(SOUND, **changes), {"toy.a", "toy.b"}))


def stating(statement, *given):
    made = claim("toy.a", Source("toys", "p. 1"), title="t", given=given, printed=statement)
    return list(breaches_of(made, {"toy.a"}))


def test_a_sound_claim_has_no_breach():
    assert breaches() == []


@pytest.mark.parametrize("id", ["toy", "Toy.a", "toy.", ".a", "toy a.b", "1.a", "toy.a-b", ""])
def test_identifiers_are_dotted(id):
    assert any("dotted" in text for text in breaches(id=id))


@pytest.mark.parametrize("id", ["toy.a", "fig.linear.C", "thm1.rate", "a_b.c_1"])
def test_dotted_identifiers_are_accepted(id):
    assert breaches(id=id) == []


@pytest.mark.parametrize(("place", "count"), [("(5)", 0), ("Case 1", 0), ("somewhere", 1)])
def test_a_source_names_a_place(place, count):
    assert len(breaches(source=Source("toys", place))) == count


def test_only_claims_can_be_used():
    assert breaches(uses=("toy.b",)) == []
    assert breaches(uses=("toy.z",)) == ["uses toy.z, which is no claim"]


def test_every_symbol_needs_a_domain():
    assert breaches(given=()) == ["the symbol gamma has no domain; say it in given=[...]"]
    assert breaches(given=(positive(sigma),)) != []


@pytest.mark.parametrize("symbol", [N, d, i])
def test_sizes_and_indices_need_none(symbol):
    assert stating(Identity(symbol + symbol, 2 * symbol)) == []


def test_a_size_that_grows_needs_none():
    assert stating(LimitOf(E((C * P[i] - 1) ** 2), 0, Along(C)), at_least(C, 2)) == []


def test_two_sizes_need_an_order_or_a_ratio():
    (text,) = stating(LimitOf(d / N, gamma, Along(d, N)), positive(gamma))
    assert "without an order or a ratio" in text
    assert stating(LimitOf(d / N, gamma, Along(d, N, ratio=gamma)), positive(gamma)) == []


def test_a_limit_for_all_objects_needs_its_ratio_too():
    def stated(along):
        return stating(ForAll(RandomHermitian(), LimitOf(gamma, 0, along)), positive(gamma))

    (text,) = stated(Along(d, N))
    assert "without an order or a ratio" in text
    assert stated(Along(d, N, ratio=gamma)) == []


class Sure(Identity):
    def mutants(self):
        return iter(())


def test_a_statement_that_cannot_be_shown_wrong_is_refused():
    (text,) = stating(Sure(Integer(1), Integer(1)))
    assert "no mutant" in text


def test_every_breach_is_named_with_its_claim():
    bad = replace(SOUND, id="toy.b", uses=("toy.z",), given=())
    with pytest.raises(ClaimError, match=r"toy\.b: uses toy\.z.*; toy\.b: the symbol gamma"):
        lint([SOUND, bad])


def test_rows_of_the_catalogue_can_be_used():
    lint([replace(SOUND, uses=("row.a",))], ["row.a"])


def test_circles_are_refused():
    circle = [replace(SOUND, uses=("toy.b",)), replace(SOUND, id="toy.b", uses=("toy.a",))]
    with pytest.raises(ClaimError, match="circle"):
        lint(circle)


def test_the_bundled_claims_break_no_rule():
    lint(collect(proofs_folder()), catalogue())

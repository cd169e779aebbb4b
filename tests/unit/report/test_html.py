import re

import pytest

from rmtcheck.claims.evidence import Column, Kind, Outcome
from rmtcheck.claims.ledger import Ledger
from rmtcheck.errors import DomainError
from rmtcheck.report.html import render

DAY = "2026-01-02"
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}


def test_every_claim_has_a_section_and_the_page_a_date(ledger):
    page = render(ledger, date=DAY)
    assert all(f'id="{claim}"' in page for claim in ledger.claims)
    assert DAY in page


def test_the_page_is_a_function_of_the_ledger(ledger):
    again = Ledger.from_json(ledger.to_json())
    assert render(ledger, date=DAY) == render(again, date=DAY)


def test_a_changed_row_changes_the_verdict_on_the_page(ledger, make_row):
    before = render(ledger, date=DAY)
    assert "<b>1</b>refuted" in before
    ledger.rows[5] = make_row("toy.false", Kind.PRINTED, Column.NUMERIC, Outcome.FAILS)
    assert "<b>2</b>undecided" in render(ledger, date=DAY)


def test_messages_are_escaped(ledger):
    page = render(ledger, date="<script>")
    assert "<script" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("place", ["title", "source", "notes"])
def test_claims_are_escaped(ledger, place):
    ledger.claims["toy.true"][place] = "<img src=x>"
    assert "<img" not in render(ledger, date=DAY)


def test_the_page_needs_no_network_and_no_script(observing, records):
    for record in records.values():
        page = render(observing(record), date=DAY)
        assert set(re.findall(r"https?://[^\"'\s<)]*", page)) <= NAMESPACES
        assert not re.search(r"<script|<link|@import|src=|\son\w+=", page)


def test_statements_stand_side_by_side_typeset(ledger):
    section = render(ledger, date=DAY).split('id="toy.mended"')[1].split("</section>")[0]
    sides = section.split('class="sides"')[1].split('class="wide"')[0]
    assert sides.count("<math") == 2
    assert "as printed" in sides
    assert "as derived" in sides


def test_witness_survivors_and_what_is_missing_are_shown(ledger):
    page = render(ledger, date=DAY)
    assert "at C = 2" in page
    assert "the numeric channel alone: 1 variant" in page
    assert "a rejection of rhs: [bold] a" in page
    assert "rests on toy.open, not settled" in page


def test_the_witness_against_each_wrong_variant_is_shown(ledger, make_row):
    found = {"subject": "other", "witness": "differs at C = 3"}
    ledger.record([make_row("toy.true", Kind.MUTANT, Column.NUMERIC, Outcome.FAILS, **found)])
    assert "differs at C = 3" in render(ledger, date=DAY)


def test_every_observation_is_shown(observing, records):
    shown = {
        "derivation": "Derivation in 1 step ",
        "enclosures": "[1 +/- 1e-9]",
        "estimates": "extrapolated",
        "block norms": "Block norms at 2 sizes",
        "means": "1 confidence interval ",
        "resolvent": "Resolvent traces at 1 point ",
        "transforms": "Transforms at 1 point ",
        "gaps": "mean gap of two draws",
        "inversion": "[0.5 +/- 1e-9]",
    }
    for kind, text in shown.items():
        assert text in render(observing(records[kind]), date=DAY)


def test_an_unknown_observation_is_refused(observing):
    with pytest.raises(DomainError, match="tea leaves"):
        render(observing({"kind": "tea leaves"}), date=DAY)


def test_an_equivalent_variant_is_no_variant(ledger, make_row):
    rest = {"subject": "i and j exchanged", "message": "by symmetry"}
    ledger.record(
        make_row("toy.true", Kind.MUTANT, channel, Outcome.HOLDS, **rest)
        for channel in (Column.SYMBOLIC, Column.EQUIVALENCE)
    )
    page = render(ledger, date=DAY)
    assert "1 wrong variant: all rejected; 1 more proved to be the same statement" in page
    assert "the same statement: by symmetry" in page


def test_an_empty_ledger_is_a_page():
    assert "rmtcheck report" in render(Ledger(), date=DAY)

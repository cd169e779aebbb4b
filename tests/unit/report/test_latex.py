import re

from rmtcheck.claims.evidence import Column, Kind, Outcome
from rmtcheck.claims.ledger import Ledger
from rmtcheck.report.latex import render


def test_every_claim_has_its_verdict_and_statements(ledger):
    text = render(ledger)
    for claim, verdict in ledger.verdicts().items():
        assert rf"\texttt{{{claim}}} & {verdict.status} ({verdict.grade}) &" in text
    assert text.count("printed: $") == 4
    assert text.count("derived: $") == 1


def test_every_line_has_the_same_cells(ledger):
    body = render(ledger).split(r"\endhead")[1].split(r"\bottomrule")[0]
    lines = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert lines
    assert {len(re.findall(r"(?<!\\)&", line)) for line in lines} == {4}


def test_environments_and_braces_are_closed(ledger):
    text = render(ledger)
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+)\}", text))
    plain = re.sub(r"\\[{}]", "", text)
    assert plain.count("{") == plain.count("}")


def test_identifiers_are_escaped(ledger):
    ledger.claims["toy.a_b%"] = ledger.claims["toy.true"]
    assert r"toy.a\_b\%" in render(ledger)


def test_another_verdict_is_another_text(ledger, make_row):
    ledger.rows[0] = make_row("toy.true", Kind.PRINTED, Column.SYMBOLIC, Outcome.FAILS)
    assert r"\texttt{toy.true} & refuted" in render(ledger)


def test_it_is_a_function_of_the_ledger(ledger):
    assert render(ledger) == render(Ledger.from_json(ledger.to_json()))

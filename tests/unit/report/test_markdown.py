from rmtcheck.claims.evidence import Column, Kind, Outcome
from rmtcheck.claims.ledger import Ledger
from rmtcheck.report.markdown import render


def test_every_claim_has_a_line_and_a_heading(ledger):
    text = render(ledger)
    for claim, verdict in ledger.verdicts().items():
        assert f"| {claim} | {verdict.status} | {verdict.grade} |" in text
        assert f"## {claim}: {verdict.status} ({verdict.grade})" in text


def test_another_verdict_is_another_text(ledger, make_row):
    before = render(ledger)
    ledger.rows[0] = make_row("toy.true", Kind.PRINTED, Column.SYMBOLIC, Outcome.FAILS)
    assert "| toy.true | refuted |" in render(ledger)
    assert "| toy.true | confirmed |" in before


def test_it_is_a_function_of_the_ledger(ledger):
    assert render(ledger) == render(Ledger.from_json(ledger.to_json()))


def test_a_title_cannot_break_the_table_or_the_page(ledger):
    ledger.claims["toy.true"]["title"] = "a | b <script> `c`\n# d"
    text = render(ledger)
    assert r"a \| b \<script\> \`c\` \# d" in text


def test_code_holds_any_text(ledger):
    ledger.claims["toy.true"]["parts"][0]["printed"]["text"] = "a ` b"
    assert "`` a ` b ``" in render(ledger)


def test_what_is_missing_and_unsettled_is_said(ledger):
    text = render(ledger)
    assert "Rests on toy.open, not settled." in text
    assert "Missing: a proof of the printed statement" in text

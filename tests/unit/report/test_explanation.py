from dataclasses import replace

import pytest

from rmtcheck import Identity, Source, claim
from rmtcheck.errors import RmtcheckError
from rmtcheck.report import explanation
from rmtcheck.report.explanation import latex, plain
from rmtcheck.runner.collect import collect, proofs_folder
from rmtcheck.vocabulary.symbols import gamma

BUNDLED = {c.id: c for c in collect(proofs_folder())}
CORRECTED = BUNDLED["hess.linear.mse"]


def toy(**changes):
    made = claim(
        "toy.a",
        Source("toys", "p. 1"),
        title="t",
        printed=Identity(gamma + gamma, 2 * gamma),
    )
    return replace(made, **changes)


def test_every_part_is_explained():
    text = plain(CORRECTED)
    assert [text.count(f"Printed: {part.printed}\n") for part in CORRECTED.parts] == [1, 1]
    assert text.count("  1. ") == 2


def test_a_correction_is_announced_where_it_is_made():
    assert plain(CORRECTED).count("Not what is printed. Derived:") == 1
    assert latex(CORRECTED).count("not what is printed") == 1
    assert "Not what is printed" not in plain(BUNDLED["hess.linear.ce"])


def test_latex_is_a_whole_document():
    text = latex(CORRECTED)
    assert text.startswith(r"\documentclass{article}")
    assert text.count("{") == text.count("}")
    assert text.count(r"\[") == text.count(r"\]")


def test_another_claim_has_another_explanation():
    assert plain(CORRECTED) != plain(BUNDLED["hess.linear.ce"])


def test_it_is_a_function_of_the_claim():
    assert plain(CORRECTED) == plain(CORRECTED)
    assert latex(CORRECTED) == latex(CORRECTED)


def test_titles_are_escaped():
    text = latex(toy(title="50% of a_b & {c}"))
    assert r"50\% of a\_b \& \{c\}" in text


def test_a_backslash_is_escaped():
    assert r"\textbackslash{}x" in latex(toy(title="\\x"))


def test_a_claim_that_nobody_derives_is_refused(monkeypatch):
    def nobody(statement):
        raise TypeError

    monkeypatch.setattr(explanation, "derivation_of", nobody)
    with pytest.raises(RmtcheckError, match=r"toy\.a has no symbolic derivation"):
        plain(toy())


def test_checks_of_lines_are_told():
    assert plain(CORRECTED).count("     [checked: the derivative of the explicit") >= 4
    assert latex(CORRECTED).count(r"\emph{[checked: the derivative of the explicit") >= 4

"""The command as its user types it, wrong input included."""

import json
import sqlite3

import pytest

from rmtcheck.cli import main

PROOF = '''"""A toy: twice a number."""
from rmtcheck import Identity, LimitOf, Along, E, SoftmaxOfGaussians, Source, claim, positive
from rmtcheck.vocabulary.symbols import C, gamma, i
p = SoftmaxOfGaussians(C)
claim("toy.sum", Source("toy", "p. 1"), title="sum", given=[positive(gamma)],
      printed=LimitOf(gamma * C * E(p[i]), {answer}, Along(C)))
'''


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys):
    def command(*arguments):
        code = main(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def proof(tmp_path):
    def write(text):
        file = tmp_path / "mine.py"
        file.write_text(text)
        return str(file)

    return write


def refused(found, *words):
    """One sentence on stderr that names the value, and exit code 2."""
    code, _, err = found
    assert code == 2
    assert "Traceback" not in err
    assert err.startswith("rmtcheck: ")
    assert all(word in err for word in words), err


def test_list_shows_the_gap(run):
    code, out, _ = run("list")
    assert code == 0
    assert "thm1.constant" in out
    assert "thm2.width" in out
    assert "12 claims stated, 42 rows of the catalogue not yet stated" in out


def test_show(run):
    code, out, _ = run("show", "hess.linear.mse")
    assert code == 0
    assert "printed" in out
    assert "derived" in out


def test_explain_in_text_and_latex(run):
    assert "the printed loss" in run("explain", "hess.linear.mse")[1]
    document = run("explain", "hess.linear.mse", "--latex")[1]
    assert document.startswith("\\documentclass")
    assert document.rstrip().endswith("\\end{document}")


def test_verify_writes_ledger_and_report(run, tmp_path):
    code, out, _ = run("verify", "hess.*", "--jobs", "1")
    assert code == 0
    assert "corrected" in out
    data = json.loads((tmp_path / "rmtcheck-ledger.json").read_text())
    verdict = data["verdicts"]["hess.linear.mse"]
    assert verdict["verdict"] == "corrected"
    assert {"verdict", "grade", "mutants", "rests_on", "missing"} <= verdict.keys()
    assert set(verdict["mutants"]) == {"killed", "judged"}
    assert (tmp_path / "rmtcheck-report.html").read_text().startswith("<!DOCTYPE html>")


def test_list_reads_the_last_verdicts(run):
    run("verify", "hess.linear.mse", "--jobs", "1")
    assert "corrected (exact)" in run("list")[1]


def test_own_file_that_is_true_and_one_that_is_false(run, proof):
    assert run("verify", proof(PROOF.format(answer="gamma")), "--jobs", "1")[0] == 0
    code, out, _ = run("verify", proof(PROOF.format(answer="2 * gamma")), "--jobs", "1")
    assert code == 0
    assert "refuted" in out


def test_undecided_is_exit_code_1(run, proof):
    text = PROOF.format(answer="gamma * (sqrt(3 + 2 * sqrt(2)) - sqrt(2))")
    file = proof(
        text.replace("from rmtcheck import", "from sympy import sqrt\nfrom rmtcheck import")
    )
    assert run("verify", file, "--jobs", "1")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "no.such"], ["no.such", "thm1.constant"]),
        (["verify", "thm2.width"], ["thm2.width", "not yet stated"]),
        (["show", "thm2.width"], ["not yet stated"]),
        (["verify", "missing.py"], ["missing.py"]),
        (["verify", "hess.*", "--profile", "fast"], ["fast", "quick, full"]),
        (["verify", "hess.*", "--jobs", "0"], ["jobs=0", "at least 1"]),
        (["verify", "hess.*", "--seed", "-1"], ["seed=-1", "at least 0"]),
        (
            ["verify", "hess.*", "--html", "no/folder/x.html"],
            ["no/folder/x.html", "cannot be written"],
        ),
        (["verify", "hess.*", "--json", "."], ["cannot be written"]),
    ],
)
def test_misuse_is_one_sentence(run, arguments, words):
    refused(run(*arguments), *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"""Doc."""\nx = = 1\n', ["line 2"]),
        ('"""Doc."""\n', ["declares no claim"]),
        (PROOF.format(answer="gamma").split("\n", 1)[1], ["no docstring"]),
        ('"""Doc."""\nx = 1\ny = 1 / 0\n', ["line 3", "division by zero"]),
        (PROOF.format(answer="gamma").replace("given=[positive(gamma)],", ""), ["gamma", "domain"]),
        (PROOF.format(answer="gamma").replace("toy.sum", "Toy sum"), ["identifier"]),
        (PROOF.format(answer="gamma").replace('title="sum"', 'title="s", uses=["a.b"]'), ["a.b"]),
    ],
)
def test_malformed_proofs_name_what_is_wrong(run, proof, text, words):
    refused(run("verify", proof(text)), *words)


def test_stores_that_are_none(run, tmp_path):
    (tmp_path / "broken").write_bytes(b"not a database, " * 500)
    refused(run("verify", "hess.*", "--store", "broken"), "broken")
    with sqlite3.connect(tmp_path / "foreign") as other:
        other.execute("CREATE TABLE t (x)")
    refused(run("verify", "hess.*", "--store", "foreign"), "foreign", "another program")


def test_outputs_are_refused_before_anything_is_computed(run, tmp_path):
    refused(run("verify", "--html", "no/folder/x.html"), "no/folder")
    assert not (tmp_path / ".rmtcheck").exists()

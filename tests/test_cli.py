"""The command as its user types it: what it prints, what it writes, how it exits."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import rmtcheck
from rmtcheck.cli import main
from rmtcheck.runner.collect import catalogue, proofs_folder

HEAD = '''"""Toys."""
import sympy
from rmtcheck import Identity, Source, claim, positive
from rmtcheck.vocabulary.symbols import gamma

def toy(id, printed=Identity(gamma + gamma, 2 * gamma), **rest):
    claim(id, Source("toys", "p. 1"), title=id, given=[positive(gamma)], printed=printed, **rest)

'''
UNDECIDED = "toy('toy.open', Identity(sympy.gamma(gamma + 1), gamma * sympy.gamma(gamma)))\n"
FALSE = "toy('toy.false', Identity(gamma + gamma, 3 * gamma))\n"
PARTS = {"verdict", "grade", "mutants", "rests_on", "missing"}
CHEAP = "rmt.frobenius"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refusal(capsys):
    """Return the sentence on stderr of a call that must be refused."""

    def refused(*arguments):
        assert main(arguments) == 2
        text = capsys.readouterr().err.strip()
        assert text.startswith("rmtcheck: ")
        assert "\n" not in text
        assert "Traceback" not in text
        return text

    return refused


def written(name, text):
    Path(name).write_text(text, encoding="utf-8")
    return name


def shell(*arguments, **rest):
    command = [sys.executable, "-m", "rmtcheck", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **rest)


def ledger(name="rmtcheck-ledger.json"):
    return json.loads(Path(name).read_text(encoding="utf-8"))


# ---------------------------------------------------------------- help, list, show, explain


@pytest.mark.parametrize("command", [(), ("list",), ("show",), ("explain",), ("verify",)])
def test_help_is_printed(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0
    assert "usage: rmtcheck" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["bake"], ["show"], ["verify", "--sed", "x"], ["verify", "--jobs", "x"]]
)
def test_a_malformed_command_is_a_misuse(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "rmtcheck" in capsys.readouterr().err


def test_list_has_every_row_of_the_catalogue(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:-2]] == list(catalogue())
    assert sum(not name.startswith("beyond.") for name in catalogue()) == 54


def test_list_tells_stated_rows_from_the_others(capsys):
    main(["list"])
    *lines, total = capsys.readouterr().out.splitlines()
    missing = [line for line in lines if line[25:].startswith("not yet stated")]
    stated = [line for line in lines if line[25:].startswith("stated")]
    assert len(stated) + len(missing) == len(catalogue())
    assert stated
    assert missing
    assert total.startswith(f"{len(stated)} claims stated, {len(missing)} rows")


def test_list_takes_verdicts_from_the_last_ledger(capsys):
    main(["verify", CHEAP])
    capsys.readouterr()
    main(["list"])
    (line,) = (x for x in capsys.readouterr().out.splitlines() if x.startswith(CHEAP))
    assert "corrected (exact)" in line
    assert "stale" not in line


def test_list_says_that_a_verdict_is_stale(capsys):
    main(["verify", CHEAP])
    data = ledger()
    data["claims"][CHEAP]["hashes"] = ["another"]
    written("old.json", json.dumps(data))
    main(["list", "--ledger", "old.json"])
    assert "corrected (exact), stale" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"evidence": [{}]}'])
def test_list_refuses_what_is_no_ledger(text, refusal):
    written("l.json", text)
    assert "l.json" in refusal("list", "--ledger", "l.json")


def test_list_refuses_a_folder_as_ledger(refusal, here):
    assert str(here) in refusal("list", "--ledger", str(here))


def test_show_prints_both_statements_and_the_hypotheses(capsys):
    assert main(["show", "hess.linear.mse"]) == 0
    out = capsys.readouterr().out
    assert "(1) printed: H[v_i, v_i] = 1/N * sum_n (1) x_n x_n^T" in out
    assert "(1) derived: H[v_i, v_i] = 1/N * sum_n (2) x_n x_n^T" in out
    assert "(2) derived" not in out
    assert "given: i != j; C >= 2" in out


def test_explain_prints_the_steps(capsys):
    assert main(["explain", "hess.linear.mse"]) == 0
    out = capsys.readouterr().out
    assert "  3. the printed loss" in out
    assert "Not what is printed. Derived" in out


def test_explain_prints_a_whole_latex_document(capsys):
    assert main(["explain", "hess.linear.mse", "--latex"]) == 0
    out = capsys.readouterr().out.strip()
    assert out.startswith(r"\documentclass")
    assert out.endswith(r"\end{document}")


@pytest.mark.parametrize("command", ["show", "explain", "verify"])
def test_an_unknown_claim_is_answered_with_the_known_ones(command, refusal):
    text = refusal(command, "hess.linear.mze")
    assert "'hess.linear.mze'" in text
    assert "hess.linear.mse" in text


@pytest.mark.parametrize("command", ["show", "explain", "verify"])
def test_a_row_that_is_not_stated_is_said_to_be_so(command, refusal):
    assert "the claim dyn.deep is not yet stated" in refusal(command, "dyn.deep")


# ---------------------------------------------------------------- verify


@pytest.mark.parametrize("pattern", ["hess.linear.*", CHEAP])
def test_verify_writes_both_files_and_exits_with_0(pattern, capsys):
    assert main(["verify", pattern, "--json", "a.json", "--html", "a.html"]) == 0
    out = capsys.readouterr().out
    assert "ledger: a.json\nreport: a.html" in out
    assert all(name in out for name in ledger("a.json")["claims"])
    assert Path("a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_pattern_selects_its_claims_and_no_others():
    main(["verify", "hess.linear.*"])
    assert set(ledger()["claims"]) == {"hess.linear.mse", "hess.linear.ce"}


def test_the_ledger_has_header_claims_evidence_and_verdicts():
    main(["verify", CHEAP, "--seed", "5"])
    data = ledger()
    assert set(data) == {"header", "claims", "evidence", "verdicts"}
    assert data["header"]["seed"] == 5
    assert data["header"]["rmtcheck"] == rmtcheck.__version__
    assert set(data["verdicts"][CHEAP]) >= PARTS
    assert set(data["verdicts"][CHEAP]["mutants"]) == {"killed", "judged"}


def test_the_ledger_does_not_depend_on_jobs_or_the_day():
    main(["verify", CHEAP, "--jobs", "1", "--json", "a.json"])
    main(["verify", CHEAP, "--jobs", "3", "--json", "b.json"])
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()


def test_no_partial_file_is_left():
    main(["verify", CHEAP])
    names = {f.name for f in Path().iterdir()}
    assert names == {"rmtcheck-ledger.json", "rmtcheck-report.html", ".rmtcheck"}


def test_an_undecided_claim_exits_with_1(capsys):
    assert main(["verify", written("toys.py", HEAD + UNDECIDED)]) == 1
    verdict = ledger()["verdicts"]["toy.open"]
    assert verdict["verdict"] == "undecided"
    assert verdict["missing"] == ["a proof of the printed statement on its whole domain"]
    assert "toy.open: missing: a proof" in capsys.readouterr().out


@pytest.mark.parametrize(("toy", "status"), [("toy('toy.a')\n", "confirmed"), (FALSE, "refuted")])
def test_a_users_own_settled_claim_exits_with_0(toy, status):
    assert main(["verify", written("toys.py", HEAD + toy)]) == 0
    (verdict,) = ledger()["verdicts"].values()
    assert verdict["verdict"] == status


def test_a_refuted_claim_is_not_said_to_still_hold(capsys):
    main(["verify", written("toys.py", HEAD + FALSE)])
    assert "still holds" not in capsys.readouterr().out


def test_a_folder_of_proofs_is_collected_without_private_files(here):
    (here / "mine").mkdir()
    written("mine/a.py", HEAD + "toy('toy.a')\n")
    written("mine/b.py", HEAD + "toy('toy.b', uses=['toy.a'])\n")
    written("mine/_c.py", "raise SystemError\n")
    assert main(["verify", "mine"]) == 0
    assert list(ledger()["claims"]) == ["toy.a", "toy.b"]


def test_a_run_that_is_interrupted_says_how_to_resume(monkeypatch, capsys):
    def interrupted(*targets, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("rmtcheck.runner.run.verify", interrupted)
    assert main(["verify", CHEAP]) == 130
    assert "resumes" in capsys.readouterr().err


# ---------------------------------------------------------------- malformed proofs files

MALFORMED = {
    "syntax error": ('"""Doc."""\nx = (\n', "line 2"),
    "no claim": (HEAD, "declares no claim"),
    "no docstring": (HEAD.partition("\n")[2] + "toy('toy.a')\n", "has no docstring"),
    "duplicate": (HEAD + "toy('toy.a')\ntoy('toy.a')\n", "toy.a is declared twice"),
    "circle": (
        HEAD + "toy('toy.a', uses=['toy.b'])\ntoy('toy.b', uses=['toy.a'])\n",
        "toy.a -> toy.b -> toy.a",
    ),
    "unknown ancestor": (HEAD + "toy('toy.a', uses=['toy.z'])\n", "toy.z, which is no claim"),
    "identifier": (HEAD + "toy('Toy')\n", "Toy: the identifier is not dotted"),
    "missing module": ('"""Doc."""\nimport no_such_module\n', "no_such_module"),
    "parts": (
        HEAD + "toy('toy.a', derived=[Identity(gamma, gamma)] * 2)\n",
        "1 printed statements but 2 derived",
    ),
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_proofs_file_is_refused(fault, refusal):
    text, said = MALFORMED[fault]
    assert said in refusal("verify", written("toys.py", text))
    assert not Path("rmtcheck-ledger.json").exists()


def test_an_exception_in_a_proofs_file_is_placed(refusal, here):
    written("toys.py", '"""Doc."""\nx = 1\ny = x / 0\n')
    assert "toys.py, line 3: division by zero" in refusal("verify", str(here / "toys.py"))


def test_an_exception_is_placed_when_the_path_is_relative(refusal):
    written("toys.py", '"""Doc."""\nx = 1\ny = x / 0\n')
    assert "toys.py, line 3: division by zero" in refusal("verify", "toys.py")


def test_a_file_with_null_bytes_is_refused_without_a_line_none(refusal):
    Path("toys.py").write_bytes(b'"""Doc."""\n\x00')
    assert "None" not in refusal("verify", "toys.py")


def test_a_proofs_file_cannot_end_the_command(refusal):
    assert "toys.py" in refusal("verify", written("toys.py", '"""Doc."""\nraise SystemExit(0)\n'))


def test_one_identifier_in_two_targets_is_refused(refusal):
    written("a.py", HEAD + "toy('toy.a')\n")
    written("b.py", HEAD + FALSE.replace("toy.false", "toy.a"))
    assert "toy.a" in refusal("verify", "a.py", "b.py")


def test_an_identifier_of_a_bundled_claim_is_refused(refusal):
    written("a.py", HEAD + f"toy('{CHEAP}')\n")
    assert CHEAP in refusal("verify", "a.py", CHEAP)


# ---------------------------------------------------------------- misuse of options


@pytest.mark.parametrize("path", ["missing.py", "./nowhere", "no/such/folder"])
def test_a_missing_path_is_refused(path, refusal):
    assert f"{Path(path)} is neither a proofs file nor a folder" in refusal("verify", path)


def test_an_empty_folder_is_refused(refusal, here):
    (here / "empty").mkdir()
    assert "the folder empty holds no proofs file" in refusal("verify", "empty")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--jobs", "0"), ("jobs=0", "at least 1")),
        (("--jobs", "-2"), ("jobs=-2", "at least 1")),
        (("--seed", "-1"), ("seed=-1", "at least 0")),
        (("--profile", "fast"), ("profile='fast'", "quick, full")),
    ],
)
def test_an_option_out_of_range_is_refused(option, said, refusal):
    text = refusal("verify", CHEAP, *option)
    assert all(part in text for part in said)


@pytest.fixture
def never(monkeypatch):
    def computed(*targets, **options):
        pytest.fail("something was computed")

    monkeypatch.setattr("rmtcheck.runner.run.verify", computed)


@pytest.mark.parametrize("option", ["--json", "--html"])
@pytest.mark.parametrize("file", ["no/such/folder/file", "."])
def test_an_unwritable_output_is_refused_before_anything_is_computed(option, file, refusal, never):
    text = refusal("verify", CHEAP, option, file)
    assert f"{file} cannot be written" in text
    assert "name a file in a folder you may write" in text


def test_an_earlier_report_survives_a_refused_run(refusal):
    written("old.html", "old")
    refusal("verify", "no.such.claim", "--html", "old.html")
    assert Path("old.html").read_text(encoding="utf-8") == "old"


def test_one_file_for_ledger_and_report_is_refused(refusal):
    assert "same" in refusal("verify", CHEAP, "--json", "same", "--html", "same")


def test_a_file_that_is_no_database_is_refused_as_store(refusal):
    written("s", "this is no database at all, whatever its name may say")
    assert "s cannot be used as a store" in refusal("verify", CHEAP, "--store", "s")
    assert Path("s").read_text(encoding="utf-8").startswith("this is no database")


def test_a_damaged_store_is_refused(refusal, capsys):
    main(["verify", CHEAP, "--store", "s"])
    capsys.readouterr()
    data = bytearray(Path("s").read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    Path("s").write_bytes(data)
    assert refusal("verify", CHEAP, "--store", "s").startswith("rmtcheck: s ")


def test_a_foreign_database_is_refused_and_kept(refusal):
    with sqlite3.connect("s") as foreign:
        foreign.execute("create table mine (a)")
    foreign.close()
    before = Path("s").read_bytes()
    assert "another program" in refusal("verify", CHEAP, "--store", "s")
    assert Path("s").read_bytes() == before


def test_a_store_in_an_impossible_folder_is_refused(refusal):
    written("file", "")
    assert "file/s" in refusal("verify", CHEAP, "--store", "file/s")


# ---------------------------------------------------------------- as a process


def test_the_process_exits_as_main_does():
    done = shell("verify", CHEAP)
    assert (done.returncode, done.stderr) == (0, f"1/1 {CHEAP}\n")
    failed = shell("verify", "nope.nope")
    assert failed.returncode == 2
    assert "Traceback" not in failed.stderr


def test_a_reader_that_leaves_is_no_error():
    buffered = {name: v for name, v in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "rmtcheck", "list"]
    rest = {"stderr": subprocess.PIPE, "env": buffered, "timeout": 60, "text": True}
    done = subprocess.run(command, stdout=writing, **rest)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_installation_like_a_wheel_finds_its_proofs(here):
    package = Path(rmtcheck.__file__).parent
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, here / "site" / "rmtcheck", ignore=ignore)
    shutil.copytree(proofs_folder(), here / "site" / "rmtcheck" / "_proofs", ignore=ignore)
    environment = {**os.environ, "PYTHONPATH": str(here / "site")}
    where = "from rmtcheck.runner import collect as c; print(c.proofs_folder())"
    told = subprocess.check_output([sys.executable, "-c", where], env=environment, text=True)
    assert told.strip() == str(here / "site" / "rmtcheck" / "_proofs")
    assert len(shell("list", env=environment).stdout.splitlines()) == len(catalogue()) + 2

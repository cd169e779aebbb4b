"""``rmtcheck lindeberg`` as its user types it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rmtcheck.cli import main
from rmtcheck.decoupling.pathwise import JumpsAlong
from rmtcheck.decoupling.predicted import PredictedOutlier, Prediction
from rmtcheck.montecarlo.decoupling.breaks import Breaks
from rmtcheck.report import lindeberg as shown
from rmtcheck.report.lindeberg_figures import figures_of
from rmtcheck.report.lindeberg_html import render

QUICK = ("--sizes", "64,96,128", "--draws", "300", "--jobs", "2", "--store", "s")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def never(monkeypatch):
    def drawn(*arguments, **options):
        pytest.fail("something was computed")

    monkeypatch.setattr("rmtcheck.decoupling.study._studied", drawn)


@pytest.fixture
def refusal(capsys, never):
    """Return the sentence on stderr of a call that must be refused before it computes."""

    def refused(*arguments):
        assert main(["lindeberg", *arguments]) == 2
        text = capsys.readouterr().err.strip()
        assert text.startswith("rmtcheck: ")
        assert "\n" not in text
        assert "Traceback" not in text
        return text

    return refused


def test_a_run_prints_tables_and_writes_both_files(capsys):
    # so few draws have no power: the exit code says so
    assert main(["lindeberg", "--json", "a.json", "--html", "a.html", *QUICK]) == 1
    out = capsys.readouterr().out
    for title in ("Verdicts", "One path, N = 128", "step by step", "The gap", "Extreme"):
        assert title in out
    assert "no power" in out
    assert "numbers: a.json\nreport: a.html" in out
    page = Path("a.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg") == 3
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page
    data = json.loads(Path("a.json").read_text(encoding="utf-8"))
    assert data["question"]["title"] == "linear.diagonal, C = 3"
    again_finds_the_same_bytes(capsys, page)


def again_finds_the_same_bytes(capsys, page):
    """Read a second run off the store, with another number of processes."""
    main(["lindeberg", "--json", "b.json", "--html", "b.html", *QUICK, "--jobs", "1"])
    assert Path("b.json").read_bytes() == Path("a.json").read_bytes()
    assert Path("b.html").read_text(encoding="utf-8") == page
    capsys.readouterr()


def test_a_formula_and_a_readout_are_studied(capsys):
    Path("V").write_text("1 0.5\n-0.5 1\n", encoding="utf-8")
    for weight in (
        ("--weight", "tanh(u1)*u2"),
        ("--block", "hidden.mse.diagonal", "--readout", "V"),
    ):
        assert main(["lindeberg", *weight, "--z", "0.2+0.5i", *QUICK]) in (0, 1)
        out = capsys.readouterr().out
        assert weight[1] in out
    assert "readout V: 1 0.5; -0.5 1" in out
    assert "jumps of gates" in out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--block", "linear.diag"], "linear.off_diagonal"),
        (["--block", "hidden.diag"], "hidden.ce.off_diagonal"),
        (["--weight", "import os"], "accepted are numbers"),
        (["--weight", "tanh(u1)", "--classes", "3"], "--classes has no meaning for --weight"),
        (["--width", "3"], "--width has no meaning for --block linear.diagonal"),
        (["--readout", "V"], "--readout has no meaning for --block linear.diagonal"),
        (["--block", "hidden.ce.diagonal", "--readout", "V"], "cannot be read"),
        (
            ["--block", "hidden.ce.diagonal", "--readout", "V", "--width", "2"],
            "--width has no meaning for --block hidden.ce.diagonal with --readout",
        ),
        (["--block", "hidden.ce.diagonal", "--width", "0"], "width is 0"),
        (["--classes", "1"], "classes is 1"),
        (["--gamma", "0"], "gamma is '0'"),
        (["--gamma", "1/3"], "multiples of 3 are accepted"),
        (["--gamma", "x"], "gamma is 'x'"),
        (["--gamma", "100000"], "complex matrix of that size takes"),
        (["--z", "0.1"], "imaginary part"),
        (["--z", "x"], "z is 'x'"),
        (["--sizes", "64"], "at least 3 from 64 on"),
        (["--sizes", "a,b"], "sizes are 'a,b'"),
        (["--classes", "40"], "the weight has 40 fields and d = 32 at N = 64"),
        (["--draws", "0"], "draws is 0"),
        (["--level", "2"], "level is 2.0"),
        (["--seed", "-1"], "seed is -1"),
        (["--jobs", "0"], "jobs = 0"),
        (["--json", "same", "--html", "same"], "both name same"),
        (["--json", "no/such/folder/f"], "cannot be written"),
    ],
)
def test_misuse_is_one_sentence_before_anything_is_computed(refusal, options, said):
    assert said in refusal(*options)


def test_two_weights_are_a_misuse(capsys):
    with pytest.raises(SystemExit) as end:
        main(["lindeberg", "--block", "linear.diagonal", "--weight", "u1"])
    assert end.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as end:
        main(["lindeberg", "--help"])
    assert end.value.code == 0
    out = capsys.readouterr().out
    for name in ("block", "weight", "classes", "gamma", "z", "sizes", "seed", "jobs", "scheduler"):
        assert f"--{name}" in out
    assert "at least 128" in " ".join(out.split())


def test_an_interrupted_study_says_how_to_resume(monkeypatch, capsys):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("rmtcheck.decoupling.study._studied", interrupted)
    assert main(["lindeberg", "--store", "s"]) == 130
    assert "resumes" in capsys.readouterr().err


def test_tables_figures_and_page_show_what_is_refused_or_rejected(study):
    """A page of a study that went wrong shows it; the one of a good study does not."""
    assert "refused" not in render(study, date="today")
    prediction = replace(study.prediction, bias=None, outliers=None, refused={"outliers": "why"})
    wrong = replace(study, prediction=prediction, path=replace(study.path, integral=1j))
    verdicts = next(shown.tables(wrong))
    assert ("prediction of the outliers", "refused", "-", "why") in verdicts.rows
    assert "rejected" in {row[1] for row in verdicts.rows}
    assert len(figures_of(wrong)) == 3
    page = render(wrong, date="today")
    assert "badge refuted" in page
    assert "badge refuted" not in render(study, date="today")


@pytest.fixture(scope="module")
def study():
    from rmtcheck import lindeberg
    from rmtcheck.decoupling.blocks import block_weight

    weight = block_weight("linear.off_diagonal", 3)
    return lindeberg(weight, "1/2", "0.1+0.2i", sizes="64,96,128", draws=100)


def test_nothing_is_said_of_the_bulk_without_a_prediction(study):
    places = [row[2] for row in outliers_of(study)]
    assert set(places) == {"in the bulk"} or len(set(places)) > 1
    refused = replace(study.prediction, outliers=None, refused={"outliers": "why"})
    assert {row[2] for row in outliers_of(replace(study, prediction=refused))} == {"-"}


def outliers_of(study):
    return list(shown.tables(study))[-1].rows


def test_a_step_without_power_is_shown_as_such(study):
    loud = replace(study.steps[0], radius=1e3, others=None)
    steps = next(t for t in shown.tables(replace(study, steps=(loud,))) if "step by" in t.title)
    assert steps.rows[0][-1] == "no power"


@pytest.mark.parametrize(("count", "fails"), [(0, False), (3, True)])
def test_the_theorem_is_said_to_fail_where_jumps_were_seen(study, count, fails):
    jumps = JumpsAlong(32, 64, count, 0j, 1j, 1j, 0.1)
    path = replace(study.path, breaks=Breaks.AT_ZEROS, jumps=jumps)
    note = list(shown.tables(replace(study, path=path)))[1].note
    assert ("the fundamental theorem fails" in note) is fails


def test_an_outlier_is_seen_in_the_spectrum(study):
    """The axes reach the extreme eigenvalue and the predicted place, which is marked."""
    outlier = PredictedOutlier(9.0, 1, 0.5, "u", "above")
    prediction = replace(study.prediction, outliers=(outlier,))
    far = replace(study, prediction=prediction)
    spectra = [figures_of(one)[1].svg for one in (replace(study, prediction=NOTHING), far)]
    assert spectra[0] != spectra[1]
    ends = replace(study.path, largest=(7.0,) * len(study.path.largest))
    assert figures_of(replace(study, path=ends))[1].svg != figures_of(study)[1].svg


NOTHING = Prediction(None, 0.0, (), {})


@pytest.mark.parametrize(
    "options", [["--z=-1+1i"], ["--weight=-u1^2"], ["--z", "-1+1i"], ["--weight", "-u1^2"]]
)
def test_values_with_a_minus_sign_are_read_after_an_equals_sign(monkeypatch, options):
    asked = []

    def studied(drawer):
        asked.append(drawer.question)
        raise KeyboardInterrupt

    monkeypatch.setattr("rmtcheck.decoupling.study._studied", studied)
    assert main(["lindeberg", "--store", "s", *options]) == 130
    assert asked[0].z == -1 + 1j or asked[0].title == "-u1^2"


def test_any_text_stands_in_the_page_as_itself(study):
    question = replace(study.question, title="<b>&</b>")
    page = render(replace(study, question=question), date="<i>")
    assert "<b>&</b>" not in page
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in page
    assert "<i>" not in page

"""A small study: its parts fit together, its ledger is the same bytes, wrong numbers are found."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from rmtcheck.decoupling import steps
from rmtcheck.decoupling.blocks import block_weight, draw_readout
from rmtcheck.decoupling.drawn import Drawer
from rmtcheck.decoupling.formulas import own_weight
from rmtcheck.decoupling.pathwise import path_size
from rmtcheck.decoupling.predicted import predict
from rmtcheck.decoupling.rate import Exponent, LeadingTerm
from rmtcheck.decoupling.study import lindeberg
from rmtcheck.decoupling.verdicts import Verdict, judge_bound
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.workers import Workers
from tests.unit.decoupling.conftest import SMALL


def verdicts(study):
    return {finding.subject: finding.verdict for finding in study.findings}


def test_the_gaps_agree_with_the_predicted_limit(study):
    assert study.prediction.bias == pytest.approx(-1.19758 + 2.6543j, abs=1e-4)
    for gap in study.gaps:
        # the correction at N = 64 is 0.06; seven standard errors and that
        assert abs(gap.value - study.prediction.bias) < 7 * sum(gap.errors) + 0.15
        assert abs(gap.value) < study.question.bound(gap.N)


def test_the_ledger_depends_neither_on_processes_nor_on_the_store(study, tmp_path, monkeypatch):
    weight, kept = block_weight("linear.diagonal", 3), {"store": tmp_path / "blocks", **SMALL}
    assert lindeberg(weight, "1/2", 0.1 + 0.1j, jobs=2, **kept).to_json() == study.to_json()

    def drawn(*arguments, **options):
        pytest.fail("a finished block was drawn again")

    monkeypatch.setattr(Workers, "submit", drawn)
    assert lindeberg(weight, "1/2", 0.1 + 0.1j, **kept).to_json() == study.to_json()


def test_another_seed_draws_other_gaps(study):
    with Workers(1) as workers:
        other = Drawer(replace(study.question, seed=6), workers).gap(64)
    assert other.value != study.gaps[0].value


def test_the_ledger_is_plain_json(study):
    data = json.loads(study.to_json())
    assert set(data) == {
        *("header", "question", "prediction", "path", "steps", "gaps"),
        *("leading_term", "exponent", "extremes", "findings"),
    }
    assert data["question"]["gamma"] == "1/2"
    assert data["gaps"][0]["value"] == [study.gaps[0].value.real, study.gaps[0].value.imag]
    assert [f["verdict"] for f in data["findings"]] == [str(f.verdict) for f in study.findings]


def test_few_draws_have_no_power_and_do_not_settle(study):
    assert Verdict.NO_POWER in verdicts(study).values()
    assert Verdict.REJECTED not in verdicts(study).values()
    assert not study.is_settled


def test_a_wrong_prediction_is_rejected(study):
    fine = LeadingTerm(2, 0.99, 0.5, study.prediction.bias, (0.05, 0.05), (0.0, 0.0))
    wrong = replace(study.prediction, bias=1.1 * study.prediction.bias)
    found = verdicts(replace(study, leading_term=fine, prediction=wrong))
    assert found["the leading term is -1.3173+2.9197i"] == Verdict.REJECTED


# ------------------------------------------------------------------------------ the path


def test_both_ends_of_the_path_and_its_slope_are_recorded(study):
    path = study.path
    assert path.times[0] == 0
    assert path.times[-1] == pytest.approx(1)
    ends = path.transform[-1] - path.transform[0]
    assert ends == pytest.approx(path.difference, rel=1e-9)
    assert [f.verdict for f in path.findings] == [Verdict.AGREES, Verdict.AGREES]


@pytest.mark.parametrize("factor", [-1, 1.01, 0.99])
def test_a_wrong_integral_is_rejected(study, factor):
    path = replace(study.path, integral=factor * study.path.integral)
    assert path.findings[1].verdict == Verdict.REJECTED


@pytest.mark.parametrize("factor", [-1, 1 + 1e-6])
def test_a_wrong_formula_of_the_slope_is_rejected(study, factor):
    path = replace(study.path, formula=factor * study.path.formula)
    assert path.findings[0].verdict == Verdict.REJECTED


def test_an_integral_of_large_error_has_no_power(study):
    assert replace(study.path, error=1e3).findings[1].verdict == Verdict.NO_POWER


def test_gates_break_the_theorem_by_their_jumps(question):
    weight = block_weight("hidden.ce.diagonal", readout=draw_readout(3, 2, 1))
    with Workers(1) as workers:
        path = Drawer(question(weight, sizes=(64, 96, 128)), workers).path()
    assert abs(path.jumps.difference - path.jumps.integral) > 5 * path.jumps.error
    assert path.jumps.count > 0
    assert path.findings[1].verdict == Verdict.AGREES
    assert path.findings[1].mutants["without the jumps"]
    blind = replace(path.jumps, total=0.9 * path.jumps.total)
    assert replace(path, jumps=blind).findings[1].verdict == Verdict.REJECTED


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("abs(u1)", Verdict.AGREES), ("abs(u1 - 1)", Verdict.NO_POWER)],
)
def test_kinks_are_not_taken_for_a_failure(question, text, verdict):
    with Workers(1) as workers:
        path = Drawer(question(own_weight(text), sizes=(64, 96, 128)), workers).path()
    finding = path.findings[-1]
    assert finding.verdict == verdict
    assert "jumps" not in finding.subject
    if path.jumps is not None:
        wrong = replace(path.jumps, integral=1.01 * path.jumps.integral)
        assert replace(path, jumps=wrong).findings[-1].verdict == Verdict.REJECTED


def test_paths_are_followed_only_where_both_sizes_allow(question):
    assert path_size(question(gamma=Fraction(4), sizes=(64, 128, 256))) == 128


# ----------------------------------------------------------------------------- the steps


def test_the_steps_hold_and_their_bounds_are_in_order(study):
    assert len(study.steps) == len(steps.NAMES)
    assert False not in [step.holds for step in study.steps]
    assert all(step.holds for step in study.steps[2:])
    crude, sharp = study.steps[4].right.real, study.steps[5].right.real
    assert crude > sharp > abs(study.steps[5].left)


def test_a_step_that_fails_does_not_settle(study):
    failing = replace(study.steps[0], right=study.steps[0].right + 1)
    assert failing.holds is False
    assert not replace(study, steps=(failing,)).is_settled


def settled(study):
    """Return the study as it would be with draws enough."""
    bias = study.prediction.bias
    return replace(
        study,
        steps=tuple(replace(step, radius=0.0, others=None) for step in study.steps[3:]),
        leading_term=LeadingTerm(2, 0.99, 0.5, bias, (0.05, 0.05), (0.0, 0.0)),
        exponent=Exponent(2, 0.99, 0.5, value=-1.0, width=0.1),
    )


def test_a_refusal_or_an_undecided_step_does_not_settle(study):
    good = settled(study)
    assert good.is_settled
    refused = replace(good.prediction, outliers=None, refused={"outliers": "why"})
    assert not replace(good, prediction=refused).is_settled
    undecided = replace(good.steps[0], radius=1e9)
    assert undecided.holds is None
    assert not replace(good, steps=(*good.steps, undecided)).is_settled


@pytest.mark.parametrize("kind", ["diagonal", "off_diagonal"])
def test_bounds_of_softmax_blocks_are_bounds(kind):
    weight = block_weight(f"linear.{kind}", 3)
    bounds = steps.known_bounds(weight)
    grid = np.stack(np.meshgrid(*[np.linspace(-6, 6, 41)] * 3)).reshape(3, -1)
    values, slopes = field_function(weight).values_and_gradient(grid)
    largest = np.linalg.norm(slopes, axis=0).max()
    assert np.abs(values).max() <= bounds.weight
    assert 0.99 * bounds.slope < largest <= bounds.slope


def test_other_weights_have_no_known_bounds():
    assert steps.known_bounds(own_weight("tanh(u1)")) is None


# ----------------------------------------------------------------------- the prediction


def test_an_outlier_is_predicted_with_its_direction(question):
    found = predict(question(own_weight("tanh(u1)^2"), z=0.2 + 0.4j))
    (outlier,) = found.outliers
    assert (outlier.side, outlier.multiplicity) == ("above", 1)
    assert outlier.location == pytest.approx(1.517, abs=1e-3)


def test_a_small_leading_term_is_not_zero_and_that_of_a_gate_is(question):
    small = predict(question(own_weight("1e-9*tanh(u1)^2")))
    assert not small.is_zero
    assert abs(small.bias) < 1e-6
    assert predict(question(own_weight("step(u1)"))).is_zero


def test_a_refusal_is_kept_with_its_sentence(question):
    many = own_weight(" + ".join(f"tanh(u{k})" for k in range(1, 31)))
    found = predict(question(many, sizes=(64, 128, 256)))
    assert found.bias is None
    assert "30 fields" in found.refused["leading term"]


def test_a_bound_is_judged_by_the_whole_interval(study):
    found = replace(study.exponent, value=-0.6, width=0.2, order=1)
    assert judge_bound(found).verdict == Verdict.NO_POWER
    assert judge_bound(replace(found, value=-0.2)).verdict == Verdict.REJECTED
    assert judge_bound(replace(found, value=-1.0)).verdict == Verdict.AGREES


def test_gates_alone_have_no_slope_to_compare(study):
    flat = replace(study.path, formula=0j, automatic=0j)
    assert len(flat.findings) == 1
    assert replace(flat, automatic=1j).findings[0].verdict == Verdict.REJECTED

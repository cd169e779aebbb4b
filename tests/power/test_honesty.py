"""False refutations and power on fresh seeds, and the stored tables of docs/honesty.md.

Chance fails a test below about once in 1e5 runs.
"""

import copy
import importlib
import json
import secrets
from pathlib import Path
from types import SimpleNamespace

import pytest
from scipy.stats import binom

from rmtcheck.decoupling.rate import LeadingTerm

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CHANCE = 1e-6
ROOT = secrets.randbits(64)

pytestmark = pytest.mark.montecarlo


@pytest.fixture(scope="module")
def bench():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        names = {"tables": "honesty", "true": "repeated.confirmed", "false": "repeated.refuted"}
        return SimpleNamespace(**{k: importlib.import_module(n) for k, n in names.items()})


@pytest.fixture(scope="module")
def stored(bench):
    return json.loads(bench.tables.STORED.read_text(encoding="utf-8"))


def counts(bench, repetition, repetitions):
    seeds = range(ROOT, ROOT + repetitions)
    return dict(bench.tables.tallied(bench.tables.repeated(repetition, seeds)))


# --------------------------------------------------------------------- fresh repetitions


@pytest.mark.parametrize(("kind", "repetitions"), [("wave", 30), ("block_norm", 15), ("gap", 2)])
def test_true_claims_are_refuted_within_the_budget(bench, kind, repetitions):
    found = counts(bench, getattr(bench.true, kind), repetitions)
    wrong = {*bench.true.PLANTED, bench.true.HALVED, *bench.true.ANSWERED.values()}
    rows = {row: n for row, n in found.items() if row[0] not in wrong}
    assert rows
    for (claim, budget), (refuted, n) in rows.items():
        assert binom.sf(refuted - 1, n, budget) >= CHANCE, (claim, budget, refuted, n)


def test_a_normal_interval_at_every_look_exceeds_its_budget(bench):
    def looked(seed):
        values = bench.true.waves_of(bench.true.WAVE_DRAWS, seed)
        missed = bench.true.is_missed_at_a_look(values, bench.true.wave_mean(), 0.05)
        return {("looked", 0.05): missed}

    ((missed, n),) = counts(bench, looked, 200).values()
    assert missed > bench.tables.allowed(n, 0.05)


def test_a_mean_one_per_cent_off_is_rejected_as_often_as_stated(bench):
    false = bench.false
    row = (false.WAVES, 0.01)
    power = false.wave_power(0.01)
    rejected, n = counts(bench, false.wave, 20)[row]
    assert power > 0.9
    assert binom.cdf(rejected, n, power) >= CHANCE


def test_a_quarter_of_the_draws_does_not_reach_the_stated_power(bench, monkeypatch):
    false = bench.false
    power = false.wave_power(0.01)
    monkeypatch.setattr(false, "WAVE_DRAWS", false.WAVE_DRAWS // 4)
    rejected, n = counts(bench, false.wave, 25)[false.WAVES, 0.01]
    assert not bench.tables.is_reached(rejected, n, power)


def test_a_leading_term_ten_per_cent_off_is_rejected(bench):
    name = bench.false.SETTINGS[1].name
    found = bench.false.own(ROOT)
    assert found[f"leading term, {name}", 0.1]
    assert found[f"exponent, {name}", 0.5]


def test_the_power_that_is_stated_grants_the_omitted_terms_their_allowance(bench):
    setting = bench.false.SETTINGS[0]
    term = LeadingTerm(2, 0.99, 0.5, value=1 + 1j, half_widths=(0.3, 0.3), truncation=(0.1, 0.2))
    for value, rejected, in_any_case in (
        (1.25 + 1j, False, False),
        (1.35 + 1j, True, False),
        (1.45 + 1j, True, True),
        (1 + 0.55j, True, False),
        (1 + 0.45j, True, True),
    ):
        assert bench.false.rejects_term(term, value, setting) == rejected
        assert bench.false.rejects_in_any_case(term, value, setting) == in_any_case


# ------------------------------------------------------------------------ stored tables


def test_the_page_shows_the_stored_figures(bench, stored):
    page = bench.tables.PAGE.read_text(encoding="utf-8")
    assert bench.tables.page_with(page, stored) == page
    other = copy.deepcopy(stored)
    other["false"][0]["rejected"] -= 1
    assert bench.tables.page_with(page, other) != page


def test_every_stored_row_is_as_it_should_be(bench, stored):
    assert bench.tables.failures(stored) == []
    parts = {bench.true.part(setting) for setting in bench.true.SETTINGS}
    rows = [e for e in stored["true"] if e["claim"] not in parts]
    assert {e["repetitions"] for e in rows} == {bench.tables.TRUE} == {1000}
    assert {e["repetitions"] for e in stored["false"]} == {bench.tables.FALSE} == {200}
    assert set(bench.true.PLANTED) <= {e["claim"] for e in rows}


def test_every_kind_of_wrong_row_is_found(bench, stored):
    wrong_methods = {*bench.true.PLANTED}
    unchecked = {bench.true.HALVED}
    for k, entry in enumerate(stored["true"]):
        if entry["claim"] in unchecked:
            continue
        figures = copy.deepcopy(stored)
        silent = entry["claim"] in wrong_methods | {*bench.true.ANSWERED.values()}
        figures["true"][k]["count"] = 0 if silent else entry["repetitions"] // 5
        assert len(bench.tables.failures(figures)) == 1, entry
    for k, entry in enumerate(stored["false"]):
        if entry["stated"] > 0.1:
            figures = copy.deepcopy(stored)
            figures["false"][k]["rejected"] = 0
            assert len(bench.tables.failures(figures)) == 1, entry

import io

import pytest
from rich.console import Console

from rmtcheck.report.terminal import Progress, print_ledger


def printed(ledger, **options):
    stream = io.StringIO()
    print_ledger(ledger, Console(file=stream, color_system=None, **options))
    return stream.getvalue()


def test_every_claim_is_printed_whole(ledger):
    text = printed(ledger)
    for claim in ledger.claims:
        assert f"{claim} " in text
    for status in ("confirmed", "corrected", "refuted", "undecided"):
        assert f" {status} " in text
    assert "…" not in text


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_nothing_is_cut_in_a_narrow_terminal(ledger, width):
    text = printed(ledger, force_terminal=True, width=width)
    assert "…" not in text
    assert "undecided" in text
    assert "toy.open" in text


def test_budget_seed_profile_and_survivors_are_printed(ledger):
    text = printed(ledger)
    assert "profile quick, seed 7" in text
    assert "at most 1e-06" in text
    assert "the numeric channel alone does not reject 1 of its wrong variants" in text


def test_brackets_are_no_markup(ledger):
    assert "a rejection of rhs: [bold] a" in printed(ledger)


def test_another_verdict_is_printed_differently(ledger):
    before = printed(ledger)
    del ledger.rows[1]
    assert printed(ledger) != before


def test_a_stream_without_the_marks_gets_plain_ones(ledger):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    print_ledger(ledger, Console(file=stream))
    stream.flush()
    assert b"x/+" in raw.getvalue()


def test_colors_only_in_a_terminal(ledger):
    stream = io.StringIO()
    print_ledger(ledger, Console(file=stream, force_terminal=True, color_system="standard"))
    assert "\x1b[32m" in stream.getvalue()
    assert "\x1b[" not in printed(ledger)


def test_progress_is_plain_lines_when_piped():
    stream = io.StringIO()
    with Progress(Console(file=stream)) as progress:
        progress.start("toy.[bold]true", 0, 2)
        progress.advance("drawing")
        progress.done()
    assert stream.getvalue() == "1/2 toy.[bold]true\n"


def test_progress_is_live_in_a_terminal():
    stream = io.StringIO()
    with Progress(Console(file=stream, force_terminal=True)) as progress:
        progress.start("toy.true", 0, 2)
        progress.advance("drawing")
        progress.done()
    assert "1/2 toy.true" in stream.getvalue()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_survives_a_closed_stream(is_terminal):
    stream = io.StringIO()
    progress = Progress(Console(file=stream, force_terminal=is_terminal))
    with progress:
        stream.close()
        progress.start("toy.true", 0, 2)
        progress.advance("drawing")


def test_progress_hides_no_error():
    with pytest.raises(ZeroDivisionError), Progress(Console(file=io.StringIO())):
        raise ZeroDivisionError

"""docs/constants.md: every digit is computed again, and some verdicts are reached again."""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
import sympy
from flint import arb, ctx, fmpq

import rmtcheck
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.verdict import decide
from rmtcheck.cli import main
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.report import constants_text
from rmtcheck.report.constants import decimal, rounded
from rmtcheck.report.listed_constants import LISTED
from rmtcheck.runner.collect import catalogue, collect, proofs_folder
from rmtcheck.runner.examine import examine

PAGE = (Path(__file__).parents[1] / "docs" / "constants.md").read_text(encoding="utf-8")
DIGITS = 30
ROWS = sorted({constant.row for constant in LISTED})
QUICK = ("thm1.constant", "heur.p_uniform", "heur.linear.ce")
"""Rows whose verdicts are reached again here; `.ci/run` compares all of them with a whole run."""
NUMBER = r"-?\d+\.\d+(?:e-?\d+)?"


class Section(NamedTuple):
    """What the page says of one constant."""

    row: str
    verdict: str
    formula: str
    numbers: dict[tuple[str, ...], str]


def sections(page):
    found = {}
    for text in page.split("\n## ")[1:]:
        row, verdict = re.search(r"^`([\w.]+)`: ([^;\n]+)", text, re.MULTILINE).groups()
        formula = re.search(r"^\$\$(.+)\$\$$", text, re.MULTILINE)[1]
        lines = [
            [c.strip(" `") for c in x.split("|")[1:-1]] for x in text.splitlines() if x[:1] == "|"
        ]
        numbers = {tuple(cells[:-1]): cells[-1] for cells in lines[2:]}
        found[text.splitlines()[0]] = Section(row, verdict, formula, numbers)
    return found


@lru_cache
def computed():
    return {
        constant.name: (
            constant.row,
            sympy.latex(constant.expression),
            {tuple(map(str, p.values())): decimal(constant, p, DIGITS) for p in constant.places()},
        )
        for constant in LISTED
    }


def wrong(page):
    """Return the names of the constants of which the page says something else, or nothing."""
    stored = {name: (s.row, s.formula, s.numbers) for name, s in sections(page).items()}
    names = stored.keys() | computed().keys()
    return {name for name in names if stored.get(name) != computed().get(name)}


def test_every_digit_is_the_one_computed():
    assert wrong(PAGE) == set()
    assert list(sections(PAGE)) == [constant.name for constant in LISTED]


def test_every_number_has_thirty_digits():
    numbers = [number for s in sections(PAGE).values() for number in s.numbers.values()]
    assert len(numbers) == sum(len(list(constant.places())) for constant in LISTED) > 90
    for number in numbers:
        assert re.fullmatch(NUMBER, number)
        assert len(re.sub(r"e.*|\D", "", number).lstrip("0")) == DIGITS


def with_last_digit_changed(page, name, number):
    start = page.index(f"\n## {name}\n")
    place = start + re.search(re.escape(f"`{number}`"), page[start:]).start() + 1
    figures = re.match(r"[-\d.]+", number)[0]
    changed = figures[:-1] + str((int(figures[-1]) + 1) % 10) + number[len(figures) :]
    return page[:place] + changed + page[place + len(number) :]


@pytest.mark.parametrize("name", [constant.name for constant in LISTED])
def test_a_wrong_digit_is_caught(name):
    for number in sections(PAGE)[name].numbers.values():
        assert wrong(with_last_digit_changed(PAGE, name, number)) == {name}


def test_other_errors_are_caught():
    head, first, *others = PAGE.split("\n## ")
    assert wrong("\n## ".join([head, *others])) == {"R_0"}
    changes = {
        "thm1.constant`": "thm1.rate`",
        r"\gamma e^{2}": r"\gamma e^{3}",
        "| 1/10 |": "| 1/9 |",
    }
    for old, new in changes.items():
        assert old in first
        assert wrong("\n## ".join([head, first.replace(old, new), *others])) == {"R_0"}


def named_functions():
    for constant in LISTED:
        for place in constant.places() if constant.call else ():
            yield pytest.param(constant, place, id=f"{constant.name}-{list(place.values())}")


def misses(text, value):
    """Whether a decimal is certainly farther from a value than one unit of its last place."""
    figures, _, power = text.partition("e")
    unit = fmpq(10) ** (int(power or 0) - len(figures.split(".")[1]))
    exact = fmpq(int(figures.replace(".", ""))) * unit
    return bool(abs(value - exact) > unit)


def value_of(constant, place):
    """Return what the function that the page names gives, as a ball."""
    known = {
        name: getattr(rmtcheck, name) for name in re.findall(r"linear\w+|\w+stant", constant.call)
    }
    value = eval(constant.call, known | {str(letter): value for letter, value in place.items()})
    return arb(str(value.subs(place).evalf(60))) if isinstance(value, sympy.Expr) else value


@pytest.mark.parametrize(("constant", "place"), list(named_functions()))
def test_the_named_function_gives_these_digits(constant, place):
    number = sections(PAGE)[constant.name].numbers[tuple(map(str, place.values()))]
    with ctx.workprec(300):
        value = value_of(constant, place)
        assert not misses(number, value)
        assert misses(number, value * (1 + arb(fmpq(1, 10**28))))


def test_rows_are_rows_of_the_catalogue():
    assert set(ROWS) <= catalogue().keys()
    assert {s.row for s in sections(PAGE).values()} == set(ROWS)


@lru_cache
def claims():
    return {made.id: made for made in collect(proofs_folder())}


@pytest.mark.parametrize("row", QUICK)
def test_verdicts_are_reached_again(row):
    rows = examine(claims()[row], [SymbolicChannel(), CertifiedChannel(20)], lambda text: None)
    verdict = decide(rows)
    said = {s.verdict for s in sections(PAGE).values() if s.row == row}
    assert said == {f"{verdict.status} ({verdict.grade})"}


# ---------------------------------------------------------------- digits and the command


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (fmpq(2, 3), "0.6666666667"),
        (fmpq(-2, 3), "-0.6666666667"),
        (fmpq(1), "1.000000000"),
        (fmpq(10**13 - 1, 10**13), "1.000000000"),
        (fmpq(99999999994, 10**10), "9.999999999"),
        (fmpq(1, 7000), "0.0001428571429"),
        (fmpq(1, 7 * 10**20), "1.428571429e-21"),
        (fmpq(123456789012345), "1.234567890e14"),
        (fmpq(12345), "12345.00000"),
        (fmpq(10), "10.00000000"),
        (fmpq(10**9), "1.000000000e9"),
        (fmpq(10**20), "1.000000000e20"),
        (fmpq(1, 1000), "0.001000000000"),
    ],
)
def test_decimals(value, text):
    assert rounded(arb(value), 10) == text
    assert rounded(arb(value) * (1 + arb(fmpq(1, 10**9))), 10) != text


def test_a_ball_that_is_too_wide_gives_no_decimal():
    with pytest.raises(PrecisionError, match="does not decide the last of 30 digits"):
        rounded(arb(1, fmpq(1, 10**28)), 30)


@pytest.mark.parametrize("digits", [9, 101, 2.5, "many"])
def test_the_number_of_digits_is_checked(digits, capsys):
    with pytest.raises(DomainError, match=r"digits = .* accepted"):
        constants_text.plain(digits)
    assert main(["constants", "--digits", str(digits)]) == 2
    assert capsys.readouterr().err.startswith("rmtcheck: digits = ")


def test_the_command(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["constants", "--digits", "12"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "R_0: limit of C^2 g_ij/g_ii, the constant of Theorem 1",
        "  thm1.constant: not verified here",
    ]
    assert lines[2:4] == ["  gamma = 1/10  1.36724884174", "  gamma = 1     2.25616467120"]
    assert main(["constants", "--markdown"]) == 0
    assert wrong(capsys.readouterr().out) == set()


def test_verdicts_come_from_a_ledger():
    text = constants_text.plain(10, {"thm1.constant": "confirmed (exact)"})
    assert "  thm1.constant: confirmed (exact)\n" in text
    assert "  beyond.thm1.series: not verified here\n" in text

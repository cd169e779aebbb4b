"""A certificate that was changed anywhere, in any of twenty ways, is rejected with a reason."""

import random
import re
import secrets
import subprocess
import sys

import pytest

from rmtcheck.certificates import linear_ce_every_class
from rmtcheck.replay import Checker

EACH = 50
TRUE = linear_ce_every_class()
LINES = TRUE.splitlines()
TABLE = next(n for n, line in enumerate(LINES) if line.startswith("table")) + 1


@pytest.fixture(scope="module")
def checker():
    return Checker()


def joined(lines):
    return "\n".join(lines) + "\n"


def place(rng, pattern):
    """Draw a match; the header is 1 % of the text and gets half the attacks."""
    header = [n for n in range(TABLE) if re.search(pattern, LINES[n])]
    table = [n for n in range(TABLE, len(LINES)) if re.search(pattern, LINES[n])]
    line = rng.choice(header if rng.random() < 0.5 or not table else table)
    start = sum(len(one) + 1 for one in LINES[:line])
    match = rng.choice(list(re.finditer(pattern, LINES[line])))
    return start + match.start(), start + match.end()


def replaced(rng, pattern, change):
    start, end = place(rng, pattern)
    return TRUE[:start] + change(TRUE[start:end]) + TRUE[end:]


def replaced_in_line(rng, number, pattern, change):
    match = rng.choice(list(re.finditer(pattern, LINES[number])))
    line = LINES[number][: match.start()] + change(match[0]) + LINES[number][match.end() :]
    return joined([*LINES[:number], line, *LINES[number + 1 :]])


def digit(rng):
    return replaced(rng, r"\d", lambda d: rng.choice([x for x in "0123456789" if x != d]))


def two_digits(rng):
    return replaced(rng, r"\d\d", lambda pair: pair[::-1])


def two_lines(rng):
    lines = list(LINES)
    i, j = rng.sample(range(len(lines)), 2)
    lines[i], lines[j] = lines[j], lines[i]
    return joined(lines)


def columns(rng):
    lines = list(LINES)
    n = rng.randrange(TABLE, len(lines))
    cells = lines[n].split(" ")
    i, j = rng.sample(range(4), 2)
    cells[i], cells[j] = cells[j], cells[i]
    lines[n] = " ".join(cells)
    return joined(lines)


def line_deleted(rng):
    n = rng.randrange(len(LINES))
    return joined(LINES[:n] + LINES[n + 1 :])


def line_duplicated(rng):
    n = rng.randrange(len(LINES))
    return joined(LINES[: n + 1] + LINES[n:])


def character_deleted(rng):
    return replaced(rng, ".", lambda _: "")


def character_duplicated(rng):
    return replaced(rng, ".", lambda c: c + c)


def character_inserted(rng):
    extra = rng.choice([chr(n) for n in range(128)] + ["²", "−", "\u2028", "٣", "\udc80", "\x00"])
    return replaced(rng, ".", lambda c: c + extra)


def sign(rng):
    return replaced_in_line(
        rng, rng.choice([1, 2, 3, 4]), "[-+]", lambda c: "-" if c == "+" else "+"
    )


def exponent(rng):
    change = rng.choice([1, 2, -1])
    number = rng.choice([1, 2, 3, 4])
    return replaced_in_line(rng, number, r"(?<=\^)\d", lambda d: str(int(d) + change))


def kappa_up(rng):
    change = rng.choice([1, 50, 100, 10**6])
    return replaced_in_line(rng, 4, r"\b\d+(?= )", lambda k: str(int(k) + change))


def kappa_down(rng):
    return replaced_in_line(rng, 4, r"\b\d+(?= )", lambda k: str(int(k) - rng.choice([1, 5, 8])))


def white_space(rng):
    return replaced(rng, " ", lambda _: rng.choice(["", "  ", "\t", "\u00a0", "\n", "\v", "\f"]))


def line_end(rng):
    if rng.random() < 0.2:
        return TRUE.replace("\n", rng.choice(["\r\n", "\r", "\n\n", " \n", "\x85", "\u2028"]))
    n = rng.choice([m.start() for m in re.finditer("\n", TRUE)])
    return TRUE[:n] + rng.choice(["", " ", "\r", "\r\n", "\n\n", " \n", "\x0b"]) + TRUE[n + 1 :]


def truncated(rng):
    return TRUE[: rng.choice([rng.randrange(len(TRUE)), len(TRUE) - rng.randrange(1, 40)])]


def appended(rng):
    tails = ["\n", " ", "\r", "\x00", "x", "0", LINES[-1] + "\n", "2000 7.267511952 0 0\n", TRUE]
    return TRUE + rng.choice(tails)


def letter_case(rng):
    return replaced(rng, "[A-Za-z]", str.swapcase) if rng.random() < 0.9 else TRUE.upper()


def row_of_another(rng):
    lines = list(LINES)
    i, j = rng.sample(range(TABLE + 1, len(lines)), 2)
    lines[i] = lines[i].split(" ")[0] + " " + lines[j].split(" ", 1)[1]
    return joined(lines)


def last_decimal(rng):
    def moved(text):
        places = len(text.split(".")[1])
        n = int(text.replace(".", "")) + rng.choice([-1, 1])
        return f"{n // 10**places}.{n % 10**places:0{places}}"

    return replaced(rng, r"\d+\.\d+", moved)


PARAMETERS = [
    ("2000", "1999"),
    ("2000", "2001"),
    ("2000", "200"),
    ("7/10", "6/10"),
    ("7/10", "8/10"),
    ("7/10", "14/20"),
    ("degree 5", "degree 4"),
    ("degree 5", "degree 6"),
]


def parameters(rng):
    old, new = rng.choice(PARAMETERS)
    return joined([*LINES[:5], LINES[5].replace(old, new), *LINES[6:]])


KINDS = [
    digit,
    two_digits,
    two_lines,
    columns,
    line_deleted,
    line_duplicated,
    character_deleted,
    character_duplicated,
    character_inserted,
    sign,
    exponent,
    kappa_up,
    kappa_down,
    white_space,
    line_end,
    truncated,
    appended,
    letter_case,
    row_of_another,
    last_decimal,
    parameters,
]


def drawn(kind, rng):
    """Draw until the text differs: two equal digits may change places."""
    text = TRUE
    while text == TRUE:
        text = kind(rng)
    return text


def test_the_true_certificate_is_accepted(checker):
    outcome = checker.check(TRUE)
    assert outcome.accepted, outcome.reason
    assert "for all integers C >= 2 and all real gamma > 0" in outcome.statement
    assert LINES[4] in outcome.statement


def test_tampered_certificates_are_rejected(checker):
    assert len(KINDS) * EACH >= 1000
    for kind in KINDS:
        root = secrets.randbits(64)
        rng = random.Random(root)
        for n in range(EACH):
            outcome = checker.check(drawn(kind, rng))
            told = f"{kind.__name__}, root {root}, number {n}"
            assert not outcome.accepted, told
            assert 10 < len(outcome.reason) < 300, told
            assert outcome.reason.isascii(), told
            assert outcome.statement == "", told


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("K = (7 + 12800", "s0 >= 0 fails at C = 2 for the constant 7 of K"),
        ("K = (8 + 12000", "s1 >= 0 is not proved for C >= 2000"),
        ("K = (8 + 13000", "the least s1 is "),
    ],
)
def test_each_constant_of_k_has_its_own_reason(checker, line, reason):
    text = TRUE.replace("K = (8 + 12800", line)
    assert checker.check(text).reason.startswith(reason)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("R1 = (2 +", "R1 = (3 +", "line 4 is 'R1 = (3 + "),
        (
            "0.592425793371",
            "0.592425793372",
            "alpha at C = 2 is 0.592425793371, not 0.592425793372",
        ),
        ("0.592425793371", "00.592425793371", "line 19 is '2 00.592425793371 "),
        (
            "remainder beta: 0.465050",
            "remainder beta: 0.465051",
            "the remainder of beta is 0.465050",
        ),
        ("at C = 1999", "at C = 1998", "the least s1 is at C = 1999, not at C = 1998"),
        ("\n1999 ", "\n1998 ", "the row of C = 1999 is named 1998"),
    ],
)
def test_the_reason_names_the_place(checker, old, new, reason):
    assert checker.check(TRUE.replace(old, new, 1)).reason.startswith(reason)


@pytest.mark.parametrize(
    "text", ["", "\n", "\x00", "\ud800", "x" * 10**6, "\n" * 10**5, "9" * 5000]
)
def test_no_text_raises(checker, text):
    assert not checker.check(text).accepted


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "rmtcheck.replay", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_command(tmp_path):
    true, tampered = tmp_path / "true.txt", tmp_path / "tampered.txt"
    true.write_text(TRUE, "ascii", newline="\n")
    tampered.write_bytes(TRUE.encode().replace(b"R0", b"R\xb2", 1))
    accepted = command(true)
    assert (accepted.returncode, accepted.stderr) == (0, "")
    assert accepted.stdout.startswith("accepted: 0 < C^2 g_ij/g_ii")
    assert len(accepted.stdout.splitlines()) == 1
    rejected = command(tampered)
    assert rejected.returncode == 1
    assert rejected.stdout == f"rejected: byte {TRUE.index('R0') + 1} is not ASCII\n"
    tampered.write_bytes(TRUE.encode().replace(b"\n", b"\r\n"))
    assert command(tampered).returncode == 1


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["no such file"], ["."]])
def test_an_unreadable_file_has_its_own_code(arguments):
    outcome = command(*arguments)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert len(outcome.stderr.splitlines()) == 1

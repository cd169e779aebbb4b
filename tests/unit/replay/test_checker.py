"""The text is read strictly, and a doubt of the checker is a rejection."""

import pytest

from rmtcheck.certificates import linear_ce_every_class
from rmtcheck.replay import Checker, replay
from rmtcheck.replay.checker import _least
from rmtcheck.replay.interval import ONE, Interval
from rmtcheck.replay.rejection import CertificateError
from rmtcheck.replay.text import LAYOUT, decimal, parse, render

TRUE = linear_ce_every_class()


def test_the_text_is_its_own_rendering():
    certificate = parse(TRUE)
    assert render(certificate) == TRUE
    assert certificate.kappa == (8, 12800, 48500, 47800)
    assert [row[0] for row in certificate.rows] == list(range(2, 2000))
    assert len(certificate.rows[0]) == 3
    assert certificate.rows[1] == (3, 870961774487, 777651418834, 521896152658)
    assert len(LAYOUT) == len(TRUE.splitlines())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2 0.59", "2 .59"),
        ("2 0.59", "02 0.59"),
        ("2 0.59", "+2 0.59"),
        ("2 0.59", "2 0_0.59"),
        ("12800", "1280٠"),
        ("12800", "12800.0"),
        ("12800", "1" * 5000),
        ("0.465050", "0.4650500"),
        ("0.465050", "0.46505"),
    ],
)
def test_other_spellings_are_rejected(old, new):
    assert old in TRUE
    with pytest.raises(CertificateError, match="not of the form"):
        parse(TRUE.replace(old, new, 1))


def test_decimals():
    assert [decimal(n, p) for n, p in ((0, 6), (1, 6), (1234567, 6), (7, 0))] == [
        "0.000000",
        "0.000001",
        "1.234567",
        "7",
    ]


def test_an_undetermined_decimal_is_rejected():
    checker = Checker()
    rows = [list(row[1:]) for row in parse(TRUE).rows]
    rows[3][1] = None
    checker._table = rows
    reason = checker.check(TRUE).reason
    assert reason == "the last decimal of beta at C = 5 is not determined"


def test_a_table_that_proves_nothing_is_rejected():
    """With a false table on both sides the inequalities fail: they are really checked."""
    checker = Checker()
    lines = TRUE.splitlines()
    lines[1017] = lines[1017].replace(" 7.", " 6.", 1)
    assert lines[1017].startswith("1001 6.")
    false = "\n".join(lines) + "\n"
    checker._table = [list(row[1:]) for row in parse(false).rows]
    assert checker.check(false).reason == "the inequalities are not proved at C = 1001"


def test_the_least_value_must_be_separated():
    def thin(n, width=0):
        return Interval(n * ONE, n * ONE + width)

    assert _least("s1", [thin(5), thin(3), thin(4)]) == (3000000, 3)
    for values in ([thin(3), thin(3)], [thin(3, 2 * ONE), thin(4)]):
        with pytest.raises(CertificateError, match="least s1 is not determined"):
            _least("s1", values)


def test_replay_is_the_shared_checker():
    assert replay(TRUE) == replay(TRUE)
    assert replay(TRUE).accepted
    assert not replay(TRUE[:-1]).accepted


@pytest.mark.parametrize("text", [None, 1, TRUE.encode(), [TRUE], object()])
def test_what_is_no_text_is_rejected(text):
    found = replay(text)
    assert not found.accepted
    assert found.reason.startswith("a certificate is a text")

"""The certificate: refusals, the text against its own data, the stored text."""

import re
from dataclasses import replace

import pytest
import sympy
from flint import ctx

from rmtcheck import certificates
from rmtcheck.certify import every_class
from rmtcheck.certify.class_table import Row, table_row
from rmtcheck.certify.every_class import RATE, all_class_certificate, least_coefficients
from rmtcheck.errors import DomainError, PrecisionError

HEAD = 18
SAMPLE = (2, 3, 4, 5, 10, 99, 100, 101, 1000, 1234, 1998, 1999)
gamma, e = sympy.symbols("gamma e")


@pytest.fixture(scope="module")
def stored():
    return certificates.linear_ce_every_class().split("\n")


@pytest.fixture(scope="module")
def short():
    """Return the text as it is produced, with the table cut after five classes."""
    done = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(every_class, "LEAST_CLASSES", 6)
        text = all_class_certificate(progress=done.append)
    assert done == [2, 3, 4, 5]
    return text


def row_of(line):
    number, *columns = line.split(" ")
    return Row(int(number), tuple(int(c.replace(".", "")) for c in columns if c != "-"))


def parsed(line):
    """Return the formula after the sign of equality."""
    spelled = re.sub(r"(?<=[\w)]) (?=[\w(])", "*", line.split(" = ")[1]).replace("^", "**")
    return sympy.sympify(spelled, locals={"e": e, "gamma": gamma})


def in_gamma(coefficients):
    return sum(c * gamma**k for k, c in enumerate(coefficients))


def test_the_formulas_of_the_text_are_those_that_are_proved(stored):
    w = e * gamma + 1
    claims = (in_gamma(RATE.limit(e)) / w, in_gamma(RATE.slope(e)) / w**2)
    for line, claim in zip(stored[2:5], (*claims, in_gamma(RATE.kappa) / w**3), strict=True):
        assert sympy.simplify(parsed(line) - claim) == 0
        assert sympy.simplify(parsed(line) - claim * (1 + gamma / 100)) != 0


def test_the_stored_text_is_the_text_that_is_produced(stored, short):
    """The heading as produced, sampled rows, and the least coefficients of the stored rows."""
    produced = short.split("\n")
    assert len(produced) == HEAD + 4 + 1
    assert stored[:9] == produced[:9]
    assert stored[HEAD - 1 : HEAD + 4] == produced[HEAD - 1 : HEAD + 4]
    assert [stored[HEAD + C - 2] for C in SAMPLE] == [str(table_row(C)) for C in SAMPLE]
    with ctx.workprec(192):
        rows = [row_of(line) for line in stored[HEAD:-1]]
        assert stored[9 : HEAD - 1] == least_coefficients(RATE, rows)
    assert [str(row) for row in rows] == stored[HEAD:-1]


def test_the_stored_text_is_canonical(stored):
    text = certificates.linear_ce_every_class()
    assert text.isascii()
    assert text.endswith("\n")
    assert not re.search(r"\n\n|  |\r| \n", text)
    assert [line.split(" ")[0] for line in stored[HEAD:-1]] == [str(C) for C in range(2, 2000)]


def test_least_coefficients_see_one_wrong_digit(stored):
    """A digit that matters: alpha of two classes enters the least s2."""
    with ctx.workprec(192):
        row = row_of(stored[HEAD])
        spoilt = Row(2, (row.entries[0] + 10**6, *row.entries[1:]))
        assert least_coefficients(RATE, [row]) != least_coefficients(RATE, [spoilt])


@pytest.mark.parametrize(
    "kappa",
    [
        (7, 12800, 48500, 47800),
        (8, 12160, 48500, 47800),
        (8, 12800, 46075, 47800),
        (8, 12800, 48500, 45410),
    ],
)
def test_a_smaller_bound_is_refused(kappa, monkeypatch):
    monkeypatch.setattr(every_class, "LEAST_CLASSES", 3)
    with pytest.raises(PrecisionError, match=r"s\d >= 0 is not proved for C >= 2"):
        all_class_certificate(kappa)


def test_another_expansion_is_refused(monkeypatch):
    monkeypatch.setattr(every_class, "LEAST_CLASSES", 3)
    monkeypatch.setattr(every_class, "RATE", replace(RATE, limit=lambda e: (1, e**2 + 1)))
    with pytest.raises(PrecisionError, match="not the expansion"):
        all_class_certificate()


def test_every_row_is_examined(monkeypatch):
    """A wrong moment in the last row."""

    def spoilt(classes):
        row = table_row(classes)
        return Row(5, (*row.entries[:2], 100 * row.entries[2])) if classes == 5 else row

    monkeypatch.setattr(every_class, "LEAST_CLASSES", 6)
    monkeypatch.setattr(every_class, "table_row", spoilt)
    with pytest.raises(PrecisionError, match="not proved at C = 5"):
        all_class_certificate()


@pytest.mark.parametrize(
    "kappa",
    [8, "8888", None, (8, 12800), (8, 0, 1, 1), (8, -1, 1, 1), (8, 1.5, 2, 2), (1, 2, 3, "x")],
)
def test_kappa_outside_its_domain(kappa):
    with pytest.raises(DomainError, match="kappa"):
        all_class_certificate(kappa)

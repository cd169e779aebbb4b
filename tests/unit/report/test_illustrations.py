from xml.etree import ElementTree

import pytest

from rmtcheck.claims.evidence import Column, Kind, Outcome
from rmtcheck.report import escape, gaps, sides, truncation
from rmtcheck.report.figures import figures_of
from rmtcheck.report.reading import discrete

SERIES = "for all probability measures: S_mu(z) = -Sum(z**(-k - 1)*m_k, (k, {start}, oo))"
LIMIT = "for all probability measures: mu_n => mu iff S_mu(z) converge to those of mu"
DETERMINED = "for all probability measures: S_mu(z) determine mu"
NORM, TIMES_D = "||A||_F^2 = m_2(mu_A)", "||A||_F^2 = d*m_2(mu_A)"
ESCAPE = "mu_n = delta_n, mu = 0: the transforms 1/(n - z) tend to 0"
PAIR = "mu = 1/2 delta_0 + 1/2 delta_2, nu = 1 delta_1: both have m_1 = 1"


@pytest.fixture
def failed(make_row):
    def with_witness(kind, witness, subject="data: the mean"):
        found = {"witness": witness, "subject": subject}
        return make_row("toy.said", kind, Column.SYMBOLIC, Outcome.FAILS, **found)

    return with_witness


@pytest.fixture
def drawn(stating):
    return lambda *words, **rest: figures_of(stating(*words, **rest), "toy.said")


@pytest.fixture
def said(drawn, failed):
    """Return how each kind of statement is drawn, and a variation of it that must show."""
    pair, other = (failed(Kind.MUTANT, text) for text in (PAIR, PAIR.replace("delta_2", "delta_3")))
    return {
        "norm": (drawn(NORM, TIMES_D), drawn(NORM, "||A||_F^2 = 2*d*m_2(mu_A)")),
        "series": (drawn(SERIES.format(start=0)), drawn(SERIES.format(start=1))),
        "limit": (drawn(LIMIT, rows=[failed(Kind.HYPOTHESIS, ESCAPE)]), drawn(LIMIT)),
        "determined": (drawn(DETERMINED, rows=[pair]), drawn(DETERMINED, rows=[other])),
    }


@pytest.mark.parametrize("kind", ["norm", "series", "limit", "determined"])
def test_statements_of_algebra_are_drawn_from_their_words(said, kind):
    (figure,), (other,) = said[kind]
    assert ElementTree.fromstring(figure.svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert figure.svg != other.svg
    assert "No verdict rests on it" in figure.caption


def test_equal_statements_are_drawn_the_same(drawn):
    assert drawn(NORM, TIMES_D) == drawn(NORM, TIMES_D)


@pytest.mark.parametrize(
    "words",
    [
        "lim a = b",
        "||A||_F^2 = Sum(m_2(mu_A), (k, 1, d))",
        "||A||_F^2 = -m_2(mu_A)",
        "||A||_F^2 = __import__('os').getcwd()",
        "for all probability measures: m_k determine mu",
        DETERMINED,
    ],
)
def test_what_cannot_be_read_or_has_no_witness_has_no_picture(drawn, words):
    assert drawn(words) == []


@pytest.mark.parametrize("d", [1, 4, 16])
def test_the_sides_of_the_norm_agree_as_derived_and_only_so(d):
    for A in sides._hermitian(d):
        left = sides._squared_norm(A)
        assert sides._right("d*m_2(mu_A)", d, A) == pytest.approx(left)
        assert sides._right("m_2(mu_A)", d, A) == pytest.approx(left / d)


def errors(case, start=0):
    return truncation._errors(truncation.SERIES.search(SERIES.format(start=start)), case)


@pytest.mark.parametrize("case", [*truncation._bounded()], ids=lambda case: case.label)
def test_the_rest_of_the_series_keeps_its_bound_beyond_the_radius(case):
    found = errors(case)
    if case.bound(1) is None:
        assert found[-1] > 1e3
    else:
        bounds = [case.bound(n) for n in range(1, len(found) + 1)]
        assert all(e <= b for e, b in zip(found, bounds, strict=True))
        assert errors(case, start=1)[-1] > 0.2


def test_a_series_with_another_sum_is_said_to_have_one(said):
    (true,), (other,) = said["series"]
    assert "falls geometrically" in true.caption
    assert "another sum" in other.caption


@pytest.mark.parametrize("case", [*truncation._lognormal()], ids=lambda case: case.label)
def test_the_lognormal_series_helps_at_first_and_then_diverges(case):
    found = errors(case)
    assert min(found) < found[0] / 10
    assert found[-1] > 1e6


def test_the_lognormal_transform_has_the_symmetry_of_its_law():
    """x and 1/x have one law, and 1/(1/x - z) is -1/z - 1/(z^2 (x - 1/z))."""
    z = 0.5 + 2j
    whole, inverted = (truncation._lognormal_transform(at) for at in (z, 1 / z))
    assert whole == pytest.approx(-1 / z - inverted / z**2)


def test_transforms_of_escaping_mass_converge_and_integrals_do_not():
    points = tuple(discrete("delta_n", n=n) for n in escape.STEPS)
    escaping = escape.Sequence("", points, discrete("0"))
    uniform = escape._uniform()
    for sequence in (escaping, uniform):
        assert sequence.gaps(escape._transform_at_i)[-1] < 1e-3
    assert escaping.gaps(escape._integral)[-1] == pytest.approx(1.0, abs=1e-5)
    assert uniform.gaps(escape._integral)[-1] < 1e-3


def test_only_failures_are_witnesses(drawn, failed, make_row):
    row = failed(Kind.HYPOTHESIS, ESCAPE)
    held = make_row("toy.said", Kind.HYPOTHESIS, Column.SYMBOLIC, Outcome.HOLDS, witness=ESCAPE)
    assert "δ_n" in drawn(LIMIT, rows=[row])[0].svg
    assert "δ_n" not in drawn(LIMIT, rows=[held])[0].svg
    assert drawn(DETERMINED, rows=[failed(Kind.HYPOTHESIS, PAIR)]) == []


def test_the_pair_that_shares_most_is_shown(drawn, failed):
    richer = PAIR.replace("m_1 = 1", "m_1 = 1, m_9 = 1")
    rows = [failed(Kind.MUTANT, PAIR), failed(Kind.MUTANT, richer, "data: two moments")]
    assert "shares two moments" in drawn(DETERMINED, rows=rows)[0].caption
    assert "shares the mean" in drawn(DETERMINED, rows=rows[:1])[0].caption


def test_gaps_of_covariances_close_and_those_of_one_sign_stay():
    closing = gaps._gaps("sample covariance", {"d": 4, "N": 8})
    staying = gaps._gaps("fair multiple of I", {"d": 4})
    first, *_, last = closing.values()
    assert sum(last) < sum(first) / 5
    assert {round(gap, 9) for found in staying.values() for gap in found} == {0.0, 1.0}


def test_kinds_of_matrices_that_are_not_known_are_not_drawn(observing):
    record = {"kind": "gaps", "points": [{"at": {"sizes": "d=4"}, "low": 0.0, "high": 0.2}]}
    assert figures_of(observing(record), "toy.seen") == []

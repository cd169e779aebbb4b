"""A small ledger made by hand, with one claim of every verdict and a hostile message."""

import pytest

from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome, Reach, Scope
from rmtcheck.claims.ledger import Ledger

HOSTILE = "<script>alert('x')</script>"


def row(claim, kind, channel, outcome, **rest):
    values = {
        "part": 0,
        "subject": str(kind),
        "scope": Scope(Reach.ALL),
        "statement": "a = b",
        "statement_hash": "h",
        "witness": "w" if outcome == Outcome.FAILS else "",
        "message": "as it is",
    }
    return Evidence(claim=claim, kind=kind, channel=channel, outcome=outcome, **{**values, **rest})


def entry(title, uses=(), derived=False, parts=1):
    statement = {"text": "lim a = b", "latex": r"\lim_{C \to \infty} \frac{a}{b} = 1"}
    other = {"text": "lim a = c", "latex": r"\lim_{C \to \infty} \frac{a}{b} = 2"}
    return {
        "title": title,
        "source": "a paper, (1)",
        "given": ["gamma > 0"],
        "uses": list(uses),
        "notes": "How it was read.",
        "parts": [{"printed": statement, "derived": other if derived else None}] * parts,
        "hashes": ["h"],
    }


def make():
    made = Ledger(header={"profile": "quick", "seed": 7, "error_budget": 1e-6, "rmtcheck": "0"})
    made.claims = {
        "toy.true": entry("A true one", uses=["toy.open"]),
        "toy.mended": entry("A mended one", derived=True),
        "toy.false": entry("A false one"),
        "toy.vague": entry("A vague one", uses=["toy.true"]),
    }
    made.rows = [
        row("toy.true", Kind.PRINTED, Column.SYMBOLIC, Outcome.HOLDS, message=HOSTILE),
        row("toy.true", Kind.MUTANT, Column.SYMBOLIC, Outcome.FAILS, subject="rhs: E[p_i] -> 0"),
        row("toy.mended", Kind.PRINTED, Column.CERTIFIED, Outcome.FAILS, witness="at C = 2"),
        row("toy.mended", Kind.DERIVED, Column.CERTIFIED, Outcome.HOLDS),
        row("toy.mended", Kind.MUTANT, Column.CERTIFIED, Outcome.FAILS, subject="halved"),
        row("toy.false", Kind.PRINTED, Column.SYMBOLIC, Outcome.FAILS),
        row("toy.vague", Kind.PRINTED, Column.NUMERIC, Outcome.HOLDS),
        row("toy.vague", Kind.MUTANT, Column.NUMERIC, Outcome.HOLDS, subject="rhs: [bold] a"),
    ]
    return made


def norm(mean, high=2.0):
    return {
        "mean": mean,
        "low": mean / 2,
        "high": mean * high,
        "finite_size": mean,
        "finite_size_error": mean * 1e-6,
        "limit": mean * 0.9,
    }


def panel(classes, block, sign):
    return {
        "C": classes,
        "d": 4,
        "N": 8,
        "block": block,
        "eigenvalues": [sign * v for v in (0.001, 0.01, 0.1, 0.5)],
        "x": [sign * v for v in (0.01, 0.1, 0.4)],
        "density": [3.0, 2.0, 0.5],
    }


def points(key, error):
    at = ({"gamma": "1/2", "C": str(c)} for c in (2, 10, 100, 1000))
    found = [{"at": a, key: 2 - 1 / int(a["C"]), error: 1e-9, "ball": "[1 +/- 1e-9]"} for a in at]
    return [*found, {"at": {"gamma": "1/2"}, key: 2.0, error: 1e-9, "ball": "[2 +/- 1e-9]"}]


def resolvent():
    ends = {"re_low": -0.1, "re_high": 0.1, "re": 0.0, "im_low": 0.6, "im_high": 0.8, "im": 0.7}
    return {
        "kind": "resolvent",
        "points": [{"at": {"z": "1+1i", "d": 4, "N": 8}, **ends}],
        "spectrum": {"eigenvalues": [0.1, 0.5, 1.0], "x": [0.1, 0.5], "density": [1.0, 0.5]},
    }


def gaps():
    places = ("sample covariance, d=4, N=8", "fair multiple of I, d=4")
    points = [{"at": {"sizes": place}, "low": 0.1, "high": 0.2} for place in places]
    return {"kind": "gaps", "points": points}


def inversion():
    heights, values = [1.0, 0.5, 0.25], [0.3, 0.4, 0.45]
    return {
        "kind": "inversion",
        "points": [{"at": {"mu": "delta_0"}, "ball": "[0.5 +/- 1e-9]", "mid": 0.5, "rad": 1e-9}],
        "curves": [{"label": "x = a", "heights": heights, "values": values}],
    }


def block_norms():
    blocks = (("diagonal", 1), ("off-diagonal", -1))
    return {
        "kind": "block norms",
        "configurations": [
            {
                "d": 4,
                "N": 8,
                "C": classes,
                "draws": 5,
                "alpha": 1e-9,
                "diagonal": norm(1 / classes),
                "off_diagonal": norm(1 / classes**2),
                "ratio": norm(1 / classes),
            }
            for classes in (2, 10)
        ],
        "spectra": [panel(classes, *block) for classes in (2, 10) for block in blocks],
        "heatmaps": [{"C": 2, "d": 4, "N": 8, "norms": [[1.0, 0.1], [0.1, 0.9]]}],
    }


def every_record():
    step = {"text": "because: a = b", "latex": "a = b"}
    mean = {"at": {"sizes": "d=4"}, "low": 0.5, "high": 1.5, "predicted": 1.0, "limit": 0.0}
    return {
        "derivation": {"kind": "derivation", "result": "b", "latex": "b", "steps": [step]},
        "enclosures": {"kind": "enclosures", "points": points("mid", "rad")},
        "estimates": {
            "kind": "estimates",
            "points": points("value", "error")[:-1],
            "extrapolated": points("value", "error")[-1:],
        },
        "block norms": block_norms(),
        "means": {"kind": "means", "points": [{**mean, "mean": 1.0}]},
        "resolvent": resolvent(),
        "gaps": gaps(),
        "inversion": inversion(),
        "transforms": {"kind": "transforms", "points": [{"at": {"d": 4}, "re": 0.5, "im": 1.0}]},
    }


@pytest.fixture
def ledger():
    return make()


@pytest.fixture
def make_row():
    return row


@pytest.fixture
def make_entry():
    return entry


@pytest.fixture
def records():
    return every_record()


@pytest.fixture
def stating():
    """Return a ledger of one claim with these words and this evidence."""

    def with_words(printed, derived="", rows=()):
        made = Ledger(claims={"toy.said": entry("Said")})
        part = {"printed": {"text": printed, "latex": "a"}, "derived": None}
        if derived:
            part["derived"] = {"text": derived, "latex": "b"}
        made.claims["toy.said"]["parts"] = [part]
        made.rows = list(rows)
        return made

    return with_words


@pytest.fixture
def observing():
    """Return a ledger of one claim whose printed statement was observed like this."""

    def with_record(record, kind=Kind.PRINTED):
        made = Ledger(claims={"toy.seen": entry("Seen")})
        made.rows = [row("toy.seen", kind, Column.SYMBOLIC, Outcome.HOLDS, observation=record)]
        return made

    return with_record

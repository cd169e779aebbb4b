import re

import pytest

from rmtcheck.claims.ledger import Ledger
from rmtcheck.errors import ClaimError
from rmtcheck.report.graph import drawing


def boxes(text):
    return {
        name: (float(x), float(y), kind)
        for kind, x, y, name in re.findall(
            r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)".*?class="name"[^>]*>([^<]*)<', text
        )
    }


def chained(make_entry):
    made = Ledger()
    made.claims = {
        "a.a": make_entry("a"),
        "a.b": make_entry("b", uses=["a.a"]),
        "a.c": make_entry("c", uses=["a.b", "a.a"]),
        "a.lone": make_entry("lone"),
    }
    return made


def test_every_claim_has_a_box_in_the_color_of_its_verdict(ledger):
    kinds = {name: kind for name, (_, _, kind) in boxes(drawing(ledger)).items()}
    assert kinds == {
        "toy.true": "confirmed",
        "toy.mended": "corrected",
        "toy.false": "refuted",
        "toy.vague": "undecided",
        "toy.open": "unstated",
    }


def test_claims_stand_to_the_right_of_what_they_rest_on(make_entry):
    found = boxes(drawing(chained(make_entry)))
    assert found["a.a"][0] < found["a.b"][0] < found["a.c"][0]
    assert found["a.lone"][1] > max(found[n][1] for n in ("a.a", "a.b", "a.c"))


def test_a_long_arrow_passes_no_box(make_entry):
    text = drawing(chained(make_entry))
    x, y, _ = boxes(text)["a.b"]
    lanes = [float(v) for v in re.findall(rf",? ?{x:g} ([\d.]+)H", text)]
    assert lanes
    assert not any(y <= lane <= y + 44 for lane in lanes)


def test_only_stated_claims_are_links(ledger):
    text = drawing(ledger)
    assert 'href="#toy.true"' in text
    assert 'href="#toy.open"' not in text


def test_nothing_to_draw():
    assert drawing(Ledger()) == ""


def test_a_circle_is_refused(ledger):
    ledger.claims["toy.true"]["uses"] = ["toy.vague"]
    with pytest.raises(ClaimError, match="in a circle"):
        drawing(ledger)


def test_names_are_escaped(ledger):
    ledger.claims["toy.true"]["uses"] = ["<b>"]
    assert "<b>" not in drawing(ledger)

import re

import pytest

from rmtcheck.report.mathml import typeset


def lines(latex):
    return typeset(latex, "text").split("<wbr>")


def words(latex):
    """Return the letters and signs of each piece."""
    return ["".join(re.findall(r">([^<>]+)<", piece)) for piece in lines(latex)]


def test_a_condition_may_stand_on_a_line_of_its_own():
    assert words(r"\mu \Rightarrow \nu,\quad d \to \infty") == ["μ⇒ν,", "d→∞"]


def test_a_sum_may_break_before_a_plus_sign_that_stays_one_between_terms():
    found = lines("a + b")
    assert words("a + b") == ["a", "+b"]
    assert 'form="infix"' in found[1]


def test_a_product_may_break_at_a_space_but_not_before_a_differential():
    assert words(r"f\,g(x)\,dx") == ["f", "g(x)dx"]


@pytest.mark.parametrize("latex", [r"\left(a + b\right)", r"\frac{a + b}{c}", r"\sqrt{a\quad b}"])
def test_nothing_breaks_inside(latex):
    assert len(lines(latex)) == 1


def test_only_what_follows_a_wide_space_is_set_apart():
    assert ["apart" in piece for piece in lines(r"a + b\quad c")] == [False, False, True]


def test_formulas_within_a_line_of_text_are_left_whole():
    assert "<wbr>" not in typeset(r"a + b,\quad c", "text", display=False)

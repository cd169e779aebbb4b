import dataclasses

import pytest
import sympy

from rmtcheck.symbolic.derivation import Derivation, Step, equation, shown

k = sympy.Dummy("k")


def test_an_equation_is_told_in_both_languages():
    step = equation("the mean is", sympy.Symbol("m_1"), sympy.Rational(1, 2))
    assert step == Step("the mean is: m_1 = 1/2", r"m_{1} = \frac{1}{2}")


def test_dummy_indices_are_shown_by_name():
    assert str(shown(k + 1)) == "k + 1"
    assert "_k" not in equation("here", k, k + 1).text


def test_a_derivation_prints_one_line_per_step():
    steps = (equation("first", k, 1), equation("second", k, 2))
    assert str(Derivation(2, steps)).splitlines() == ["first: k = 1", "second: k = 2"]


def test_latex_escapes_the_clause():
    latex = Derivation(0, (Step("in x_a: ...", "x_a"),)).latex()
    assert r"\text{in x\_a:} \\ x_a" in latex


def test_steps_cannot_be_edited():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Step("a", "b").text = "c"


def test_a_check_is_told_in_both_languages():
    step = Step("so: x_a", "x_a", "checked: at x_1 = 2")
    assert str(step).splitlines() == ["so: x_a", "    [checked: at x_1 = 2]"]
    assert r"\text{[checked: at x\_1 = 2]}" in Derivation(0, (step,)).latex()
    assert "[" not in str(Step("so: x_a", "x_a"))

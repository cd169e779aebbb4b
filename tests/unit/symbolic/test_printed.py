import pytest
import sympy
from sympy import Max, Min, Piecewise, pi, sqrt

from rmtcheck.symbolic.printed import difference_at, resolved
from rmtcheck.vocabulary.laws import PrintedLaw
from rmtcheck.vocabulary.symbols import gamma, x

tau = sympy.Symbol("tau", positive=True)
disc = sqrt((2 - x) * (x + 2)) / (2 * pi)
semicircle = PrintedLaw(disc, -2, 2)
POINT = {gamma: sympy.Rational(1, 4)}


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (Max(0, 1 - (1 + tau) ** -2), 1 - (1 + tau) ** -2),
        (Max(0, 1 - (1 + tau) ** 2), 0),
        (Min(1, 1 + tau), 1),
        (Piecewise((tau, (1 + tau) ** 2 > 1), (0, True)), tau),
        (Piecewise((tau, (1 + tau) ** 2 <= 1), (0, True)), 0),
    ],
    ids=str,
)
def test_cases_are_decided_by_signs(expr, value):
    assert sympy.simplify(resolved(expr) - value) == 0


@pytest.mark.parametrize("expr", [Max(0, 1 - tau), Piecewise((tau, tau > 1), (0, True))], ids=str)
def test_undecided_cases_stay(expr):
    assert resolved(expr).has(Max, Piecewise)


def test_a_law_does_not_differ_from_itself():
    assert difference_at(semicircle, semicircle, POINT) is None
    rewritten = PrintedLaw(sqrt(4 - x**2) / (2 * pi), -2, 2)
    assert difference_at(rewritten, semicircle, POINT) is None


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (PrintedLaw(disc * gamma, -2, 2), "total mass is 1/4"),
        (PrintedLaw(disc / 2, -2, 2, 0, sympy.Rational(1, 2)), "atom has mass 1/2"),
        (PrintedLaw(disc, -2, 1), "density at x = 3/2 is 0"),
        (PrintedLaw(disc, -2, 3), "density at x = 5/2"),
        (PrintedLaw(disc, -2, sqrt(-gamma)), "is not real"),
        (PrintedLaw(sympy.exp(-(x**2)), -2, 2), "density at x = 0 is 1"),
        (PrintedLaw(-disc, -2, 2), "total mass is -1"),
    ],
    ids=str,
)
def test_differences_are_told(law, words):
    assert words in difference_at(law, semicircle, POINT)


def test_a_misplaced_atom():
    half = sympy.Rational(1, 2)
    laws = [PrintedLaw(disc / 2, -2, 2, place, half) for place in (1, 0)]
    assert "atom is at 1" in difference_at(*laws, POINT)


@pytest.mark.parametrize(
    "law",
    [
        PrintedLaw(disc + Piecewise((1, x > 1), (0, True)), -2, 2),
        PrintedLaw(disc, -2, 2 + 1 / (gamma - sympy.Rational(1, 4))),
        PrintedLaw(disc, -2, sympy.Symbol("unknown", positive=True)),
    ],
    ids=str,
)
def test_what_cannot_be_compared_is_left_open(law):
    assert difference_at(law, semicircle, POINT) is None

import pytest
import sympy
from sympy import E, pi

from rmtcheck.symbolic.field import ExactField, NotRational
from rmtcheck.vocabulary.symbols import C, gamma, x

field = ExactField([C, gamma, x])


@pytest.mark.parametrize(
    ("expr", "sign"),
    [
        (gamma * E + 1, 1),
        ((2 - E) / (gamma + pi), -1),
        (C - 1, 1),
        (C - 2, None),
        (gamma - 1, None),
        (x**2 + 1, 1),
        (x**2, None),
        (x, None),
        ((C - 1) * (gamma + 1) - gamma * C + gamma, 1),
    ],
)
def test_sign_on_the_domain(expr, sign):
    assert field.sign(field.element(expr)) == sign


def test_cancellation_is_exact():
    assert not field.element((E**2 - 1) / (E - 1) - E - 1)


def test_expression_survives_the_round_trip():
    expr = (E * gamma + 1) / (C - pi)
    assert sympy.simplify(field.expr(field.element(expr)) - expr) == 0


@pytest.mark.parametrize("expr", [sympy.sqrt(2), sympy.log(gamma), sympy.exp(gamma), sympy.I])
def test_other_expressions_are_refused(expr):
    with pytest.raises(NotRational):
        field.element(expr)

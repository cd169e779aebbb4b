import pytest
import sympy
from sympy import E, pi

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.field import ExactField, NotRational
from rmtcheck.vocabulary.symbols import C, gamma, tau, x

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


growing = ExactField([gamma, tau], exponent=tau**2)
q = sympy.exp(tau**2)


@pytest.mark.parametrize(
    ("expr", "sign"),
    [(q - 1, 1), (q - 2, None), (q - E, None), (gamma - q * gamma, -1), (q + tau, 1), (q**-3, 1)],
)
def test_sign_with_an_exponential_above_one(expr, sign):
    assert growing.sign(growing.element(expr)) == sign


def test_exponentials_are_powers_of_one():
    expr = sympy.exp(3 * tau**2 + 2) * gamma / (1 - sympy.exp(-(tau**2)))
    element = growing.element(expr)
    assert sympy.simplify(growing.expr(element) - expr) == 0
    assert not growing.element(sympy.exp(2 * tau**2 + 1) / q - E * q)
    assert growing.is_nonzero(growing.element(q - tau**2 - 1))


@pytest.mark.parametrize("expr", [sympy.exp(tau), sympy.exp(tau**2 / 2), sympy.exp(gamma)])
def test_other_exponentials_are_refused(expr):
    with pytest.raises(NotRational):
        growing.element(expr)


@pytest.mark.parametrize("exponent", [sympy.S(2), pi, tau - 1, 1 / tau, x, C, sympy.log(tau)])
def test_exponents_are_positive_polynomials_in_the_symbols(exponent):
    with pytest.raises(DomainError, match="the exponent is"):
        ExactField([gamma, tau], exponent)

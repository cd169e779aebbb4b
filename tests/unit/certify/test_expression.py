import pytest
import sympy
from flint import arb, ctx

from rmtcheck.certify.expression import ball_of
from rmtcheck.errors import DomainError

x = sympy.Symbol("x")
EXPRESSIONS = [
    sympy.pi + sympy.E,
    sympy.sqrt(2) / 3 - sympy.Rational(1, 7),
    sympy.Rational(2, 3) ** sympy.Rational(-5, 3),
    sympy.exp(sympy.Rational(1, 3)) * sympy.log(5),
    abs(sympy.log(2) - sympy.pi),
    2**sympy.pi,
]


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_against_sympy(expr):
    with ctx.workprec(200):
        assert abs(ball_of(expr, {}) - arb(str(expr.evalf(50)))) < arb("1e-45")


def test_symbols_take_their_balls():
    ball = ball_of(x**2 - 1, {x: arb(2, 1)})
    assert ball.contains(8)
    assert ball.contains(0)


@pytest.mark.parametrize("expr", [x, sympy.I, sympy.sin(1), sympy.oo, sympy.Float("0.1")])
def test_refused(expr):
    with pytest.raises(DomainError):
        ball_of(expr, {})

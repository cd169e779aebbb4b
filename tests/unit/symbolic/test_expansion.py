import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.expansion import Expansion
from rmtcheck.vocabulary.symbols import C

half = sympy.Rational(1, 2)
expansion = Expansion(((sympy.E, half), (sympy.S.One, sympy.S.Zero)), sympy.Integer(-1))


def test_coefficients():
    assert expansion.coefficient(half) == sympy.E
    assert expansion.coefficient(-half) == 0


def test_the_remainder_has_no_coefficients():
    with pytest.raises(DomainError, match="accepted are exponents above -1"):
        expansion.coefficient(-1)


def test_renderings():
    assert expansion.as_expr() == sympy.E * sympy.sqrt(C) + 1
    assert str(expansion) == "(E)*C**(1/2) + (1)*C**(0) + O(C**(-1))"
    assert expansion.latex().endswith("O(C^{-1})")
    assert str(Expansion((), -sympy.oo)) == "0"

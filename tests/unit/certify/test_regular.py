import pytest
import sympy

from rmtcheck.certify.regular import UnboundedError, chart, split_power
from rmtcheck.errors import DomainError

x = sympy.Symbol("x", positive=True)
CASES = [
    ((x**2 + 1) / (2 * x**3 + x), 1),
    (sympy.sqrt(4 * x**2 + x) / (x + 1), 0),
    (x * (sympy.sqrt(x + 2) - 1), None),
    (sympy.sqrt(1 + sympy.sqrt(x)), None),
    (sympy.exp(1 / x) * x**3, None),
    (sympy.log(2 + 1 / x), 0),
    ((x + 1) ** 2 / x**2 - 1 - 2 / x, 2),
    (sympy.root(x**2 + 1, 3), None),
]


@pytest.mark.parametrize(("expr", "order"), CASES)
def test_the_product_is_the_expression_and_the_rest_is_regular(expr, order):
    local, s, degree = chart(expr, x, -1)
    power, regular = split_power(local, s)
    at = sympy.Rational(1, 3)
    whole = expr.subs(x, at**-degree)
    assert abs((at**power * regular.subs(s, at) - whole).evalf(30)) < sympy.Float("1e-25")
    assert regular.subs(s, 0).evalf().is_finite
    assert order is None or power == order * degree


def test_zero_is_found():
    local, s, _ = chart((x + 1) ** 2 - x**2 - 2 * x - 1, x, -1)
    assert split_power(local, s) == (0, 0)


@pytest.mark.parametrize("expr", [sympy.exp(x), sympy.log(x), sympy.log(1 / x)])
def test_essential_singularities_are_unbounded(expr):
    local, s, _ = chart(expr, x, -1)
    with pytest.raises(UnboundedError):
        split_power(local, s)


def test_unknown_functions_are_refused():
    local, s, _ = chart(sympy.sin(x), x, -1)
    with pytest.raises(DomainError):
        split_power(local, s)

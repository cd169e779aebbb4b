import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.second_order import hessians
from rmtcheck.vocabulary.activations import GELU, RELU
from rmtcheck.vocabulary.graphs import Activated, weights

w, v = weights("w v")
POINTS = np.array([[0.3, -1.2], [1.7, 0.4], [-0.8, 2.1]])
ROUNDING = 1e-13
"""A few hundred roundings of numbers of order one."""
SMOOTH = [
    (w * v) ** 2 / 2,
    sympy.tanh(w * v) * w + 3,
    sympy.exp(w) / (1 + sympy.exp(w * v)),
    sympy.log(1 + w**2) * sympy.sqrt(1 + v**2),
    Activated(GELU, w * v) * v,
]


@pytest.mark.parametrize("expression", SMOOTH, ids=str)
def test_agrees_with_the_derivative_of_the_formula(expression):
    plain = expression.replace(lambda n: isinstance(n, Activated), lambda n: n.explicit)
    found = hessians(expression, [w, v], POINTS)
    rounding = {"rtol": ROUNDING, "atol": ROUNDING}
    for k, point in enumerate(POINTS):
        at = dict(zip((w, v), point, strict=True))
        exact = np.array(sympy.hessian(plain, (w, v)).subs(at), dtype=float)
        np.testing.assert_allclose(found.hessian[k], exact, **rounding)
        slope = [float(plain.diff(s).subs(at)) for s in (w, v)]
        np.testing.assert_allclose(found.gradient[k], slope, **rounding)
        np.testing.assert_allclose(found.value[k], float(plain.subs(at)), **rounding)


def test_a_planted_error_is_noticed():
    right, wrong = (hessians(f, [w, v], POINTS).hessian for f in (w**2 * v, w**2 * v + w**2))
    assert abs(right - wrong).max() > 1


def test_relu_is_flat_on_both_sides():
    found = hessians(Activated(RELU, w * v), [w, v], POINTS)
    assert found.gradient[0].tolist() == [0, 0]
    assert found.hessian[1].tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("expression", [sympy.Symbol("x") * w, w**v, sympy.gamma(w)])
def test_what_has_no_value_is_refused(expression):
    with pytest.raises(DomainError, match="has no value here"):
        hessians(expression, [w, v], POINTS)

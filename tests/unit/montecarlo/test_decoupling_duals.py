"""Dual numbers: the functions they know against the formula of the path, and their refusals."""

import secrets

import numpy as np
import pytest
import sympy

from rmtcheck import WeightedGram, local_weight, logit
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.automatic import automatic_slope
from rmtcheck.montecarlo.decoupling.path import follow
from rmtcheck.montecarlo.decoupling.walk import draw_coupled
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.symbols import N

Z = 0.3 + 0.4j


def own(expression):
    return local_weight(WeightedGram(1 / N, expression))


def drawn(weight):
    return draw_coupled(weight, 8, 50, stream(secrets.randbits(64), "tests of dual numbers", 0))


@pytest.mark.parametrize(
    "expression",
    [
        sympy.Heaviside(logit[1]) * logit[2],
        sympy.atan(logit[1]) ** 2,
        sympy.Max(logit[1], logit[2], 0) + sympy.Min(logit[1], 1),
        sympy.sinh(logit[1]) + sympy.cosh(logit[2]) * sympy.asinh(logit[1]),
        sympy.erfc(logit[1]) + sympy.tan(logit[2] / 9),
    ],
)
def test_functions_of_dual_numbers(expression):
    weight = own(expression)
    coupled, t = drawn(weight), 0.37
    slope = automatic_slope(coupled, weight, Z, np.arcsin(np.sqrt(t)))[1]
    expected = follow(coupled, weight, Z, t).slope[0]
    assert slope == pytest.approx(expected, rel=1e-9, abs=1e-13)
    assert 2 * slope != pytest.approx(expected, rel=1e-9, abs=1e-13)


def test_dual_numbers_refuse_other_functions_in_a_sentence():
    weight = own(sympy.gamma(logit[1] ** 2 + 1))
    with pytest.raises(DomainError, match=r"gamma.* cannot be evaluated .* of dual numbers"):
        automatic_slope(drawn(weight), weight, Z, 0.3)

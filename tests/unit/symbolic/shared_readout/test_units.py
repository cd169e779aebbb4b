"""Gaussian integrals over half lines and quadrants, unit by unit."""

import numpy as np
import pytest
import sympy
from flint import acb, arb, ctx
from sympy import Integer, Rational, oo, pi, sqrt

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.shared_readout.nodes import OVERLAP, Energy, Gate, Output
from rmtcheck.symbolic.shared_readout.units import (
    closed_form,
    mean_over_units,
    quadrant_integral,
)
from rmtcheck.vocabulary.overlaps import relu_overlap
from rmtcheck.vocabulary.symbols import i, j, m

ORDERS = [(p, q) for p in range(4) for q in range(p + 1)]


def quadrant(function, reach=24.0, nodes=160):
    """Integrate a function of two positive numbers times their Gaussian density."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    x, w = reach * (1 + points) / 2, weights * reach / 2
    values = function(x[:, None], x) * np.exp(-(x[:, None] ** 2 + x**2) / 2) / (2 * np.pi)
    return float(w @ values @ w)


@pytest.mark.parametrize(("p", "q"), ORDERS)
def test_quadrants_are_what_quadrature_finds(p, q):
    s = 0.4
    expected = quadrant(lambda x, y: x**p * y**q * np.exp(s * x * y))
    closed = quadrant_integral(p, q)
    (symbol,) = closed.free_symbols
    assert abs(float(closed.subs(symbol, s)) - expected) < 1e-11
    assert abs(float(closed.subs(symbol, s + 0.01)) - expected) > 1e-3


def test_the_recursion_is_the_derivative():
    for p, q in ((0, 0), (1, 0), (1, 1), (2, 0)):
        lower, upper = quadrant_integral(p, q), quadrant_integral(p + 1, q + 1)
        (symbol,) = lower.free_symbols
        gap = (sympy.diff(lower, symbol) - upper).subs(symbol, Rational(1, 3))
        assert abs(sympy.N(gap, 40)) < 1e-35


def test_gates_are_open_for_half_of_the_samples():
    assert mean_over_units(Gate(i, 1), m).value == Rational(1, 2)
    assert mean_over_units(Gate(i, 1) * Gate(j, 1), m).value == Rational(1, 4)
    assert mean_over_units(Gate(i, 1) * Gate(i, 2), m).value == Rational(1, 4)


def test_an_output_opens_its_own_gate():
    square = Output(i, 1) ** 2
    assert mean_over_units(square, m).value == mean_over_units(square * Gate(i, 1), m).value
    assert mean_over_units(square, m).value == Rational(1, 2)
    assert mean_over_units(Output(i, 1), m).value == 1 / sqrt(2 * pi)


def test_the_energy_of_one_sample():
    found = mean_over_units(Energy(1), m)
    assert sympy.simplify(found.value - ((1 + 1 / sqrt(1 - 2 / m)) / 2) ** m) == 0
    assert found.least_width == 3


def test_powers_of_the_inner_product_are_derivatives():
    found = mean_over_units(OVERLAP, Integer(3), inner=2)
    s = sympy.Symbol("s")
    power = closed_form(relu_overlap(0, s)) ** 3
    expected = sympy.diff(power, s, 2).subs(s, Rational(1, 3))
    assert abs(sympy.N(closed_form(found.value) - expected, 40)) < 1e-35


def test_mixed_samples_rescale_the_quadrant():
    found = mean_over_units(Energy(1) * OVERLAP * Output(i, 2), Integer(8)).value
    tilted = lambda x, y: np.exp(x * x / 8 + x * y / 8)  # noqa: E731
    energy = quadrant(lambda x, y: np.exp(x * x / 8))
    named = quadrant(lambda x, y: y * tilted(x, y)) + quadrant(lambda x, y: y)
    other = quadrant(tilted) + energy + 1 / 4 + 1 / 4
    assert abs(float(closed_form(found)) - named * other**7) < 1e-10 * named * other**7


def test_narrow_layers_have_infinite_means():
    assert mean_over_units(Energy(1), Integer(2)).value == oo
    assert mean_over_units(Energy(1), Integer(3)).value != oo
    assert mean_over_units(Energy(1) - 1, Integer(2)).value == oo
    with pytest.raises(DomainError, match="does not exist"):
        mean_over_units(1 - Energy(1), Integer(2))


def test_the_least_width_is_that_of_a_definite_form():
    assert mean_over_units(OVERLAP, m).least_width == 2
    assert mean_over_units(OVERLAP**2, m).least_width == 3
    assert mean_over_units(Energy(1) * Energy(2) * OVERLAP**4, m).least_width == 7


def test_more_units_than_the_layer_has_are_refused():
    with pytest.raises(DomainError, match="2 different units need m >= 2"):
        mean_over_units(Gate(i, 1) * Gate(j, 1), Integer(1))


def test_closed_forms_exist_below_one():
    assert closed_form(relu_overlap(0, 0)) == 1
    with pytest.raises(DomainError, match="infinite"):
        closed_form(relu_overlap(0, 1))
    with pytest.raises(DomainError, match="order"):
        closed_form(relu_overlap(-1, 0))


def enclosed_overlap(order, s):
    """Enclose E[(phi phi')^k exp(s phi phi')] by certified quadrature of the angle."""

    def integrand(angle, _):
        sine = (2 * angle).sin()
        return sine**order / (1 - s * sine) ** (order + 1)

    value = acb.integral(integrand, 0, arb.pi() / 2).real
    factorial = arb(1) if order < 2 else arb(2)
    total = factorial * value / (2 * arb.pi())
    return total + arb(3) / 4 if order == 0 else total


@pytest.mark.parametrize("width", [3, 5, 8])
@pytest.mark.parametrize("rows", [1, 2])
def test_closed_forms_lie_in_certified_enclosures(width, rows):
    with ctx.workprec(160):
        for order in range(3):
            tilt = Rational(rows, width)
            ball = enclosed_overlap(order, arb(rows) / width)
            closed = closed_form(relu_overlap(order, tilt)).evalf(45)
            value = arb(str(closed))
            assert ball.rad() < 1e-30
            assert abs(ball - value) < arb("1e-30")
            assert not abs(ball - value * arb("1.0000001")) < arb("1e-30")

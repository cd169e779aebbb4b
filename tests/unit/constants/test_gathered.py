"""Only the writing changes: a gathered limit is equal to what it was made from."""

import sympy

from rmtcheck.constants.gathered import gathered
from rmtcheck.symbolic.shared_readout.units import closed_form
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.symbols import gamma, m

mixed = (gamma * 2**m * (m**2 - 1) + K(0, 1 / m) ** (m - 2) * (K(1, 1 / m) ** 2 - 4)) / (
    gamma * m + m
)


def test_equal_at_points():
    for width in (3, 6):
        values = [
            closed_form(e.subs({m: width, gamma: 2})).evalf(30) for e in (mixed, gathered(mixed))
        ]
        assert abs(values[0] - values[1]) < 1e-25
        assert abs(values[0]) > 1e-3


def test_coefficients_are_factored():
    assert "(m - 1)*(m + 1)" in str(gathered(mixed))
    assert gathered(sympy.S.Zero) == 0
    assert gathered((m**2 - 1) / (m - 1)) == m + 1

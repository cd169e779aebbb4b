import mpmath
import pytest
import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic import loop_equation as module
from rmtcheck.symbolic.loop_equation import Resolvent, loop_equation

d, N, z, s, slope, v = sympy.symbols("d N z s slope v")
names = Resolvent(d, N, z, s, slope)


def test_the_equation():
    expected = v * (s - d / N * s * (1 + z * s) - (s + z * slope) / N)
    assert sympy.expand(loop_equation(names, v) - expected) == 0


@pytest.mark.parametrize("wrong", [1, -1])
def test_the_correction_matters(wrong):
    neighbour = v * (s - d / N * s * (1 + z * s) - (s + wrong * 2 * z * slope) / N)
    assert sympy.expand(loop_equation(names, v) - neighbour) != 0


@pytest.mark.parametrize(("samples", "variance", "point"), [(3, 1, -1), (4, 2, -0.5)])
def test_both_sides_agree_in_one_dimension(samples, variance, point):
    right = loop_equation(Resolvent(1, samples, z, s, slope), sympy.Integer(variance))
    under_mean = sympy.lambdify((s, slope, z), right, "mpmath")

    def mean(f):
        """Mean over w = variance * chi_square / samples."""
        half = mpmath.mpf(samples) / 2
        norm = 2**half * mpmath.gamma(half)
        weight = lambda r: r ** (half - 1) * mpmath.exp(-r / 2) / norm  # noqa: E731
        return mpmath.quad(lambda r: f(variance * r / samples) * weight(r), [0, 1, 10, 40, 200])

    left = mean(lambda w: 1 + point / (w - point))
    value = mean(lambda w: under_mean(1 / (w - point), 1 / (w - point) ** 2, point))
    assert abs(left - value) < 1e-10


def test_traces_out_of_reach_are_refused():
    with pytest.raises(RmtcheckError):
        module._trace({"G": 0, "W": 1}, names)

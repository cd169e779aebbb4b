"""All roots by the arrowhead matrix."""

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.solution import SolverResult
from rmtcheck.spectral.solvers import polynomial as module
from rmtcheck.spectral.solvers.polynomial import MOST_ATOMS, arrowhead, polynomial

SIGNED = StieltjesEquation(DiscreteMeasure([-1.0, 2.0], [0.5, 0.5]), 0.5)
THREE = StieltjesEquation(DiscreteMeasure([1.0, 3.0, 10.0], [1 / 3] * 3), 1.0)
EQUATIONS = pytest.mark.parametrize("equation", [SIGNED, THREE], ids=["signed", "three"])
Z = np.array([0.5, 1.5, 0.5 + 1e-8j, 2 + 1j, -30 + 5j]) + 0j


def equally_spaced(count):
    return StieltjesEquation(DiscreteMeasure(np.arange(1.0, count + 1), [1 / count] * count), 0.5)


@EQUATIONS
def test_characteristic_polynomial_is_the_equation(equation):
    r""":math:`\det(u-A)=\gamma^{-1}(x(u)-z)\prod_k(u-\lambda_k)`."""
    u = np.array([0.3 + 0.7j, -2 + 1e-3j, 5 - 1j, 11 + 4j, 1e3j])
    matrices = u[:, None, None] * np.eye(len(equation.atoms) + 1) - arrowhead(equation, Z)
    product = np.prod(u[:, None] - equation.atoms, axis=1)
    wanted = (equation.point(u) - Z) * product / equation.aspect_ratio
    np.testing.assert_allclose(np.linalg.det(matrices), wanted, rtol=1e-11)


@EQUATIONS
def test_one_root_at_most_is_in_the_half_plane(equation):
    roots = np.linalg.eigvals(arrowhead(equation, Z))
    assert np.all((roots.imag > 1e-10).sum(axis=1) == 1)
    outside = np.linalg.eigvals(arrowhead(equation, np.array([-9.0, 60.0]) + 0j))
    assert np.all(abs(outside.imag) < 1e-10)


@EQUATIONS
def test_the_root_solves_the_equation(equation):
    solution = polynomial(equation, Z)
    assert solution.result is SolverResult.SUCCESS
    residual = [equation.residual(s, z) for s, z in zip(solution.value, Z, strict=True)]
    assert max(map(abs, residual)) < 1e-13
    assert np.all(solution.value.imag > 0)


@EQUATIONS
def test_real_points_outside_the_support_are_never_solved(equation):
    solution = polynomial(equation, np.array([-9.0, 60.0, 1e9]) + 0j)
    assert not solution.solved.any()
    assert solution.result is SolverResult.LEFT_HALF_PLANE


def test_number_of_weights():
    z = np.array([3.0 + 0j])
    assert polynomial(equally_spaced(MOST_ATOMS), z).solved.all()
    with pytest.raises(DomainError, match="13 weights other than 0; at most 12"):
        polynomial(equally_spaced(MOST_ATOMS + 1), z)


def test_weights_that_are_zero_do_not_count():
    atoms = [0.0, *np.arange(1.0, MOST_ATOMS + 1)]
    equation = StieltjesEquation(DiscreteMeasure(atoms, [1 / 13] * 13), 0.5)
    assert polynomial(equation, np.array([3.0 + 0j])).solved.all()


def test_a_wrong_sign_in_the_matrix_is_noticed(monkeypatch):
    """A symmetric arrowhead, with the signs of real weights in a random potential, is wrong."""

    def symmetric(equation, z):
        matrix = arrowhead(equation, z)
        matrix[:, 0, 1:] *= -1
        return matrix

    monkeypatch.setattr(module, "arrowhead", symmetric)
    assert not polynomial(THREE, Z[:2]).solved.any()

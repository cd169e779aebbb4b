r"""All roots at once, for few weights: the eigenvalues of an arrowhead matrix.

Written with :math:`c_k=w_k\lambda_k^2\ge0` and divided by :math:`\gamma`, the equation reads

.. math:: u-\frac{z-\int\lambda d\nu}\gamma+\sum_k\frac{c_k/\gamma}{u-\lambda_k}=0,

and its left side times :math:`\prod_k(u-\lambda_k)` is the characteristic polynomial, by the Schur
complement of the corner, of

.. math:: \begin{pmatrix}(z-\int\lambda d\nu)/\gamma & -r^\top\\ r & \operatorname{diag}(\lambda)
          \end{pmatrix},\qquad r_k=\sqrt{c_k/\gamma}.

Of its n + 1 eigenvalues at most one lies in the upper half plane if :math:`\Im z\ge0` (see
:mod:`rmtcheck.spectral.equations`). No coefficient of the polynomial is ever formed.
"""

from __future__ import annotations

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.solution import SolverResult, StieltjesSolution
from rmtcheck.spectral.solvers.judgement import closed_half_plane, judged, newton_step

MOST_ATOMS = 12
POLISHING_STEPS = 2


def polynomial(equation: StieltjesEquation, z: ComplexArray) -> StieltjesSolution:
    r"""Solve :math:`x(u)=z` by all roots of its polynomial, and take the one of the half plane.

    Parameters
    ----------
    equation : StieltjesEquation
        The equation, of at most 12 distinct weights other than 0.
    z : complex array of shape (n,)
        Points of the closed upper half plane; on the real line the value from above. Outside the
        support all roots of a real point are real, and it is never reported as solved.

    Returns
    -------
    StieltjesSolution
        With the result ``LEFT_HALF_PLANE`` where no root lies clearly in the half plane.

    Raises
    ------
    DomainError
        If there are more weights, or z is not in the closed upper half plane or beyond 1e120.

    Accuracy
    --------
    Estimated relative error 1e-14 times the condition number :math:`\gamma/|x'(u)|`.

    Examples
    --------
    >>> from rmtcheck.spectral.measures import DiscreteMeasure
    >>> equation = StieltjesEquation(DiscreteMeasure([-1.0, 2.0], [0.5, 0.5]), 0.5)
    >>> solution = polynomial(equation, np.array([0.5 + 0j, 1 + 1j]))
    >>> solution.result.name, bool(np.all(solution.residual < 1e-13))
    ('SUCCESS', True)
    """
    if len(equation.atoms) > MOST_ATOMS:
        raise DomainError(
            f"the population has {len(equation.atoms)} weights other than 0; "
            f"at most {MOST_ATOMS} are accepted by this solver"
        )
    z = closed_half_plane(z)
    roots = np.linalg.eigvals(arrowhead(equation, z))
    targets = np.repeat(z, roots.shape[1])
    for _ in range(POLISHING_STEPS):
        roots = _polished(equation, targets, roots.ravel()).reshape(roots.shape)
    angle = np.angle(roots)
    best = np.argmin(abs(angle - np.pi / 2), axis=1)
    u = roots[np.arange(len(z)), best]
    return judged(equation, z, u, POLISHING_STEPS, SolverResult.LEFT_HALF_PLANE)


def arrowhead(equation: StieltjesEquation, z: ComplexArray) -> ComplexArray:
    r"""Return the matrices of shape (n, m + 1, m + 1) whose eigenvalues solve :math:`x(u)=z`.

    Accuracy
    --------
    Exact up to rounding.
    """
    atoms, gamma = equation.atoms, equation.aspect_ratio
    r = abs(atoms) * np.sqrt(equation.weights / gamma)
    matrix = np.zeros((len(z), len(atoms) + 1, len(atoms) + 1), dtype=complex)
    matrix[:, 0, 0] = (z - equation.weights @ atoms) / gamma
    matrix[:, 0, 1:], matrix[:, 1:, 0] = -r, r
    matrix[:, 1:, 1:] = np.diag(atoms)
    return matrix


def _polished(equation: StieltjesEquation, z: ComplexArray, u: ComplexArray) -> ComplexArray:
    """Take one Newton step wherever it is finite; a root may be a weight to the last digit."""
    with np.errstate(all="ignore"):
        moved = u + newton_step(equation, z, u)[1]
    return np.where(np.isfinite(moved), moved, u)

r"""The rank argument: the fields see :math:`C` of the :math:`d` coordinates, and no more.

Rotate so that the row space of V is spanned by the first C coordinates, :math:`x=(w,y)`; the
weights are functions of w, and w is independent of y. Deleting the first C rows and columns leaves
:math:`D=\frac1N\sum_n\lambda_ny_ny_n^\top`, whose law is the same for H and for its decoupled copy.

*One row.* For Hermitian :math:`M=\begin{pmatrix}a&b^*\\b&M'\end{pmatrix}` and
:math:`S=a-z-b^*(M'-z)^{-1}b`

.. math:: \operatorname{tr}(M-z)^{-1}-\operatorname{tr}(M'-z)^{-1}=-\frac{S'(z)}{S(z)},\qquad
          |S'|\le1+\sum_i\frac{|b_i|^2}{|\mu_i-z|^2}=\frac{-\operatorname{Im}S}{\operatorname{Im}z},

so each row moves the trace by at most :math:`1/\operatorname{Im}z`, and

.. math:: |\mathbb Es_H(z)-\mathbb Es_{\tilde H}(z)|\le\frac{2C}{d\operatorname{Im}z}.
"""

from __future__ import annotations

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.concentration import concentration
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import (
    DecoupledCovariance,
    DependentCovariance,
    FieldWeighted,
    StandardData,
)

_SIDE = 3


def trace_bound(matrix: FieldWeighted) -> sympy.Expr:
    r"""Return :math:`2C/(d\operatorname{Im}z)`, the bound on the difference of the mean traces.

    Examples
    --------
    >>> from rmtcheck.vocabulary.decoupling import DependentCovariance
    >>> from rmtcheck.vocabulary.symbols import C, N, d
    >>> trace_bound(DependentCovariance(d, N, C))
    2*C/(d*im(z))
    """
    return moved_rows(matrix) * row_bound() / matrix.d


def moved_rows(matrix: FieldWeighted) -> sympy.Expr:
    """Return how many rows are deleted or put back: those of the fields, in H and in its copy."""
    return sympy.Mul(len((DependentCovariance, DecoupledCovariance)), matrix.fields)


def row_bound() -> sympy.Expr:
    r"""Derive the bound :math:`1/\operatorname{Im}z` on what one row moves the trace by.

    Examples
    --------
    >>> row_bound()
    1/im(z)
    """
    below = sympy.Symbol("-Im S", positive=True)
    slope, size = below / sympy.im(symbols.z), below  # at most, and at least
    return slope / size


def compression(matrix: FieldWeighted) -> Derivation:
    r"""Derive the bound on the difference of the mean traces of H and its decoupled copy.

    Parameters
    ----------
    matrix : FieldWeighted
        Either of them; any weight function, Gaussian data of any covariance.

    Returns
    -------
    Derivation
        Its result is the bound.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact at every size. The Schur complement is checked entry by entry for a matrix of
    side 3, and term by term in the eigenbasis of :math:`M'`.
    """
    _check_block_determinant()
    _check_one_row()
    bound, of_row = trace_bound(matrix), row_bound()
    _check_sharp(of_row)
    _require(sympy.cancel(bound * matrix.d - 2 * matrix.fields * of_row) == 0, "the sum over rows")
    is_standard = isinstance(matrix.data, StandardData)
    steps = _by_rows(matrix) if is_standard else _by_rank(matrix)
    last = equation("so the means differ by at most", sympy.Symbol("delta"), bound)
    return Derivation(bound, (*steps, last))


def _check_block_determinant() -> None:
    """Check det(M - z) = det(M' - z) S for a symmetric matrix with symbols for entries."""
    z = symbols.z
    entries = sympy.symbols("m:6")
    M = sympy.Matrix(
        _SIDE, _SIDE, lambda i, j: entries[min(i, j) * (5 - min(i, j)) // 2 + max(i, j)]
    )
    shifted = M - z * sympy.eye(_SIDE)
    rest, border = shifted[1:, 1:], shifted[1:, :1]
    schur = shifted[0, 0] - (border.T * rest.inv() * border)[0, 0]
    gap = sympy.cancel(shifted.det() - rest.det() * schur)
    _require(gap == 0, "the determinant of a block matrix")


def _check_one_row() -> None:
    """Check the derivative and the imaginary part of S, in the eigenbasis of M'."""
    a, mu, x = sympy.symbols("a mu x", real=True)
    square, y = sympy.symbols("q y", positive=True)
    point = sympy.Symbol("zeta")
    schur = a - point - square / (mu - point)
    slope = -(1 + square / (mu - point) ** 2)
    _require(sympy.cancel(sympy.diff(schur, point) - slope) == 0, "the derivative of S")
    here = schur.subs(point, x + sympy.I * y)
    ratio = -sympy.im(here.expand(complex=True)) / y
    bound = 1 + square / ((mu - x) ** 2 + y**2)
    _require(sympy.simplify(ratio - bound) == 0, "the imaginary part of S")


def _check_sharp(of_row: sympy.Expr) -> None:
    r"""Check that the bound is attained, by one row :math:`a=\operatorname{Re}z`: 1/(a - z)."""
    x, y = sympy.Symbol("x", real=True), sympy.Symbol("y", positive=True)
    attained = sympy.Abs(1 / (x - (x + sympy.I * y)))
    here = of_row.subs(sympy.im(symbols.z), y)
    _require(sympy.simplify(attained - here) == 0, "the bound of one row")


def _require(truth: bool, what: str) -> None:
    if not truth:
        raise RmtcheckError(f"a step of the compression does not check: {what}")


def _rotation(fields: sympy.Expr) -> Step:
    return Step(
        f"rotate so that the row space of V is that of the first {fields} coordinates, "
        "x = (w, y): the weights are functions of w, which is independent of y",
        r"x_n=(w_n,y_n),\qquad\lambda_n=\lambda(w_n),\qquad w_n\perp y_n",
    )


def _by_rank(matrix: FieldWeighted) -> tuple[Step, ...]:
    """Return the argument for any covariance: a change of small rank."""
    return (
        Step(
            "data of covariance S are x = S^(1/2) g with standard g, and the fields V S^(1/2) g",
            r"x_n=\Sigma^{1/2}g_n,\qquad H=\Sigma^{1/2}H_g\Sigma^{1/2}",
        ),
        _rotation(matrix.fields),
        Step(
            f"with the same weights and y's H_g - H~_g has rank at most 2*{matrix.fields}: all its "
            f"entries but those of {matrix.fields} rows and columns are 0; S^(1/2) on both sides "
            "does not raise it",
            r"\operatorname{rank}\begin{pmatrix}A-A'&B-B'\\(B-B')^\top&0\end{pmatrix}\le2C",
        ),
        *concentration().steps[:2],
    )


def _by_rows(matrix: FieldWeighted) -> tuple[Step, ...]:
    """Return the argument for standard data: rows are deleted one by one."""
    same = Step(
        f"without the first {matrix.fields} rows and columns both H and H~ are D, of the same law",
        r"D=\frac1N\sum_n\lambda_ny_ny_n^\top",
    )
    return (_rotation(matrix.fields), same, *_one_row())


def _one_row() -> tuple[Step, ...]:
    return (
        Step(
            "one row moves the trace by -S'(z)/S(z), as det(M - z) = det(M' - z) S(z)",
            r"\operatorname{tr}(M-z)^{-1}-\operatorname{tr}(M'-z)^{-1}=-\frac{S'(z)}{S(z)},"
            r"\quad S=a-z-b^*(M'-z)^{-1}b",
            "det(M - z) = det(M' - z) S as polynomials, for a symmetric matrix of side 3",
        ),
        Step(
            "which is at most 1/Im z in modulus: |S'| <= -Im S / Im z <= |S| / Im z",
            r"|S'|\le1+\sum_i\frac{|b_i|^2}{|\mu_i-z|^2}=\frac{-\operatorname{Im}S}"
            r"{\operatorname{Im}z}",
            "both sides agree term by term in the eigenbasis of M'; attained for M = (Re z)",
        ),
    )

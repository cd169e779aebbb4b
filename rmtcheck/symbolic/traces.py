r"""Norms and spectral moments of one deterministic matrix, in its eigenvalues.

For Hermitian :math:`A\in\mathbb C^{d\times d}` everything is a power sum
:math:`P_r=\sum_k\lambda_k^r`: :math:`\|A\|_F^2=P_2`, :math:`m_r(\mu_A)=P_r/d`. For symbolic
:math:`d` the power sums :math:`P_1,P_2,\dots` are algebraically independent, so an expression
in them has one normal form; for explicit :math:`d` it is expanded in the eigenvalues. For a matrix
that is not Hermitian the Frobenius norm is no function of the eigenvalues and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.vocabulary.ensembles import HermitianMatrix, SquareMatrix
from rmtcheck.vocabulary.quantities import FrobeniusSquared, SpectralMoment

_INDEX = sympy.Symbol("k", integer=True, positive=True)
_MOST_EIGENVALUES = 6
_NORMS = (FrobeniusSquared, SpectralMoment)


def reduce(expr: sympy.Expr) -> Derivation:
    r"""Rewrite norms and spectral moments in the eigenvalues.

    Parameters
    ----------
    expr : sympy expression
        In Frobenius norms and spectral moments of deterministic matrices.

    Returns
    -------
    Derivation
        Its result is a reduced fraction in the sums :math:`\sum_k\lambda_k^r`.

    Raises
    ------
    DomainError
        If a norm is taken of another noun.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import d
    >>> A = HermitianMatrix("A", d)
    >>> reduce(FrobeniusSquared(A) - d * SpectralMoment(A, 2)).result
    0
    """
    _check(expr)
    steps = []
    for node in sorted(expr.atoms(*_NORMS), key=str):
        steps.append(equation(_reason(node), node, _spectral(node)))
    result = sympy.cancel(expr.xreplace({node: _spectral(node) for node in expr.atoms(*_NORMS)}))
    return Derivation(result, (*steps, equation("so the expression is", expr, result)))


def is_identity(lhs: sympy.Expr, rhs: sympy.Expr) -> ZeroTest:
    r"""Decide whether two expressions agree for every matrix.

    Parameters
    ----------
    lhs, rhs : sympy expression
        As in `reduce`.

    Returns
    -------
    ZeroTest
        Yes if the normal forms agree; no with a matrix of rational entries, d = 1, 2 or 3, and the
        value of both sides; unknown otherwise.

    Raises
    ------
    DomainError
        If a norm is taken of another noun.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import d
    >>> A = HermitianMatrix("A", d)
    >>> is_identity(FrobeniusSquared(A), SpectralMoment(A, 2)).witness
    'A = [[1, 0], [0, 2]]: 5 on the left, 5/2 on the right'
    """
    if reduce(lhs - rhs).result == 0:
        return ZeroTest(Answer.YES, "both sides are the same function of the eigenvalues")
    for trial in _trials(lhs - rhs):
        sides = [trial.value(side) for side in (lhs, rhs)]
        if _are_different(*sides):
            left, right = sides
            return ZeroTest(Answer.NO, f"{trial}: {left} on the left, {right} on the right")
    return ZeroTest(Answer.UNKNOWN, "the normal forms differ, and no small matrix tells them apart")


def _check(expr: sympy.Expr) -> None:
    for node in expr.atoms(*_NORMS):
        if not isinstance(node.args[0], HermitianMatrix):
            raise DomainError(f"{node} is given; accepted are deterministic matrices")


def _reason(node: sympy.Expr) -> str:
    if isinstance(node.args[0], SquareMatrix):
        return "without symmetry"
    if isinstance(node, FrobeniusSquared):
        return "A is unitarily diagonal, and the norm is unitarily invariant"
    return "by definition of the normalised spectral distribution"


def _spectral(node: sympy.Expr) -> sympy.Expr:
    matrix = node.args[0]
    if isinstance(node, SpectralMoment):
        return _power_sum(matrix, node.args[1]) / matrix.d
    return node if isinstance(matrix, SquareMatrix) else _power_sum(matrix, sympy.Integer(2))


def _power_sum(matrix: HermitianMatrix, order: sympy.Expr) -> sympy.Expr:
    if order == 0:
        return matrix.d
    eigenvalue = sympy.IndexedBase(f"lambda_{matrix.name}")
    if matrix.d.is_Integer and matrix.d <= _MOST_EIGENVALUES:
        return sympy.Add(*(eigenvalue[k] ** order for k in range(1, int(matrix.d) + 1)))
    return sympy.Sum(eigenvalue[_INDEX] ** order, (_INDEX, 1, matrix.d))


@dataclass(frozen=True)
class _Trial:
    """One matrix noun set to a triangular block, padded by zeros to its size; others to I."""

    noun: HermitianMatrix
    block: sympy.Matrix

    @property
    def size(self) -> sympy.Expr:
        return self.noun.d if self.noun.d.is_Integer else sympy.Integer(self.block.rows)

    @property
    def _is_padded(self) -> bool:
        return bool(self.size != self.block.rows)

    def value(self, side: sympy.Expr) -> sympy.Expr:
        nodes = {node: self._node(node) for node in side.atoms(*_NORMS)}
        return side.xreplace(nodes).subs(self.noun.d, self.size)

    def _node(self, node: sympy.Expr) -> sympy.Expr:
        order = node.args[1] if isinstance(node, SpectralMoment) else None
        if node.args[0] != self.noun:
            return self.size if order is None else sympy.S.One
        if order is None:
            return sympy.Add(*(entry**2 for entry in self.block))
        eigenvalues = [*self.block.diagonal(), *[sympy.S.Zero] * self._is_padded]
        multiplicities = [1] * self.block.rows + [self.size - self.block.rows] * self._is_padded
        powers = (m * x**order for m, x in zip(multiplicities, eigenvalues, strict=True))
        return sympy.Add(*powers) / self.size

    def __str__(self) -> str:
        padding = f" padded by zeros to d = {self.size}" if self._is_padded else ""
        return f"{self.noun} = {self.block.tolist()}{padding}"


def _trials(expr: sympy.Expr) -> Iterator[_Trial]:
    """Yield small matrices for each noun in turn, if all have the same dimension."""
    nouns = sorted({node.args[0] for node in expr.atoms(*_NORMS)}, key=str)
    if len({noun.d for noun in nouns}) > 1:
        return
    for noun in nouns:
        for block in _candidates(isinstance(noun, SquareMatrix)):
            if not noun.d.is_Integer or noun.d >= block.rows:
                yield _Trial(noun, block)


def _candidates(general: bool) -> Iterator[sympy.Matrix]:
    if general:
        yield sympy.Matrix([[0, 1], [0, 0]])
        yield sympy.Matrix([[1, 1], [0, 2]])
    for eigenvalues in ((1, 2), (1, 4), (-1, 2), (1, 2, 3), (1, -2, 5), (2,), (3, 5)):
        yield sympy.diag(*eigenvalues)


def _are_different(left: Any, right: Any) -> bool:
    """Return whether two exact numbers differ; no for what is not a finite number."""
    gap = left - right
    return bool(gap.is_number and gap.is_finite and gap.is_zero is False)

r"""Squared Frobenius norms of products of explicit matrices of weights.

.. math:: \|VW\|_F^2=\sum_{c,a}\Bigl(\sum_kv_{ck}w_{ka}\Bigr)^2
"""

from __future__ import annotations

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, equation
from rmtcheck.vocabulary.quantities import FrobeniusSquared


def norm_of_product(expression: sympy.Expr) -> Derivation:
    """Return an expression with every squared Frobenius norm written out in the entries.

    Parameters
    ----------
    expression : sympy expression
        Its norms are of explicit matrices, or of products of them.

    Returns
    -------
    Derivation
        Its result is a polynomial in the entries.

    Raises
    ------
    DomainError
        If a norm is of anything else.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.graphs import weight_matrix
    >>> V, W = weight_matrix("v", 1, 1), weight_matrix("w", 1, 1)
    >>> norm_of_product(FrobeniusSquared(sympy.MatMul(V, W))).result
    v_1,1**2*w_1,1**2
    """
    steps, values = [], {}
    for node in sorted(expression.atoms(FrobeniusSquared), key=str):
        matrix = _explicit(node.args[0])
        values[node] = sympy.Add(*(entry**2 for entry in matrix))
        steps += [
            equation("the entries of the product are", node.args[0], matrix),
            equation("so the sum of their squares is", node, values[node]),
        ]
    return Derivation(expression.xreplace(values), tuple(steps))


def _explicit(matrix: sympy.Basic) -> sympy.ImmutableMatrix:
    if isinstance(matrix, sympy.MatMul):
        matrix = matrix.doit()
    if not isinstance(matrix, sympy.ImmutableMatrix):
        raise DomainError(f"the matrix is {matrix}; accepted are products of explicit matrices")
    return matrix

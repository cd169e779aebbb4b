"""What the derivations on decoupling assume of a matrix; whatever lacks it is refused."""

from __future__ import annotations

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import (
    BoundedWeights,
    DecoupledCovariance,
    DependentCovariance,
    FieldWeighted,
    RadialWeights,
    StandardData,
)
from rmtcheck.vocabulary.quantities import Along

_GROWING = (symbols.d, symbols.N)


def has_fixed_fields(matrix: FieldWeighted) -> bool:
    """Whether the number of fields stays the same as d and N grow.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import N, d
    >>> has_fixed_fields(DependentCovariance(d, N, N / 2))
    False
    """
    return not matrix.fields.has(*_GROWING)


def require_along(along: Along, accepted: Along) -> None:
    """Refuse directions of growth other than the accepted one."""
    if along != accepted:
        raise DomainError(f"the direction {along} is not derived here; accepted is {accepted}")


def require_sizes(matrix: FieldWeighted) -> None:
    """Refuse matrices of other sizes than those that grow, whose ratio would not be gamma."""
    if (matrix.d, matrix.N) != _GROWING:
        sizes = f"{matrix.d} x {matrix.N}"
        raise DomainError(f"the data are {sizes} in a limit; accepted are data of size d x N")


def require_fixed_fields(matrix: FieldWeighted) -> None:
    """Refuse numbers of fields that grow: the law of a weight would change with the size."""
    if not has_fixed_fields(matrix):
        raise DomainError(f"there are {matrix.fields} fields; accepted are numbers without d and N")


def require_standard(matrix: FieldWeighted) -> None:
    """Refuse correlated data, of which the rows of V see other coordinates."""
    if not isinstance(matrix.data, StandardData):
        raise DomainError(f"the data are {matrix.data}; accepted are {StandardData()}")


def require_bounded(matrix: FieldWeighted) -> None:
    """Refuse weights that need not be bounded."""
    if not isinstance(matrix.weights, BoundedWeights | RadialWeights):
        raise DomainError(f"the weight is {matrix.weights}; accepted is {BoundedWeights()}")


def require_setting(matrix: FieldWeighted) -> None:
    """Refuse what is not the setting of the leading term (docs/lemmas.md, Lemma 23)."""
    require_sizes(matrix)
    require_fixed_fields(matrix)
    require_standard(matrix)
    require_bounded(matrix)


def require_dependent(node: sympy.Expr) -> FieldWeighted:
    """Return the matrix of a Schur complement or an overlap at z; refuse what was not derived."""
    matrix, z = node.args
    if not isinstance(matrix, DependentCovariance):
        raise DomainError(f"the matrix is {matrix}; accepted is H, whose weights see its data")
    if z != symbols.z:
        raise DomainError(f"the point is {z}; accepted is {symbols.z}")
    require_setting(matrix)
    return matrix


def require_end(matrix: FieldWeighted) -> None:
    """Refuse matrices inside the path."""
    if not isinstance(matrix, DependentCovariance | DecoupledCovariance):
        raise DomainError(f"the matrix is {matrix}; accepted are H and its decoupled copy")

"""Statements on weights that see the data: how each is derived, and compared with a derivation."""

from __future__ import annotations

from dataclasses import fields
from functools import cache, singledispatch
from typing import Any

import sympy

from rmtcheck.channels.decoupling_premises import (
    has_fixed_fields,
    require_along,
    require_bounded,
    require_dependent,
    require_end,
    require_fixed_fields,
    require_setting,
    require_sizes,
    require_standard,
)
from rmtcheck.claims.statements import Identity, LimitOf, Order, SpectralLimit, Statement, Value
from rmtcheck.errors import DomainError
from rmtcheck.symbolic.decoupling import path, response, stein
from rmtcheck.symbolic.decoupling.compression import compression
from rmtcheck.symbolic.decoupling.leave_one_out import leave_one_out
from rmtcheck.symbolic.decoupling.means import compare_means
from rmtcheck.symbolic.decoupling.orders import compare_decay, decay
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest, are_equal
from rmtcheck.symbolic.implicit_law import compare_equations
from rmtcheck.symbolic.weighted_loop import weighted_equation
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import (
    DECOUPLING_NODES,
    DecoupledCovariance,
    DependentCovariance,
    FieldOverlap,
    FieldSchurComplement,
    FieldSquare,
    FieldWeighted,
    PathPoint,
    StandardNormal,
)
from rmtcheck.vocabulary.ensembles import ResolventTrace
from rmtcheck.vocabulary.quantities import Along, E

PROPORTIONAL = Along(symbols.d, symbols.N, ratio=symbols.gamma)
BY_SAMPLES = Along(symbols.N, symbols.d, ratio=1 / symbols.gamma)


def speaks_of_decoupling(statement: Statement) -> bool:
    """Whether a statement is about weights that see the data, or the path to independent ones."""
    values = (getattr(statement, field.name) for field in fields(statement))
    return any(isinstance(v, sympy.Basic) and v.has(*DECOUPLING_NODES) for v in values)


def difference_of(expr: sympy.Expr) -> tuple[sympy.Expr, FieldWeighted] | None:
    r"""Return the factor c and the matrix of :math:`c(\mathbb Es_H-\mathbb Es_{\tilde H})`."""
    matrices = set(expr.atoms(DependentCovariance))
    if len(matrices) != 1:
        return None
    (matrix,) = matrices
    means = [
        E(ResolventTrace(kind(*matrix.args), symbols.z))
        for kind in (DependentCovariance, DecoupledCovariance)
    ]
    names = sympy.symbols("s_H s_D", cls=sympy.Dummy)
    plain = sympy.expand(expr.xreplace(dict(zip(means, names, strict=True))))
    factor = plain.coeff(names[0])
    is_difference = sympy.expand(plain - factor * (names[0] - names[1])) == 0
    clean = is_difference and not factor.has(ResolventTrace, *names)
    return (factor, matrix) if clean and factor != 0 else None


@singledispatch
def derive_decoupling(statement: Statement) -> Derivation:
    """Return the derivation of what a statement on decoupling asks.

    Raises
    ------
    DomainError
        If no derivation is known for it.
    """
    raise DomainError(f"{statement} is given; no derivation is known for such a statement")


@derive_decoupling.register
def _(statement: Identity) -> Derivation:
    lhs = statement.lhs
    if lhs.has(PathPoint):
        return path.end_point(lhs)
    if lhs.has(StandardNormal):
        return stein.stein_identity(lhs)
    if lhs.has(FieldSquare):
        if not lhs.has(symbols.gamma):
            raise DomainError(f"{lhs} is given; accepted are means in gamma, lambda and s")
        found = response.response()
        step = equation("by the equation of s", 1 / symbols.s, E(_share()) - symbols.z)
        return Derivation(lhs, (*found.steps, step))
    _require_path(lhs)
    along = path.fundamental_theorem(lhs)
    return Derivation(along.result, (*along.steps, *stein.slope_by_stein().steps))


@derive_decoupling.register
def _(statement: LimitOf) -> Derivation:
    quantity = statement.quantity
    require_along(statement.along, PROPORTIONAL)
    if isinstance(quantity, FieldSchurComplement):
        require_dependent(quantity)
        return response.response()
    if isinstance(quantity, FieldOverlap):
        return _overlap(quantity)
    if isinstance(quantity, sympy.Abs):
        return _shared_limit(_multiple(quantity.args[0])[1])
    found = difference_of(quantity)
    if found is None or found[0] != symbols.N:
        raise DomainError(f"{quantity} is given; accepted is N times a difference of mean traces")
    require_setting(found[1])
    return response.bias()


@derive_decoupling.register
def _(statement: Order) -> Derivation:
    require_along(statement.along, BY_SAMPLES)
    _, matrix = _multiple(statement.quantity)
    require_sizes(matrix)
    require_fixed_fields(matrix)
    return decay(matrix)


@derive_decoupling.register
def _(statement: Value) -> Derivation:
    factor, matrix = _multiple(statement.quantity)
    found = compression(matrix)
    bound = sympy.Abs(factor) * found.result
    step = equation("and their multiple by at most", sympy.Symbol("delta"), bound)
    return Derivation(bound, (*found.steps, step))


@derive_decoupling.register
def _(statement: SpectralLimit) -> Derivation:
    require_along(statement.along, PROPORTIONAL)
    require_end(statement.ensemble)
    require_setting(statement.ensemble)
    law = _generalized_law()
    step = Step(
        "the decoupled copy has weights that are independent of its data, and its mean trace the "
        "same limit; both traces concentrate, as given V the samples are independent parts of rank "
        "2, so transforms and hence spectra converge almost surely",
        r"s_H-\mathbb E[s_H\mid V]\to0,\qquad\mathbb Es_H-\mathbb Es_{\tilde H}\to0",
    )
    return Derivation(law.result, (*_shared_limit(statement.ensemble).steps, step, *law.steps))


@singledispatch
def compare_decoupling(statement: Statement, derived: Any) -> ZeroTest:
    """Compare the answer of a statement on decoupling with its derivation."""
    raise DomainError(f"{statement} is given; no comparison is known for such a statement")


@compare_decoupling.register
def _(statement: Identity, derived: Any) -> ZeroTest:
    if statement.lhs.has(PathPoint):
        return path.compare_points(derived, statement.rhs)
    if statement.lhs.has(StandardNormal):
        return stein.compare_stein(derived, statement.rhs)
    if statement.lhs.has(FieldSquare):
        return compare_means(derived, statement.rhs, one_field=False)
    return path.compare_calculus(statement.lhs, statement.rhs)


@compare_decoupling.register
def _(statement: LimitOf, derived: Any) -> ZeroTest:
    if not derived.has(FieldSquare):
        return are_equal(derived, statement.value)
    (matrix,) = statement.quantity.atoms(DependentCovariance)
    return compare_means(
        derived,
        statement.value,
        one_field=matrix.fields == 1,
        at_outliers=isinstance(statement.quantity, FieldOverlap),
    )


@compare_decoupling.register
def _(statement: Order, derived: Any) -> ZeroTest:
    return compare_decay(derived, statement.exponent, tight=statement.tight)


@compare_decoupling.register
def _(statement: Value, derived: Any) -> ZeroTest:
    """Decide |difference - value| <= unit / 2 by the bound, or by how it vanishes."""
    half = sympy.sympify(statement.unit) / 2
    if statement.value == 0:
        is_within = sympy.simplify(half - derived) == 0
        return ZeroTest(Answer.YES, "the bound itself") if is_within else _OPEN
    ends = [sympy.limit(bound, symbols.d, sympy.oo) for bound in (half, derived)]
    if not statement.value.is_number or ends != [0, 0]:
        return _OPEN
    text = f"the difference is at most {derived} in modulus, which tends to 0 as d grows, and so"
    return ZeroTest(
        Answer.NO, f"{text} does {half}: {statement.value} is not within it for large d"
    )


@compare_decoupling.register
def _(statement: SpectralLimit, derived: Any) -> ZeroTest:
    return compare_equations(derived, statement.law)


@cache
def _generalized_law() -> Derivation:
    return weighted_equation(symbols.gamma)


def _share() -> sympy.Expr:
    return symbols.weight * response.share_of_sample()


def _multiple(expr: sympy.Expr) -> tuple[sympy.Expr, FieldWeighted]:
    """Return the number c and the matrix of c times a difference of mean traces."""
    found = difference_of(expr)
    if found is None or not found[0].is_number:
        raise DomainError(f"{expr} is given; accepted is a multiple of E s_H - E s_H~ at one z")
    return found


def _overlap(quantity: sympy.Expr) -> Derivation:
    """Derive the overlap of one field; that of several depends on an eigenvector of T."""
    matrix = require_dependent(quantity)
    if matrix.fields != 1:
        raise DomainError(f"there are {matrix.fields} fields; the overlap is accepted for one")
    return response.overlap()


def _require_path(lhs: sympy.Expr) -> None:
    """Refuse identities along the path at another point or for correlated data."""
    matrix, z = path.matrix_of(lhs)
    require_standard(matrix)
    if z != symbols.z:
        raise DomainError(f"the point is {z}; accepted is {symbols.z}")


def _shared_limit(matrix: FieldWeighted) -> Derivation:
    """Derive that the limit is 0: by ranks for a fixed number of fields, else sample by sample."""
    require_sizes(matrix)
    if not has_fixed_fields(matrix):
        require_standard(matrix)
        require_bounded(matrix)
        return leave_one_out()
    found = compression(matrix)
    bound = found.result.subs(symbols.d, symbols.gamma * symbols.N)
    limit = sympy.limit(bound, symbols.N, sympy.oo)
    step = equation("which with d = gamma N tends to", bound, limit)
    return Derivation(limit, (*found.steps, step))


_OPEN = ZeroTest(Answer.UNKNOWN, "it is neither the bound nor refuted by it")

"""Statements on weights that see the data: how each is derived, and compared with a derivation."""

from __future__ import annotations

from dataclasses import fields
from functools import cache, singledispatch
from typing import Any

import sympy

from rmtcheck.claims.statements import Identity, LimitOf, Order, SpectralLimit, Statement, Value
from rmtcheck.errors import DomainError
from rmtcheck.symbolic.decoupling import path, response, stein
from rmtcheck.symbolic.decoupling.compression import compression, trace_bound
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
    StandardData,
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
    along = path.fundamental_theorem(lhs)
    return Derivation(along.result, (*along.steps, *stein.slope_by_stein().steps))


@derive_decoupling.register
def _(statement: LimitOf) -> Derivation:
    quantity = statement.quantity
    _require(statement.along, PROPORTIONAL)
    if isinstance(quantity, FieldSchurComplement):
        return response.response()
    if isinstance(quantity, FieldOverlap):
        return response.overlap()
    if isinstance(quantity, sympy.Abs):
        return _vanishing(quantity.args[0])
    found = difference_of(quantity)
    if found is None or found[0] != symbols.N:
        raise DomainError(f"{quantity} is given; accepted is N times a difference of mean traces")
    _require_standard(found[1])
    return response.bias()


@derive_decoupling.register
def _(statement: Order) -> Derivation:
    _require(statement.along, BY_SAMPLES)
    return decay(statement.quantity, _matrix(statement.quantity))


@derive_decoupling.register
def _(statement: Value) -> Derivation:
    return compression(_matrix(statement.quantity))


@derive_decoupling.register
def _(statement: SpectralLimit) -> Derivation:
    _require(statement.along, PROPORTIONAL)
    _require_standard(statement.ensemble)
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
    """Decide |difference - value| <= unit / 2 by the bound, or by weights that are 0."""
    half = sympy.sympify(statement.unit) / 2
    if statement.value == 0:
        is_within = sympy.simplify(half - derived) == 0
        return ZeroTest(Answer.YES, "the bound itself") if is_within else _OPEN
    if not statement.value.is_number or sympy.limit(half, symbols.d, sympy.oo) != 0:
        return _OPEN
    text = f"lambda = 0: the difference is 0 at every size, {statement.value} is claimed"
    return ZeroTest(Answer.NO, f"{text}, and {half} is smaller than that for large d")


@compare_decoupling.register
def _(statement: SpectralLimit, derived: Any) -> ZeroTest:
    return compare_equations(derived, statement.law)


@cache
def _generalized_law() -> Derivation:
    return weighted_equation(symbols.gamma)


def _share() -> sympy.Expr:
    return symbols.weight * response.share_of_sample()


def _matrix(expr: sympy.Expr) -> FieldWeighted:
    found = difference_of(expr)
    if found is None or not found[0].is_number:
        raise DomainError(f"{expr} is given; accepted is E s_H - E s_H~ at one z, or its negative")
    return found[1]


def _vanishing(difference: sympy.Expr) -> Derivation:
    """Derive the limit of the modulus of a difference of mean traces."""
    return _shared_limit(_matrix(difference))


def _shared_limit(matrix: FieldWeighted) -> Derivation:
    """Derive that the limit is 0: by ranks for a fixed number of fields, else sample by sample."""
    if symbols.d in matrix.fields.free_symbols:
        _require_standard(matrix)
        return leave_one_out()
    found = compression(matrix)
    limit = sympy.limit(found.result, matrix.d, sympy.oo)
    step = equation("which tends to", trace_bound(matrix), limit)
    return Derivation(limit, (*found.steps, step))


def _require(along: Along, accepted: Along) -> None:
    if along != accepted:
        raise DomainError(f"the direction {along} is not derived here; accepted is {accepted}")


def _require_standard(matrix: FieldWeighted) -> None:
    if not isinstance(matrix.data, StandardData):
        raise DomainError(f"the data are {matrix.data}; accepted are {StandardData()}")


_OPEN = ZeroTest(Answer.UNKNOWN, "neither the bound nor a weight that refutes it")

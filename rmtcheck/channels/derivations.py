"""The derivation that answers a question, whatever its shape."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import sympy

from rmtcheck.channels.quantified import derive_for_all
from rmtcheck.claims.quantified import ForAll
from rmtcheck.claims.statements import (
    BlockFormula,
    Identity,
    LimitOf,
    Order,
    SpectralLimit,
    Statement,
)
from rmtcheck.errors import DomainError
from rmtcheck.symbolic import projections, traces
from rmtcheck.symbolic.asymptotics import derive_leading_term, derive_limit
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.exchangeability import normal_form
from rmtcheck.symbolic.fixed_dimension import fixed_dimension_limit
from rmtcheck.symbolic.hessian import derive_with_steps
from rmtcheck.symbolic.limit_equations import limit_equation
from rmtcheck.symbolic.weighted_loop import weighted_equation
from rmtcheck.symbolic.wishart import frobenius_limit
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import (
    HermitianMatrix,
    Projection,
    SquaredRadius,
    WeightedCovariance,
    WignerMatrix,
)
from rmtcheck.vocabulary.quantities import Along, FrobeniusSquared, SpectralMoment

PROPORTIONAL = (symbols.d, symbols.N)
CLASSES = (symbols.C,)


@singledispatch
def derivation_of(statement: Statement) -> Derivation:
    """Return the derivation of what a statement asks, with its steps.

    Raises
    ------
    TypeError
        If no derivation is known for this kind of statement.
    DomainError
        If the question lies outside the symbolic engine's domain.
    """
    raise TypeError(f"no derivation for {type(statement).__name__}")


@derivation_of.register
def _(statement: BlockFormula) -> Derivation:
    return derive_with_steps(statement.block)


@derivation_of.register
def _(statement: LimitOf) -> Derivation:
    quantity = statement.quantity
    if quantity.has(FrobeniusSquared):
        _require_direction(statement.along, PROPORTIONAL)
        return _norm_limit(quantity, statement.along.ratio)
    if quantity.has(Projection, SquaredRadius):
        return projections.limit(quantity, statement.along)
    if quantity.has(SpectralMoment):
        _require_direction(statement.along, (symbols.N,))
        return fixed_dimension_limit(quantity)
    _require_direction(statement.along, CLASSES)
    return derive_limit(quantity)


@derivation_of.register
def _(statement: Order) -> Derivation:
    _require_direction(statement.along, CLASSES)
    return derive_leading_term(statement.quantity)


@derivation_of.register
def _(statement: Identity) -> Derivation:
    if statement.lhs.has(HermitianMatrix):
        return traces.reduce(statement.lhs)
    form = normal_form(statement.lhs)
    return Derivation(form, (equation("by exchangeability and sum p_k = 1", statement.lhs, form),))


@derivation_of.register
def _(statement: SpectralLimit) -> Derivation:
    if isinstance(statement.ensemble, WeightedCovariance):
        _require_direction(statement.along, PROPORTIONAL)
        return weighted_equation(statement.along.ratio)
    is_one_size = isinstance(statement.ensemble, WignerMatrix)
    _require_direction(statement.along, (symbols.d,) if is_one_size else PROPORTIONAL)
    return limit_equation(statement.ensemble, statement.along.ratio)


@derivation_of.register
def _(statement: ForAll) -> Derivation:
    return derive_for_all(statement)


def _require_direction(along: Along, sizes: tuple[sympy.Symbol, ...]) -> None:
    if along.sizes != sizes:
        names = ", ".join(map(str, sizes))
        raise DomainError(f"the direction {along} is not derived here; accepted is Along({names})")


def record_of(derivation: Derivation) -> dict[str, Any]:
    """Return a derivation as JSON data."""
    result = derivation.result
    is_expression = isinstance(result, sympy.Basic)
    return {
        "kind": "derivation",
        "result": str(result),
        "latex": sympy.latex(result) if is_expression else "",
        "steps": [{"text": step.text, "latex": step.latex} for step in derivation.steps],
    }


def _norm_limit(quantity: sympy.Expr, gamma: sympy.Expr) -> Derivation:
    """Put the limit of every squared norm over d into a quantity in which d cancels."""
    steps: list[Step] = []
    limits = {}
    for node in sorted(quantity.atoms(FrobeniusSquared), key=str):
        block = derive_with_steps(node.args[0])
        norm = frobenius_limit(block.result, gamma)
        steps += [*block.steps, *norm.steps]
        limits[node] = norm.result
    _require_degree_zero(quantity, limits)
    limit = quantity.xreplace(limits)
    return Derivation(limit, (*steps, equation("hence, as d cancels", quantity, limit)))


def _require_degree_zero(quantity: sympy.Expr, norms: Mapping[sympy.Expr, sympy.Expr]) -> None:
    """Refuse a quantity that changes when every norm is multiplied by the same number."""
    factor = sympy.Dummy("d", positive=True)
    scaled = quantity.xreplace({node: factor * node for node in norms})
    if sympy.cancel(scaled / quantity) != 1:
        raise DomainError(f"{quantity} has no finite limit: norms grow like d, which must cancel")

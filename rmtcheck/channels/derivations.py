"""The derivation that answers a question, whatever its shape."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import sympy

from rmtcheck.channels import patterns
from rmtcheck.channels.decoupling import derive_decoupling, speaks_of_decoupling
from rmtcheck.channels.patterns import speaks_of_weights
from rmtcheck.channels.quantified import derive_for_all
from rmtcheck.channels.shared_readout import is_iterated
from rmtcheck.claims.blocks import BlockFormula, LeadingBlock
from rmtcheck.claims.patterns import Pattern
from rmtcheck.claims.quantified import ForAll
from rmtcheck.claims.statements import Bound, Identity, LimitOf, Order, SpectralLimit, Statement
from rmtcheck.errors import DomainError
from rmtcheck.symbolic import projections, traces
from rmtcheck.symbolic.asymptotics import derive_leading_term, derive_limit
from rmtcheck.symbolic.class_growth import derive_leading
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.exchangeability import normal_form
from rmtcheck.symbolic.fixed_dimension import fixed_dimension_limit
from rmtcheck.symbolic.hessian import derive_with_steps
from rmtcheck.symbolic.limit_equations import limit_equation
from rmtcheck.symbolic.shared_readout.limit import derive_growth
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


def derivation_of(statement: Statement) -> Derivation:
    """Return the derivation of what a statement asks, with its steps.

    Raises
    ------
    TypeError
        If no derivation is known for this kind of statement.
    DomainError
        If the question lies outside the symbolic engine's domain.
    """
    if speaks_of_decoupling(statement):
        return derive_decoupling(statement)
    return _derived(statement)


@singledispatch
def _derived(statement: Statement) -> Derivation:
    raise TypeError(f"no derivation for {type(statement).__name__}")


@_derived.register
def _(statement: BlockFormula) -> Derivation:
    return derive_with_steps(statement.block)


@_derived.register
def _(statement: LeadingBlock) -> Derivation:
    return derive_leading(statement.block)


@_derived.register
def _(statement: LimitOf) -> Derivation:
    quantity = statement.quantity
    if is_iterated(statement):
        return _growth(statement)
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


@_derived.register
def _(statement: Order) -> Derivation:
    if is_iterated(statement):
        return _growth(statement)
    _require_direction(statement.along, CLASSES)
    return derive_leading_term(statement.quantity)


@_derived.register
def _(statement: Identity) -> Derivation:
    if speaks_of_weights(statement):
        return patterns.derive(statement)
    if statement.lhs.has(HermitianMatrix):
        return traces.reduce(statement.lhs)
    form = normal_form(statement.lhs)
    return Derivation(form, (equation("by exchangeability and sum p_k = 1", statement.lhs, form),))


@_derived.register
def _(statement: Pattern | Bound) -> Derivation:
    if not speaks_of_weights(statement):
        raise TypeError(f"no derivation for {type(statement).__name__}")
    return patterns.derive(statement)


@_derived.register
def _(statement: SpectralLimit) -> Derivation:
    if isinstance(statement.ensemble, WeightedCovariance):
        _require_direction(statement.along, PROPORTIONAL)
        return weighted_equation(statement.along.ratio)
    is_one_size = isinstance(statement.ensemble, WignerMatrix)
    _require_direction(statement.along, (symbols.d,) if is_one_size else PROPORTIONAL)
    return limit_equation(statement.ensemble, statement.along.ratio)


@_derived.register
def _(statement: ForAll) -> Derivation:
    return derive_for_all(statement)


def _require_direction(along: Along, sizes: tuple[sympy.Symbol, ...]) -> None:
    if along.growing != sizes:
        names = ", ".join(map(str, sizes))
        raise DomainError(f"the direction {along} is not derived here; accepted is Along({names})")


def _growth(statement: LimitOf | Order) -> Derivation:
    along = statement.along
    if along.growing not in (CLASSES, (symbols.d, *CLASSES), (*PROPORTIONAL, *CLASSES)):
        accepted = "Along(C), Along(d, then=C) and Along(d, N, ratio=gamma, then=C)"
        raise DomainError(f"the direction {along} is not derived here; accepted are {accepted}")
    return derive_growth(statement.quantity, along.ratio)


def record_of(derivation: Derivation) -> dict[str, Any]:
    """Return a derivation as JSON data."""
    result = derivation.result
    is_expression = isinstance(result, sympy.Basic)
    return {
        "kind": "derivation",
        "result": str(result),
        "latex": sympy.latex(result) if is_expression else "",
        "steps": [
            {"text": s.text, "latex": s.latex, "checked": s.checked} for s in derivation.steps
        ],
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

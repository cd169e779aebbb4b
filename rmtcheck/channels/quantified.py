"""Statements on every object of a class: how each is derived, and compared with a derivation."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sympy

from rmtcheck.claims.quantified import ConvergesWith, Determines, ForAll
from rmtcheck.claims.statements import Identity, LimitOf, Statement
from rmtcheck.errors import DomainError
from rmtcheck.symbolic.concentration import compare_concentration, concentration
from rmtcheck.symbolic.derivation import Derivation
from rmtcheck.symbolic.determination import compare_data, reconstruction
from rmtcheck.symbolic.equality import ZeroTest
from rmtcheck.symbolic.inversion import compare_with_masses, inversion_limit
from rmtcheck.symbolic.moment_series import Expansion, compare_expansion, moment_expansion
from rmtcheck.symbolic.point_masses import has_all_point_masses
from rmtcheck.symbolic.weak_convergence import compare_criterion, transform_criterion
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import RandomMatrix, ResolventTrace
from rmtcheck.vocabulary.measures import Measure, Stieltjes, mu
from rmtcheck.vocabulary.quantities import E

_TRACE = ResolventTrace(RandomMatrix("A"), symbols.z)
FLUCTUATION = sympy.Abs(_TRACE - E(_TRACE))
"""The one random quantity whose almost sure limit is derived for classes of matrices."""


def derive_for_all(statement: ForAll) -> Derivation:
    """Derive for which objects the predicate is true.

    Raises
    ------
    DomainError
        If no derivation is known for this predicate.
    """
    predicate, asked = statement.predicate, statement.asked
    if isinstance(predicate, Identity) and asked.has(sympy.Limit):
        return inversion_limit(asked)
    if isinstance(predicate, Identity) and asked == Stieltjes(mu, symbols.z):
        return moment_expansion(asked)
    if isinstance(predicate, Determines):
        return reconstruction(asked)
    if isinstance(predicate, ConvergesWith):
        return transform_criterion(asked)
    if isinstance(predicate, LimitOf) and asked == FLUCTUATION and predicate.mode != "sure":
        return concentration()
    raise DomainError(f"{statement} is given; no derivation is known for such a statement")


def compare_for_all(statement: ForAll, derived: Any) -> ZeroTest:
    """Decide whether the class lies among the objects for which the predicate is true.

    Raises
    ------
    DomainError
        If the statement speaks of two measures, or of a condition that is not understood.
    """
    predicate, objects = statement.predicate, statement.objects
    _require_one_measure(predicate)
    if isinstance(predicate, Identity) and isinstance(derived, Expansion):
        return compare_expansion(derived, predicate.rhs, objects, statement.where)
    if statement.where is not sympy.true:
        raise DomainError(f"the condition is {statement.where}; accepted is none")
    if isinstance(predicate, Identity) and has_all_point_masses(objects):
        return compare_with_masses(derived, predicate.rhs)
    if isinstance(predicate, Determines):
        return compare_data(predicate.data, objects)
    if isinstance(predicate, ConvergesWith):
        return compare_criterion(predicate.data, objects)
    if isinstance(predicate, LimitOf):
        return compare_concentration(derived, objects, predicate.along, predicate.value)
    raise DomainError(f"{statement} is given; no comparison is known for such a statement")


def _require_one_measure(predicate: Statement) -> None:
    values = (getattr(predicate, field.name) for field in fields(predicate))
    measures: set[Any] = set()
    for value in values:
        measures |= value.atoms(Measure) if isinstance(value, sympy.Basic) else set()
    if len(measures) > 1:
        names = ", ".join(sorted(map(str, measures)))
        raise DomainError(f"the measures are {names}; accepted is one measure")

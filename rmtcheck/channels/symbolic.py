"""The symbolic witness: exact derivations, compared as algebra, on the whole domain."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import Any

import sympy

from rmtcheck.channels._protocol import Judgement, Observation, Progress
from rmtcheck.channels.decoupling import compare_decoupling, speaks_of_decoupling
from rmtcheck.channels.derivations import derivation_of, record_of
from rmtcheck.channels.patterns import (
    compare_bound,
    compare_pattern,
    links_record,
    speaks_of_weights,
)
from rmtcheck.channels.quantified import compare_for_all
from rmtcheck.claims.blocks import BlockFormula, LeadingBlock
from rmtcheck.claims.evidence import Column, Outcome, Reach, Scope
from rmtcheck.claims.patterns import Pattern
from rmtcheck.claims.quantified import ForAll
from rmtcheck.claims.statements import Bound, Identity, LimitOf, Order, SpectralLimit, Statement
from rmtcheck.symbolic import traces
from rmtcheck.symbolic.class_growth import compare_leading
from rmtcheck.symbolic.equality import Answer, ZeroTest, are_equal
from rmtcheck.symbolic.field import ExactField, NotRational
from rmtcheck.symbolic.hessian import same_gram
from rmtcheck.symbolic.implicit_law import compare_equations
from rmtcheck.symbolic.shared_readout.comparison import same_limit, same_order
from rmtcheck.symbolic.shared_readout.growth import Growth
from rmtcheck.symbolic.stieltjes import law_defect
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.ensembles import HermitianMatrix
from rmtcheck.vocabulary.laws import ImplicitLaw
from rmtcheck.vocabulary.networks import OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxComponent

EVERYWHERE = Scope(Reach.ALL, "all values of the symbols, as algebra")
EVERY_WEIGHT = Scope(Reach.ALL, "every weight function and Gaussian data of the class")
EVERY_OBJECT = Scope(Reach.ALL, "every object of the class")
_OUTCOME = {
    Answer.YES: Outcome.HOLDS,
    Answer.NO: Outcome.FAILS,
    Answer.UNKNOWN: Outcome.UNKNOWN,
}
_LONGEST = 300


class SymbolicChannel:
    """Derive the question exactly; hold an answer that is provably the same."""

    column = Column.SYMBOLIC

    def applies(self, statement: Statement) -> bool:
        """Whether a derivation is known for such a statement."""
        if speaks_of_weights(statement) or speaks_of_decoupling(statement):
            return True
        if not _has_known_units(statement):
            return False
        if isinstance(statement, Identity | Order):
            return not _has_explicit_classes(statement.asked)
        return isinstance(statement, BlockFormula | LeadingBlock | SpectralLimit | LimitOf | ForAll)

    def observe(self, claim: str, statement: Statement, progress: Progress) -> Observation:
        """Derive the question."""
        progress("deriving")
        derivation = derivation_of(statement)
        record = {**record_of(derivation), **links_record(statement, derivation.result)}
        return Observation(derivation.result, record)

    def judge(self, observation: Observation, statement: Statement) -> Judgement:
        """Compare an answer with the derivation."""
        compare = compare_decoupling if speaks_of_decoupling(statement) else self._compare
        test = compare(statement, observation.content)
        witness = _short(test.witness)
        scope = _scope(statement, observation.content)
        if test.answer == Answer.NO:
            return Judgement(Outcome.FAILS, scope, "differs from the derivation", witness)
        return Judgement(_OUTCOME[test.answer], scope, witness, least=_least(observation.content))

    @singledispatchmethod
    def _compare(self, statement: Statement, derived: Any) -> ZeroTest:
        raise TypeError(f"no comparison for {type(statement).__name__}")

    @_compare.register
    def _(self, statement: BlockFormula, derived: Any) -> ZeroTest:
        return same_gram(derived, statement.gram)

    @_compare.register
    def _(self, statement: LeadingBlock, derived: Any) -> ZeroTest:
        return compare_leading(derived, statement.gram)

    @_compare.register
    def _(self, statement: LimitOf, derived: Any) -> ZeroTest:
        limit = derived.limit if isinstance(derived, Growth) else derived
        if limit is None:
            return ZeroTest(Answer.UNKNOWN, "no limit was derived")
        if limit in (sympy.oo, -sympy.oo):
            return ZeroTest(Answer.NO, f"the limit is {limit}")
        compare = same_limit if isinstance(derived, Growth) else are_equal
        return compare(limit, statement.value)

    @_compare.register
    def _(self, statement: Identity, derived: Any) -> ZeroTest:
        if statement.lhs.has(HermitianMatrix):
            return traces.is_identity(statement.lhs, statement.rhs)
        return are_equal(derived, statement.rhs)

    @_compare.register
    def _(self, statement: Pattern, derived: Any) -> ZeroTest:
        return compare_pattern(statement, derived)

    @_compare.register
    def _(self, statement: Bound, derived: Any) -> ZeroTest:
        return compare_bound(statement, derived)

    @_compare.register
    def _(self, statement: Order, derived: Any) -> ZeroTest:
        if derived is None:
            return ZeroTest(Answer.UNKNOWN, "no leading term was derived")
        if isinstance(derived, Growth):
            return same_order(derived, statement.exponent, tight=statement.tight)
        coefficient, exponent = derived
        term = f"the leading term is ({coefficient})*{statement.along.scale}**({exponent})"
        fits = exponent == statement.exponent or (
            not statement.tight and exponent < statement.exponent
        )
        if fits and not _has_no_zero(coefficient):
            return ZeroTest(Answer.UNKNOWN, f"{term}, whose coefficient may vanish")
        return ZeroTest(Answer.YES if fits else Answer.NO, term)

    @_compare.register
    def _(self, statement: SpectralLimit, derived: Any) -> ZeroTest:
        if isinstance(statement.law, ImplicitLaw):
            return compare_equations(derived, statement.law)
        return law_defect(statement.ensemble, statement.law, statement.along.ratio)

    @_compare.register
    def _(self, statement: ForAll, derived: Any) -> ZeroTest:
        return compare_for_all(statement, derived)


def _has_known_units(statement: Statement) -> bool:
    """Whether limits of hidden layers, if any, are those of rectified units: others are not."""
    if not isinstance(statement, LimitOf | Order):
        return True
    return all(net.activation == RELU for net in statement.asked.atoms(OneHiddenLayer))


def _scope(statement: Statement, derived: Any) -> Scope:
    if speaks_of_decoupling(statement):
        return EVERY_WEIGHT
    if isinstance(derived, Growth) and symbols.m in statement.free_symbols:
        text = f"all values of the symbols with m >= {derived.least_width}, as algebra"
        return Scope(Reach.ALL, text)
    return EVERY_OBJECT if isinstance(statement, ForAll) else EVERYWHERE


def _least(derived: Any) -> dict[sympy.Symbol, int]:
    return {symbols.m: derived.least_width} if isinstance(derived, Growth) else {}


def _has_no_zero(coefficient: sympy.Expr) -> bool:
    """Whether one sign is proved for all values of the symbols; expansions are generic."""
    field = ExactField(coefficient.free_symbols)
    try:
        return field.sign(field.element(coefficient)) in (1, -1)
    except NotRational:
        return False


def _has_explicit_classes(expression: sympy.Expr) -> bool:
    return any(p.classes.is_number for p in expression.atoms(SoftmaxComponent))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."

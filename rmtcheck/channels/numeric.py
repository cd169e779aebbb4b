"""The numeric witness: floats with error estimates, which inform and decide nothing.

An answer fails where it is farther from the estimate than `PATIENCE` estimated errors. The
factor belongs to this channel: estimated errors are no bounds, and the mutants show what
power is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import singledispatchmethod
from typing import Any

from rmtcheck.channels import estimates, shared_readout, weights
from rmtcheck.channels._protocol import Judgement, Observation, Progress
from rmtcheck.channels.blocks import compare_blocks, draw_blocks
from rmtcheck.channels.decoupled_bias import judge_bias, observe_bias
from rmtcheck.channels.decoupled_blocks import asks_for_bias
from rmtcheck.channels.decoupling import speaks_of_decoupling
from rmtcheck.channels.estimates import Found
from rmtcheck.channels.leading import compare_growth, grow_blocks, record_of_growth
from rmtcheck.channels.patterns import speaks_of_weights
from rmtcheck.channels.simulation.resolvents import Setting
from rmtcheck.channels.simulation.settings import claimed_transform, settings_of
from rmtcheck.channels.typical import Point, shown
from rmtcheck.channels.weights import has_numbers
from rmtcheck.claims.blocks import BlockFormula, LeadingBlock
from rmtcheck.claims.evidence import Column, Outcome, Reach, Scope
from rmtcheck.claims.statements import (
    Bound,
    Identity,
    LimitOf,
    Order,
    SpectralLimit,
    Statement,
    Value,
)
from rmtcheck.errors import DomainError
from rmtcheck.spectral.expectations import value_of
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.quantities import Expectation, FrobeniusSquared

PATIENCE = 50
TRANSFORM_ERROR = 1e-8
"""What quadrature of a printed density and the solver of a transform may differ by."""


class NumericChannel:
    """Evaluate the question in floats at typical points."""

    column = Column.NUMERIC

    def applies(self, statement: Statement) -> bool:
        """Whether floats can say anything about such a statement."""
        if speaks_of_weights(statement):
            return has_numbers(statement)
        if speaks_of_decoupling(statement):
            return asks_for_bias(statement)
        if isinstance(statement, BlockFormula | LeadingBlock):
            return True
        if shared_readout.is_iterated(statement):
            return shared_readout.has_numbers(statement)
        if isinstance(statement, LimitOf | Order):
            grows = statement.along.sizes == (symbols.C,)
            norms = statement.asked.has(FrobeniusSquared)
            return grows or (norms and statement.along.sizes == (symbols.d, symbols.N))
        if isinstance(statement, Bound):
            return bool(statement.asked.has(FrobeniusSquared))
        if isinstance(statement, SpectralLimit):
            return bool(settings_of(statement))
        is_formula = isinstance(statement, Value | Identity)
        return is_formula and bool(statement.asked.has(Expectation))

    def observe(self, claim: str, statement: Statement, progress: Progress) -> Observation:
        """Evaluate the question."""
        progress("evaluating")
        if speaks_of_weights(statement):
            return weights.observe(statement)
        if isinstance(statement, LimitOf) and asks_for_bias(statement):
            return observe_bias(statement)
        return self._observed(statement)

    def judge(self, observation: Observation, statement: Statement) -> Judgement:
        """Compare an answer with the estimates."""
        if speaks_of_weights(statement):
            return weights.judge(statement, observation.content)
        if isinstance(statement, LimitOf) and asks_for_bias(statement):
            return judge_bias(statement, observation.content)
        found = self._judged(statement, observation.content)
        if isinstance(statement, LimitOf) and shared_readout.is_iterated(statement):
            remark = shared_readout.power_of_draws(observation.record)
            return replace(found, message=f"{found.message}; {remark}")
        return found

    @singledispatchmethod
    def _observed(self, statement: Statement) -> Observation:
        return _estimates(list(estimates.values(statement)))

    @_observed.register
    def _(self, statement: LimitOf) -> Observation:
        if shared_readout.is_iterated(statement):
            return _extrapolated(shared_readout.pairs(statement))
        grows = statement.along.sizes == (symbols.C,)
        series = estimates.along_classes if grows else estimates.along_dimensions
        return _extrapolated(series(statement))

    @_observed.register
    def _(self, statement: Order) -> Observation:
        if shared_readout.is_iterated(statement):
            return _extrapolated(shared_readout.pairs(statement))
        return _extrapolated(estimates.exponents(statement))

    @_observed.register
    def _(self, statement: Bound) -> Observation:
        sides = [estimates.at_sizes(side, {}) for side in (statement.lhs, statement.rhs)]
        return _estimates([Found({}, side) for side in sides])

    @_observed.register
    def _(self, statement: BlockFormula) -> Observation:
        return Observation(draw_blocks(statement.block))

    @_observed.register
    def _(self, statement: LeadingBlock) -> Observation:
        grown = grow_blocks(statement.block)
        return Observation(grown, record_of_growth(grown))

    @_observed.register
    def _(self, statement: SpectralLimit) -> Observation:
        settings = settings_of(statement)
        return Observation(settings, {"kind": "transforms", "points": list(map(_limit, settings))})

    @singledispatchmethod
    def _judged(self, statement: Statement, content: Any) -> Judgement:
        raise TypeError(f"no comparison for {type(statement).__name__}")

    @_judged.register
    def _(self, statement: LimitOf, content: Any) -> Judgement:
        value = shared_readout.claimed_value if statement.along.then else value_of
        return _near(content, lambda at: value(statement.value, at))

    @_judged.register
    def _(self, statement: Identity, content: Any) -> Judgement:
        return _near(content, lambda at: value_of(statement.rhs, at))

    @_judged.register
    def _(self, statement: Order, content: Any) -> Judgement:
        claimed = float(statement.exponent)
        if statement.tight:
            return _near(content, lambda at: claimed)
        found = {tuple(one.at.items()): one.estimate.value for one in content}
        return _near(content, lambda at: min(claimed, found[tuple(at.items())]))

    @_judged.register
    def _(self, statement: Value, content: Any) -> Judgement:
        return _near(
            content,
            lambda at: value_of(statement.value, at),
            slack=lambda at: value_of(statement.unit / 2, at),
        )

    @_judged.register
    def _(self, statement: Bound, content: Any) -> Judgement:
        left, right = (found.estimate for found in content)
        return _ordered(left, right, statement.relation)

    @_judged.register
    def _(self, statement: SpectralLimit, content: Any) -> Judgement:
        return _transformed(content, statement)

    @_judged.register
    def _(self, statement: BlockFormula, content: Any) -> Judgement:
        return compare_blocks(content, statement)

    @_judged.register
    def _(self, statement: LeadingBlock, content: Any) -> Judgement:
        return compare_growth(content, statement)


def _estimates(found: Sequence[Found]) -> Observation:
    return Observation(found, {"kind": "estimates", "points": [f.record() for f in found]})


def _extrapolated(pairs: Iterable[tuple[list[Found], Found]]) -> Observation:
    series, limits = [], []
    for finite, limit in pairs:
        series += finite
        limits.append(limit)
    record = {
        "kind": "estimates",
        "points": [f.record() for f in series],
        "extrapolated": [f.record() for f in limits],
    }
    return Observation(limits, record)


def _near(
    found: Sequence[Found],
    answer: Callable[[Point], float],
    slack: Callable[[Point], float] = lambda at: 0.0,
) -> Judgement:
    """Hold an answer that is everywhere within the patience (and the printed half unit)."""
    scope = Scope(Reach.POINTS, "; ".join(shown(f.at) for f in found))
    for one in found:
        try:
            value = answer(one.at)
        except DomainError as problem:
            text = f"at {shown(one.at)}: {problem}"
            return Judgement(Outcome.FAILS, scope, "the answer has no value", text)
        allowed = PATIENCE * one.estimate.error + slack(one.at)
        if abs(value - one.estimate.value) > allowed:
            text = f"at {shown(one.at)}: {value:.12g} claimed, {one.estimate.value:.12g} found"
            return Judgement(Outcome.FAILS, scope, "differs from the estimate", text)
    worst = max(PATIENCE * f.estimate.error for f in found)
    return Judgement(Outcome.HOLDS, scope, f"within {worst:.1g} of the estimates")


def _limit(setting: Setting) -> dict[str, Any]:
    limit = setting.theory.limit
    return {"at": setting.place, "re": limit.real, "im": limit.imag}


def _transformed(settings: Sequence[Setting], statement: SpectralLimit) -> Judgement:
    """Hold a law whose transform is that of the library's own law of the ensemble."""
    scope = Scope(Reach.POINTS, "; ".join(map(str, settings)))
    for setting in settings:
        try:
            value = claimed_transform(statement, setting)
        except DomainError as problem:
            return Judgement(Outcome.FAILS, scope, "this is no law", str(problem))
        if abs(value - setting.theory.limit) > TRANSFORM_ERROR:
            text = f"at {setting}: {value:.10g} claimed, {setting.theory.limit:.10g} solved"
            return Judgement(Outcome.FAILS, scope, "differs from the transform", text)
    return Judgement(Outcome.HOLDS, scope, f"within {TRANSFORM_ERROR:.1g} of the transforms")


def _ordered(left: Estimate, right: Estimate, relation: str) -> Judgement:
    scope = Scope(Reach.POINTS, "the sizes of the statement")
    gap = right.value - left.value if relation == "<" else left.value - right.value
    text = f"{left.value:.6g} on the left, {right.value:.6g} on the right"
    if abs(gap) <= PATIENCE * (left.error + right.error):
        return Judgement(Outcome.UNKNOWN, scope, text)
    if gap > 0:
        return Judgement(Outcome.HOLDS, scope, text)
    return Judgement(Outcome.FAILS, scope, "the other way round", text)

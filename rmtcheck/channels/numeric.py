"""The numeric witness: floats with error estimates, which inform and decide nothing.

An answer fails where it is farther from the estimate than `PATIENCE` estimated errors. The
factor belongs to this channel: estimated errors are no bounds, and the mutants show what
power is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmtcheck.channels import estimates
from rmtcheck.channels._protocol import Judgement, Observation, Progress
from rmtcheck.channels.estimates import Found
from rmtcheck.channels.simulation.resolvents import Setting
from rmtcheck.channels.simulation.settings import claimed_transform, settings_of
from rmtcheck.channels.typical import Point, shown
from rmtcheck.claims.evidence import Column, Outcome, Reach, Scope
from rmtcheck.claims.statements import (
    BlockFormula,
    Bound,
    Identity,
    LimitOf,
    Order,
    SpectralLimit,
    Statement,
    Value,
)
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.draw import draw_linear_model
from rmtcheck.montecarlo.referee import gram_block, hessian_block
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.expectations import value_of
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.losses import CrossEntropy
from rmtcheck.vocabulary.networks import HessianBlock
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.quantities import Expectation, FrobeniusSquared

PATIENCE = 50
DRAWS = 5
NUMBERS = {symbols.i: 1, symbols.j: 2, symbols.d: 3, symbols.N: 5, symbols.C: 4}
TRANSFORM_ERROR = 1e-8
"""What quadrature of a printed density and the solver of a transform may differ by."""
ROUNDING = 1e-9
"""Relative size of what rounding can do to a Hessian block of the referee."""


class NumericChannel:
    """Evaluate the question in floats at typical points."""

    column = Column.NUMERIC

    def applies(self, statement: Statement) -> bool:
        """Whether floats can say anything about such a statement."""
        if isinstance(statement, BlockFormula):
            return True
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
        return self._observed(statement)

    def judge(self, observation: Observation, statement: Statement) -> Judgement:
        """Compare an answer with the estimates."""
        return self._judged(statement, observation.content)

    @singledispatchmethod
    def _observed(self, statement: Statement) -> Observation:
        return _estimates(list(estimates.values(statement)))

    @_observed.register
    def _(self, statement: LimitOf) -> Observation:
        grows = statement.along.sizes == (symbols.C,)
        series = estimates.along_classes if grows else estimates.along_dimensions
        return _extrapolated(series(statement))

    @_observed.register
    def _(self, statement: Order) -> Observation:
        return _extrapolated(estimates.exponents(statement))

    @_observed.register
    def _(self, statement: Bound) -> Observation:
        sides = [estimates.at_sizes(side, {}) for side in (statement.lhs, statement.rhs)]
        return _estimates([Found({}, side) for side in sides])

    @_observed.register
    def _(self, statement: BlockFormula) -> Observation:
        drawn = [_drawn(statement.block, draw) for draw in range(DRAWS)]
        return Observation(drawn)

    @_observed.register
    def _(self, statement: SpectralLimit) -> Observation:
        settings = settings_of(statement)
        return Observation(settings, {"kind": "transforms", "points": list(map(_limit, settings))})

    @singledispatchmethod
    def _judged(self, statement: Statement, content: Any) -> Judgement:
        raise TypeError(f"no comparison for {type(statement).__name__}")

    @_judged.register
    def _(self, statement: LimitOf, content: Any) -> Judgement:
        return _near(content, lambda at: value_of(statement.value, at))

    @_judged.register
    def _(self, statement: Identity, content: Any) -> Judgement:
        return _near(content, lambda at: value_of(statement.rhs, at))

    @_judged.register
    def _(self, statement: Order, content: Any) -> Judgement:
        return _near(content, lambda at: float(statement.exponent))

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
        return _refereed(content, statement)


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


@dataclass(frozen=True)
class Drawn:
    """One network and the block of its Hessian, from the loss alone."""

    X: NDArray[np.float64]
    V: NDArray[np.float64]
    block: NDArray[np.float64]


def _drawn(block: HessianBlock, draw: int) -> Drawn:
    numeric = block.subs(NUMBERS)
    rng = stream(0, f"referee of {block}", draw)
    d, N, C = (int(size) for size in (numeric.network.d, numeric.samples, numeric.network.C))
    X, V = draw_linear_model(d, N, C, rng)
    is_labeled = isinstance(block.loss, CrossEntropy)
    targets = rng.integers(1, C + 1, N) if is_labeled else rng.standard_normal((C, N))
    return Drawn(X, V, hessian_block(numeric, X, V, targets))


def _refereed(drawn: Sequence[Drawn], statement: BlockFormula) -> Judgement:
    """Compare a formula with the second derivative of the loss at drawn points."""
    d, N, C = (NUMBERS[s] for s in (symbols.d, symbols.N, symbols.C))
    scope = Scope(Reach.POINTS, f"{DRAWS} drawn networks with d={d}, N={N}, C={C}")
    formula = statement.gram.subs(NUMBERS)
    for number, one in enumerate(drawn):
        gap = float(np.abs(one.block - gram_block(formula, one.X, one.V)).max())
        if gap > ROUNDING * max(1.0, float(np.abs(one.block).max())):
            text = f"draw {number}: an entry differs by {gap:.6g}"
            return Judgement(Outcome.FAILS, scope, "differs from the loss's own derivative", text)
    return Judgement(Outcome.HOLDS, scope, "agrees with the loss's own second derivative")

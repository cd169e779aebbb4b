"""The statistical witness: drawn matrices, and intervals that are valid under any stopping.

All intervals of a run share one error budget: a true claim is failed anywhere in the run
with probability at most that budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import singledispatchmethod
from pathlib import Path
from types import TracebackType
from typing import Any

import sympy

from rmtcheck.channels._protocol import Judgement, Observation, Progress
from rmtcheck.channels.decoupled_blocks import (
    asks_for_bias,
    asks_for_vanishing,
    blocks_of,
)
from rmtcheck.channels.derivations import derivation_of
from rmtcheck.channels.quantified import FLUCTUATION
from rmtcheck.channels.simulation import (
    block_norms,
    concentration,
    decoupling,
    norm_curves,
    pictures,
    resolvents,
)
from rmtcheck.channels.simulation.fields import STUDIES
from rmtcheck.channels.simulation.points import Point, judge_points
from rmtcheck.channels.simulation.settings import claimed_transform, settings_of
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.claim import Claim
from rmtcheck.claims.evidence import Column
from rmtcheck.claims.quantified import ForAll
from rmtcheck.claims.statements import Bound, LimitOf, Order, SpectralLimit, Statement
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.confidence import ErrorBudget
from rmtcheck.montecarlo.store import Store
from rmtcheck.montecarlo.workers import Workers
from rmtcheck.spectral.expectations import value_of
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.networks import HessianBlock
from rmtcheck.vocabulary.quantities import Along, FrobeniusSquared

PROPORTIONAL = Along(symbols.d, symbols.N, ratio=symbols.gamma)


class MonteCarloChannel:
    """Draw what the question speaks of, and compare answers with confidence intervals.

    Parameters
    ----------
    seed : int
        Root of all random streams.
    jobs : int
        Worker processes.
    scheduler : str, optional
        Where workers are instead, see `Workers`.
    store : Path
        Database of finished blocks.
    effort : int
        Factor on the numbers of draws.
    total : float
        Error budget of the run.
    """

    column = Column.MONTECARLO

    def __init__(
        self,
        *,
        seed: int,
        jobs: int,
        store: Path,
        effort: int,
        total: float,
        scheduler: str | None = None,
    ) -> None:
        self.seed = seed
        self.effort = effort
        self.budget = ErrorBudget(total)
        self.alpha = total
        self._workers = Workers(jobs, scheduler)
        self._store = Store(store)
        self._opened = ExitStack()

    def __enter__(self) -> MonteCarloChannel:
        with ExitStack() as opened:
            opened.callback(self._store.close)
            opened.enter_context(self._workers)
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    def share_budget(self, claims: Sequence[Claim]) -> None:
        """Give every question that will be simulated the same share of the budget."""
        questions = {
            (c.id, statement.question_hash)
            for c in claims
            for p in c.parts
            for statement in (p.printed, p.standing)
            if self.applies(statement)
        }
        self.alpha = self.budget.equal_share(max(1, len(questions)))

    def applies(self, statement: Statement) -> bool:
        """Whether something random can be drawn for such a statement."""
        if isinstance(statement, Bound):
            sides = (statement.lhs, statement.rhs)
            return not statement.free_symbols and all(map(block_norms.is_ratio, sides))
        if isinstance(statement, ForAll):
            predicate = statement.predicate
            is_limit = isinstance(predicate, LimitOf) and predicate.along == PROPORTIONAL
            return is_limit and statement.asked == FLUCTUATION
        if norm_curves.is_norm_against_classes(statement):
            return True
        if asks_for_bias(statement) or asks_for_vanishing(statement):
            return True
        if isinstance(statement, LimitOf) and statement.asked.has(FrobeniusSquared):
            return statement.along == PROPORTIONAL and block_norms.is_general(statement.asked)
        if isinstance(statement, LimitOf):
            return (statement.asked, statement.along.sizes) in STUDIES
        return isinstance(statement, SpectralLimit) and bool(settings_of(statement))

    def observe(self, claim: str, statement: Statement, progress: Progress) -> Observation:
        """Draw, and enclose the means."""
        simulator = Simulator(
            claim=claim,
            seed=self.seed,
            workers=self._workers,
            store=self._store,
            effort=self.effort,
            progress=progress,
        )
        self.budget.share(f"{claim} {statement.question_hash}", self.alpha)
        return self._observed(statement, simulator)

    def judge(self, observation: Observation, statement: Statement) -> Judgement:
        """Compare an answer with the intervals."""
        return self._judged(statement, observation.content)

    @singledispatchmethod
    def _observed(self, statement: Statement, simulator: Simulator) -> Observation:
        raise TypeError(f"nothing to draw for {type(statement).__name__}")

    @_observed.register
    def _(self, statement: LimitOf, simulator: Simulator) -> Observation:
        if asks_for_bias(statement):
            gaps = decoupling.measure_bias(simulator, blocks_of(statement), self.alpha)
            return _gaps(gaps, [gap.block.bias for gap in gaps])
        if asks_for_vanishing(statement):
            gaps = decoupling.measure_difference(simulator, blocks_of(statement), self.alpha)
            return _gaps(gaps, [0j for _ in gaps])
        study = STUDIES.get((statement.asked, statement.along.sizes))
        if study is not None:
            derived = derivation_of(statement).result
            points = study(simulator, self.alpha, lambda at: float(derived.subs(at)))
            return _means(list(points))
        blocks = _blocks(statement.asked)
        sizes = (*block_norms.SMALL, *block_norms.PAPER)
        found = block_norms.series(simulator, blocks, sizes, self.alpha)
        record = {**block_norms.record(found), **pictures.spectra(simulator, blocks)}
        return Observation([norms.ratio() for norms in found], record)

    @_observed.register
    def _(self, statement: Order, simulator: Simulator) -> Observation:
        curves = norm_curves.measure(simulator)
        return Observation(curves, norm_curves.record(curves))

    @_observed.register
    def _(self, statement: Bound, simulator: Simulator) -> Observation:
        sides = [_blocks(side) for side in (statement.lhs, statement.rhs)]
        sizes = [block_norms.sizes_of(diagonal) for diagonal, _ in sides]
        found = [
            norms
            for blocks, at in zip(sides, sizes, strict=True)
            for norms in block_norms.series(simulator, blocks, [at], self.alpha / 2)
        ]
        record = {**block_norms.record(found), **pictures.heatmaps(simulator, sizes)}
        return Observation([norms.ratio() for norms in found], record)

    @_observed.register
    def _(self, statement: SpectralLimit, simulator: Simulator) -> Observation:
        found = resolvents.measure(simulator, settings_of(statement), self.alpha)
        record = {
            "kind": "resolvent",
            "points": [r.record() for r in found],
            **pictures.spectrum_of(simulator, statement),
        }
        return Observation(found, record)

    @_observed.register
    def _(self, statement: ForAll, simulator: Simulator) -> Observation:
        found = concentration.measure(simulator, self.alpha)
        return Observation(found, {"kind": "gaps", "points": [g.record() for g in found]})

    @singledispatchmethod
    def _judged(self, statement: Statement, content: Any) -> Judgement:
        raise TypeError(f"no comparison for {type(statement).__name__}")

    @_judged.register
    def _(self, statement: LimitOf, content: Any) -> Judgement:
        if asks_for_bias(statement):
            return decoupling.judge_bias(content, statement.value)
        if asks_for_vanishing(statement):
            return decoupling.judge_difference(content, value_of(statement.value, {}))
        return judge_points(content, lambda at: value_of(statement.value, at))

    @_judged.register
    def _(self, statement: Order, content: Any) -> Judgement:
        return norm_curves.judge(content)

    @_judged.register
    def _(self, statement: Bound, content: Any) -> Judgement:
        left, right = content
        return block_norms.judge_order(left, right, statement.relation)

    @_judged.register
    def _(self, statement: SpectralLimit, content: Any) -> Judgement:
        return resolvents.judge(content, lambda setting: claimed_transform(statement, setting))

    @_judged.register
    def _(self, statement: ForAll, content: Any) -> Judgement:
        return concentration.judge(content, statement.objects, _value(statement.predicate))


def _value(predicate: Statement) -> sympy.Expr:
    if not isinstance(predicate, LimitOf):
        raise DomainError(f"{predicate} is given; accepted is a limit")
    return predicate.value


def _blocks(expression: sympy.Expr) -> tuple[HessianBlock, HessianBlock]:
    return block_norms.blocks_of([n.args[0] for n in expression.atoms(FrobeniusSquared)])


def _gaps(found: Sequence[decoupling.Gap], limits: Sequence[complex]) -> Observation:
    points = [gap.record(limit) for gap, limit in zip(found, limits, strict=True)]
    return Observation(found, {"kind": "resolvent", "points": points})


def _means(points: Sequence[Point]) -> Observation:
    record = {"kind": "means", "points": [p.record() for p in points]}
    return Observation(points, record)

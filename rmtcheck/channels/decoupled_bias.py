"""Floats on the bias of decoupling: a claimed formula against the library's own function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rmtcheck.channels._protocol import Judgement, Observation
from rmtcheck.channels.decoupled_blocks import TOLERANCE, Block, blocks_of
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.claims.statements import LimitOf
from rmtcheck.errors import DomainError


@dataclass(frozen=True)
class Found:
    """The bias of one block."""

    block: Block
    bias: complex

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"at": self.block.place, "re": self.bias.real, "im": self.bias.imag}


def observe_bias(statement: LimitOf) -> Observation:
    """Evaluate the bias of every block."""
    found = [Found(block, block.bias) for block in blocks_of(statement)]
    return Observation(found, {"kind": "transforms", "points": [f.record() for f in found]})


def judge_bias(statement: LimitOf, found: Sequence[Found]) -> Judgement:
    """Hold a formula that gives the bias of every block."""
    scope = Scope(Reach.POINTS, "; ".join(str(one.block) for one in found))
    for one in found:
        try:
            value = one.block.value(statement.value)
        except DomainError as problem:
            return Judgement(Outcome.FAILS, scope, "the formula has no value", str(problem))
        if abs(value - one.bias) > TOLERANCE * abs(one.bias):
            text = f"{one.block}: {value:.8g} claimed, {one.bias:.8g} found"
            return Judgement(Outcome.FAILS, scope, "differs from the bias", text)
    return Judgement(Outcome.HOLDS, scope, f"within {TOLERANCE:.0e} of the bias of every block")

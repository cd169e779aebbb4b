"""What a channel is: it observes a question, then judges answers against the observation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import sympy

from rmtcheck.claims.evidence import Column, Outcome, Scope
from rmtcheck.claims.statements import Statement

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Observation:
    """What was observed of a question, without sight of any answer.

    Attributes
    ----------
    content
        The engine's own objects, for `judge`.
    record
        The same in JSON data, for the ledger.
    """

    content: Any
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """One answer compared with one observation.

    Attributes
    ----------
    outcome, scope, message, witness
        What is found, where, why, and something to check it by.
    least
        What some integers must reach for the answer to hold; hypotheses have to grant it.
    """

    outcome: Outcome
    scope: Scope
    message: str
    witness: str = ""
    least: Mapping[sympy.Symbol, int] = field(default_factory=dict)


class Channel(Protocol):
    """A witness: `observe` is expensive and blind to the answer, `judge` is cheap."""

    column: Column

    def applies(self, statement: Statement) -> bool:
        """Whether this witness can say anything about such a statement."""
        ...

    def observe(self, claim: str, statement: Statement, progress: Progress) -> Observation:
        """Observe the question of the statement."""
        ...

    def judge(self, observation: Observation, statement: Statement) -> Judgement:
        """Compare the answer of the statement with the observation."""
        ...

"""What will be judged: subjects of a claim, and how much work a profile allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy

from rmtcheck.claims.blocks import BlockFormula, LeadingBlock
from rmtcheck.claims.claim import Claim, Part
from rmtcheck.claims.evidence import Kind
from rmtcheck.claims.hypotheses import Hypothesis
from rmtcheck.claims.quantified import ForAll
from rmtcheck.claims.statements import Statement
from rmtcheck.errors import DomainError


@dataclass(frozen=True)
class Profile:
    """How much work a run may do.

    Attributes
    ----------
    name
        Its name on the command line.
    digits
        Digits of the enclosures.
    effort
        Factor on the numbers of Monte Carlo draws.
    """

    name: str
    digits: int
    effort: int


PROFILES = {p.name: p for p in (Profile("quick", 30, 1), Profile("full", 50, 8))}


def profile_named(name: str) -> Profile:
    """Return a profile by name.

    Raises
    ------
    DomainError
        If there is no such profile.
    """
    if name not in PROFILES:
        raise DomainError(f"profile={name!r} is unknown; the profiles are {', '.join(PROFILES)}")
    return PROFILES[name]


@dataclass(frozen=True)
class Subject:
    """A statement to be judged, and why; `statement` is None where it has no meaning."""

    kind: Kind
    name: str
    statement: Statement | None


def subjects(made: Claim, part: Part) -> Iterator[Subject]:
    """Yield what is judged of one part: printed, derived, mutants, weakened hypotheses."""
    yield Subject(Kind.PRINTED, "printed", part.printed)
    if part.derived is not None:
        yield Subject(Kind.DERIVED, "derived", part.derived)
    for name, mutant in part.standing.mutants():
        yield Subject(Kind.MUTANT, name, mutant)
    yield from _weakened(made, part.standing)


def _only_renames(hypothesis: Hypothesis) -> bool:
    return all(isinstance(new, sympy.Symbol) for new in hypothesis.instance.values())


_OPEN = (BlockFormula, LeadingBlock, ForAll)
"""Statements that mean the same where two indices become equal."""


def _weakened(made: Claim, statement: Statement) -> Iterator[Subject]:
    for hypothesis in made.given:
        if _only_renames(hypothesis) and not isinstance(statement, _OPEN):
            continue  # equal classes change what a closed form stands for, not only its value
        instance = statement.substitute(hypothesis.instance)
        if instance is None or instance.hash != statement.hash:
            name = f"{hypothesis} weakened to {hypothesis.weakened}"
            yield Subject(Kind.HYPOTHESIS, name, instance)

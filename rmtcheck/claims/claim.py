"""A claim: what a source prints, what was derived instead, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import sympy

from rmtcheck.claims.hypotheses import Hypothesis
from rmtcheck.claims.statements import Statement
from rmtcheck.errors import ClaimError

_collected: ContextVar[list[Claim] | None] = ContextVar("collected", default=None)


@dataclass(frozen=True)
class Source:
    """Where a statement is printed.

    Parameters
    ----------
    document : str
        The document.
    place : str
        Theorem, equation or page.
    """

    document: str
    place: str

    def __str__(self) -> str:
        return f"{self.document}, {self.place}"


@dataclass(frozen=True)
class Part:
    """One sentence of a claim: as printed, and as derived where that differs."""

    printed: Statement
    derived: Statement | None = None

    @property
    def standing(self) -> Statement:
        """The statement that the author stands by: the derived one if there is one."""
        return self.derived or self.printed


@dataclass(frozen=True)
class Claim:
    """One row of the ledger; see :func:`claim`."""

    id: str
    title: str
    source: Source
    given: tuple[Hypothesis, ...]
    parts: tuple[Part, ...]
    uses: tuple[str, ...] = ()
    notes: str = ""

    @property
    def family(self) -> str:
        """The first part of the identifier."""
        return self.id.split(".")[0]

    @property
    def hashes(self) -> frozenset[str]:
        """Fingerprints of every statement the claim makes."""
        statements = [s for p in self.parts for s in (p.printed, p.derived) if s is not None]
        return frozenset(s.hash for s in statements)


Statements = Statement | Sequence[Statement]


def claim(
    id: str,
    source: Source,
    *,
    title: str,
    printed: Statements,
    derived: Statements | None = None,
    given: Sequence[Hypothesis] = (),
    uses: Sequence[str] = (),
    notes: str = "",
) -> Claim:
    """Declare a claim in a proofs file.

    Parameters
    ----------
    id : str
        Permanent dotted identifier; its first part is the folder.
    source : Source
        Where the statement is printed.
    title : str
        One line for the report.
    printed : Statement or sequence of Statement
        The statement exactly as its source prints it, in house notation; a sequence is a
        conjunction, whose parts are decided one by one.
    derived : same shape as `printed`, optional
        What the author says is right where the print is wrong. Every part that differs
        from its printed counterpart must be earned by evidence.
    given : sequence of relations or Assumption
        The hypotheses.
    uses : sequence of str
        Identifiers of the claims this one rests on.
    notes : str
        How the source's words were restated.

    Returns
    -------
    Claim

    Raises
    ------
    ClaimError
        If `printed` and `derived` have different numbers of parts.

    Examples
    --------
    >>> from rmtcheck import Identity, Source, claim
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> claim("demo.one", Source("demo", "p. 1"), title="a sum", given=[gamma > 0],
    ...       printed=Identity(gamma + gamma, 2 * gamma)).family
    'demo'
    """
    made = Claim(
        id=id,
        title=title,
        source=source,
        given=tuple(given),
        parts=_parts(id, _several(printed), None if derived is None else _several(derived)),
        uses=tuple(uses),
        notes=" ".join(notes.split()),
    )
    collected = _collected.get()
    if collected is not None:
        collected.append(made)
    return made


@contextmanager
def collecting() -> Iterator[list[Claim]]:
    """Collect every claim declared inside the block."""
    claims: list[Claim] = []
    token = _collected.set(claims)
    try:
        yield claims
    finally:
        _collected.reset(token)


def _several(statements: Statements) -> tuple[Statement, ...]:
    return (statements,) if isinstance(statements, Statement) else tuple(statements)


def _parts(
    id: str, printed: tuple[Statement, ...], derived: tuple[Statement, ...] | None
) -> tuple[Part, ...]:
    if derived is None:
        return tuple(Part(p) for p in printed)
    if len(derived) != len(printed):
        raise ClaimError(
            f"{id}: {len(printed)} printed statements but {len(derived)} derived ones;"
            " give one derived statement for each printed one (repeat those that stand)"
        )
    return tuple(
        Part(p, None if q.hash == p.hash else q) for p, q in zip(printed, derived, strict=True)
    )


def free_symbols(made: Claim) -> set[sympy.Symbol]:
    """Return every symbol that the claim's statements quantify over."""
    statements = [s for p in made.parts for s in (p.printed, p.standing)]
    return set().union(*(s.free_symbols for s in statements))

"""Rules on statements; any breach stops the run before anything is computed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import sympy

from rmtcheck.claims.claim import Claim, free_symbols
from rmtcheck.claims.graph import topological
from rmtcheck.claims.quantified import ForAll
from rmtcheck.claims.statements import LimitOf
from rmtcheck.errors import ClaimError
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.graphs import Weight
from rmtcheck.vocabulary.samples import LABEL

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*(\.[a-zA-Z0-9_]+)+")


def lint(claims: Sequence[Claim], catalogue: Iterable[str] = ()) -> None:
    """Refuse malformed claims.

    Raises
    ------
    ClaimError
        Naming every breach: identifier, source, hypotheses, order of limits, `uses`, mutants.
    """
    known = {c.id for c in claims} | set(catalogue)
    breaches = [f"{c.id}: {text}" for c in claims for text in breaches_of(c, known)]
    if breaches:
        raise ClaimError("; ".join(breaches))
    topological({c.id: c.uses for c in claims})


def breaches_of(made: Claim, known: set[str]) -> Iterator[str]:
    """Yield every rule that a claim breaks."""
    if not _IDENTIFIER.fullmatch(made.id):
        yield "the identifier is not dotted lower case such as 'thm1.constant'"
    if not re.search(r"\d|abstract|Case|Part|note", made.source.place):
        yield f"the source {made.source} names no theorem, equation or page"
    yield from (f"uses {u}, which is no claim" for u in made.uses if u not in known)
    yield from _hypotheses(made)
    yield from _classes(made)
    yield from _limits(made)
    for part in made.parts:
        if part.derived is not None and part.derived.asked != part.printed.asked:
            yield f"the derived '{part.derived}' answers another question than the printed one"
        if next(part.standing.mutants(), None) is None:
            yield f"no mutant of '{part.standing}' exists, so nothing could show it wrong"


def _hypotheses(made: Claim) -> Iterator[str]:
    bounded = frozenset().union(*(h.bounds for h in made.given))
    for symbol in sorted(free_symbols(made) - bounded - _FREE, key=str):
        if isinstance(symbol, Weight):
            continue  # a weight takes all real values
        yield f"the symbol {symbol} has no domain; say it in given=[...]"


def _classes(made: Claim) -> Iterator[str]:
    stated = {h.text for h in made.given}
    for part in made.parts:
        named = sorted(part.standing.free_symbols & {symbols.i, symbols.j, symbols.n}, key=str)
        for first, second in combinations(named, 2):
            if not {f"{first} != {second}", f"{second} != {first}"} & stated:
                pair = f"{first}, {second}"
                yield f"the classes {pair} may be equal; say distinct({pair}) in given=[...]"


def _limits(made: Claim) -> Iterator[str]:
    for part in made.parts:
        standing = part.standing
        statement = standing.predicate if isinstance(standing, ForAll) else standing
        if not isinstance(statement, LimitOf):
            continue
        if len(statement.along.sizes) > 1 and statement.along.ratio is None:
            yield "two sizes grow without an order or a ratio; write Along(d, N, ratio=gamma)"


_FREE: set[sympy.Symbol] = {
    symbols.x,
    symbols.t,
    symbols.z,
    symbols.s,
    symbols.weight,
    symbols.N,
    symbols.d,
    symbols.i,
    symbols.n,
    LABEL,
}
"""Symbols whose range is their meaning: a point, a transform, a weight, a size, a class."""

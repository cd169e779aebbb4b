"""The graph of what rests on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rmtcheck.claims.verdict import Status
from rmtcheck.errors import ClaimError

Uses = Mapping[str, Sequence[str]]

SETTLED = (Status.CONFIRMED, Status.CORRECTED)


def ancestors(uses: Uses, claim: str) -> tuple[str, ...]:
    """Return every claim that `claim` rests on, directly or not, sorted.

    Examples
    --------
    >>> ancestors({"c": ["b"], "b": ["a"]}, "c")
    ('a', 'b')
    """
    found: set[str] = set()
    waiting = list(uses.get(claim, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += uses.get(name, ())
    return tuple(sorted(found))


def descendants(uses: Uses, claim: str) -> tuple[str, ...]:
    """Return every claim that rests on `claim`, directly or not, sorted.

    Examples
    --------
    >>> descendants({"c": ["b"], "b": ["a"]}, "a")
    ('b', 'c')
    """
    return tuple(sorted(name for name in uses if claim in ancestors(uses, name)))


def topological(uses: Uses) -> tuple[str, ...]:
    """Return the claims so that each follows what it rests on.

    Raises
    ------
    ClaimError
        If the claims rest on each other in a circle.
    """
    order: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in open_:
            circle = [*open_[open_.index(name) :], name]
            raise ClaimError(f"claims rest on each other in a circle: {' -> '.join(circle)}")
        if name not in order:
            open_.append(name)
            for used in uses.get(name, ()):
                visit(used)
            open_.pop()
            order.append(name)

    for name in uses:
        visit(name)
    return tuple(n for n in order if n in uses)


def rests_on(uses: Uses, statuses: Mapping[str, Status], claim: str) -> tuple[str, ...]:
    """Return the ancestors of `claim` that are not settled; one without a status is not stated."""
    return tuple(a for a in ancestors(uses, claim) if statuses.get(a) not in SETTLED)

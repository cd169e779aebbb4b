"""Pictures of what a statement says, where the evidence is algebra and holds no data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rmtcheck.errors import DomainError
from rmtcheck.report.canvas import Figure
from rmtcheck.report.determination import unseen_differences
from rmtcheck.report.escape import escaping_mass
from rmtcheck.report.sides import SIDES, two_sides
from rmtcheck.report.subject import Subject
from rmtcheck.report.truncation import SERIES, truncated_series

Illustrator = Callable[[Subject], Iterator[Figure]]


def illustrations(subject: Subject) -> list[Figure]:
    """Return the pictures of a statement, recognised by its words; none if it cannot be read."""
    return [
        figure
        for pattern, illustrate in _ILLUSTRATORS
        if pattern.search(subject.printed)
        for figure in _readable(illustrate, subject)
    ]


def _readable(illustrate: Illustrator, subject: Subject) -> list[Figure]:
    try:
        return list(illustrate(subject))
    except DomainError:  # a variation on the theme that nobody has taught to draw
        return []


_ILLUSTRATORS: tuple[tuple[re.Pattern[str], Illustrator], ...] = (
    (SIDES, two_sides),
    (SERIES, truncated_series),
    (re.compile(r": S_mu\(z\) determine mu$"), unseen_differences),
    (re.compile(r": mu_n => mu iff S_mu\(z\) converge"), escaping_mass),
)

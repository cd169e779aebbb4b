r"""Theorem 1 with its rate for every number of classes, as a text that others can check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from flint import arb, ctx

from rmtcheck.certify import exact
from rmtcheck.certify.class_table import PLACES, Row, decimal, floor_of, table_row
from rmtcheck.certify.rate_signs import (
    PAIR,
    SQUARES,
    TRIPLE,
    one_class_number,
    prove_constant_terms,
    prove_expansion,
    prove_many_classes,
    prove_one_class_number,
)
from rmtcheck.certify.reduction import Rate
from rmtcheck.certify.remainder import DEGREE, LEAST_CLASSES, PIVOT, Expansion, expansion
from rmtcheck.errors import DomainError, PrecisionError

_BITS = 192
_SHOWN = 6
_NAMES = ("alpha", "beta", "eta")

RATE = Rate(
    limit=lambda e: (1, e**2),
    slope=lambda e: (
        2,
        16 * e**3 + 3 * e - 7 * e**2 - 8 * e**4,
        7 * e**4 - e**3 - 4 * e**5,
    ),
    kappa=(8, 12800, 48500, 47800),
)
"""The rate that is certified."""

_CLAIM = (
    """\
rmtcheck certificate: linear model, cross-entropy, every number of classes
claim: 0 < C^2 g_ij/g_ii - R0 - R1/C <= K/C^2 for all integers C >= 2 and all real gamma > 0
R0 = (e^2 gamma + 1)/(e gamma + 1)
R1 = (2 + (16 e^3 + 3 e - 7 e^2 - 8 e^4) gamma + (7 e^4 - e^3 - 4 e^5) gamma^2)/(e gamma + 1)^2
K = ({} + {} gamma + {} gamma^2 + {} gamma^3)/(e gamma + 1)^3
"""
    + f"large: C >= {LEAST_CLASSES}, y0 = {PIVOT}, Taylor degree {DEGREE}"
)


def all_class_certificate(
    kappa: Any = RATE.kappa, progress: Callable[[int], None] | None = None
) -> str:
    r"""Prove Theorem 1 with its rate for every number of classes, and write the certificate.

    .. math::
        0<C^2\frac{g_{ij}}{g_{ii}}-\frac{e^2\gamma+1}{e\gamma+1}-\frac{R_1(\gamma)}C
        \le\frac{\kappa_0+\kappa_1\gamma+\kappa_2\gamma^2+\kappa_3\gamma^3}{(e\gamma+1)^3\,C^2}
        \qquad\text{for all }C\ge2,\ \gamma>0.

    Parameters
    ----------
    kappa : four integers, default (8, 12800, 48500, 47800)
        The numerator of the bound, each at least 1.
    progress : callable, optional
        Called with each number of classes that is done, from 2 to 1999.

    Returns
    -------
    str
        The canonical text: the bounds that prove all :math:`C\ge2000` at once, the least of every
        coefficient, and the moments for each smaller C, truncated to 12 decimals.

    Raises
    ------
    DomainError
        If kappa is not four integers >= 1.
    PrecisionError
        If a coefficient is not proved to have its sign: the message names it and C. With a
        smaller kappa the inequality may be false.

    Notes
    -----
    Accuracy: a proof in balls. Every number in the text is exact or truncated, so that the text is
    determined by kappa. It takes about a minute; kappa is examined for large C first.

    References
    ----------
    Theorem 1; docs/lemmas.md, Lemmas 16 and 17.

    Examples
    --------
    >>> all_class_certificate((8, 12000, 48500, 47800))
    Traceback (most recent call last):
        ...
    rmtcheck.errors.PrecisionError: s1 >= 0 is not proved for C >= 2000: a lower bound is -314.737
    """
    rate = replace(RATE, kappa=_checked_kappa(kappa))
    with ctx.workprec(_BITS):
        expansions = proved_for_many_classes(rate)
        rows = [_proved_row(rate, classes, progress) for classes in range(2, LEAST_CLASSES)]
        lines = [*_heading(rate, expansions), *least_coefficients(rate, rows)]
    columns = f"table: C, {', '.join(_NAMES)}, truncated to {PLACES} decimals"
    return "\n".join((*lines, columns, *map(str, rows), ""))


def proved_for_many_classes(rate: Rate) -> list[Expansion]:
    """Prove whatever needs no table, and return the expansions that prove C >= 2000."""
    expansions = [expansion(powers) for powers in (SQUARES, PAIR, TRIPLE)]
    prove_expansion(rate)
    prove_constant_terms(rate)
    prove_many_classes(rate, expansions)
    return expansions


def least_coefficients(rate: Rate, rows: Iterable[Row]) -> list[str]:
    """Return a line for the least s1..s4 and q0..q3 of the truncated moments of a table."""
    least: dict[str, tuple[arb, int]] = {}
    for row in rows:
        q, s = one_class_number(rate, row.classes, row.truncated())
        names = [f"s{k}" for k in range(1, len(s))] + [f"q{k}" for k in range(len(q))]
        for name, value in zip(names, s[1:] + q, strict=True):
            if name not in least or _certainly_less(value, least[name][0]):
                least[name] = value, row.classes
    return [f"least {name}: {_truncation(v)} at C = {c}" for name, (v, c) in least.items()]


def _checked_kappa(kappa: Any) -> tuple[int, ...]:
    numbers = tuple(kappa) if hasattr(kappa, "__iter__") else ()
    if isinstance(kappa, str) or len(numbers) != len(RATE.kappa):
        raise DomainError(f"kappa = {kappa!r} is outside its domain; accepted: four integers >= 1")
    return tuple(exact.checked_integer("kappa", number, 1) for number in numbers)


def _proved_row(rate: Rate, classes: int, progress: Callable[[int], None] | None) -> Row:
    row = table_row(classes)
    prove_one_class_number(rate, classes, row.intervals())
    if progress:
        progress(classes)
    return row


def _heading(rate: Rate, expansions: Sequence[Expansion]) -> list[str]:
    bounds = zip(_NAMES, expansions, strict=True)
    remainders = [f"remainder {name}: {_truncation(moment.remainder)}" for name, moment in bounds]
    return [_CLAIM.format(*rate.kappa), *remainders]


def _certainly_less(left: arb, right: arb) -> bool:
    if left.overlaps(right):
        raise PrecisionError(f"which of two coefficients is less is not certain: {left}, {right}")
    return bool(left < right)


def _truncation(ball: arb) -> str:
    units = floor_of(ball, _SHOWN)
    if units is None or units < 0:
        raise PrecisionError(f"the decimals of {ball} are not certain, or it is negative")
    return decimal(units, _SHOWN)

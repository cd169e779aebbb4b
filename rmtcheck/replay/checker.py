"""The check of a certificate: every number in it is computed again, and the theorem follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

from rmtcheck.replay.interval import ZERO, Interval
from rmtcheck.replay.large import LargeClasses
from rmtcheck.replay.quadrature import softmax_moments
from rmtcheck.replay.rejection import CertificateError
from rmtcheck.replay.small import Inequalities, inequalities
from rmtcheck.replay.text import CLAIM, Certificate, Kappa, decimal, parse
from rmtcheck.replay.theorem import (
    FIRST,
    LARGE,
    NAMED,
    PLACES,
    SHORT,
    constant_term_is_settled,
)

LEAST = ("s1", "s2", "s3", "s4", "q0", "q1", "q2", "q3")


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome of a check.

    Parameters
    ----------
    accepted : bool
        Whether the text is a proof.
    reason : str
        What was checked, or the first thing that is wrong.
    statement : str
        The theorem, empty if rejected.
    """

    accepted: bool
    reason: str
    statement: str


class Checker:
    """What all checks share: enclosures and bounds that do not depend on a text.

    Examples
    --------
    >>> Checker().check("").accepted
    False
    """

    def __init__(self) -> None:
        self._large = LargeClasses()
        self._least: dict[Kappa, list[tuple[int, int]]] = {}

    def check(self, text: str) -> Replay:
        """Check one certificate.

        Parameters
        ----------
        text : str
            The whole text.

        Returns
        -------
        Replay
            Accepted, or rejected with the reason.
        """
        if not isinstance(text, str):
            return Replay(False, f"a certificate is a text, not {type(text).__name__}", "")
        try:
            certificate = parse(text)
            self._prove(certificate)
        except CertificateError as reason:
            return Replay(False, str(reason), "")
        return Replay(True, "every number recomputed, every inequality proved", _statement(text))

    def _prove(self, certificate: Certificate) -> None:
        if not constant_term_is_settled(certificate.kappa[0]):
            raise CertificateError(
                f"s0 >= 0 fails at C = 2 for the constant {certificate.kappa[0]} of K"
            )
        self._large.check(certificate.kappa)
        self._compare_bounds(certificate.bounds)
        self._compare_table(certificate.rows)
        self._compare_least(certificate)

    def _compare_bounds(self, bounds: Sequence[int]) -> None:
        for name, stated in zip(NAMED, bounds, strict=True):
            value = self._large.expansions[name].bound.floor(SHORT)
            _compare(f"the remainder of {name}", stated, value, SHORT)

    def _compare_table(self, rows: Sequence[tuple[int, ...]]) -> None:
        for classes, (stated, row) in enumerate(zip(rows, self._table, strict=True), FIRST):
            if stated[0] != classes:
                raise CertificateError(f"the row of C = {classes} is named {stated[0]}")
            for name, one, value in zip(NAMED, stated[1:], row, strict=False):
                _compare(f"{name} at C = {classes}", one, value, PLACES)

    def _compare_least(self, certificate: Certificate) -> None:
        known = self._least
        if certificate.kappa not in known:
            known[certificate.kappa] = self._prove_small(certificate.kappa)
        for name, stated, value in zip(
            LEAST, certificate.least, known[certificate.kappa], strict=True
        ):
            _compare(f"the least {name}", stated[0], value[0], SHORT)
            if stated[1] != value[1]:
                raise CertificateError(
                    f"the least {name} is at C = {value[1]}, not at C = {stated[1]}"
                )

    def _prove_small(self, kappa: Kappa) -> list[tuple[int, int]]:
        """Prove the inequalities for C < 2000 and find the least values at the table's points."""
        for classes, box in enumerate(self._boxes, FIRST):
            if any(value.lo <= 0 for value in (*box.q, *box.s(kappa))):
                raise CertificateError(f"the inequalities are not proved at C = {classes}")
        columns = zip(*((*point.s(kappa), *point.q) for point in self._points), strict=True)
        return [_least(name, column) for name, column in zip(LEAST, columns, strict=True)]

    @cached_property
    def _table(self) -> list[list[int | None]]:
        """The truncated moments for C = 2, ..., 1999; None where the enclosure does not decide."""
        return [
            [value.floor(PLACES) for value in moments.values()]
            for moments in softmax_moments(LARGE - 1)
        ]

    @cached_property
    def _points(self) -> list[Inequalities]:
        """The inequalities at the decimals of the table; all of them are known by then."""
        return self._inequalities(0)

    @cached_property
    def _boxes(self) -> list[Inequalities]:
        """The inequalities anywhere between the decimals of the table and the next."""
        return self._inequalities(1)

    def _inequalities(self, width: int) -> list[Inequalities]:
        unit = Fraction(1, 10**PLACES)
        found = []
        for classes, row in enumerate(self._table, FIRST):
            decimals = [n for n in row if n is not None]
            values = [Interval.of(n * unit, (n + width) * unit) for n in decimals]
            box = dict(zip(NAMED, [*values, ZERO], strict=False))
            found.append(inequalities(classes, box))
        return found


def replay(text: str) -> Replay:
    r"""Check the certificate of Theorem 1 for every number of classes.

    .. math:: 0<C^2\frac{g_{ij}}{g_{ii}}-R_0-\frac{R_1}C\le\frac K{C^2}

    Parameters
    ----------
    text : str
        The whole text of the certificate.

    Returns
    -------
    Replay
        Accepted, or rejected with the reason; never an exception, whatever the text.

    Accuracy
    --------
    A proof: integers with outward rounding and exact fractions, no floating-point number.

    References
    ----------
    Lemmas A and B of ``quadrature``, the remainder lemma of ``remainder``, the reduction in
    ``theorem``.

    Examples
    --------
    >>> replay("anything else").accepted
    False
    """
    return _checker().check(text)


@cache
def _checker() -> Checker:
    return Checker()


def _compare(what: str, stated: int, value: int | None, places: int) -> None:
    if value is None:
        raise CertificateError(f"the last decimal of {what} is not determined")
    if stated != value:
        raise CertificateError(f"{what} is {decimal(value, places)}, not {decimal(stated, places)}")


def _least(name: str, values: Sequence[Interval]) -> tuple[int, int]:
    """Return the least of some values, truncated, and the C that attains it."""
    place = min(range(len(values)), key=lambda n: values[n].lo)
    least = values[place]
    others = (value.lo for n, value in enumerate(values) if n != place)
    floor = least.floor(SHORT)
    if floor is None or min(others) <= least.hi:
        raise CertificateError(f"the least {name} is not determined")
    return floor, place + FIRST


def _statement(text: str) -> str:
    """Return the theorem that an accepted text proves, in one line."""
    constants = text.split("\n")[2:5]
    return "; ".join([CLAIM, *constants])

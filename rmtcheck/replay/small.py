"""The inequalities of the theorem for one number of classes, from values of the three moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rmtcheck.replay.exponential import E
from rmtcheck.replay.interval import ZERO, Interval
from rmtcheck.replay.polynomial import Monomial, Polynomial, enclose_monomial
from rmtcheck.replay.theorem import GAPS, A, B

Rows = list[tuple[Monomial, list[Interval]]]
"""For each monomial in the moments, its coefficients by power of h."""


@dataclass(frozen=True, slots=True)
class Inequalities:
    r"""What must be positive for one C: q_k, and s_k as a function of :math:`\kappa`.

    Parameters
    ----------
    q : list of Interval
        Enclosures of q_0, ..., q_3.
    a, b : Interval
        Enclosures of A and B.
    """

    q: list[Interval]
    a: Interval
    b: Interval

    def s(self, kappa: tuple[int, int, int, int]) -> list[Interval]:
        r"""Enclose :math:`s_k=\kappa_kB+\kappa_{k-1}A-q_k-eq_{k-1}` for k = 1, ..., 4."""
        q, upper = [*self.q, ZERO], (*kappa, 0)
        return [
            self.b * upper[k] + self.a * kappa[k - 1] - q[k] - E * q[k - 1] for k in range(1, 5)
        ]


def inequalities(classes: int, moments: Mapping[str, Interval]) -> Inequalities:
    """Enclose the terms of the inequalities.

    Parameters
    ----------
    classes : int
        The number C of classes.
    moments : mapping of str to Interval
        The values of alpha, beta and eta; eta may be any number if C = 2.

    Returns
    -------
    Inequalities
        Contains their values at all moments in the box.
    """
    gaps, weights = _prepared()
    q = [_value(rows, classes, moments) * classes**2 for rows in gaps]
    a, b = (_value(rows, classes, moments) for rows in weights)
    return Inequalities(q, a, b)


@cache
def _prepared() -> tuple[list[Rows], list[Rows]]:
    return [_rows(gap) for gap in GAPS], [_rows(A), _rows(B)]


def _rows(f: Polynomial) -> Rows:
    """Enclose the coefficients, polynomials in e, of the powers of h and the moments."""
    table: dict[Monomial, dict[int, Interval]] = {}
    for monomial, c in f.collect("e").items():
        moments = tuple(factor for factor in monomial if factor[0] != "h")
        table.setdefault(moments, {})[dict(monomial).get("h", 0)] = c.enclose({"e": E})
    return [
        (moments, [powers.get(n, ZERO) for n in range(max(powers) + 1)])
        for moments, powers in table.items()
    ]


def _value(rows: Rows, classes: int, moments: Mapping[str, Interval]) -> Interval:
    total = ZERO
    for monomial, coefficients in rows:
        total += _at_inverse(classes, coefficients) * enclose_monomial(monomial, moments)
    return total


def _at_inverse(classes: int, coefficients: list[Interval]) -> Interval:
    """Evaluate a polynomial at h = 1/C by Horner's rule."""
    total = ZERO
    for c in reversed(coefficients):
        total = total / classes + c
    return total

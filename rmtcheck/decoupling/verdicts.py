"""What the estimates say about a prediction, and about wrong ones: pure functions of them.

A prediction *agrees* when its interval contains it and no mutant of it; it is *rejected* when the
interval does not contain it; where the interval contains a mutant too there is *no power*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rmtcheck.decoupling.rate import Exponent, LeadingTerm

PRINTED, DERIVED = -0.5, -1.0
"""The exponents: of the bound that the argument prints, and of the leading term."""

TENTH = {
    "10 % larger": 1.1 + 0j,
    "10 % smaller": 0.9 + 0j,
    "turned by +0.1": 1 + 0.1j,
    "turned by -0.1": 1 - 0.1j,
}
AROUND = {"+1": 0.1 + 0j, "-1": -0.1 + 0j, "+i": 0.1j, "-i": -0.1j}
_ZERO = 1e-9  # of its natural scale: a leading term smaller than this is rounding


class Verdict(StrEnum):
    """What the estimates say."""

    AGREES = "agrees"
    REJECTED = "rejected"
    NO_POWER = "no power"


@dataclass(frozen=True)
class Finding:
    """A verdict with its mutants: whether each of them is rejected."""

    subject: str
    verdict: Verdict
    mutants: dict[str, bool]
    reason: str


def judge_leading_term(term: LeadingTerm, predicted: complex, scale: float) -> Finding:
    """Judge a predicted leading term by the box of the measured one.

    Parameters
    ----------
    term : LeadingTerm
        The measured one.
    predicted : complex
        The predicted one.
    scale : float
        The natural size of such a term, that of the weight included; where 0 is predicted,
        mutants are a tenth of it.

    Returns
    -------
    Finding

    Examples
    --------
    >>> term = LeadingTerm(2, 0.99, 0.5, value=1 + 1j, half_widths=(0.05, 0.05))
    >>> [str(judge_leading_term(term, b, 10.0).verdict) for b in (1 + 1.02j, 1.1 + 1.1j)]
    ['agrees', 'rejected']
    """
    subject = f"the leading term is {predicted.real:.5g}{predicted.imag:+.5g}i"
    if vanishes(predicted, scale):
        predicted, subject = 0j, "there is no leading term"
        mutants = {f"a tenth of its natural scale, {name}": scale * v for name, v in AROUND.items()}
    else:
        mutants = {name: predicted * factor for name, factor in TENTH.items()}
    rejected = {name: not term.contains(value) for name, value in mutants.items()}
    return _finding(subject, term.contains(predicted), rejected, term.order)


def judge_exponent(found: Exponent, derived: float = DERIVED) -> Finding:
    """Judge an exponent by the interval of the measured one.

    Parameters
    ----------
    found : Exponent
        The measured one.
    derived : float, default -1
        The predicted one.

    Returns
    -------
    Finding

    Examples
    --------
    >>> found = Exponent(2, 0.99, 0.5, value=-1.01, width=0.1)
    >>> [str(judge_exponent(found, rho).verdict) for rho in (-1.0, -0.5)]
    ['agrees', 'rejected']
    """
    mutants = {f"{value:+.3g}": value for value in (derived - 0.5, derived + 0.5)}
    rejected = {name: not found.contains(value) for name, value in mutants.items()}
    return _finding(f"the exponent is {derived:g}", found.contains(derived), rejected, found.order)


def judge_bound(found: Exponent, printed: float = PRINTED) -> Finding:
    r"""Judge a printed bound :math:`O(N^\rho)`, which says nothing of a lower order.

    Parameters
    ----------
    found : Exponent
        The measured exponent.
    printed : float, default -1/2
        That of the bound.

    Returns
    -------
    Finding
        Its mutant is the bound of the order N times smaller.

    Examples
    --------
    >>> found = Exponent(2, 0.99, 0.5, value=-1.01, width=0.1)
    >>> [str(judge_bound(found, rho).verdict) for rho in (-0.5, -1.5)]
    ['agrees', 'rejected']
    """
    low, high = found.value - found.width, found.value + found.width
    mutants = {f"O(N^{printed - 1:g})": low > printed - 1}
    if low <= printed < high:
        reason = "the interval contains the bound"
        return Finding(_bound_named(printed), Verdict.NO_POWER, mutants, reason)
    return _finding(_bound_named(printed), high <= printed, mutants, found.order)


def _bound_named(printed: float) -> str:
    return f"delta_N = O(N^{printed:g}), as printed"


def vanishes(predicted: complex, scale: float) -> bool:
    """Whether a prediction is 0 up to rounding of terms of a natural scale."""
    return abs(predicted) <= _ZERO * scale


def _finding(subject: str, inside: bool, mutants: dict[str, bool], order: int) -> Finding:
    alive = [name for name, rejected in mutants.items() if not rejected]
    if not order:
        return Finding(subject, Verdict.NO_POWER, mutants, "too noisy, or no model fits")
    if not inside:
        return Finding(subject, Verdict.REJECTED, mutants, "outside the interval")
    if alive:
        return Finding(subject, Verdict.NO_POWER, mutants, f"not rejected: {', '.join(alive)}")
    return Finding(subject, Verdict.AGREES, mutants, "inside the interval, every mutant outside")

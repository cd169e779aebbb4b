"""Exact data of a generalised Marchenko-Pastur law: the weights, their masses and gamma."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flint import fmpq, fmpq_poly

from rmtcheck.certify.exact import checked_positive, exact_rational
from rmtcheck.errors import DomainError


class ExactPopulation:
    r"""A law :math:`\nu` of weights with rational atoms, and an aspect ratio :math:`\gamma`.

    The atom 0 acts on the law through the mass it leaves to the others only.

    Parameters
    ----------
    atoms : sequence of n exact rationals
        The weights, of either sign, in any order; equal ones are merged.
    weights : sequence of n exact rationals
        Their masses, positive, of sum exactly 1.
    gamma : exact rational
        Aspect ratio :math:`\gamma>0`, the limit of d/N.

    Attributes
    ----------
    atoms, weights, squares : tuples of fmpq
        The weights that are not 0, ascending, their masses, and :math:`w\lambda^2`.
    rank : fmpq
        The mass of the weights that are not 0.

    Raises
    ------
    DomainError
        If the masses are not a probability, or 0 is the only weight.

    Examples
    --------
    >>> population = ExactPopulation([3, 0, 1, 3], ["1/4"] * 4, "1/2")
    >>> population.atoms, population.weights, population.rank
    ((1, 3), (1/4, 1/2), 3/4)
    """

    def __init__(self, atoms: Sequence[Any], weights: Sequence[Any], gamma: Any) -> None:
        masses = _merged(atoms, weights)
        self.gamma = checked_positive("gamma", gamma)
        self.atoms = tuple(sorted(atom for atom in masses if atom != 0))
        if not self.atoms:
            raise DomainError("atoms holds no weight but 0; accepted: at least one other than 0")
        self.weights = tuple(masses[atom] for atom in self.atoms)
        self.rank = total(self.weights)
        self.squares = tuple(w * a**2 for a, w in self)

    def __iter__(self) -> Any:
        return zip(self.atoms, self.weights, strict=True)

    def image(self, u: fmpq) -> fmpq:
        r"""Return :math:`x(u)=\gamma u+\int\lambda d\nu+\int\frac{\lambda^2}{u-\lambda}d\nu`."""
        return u * (self.gamma + total(w * a / (u - a) for a, w in self))

    def crowding(self, u: fmpq, power: int = 2) -> fmpq:
        r"""Return :math:`\int\lambda^2(u-\lambda)^{-k}d\nu`; for :math:`k=2` this is g(u)."""
        return total(c / (u - a) ** power for a, c in zip(self.atoms, self.squares, strict=True))

    def is_boundary_value(self, u: fmpq, x: fmpq) -> bool:
        r"""Whether u is the dual point of the real number x (docs/lemmas.md, 9)."""
        return u not in self.atoms and self.image(u) == x and self.crowding(u) <= self.gamma

    def mass_at_zero(self) -> fmpq:
        r"""Return the atom :math:`(1-\nu(\mathbb R\setminus0)/\gamma)_+` of the law at 0."""
        return max(fmpq(0), 1 - self.rank / self.gamma)

    def mass_beside(self, u: fmpq | Any) -> fmpq:
        r"""Return the law's mass up to :math:`x(u)`, u real and outside g > gamma.

        It is :math:`\nu((-\infty,u))/\gamma` for :math:`u<0` and
        :math:`1-\nu((u,\infty))/\gamma` for :math:`u\ge0` (docs/lemmas.md, 12).
        """
        if u < 0:
            return total(w for a, w in self if a < u) / self.gamma
        return 1 - total(w for a, w in self if a > u) / self.gamma

    def moment(self, order: int) -> fmpq:
        r"""Return :math:`\int x^nd\mu=\frac1{n+1}[t^n](1+\sum_{k\le n}\kappa_kt^k)^{n+1}`.

        Here :math:`\kappa_k=\gamma^{k-1}\int\lambda^kd\nu` (docs/lemmas.md, 12).
        """
        cumulants = [
            self.gamma ** (k - 1) * total(w * a**k for a, w in self) for k in range(1, order + 1)
        ]
        power = fmpq_poly([fmpq(1), *cumulants]).pow_trunc(order + 1, order + 1)
        return power[order] / (order + 1)


def total(terms: Iterable[fmpq]) -> fmpq:
    """Return an exact sum, by halves, which keeps the denominators of the partial sums short."""
    row = list(terms)
    while len(row) > 1:
        row = [sum(row[k : k + 2], fmpq(0)) for k in range(0, len(row), 2)]
    return row[0] if row else fmpq(0)


def simplest_between(low: fmpq, high: fmpq) -> fmpq:
    """Return the rational number of least denominator in a closed interval.

    Raises
    ------
    DomainError
        If the interval is empty.

    Examples
    --------
    >>> from flint import fmpq
    >>> simplest_between(fmpq(314, 100), fmpq(315, 100))
    22/7
    """
    if low > high:
        raise DomainError(f"low = {low} is above high = {high}; accepted: low <= high")
    if high < 0:
        return -simplest_between(-high, -low)
    if low <= 0:
        return fmpq(0)
    quotients = []
    while low.ceil() > high:
        quotients.append(low.floor())
        low, high = 1 / (high - low.floor()), 1 / (low - low.floor())
    value = fmpq(low.ceil())
    for quotient in reversed(quotients):
        value = quotient + 1 / value
    return value


def _merged(atoms: Sequence[Any], weights: Sequence[Any]) -> dict[fmpq, fmpq]:
    if len(atoms) != len(weights):
        raise DomainError(
            f"atoms has {len(atoms)} entries and weights {len(weights)}; accepted: equally many"
        )
    masses: dict[fmpq, list[fmpq]] = {}
    for atom, weight in zip(atoms, weights, strict=True):
        share = checked_positive("weights", weight)
        masses.setdefault(exact_rational("atoms", atom), []).append(share)
    merged = {atom: total(shares) for atom, shares in masses.items()}
    mass = total(merged.values())
    if mass != 1:
        raise DomainError(f"weights has the sum {_short(mass)}; accepted: exactly 1")
    return merged


def _short(number: fmpq) -> str:
    text = str(number)
    return text if len(text) <= 60 else f"{text[:57]}..."

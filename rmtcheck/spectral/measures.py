"""Measures on the real line with finitely many atoms: the populations of weights."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, Numbers
from rmtcheck.spectral.compression import compressed
from rmtcheck.spectral.doubled import two_product
from rmtcheck.spectral.law import exact_or_float, natural, representable, shown

LEAST, GREATEST = 1e-50, 1e50


class DiscreteMeasure:
    r"""The measure :math:`\sum_kw_k\delta_{\lambda_k}`.

    Atoms may have either sign; equal atoms are merged, atoms of weight 0 dropped, and the
    rest kept in ascending order. Lists of integers and Fractions are also kept as they are:
    moments are then exact.

    Parameters
    ----------
    atoms : array of shape (n,)
        Real locations :math:`\lambda_k`, 0 or of modulus from 1e-50 to 1e50.
    weights : array of shape (n,)
        Masses :math:`w_k`, 0 or from 1e-50 to 1e50, not all 0.

    Raises
    ------
    DomainError
        If shapes differ, nothing is left, or a value is not finite or out of its range.

    Examples
    --------
    >>> measure = DiscreteMeasure([2.0, -1.0], [0.25, 0.75])
    >>> measure.moment(1)
    -0.25
    >>> DiscreteMeasure([1, 3], [Fraction(1, 3), Fraction(2, 3)]).moment(2)
    Fraction(19, 3)
    """

    def __init__(self, atoms: Numbers, weights: Numbers) -> None:
        locations, masses = _line("atoms", atoms), _line("weights", weights)
        if len(locations) != len(masses):
            raise DomainError(
                f"atoms and weights have lengths {len(locations)} and {len(masses)}; "
                "equal ones are needed"
            )
        if masses.min() < 0 or masses.max() <= 0:
            raise DomainError(f"weights have minimum {masses.min()}; non-negative ones are needed")
        self.atoms, self.weights = _merged(locations, masses)
        self._exact = _exact_pairs(atoms, weights)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.atoms)} atoms, mass {float(self.mass()):.6g})"

    def integrate(self, f: Callable[[Array], ArrayLike]) -> float:
        r"""Return :math:`\int f\,d\mu` of a vectorised function.

        Accuracy
        --------
        Exact up to rounding.
        """
        return float(self.weights @ np.asarray(f(self.atoms)))

    def moment(self, order: int) -> Any:
        r"""Return :math:`\int\lambda^k\,d\mu`.

        Raises
        ------
        DomainError
            If the order is no non-negative integer, or the moment is beyond the range of floats.

        Accuracy
        --------
        Exact for exact input, else up to rounding.
        """
        k = natural(order)
        if self._exact is not None:
            return sum((w * a**k for a, w in self._exact), start=Fraction(0))
        return representable(k, lambda: float(self.weights @ self.atoms**k))

    def mass(self) -> Any:
        """Return the total mass."""
        return self.moment(0)

    def pushforward(self, f: Callable[[Array], ArrayLike]) -> DiscreteMeasure:
        r"""Return the image of the measure under a vectorised function."""
        return DiscreteMeasure(np.asarray(f(self.atoms)), self.weights)

    def lack(self, gamma: float | Fraction) -> float:
        r"""Return :math:`\gamma` less the share of the atoms other than 0.

        Accuracy
        --------
        Rounded once, so the sign is exact.
        """
        if self._exact is not None:
            mass = sum(w for _, w in self._exact)
            return float(Fraction(gamma) - sum(w for a, w in self._exact if a) / mass)
        acting = (self.weights * (self.atoms != 0)).tolist()
        ratio = Fraction(gamma)
        high, rest = float(ratio), float(ratio - Fraction(float(ratio)))
        factors = np.array(high), np.array(rest)
        filled = [part for factor in factors for part in two_product(factor, self.weights)]
        return math.fsum([*(-a for a in acting), *np.concatenate(filled)]) / float(self.mass())

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Return independent draws from the measure, divided by its mass.

        Accuracy
        --------
        Exact in law up to rounding of the weights.
        """
        ladder = np.cumsum(self.weights)
        rungs = np.searchsorted(ladder, ladder[-1] * rng.random(count), side="right")
        drawn: Array = self.atoms[np.minimum(rungs, len(self.atoms) - 1)]
        return drawn

    def rationals(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """Return (atom, weight) as exact numbers, floats as the binary numbers that they are.

        Accuracy
        --------
        Exact.
        """
        if self._exact is not None:
            return self._exact
        pairs = zip(self.atoms.tolist(), self.weights.tolist(), strict=True)
        return tuple((Fraction(a), Fraction(w)) for a, w in pairs)

    def resolved(self, gamma: float) -> DiscreteMeasure:
        r"""Return a population of fewer atoms that no law of aspect ratio gamma can tell apart.

        Accuracy
        --------
        That of :func:`~rmtcheck.spectral.compression.compressed`: relative 1e-15 in the sums
        over the atoms that a spectral law consists of.
        """
        return DiscreteMeasure(*compressed(self.atoms, self.weights, gamma))


class EmpiricalMeasure(DiscreteMeasure):
    r"""The measure :math:`\frac1n\sum_k\delta_{\lambda_k}` of a sample.

    Parameters
    ----------
    samples : array
        Real numbers of either sign, 0 or of modulus from 1e-50 to 1e50; any shape, flattened.

    Raises
    ------
    DomainError
        If there is no sample or one is not finite or out of range.

    Examples
    --------
    >>> EmpiricalMeasure([1.0, 1.0, 2.0, -6.0]).moment(1)
    -0.5
    """

    def __init__(self, samples: Numbers) -> None:
        exact = _is_plain_list(samples)
        flat: Any = samples if exact else np.ravel(_real("samples", samples))
        share = Fraction(1, max(len(flat), 1))
        super().__init__(flat, [share] * len(flat) if exact else np.full(len(flat), float(share)))


def _is_plain_list(values: Any) -> bool:
    """Whether values are a list of exact numbers."""
    return isinstance(values, list | tuple) and all(
        isinstance(v, numbers.Rational) and not isinstance(v, bool) for v in values
    )


def _exact_pairs(atoms: Any, weights: Any) -> tuple[tuple[Fraction, Fraction], ...] | None:
    """Return ascending exact atoms and weights, equal atoms merged, or None for floats."""
    if not (_is_plain_list(atoms) and _is_plain_list(weights)):
        return None
    merged: dict[Fraction, Fraction] = {}
    for atom, weight in zip(atoms, weights, strict=True):
        place = exact_or_float(atom)
        merged[place] = merged.get(place, Fraction(0)) + exact_or_float(weight)
    return tuple(sorted((a, w) for a, w in merged.items() if w))


def _real(name: str, values: Any) -> Array:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iufO":
            raise TypeError
        with np.errstate(over="ignore"):
            return array.astype(float)
    except (TypeError, ValueError, ArithmeticError):
        raise DomainError(f"{name} is {shown(values)}; real numbers are needed") from None


def _line(name: str, values: Numbers) -> Array:
    array = _real(name, values)
    if array.ndim != 1 or not array.size:
        raise DomainError(f"{name} has shape {array.shape}; a non-empty line of numbers is needed")
    if not np.all(np.isfinite(array)):
        raise DomainError(f"{name} has an entry that is infinite or not a number")
    size = abs(array)
    out = (size != 0) & ((size < LEAST) | (size > GREATEST))
    if out.any():
        raise DomainError(
            f"{name} has the entry {array[out][0]}; "
            f"0 or moduli from {LEAST} to {GREATEST} are accepted"
        )
    return array


def _merged(atoms: Array, weights: Array) -> tuple[Array, Array]:
    kept = weights > 0
    unique, place = np.unique(atoms[kept] + 0.0, return_inverse=True)
    masses = np.zeros(len(unique))
    np.add.at(masses, place, weights[kept])
    return unique, masses

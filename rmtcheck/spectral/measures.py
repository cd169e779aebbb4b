"""Measures on the real line with finitely many atoms: the populations of weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array


class DiscreteMeasure:
    r"""The measure :math:`\sum_kw_k\delta_{\lambda_k}`.

    Atoms may have either sign; equal atoms are merged, atoms of weight 0 dropped, and the
    rest kept in ascending order.

    Parameters
    ----------
    atoms : array of shape (n,)
        Finite real locations :math:`\lambda_k`.
    weights : array of shape (n,)
        Non-negative masses :math:`w_k`, not all 0.

    Raises
    ------
    DomainError
        If shapes differ, nothing is left, or a value is not finite or a weight negative.

    Examples
    --------
    >>> measure = DiscreteMeasure([2.0, -1.0], [0.25, 0.75])
    >>> float(measure.moment(1))
    -0.25
    """

    def __init__(self, atoms: ArrayLike, weights: ArrayLike) -> None:
        locations, masses = _line("atoms", atoms), _line("weights", weights)
        if len(locations) != len(masses):
            raise DomainError(
                f"atoms and weights have lengths {len(locations)} and {len(masses)}; "
                "equal ones are needed"
            )
        if masses.min() < 0 or masses.max() <= 0:
            raise DomainError(f"weights have minimum {masses.min()}; non-negative ones are needed")
        self.atoms, self.weights = _merged(locations, masses)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.atoms)} atoms, mass {self.mass():.6g})"

    def integrate(self, f: Callable[[Array], ArrayLike]) -> float:
        r"""Return :math:`\int f\,d\mu` of a vectorised function.

        Accuracy
        --------
        Exact up to rounding.
        """
        return float(self.weights @ np.asarray(f(self.atoms)))

    def moment(self, order: int) -> float:
        r"""Return :math:`\int\lambda^k\,d\mu`.

        Raises
        ------
        DomainError
            If the order is no non-negative integer.

        Accuracy
        --------
        Exact up to rounding.
        """
        if int(order) != order or order < 0:
            raise DomainError(f"order is {order}; a non-negative integer is needed")
        return float(self.weights @ self.atoms ** int(order))

    def mass(self) -> float:
        """Return the total mass."""
        return float(self.weights.sum())

    def pushforward(self, f: Callable[[Array], ArrayLike]) -> DiscreteMeasure:
        r"""Return the image of the measure under a vectorised function."""
        return DiscreteMeasure(np.asarray(f(self.atoms)), self.weights)


class EmpiricalMeasure(DiscreteMeasure):
    r"""The measure :math:`\frac1n\sum_k\delta_{\lambda_k}` of a sample.

    Parameters
    ----------
    samples : array
        Finite real numbers of either sign; any shape, flattened.

    Raises
    ------
    DomainError
        If there is no sample or one is not finite.

    Examples
    --------
    >>> EmpiricalMeasure([1.0, 1.0, 2.0, -6.0]).moment(1)
    -0.5
    """

    def __init__(self, samples: ArrayLike) -> None:
        flat = np.ravel(np.asarray(samples))
        super().__init__(flat, np.full(len(flat), 1 / max(len(flat), 1)))


def _line(name: str, values: ArrayLike) -> Array:
    try:
        if np.iscomplexobj(values):
            raise TypeError
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise DomainError(f"{name} is {values!r}; real numbers are needed") from None
    if array.ndim != 1 or not array.size:
        raise DomainError(f"{name} has shape {array.shape}; a non-empty line of numbers is needed")
    if not np.all(np.isfinite(array)):
        raise DomainError(f"{name} has an entry that is infinite or not a number")
    return array


def _merged(atoms: Array, weights: Array) -> tuple[Array, Array]:
    kept = weights > 0
    unique, place = np.unique(atoms[kept] + 0.0, return_inverse=True)
    masses: Array = np.zeros(len(unique))
    np.add.at(masses, place, weights[kept])
    return unique, masses

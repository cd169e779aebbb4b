r"""Hermite coefficients of a softmax polynomial, through its derivatives.

The normalised Hermite coefficient of :math:`Z\mapsto\lambda(\sqrt sZ)`, :math:`Z\sim N(0,I_C)`,
is by Stein's identity :math:`\hat c_\alpha(s)=s^{|\alpha|/2}\,\mathbb E[\partial^\alpha\lambda
(\sqrt sZ)]/\sqrt{\alpha!}`, and :math:`\partial_kp^a=p^a(a_k-|a|p_k)` keeps derivatives of
softmax polynomials softmax polynomials. Classes that do not occur in :math:`\lambda` are
exchangeable, so the :math:`\alpha` fall into a few orbits.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.softmax import SoftmaxMoments

Terms = dict[tuple[int, ...], float]


@dataclass(frozen=True)
class Orbit:
    """The multi-indices that exchangeability makes equal: one of them, and their number."""

    orders: tuple[int, ...]
    size: float


def orbits(special: int, classes: int, degree: int) -> Iterator[Orbit]:
    r"""Yield the orbits of multi-indices :math:`|\alpha|=k` under permutations of other classes.

    Parameters
    ----------
    special : int
        Number of classes that are told apart; they come first in ``orders``.
    classes : int
        Number of all classes.
    degree : int
        The order :math:`k`.

    Yields
    ------
    Orbit

    Examples
    --------
    >>> sum(orbit.size for orbit in orbits(1, 5, 2))
    15.0
    """
    for total in range(degree + 1):
        for head in _compositions(total, special):
            for tail in _partitions(degree - total, degree - total):
                size = _placements(tail, classes - special)
                if size:
                    yield Orbit(head + tail, size)


def derivative(terms: Terms, orders: tuple[int, ...]) -> Terms:
    r"""Return :math:`\partial^\alpha` of a softmax polynomial in its logits.

    Parameters
    ----------
    terms : dict
        Coefficient of every tuple of powers; classes beyond the tuple have power 0.
    orders : tuple of int
        The multi-index :math:`\alpha`.

    Returns
    -------
    dict

    Examples
    --------
    >>> derivative({(1,): 1.0}, (1,))
    {(1,): 1.0, (2,): -1.0}
    """
    width = len(orders)
    result = {powers + (0,) * (width - len(powers)): c for powers, c in terms.items()}
    for slot, order in enumerate(orders):
        for _ in range(order):
            result = _differentiated(result, slot)
    return result


def square(terms: Terms) -> Terms:
    """Return the square of a softmax polynomial."""
    product: Counter[tuple[int, ...]] = Counter()
    for left, a in terms.items():
        for right, b in terms.items():
            product[tuple(x + y for x, y in zip(left, right, strict=True))] += a * b  # type: ignore[assignment]
    return dict(product)


def mean(terms: Terms, moments: SoftmaxMoments) -> tuple[Array, Array]:
    """Return the mean of a softmax polynomial at every scale of `moments`, with its error."""
    value, error = np.zeros_like(moments.scales), np.zeros_like(moments.scales)
    for powers, coefficient in terms.items():
        moment, slack = moments(powers)
        value += coefficient * moment
        error += abs(coefficient) * slack
    return value, error


def _differentiated(terms: Terms, slot: int) -> Terms:
    result: dict[tuple[int, ...], float] = {}
    for powers, coefficient in terms.items():
        raised = (*powers[:slot], powers[slot] + 1, *powers[slot + 1 :])
        result[powers] = result.get(powers, 0.0) + coefficient * powers[slot]
        result[raised] = result.get(raised, 0.0) - coefficient * sum(powers)
    return {powers: c for powers, c in result.items() if c}


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def _partitions(total: int, largest: int) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    for first in range(min(total, largest), 0, -1):
        for rest in _partitions(total - first, first):
            yield (first, *rest)


def _placements(tail: tuple[int, ...], others: int) -> float:
    """Count the ways to give the parts of a partition to distinct other classes."""
    repeats = math.prod(math.factorial(m) for m in Counter(tail).values())
    return float(math.perm(others, len(tail)) // repeats)

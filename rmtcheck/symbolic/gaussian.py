r"""Means of products of iid Gaussian entries with symbolic indices, by pairings.

Isserlis' theorem for entries :math:`X_{an}` iid :math:`N(0,v)`:

.. math::

    \mathbb E\prod_{k=1}^{2m}X_{a_kn_k}
    = v^m\sum_{\pi}\prod_{\{k,l\}\in\pi}\delta_{a_ka_l}\delta_{n_kn_l},

over all pairings :math:`\pi`. A pairing therefore sorts the indices into classes of equal ones;
summed over its range, each class gives one factor, the size of the range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence

import sympy

from rmtcheck.errors import DomainError

Index = Hashable
Entry = tuple[Index, Index]
Classes = tuple[frozenset[Index], ...]

_MOST_ENTRIES = 14


def pairings(items: Sequence[int]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield all ways to sort an even number of items into pairs; none for an odd number.

    Examples
    --------
    >>> len(list(pairings(range(6))))
    15
    """
    if not items:
        yield ()
        return
    first, rest = items[0], items[1:]
    for place, partner in enumerate(rest):
        for others in pairings([*rest[:place], *rest[place + 1 :]]):
            yield ((first, partner), *others)


def index_classes(entries: Sequence[Entry]) -> Iterator[Classes]:
    """Yield, for each pairing, the classes of indices that its Kronecker deltas make equal.

    Parameters
    ----------
    entries : sequence of (row index, column index)
        The factors :math:`X_{an}`; a label may occur in several factors.

    Yields
    ------
    tuple of frozenset
        One class for each set of equal indices; rows and columns have different labels.

    Raises
    ------
    DomainError
        If there are more than 14 factors.
    """
    if len(entries) > _MOST_ENTRIES:
        raise DomainError(f"{len(entries)} factors are given; accepted are at most {_MOST_ENTRIES}")
    labels = tuple(dict.fromkeys(label for entry in entries for label in entry))
    for pairing in pairings(range(len(entries))):
        joined = (zip(entries[k], entries[m], strict=True) for k, m in pairing)
        yield _merged(labels, [pair for pairs in joined for pair in pairs])


def gaussian_mean(
    entries: Sequence[Entry], sizes: Mapping[Index, sympy.Expr], variance: sympy.Expr = sympy.S.One
) -> sympy.Expr:
    r"""Return the mean of a product of Gaussian entries, summed over the indices that have a size.

    Parameters
    ----------
    entries : sequence of (row index, column index)
        The factors :math:`X_{an}`, iid :math:`N(0,v)`; labels are sympy symbols.
    sizes : mapping from index to sympy expression
        Ranges of the summed indices; the others are free.
    variance : sympy expression, default 1
        The variance :math:`v`.

    Returns
    -------
    sympy expression
        Polynomial in the sizes, and Kronecker deltas of the free indices.

    Raises
    ------
    DomainError
        If there are more than 14 factors.

    Notes
    -----
    Accuracy: exact.

    References
    ----------
    L. Isserlis, Biometrika 12 (1918), 134-139.

    Examples
    --------
    >>> a, b, n, d, N = sympy.symbols("a b n d N")
    >>> gaussian_mean([(a, n), (b, n)], {})
    KroneckerDelta(a, b)
    >>> gaussian_mean([(a, n), (a, n), (b, n), (b, n)], {a: d, b: d, n: N})
    N*d**2 + 2*N*d
    """
    found = Counter(_contribution(classes, sizes) for classes in index_classes(entries))
    power = variance ** sympy.Rational(len(entries), 2)
    return sympy.expand(power * sympy.Add(*(count * term for term, count in found.items())))


def _contribution(classes: Classes, sizes: Mapping[Index, sympy.Expr]) -> sympy.Expr:
    return sympy.Mul(*(_factor(members, sizes) for members in classes))


def _factor(members: frozenset[Index], sizes: Mapping[Index, sympy.Expr]) -> sympy.Expr:
    """Return the size of the range for summed indices, deltas for free ones."""
    free = sorted(members - sizes.keys(), key=str)
    if not free:
        return sizes[next(iter(members))]
    return sympy.Mul(*(sympy.KroneckerDelta(free[0], other) for other in free[1:]))


def _merged(labels: Sequence[Index], equal: Sequence[tuple[Index, Index]]) -> Classes:
    """Return the classes of labels after all equalities."""
    home = {label: frozenset({label}) for label in labels}
    for left, right in equal:
        union = home[left] | home[right]
        home.update(dict.fromkeys(union, union))
    return tuple(dict.fromkeys(home.values()))

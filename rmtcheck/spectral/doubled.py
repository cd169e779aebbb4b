"""Sums of pairs: twice the digits of a float, where two large numbers are about to cancel.

A pair (high, low) stands for their exact sum. Errors of a float operation are floats
themselves and are computed exactly (Dekker 1971; Knuth, The Art of Computer Programming 2, 4.2.2).
"""

from __future__ import annotations

import numpy as np

from rmtcheck.spectral.arrays import Array

Pair = tuple[Array, Array]
SPLITTER = 2.0**27 + 1


def two_sum(a: Array, b: Array) -> Pair:
    """Return a + b exactly, as a pair."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def two_product(a: Array, b: Array) -> Pair:
    """Return a * b exactly, as a pair; moduli below 1e290."""
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def add(a: Pair, b: Pair) -> Pair:
    """Return the sum of two pairs, to about 1e-31 of the larger."""
    high, low = two_sum(a[0], b[0])
    return two_sum(high, low + (a[1] + b[1]))


def multiply(a: Pair, b: Pair) -> Pair:
    """Return the product of two pairs, to about 1e-31."""
    high, low = two_product(a[0], b[0])
    return two_sum(high, low + (a[0] * b[1] + a[1] * b[0]))


def divide(a: Array, b: Pair | tuple[float, float]) -> Pair:
    """Return a number over a pair, to about 1e-31."""
    first = a / b[0]
    product, error = two_product(first, np.asarray(b[0]))
    return two_sum(first, ((a - product) - error - first * b[1]) / b[0])


def square_root(a: Array) -> Pair:
    """Return the root of a non-negative number, to about 1e-31."""
    first = np.sqrt(a)
    square, error = two_product(first, first)
    return two_sum(first, ((a - square) - error) / (2 * np.where(first == 0, 1.0, first)))


def above(x: Array, least: Pair) -> Array:
    """Return x less a pair, rounded once."""
    return add((x, np.zeros_like(x)), (-least[0], -least[1]))[0]


def total(terms: Pair) -> Pair:
    """Return the sum of pairs along the last axis, halving it again and again."""
    high, low = terms
    while high.shape[-1] > 1:
        if high.shape[-1] % 2:
            pad = [(0, 0)] * (high.ndim - 1) + [(0, 1)]
            high, low = np.pad(high, pad), np.pad(low, pad)
        high, low = add((high[..., ::2], low[..., ::2]), (high[..., 1::2], low[..., 1::2]))
    return high[..., 0], low[..., 0]


def _split(a: Array) -> Pair:
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high

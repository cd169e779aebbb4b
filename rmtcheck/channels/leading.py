"""Blocks up to O(1/C) against the derivative of the loss of one sample, as the classes grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmtcheck.channels._protocol import Judgement
from rmtcheck.claims.blocks import LeadingBlock
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.montecarlo.draw import draw_one_hidden_layer
from rmtcheck.montecarlo.referee import hessian_block
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.grams.numeric import to_numeric
from rmtcheck.vocabulary import symbols

NUMBERS = {symbols.i: 1, symbols.j: 2, symbols.d: 3, symbols.m: 2, symbols.N: 1}
CLASSES = (100, 400, 1600)
LABELS = (1, NUMBERS[symbols.j], 5)
"""The label that the block is about, and others."""
DRAWS = 3
SLOW, FAST = -0.3, -0.7
"""Mean exponents of C above which a remainder is not O(1/C), and below which it looks like it."""
ROUNDING = 1e-12
"""Relative size of what rounding can do to an entry of a block."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Grown:
    """One sample seen by networks with more and more classes, and its blocks."""

    arrays: tuple[dict[str, Any], ...]
    blocks: tuple[Array, ...]
    label: int


def grow_blocks(question: Any) -> list[Grown]:
    """Draw samples, and networks of which each is a part of the next; differentiate the loss."""
    return [_grown(question, label, draw) for label in LABELS for draw in range(DRAWS)]


def compare_growth(grown: Sequence[Grown], statement: LeadingBlock) -> Judgement:
    """Compare the decay of the remainder with 1/C."""
    scope = Scope(Reach.POINTS, f"{len(grown)} samples, C = {', '.join(map(str, CLASSES))}")
    formula = to_numeric(statement.gram.subs(NUMBERS), network=statement.block.network)
    exponents = [(one.label, _exponent(one, formula)) for one in grown]
    means = [(float(np.mean([e for at, e in exponents if at == k])), k) for k in LABELS]
    worst, label = max(means)
    text = f"at label {label} the remainder decays like C^{worst:.2f}"
    if worst > SLOW:
        return Judgement(Outcome.FAILS, scope, "the remainder is not O(1/C)", text)
    if worst > FAST:
        return Judgement(Outcome.UNKNOWN, scope, text)
    return Judgement(Outcome.HOLDS, scope, f"the remainder decays at least like C^{worst:.2f}")


def record_of_growth(grown: Sequence[Grown]) -> dict[str, Any]:
    """Return the size of every column of the first sample of each label as JSON data."""
    first = {one.label: one for one in reversed(grown)}
    points = [
        {
            "at": {"C": C, "label": label, "column": column + 1},
            "value": float(size),
            "error": float(size) * ROUNDING,
        }
        for label, one in sorted(first.items())
        for C, block in zip(CLASSES, one.blocks, strict=True)
        for column, size in enumerate(np.abs(block).max(axis=0))
    ]
    return {"kind": "estimates", "points": points}


def _grown(question: Any, label: int, draw: int) -> Grown:
    rng = stream(0, f"growth of {question} at label {label}", draw)
    d, m, N = (int(NUMBERS[s]) for s in (symbols.d, symbols.m, symbols.N))
    X, V, W = draw_one_hidden_layer(d, m, N, max(CLASSES), rng)
    # both gates open, or there would be nothing to see
    W *= np.sign(W @ X)
    labels = np.array([label])
    arrays = tuple({"X": X, "V": V[:C], "W": W, "targets": labels} for C in CLASSES)
    numeric = [question.subs({**NUMBERS, symbols.C: C}) for C in CLASSES]
    pairs = zip(numeric, arrays, strict=True)
    return Grown(arrays, tuple(hessian_block(at, **each) for at, each in pairs), label)


def _exponent(one: Grown, formula: Any) -> float:
    """Return the exponent of C in the size of the remainder, minus infinity for rounding."""
    gaps = []
    for block, arrays in zip(one.blocks, one.arrays, strict=True):
        claimed = formula(**arrays)
        if claimed.shape != block.shape:
            return np.inf
        gap, size = (float(np.abs(a).max()) for a in (block - claimed, block))
        gaps.append(gap if gap > ROUNDING * size else 0.0)
    if not all(gaps):
        return -np.inf
    return float(np.polyfit(np.log(CLASSES), np.log(gaps), 1)[0])

"""Formulas of Hessian blocks against the second derivative of the loss, at drawn networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.channels._protocol import Judgement
from rmtcheck.claims.blocks import BlockFormula
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.montecarlo.draw import draw_linear_model, draw_one_hidden_layer
from rmtcheck.montecarlo.referee import gradient, hessian_block
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.grams.numeric import to_numeric
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.networks import Gradient, OneHiddenLayer
from rmtcheck.vocabulary.samples import LABEL

DRAWS = 5
NUMBERS = {
    symbols.i: 1,
    symbols.j: 2,
    symbols.d: 3,
    symbols.N: 5,
    symbols.C: 4,
    symbols.m: 2,
}
"""Sizes of the drawn networks, all different so that a wrong shape shows."""
ROUNDING = 1e-9
"""Relative size of what rounding can do to a Hessian block of the referee."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """One network with its data, what was asked of it of the loss alone, and the loss's factor."""

    arrays: dict[str, Any]
    block: Array
    unit: float


def draw_blocks(question: Any) -> list[Drawn]:
    """Draw networks and differentiate their losses, without any formula."""
    return [_drawn(question, draw) for draw in range(DRAWS)]


def compare_blocks(drawn: Sequence[Drawn], statement: BlockFormula) -> Judgement:
    """Compare a formula with the derivative of the loss at every drawn network."""
    sizes = [s for s in statement.block.network.sizes.values() if s.is_Symbol]
    named = ", ".join(f"{s} = {NUMBERS[s]}" for s in (*sizes, symbols.N))
    scope = Scope(Reach.POINTS, f"{len(drawn)} drawn networks with {named}")
    numbers = _numbers(statement.block)
    formula = to_numeric(statement.gram.subs(numbers), network=statement.block.network)
    for number, one in enumerate(drawn):
        gap = _gap(one, formula(**one.arrays))
        if gap:
            return Judgement(
                Outcome.FAILS,
                scope,
                "differs from the derivative of the loss",
                f"draw {number}: {gap}",
            )
    return Judgement(Outcome.HOLDS, scope, "agrees with the derivative of the loss itself")


def _drawn(question: Any, draw: int) -> Drawn:
    numeric = question.subs(_numbers(question))
    rng = stream(0, f"referee of {question}", draw)
    network, N = numeric.network, int(numeric.samples)
    d, C = int(network.d), int(network.C)
    if isinstance(network, OneHiddenLayer):
        X, V, W = draw_one_hidden_layer(d, int(network.m), N, C, rng)
        arrays: dict[str, Any] = {"X": X, "V": V, "W": W}
    else:
        arrays = dict(zip("XV", draw_linear_model(d, N, C, rng), strict=True))
    is_labeled = numeric.loss.is_labeled
    arrays["targets"] = rng.integers(1, C + 1, N) if is_labeled else rng.standard_normal((C, N))
    unit = abs(float(numeric.loss.prefactor(N, C)))
    if isinstance(question, Gradient):
        return Drawn(arrays, gradient(numeric, **arrays)[:, None], unit)
    return Drawn(arrays, hessian_block(numeric, **arrays), unit)


def _numbers(question: Any) -> dict[sympy.Symbol, Any]:
    """Return the sizes and indices, and numbers below 1 for the parameters of the loss."""
    bound = {k for total in question.atoms(sympy.Sum) for k in total.bound_symbols}
    parameters = sorted(question.free_symbols - NUMBERS.keys() - {LABEL} - bound, key=str)
    return {**NUMBERS, **{s: sympy.Rational(2 + k, 5 + k) for k, s in enumerate(parameters)}}


def _gap(one: Drawn, claimed: Array) -> str:
    """Return in words how two matrices differ, nothing if they agree up to rounding."""
    block = one.block
    if block.shape != claimed.shape:
        return f"a matrix of shape {claimed.shape}, not {block.shape}"
    gap = float(np.abs(block - claimed).max())
    if gap <= ROUNDING * max(one.unit, float(np.abs(block).max())):
        return ""
    return f"an entry differs by {gap:.6g}"

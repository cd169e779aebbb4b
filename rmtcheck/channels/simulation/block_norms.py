"""Block norms of drawn Hessians against their exact finite-size means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.simulation.points import Point
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.montecarlo.confidence import interval
from rmtcheck.montecarlo.dominate import Kind, averaged_mean, dominating_mean
from rmtcheck.spectral.finite_size import block_norm_limit, block_norm_mean
from rmtcheck.symbolic.hessian import derive
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.observations import Estimate, Sample
from rmtcheck.vocabulary.quantities import Expectation, FrobeniusSquared


@dataclass(frozen=True)
class Sizes:
    """Sizes to draw at, and the number of draws.

    Small sizes average over all classes; the sizes of the paper take one pair of classes.
    """

    d: int
    N: int
    C: int
    draws: int
    statistic: str = "block_norms"

    def __str__(self) -> str:
        return f"d={self.d}, N={self.N}, C={self.C}"

    @property
    def aspect_ratio(self) -> sympy.Rational:
        """The ratio d/N, exactly."""
        return sympy.Rational(self.d, self.N)


SMALL = tuple(
    Sizes(d, N, C, draws=800)
    for d, N in ((20, 200), (40, 80), (50, 50), (80, 40), (100, 10))
    for C in (2, 10, 100)
)
PAPER_DRAWS = 16
FIGURE_DRAWS = 24
PAPER = tuple(
    Sizes(500, 5000, C, draws=PAPER_DRAWS, statistic="pair_norms") for C in (2, 10, 100, 1000)
)


@dataclass(frozen=True)
class Norm:
    """One squared norm divided by d: its interval, and what theory says of its mean."""

    sample: Sample
    finite: Estimate
    limit: float

    def record(self) -> dict[str, float]:
        """Return it as JSON data."""
        return {
            "mean": self.sample.mean,
            "low": self.sample.low,
            "high": self.sample.high,
            "finite_size": self.finite.value,
            "finite_size_error": self.finite.error,
            "limit": self.limit,
        }


@dataclass(frozen=True)
class BlockNorms:
    """The norms of a diagonal and an off-diagonal block at one size."""

    sizes: Sizes
    diagonal: Norm
    off_diagonal: Norm

    def ratio(self) -> Point:
        """Return the ratio of the means, off-diagonal to diagonal."""
        off, diagonal = self.off_diagonal, self.diagonal
        finite = off.finite.value / diagonal.finite.value
        spread = off.finite.error / off.finite.value + diagonal.finite.error / diagonal.finite.value
        return Point(
            at={symbols.gamma: self.sizes.aspect_ratio, symbols.C: sympy.Integer(self.sizes.C)},
            sizes=str(self.sizes),
            low=off.sample.low / diagonal.sample.high,
            # p_i p_j <= p_i (1 - p_i), so no off-diagonal norm exceeds its diagonal one
            high=min(off.sample.high / diagonal.sample.low, 1.0) if diagonal.sample.low else 1.0,
            finite=finite,
            limit=off.limit / diagonal.limit,
            error=finite * spread,
        )

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        ratio = self.ratio()
        shift = ratio.limit - ratio.finite
        return {
            "d": self.sizes.d,
            "N": self.sizes.N,
            "C": self.sizes.C,
            "draws": self.diagonal.sample.draws,
            "alpha": self.diagonal.sample.alpha,
            "diagonal": self.diagonal.record(),
            "off_diagonal": self.off_diagonal.record(),
            "ratio": {
                "low": ratio.low,
                "high": ratio.high,
                "finite_size": ratio.finite,
                "limit": ratio.limit,
                "corrected_low": ratio.low + shift,
                "corrected_high": ratio.high + shift,
            },
        }


def series(
    simulator: Simulator,
    blocks: tuple[HessianBlock, HessianBlock],
    sizes: Sequence[Sizes],
    alpha: float,
) -> list[BlockNorms]:
    """Draw both blocks at several sizes, which share the error probability equally."""
    weights = tuple(derive(block).weight for block in blocks)
    return [_measured(simulator, weights, at, alpha / len(sizes)) for at in sizes]


def record(found: Sequence[BlockNorms]) -> dict[str, Any]:
    """Return a series as JSON data."""
    return {"kind": "block norms", "configurations": [norms.record() for norms in found]}


def sizes_of(block: HessianBlock) -> Sizes:
    """Return the explicit sizes of a block, with the draws that an inequality needs."""
    d, N, C = (int(s) for s in (block.network.d, block.samples, block.network.C))
    return Sizes(d, N, C, draws=FIGURE_DRAWS, statistic="pair_norms")


def judge_order(left: Point, right: Point, relation: str) -> Judgement:
    """Decide an inequality between two ratios by their intervals."""
    scope = Scope(Reach.ALL, f"{left.sizes} against {right.sizes}")
    inconsistent = [p for p in (left, right) if not p.is_consistent]
    if inconsistent:
        text = f"the finite-size prediction is outside its interval at {inconsistent[0].sizes}"
        return Judgement(Outcome.ERROR, scope, text)
    text = (
        f"[{left.low:.3g}, {left.high:.3g}] on the left,"
        f" [{right.low:.3g}, {right.high:.3g}] on the right"
    )
    is_less, is_greater = left.high < right.low, left.low > right.high
    if not (is_less or is_greater):
        return Judgement(Outcome.UNKNOWN, scope, f"the intervals overlap: {text}")
    if is_less == (relation == "<"):
        return Judgement(Outcome.HOLDS, scope, text)
    return Judgement(Outcome.FAILS, scope, "the other way round", text)


def is_ratio(expression: sympy.Expr) -> bool:
    """Whether this is off-diagonal over diagonal, of means or bare, for linear cross-entropy."""
    blocks = [node.args[0] for node in expression.atoms(FrobeniusSquared)]
    if len(blocks) != 2 or sorted(b.is_diagonal for b in blocks) != [False, True]:
        return False
    diagonal, off = map(FrobeniusSquared, blocks_of(blocks))
    shapes = (off / diagonal, Expectation(off) / Expectation(diagonal))
    return expression in shapes and all(_is_drawn(b) for b in blocks)


def _is_drawn(block: HessianBlock) -> bool:
    return isinstance(block.network, LinearModel) and block.loss == CROSS_ENTROPY


def is_general(expression: sympy.Expr) -> bool:
    """Whether this is such a ratio with every size a symbol of the house notation."""
    general = (symbols.d, symbols.C, symbols.N)
    blocks = [node.args[0] for node in expression.atoms(FrobeniusSquared)]
    sizes = {(b.network.d, b.network.C, b.samples) for b in blocks}
    return is_ratio(expression) and sizes == {general}


def blocks_of(blocks: Sequence[HessianBlock]) -> tuple[HessianBlock, HessianBlock]:
    """Return the diagonal and the off-diagonal block among those of a question."""
    diagonal = next(b for b in blocks if b.is_diagonal)
    return diagonal, next(b for b in blocks if not b.is_diagonal)


def _measured(
    simulator: Simulator, weights: Sequence[sympy.Expr], sizes: Sizes, alpha: float
) -> BlockNorms:
    parameters = {"d": sizes.d, "N": sizes.N, "C": sizes.C}
    rows = simulator.draws(sizes.statistic, parameters, sizes.draws)
    diagonal = _norm(rows[:, 0], rows[:, 1], "diagonal", weights[0], sizes, alpha / 2)
    off = _norm(rows[:, 2], rows[:, 3], "off_diagonal", weights[1], sizes, alpha / 2)
    return BlockNorms(sizes, diagonal, off)


def _norm(
    values: Any, bounds: Any, kind: Kind, weight: sympy.Expr, sizes: Sizes, alpha: float
) -> Norm:
    averaged = sizes.statistic == "block_norms"
    mean = (averaged_mean if averaged else dominating_mean)(kind, sizes.d, sizes.N, sizes.C)
    return Norm(
        sample=interval(values, bounds, mean, alpha, len(values)),
        finite=block_norm_mean(weight, sizes.d, sizes.N, sizes.C),
        limit=block_norm_limit(weight, float(sizes.aspect_ratio), sizes.C).value,
    )

r"""The difference of mean resolvent traces of a matrix and its decoupled copy, drawn.

H and :math:`\tilde H` share weights and all coordinates but those of the fields, so one draw of
:math:`N(s_H-s_{\tilde H})` has a standard deviation of order :math:`N^{-1/2}`, and its modulus is
at most :math:`2CN/(d\operatorname{Im}z)`.

*Bias.* With means :math:`g_N=b+c/N+e/N^2+\dots` at two sizes, :math:`(4g_{4N}-g_N)/3` is
:math:`b-e/(4N^2)`; the ends of both intervals give one for it. That an expansion in 1/N exists is
assumed, and its third term, at N = 16 a thousandth of e, is neglected.

*Limit 0.* The mean at one size differs from its limit by at most :math:`2C/(d\operatorname{Im}z)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.decoupled_blocks import RATIO, Block
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.confidence import bounded_interval
from rmtcheck.vocabulary.observations import Sample

STATISTIC = "rmtcheck.montecarlo.decoupled_gaps:GAPS"
SMALL, LARGE = (8, 200), (32, 500)
"""Dimension and number of rows at either size; the large one is four times the small one."""
FEW = 80
"""Rows where the bound alone tells limits apart."""
Ends = tuple[float, float]


@dataclass(frozen=True)
class Gap:
    """Intervals for the real and the imaginary part of one mean.

    Attributes
    ----------
    block
        What was drawn.
    sizes
        In words.
    real, imag
        The intervals.
    bound
        How far the mean may be from its limit.
    """

    block: Block
    sizes: str
    real: Ends
    imag: Ends
    bound: float = 0.0

    def contains(self, value: complex) -> bool:
        """Whether both intervals contain the parts of a number."""
        parts = ((self.real, value.real), (self.imag, value.imag))
        return all(low <= part <= high for (low, high), part in parts)

    @property
    def modulus(self) -> Ends:
        """The least and the greatest modulus in the intervals."""
        sides = (self.real, self.imag)
        least = hypot(*(max(0.0, low, -high) for low, high in sides))
        return least, hypot(*(max(abs(low), abs(high)) for low, high in sides))

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        limit = self.block.bias if not self.bound else 0j
        return {
            "at": {**self.block.place, "sizes": self.sizes},
            **dict(zip(("re_low", "re_high"), self.real, strict=True)),
            **dict(zip(("im_low", "im_high"), self.imag, strict=True)),
            "re": limit.real,
            "im": limit.imag,
        }


def measure_bias(simulator: Simulator, blocks: Sequence[Block], alpha: float) -> list[Gap]:
    """Draw N times the difference at two sizes, and extrapolate the intervals."""
    found = []
    for block in blocks:
        share = alpha / (4 * len(blocks))
        small, large = (_drawn(simulator, block, *size, share) for size in (SMALL, LARGE))
        real, imag = (_extrapolated(*pair) for pair in zip(small, large, strict=True))
        sizes = f"N = {_samples(SMALL[0])} and {_samples(LARGE[0])}, extrapolated"
        found.append(Gap(block, sizes, real, imag))
    return found


def measure_difference(simulator: Simulator, blocks: Sequence[Block], alpha: float) -> list[Gap]:
    """Draw the difference itself at one size."""
    d, _ = LARGE
    found = []
    for block in blocks:
        parts = _drawn(simulator, block, d, FEW, alpha / (2 * len(blocks)))
        real, imag = ((part.low / _samples(d), part.high / _samples(d)) for part in parts)
        found.append(Gap(block, f"N = {_samples(d)}", real, imag, _bound(block, d)))
    return found


def judge_bias(found: Sequence[Gap], formula: Any) -> Judgement:
    """Compare a claimed bias with the extrapolated intervals."""
    scope = _scope(found)
    wrong = [gap for gap in found if not gap.contains(gap.block.bias)]
    if wrong:
        text = f"the bias of the library is outside its interval for {wrong[0].block}"
        return Judgement(Outcome.ERROR, scope, text)
    for gap in found:
        try:
            value = gap.block.value(formula)
        except DomainError as problem:
            return Judgement(Outcome.FAILS, scope, "the formula has no value", str(problem))
        if not gap.contains(value):
            text = f"{gap.block}: {value:.5g} claimed, {_shown(gap)} drawn"
            return Judgement(Outcome.FAILS, scope, "outside the confidence interval", text)
    return Judgement(Outcome.HOLDS, scope, "inside the intervals of every block")


def judge_difference(found: Sequence[Gap], value: float) -> Judgement:
    """Compare a claimed limit of the modulus with the intervals, up to the bound of theory."""
    scope = _scope(found)
    for gap in found:
        least, greatest = gap.modulus
        if least > gap.bound:
            text = f"the bound of theory is below the interval for {gap.block}"
            return Judgement(Outcome.ERROR, scope, text)
        if not least - gap.bound <= value <= greatest + gap.bound:
            text = f"{gap.block}: limit {value:g} claimed, modulus in [{least:.2g}, {greatest:.2g}]"
            text = f"{text} at {gap.sizes}, which is at most {gap.bound:.2g} from its limit"
            return Judgement(Outcome.FAILS, scope, "farther than the bound allows", text)
    return Judgement(Outcome.HOLDS, scope, "every modulus is within its bound of the limit")


def _scope(found: Sequence[Gap]) -> Scope:
    return Scope(Reach.SIZES, "; ".join(f"{gap.block}, {gap.sizes}" for gap in found))


def _shown(gap: Gap) -> str:
    real, imag = (f"[{low:.3g}, {high:.3g}]" for low, high in (gap.real, gap.imag))
    return f"{real} + i {imag}"


def _samples(d: int) -> int:
    return int(d / RATIO)


def _bound(block: Block, d: int) -> float:
    return float(2 * block.weight.fields / (d * block.z.imag))


def _extrapolated(small: Sample, large: Sample) -> Ends:
    return (4 * large.low - small.high) / 3, (4 * large.high - small.low) / 3


def _drawn(
    simulator: Simulator, block: Block, d: int, count: int, alpha: float
) -> tuple[Sample, Sample]:
    """Return the intervals for N times the difference, real and imaginary."""
    N, z = _samples(d), block.z
    parameters = {"weight": block.weight, "d": d, "N": N, "real": z.real, "imag": z.imag}
    draws = simulator.draws(STATISTIC, parameters, count).reshape(-1, 2)
    bound = N * _bound(block, d)
    real, imag = (bounded_interval(part, -bound, bound, alpha, len(draws)) for part in draws.T)
    return real, imag

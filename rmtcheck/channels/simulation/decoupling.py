r"""The difference of mean resolvent traces of a matrix and its decoupled copy, drawn.

H and :math:`\tilde H` share weights and all coordinates but those of the fields, so one draw of
:math:`N(s_H-s_{\tilde H})` has a standard deviation of order :math:`N^{-1/2}`, and its modulus is
at most :math:`2CN/(d\operatorname{Im}z)`.

With means :math:`m_N=m+c/N+e/N^2+\dots` at two sizes,

.. math:: \frac{4m_{4N}-m_N}3=m-\frac e{4N^2}+\dots,\qquad
          \frac{m_{4N}-m_N}3=-\frac c{4N}+\dots

so that the ends of both intervals give one for m, once the rest is allowed for. Two things are
assumed: that there is such an expansion, and that at N = 16 its third term is at most half of the
second, so that the rest is at most `REST` times the step on the right, in modulus. Long runs at
every block agree with both, and nothing proves them. The bias is the m of N times the difference;
the limit of the difference itself is the m of the difference. The bound
:math:`2C/(d\operatorname{Im}z)` of theory is no allowance here: it would decide without a draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.decoupled_blocks import RATIO, Block
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.confidence import bounded_interval

STATISTIC = "rmtcheck.montecarlo.decoupled_gaps:GAPS"
SMALL, LARGE = 8, 32
"""Dimensions; the large one is four times the small one."""
ROWS = 112
"""Rows at the large dimension for a block of noise 1; thrice as many, and cheap, at the small."""
FEW = 32
"""Rows for the difference itself, which is smaller by a factor N."""
REST = 1 / 2
"""What the terms behind the first are assumed to be at most, over the step of extrapolation."""
Ends = tuple[float, float]


@dataclass(frozen=True)
class Gap:
    """Intervals for the real and the imaginary part of one limit.

    Attributes
    ----------
    block
        What was drawn.
    sizes
        In words.
    real, imag
        The intervals.
    bound
        How far either part may be from its limit by what extrapolation leaves out.
    """

    block: Block
    sizes: str
    real: Ends
    imag: Ends
    bound: float = 0.0

    @property
    def sides(self) -> tuple[Ends, Ends]:
        """Both intervals with what extrapolation leaves out."""
        real, imag = ((low - self.bound, high + self.bound) for low, high in (self.real, self.imag))
        return real, imag

    def contains(self, value: complex) -> bool:
        """Whether both intervals contain the parts of a number."""
        parts = zip(self.sides, (value.real, value.imag), strict=True)
        return all(low <= part <= high for (low, high), part in parts)

    @property
    def modulus(self) -> Ends:
        """The least and the greatest modulus in the intervals."""
        least = hypot(*(max(0.0, low, -high) for low, high in self.sides))
        return least, self.sees(0j)

    def sees(self, limit: complex) -> float:
        """Return the distance from the true limit beyond which every value is rejected."""
        parts = zip(self.sides, (limit.real, limit.imag), strict=True)
        return hypot(*(max(abs(low - part), abs(high - part)) for (low, high), part in parts))

    def record(self, limit: complex) -> dict[str, Any]:
        """Return it as JSON data, with the limit of theory and the least error that is seen."""
        real, imag = self.sides
        return {
            "at": {**self.block.place, "sizes": self.sizes},
            **dict(zip(("re_low", "re_high"), real, strict=True)),
            **dict(zip(("im_low", "im_high"), imag, strict=True)),
            "re": limit.real,
            "im": limit.imag,
            "sees": self.sees(limit),
        }


def measure_bias(simulator: Simulator, blocks: Sequence[Block], alpha: float) -> list[Gap]:
    """Draw N times the difference at two sizes, and extrapolate the intervals."""
    share = alpha / len(blocks)
    return [_limit(simulator, block, ROWS * block.noise, share, _unscaled) for block in blocks]


def measure_difference(simulator: Simulator, blocks: Sequence[Block], alpha: float) -> list[Gap]:
    """Draw the difference itself at two sizes, and extrapolate the intervals."""
    share = alpha / len(blocks)
    return [_limit(simulator, block, FEW, share, _samples) for block in blocks]


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
    seen = [gap.sees(gap.block.bias) / abs(gap.block.bias) for gap in found]
    text = f"every error above {min(seen):.0%} to {max(seen):.0%} of the bias, by block, is seen"
    return Judgement(Outcome.HOLDS, scope, f"inside the intervals of every block; {text}")


def judge_difference(found: Sequence[Gap], value: float) -> Judgement:
    """Compare a claimed limit of the modulus with the extrapolated intervals."""
    scope = _scope(found)
    wrong = [gap for gap in found if not gap.contains(0j)]
    if wrong:
        text = f"the limit 0 of theory is outside its interval for {wrong[0].block}"
        return Judgement(Outcome.ERROR, scope, text)
    for gap in found:
        least, greatest = gap.modulus
        if not least <= value <= greatest:
            text = f"{gap.block}: limit {value:g} claimed, modulus in [{least:.2g}, {greatest:.2g}]"
            return Judgement(Outcome.FAILS, scope, "outside the confidence interval", text)
    seen = min(gap.modulus[1] for gap in found)
    text = f"inside the intervals of every block; every limit above {seen:.2g} is seen"
    return Judgement(Outcome.HOLDS, scope, text)


def _scope(found: Sequence[Gap]) -> Scope:
    return Scope(Reach.SIZES, "; ".join(f"{gap.block}, {gap.sizes}" for gap in found))


def _shown(gap: Gap) -> str:
    real, imag = (f"[{low:.3g}, {high:.3g}]" for low, high in gap.sides)
    return f"{real} + i {imag}"


def _samples(d: int) -> int:
    return int(d / RATIO)


def _unscaled(d: int) -> int:
    return 1


def _limit(
    simulator: Simulator, block: Block, rows: int, alpha: float, scale: Callable[[int], int]
) -> Gap:
    """Return the limit of N times the difference over a scale, drawn at two dimensions."""
    share = alpha / 4
    small = _drawn(simulator, block, SMALL, 3 * rows, share, scale(SMALL))
    large = _drawn(simulator, block, LARGE, rows, share, scale(LARGE))
    pairs = list(zip(small, large, strict=True))
    real, imag = (_extrapolated(*pair) for pair in pairs)
    sizes = f"N = {_samples(SMALL)} and {_samples(LARGE)}, extrapolated"
    return Gap(block, sizes, real, imag, REST * hypot(*(_step(*pair) for pair in pairs)))


def _extrapolated(small: Ends, large: Ends) -> Ends:
    return (4 * large[0] - small[1]) / 3, (4 * large[1] - small[0]) / 3


def _step(small: Ends, large: Ends) -> float:
    """Return how far extrapolation goes beyond the larger size, at most."""
    return max(large[1] - small[0], small[1] - large[0]) / 3


def _drawn(
    simulator: Simulator, block: Block, d: int, rows: int, alpha: float, scale: int
) -> tuple[Ends, Ends]:
    """Return intervals for the parts of N times the difference over a scale."""
    N, z = _samples(d), block.z
    parameters = {"weight": block.weight, "d": d, "N": N, "real": z.real, "imag": z.imag}
    draws = simulator.draws(STATISTIC, parameters, rows).reshape(-1, 2)
    bound = 2 * block.weight.fields * N / (d * z.imag)
    found = (bounded_interval(part, -bound, bound, alpha, len(draws)) for part in draws.T)
    real, imag = ((part.low / scale, part.high / scale) for part in found)
    return real, imag

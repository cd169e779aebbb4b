"""One simulated size: an interval for the mean there, and how far theory puts it from the limit.

The finite-size mean is known without simulation, so the distance ``finite - limit`` is no
noise. An answer claims a limit; at these sizes it therefore claims ``answer + finite - limit``,
and that number has to lie in the interval. The theory itself is on trial too: a finite-size
mean outside its own interval is an error of ours and decides nothing about the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.channels._protocol import Judgement
from rmtcheck.claims.evidence import Outcome, Reach, Scope

Values = Mapping[sympy.Symbol, Any]


@dataclass(frozen=True, kw_only=True)
class Point:
    """An interval at one size, with the predictions of theory.

    Attributes
    ----------
    at
        Values of the symbols of the answer there.
    sizes
        The sizes that were drawn, in words.
    low, high
        Ends of the confidence interval for the mean at these sizes.
    finite, limit
        The mean at these sizes and its limit, by theory.
    error
        Accuracy of `finite`.
    """

    at: Values
    sizes: str
    low: float
    high: float
    finite: float
    limit: float
    error: float = 0.0

    @property
    def is_consistent(self) -> bool:
        """Whether the interval contains the finite-size prediction."""
        return self.low - self.error <= self.finite <= self.high + self.error

    def admits(self, answer: float) -> bool:
        """Whether the interval contains what the answer claims at these sizes."""
        claimed = answer + self.finite - self.limit
        return self.low - self.error <= claimed <= self.high + self.error

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "at": {"sizes": self.sizes},
            "low": self.low,
            "high": self.high,
            "mean": (self.low + self.high) / 2,
            "predicted": self.finite,
            "limit": self.limit,
        }

    def width(self) -> float:
        """Return half the width of the interval against the prediction: the power of the point."""
        return (self.high - self.low) / 2 / abs(self.finite) if self.finite else float("inf")


def judge_points(points: Sequence[Point], answer: Callable[[Values], float]) -> Judgement:
    """Compare an answer with every interval; one that rejects it is enough to fail it."""
    scope = Scope(Reach.SIZES, "; ".join(p.sizes for p in points))
    wrong = [p for p in points if not p.is_consistent]
    if wrong:
        text = f"the finite-size prediction {wrong[0].finite:.6g} is outside its own interval"
        return Judgement(Outcome.ERROR, scope, f"{text} at {wrong[0].sizes}")
    for point in points:
        value = answer(point.at)
        if not point.admits(value):
            return _rejected(point, value, scope)
    widths = [p.width() for p in points]
    text = (
        f"inside all {len(points)} intervals, of half widths {min(widths):.1%} to {max(widths):.1%}"
    )
    return Judgement(Outcome.HOLDS, scope, text)


def _rejected(point: Point, value: float, scope: Scope) -> Judgement:
    claimed = value + point.finite - point.limit
    witness = f"{point.sizes}: claimed {claimed:.6g}, interval [{point.low:.6g}, {point.high:.6g}]"
    return Judgement(Outcome.FAILS, scope, "outside the confidence interval", witness)

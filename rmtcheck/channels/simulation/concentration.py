r"""Fluctuations of resolvent traces: the gap :math:`|s-s'|` of two independent draws.

By Jensen's inequality the mean gap lies between :math:`\mathbb E|s-\mathbb Es|` and its double.
For N independent parts of rank r the inequality of Efron and Stein bounds it by
:math:`r\sqrt N/(d\operatorname{Im}z)`; a class without such a bound is free to keep the gap at any
size. That of :math:`\xi I` has the same law in every dimension.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import sympy

from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.montecarlo.confidence import bounded_interval
from rmtcheck.vocabulary.ensembles import IndependentParts, RandomHermitian
from rmtcheck.vocabulary.observations import Sample

ARGUMENT = 1j
DRAWS = 400
COVARIANCES = ((50, 100), (200, 400))
MULTIPLES = (50, 200)
RANK = 2
"""Rank by which one column changes a sample covariance."""


@dataclass(frozen=True)
class Gap:
    """The mean gap of one ensemble at one size.

    Attributes
    ----------
    name, sizes
        What was drawn.
    sample
        The interval for the mean gap.
    parts
        Number of independent parts, 0 where there is but one of full rank.
    d
        Dimension.
    """

    name: str
    sizes: Mapping[str, int]
    sample: Sample
    parts: int
    d: int

    @property
    def place(self) -> str:
        """Ensemble and sizes, in words."""
        return f"{self.name}, {', '.join(f'{k}={v}' for k, v in self.sizes.items())}"

    @property
    def largest(self) -> float:
        """What theory allows of the mean gap, for independent parts."""
        return RANK * sqrt(self.parts) / (self.d * ARGUMENT.imag)

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        sample = self.sample
        return {"at": {"sizes": self.place}, "low": sample.low, "high": sample.high}


def measure(simulator: Simulator, alpha: float) -> list[Gap]:
    """Draw gaps of sample covariances, and of fair multiples of the identity."""
    share = alpha / (len(COVARIANCES) + len(MULTIPLES))
    found = []
    for d, N in COVARIANCES:
        sample = _drawn(simulator, "covariance_gap", {"d": d, "N": N}, share)
        found.append(Gap("sample covariance", {"d": d, "N": N}, sample, N, d))
    for d in MULTIPLES:
        sample = _drawn(simulator, "multiple_gap", {"d": d}, share)
        found.append(Gap("fair multiple of I", {"d": d}, sample, 0, d))
    return found


def judge(found: Sequence[Gap], objects: sympy.Basic, value: sympy.Expr) -> Judgement:
    """Compare a claimed limit of |s - E s| with the gaps of the members of a class."""
    members = [g for g in found if g.parts or isinstance(objects, RandomHermitian)]
    scope = Scope(Reach.SIZES, "; ".join(g.place for g in members))
    if not isinstance(objects, RandomHermitian | IndependentParts):
        return Judgement(Outcome.UNKNOWN, scope, "no member of this class is drawn")
    if isinstance(objects, IndependentParts) and not _has_covariances(objects):
        return Judgement(Outcome.UNKNOWN, scope, "the class may not contain sample covariances")
    wrong = [g for g in members if g.parts and g.sample.low > g.largest]
    if wrong:
        text = f"the bound of theory is below its interval at {wrong[0].place}"
        return Judgement(Outcome.ERROR, scope, text)
    for gap in members:
        sample, slack = gap.sample, gap.largest if gap.parts else 0.0
        # a limit c of |s - E s| means a mean gap between c and 2 c, up to the slack
        if float(value) > sample.high or 2 * (float(value) + slack) < sample.low:
            text = f"{gap.place}: limit {value} claimed, mean gap in [{sample.low:.3g}, "
            return Judgement(
                Outcome.FAILS, scope, "the gap excludes it", f"{text}{sample.high:.3g}]"
            )
    widest = max(g.sample.high for g in members)
    return Judgement(Outcome.HOLDS, scope, f"mean gaps of at most {widest:.2g}")


def _has_covariances(objects: IndependentParts) -> bool:
    """Whether changes of rank 2 are allowed."""
    return bool(objects.rank.is_Symbol or objects.rank >= RANK)


def _drawn(simulator: Simulator, statistic: str, sizes: Mapping[str, int], alpha: float) -> Sample:
    parameters = {**sizes, "real": ARGUMENT.real, "imag": ARGUMENT.imag}
    rows = simulator.draws(statistic, parameters, DRAWS)
    # transforms lie in the disc of diameter 1/Im z
    return bounded_interval(rows[:, 0], 0.0, 1 / ARGUMENT.imag, alpha, len(rows))

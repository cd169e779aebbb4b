"""The resolvent trace of drawn matrices against a claimed limit of their Stieltjes transforms.

A claimed limit, plus the bias that theory gives at the drawn size, has to lie in the confidence
interval of the mean; so has the limit of theory, or else theory is wrong and nothing is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.simulation.predictions import Prediction
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.confidence import bounded_interval
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.vocabulary.observations import Sample

Values = Mapping[sympy.Symbol, sympy.Expr]


@dataclass(frozen=True)
class Setting:
    """What is drawn at one size and argument.

    Attributes
    ----------
    statistic, parameters
        The draws, without the argument.
    z
        The argument.
    theory
        The prediction for the mean.
    draws
        How many.
    values
        Values of the symbols of a statement there.
    weights
        Law of the weights, if there are any.
    """

    statistic: str
    parameters: Mapping[str, int | float]
    z: complex
    theory: Prediction
    draws: int
    values: Values = field(default_factory=dict)
    weights: DiscreteMeasure | None = None

    @property
    def place(self) -> dict[str, Any]:
        """Sizes and argument, for a reader."""
        return {"z": f"{self.z.real:g}{self.z.imag:+g}i", **self.parameters}

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.place.items())


@dataclass(frozen=True)
class Resolvent:
    """Real and imaginary part of a mean resolvent trace in one setting."""

    setting: Setting
    real: Sample
    imag: Sample

    def admits(self, limit: complex) -> bool:
        """Whether both intervals contain what a claimed limit means at this size."""
        theory = self.setting.theory
        claimed = limit + theory.bias
        parts = ((self.real, claimed.real), (self.imag, claimed.imag))
        return all(s.low - theory.slack <= v <= s.high + theory.slack for s, v in parts)

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        predicted = self.setting.theory.limit + self.setting.theory.bias
        return {
            "at": self.setting.place,
            "re_low": self.real.low,
            "re_high": self.real.high,
            "im_low": self.imag.low,
            "im_high": self.imag.high,
            "re": predicted.real,
            "im": predicted.imag,
        }


def measure(simulator: Simulator, settings: Iterable[Setting], alpha: float) -> list[Resolvent]:
    """Draw the resolvent trace in every setting."""
    chosen = list(settings)
    share = alpha / (2 * len(chosen))
    found = []
    for setting in chosen:
        z = setting.z
        parameters = {**setting.parameters, "real": z.real, "imag": z.imag}
        rows = simulator.draws(setting.statistic, parameters, setting.draws)
        bound = 1 / z.imag
        real = bounded_interval(rows[:, 0], -bound, bound, share, len(rows))
        imag = bounded_interval(rows[:, 1], 0.0, bound, share, len(rows))
        found.append(Resolvent(setting, real, imag))
    return found


def judge(found: list[Resolvent], transform: Callable[[Setting], complex]) -> Judgement:
    """Compare a claimed Stieltjes transform with every interval."""
    scope = Scope(Reach.SIZES, "; ".join(str(r.setting) for r in found))
    wrong = [r for r in found if not r.admits(r.setting.theory.limit)]
    if wrong:
        text = f"the finite-size prediction is outside its interval at {wrong[0].setting}"
        return Judgement(Outcome.ERROR, scope, text)
    for r in found:
        try:
            value = transform(r.setting)
        except DomainError as problem:
            return Judgement(Outcome.FAILS, scope, "this is no law", str(problem))
        if not r.admits(value):
            text = f"{r.setting}: claimed limit {value:.5g} misses the interval"
            return Judgement(Outcome.FAILS, scope, "outside the confidence interval", text)
    width = max(s.high - s.low for r in found for s in (r.real, r.imag)) / 2
    return Judgement(Outcome.HOLDS, scope, f"inside all intervals, of half width {width:.2g}")

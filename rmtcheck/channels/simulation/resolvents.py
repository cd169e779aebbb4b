r"""The resolvent trace of drawn sample covariances against the law's Stieltjes transform.

Stein's identity for standard Gaussian entries gives, exactly at every size,
:math:`\gamma_Nz\,\mathbb Es^2+(z-1+\gamma_N)\,\mathbb Es+1+\frac1N\mathbb E(s+zs')=0` with
:math:`s=\frac1d\operatorname{tr}(W-z)^{-1}` and :math:`\gamma_N=d/N`. Linearized at the limit, the
last term shifts the mean by :math:`-\frac1N(s+zs')/(2\gamma zs+z-1+\gamma)`. What is neglected is
the variance of s; Poincaré's inequality bounds it by
:math:`\frac4{dN}\sup_\lambda\lambda/|\lambda-z|^4`, since :math:`\nabla_Xs=-\frac2{dN}(W-z)^{-2}X`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.confidence import bounded_interval
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.vocabulary.observations import Sample

SIZES = ((40, 80), (60, 60), (80, 40))
ARGUMENTS = (1 + 1j, 3 + 1j)
DRAWS = 2000


@dataclass(frozen=True)
class Resolvent:
    """Real and imaginary part of a mean resolvent trace at one size and argument."""

    d: int
    N: int
    z: complex
    real: Sample
    imag: Sample

    @property
    def limit(self) -> complex:
        """The Stieltjes transform of the Marchenko-Pastur law."""
        return complex(MarchenkoPastur(self.d / self.N).stieltjes(self.z))

    @property
    def bias(self) -> complex:
        """How far theory puts the mean from the limit."""
        s, z, gamma = self.limit, self.z, self.d / self.N
        slope = -(gamma * s * s + s) / self._derivative
        return -(s + z * slope) / self.N / self._derivative

    @property
    def slack(self) -> float:
        """Accuracy of the bias: the neglected variance, and the next order in 1/N."""
        a, b = self.z.real, self.z.imag
        worst = (a + sqrt(4 * a * a + 3 * b * b)) / 3
        variance = 4 / (self.d * self.N) * worst / abs(worst - self.z) ** 4
        neglected = self.d / self.N * abs(self.z) * variance / abs(self._derivative)
        return neglected + abs(self.bias) ** 2

    @property
    def _derivative(self) -> complex:
        gamma = self.d / self.N
        return 2 * gamma * self.z * self.limit + self.z - 1 + gamma

    def admits(self, limit: complex) -> bool:
        """Whether both intervals contain what a claimed limit means at this size."""
        claimed = limit + self.bias
        parts = ((self.real, claimed.real), (self.imag, claimed.imag))
        return all(s.low - self.slack <= v <= s.high + self.slack for s, v in parts)

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        predicted = self.limit + self.bias
        return {
            "at": {"z": f"{self.z.real:g}{self.z.imag:+g}i", "d": self.d, "N": self.N},
            "re_low": self.real.low,
            "re_high": self.real.high,
            "im_low": self.imag.low,
            "im_high": self.imag.high,
            "re": predicted.real,
            "im": predicted.imag,
        }


def measure(simulator: Simulator, alpha: float) -> list[Resolvent]:
    """Draw the resolvent trace at every size and argument."""
    share = alpha / (2 * len(SIZES) * len(ARGUMENTS))
    found = []
    for d, N in SIZES:
        for z in ARGUMENTS:
            sizes = {"d": d, "N": N, "real": z.real, "imag": z.imag}
            rows = simulator.draws("covariance_resolvent", sizes, DRAWS)
            bound = 1 / z.imag
            real = bounded_interval(rows[:, 0], -bound, bound, share, len(rows))
            imag = bounded_interval(rows[:, 1], 0.0, bound, share, len(rows))
            found.append(Resolvent(d, N, z, real, imag))
    return found


def judge(found: list[Resolvent], transform: Callable[[complex, float], complex]) -> Judgement:
    """Compare a claimed Stieltjes transform (of z and the aspect ratio) with every interval."""
    scope = Scope(Reach.SIZES, "; ".join(f"d={r.d}, N={r.N}, z={r.z}" for r in found))
    wrong = [r for r in found if not r.admits(r.limit)]
    if wrong:
        text = f"the finite-size prediction is outside its interval at d={wrong[0].d}"
        return Judgement(Outcome.ERROR, scope, text)
    for r in found:
        try:
            value = transform(r.z, r.d / r.N)
        except DomainError as problem:
            return Judgement(Outcome.FAILS, scope, "this is no law", str(problem))
        if not r.admits(value):
            text = f"d={r.d}, N={r.N}, z={r.z}: claimed limit {value:.5g} misses the interval"
            return Judgement(Outcome.FAILS, scope, "outside the confidence interval", text)
    width = max(s.high - s.low for r in found for s in (r.real, r.imag)) / 2
    return Judgement(Outcome.HOLDS, scope, f"inside all intervals, of half width {width:.2g}")

"""The populations and aspect ratios that the benchmark asks about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import EmpiricalMeasure

ROOT = 1
FEW, CROWD = 100, 10_000


@dataclass(frozen=True)
class Problem:
    """Equal masses on the atoms that `draw` returns, and an aspect ratio."""

    name: str
    draw: Callable[[], Array]
    gamma: float

    def law(self, atoms: Array) -> GeneralizedMarchenkoPastur:
        """Return a law that has computed nothing yet."""
        return GeneralizedMarchenkoPastur(EmpiricalMeasure(atoms), self.gamma)

    @staticmethod
    def seconds_allowed(count: int) -> float:
        """Return the target for a cold law with 1000 points."""
        return 0.01 if count <= FEW else 0.5 if count <= CROWD else 10.0


def lognormal(count: int) -> Array:
    """Return a standard lognormal sample, the same in every run."""
    return np.exp(stream(ROOT, "benchmark of spectral laws", 0).standard_normal(count))


def closing(excess: float) -> float:
    r"""Return the gamma at which a gap opens between the weights 1 and 3, times 1 + excess.

    It opens at the least value of :math:`\frac12(u-1)^{-2}+\frac92(u-3)^{-2}` on (1, 3).
    """
    return (1 + excess) * (0.5 ** (1 / 3) + 4.5 ** (1 / 3)) ** 3 / 4


def clusters() -> Array:
    """Return three crowds of four atoms, 1e-10, 1e-6 and 1e-14 apart."""
    steps = np.arange(4)
    return np.concatenate([1 + 1e-10 * steps, 2 + 1e-6 * steps, 5 + 1e-14 * steps])


def _fixed(*atoms: float) -> Callable[[], Array]:
    return lambda: np.array(atoms, dtype=float)


THREE = _fixed(1, 3, 10)
SPREAD = _fixed(*(10.0**k for k in range(-6, 7, 2)))
MILLION = Problem("a million lognormal", lambda: lognormal(1_000_000), 0.5)
PROBLEMS = (
    Problem("identity", _fixed(1), 0.5),
    Problem("{1, 3, 10}, gamma 0.1", THREE, 0.1),
    Problem("{1, 3, 10}, gamma 0.5", THREE, 0.5),
    Problem("{1, 3, 10}, gamma 100", THREE, 100.0),
    Problem("{-1, 2}", _fixed(-1, 2), 0.5),
    Problem("{1, 3}, gamma 1", _fixed(1, 3), 1.0),
    Problem("{1, 3}, gap about to close", _fixed(1, 3), closing(1e-6)),
    Problem("{1, 3}, gap just closed", _fixed(1, 3), closing(-1e-6)),
    Problem("three clusters", clusters, 0.5),
    Problem("12 orders of magnitude", SPREAD, 0.5),
    Problem("100 equally spaced", lambda: np.arange(1, 101) / 10, 0.5),
    Problem("10,000 lognormal", lambda: lognormal(10_000), 0.5),
    MILLION,
)

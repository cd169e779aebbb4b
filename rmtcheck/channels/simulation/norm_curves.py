"""Norms of hidden blocks against the number of classes: whole Hessians drawn, over the theory.

The intervals are estimates, because the norms have no known bound that is close to them: the
curves are there to be looked at, and can accuse the theory, but settle no claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from scipy.stats import t as student

from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.claims.statements import Order, Statement
from rmtcheck.montecarlo.hidden_layer import Setting, draw_norms
from rmtcheck.montecarlo.norm_curves import CLASSES
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.quantities import Along, Expectation

SIZES = {"d": 500, "N": 5000, "m": 8}
"""The sizes of the slides."""
DRAWS = 16
LEVEL = 0.999
THEORY_DRAWS, LOGITS = 2000, 5_000_000
"""Most draws of the mean in wide data at a number of classes, and most logits of them."""
PATIENCE = 12.0
"""Standard errors that drawn Hessians keep to theory but for a chance of about 1e-7."""
NETWORK = OneHiddenLayer(symbols.d, symbols.m, symbols.C)
ORDERED = Along(symbols.d, symbols.N, ratio=symbols.gamma, then=symbols.C)


@dataclass(frozen=True)
class Reading:
    """One norm at one number of classes: drawn mean, standard error, and theory."""

    classes: int
    mean: float
    error: float
    theory: Estimate

    @property
    def distance(self) -> float:
        """Standard errors between the drawn mean and theory."""
        return abs(self.mean - self.theory.value) / float(np.hypot(self.error, self.theory.error))

    def record(self) -> dict[str, float]:
        """Return it as JSON data, the interval at the stated level."""
        half = self.error * float(student.ppf((1 + LEVEL) / 2, DRAWS - 1))
        ends = {"low": self.mean - half, "high": self.mean + half}
        theory = {"theory": self.theory.value, "theory_error": self.theory.error}
        return {"C": self.classes, "mean": self.mean, **ends, **theory}


Curves = dict[str, list[Reading]]


def is_norm_against_classes(statement: Statement) -> bool:
    """Whether an order asks for the norm of an off-diagonal hidden block, over the dimension."""
    if not isinstance(statement, Order) or statement.along != ORDERED:
        return False
    means = statement.asked.atoms(Expectation)
    outside = statement.asked.xreplace({mean: sympy.Dummy() for mean in means})
    blocks = [block for mean in means for block in mean.atoms(HessianBlock)]
    is_hidden = all(_is_hidden(block) for block in blocks)
    is_off_diagonal = any(not b.is_diagonal for b in blocks)
    return is_off_diagonal and is_hidden and symbols.d in outside.free_symbols


def _is_hidden(block: HessianBlock) -> bool:
    return bool(block.network == NETWORK and block.loss == CROSS_ENTROPY and block.row.layer == "w")


def measure(simulator: Simulator) -> Curves:
    """Draw Hessians at the sizes of the slides, and the mean in wide data."""
    rows = simulator.draws("norm_curve", SIZES, DRAWS).reshape(-1, len(CLASSES), 2)
    diagonal, off = rows[:, :, 0], rows[:, :, 1]
    theory = [_theory(C, simulator.seed) for C in CLASSES]
    return {
        "diagonal": _readings(diagonal, [found[True] for found in theory]),
        "off_diagonal": _readings(off, [found[False] for found in theory]),
    }


def record(curves: Curves) -> dict[str, Any]:
    """Return the curves as JSON data."""
    found = {name: [reading.record() for reading in curve] for name, curve in curves.items()}
    return {"kind": "norm curves", "sizes": SIZES, "draws": DRAWS, "level": LEVEL, **found}


def judge(curves: Curves) -> Judgement:
    """Say how far apart drawn Hessians and theory are; accuse theory, but settle nothing."""
    scope = Scope(Reach.SIZES, ", ".join(f"{name}={size}" for name, size in SIZES.items()))
    worst = max((r for curve in curves.values() for r in curve), key=lambda r: r.distance)
    text = f"drawn Hessians are within {worst.distance:.1f} standard errors of the finite-C theory"
    if worst.distance > PATIENCE:
        witness = f"C = {worst.classes}: {worst.mean:.4g} drawn, {worst.theory} expected"
        return Judgement(Outcome.ERROR, scope, "theory and drawn Hessians disagree", witness)
    return Judgement(Outcome.UNKNOWN, scope, f"{text}; their intervals are estimates")


def _theory(classes: int, seed: int) -> dict[bool, Estimate]:
    setting = Setting(SIZES["d"] / SIZES["N"], SIZES["m"], classes)
    draws = min(THEORY_DRAWS, LOGITS // classes)
    return draw_norms(setting, "w", draws, stream(seed, "norms in wide data", classes))


def _readings(rows: NDArray[np.float64], theory: Sequence[Estimate]) -> list[Reading]:
    means, errors = rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(len(rows))
    columns = zip(CLASSES, means.tolist(), errors.tolist(), theory, strict=True)
    return [Reading(*column) for column in columns]

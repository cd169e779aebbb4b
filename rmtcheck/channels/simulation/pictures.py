"""Drawn matrices to look at, with the limiting density; no verdict rests on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.channels.simulation.block_norms import Sizes
from rmtcheck.channels.simulation.settings import TWO_WEIGHTS
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.claims.statements import SpectralLimit
from rmtcheck.montecarlo.pictures import BLOCKS, EIGENVALUES
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.laws.semicircle import Semicircle
from rmtcheck.spectral.measures import DiscreteMeasure, EmpiricalMeasure
from rmtcheck.vocabulary.ensembles import WeightedCovariance, WignerMatrix
from rmtcheck.vocabulary.networks import HessianBlock

Array = NDArray[np.float64]

SPECTRUM_CLASSES = (2, 10, 1000)
SPECTRUM_SIZES = (EIGENVALUES, 2 * EIGENVALUES)
WEIGHTS = 1500
"""Drawn weights that stand for their law in the limiting density."""
POINTS = 200
MATRICES = 24
"""Matrices in one histogram, where each has few eigenvalues other than 0."""
ROUNDING = 1e-10
"""Share of the largest eigenvalue below which one counts as zero."""


def spectra(simulator: Simulator, blocks: tuple[HessianBlock, HessianBlock]) -> dict[str, Any]:
    """Return drawn eigenvalues of both blocks over their limiting densities."""
    d, N = SPECTRUM_SIZES
    panels = []
    for classes in SPECTRUM_CLASSES:
        for column, name in ((0, "diagonal"), (1, "off-diagonal")):
            sizes = {"N": N, "C": classes, "column": column}
            eigenvalues = simulator.draws("block_spectrum", sizes, 1)[0]
            weights = simulator.draws("weight", {"C": classes, "column": column}, WEIGHTS)[:, 0]
            law = GeneralizedMarchenkoPastur(EmpiricalMeasure(weights), d / N)
            panels.append(
                {"C": classes, "d": d, "N": N, "block": name, **_drawn_over(law, eigenvalues)}
            )
    return {"spectra": panels}


def spectrum_of(simulator: Simulator, statement: SpectralLimit) -> dict[str, Any]:
    """Return drawn eigenvalues of an ensemble over its limiting density.

    At the sizes of a figure the law at the inverse ratio, which figures are drawn with, goes along.
    """
    if isinstance(statement.ensemble, WignerMatrix):
        eigenvalues = simulator.draws("wigner_spectrum", {}, 1)[0]
        return {"spectrum": _drawn_over(Semicircle(), eigenvalues)}
    ratio = statement.along.ratio
    is_figure = ratio is not None and not ratio.free_symbols
    N = EIGENVALUES // int(ratio or 1) if is_figure else 2 * EIGENVALUES
    law_at, eigenvalues = _covariance(simulator, statement.ensemble, N)
    panel = _drawn_over(law_at(EIGENVALUES / N), eigenvalues)
    if is_figure:
        panel["inverse"] = _density(law_at(N / EIGENVALUES))
    return {"spectrum": {**panel, "d": EIGENVALUES, "N": N}}


def _covariance(
    simulator: Simulator, ensemble: sympy.Basic, N: int
) -> tuple[Callable[[float], Any], Array]:
    """Return the law for a ratio, and drawn eigenvalues; weights have both signs."""
    # few samples leave few eigenvalues that are not 0
    draws = MATRICES if N < EIGENVALUES else 1
    if not isinstance(ensemble, WeightedCovariance):
        return MarchenkoPastur, simulator.draws("covariance_spectrum", {"N": N}, draws).ravel()
    first, second = TWO_WEIGHTS[1]
    parameters = {"N": N, "first": first, "second": second}
    weights = DiscreteMeasure([float(first), float(second)], [0.5, 0.5])
    eigenvalues = simulator.draws("weighted_spectrum", parameters, draws).ravel()
    return lambda ratio: GeneralizedMarchenkoPastur(weights, ratio), eigenvalues


def heatmaps(simulator: Simulator, sizes: Sequence[Sizes]) -> dict[str, Any]:
    """Return the norms of all blocks among the first few classes, one panel a size."""
    panels = []
    for at in sizes:
        parameters = {"d": at.d, "N": at.N, "C": at.C}
        norms = simulator.draws("block_matrix", parameters, 1)[0]
        shown = min(at.C, BLOCKS)
        norms = norms.reshape(BLOCKS, BLOCKS)[:shown, :shown]
        panels.append({"C": at.C, "d": at.d, "N": at.N, "norms": norms.tolist()})
    return {"heatmaps": panels}


def _drawn_over(law: Any, eigenvalues: Array) -> dict[str, Any]:
    """Return eigenvalues and the density; zeros and the atom there are counted apart."""
    atom = sum(mass for place, mass in law.atoms() if place == 0)
    is_zero = abs(eigenvalues) <= ROUNDING * abs(eigenvalues).max()
    bulk = eigenvalues[~is_zero] if atom else eigenvalues
    zeros = len(eigenvalues) - len(bulk)
    return {"eigenvalues": bulk.tolist(), "atom": float(atom), "zeros": zeros, **_density(law)}


def _density(law: Any) -> dict[str, Any]:
    """Return the density on a grid of every interval of the support, and 0 at its ends."""
    intervals = law.support()
    share = POINTS // len(intervals)
    grids = [np.linspace(a, b, share + 2) for a, b in intervals]
    densities = [np.concatenate([[0.0], law.pdf(x[1:-1]), [0.0]]) for x in grids]
    return {"x": np.concatenate(grids).tolist(), "density": np.concatenate(densities).tolist()}

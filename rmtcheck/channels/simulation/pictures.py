"""Drawn matrices to look at, with the limiting density; no verdict rests on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmtcheck.channels.simulation.block_norms import Sizes
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.montecarlo.pictures import BLOCKS, EIGENVALUES
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.measures import EmpiricalMeasure
from rmtcheck.vocabulary.networks import HessianBlock

Array = NDArray[np.float64]

SPECTRUM_CLASSES = (2, 10, 1000)
SPECTRUM_SIZES = (EIGENVALUES, 2 * EIGENVALUES)
WEIGHTS = 1500
"""Drawn weights that stand for their law in the limiting density."""
POINTS = 200


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


def covariance_spectrum(simulator: Simulator) -> dict[str, Any]:
    """Return drawn eigenvalues of a sample covariance over the Marchenko-Pastur density."""
    d, N = SPECTRUM_SIZES
    eigenvalues = simulator.draws("covariance_spectrum", {"N": N}, 1)[0]
    return {"spectrum": _drawn_over(MarchenkoPastur(d / N), eigenvalues)}


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
    low, high = min(a for a, _ in law.support()), max(b for _, b in law.support())
    x = np.linspace(low, high, POINTS + 2)[1:-1]
    return {"eigenvalues": eigenvalues.tolist(), "x": x.tolist(), "density": law.pdf(x).tolist()}

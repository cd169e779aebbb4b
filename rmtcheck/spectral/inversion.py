r"""A law recovered by another road: density from boundary values, averages from the density."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rmtcheck.spectral.law import SpectralLaw, real_points, scalar_like


def pdf_from_stieltjes(law: SpectralLaw, x: ArrayLike) -> Any:
    r"""Return the density :math:`\frac1\pi\Im s(x+i0)` from the boundary value from above.

    Parameters
    ----------
    law : SpectralLaw
        The law.
    x : float or array
        Points other than atoms.

    Accuracy
    --------
    That of the transform.
    """
    points = real_points(x)
    return scalar_like(x, np.asarray(law.stieltjes(points + 0j)).imag / math.pi)


def integrate(law: SpectralLaw, f: Callable[[Any], Any], nodes: int = 400) -> complex:
    r"""Return :math:`\int f\,d\mu` from the density and the atoms.

    On each interval :math:`x=m-r\cos\theta` turns square-root edges, vanishing or infinite,
    into analytic ones; the midpoint rule in :math:`\theta` then converges exponentially.

    Parameters
    ----------
    law : SpectralLaw
        The law.
    f : callable
        A vectorised function, analytic near the support.
    nodes : int
        Points per interval.

    Accuracy
    --------
    Estimated relative error about 1e-12 for functions without poles near the support and
    densities that change over the length of an interval only; raise `nodes` for others.
    """
    theta = (np.arange(nodes) + 0.5) * math.pi / nodes
    total: complex = sum((mass * complex(f(np.array(a))) for a, mass in law.atoms()), start=0j)
    for low, high in law.support():
        x = low + (high - low) * np.sin(theta / 2) ** 2
        weight = (high - low) / 2 * np.sin(theta) * math.pi / nodes
        total += complex((weight * law.pdf(x) * f(x)).sum())
    return total

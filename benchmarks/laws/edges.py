r"""Independent edges: the crossings of :math:`g=\gamma` on either side of every open gap.

Here :math:`g(u)=\int\lambda^2/(u-\lambda)^2d\nu` over all atoms. Two neighbouring atoms alone
bound it from below by :math:`(a^{1/3}+b^{1/3})^3/\Delta^2`, with :math:`a,b` their
:math:`\lambda^2/n` and :math:`\Delta` their distance; this dismisses nearly all gaps, and the
least value of g, found by bracketing g', settles the others. The edges :math:`x(u)` are
stationary at the crossings, so those need half the digits of these.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
from scipy.optimize import brentq

from laws.truth import DIGITS, LONG, Truth
from rmtcheck.spectral.arrays import Array

FEW = 1000


def true_edges(truth: Truth) -> list[Any]:
    """Return all edges, ascending, two for each interval, in 50 digits for up to 1000 atoms."""
    atoms, gamma = truth.atoms, truth.gamma
    squares = atoms**2 / len(atoms)
    widest = np.sqrt(squares.sum() / gamma)
    ends = np.sqrt(squares[[0, -1]] / gamma)
    crossings = [_crossing(truth, atoms[0] - widest * 1.01, atoms[0] - ends[0] * 0.99)]
    for k in np.flatnonzero(_least_of_pairs(atoms, squares) <= gamma):
        crossings += _gap(truth, atoms[k], atoms[k + 1])
    crossings.append(_crossing(truth, atoms[-1] + ends[1] * 0.99, atoms[-1] + widest * 1.01))
    return [_image(truth, u) for u in crossings]


def _least_of_pairs(atoms: Array, squares: Array) -> Array:
    roots = np.cbrt(squares)
    least: Array = (roots[1:] + roots[:-1]) ** 3 / np.diff(atoms) ** 2
    return least


def _gap(truth: Truth, left: float, right: float) -> list[float]:
    """Return the two crossings between neighbouring atoms, or none."""
    inset = 1e-9 * (right - left)
    middle = brentq(lambda u: _bend(truth, u), left + inset, right - inset, xtol=1e-300, rtol=1e-15)
    if _surplus(truth, middle) >= 0:
        return []
    return [
        _crossing(truth, left + inset, middle),
        _crossing(truth, middle, right - inset),
    ]


def _crossing(truth: Truth, low: float, high: float) -> float:
    """Return the root of g - gamma in a bracket."""
    return float(brentq(lambda u: _surplus(truth, u), low, high, xtol=1e-300, rtol=1e-15))


def _surplus(truth: Truth, u: float) -> float:
    share = truth.atoms / (u - truth.atoms)
    return float(np.mean(share * share)) - truth.gamma


def _bend(truth: Truth, u: float) -> float:
    """Return the negative of half of g'."""
    share = truth.atoms / (u - truth.atoms)
    return float(np.mean(share * share / (u - truth.atoms)))


def _image(truth: Truth, u: float) -> Any:
    r"""Return :math:`x(u)=u(\gamma+\int\frac\lambda{u-\lambda}d\nu)` after Newton steps for u."""
    if len(truth.atoms) > FEW:
        atoms, place = truth.atoms.astype(LONG), LONG(u)
        return place * (LONG(truth.gamma) + np.mean(atoms / (place - atoms)))
    with mpmath.workdps(DIGITS):
        atoms, place = [mpmath.mpf(a) for a in truth.atoms.tolist()], mpmath.mpf(u)
        for _ in range(6):
            shares = [a / (place - a) for a in atoms]
            surplus = mpmath.fdot(shares, shares) / len(atoms) - truth.gamma
            bend = -2 * mpmath.fsum(s * s / (place - a) for s, a in zip(shares, atoms, strict=True))
            place -= surplus / (bend / len(atoms))
        return place * (truth.gamma + mpmath.fsum(a / (place - a) for a in atoms) / len(atoms))

r"""The map :math:`x(u)` where the atoms far beyond u, of a mass close to gamma, fill the ratio.

With :math:`\omega=u/\lambda` and sums over the atoms beyond a few :math:`|u|`, and over the others,

.. math:: x(u)-\int_{\rm near}\lambda d\nu=u\Bigl(\gamma-\int_{\rm far}d\nu\Bigr)
          -u^2\int_{\rm far}\frac{d\nu}\lambda-u\int_{\rm far}\frac{\omega^2}{1-\omega}d\nu
          +\int_{\rm near}\frac{\lambda^2}{u-\lambda}d\nu .

What cancels, against gamma, between the signs and against x, does not depend on u, and is
summed once in twice the usual digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray, IntArray
from rmtcheck.spectral.crowds import Weights
from rmtcheck.spectral.doubled import Pair, add, divide, multiply, total

FAR = 4
APART = 16
FULL = 1e-2


class GradedMap:
    """The map by the sizes of atoms, for points that see nearly all of gamma far beyond them.

    Parameters
    ----------
    whole : Weights
        The atoms, none of them 0, with their masses.
    aspect_ratio : float
        The ratio gamma.
    lack : float
        The ratio less the mass of all atoms.
    """

    def __init__(self, whole: Weights, aspect_ratio: float, lack: float) -> None:
        order = np.argsort(-abs(whole.atoms), kind="stable")
        self.atoms, self.masses, rest = (a[order] for a in whole.columns)
        self.sizes = abs(self.atoms)
        apart = np.append(self.sizes[:-1] > APART * self.sizes[1:], True)
        filled = abs(np.cumsum(self.masses) - aspect_ratio) < FULL * aspect_ratio
        self.cuts = np.append(0, 1 + np.flatnonzero(apart & filled))
        self.lack, self.pull, self.mean, self.rest = np.array(
            [self._summed(k, rest, aspect_ratio) for k in self.cuts]
        ).T
        if self.cuts[-1] == len(self.atoms):
            self.lack[-1] = lack

    @property
    def start(self) -> complex:
        """A point between all sizes, to search from."""
        return complex(0, np.sqrt(self.sizes[0]) * np.sqrt(self.sizes[-1]))

    def governs(self, u: Array | ComplexArray) -> BoolArray:
        """Say of which points the atoms far beyond nearly fill the ratio."""
        governed: BoolArray = self._cut(u) > 0
        return governed

    def excess(self, u: ComplexArray, z: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        r"""Return :math:`x(u)-z` and :math:`x'(u)`.

        Accuracy
        --------
        Rounding errors of the terms that depend on u, where the map governs.
        """
        k = self._cut(u)
        far, omega, share = self._shares(u, self.cuts[k])
        bend = u * self.pull[k]
        inner = np.where(far, -omega * omega / (1 - omega), 0) @ self.masses
        # What the other atoms add up to is taken from z, but where they are larger than u.
        small = abs(u) >= np.append(self.sizes, 0.0)[self.cuts[k]]
        factor = np.where(small[:, None], self.atoms, u[:, None])
        outer = np.where(far, 0, factor * share) @ self.masses
        left = np.where(small, (z - self.mean[k]) - self.rest[k], z)
        second = _squares(far, omega, share) @ self.masses
        return u * (self.lack[k] - bend + inner) + outer - left, self.lack[k] - 2 * bend - second

    def surplus(self, u: Array) -> tuple[Array, Array, Array]:
        r"""Return :math:`g(u)-\gamma=-x'(u)`, :math:`g'(u)` and the rounding error of the first."""
        k = self._cut(u)
        far, omega, share = self._shares(u, self.cuts[k])
        squares, bend = _squares(far, omega, share), 2 * u * self.pull[k]
        excess = squares @ self.masses + bend - self.lack[k]
        noise = abs(squares) @ self.masses + abs(bend) + abs(self.lack[k])
        # 1 / (1 - omega)^3 is -share^3; of far atoms less 1, which the pull has.
        cubes = np.where(far, omega * (3 - 3 * omega + omega**2) / (1 - omega) ** 3, -(share**3))
        slope = 2 * (self.pull[k] + (cubes / self.atoms) @ self.masses)
        return excess, slope, 2e-16 * noise

    def _cut(self, u: Array | ComplexArray) -> IntArray:
        """Return the number of the last cut beyond which all atoms are far from each point."""
        count = np.searchsorted(-self.sizes, -FAR * abs(u))
        cut: IntArray = np.searchsorted(self.cuts, count, side="right") - 1
        return cut

    def _shares(self, u: Any, k: IntArray) -> tuple[BoolArray, Any, Any]:
        r"""Return which atoms are far, :math:`u/\lambda` there, :math:`\lambda/(u-\lambda)`."""
        far = np.arange(len(self.atoms)) < k[:, None]
        return (
            far,
            np.where(far, u[:, None] / self.atoms, 0),
            self.atoms / (u[:, None] - self.atoms),
        )

    def _summed(self, k: int, rest: Array, aspect_ratio: float) -> tuple[float, ...]:
        r"""Return sums of the k largest: gamma less their mass, and their :math:`1/\lambda`.

        Then, as a pair, the sum of the other atoms.
        """
        masses, others = (self.masses[:k], rest[:k]), (self.masses[k:], rest[k:])
        inverses = divide(np.ones(k), (self.atoms[:k], np.zeros(k)))
        moments = multiply(others, (self.atoms[k:], np.zeros(len(self.atoms) - k)))
        mass, pull, mean = map(_sum, (masses, multiply(masses, inverses), moments))
        lack = add((np.array(aspect_ratio), np.array(0.0)), (-mass[0], -mass[1]))[0]
        return float(lack), float(pull[0]), float(mean[0]), float(mean[1])


def _sum(terms: Pair) -> Pair:
    """Return the sum of pairs, if there are any."""
    none = np.zeros(())
    return total(terms) if len(terms[0]) else (none, none)


def _squares(far: BoolArray, omega: Any, share: Any) -> Any:
    r"""Return :math:`\lambda^2/(u-\lambda)^2`, of far atoms less :math:`1+2\omega`."""
    return np.where(far, omega**2 * (3 - 2 * omega) / (1 - omega) ** 2, share**2)

r"""An independent truth for the transform of the law, from all atoms and in more digits.

`rmtcheck.spectral` solves for the dual variable around anchors, and sees far atoms through Gauss
rules. Here the unknown is s itself, every atom is summed, and the equation is

.. math:: F(s)=\frac1s+z-\frac1n\sum_k\frac{\lambda_k}{1+\gamma\lambda_ks}=0 .

It has one root with :math:`\Im s>0` for each z of the upper half plane, and at most one on the
real line. So it does not matter where a root was searched from: if Newton's steps die out and the
imaginary part is positive beyond rounding, it is the transform.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray

DIGITS = 50
TABLE = 2_000_000
# Rounding may lift a real root, which is not the transform, off the axis by far less than this.
LIFT = 1e-9
TINY = mpmath.mpf(10) ** (10 - DIGITS)
LONG = np.longdouble


class TruthError(ArithmeticError):
    """The truth was not found; nothing may be concluded."""


@dataclass(frozen=True)
class Truth:
    """The equation of equal masses on atoms other than 0."""

    atoms: Array
    gamma: float

    def homotopy(self, x: Array, distance: Array) -> ComplexArray:
        r"""Return s at real points, followed down from far above the axis, in floats.

        Parameters
        ----------
        x : array of shape (n,)
            Points inside the support.
        distance : array of shape (n,)
            To the nearest edge; the last step to the axis is taken from a millionth of it.
        """
        height = 4 * (abs(x) + self.gamma * abs(self.atoms).max() + abs(self.atoms).max())
        s, factor = -1 / (x + 1j * height), np.full(len(x), 0.3)
        going = np.ones(len(x), dtype=bool)
        for _ in range(2000):
            if not going.any():
                return s
            rows = np.flatnonzero(going)
            lower = height[rows] * factor[rows]
            lower[lower < 1e-6 * distance[rows]] = 0
            trial, found = self._newton(x[rows] + 1j * lower, s[rows])
            s[rows] = np.where(found, trial, s[rows])
            height[rows] = np.where(found, lower, height[rows])
            factor[rows] = np.where(found, np.maximum(factor[rows] ** 2, 0.1), factor[rows] ** 0.5)
            going[rows] = height[rows] > 0
        raise TruthError(f"the homotopy got stuck at x = {x[going][0]}")

    def polished(self, x: Array, s: ComplexArray) -> Any:
        """Return s after Newton steps in long doubles that died out, in the upper half plane."""
        z, s = x.astype(np.clongdouble), s.astype(np.clongdouble)
        for _ in range(8):
            step = _divided(*self._equation(z, s, LONG))
            s = s - step
            if np.all(abs(step) <= 1e-13 * abs(s)):
                break
        if not np.all((abs(step) <= 1e-13 * abs(s)) & (s.imag > LIFT * abs(s))):
            raise TruthError("a Newton step in long doubles did not die out")
        return s

    def precise(self, x: float, s: complex) -> Any:
        """Return s at one point to about 40 digits."""
        with mpmath.workdps(DIGITS):
            z, s = mpmath.mpf(x), mpmath.mpc(s)
            atoms = [mpmath.mpf(a) for a in self.atoms.tolist()]
            for _ in range(20):
                terms = [1 / (1 + mpmath.mpf(self.gamma) * a * s) for a in atoms]
                value = 1 / s + z - mpmath.fdot(atoms, terms) / len(atoms)
                bend = mpmath.fsum((a * t) ** 2 for a, t in zip(atoms, terms, strict=True))
                step = value / (self.gamma * bend / len(atoms) - 1 / s**2)
                s -= step
                if abs(step) < mpmath.mpf(10) ** (5 - DIGITS // 2) * abs(s):
                    break
            if not (abs(step) < 1e-15 * abs(s) and s.imag > LIFT * abs(s)):
                raise TruthError(f"Newton's method in {DIGITS} digits failed at x = {x}")
            return s

    def _newton(self, z: ComplexArray, s: ComplexArray) -> tuple[ComplexArray, BoolArray]:
        """Take Newton steps in floats; say where they died out in the upper half plane."""
        for _ in range(12):
            step = _divided(*self._equation(z, s, float))
            s = s - step
        return s, (abs(step) <= 1e-7 * abs(s)) & (s.imag > LIFT * abs(s))

    def _equation(self, z: Any, s: Any, kind: Any) -> tuple[Any, Any]:
        """Return F and its derivative, in real arithmetic of a kind of float."""
        value, slope = np.empty_like(s), np.empty_like(s)
        atoms, gamma = self.atoms.astype(kind), kind(self.gamma)
        rows = max(1, TABLE // len(atoms))
        for k in range(0, len(s), rows):
            part = slice(k, k + rows)
            p = 1 + np.multiply.outer(gamma * s.real[part], atoms)
            q = np.multiply.outer(gamma * s.imag[part], atoms)
            share = atoms / (p * p + q * q)
            p, q = p * share, q * share
            mean = p.mean(axis=1) - 1j * q.mean(axis=1)
            bend = (p * p - q * q).mean(axis=1) - 2j * (p * q).mean(axis=1)
            value[part] = 1 / s[part] + z[part] - mean
            slope[part] = gamma * bend - 1 / s[part] ** 2
        return value, slope


class Polynomial:
    r"""The same for any masses of a few atoms: F times :math:`s\prod(1+\gamma\lambda_ks)`.

    Parameters
    ----------
    atoms, masses : lists of n floats or exact numbers
    gamma : float or exact number
    """

    def __init__(self, atoms: list[Any], masses: list[Any], gamma: Any) -> None:
        with mpmath.workdps(DIGITS):
            factors = [_multiprecise(gamma) * _multiprecise(a) for a in atoms]
            self.whole = _product(factors)
            self.rest = [*self.whole, mpmath.mpf(0)]
            for k, (atom, mass) in enumerate(zip(atoms, masses, strict=True)):
                for i, c in enumerate(_product(factors[:k] + factors[k + 1 :])):
                    self.rest[i + 1] -= c * _multiprecise(atom) * _multiprecise(mass)

    def root(self, z: Any) -> Any:
        """Return the root of positive imaginary part, out of all roots in 50 digits."""
        with mpmath.workdps(DIGITS):
            roots = mpmath.polyroots(self._falling(z), maxsteps=2000, extraprec=200)
            return _only([s for s in roots if s.imag > TINY * abs(s)], z)

    def refined(self, z: Any) -> Any:
        r"""Return the transform at z, from roots in floats by Newton's method in 50 digits.

        At a real z outside the support no root is above the axis, and the transform is the
        one real root that increases with z.
        """
        with mpmath.workdps(DIGITS):
            falling = self._falling(z)
            starts = np.roots([complex(c / max(map(abs, falling))) for c in falling])
            found = _distinct([_improved(falling, mpmath.mpc(s)) for s in starts])
            above = [s for s in found if s.imag > TINY * abs(s)]
            if above or mpmath.im(z) > 0:
                return _only(above, z)
            return _only(
                [s for s in found if abs(s.imag) <= TINY * abs(s) and self._rises(z, s)], z
            )

    def _falling(self, z: Any) -> list[Any]:
        shifted = [mpmath.mpf(0), *(z * c for c in self.whole)]
        return [a + b for a, b in zip(self.rest, shifted, strict=True)][::-1]

    def _rises(self, z: Any, s: Any) -> bool:
        """Whether a real root increases with z: P = 0 moves it by minus the ratio of slopes."""
        _, slope = mpmath.polyval(self._falling(z), s, derivative=1)
        return bool(mpmath.re(-s * mpmath.polyval(self.whole[::-1], s) / slope) > 0)


def _product(factors: list[Any]) -> list[Any]:
    r"""Return the coefficients of :math:`\prod(1+c_ks)`, ascending."""
    product = [mpmath.mpf(1)]
    for c in factors:
        product = [a + c * b for a, b in zip([*product, 0], [0, *product], strict=True)]
    return product


def _divided(value: Any, slope: Any) -> Any:
    return value / np.where(slope == 0, 1, slope)


def _improved(falling: list[Any], s: Any) -> Any:
    """Return a root near s, or nothing."""
    for _ in range(60):
        value, slope = mpmath.polyval(falling, s, derivative=1)
        if slope == 0:
            return None
        step = value / slope
        s -= step
        if abs(step) < TINY * abs(s):
            return s
    return None


def _distinct(roots: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for s in (s for s in roots if s is not None):
        if all(abs(s - other) > 1e-30 * abs(s) for other in kept):
            kept.append(s)
    return kept


def _only(found: list[Any], z: Any) -> Any:
    if len(found) != 1:
        raise TruthError(f"{len(found)} roots of the polynomial could be the transform at z = {z}")
    return found[0]


def _multiprecise(value: Any) -> Any:
    """Return a float or an exact number in 50 digits."""
    if isinstance(value, float):
        return mpmath.mpf(value)
    return mpmath.mpf(int(value.numerator)) / int(value.denominator)

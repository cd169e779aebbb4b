r"""Theorem 1 in balls: the block limits of the linear model with cross-entropy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import arb, ctx, fmpq

from rmtcheck.certify import exact
from rmtcheck.certify.softmax import cached_moments

_GUARD_DIGITS = 3


@dataclass(frozen=True)
class LinearCrossEntropy:
    r"""Balls for the limits of :math:`\frac1d\|H_{ii}\|_F^2` and :math:`\frac1d\|H_{ij}\|_F^2`.

    Parameters
    ----------
    gamma : fmpq
        Aspect ratio, the limit of d/N.
    classes : int
        Number of classes C.
    digits : int
        Every ball has a relative radius of at most ``10**-digits``.
    scale : fmpq
        Standard deviation of a logit.
    g_ii, g_ij : arb
        The two limits.
    ratio : arb
        :math:`g_{ij}/g_{ii}`.
    scaled_ratio : arb
        :math:`C^2g_{ij}/g_{ii}`.
    """

    gamma: fmpq
    classes: int
    digits: int
    scale: fmpq
    g_ii: arb
    g_ij: arb
    ratio: arb
    scaled_ratio: arb

    def __str__(self) -> str:
        names = ("g_ii", "g_ij", "ratio", "scaled_ratio")
        lines = (f"  {name} = {getattr(self, name).str(self.digits)}" for name in names)
        scale = "" if self.scale == 1 else f", scale={self.scale}"
        head = f"linear_ce(gamma={self.gamma}, classes={self.classes}{scale})"
        return "\n".join((head, *lines))


def linear_ce(gamma: Any, classes: Any, digits: Any = 30, scale: Any = 1) -> LinearCrossEntropy:
    r"""Enclose the limiting block norms of the linear model with cross-entropy.

    .. math::
        g_{ii}=\gamma\,\mathbb E[p_i^2(1-p_i)^2]+(\mathbb E[p_i(1-p_i)])^2,\qquad
        g_{ij}=\gamma\,\mathbb E[p_i^2p_j^2]+(\mathbb E[p_ip_j])^2.

    Parameters
    ----------
    gamma : exact rational
        Aspect ratio d/N, greater than 0.
    classes : int
        Number of classes :math:`C\ge2`.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300.
    scale : exact rational, default 1
        Standard deviation :math:`\tau` of a logit, from 1/1000 to 10: the inverse temperature.

    Returns
    -------
    LinearCrossEntropy
        The balls ``g_ii``, ``g_ij``, ``ratio`` and ``scaled_ratio``. Arithmetic on them happens
        at the precision of ``flint.ctx``; raise that first to keep their digits.

    Raises
    ------
    DomainError
        If an argument lies outside its domain.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: enclosure, each of relative radius at most ``10**-digits``. Every term is positive:
    :math:`1-p_i=\sum_{c\ne i}p_c` turns the powers of :math:`1-p_i` into sums of moments
    (docs/lemmas.md, 7), so nothing cancels.

    References
    ----------
    Theorem 1.

    Examples
    --------
    >>> print(linear_ce(1, 128256, digits=12))
    linear_ce(gamma=1, classes=128256)
      g_ii = [2.26009416526e-10 +/- 3.92e-22]
      g_ij = [3.09955816126e-20 +/- 4.67e-32]
      ratio = [1.37142877005e-10 +/- 4.31e-22]
      scaled_ratio = [2.25594568023 +/- 4.19e-12]
    >>> linear_ce("0.5", 2).ratio.contains(1)
    True
    >>> print(linear_ce(1, 128256, scale="0.5").scaled_ratio.str(12, radius=False))
    1.15968644388
    """
    aspect_ratio = exact.checked_positive("gamma", gamma)
    goal = exact.checked_digits(digits)
    count = exact.checked_integer("classes", classes, 2)
    spread = exact.checked_scale(scale)
    with ctx.workprec(10 * (goal + _GUARD_DIGITS) // 3 + 24):
        g_ii, g_ij = _block_limits(arb(aspect_ratio), count, goal + _GUARD_DIGITS, spread)
        ratio = g_ij / g_ii
        scaled_ratio = ratio * count * count
    return LinearCrossEntropy(aspect_ratio, count, goal, spread, g_ii, g_ij, ratio, scaled_ratio)


def _block_limits(gamma: arb, classes: int, digits: int, scale: fmpq) -> tuple[arb, arb]:
    patterns = ((1, 1), (2, 2), (2, 1, 1))[: min(classes, 3)]
    pair, squares, *triple = cached_moments(patterns, classes, digits, scale)
    others = classes - 1
    fourth = others * squares + sum(others * (classes - 2) * moment for moment in triple)
    return gamma * fourth + (others * pair) ** 2, gamma * squares + pair**2

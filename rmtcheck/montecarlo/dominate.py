r"""Statistics above the measured ones whose mean is known in closed form.

They make two-sided statements about a heavy-tailed mean possible: from :math:`0\le Y\le U`
and a known :math:`\mathbb EU`, a lower bound for :math:`\mathbb E(U-Y)` is an upper bound
for :math:`\mathbb EY`. Two families are used.

*Quarter.* :math:`p_i(1-p_i)\le\frac14`, and :math:`p_ip_j\le\frac14` because
:math:`p_i+p_j\le1`.

*Geometric.* By the inequality of the arithmetic and the geometric mean
:math:`\sum_ce^{u_c}\ge Ce^{\bar u}`, with :math:`\bar u` the mean logit, hence
:math:`p_k\le\bar p_k:=e^{u_k-\bar u}/C`, so :math:`p_i(1-p_i)\le\bar p_i` and
:math:`p_ip_j\le\bar p_i\bar p_j`.

*Simplex*, for averages over all classes. Pairs of samples with probabilities p and p' obey
:math:`\sum_ip_i(1-p_i)p'_i(1-p'_i)\le\frac14`: no factor exceeds :math:`\frac14`, and their sum
over classes is at most 1. They also obey :math:`\sum_{i\ne j}p_ip_jp'_ip'_j\le\frac18`: with
:math:`b_i=\sqrt{p_ip'_i}`, :math:`\sum b_i\le1` by Cauchy-Schwarz, and
:math:`(\sum b_i^2)^2-\sum b_i^4` is convex in the product of any two coordinates of fixed sum, so
it is largest where the positive :math:`b_i`, k of them, are equal: :math:`(1-1/k)/k^2\le\frac18`.

Larger weights :math:`0\le\lambda_n\le\bar\lambda_n` give a larger norm, since
:math:`\|\frac1N\sum_n\lambda_nx_nx_n^\top\|_F^2=N^{-2}\sum_{n,m}\lambda_n\lambda_m(x_n^\top x_m)^2`
has no negative term.
"""

from __future__ import annotations

from typing import Literal, get_args

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_integer

Kind = Literal["diagonal", "off_diagonal", "spread"]
Rule = Literal["quarter", "geometric"]
AveragedRule = Literal["simplex", "geometric"]

_FEW_CLASSES = 32


def dominating_mean(kind: Kind, d: int, N: int, C: int) -> float:
    r"""Return :math:`\mathbb EU` of the dominating statistic that the engine uses.

    ``diagonal`` and ``off_diagonal`` dominate :math:`\frac1d\|H_{ii}\|_F^2` and
    :math:`\frac1d\|H_{ij}\|_F^2` of the linear model with cross-entropy; ``spread``
    dominates :math:`C\sum_kp_k^2-1`, where the quarter rule reads :math:`U=C-1`.

    Parameters
    ----------
    kind : {"diagonal", "off_diagonal", "spread"}
        What is dominated.
    d, N : int
        Input dimension and number of samples, at least 1.
    C : int
        Number of classes, at least 2.

    Returns
    -------
    float
        The smaller of `quarter_mean` and `geometric_mean`, which is finite at all sizes.

    Raises
    ------
    DomainError
        When the kind is unknown or a size is out of range.

    Accuracy
    --------
    Exact formula in floating point; relative error below ``1e-13 * (d + 4)``.

    Examples
    --------
    >>> dominating_mean("diagonal", 50, 100, 2) == quarter_mean("diagonal", 50, 100, 2)
    True
    """
    if dominating_rule(kind, d, N, C) == "quarter":
        return quarter_mean(kind, d, N, C)
    return geometric_mean(kind, d, N, C)


def dominating_rule(kind: Kind, d: int, N: int, C: int) -> Rule:
    """Return which family has the smaller mean at these sizes.

    Parameters
    ----------
    kind, d, N, C
        As in `dominating_mean`.

    Returns
    -------
    {"quarter", "geometric"}
        The family that the statistics of the engine use.

    Raises
    ------
    DomainError
        When the kind is unknown or a size is out of range.

    Examples
    --------
    >>> dominating_rule("diagonal", 50, 100, 2), dominating_rule("diagonal", 50, 100, 100)
    ('quarter', 'geometric')
    """
    _require(kind, d, N, C)
    # The geometric bound overshoots by a power of e for every C, the quarter by C^q / 4:
    # few classes favor the quarter, many the geometric one; so does a d too small for E U.
    if not _geometric_exists(kind, d, C):
        return "quarter"
    smaller = quarter_mean(kind, d, N, C) < geometric_mean(kind, d, N, C)
    return "quarter" if smaller else "geometric"


def quarter_mean(kind: Kind, d: int, N: int, C: int) -> float:
    r"""Return :math:`\mathbb EU` of the quarter family.

    :math:`\mathbb E\frac1{16d}\|\frac1NXX^\top\|_F^2=\frac1{16}\left(1+\frac{d+1}N\right)`: the
    :math:`N` terms :math:`\mathbb E\|x\|^4=d(d+2)` and the :math:`N(N-1)` terms
    :math:`\mathbb E(x^\top y)^2=d`, over :math:`N^2d`. For ``spread`` it is :math:`C-1`.

    Parameters
    ----------
    kind, d, N, C
        As in `dominating_mean`.

    Returns
    -------
    float
        The mean.

    Raises
    ------
    DomainError
        When the kind is unknown or a size is out of range.

    Accuracy
    --------
    Exact formula in floating point.

    Examples
    --------
    >>> quarter_mean("diagonal", 99, 100, 7)
    0.125
    """
    _require(kind, d, N, C)
    return float(C - 1) if kind == "spread" else (1 + (d + 1) / N) / 16


def geometric_mean(kind: Kind, d: int, N: int, C: int) -> float:
    r"""Return :math:`\mathbb EU` of the geometric family.

    The weight is :math:`C^{-q}e^{a^\top u_n}` with :math:`u_n=Vx_n`, so :math:`w=V^\top a\sim
    N(0,\frac\alpha dI_d)`, :math:`\alpha=\|a\|^2`: diagonal :math:`q=1`,
    :math:`a=e_i-\frac1C\mathbf 1`, :math:`\alpha=1-\frac1C`; off-diagonal :math:`q=2`,
    :math:`a=e_i+e_j-\frac2C\mathbf 1`, :math:`\alpha=2-\frac4C`. Then

    .. math::
        C^{2q}\,\mathbb EU=\tfrac{d+2}N\left(1-\tfrac{4\alpha}d\right)^{-(d+4)/2}
        +\left(1-\tfrac1N\right)\left[\left(1-\tfrac{2\alpha}d\right)^{-(d+2)/2}
        +\tfrac{\alpha^2}d\left(1+\tfrac2d\right)\left(1-\tfrac{2\alpha}d\right)^{-(d+4)/2}\right].

    *Proof.* Averaging over :math:`w` first,
    :math:`\mathbb E_we^{w^\top(x+y)}=e^{\alpha\|x+y\|^2/2d}`. Equal samples: with
    :math:`s=2\alpha/d`, :math:`\mathbb E\|x\|^4e^{s\|x\|^2}` is the second derivative of
    :math:`(1-2s)^{-d/2}`. Different samples: :math:`\mathbb E(x^\top y)^2e^{\alpha\|x+y\|^2/2d}
    =M''(\alpha/d)` with :math:`M(t)=\mathbb E e^{\alpha(\|x\|^2+\|y\|^2)/2d+tx^\top y}
    =[(1-\alpha/d)^2-t^2]^{-d/2}`, a determinant per coordinate, and
    :math:`(1-\alpha/d)^2-(\alpha/d)^2=1-2\alpha/d`. Both exist exactly for
    :math:`d>4\alpha`. For ``spread``, :math:`U+1=C\sum_k\bar p_k^2` has mean
    :math:`\mathbb Ee^{2w^\top x}=(1-4\alpha/d)^{-d/2}` with the diagonal :math:`\alpha`. ∎

    Parameters
    ----------
    kind, d, N, C
        As in `dominating_mean`.

    Returns
    -------
    float
        The mean.

    Raises
    ------
    DomainError
        When a size is out of range, or :math:`d\le4\alpha`, where the mean is infinite.

    Accuracy
    --------
    Exact formula in floating point; relative error below ``1e-13 * (d + 4)``.

    Examples
    --------
    >>> geometric_mean("off_diagonal", 9, 100, 2) == quarter_mean("off_diagonal", 9, 100, 2)
    True
    """
    _require(kind, d, N, C)
    if not _geometric_exists(kind, d, C):
        raise DomainError(f"d = {d} must exceed {4 * _alpha(kind, C):g} for C = {C}, {kind}.")
    alpha = _alpha(kind, C)
    if kind == "spread":
        return float((1 - 4 * alpha / d) ** (-d / 2) - 1)
    same = (d + 2) * (1 - 4 * alpha / d) ** (-(d + 4) / 2)
    rest = 1 - 2 * alpha / d
    other = rest ** (-(d + 2) / 2) + alpha**2 / d * (1 + 2 / d) * rest ** (-(d + 4) / 2)
    power = 4 if kind == "off_diagonal" else 2
    return float((same / N + (1 - 1 / N) * other) / float(C) ** power)


def averaged_mean(kind: Kind, d: int, N: int, C: int) -> float:
    r"""Return :math:`\mathbb EU` for the norms averaged over all classes, or over all pairs.

    .. math:: \mathbb EU=f\left(1+\tfrac{d+1}N\right)

    for the simplex family with :math:`f` of `simplex_factor`, else `geometric_mean`.

    Parameters
    ----------
    kind : {"diagonal", "off_diagonal"}
        What is dominated.
    d, N, C
        As in `dominating_mean`.

    Returns
    -------
    float
        The mean.

    Raises
    ------
    DomainError
        When the kind is unknown or a size is out of range.

    Accuracy
    --------
    Exact formula in floating point; relative error below ``1e-13 * (d + 4)``.

    Examples
    --------
    >>> averaged_mean("off_diagonal", 99, 100, 2)
    0.125
    """
    if averaged_rule(kind, d, C) == "simplex":
        return simplex_factor(kind, C) * (1 + (d + 1) / N)
    return geometric_mean(kind, d, N, C)


def averaged_rule(kind: Kind, d: int, C: int) -> AveragedRule:
    """Return the family that dominates the class averages at these sizes.

    Parameters
    ----------
    kind, d, C
        As in `averaged_mean`.

    Returns
    -------
    {"simplex", "geometric"}
        The simplex for few classes: its statistic depends on X alone and hardly fluctuates.
    """
    few = C <= _FEW_CLASSES
    return "simplex" if few or not _geometric_exists(kind, d, C) else "geometric"


def simplex_factor(kind: Kind, C: int) -> float:
    r"""Return :math:`f` in :math:`U=\frac fd\|\frac1NXX^\top\|_F^2` of the simplex family.

    Parameters
    ----------
    kind : {"diagonal", "off_diagonal"}
        What is dominated.
    C : int
        Number of classes, at least 2.

    Returns
    -------
    float
        :math:`\min(\frac1{16},\frac1{4C})`, or :math:`\frac1{8C(C-1)}`.
    """
    return 1 / (8 * C * (C - 1)) if kind == "off_diagonal" else min(1 / 16, 1 / (4 * C))


def _alpha(kind: Kind, C: int) -> float:
    return 2 - 4 / C if kind == "off_diagonal" else 1 - 1 / C


def _geometric_exists(kind: Kind, d: int, C: int) -> bool:
    # d > 4 alpha, in integers so that the edge itself is decided exactly
    return d * C > (8 * C - 16 if kind == "off_diagonal" else 4 * C - 4)


def _require(kind: Kind, d: int, N: int, C: int) -> None:
    if kind not in get_args(Kind):
        raise DomainError(f"kind = {kind!r} must be one of {', '.join(get_args(Kind))}.")
    for name, value, least in (("d", d, 1), ("N", N, 1), ("C", C, 2)):
        require_integer(name, value, least)

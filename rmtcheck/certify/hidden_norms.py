r"""Mean squared block norms of a hidden layer in balls, in leading order of the classes.

For :math:`f(x)=V\sigma(Wx)` with W iid :math:`N(0,1/d)` and V iid :math:`N(0,1/m)`, all samples
share V. Lemmas 14 and 15 of ``docs/lemmas.md`` leave means over one row of V, two samples and the
m units; Lemmas 18 and 21 take the row by completing the square, and what remains is a product of
means over single units, which `activation_means` encloses. Labels are uniform and independent of
all else; targets of the squared error are independent of V, and their mean square is small
against the square of C.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from rmtcheck.certify.activation_means import Powers, unit_mean, unit_overlap
from rmtcheck.certify.activations import is_piecewise_linear
from rmtcheck.certify.relu_means import half_line_mean
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import RELU, Activation

_ZERO = fmpq(0)


@dataclass(frozen=True)
class LeadingNorm:
    r"""The leading term :math:`cC^v` of a mean squared norm for many classes.

    Parameters
    ----------
    coefficient : arb
        The number c: exactly 0 for a block that vanishes identically, ``+inf`` where the norm
        is larger than the power.
    exponent : int
        The exponent v.
    """

    coefficient: arb
    exponent: int


def cross_entropy_norm(
    layer: str, *, diagonal: bool, gamma: fmpq, width: int, activation: Activation = RELU
) -> LeadingNorm:
    r"""Enclose the leading term of :math:`\mathbb E\|H\|_F^2` with cross-entropy.

    Parameters
    ----------
    layer : {"w", "v"}
        Block of hidden units, divided by d, or of classes.
    diagonal : bool
        Whether the units or classes are the same.
    gamma : fmpq
        Limit of d/N, 0 or more; output blocks do not depend on it.
    width : int
        Width m, at least 1, and at least 2 for two units.
    activation : Activation, default RELU
        One that can be enclosed.

    Returns
    -------
    LeadingNorm
        At the current precision.

    Notes
    -----
    Accuracy: enclosure.

    References
    ----------
    Lemmas 14, 15, 18 and 21 of ``docs/lemmas.md``.

    Examples
    --------
    >>> norm = cross_entropy_norm("w", diagonal=True, gamma=fmpq(1), width=4)
    >>> norm.coefficient.overlaps(arb(3) / 64), norm.exponent
    (True, 0)
    """
    if layer == "v":
        rows = 1 if diagonal else 2
        return LeadingNorm(_inner_square(activation, rows, width), -2 * rows)
    _require_units(width, diagonal)
    if diagonal:
        gradient = gamma * unit_mean(activation, Powers(curvature=2), _ZERO) / width
        return LeadingNorm(one_unit(activation, gamma) / width**2 + gradient, 0)
    across = _across_samples(activation, width)
    same = gamma * _same_sample(activation, width) if gamma else arb(0)
    return LeadingNorm(across + same, -1)


def squared_error_norm(
    layer: str,
    *,
    diagonal: bool,
    gamma: fmpq,
    width: int,
    factor: fmpq,
    activation: Activation = RELU,
) -> LeadingNorm:
    r"""Enclose the leading term of :math:`\mathbb E\|H\|_F^2` with f times the squared error.

    Parameters
    ----------
    layer, diagonal, gamma, width, activation
        As for `cross_entropy_norm`.
    factor : fmpq
        The factor f of the loss.

    Returns
    -------
    LeadingNorm
        At the current precision.

    Notes
    -----
    Accuracy: enclosure.

    References
    ----------
    Lemmas 14, 18 (d) and 21 (c) of ``docs/lemmas.md``.

    Examples
    --------
    >>> two = squared_error_norm("v", diagonal=False, gamma=fmpq(1), width=4, factor=fmpq(1))
    >>> two.coefficient == 0
    True
    """
    if layer == "v":
        square = _inner_square(activation, 0, width) if diagonal else arb(0)
        return LeadingNorm(4 * factor**2 * square, 0)
    _require_units(width, diagonal)
    units = one_unit if diagonal else two_units
    square = 4 * factor**2 * units(activation, gamma) / width**2
    return LeadingNorm(square, 2 if diagonal else 1)


def squared_error_norm_at(
    classes: int,
    *,
    diagonal: bool,
    gamma: fmpq,
    width: int,
    factor: fmpq,
    activation: Activation = RELU,
) -> arb:
    r"""Enclose :math:`\lim\frac1d\mathbb E\|H\|_F^2` of a hidden block at one number of classes.

    .. math:: 4f^2\bigl(C\,\mathbb E[g^2]+C(C-1)\,\mathbb E[g]^2\bigr)
              (\gamma\,\mathbb E[s^2]+\mathbb E[s]^2),
              \qquad g=v_iv_j,\quad s=\sigma'(a_i)\sigma'(a_j)

    Parameters
    ----------
    classes : int
        Number of classes C.
    diagonal, gamma, width, factor
        As for `squared_error_norm`.
    activation : Activation, default RELU
        One that is linear off a kink at 0.

    Returns
    -------
    arb
        At the current precision.

    Raises
    ------
    DomainError
        If the activation is curved: then targets have a part in the norm.

    Notes
    -----
    Accuracy: enclosure.

    References
    ----------
    Lemmas 14 and 18 (d) of ``docs/lemmas.md``.
    """
    if not is_piecewise_linear(activation):
        raise DomainError(f"activation = {activation} is curved; accepted: relu, leaky relu, id")
    second, mean = _row_moments(width, diagonal)
    sums = classes * second + classes * (classes - 1) * mean**2
    units = one_unit if diagonal else two_units
    return 4 * factor**2 * sums * units(activation, gamma)


def _row_moments(width: int, diagonal: bool) -> tuple[arb, arb]:
    r"""Return :math:`\mathbb E[g^2]` and :math:`\mathbb E[g]` of :math:`g=v_iv_j` in one row."""
    _require_units(width, diagonal)
    square = 2 * half_line_mean(2, _ZERO) / width
    if diagonal:
        return 2 * half_line_mean(4, _ZERO) / width**2, square
    return square**2, arb(0)


def _require_units(width: int, diagonal: bool) -> None:
    if width < 2 and not diagonal:
        raise DomainError(f"width = {width} has no two hidden units; accepted: an integer >= 2")


def one_unit(activation: Activation, gamma: fmpq) -> arb:
    r"""Return :math:`\gamma\,\mathbb E[g^2]+\mathbb E[g]^2`, :math:`g=\sigma'^2+\sigma\sigma''`."""
    slopes, mixed, curved = (Powers(k, 4 - 2 * k, k) for k in range(3))
    square = (
        unit_mean(activation, slopes, _ZERO)
        + 2 * unit_mean(activation, mixed, _ZERO)
        + unit_mean(activation, curved, _ZERO)
    )
    mean = unit_mean(activation, Powers(slope=2), _ZERO)
    mean += unit_mean(activation, Powers(value=1, curvature=1), _ZERO)
    return gamma * square + mean**2


def two_units(activation: Activation, gamma: fmpq) -> arb:
    r"""Return :math:`\gamma\,\mathbb E[s^2]+\mathbb E[s]^2`, :math:`s=\sigma'(a_i)\sigma'(a_j)`."""
    square, mean = (unit_mean(activation, Powers(slope=p), _ZERO) for p in (2, 1))
    return gamma * square**2 + mean**4


def _inner_square(activation: Activation, rows: int, width: int) -> arb:
    r"""Return :math:`\mathbb E[e^{r\phi\cdot\phi'/m}(\phi\cdot\phi')^2]`, unit by unit."""
    tilt = fmpq(rows, width)
    zero, one, two = (unit_overlap(activation, k, 0, tilt) for k in range(3))
    if not zero.is_finite():
        return arb.pos_inf()
    pairs = width * (width - 1) * one**2 * zero ** (width - 2) if width > 1 else arb(0)
    return pairs + width * two * zero ** (width - 1)


def _across_samples(activation: Activation, width: int) -> arb:
    r"""Return :math:`\mathbb E[\ell\ell']`: the covariance field of a row, on two samples."""
    tilt = fmpq(1, width)
    other, mass, product = (
        unit_overlap(activation, k, p, tilt) for k, p in ((0, 0), (0, 1), (1, 1))
    )
    if not other.is_finite():
        return arb.pos_inf()
    named = mass / width + product / width**2
    return named**2 * other ** (width - 2)


def _same_sample(activation: Activation, width: int) -> arb:
    r"""Return :math:`\mathbb E[\ell^2]`; ``+inf`` below the least width, 3 for relu."""
    tilt = fmpq(1, width)
    powers = (Powers(), Powers(slope=2), Powers(value=2, slope=2))
    other, mass, square = (unit_mean(activation, n, tilt) for n in powers)
    if not other.is_finite():
        return arb.pos_inf()
    named = mass / width + square / width**2
    return named**2 * other ** (width - 2)

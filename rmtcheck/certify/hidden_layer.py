r"""Theorem 2 in balls: mean squared block norms of a hidden layer, and their ratios.

For :math:`f(x)=V\max(Wx,0)` with W iid :math:`N(0,1/d)` and V iid :math:`N(0,1/m)`, all samples
share V. Lemmas 14 and 15 of ``docs/lemmas.md`` leave means over one row of V, two samples and the
m units; Lemma 18 takes the row by completing the square, and what remains is a product of means
over single units, whose integrals are enclosed in `relu_means`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from rmtcheck.certify import exact
from rmtcheck.certify.relu_means import closed_pairs, half_line_mean, quadrant_mean, to_digits
from rmtcheck.errors import DomainError

MAX_WIDTH = 10**100
_ACCEPTED = "an integer from 3 to 10**100"
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


def hidden_mse(gamma: Any, classes: Any, digits: Any = 30) -> arb:
    r"""Enclose the ratio of mean squared norms of hidden blocks for the squared error.

    .. math::
        \lim\frac{\mathbb E\|H_{w_iw_j}\|_F^2}{\mathbb E\|H_{w_iw_i}\|_F^2}
        =\frac{C\,\mathbb E[v_i^2]\,\mathbb E[v_j^2]\,(\gamma P^2+P^4)}
              {(C\,\mathbb E[v_i^4]+C(C-1)\,\mathbb E[v_i^2]^2)\,(\gamma P+P^2)},
        \qquad P=\mathbb P(a>0).

    Parameters
    ----------
    gamma : exact rational
        Limit of d/N, greater than 0.
    classes : int
        Number of classes :math:`C\ge1`.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``. The width, 2 or more, cancels.

    References
    ----------
    Theorem 2, MSE; Lemmas 14 and 18 (d) of ``docs/lemmas.md``.

    Examples
    --------
    >>> hidden_mse("1/2", 10).contains(fmpq(1, 32))
    True
    """
    ratio = exact.checked_positive("gamma", gamma)
    count = exact.checked_integer("classes", classes, 1)

    def quotient() -> arb:
        off, diagonal = (
            squared_error_norm_at(count, diagonal=on, gamma=ratio, width=2, factor=fmpq(1))
            for on in (False, True)
        )
        return off / diagonal

    return to_digits(quotient, exact.checked_digits(digits))


def hidden_ce_constant(gamma: Any, width: Any, digits: Any = 30) -> arb:
    r"""Enclose the limit of C times the ratio of hidden blocks for cross-entropy.

    .. math::
        \lim_{C\to\infty}C\,\frac{\mathbb E\|H_{w_iw_j}\|_F^2}{\mathbb E\|H_{w_iw_i}\|_F^2}
        =\frac{\gamma\,\mathbb E[\ell^2]+\mathbb E[\ell\ell']}
              {(\frac\gamma2+\frac14)\frac1{m^2}}

    Parameters
    ----------
    gamma : exact rational
        Limit of d/N, greater than 0.
    width : int
        Width :math:`m\ge3` of the hidden layer, at most 10**100.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain; at width 2 the limit is infinite.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``.

    References
    ----------
    Theorem 2, cross-entropy; Lemmas 14, 15 (d) and 18 of ``docs/lemmas.md``.

    Examples
    --------
    >>> print(hidden_ce_constant(1, 3, digits=20).str(18, radius=False))
    5.71941244115345276
    """
    ratio = exact.checked_positive("gamma", gamma)
    m = checked_width(width)
    return to_digits(lambda: _quotient("w", ratio, m), exact.checked_digits(digits), m.bit_length())


def output_ce_constant(width: Any, digits: Any = 30) -> arb:
    r"""Enclose the limit of :math:`C^2` times the ratio of output blocks for cross-entropy.

    .. math::
        \lim_{C\to\infty}C^2\,\frac{\mathbb E\|H_{v_iv_j}\|_F^2}{\mathbb E\|H_{v_iv_i}\|_F^2}
        =\frac{\mathbb E[e^{2\phi\cdot\phi'/m}(\phi\cdot\phi')^2]}
              {\mathbb E[e^{\phi\cdot\phi'/m}(\phi\cdot\phi')^2]}

    Parameters
    ----------
    width : int
        Width :math:`m\ge3` of the hidden layer, at most 10**100.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain; at width 2 the limit is infinite.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``.

    References
    ----------
    Theorem 2, output blocks; Lemmas 14, 15 (e) and 18 of ``docs/lemmas.md``.

    Examples
    --------
    >>> print(output_ce_constant(3, digits=20).str(18, radius=False))
    8.13605813901664765
    """
    m = checked_width(width)
    return to_digits(lambda: _quotient("v", _ZERO, m), exact.checked_digits(digits), m.bit_length())


def checked_width(value: Any) -> int:
    """Return a width for which the constants of cross-entropy are finite, 3 or more."""
    m = exact.checked_integer("width", value, 1)
    if m < 3:
        raise DomainError(f"width = {m} is too small: {_WHY[m]}; accepted: {_ACCEPTED}")
    if m > MAX_WIDTH:
        raise DomainError(f"width has {m.bit_length()} bits; accepted: {_ACCEPTED}")
    return m


_WHY = {
    1: "one unit has no other, and E[exp(phi phi')] is infinite",
    2: "E[exp(|phi|^2/2)] is infinite, and the limit of the scaled ratio with it",
}


def _quotient(layer: str, gamma: fmpq, width: int) -> arb:
    off, diagonal = (
        cross_entropy_norm(layer, diagonal=on, gamma=gamma, width=width) for on in (False, True)
    )
    return off.coefficient / diagonal.coefficient


def cross_entropy_norm(layer: str, *, diagonal: bool, gamma: fmpq, width: int) -> LeadingNorm:
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

    Returns
    -------
    LeadingNorm
        At the current precision.

    Notes
    -----
    Accuracy: enclosure.

    References
    ----------
    Lemmas 14, 15 and 18 of ``docs/lemmas.md``.

    Examples
    --------
    >>> norm = cross_entropy_norm("w", diagonal=True, gamma=fmpq(1), width=4)
    >>> norm.coefficient.overlaps(arb(3) / 64), norm.exponent
    (True, 0)
    """
    if layer == "v":
        rows = 1 if diagonal else 2
        return LeadingNorm(_inner_square(rows, width), -2 * rows)
    _require_units(width, diagonal)
    if diagonal:
        return LeadingNorm(_gates(gamma, units=1) / width**2, 0)
    across = _across_samples(width)
    return LeadingNorm(across + gamma * _same_sample(width) if gamma else across, -1)


def squared_error_norm(
    layer: str, *, diagonal: bool, gamma: fmpq, width: int, factor: fmpq
) -> LeadingNorm:
    r"""Enclose the leading term of :math:`\mathbb E\|H\|_F^2` with f times the squared error.

    Parameters
    ----------
    layer, diagonal, gamma, width
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
    Lemmas 14 and 18 (d) of ``docs/lemmas.md``.

    Examples
    --------
    >>> two = squared_error_norm("v", diagonal=False, gamma=fmpq(1), width=4, factor=fmpq(1))
    >>> two.coefficient == 0
    True
    """
    if layer == "v":
        square = 4 * factor**2 * _inner_square(0, width) if diagonal else arb(0)
        return LeadingNorm(square, 0)
    second, square = _row_moments(width, diagonal)
    sums = square**2 if diagonal else second
    gates = _gates(gamma, units=1 if diagonal else 2)
    return LeadingNorm(4 * factor**2 * sums * gates, 2 if diagonal else 1)


def squared_error_norm_at(
    classes: int, *, diagonal: bool, gamma: fmpq, width: int, factor: fmpq
) -> arb:
    r"""Enclose :math:`\lim\frac1d\mathbb E\|H\|_F^2` of a hidden block at one number of classes.

    .. math:: 4f^2\bigl(C\,\mathbb E[g^2]+C(C-1)\,\mathbb E[g]^2\bigr)(\gamma P+P^2),
              \qquad g=v_iv_j,\quad P=\mathbb P(\text{the units are open})

    Parameters
    ----------
    classes : int
        Number of classes C.
    diagonal, gamma, width, factor
        As for `squared_error_norm`.

    Returns
    -------
    arb
        At the current precision.

    Notes
    -----
    Accuracy: enclosure.

    References
    ----------
    Lemmas 14 and 18 (d) of ``docs/lemmas.md``.
    """
    second, mean = _row_moments(width, diagonal)
    sums = classes * second + classes * (classes - 1) * mean**2
    return 4 * factor**2 * sums * _gates(gamma, units=1 if diagonal else 2)


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


def _gates(gamma: fmpq, *, units: int) -> arb:
    r"""Return :math:`\gamma P+P^2`, P the probability that some units are open."""
    is_open = half_line_mean(0, _ZERO) ** units
    return gamma * is_open + is_open**2


def _inner_square(rows: int, width: int) -> arb:
    r"""Return :math:`\mathbb E[e^{r\phi\cdot\phi'/m}(\phi\cdot\phi')^2]`, unit by unit."""
    if rows >= width:
        return arb.pos_inf()
    zero, one, two = (quadrant_mean(k, fmpq(rows, width)) + closed_pairs(k) for k in range(3))
    pairs = width * (width - 1) * one**2 * zero ** (width - 2) if width > 1 else arb(0)
    return pairs + width * two * zero ** (width - 1)


def _across_samples(width: int) -> arb:
    r"""Return :math:`\mathbb E[\ell\ell']`: the covariance field of a row, on two samples."""
    tilt = fmpq(1, width)
    mass, product = (quadrant_mean(k, tilt) for k in (0, 1))
    named = mass / width + product / width**2
    return named**2 * (mass + closed_pairs(0)) ** (width - 2)


def _same_sample(width: int) -> arb:
    r"""Return :math:`\mathbb E[\ell^2]`; ``+inf`` below width 3."""
    if width < 3:
        return arb.pos_inf()
    tilt = fmpq(1, width)
    mass, square = (half_line_mean(k, tilt) for k in (0, 2))
    named = mass / width + square / width**2
    return named**2 * (mass + half_line_mean(0, _ZERO)) ** (width - 2)

r"""Theorem 2 in balls: how far the blocks of a hidden layer are from block-diagonal.

The constants are quotients of the leading terms of `hidden_norms`, whose docstring says what is
assumed of the network, its labels and its targets.
"""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq

from rmtcheck.certify import exact
from rmtcheck.certify.activation_means import checked_digits
from rmtcheck.certify.hidden_norms import (
    cross_entropy_norm,
    one_unit,
    squared_error_norm_at,
    two_units,
)
from rmtcheck.certify.hidden_widths import least_width
from rmtcheck.certify.relu_means import to_digits
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import RELU, Activation

MAX_WIDTH = 10**100
_ZERO = fmpq(0)


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


def hidden_mse_constant(gamma: Any, digits: Any = 30, activation: Activation = RELU) -> arb:
    r"""Enclose the limit of C times the ratio of hidden blocks for the squared error.

    .. math::
        \lim_{C\to\infty}C\,\frac{\mathbb E\|H_{w_iw_j}\|_F^2}{\mathbb E\|H_{w_iw_i}\|_F^2}
        =\frac{\gamma\,\mathbb E[\sigma'^2]^2+\mathbb E[\sigma']^4}
              {\gamma\,\mathbb E[g^2]+\mathbb E[g]^2},
        \qquad g=\sigma'^2+\sigma\sigma''

    Parameters
    ----------
    gamma : exact rational
        Limit of d/N, greater than 0.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300, or to 50 where a series is slow.
    activation : Activation, default RELU
        One that can be enclosed, such as TANH.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``. The width, 2 or more, cancels.

    References
    ----------
    Lemma 21 (c) of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import TANH
    >>> hidden_mse_constant("1/2").contains(fmpq(3, 8))                # relu
    True
    >>> print(hidden_mse_constant(1, 20, TANH).str(15, radius=False))
    1.19946784400586
    """
    ratio = exact.checked_positive("gamma", gamma)
    return to_digits(
        lambda: two_units(activation, ratio) / one_unit(activation, ratio),
        checked_digits(activation, digits),
    )


def hidden_ce_constant(
    gamma: Any, width: Any, digits: Any = 30, activation: Activation = RELU
) -> arb:
    r"""Enclose the limit of C times the ratio of hidden blocks for cross-entropy.

    .. math::
        \lim_{C\to\infty}C\,\frac{\mathbb E\|H_{w_iw_j}\|_F^2}{\mathbb E\|H_{w_iw_i}\|_F^2}
        =\frac{\gamma\,\mathbb E[\ell^2]+\mathbb E[\ell\ell']}
              {\gamma\bigl(\frac1{m^2}\mathbb E[g^2]+\frac1m\mathbb E[\sigma''^2]\bigr)
               +\frac1{m^2}\mathbb E[g]^2},
        \qquad g=\sigma'^2+\sigma\sigma''

    Parameters
    ----------
    gamma : exact rational
        Limit of d/N, greater than 0.
    width : int
        Width of the hidden layer, at most 10**100 and at least 2, more where the activation is
        unbounded: 3 for relu.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300, or to 50 where a series is slow.
    activation : Activation, default RELU
        One that can be enclosed, such as TANH.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain; at smaller widths the limit is infinite.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``.

    References
    ----------
    Theorem 2, cross-entropy; Lemmas 14, 15 (d), 18 and 21 of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import TANH
    >>> print(hidden_ce_constant(1, 3, digits=20).str(18, radius=False))
    5.71941244115345276
    >>> print(hidden_ce_constant(1, 2, 20, TANH).str(15, radius=False))
    0.497111414421220
    """
    ratio = exact.checked_positive("gamma", gamma)
    goal, m = checked_digits(activation, digits), checked_width(width, activation)
    return to_digits(lambda: _quotient("w", ratio, m, activation), goal, m.bit_length())


def output_ce_constant(width: Any, digits: Any = 30, activation: Activation = RELU) -> arb:
    r"""Enclose the limit of :math:`C^2` times the ratio of output blocks for cross-entropy.

    .. math::
        \lim_{C\to\infty}C^2\,\frac{\mathbb E\|H_{v_iv_j}\|_F^2}{\mathbb E\|H_{v_iv_i}\|_F^2}
        =\frac{\mathbb E[e^{2\phi\cdot\phi'/m}(\phi\cdot\phi')^2]}
              {\mathbb E[e^{\phi\cdot\phi'/m}(\phi\cdot\phi')^2]},
        \qquad\phi=\sigma(a)

    Parameters
    ----------
    width : int
        Width of the hidden layer, at most 10**100 and at least 1, more where the activation is
        unbounded: 3 for relu.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300, or to 50 where a series is slow.
    activation : Activation, default RELU
        One that can be enclosed, such as TANH.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain; at smaller widths the limit is infinite.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``.

    References
    ----------
    Theorem 2, output blocks; Lemmas 14, 15 (e), 18 and 21 of ``docs/lemmas.md``.

    Examples
    --------
    >>> print(output_ce_constant(3, digits=20).str(18, radius=False))
    8.13605813901664765
    """
    goal, m = checked_digits(activation, digits), checked_width(width, activation, "v")
    return to_digits(lambda: _quotient("v", _ZERO, m, activation), goal, m.bit_length())


def checked_width(value: Any, activation: Activation = RELU, layer: str = "w") -> int:
    """Return a width for which a constant of cross-entropy is finite: 3 or more for relu."""
    least = least_width(layer, diagonal=False, activation=activation)
    m, accepted = exact.checked_integer("width", value, 1), f"an integer from {least} to 10**100"
    if m < least:
        raise DomainError(f"width = {m} is too small: {_why(m, layer)}; accepted: {accepted}")
    if m > MAX_WIDTH:
        raise DomainError(f"width has {m.bit_length()} bits; accepted: {accepted}")
    return m


def _why(width: int, layer: str) -> str:
    if (width, layer) == (1, "w"):
        return "one unit has no other"
    exponent = "|phi|^2" if width == 1 else f"|phi|^2/{width}"
    return f"E[exp({exponent})] is infinite, and the limit of the scaled ratio with it"


def _quotient(layer: str, gamma: fmpq, width: int, activation: Activation) -> arb:
    off, diagonal = (
        cross_entropy_norm(layer, diagonal=on, gamma=gamma, width=width, activation=activation)
        for on in (False, True)
    )
    return off.coefficient / diagonal.coefficient

r"""The constants of Theorem 2: how far the blocks of one hidden layer are from block-diagonal.

The network is :math:`f(x)=V\sigma(Wx)`, W iid :math:`N(0,1/d)`, V iid :math:`N(0,1/m)`, on standard
Gaussian samples; :math:`d,N\to\infty` with :math:`d/N\to\gamma`, then C grows. Labels are uniform
and independent of all else; targets of the squared error are independent of V, and their mean
square is small against the square of C. Without ``digits`` the constant is an expression that is
derived from the loss, for relu; with ``digits`` it is a ball from the integrals that define it,
which uses none of that derivation, for any activation that `rmtcheck.certify.activations` knows.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from flint import arb

from rmtcheck.certify import hidden_layer as balls
from rmtcheck.constants import arguments
from rmtcheck.constants.gathered import gathered
from rmtcheck.symbolic.shared_readout.finite_classes import mean_square_at_classes
from rmtcheck.symbolic.shared_readout.limit import derive_growth
from rmtcheck.symbolic.shared_readout.units import closed_form
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.activations import RELU, Activation
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR, Loss
from rmtcheck.vocabulary.networks import HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.quantities import E, frobenius_squared
from rmtcheck.vocabulary.symbols import C, d, gamma, i, j, m

_NETWORK = OneHiddenLayer(d, m, C)


def hidden_mse(gamma: Any, classes: Any, digits: Any = None) -> sympy.Expr | arb:
    r"""Return the ratio of mean squared norms of hidden blocks, squared error, at C classes.

    .. math::
        \lim_{d,N\to\infty}
        \frac{\mathbb E\|H_{w_iw_j}\|_F^2}{\mathbb E\|H_{w_iw_i}\|_F^2}
        =\frac{4\gamma+1}{4(2\gamma+1)(C+2)}

    Parameters
    ----------
    gamma : exact rational or the symbol gamma
        Limit of d/N, greater than 0.
    classes : int or the symbol C
        Number of classes, at least 1. The width, 2 or more, cancels.
    digits : int, optional
        Digits of a ball, 1 to 300; the other arguments are then numbers.

    Returns
    -------
    sympy expression or arb
        Exact without ``digits``, else a ball of relative radius at most ``10**-digits``.

    Raises
    ------
    DomainError
        If an argument lies outside its domain.

    Notes
    -----
    Accuracy: exact, or enclosure. It holds at every finite C, not for many classes only.

    References
    ----------
    Theorem 2, MSE; Lemma 14 of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import C, gamma
    >>> hidden_mse(gamma, C)
    (4*gamma + 1)/(4*(C + 2)*(2*gamma + 1))
    >>> hidden_mse("1/2", 10)
    1/32
    >>> print(hidden_mse("1/2", 10, digits=20).str(10, radius=False))
    0.03125000000
    """
    if digits is not None:
        return balls.hidden_mse(gamma, classes, digits)
    values = {symbols.gamma: arguments.aspect_ratio(gamma), C: arguments.number_of_classes(classes)}
    return _hidden_mse().subs(values)


def hidden_mse_constant(
    gamma: Any, digits: Any = None, activation: Activation = RELU
) -> sympy.Expr | arb:
    r"""Return the limit of C times the ratio of hidden blocks, squared error.

    .. math::
        \lim_{C\to\infty}C\,
        \frac{\mathbb E\|H_{w_iw_j}\|_F^2}{\mathbb E\|H_{w_iw_i}\|_F^2}
        =\frac{\gamma\,\mathbb E[\sigma'^2]^2+\mathbb E[\sigma']^4}
              {\gamma\,\mathbb E[g^2]+\mathbb E[g]^2},\qquad g=\sigma'^2+\sigma\sigma'',

    which is :math:`(4\gamma+1)/(8\gamma+4)` for relu.

    Parameters
    ----------
    gamma : exact rational or the symbol gamma
        Limit of d/N, greater than 0. The width, 2 or more, cancels.
    digits : int, optional
        Digits of a ball, 1 to 300, or to 50 for GELU, SILU, IDENTITY and leaky relu.
    activation : Activation, default RELU
        With ``digits`` also IDENTITY, ``leaky_relu(slope)``, TANH, SIGMOID, GELU or SILU.

    Returns
    -------
    sympy expression or arb
        Exact without ``digits``, else a ball of relative radius at most ``10**-digits``.

    Raises
    ------
    DomainError
        If an argument lies outside its domain.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: exact, or enclosure.

    References
    ----------
    Theorem 2, MSE; Lemmas 14 and 21 (c) of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import TANH
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> hidden_mse_constant(gamma)
    (4*gamma + 1)/(4*(2*gamma + 1))
    >>> print(hidden_mse_constant(1, digits=20, activation=TANH).str(15, radius=False))
    1.19946784400586
    """
    if digits is not None:
        return balls.hidden_mse_constant(gamma, digits, activation)
    arguments.require_expression(activation)
    return _hidden_mse_constant().subs(symbols.gamma, arguments.aspect_ratio(gamma))


def hidden_ce_constant(
    gamma: Any, width: Any, digits: Any = None, activation: Activation = RELU
) -> sympy.Expr | arb:
    r"""Return the limit of C times the ratio of hidden blocks, cross-entropy.

    For relu it is

    .. math::
        \lim_{C\to\infty}C\,
        \frac{\mathbb E\|H_{w_iw_j}\|_F^2}{\mathbb E\|H_{w_iw_i}\|_F^2}
        =\frac{\gamma T+O}{2\gamma+1},\qquad
        T=\Bigl(\tfrac{1+(1-2/m)^{-1/2}}2\Bigr)^{m-2}\frac{m(m-1)^2}{(m-2)^3},

    and with :math:`K_k(s)=\mathbb E[(\phi\phi')^ke^{s\phi\phi'}]`

    .. math:: O=K_0(\tfrac1m)^{m-2}\bigl(2K_0(\tfrac1m)-\tfrac32+\tfrac2mK_1(\tfrac1m)\bigr)^2;

    for another activation see Lemma 21 (d).

    Parameters
    ----------
    gamma : exact rational or the symbol gamma
        Limit of d/N, greater than 0.
    width : int or the symbol m
        Width of the hidden layer, to 10**100: from 3 on for relu, from 2 on where the
        activation is bounded.
    digits : int, optional
        Digits of a ball, 1 to 300, or to 50 for GELU, SILU, IDENTITY and leaky relu; the other
        arguments are then numbers.
    activation : Activation, default RELU
        With ``digits`` also IDENTITY, ``leaky_relu(slope)``, TANH, SIGMOID, GELU or SILU.

    Returns
    -------
    sympy expression or arb
        Exact without ``digits``, in arcsines, roots and pi, else a ball of relative radius at
        most ``10**-digits``.

    Raises
    ------
    DomainError
        If an argument lies outside its domain; for relu the limit is infinite at width 2.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: exact, or enclosure. An expression in m is meant for integers from 3 on.

    References
    ----------
    Theorem 2, cross-entropy; Lemmas 14, 15, 18 and 21 of ``docs/lemmas.md``.

    Examples
    --------
    >>> constant = hidden_ce_constant(1, 3)
    >>> constant.evalf(15), constant.has(sympy.asin(sympy.Rational(1, 3)))
    (5.71941244115345, True)
    >>> print(hidden_ce_constant(1, 3, digits=20).str(15, radius=False))
    5.71941244115345
    >>> from rmtcheck.vocabulary.activations import TANH
    >>> print(hidden_ce_constant(1, 2, digits=20, activation=TANH).str(15, radius=False))
    0.497111414421220
    """
    if digits is not None:
        return balls.hidden_ce_constant(gamma, width, digits, activation)
    arguments.require_expression(activation)
    values = {symbols.gamma: arguments.aspect_ratio(gamma), m: arguments.width(width)}
    return _hidden_ce_constant().subs(values)


def output_ce_constant(
    width: Any, digits: Any = None, activation: Activation = RELU
) -> sympy.Expr | arb:
    r"""Return the limit of the squared number of classes times the ratio of output blocks.

    .. math::
        \lim_{C\to\infty}C^2\,
        \frac{\mathbb E\|H_{v_iv_j}\|_F^2}{\mathbb E\|H_{v_iv_i}\|_F^2}
        =\frac{(K_0^m)''(2/m)}{(K_0^m)''(1/m)},\qquad
        K_0(s)=\mathbb E[e^{s\phi\phi'}],\quad\phi=\sigma(a),

    for cross-entropy; it does not depend on gamma.

    Parameters
    ----------
    width : int or the symbol m
        Width of the hidden layer, to 10**100: from 3 on for relu, from 1 on where the
        activation is bounded.
    digits : int, optional
        Digits of a ball, 1 to 300, or to 50 for GELU, SILU, IDENTITY and leaky relu; the width
        is then a number.
    activation : Activation, default RELU
        With ``digits`` also IDENTITY, ``leaky_relu(slope)``, TANH, SIGMOID, GELU or SILU.

    Returns
    -------
    sympy expression or arb
        Exact without ``digits``, in arcsines, roots and pi, else a ball of relative radius at
        most ``10**-digits``.

    Raises
    ------
    DomainError
        If an argument lies outside its domain; for relu the limit is infinite at width 2.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: exact, or enclosure. It tends to :math:`e^{1/2\pi}=1.17` in wide layers.

    References
    ----------
    Theorem 2, output blocks; Lemmas 14, 15, 18 and 21 of ``docs/lemmas.md``.

    Examples
    --------
    >>> output_ce_constant(3).evalf(15)
    8.13605813901665
    >>> print(output_ce_constant(3, digits=20).str(15, radius=False))
    8.13605813901665
    """
    if digits is not None:
        return balls.output_ce_constant(width, digits, activation)
    arguments.require_expression(activation)
    return _output_ce_constant().subs(m, arguments.width(width))


@lru_cache(maxsize=1)
def _hidden_mse() -> sympy.Expr:
    off, diagonal = _blocks(MEAN_SQUARED_ERROR, "w")
    above, below = (mean_square_at_classes(block, gamma).result for block in (off, diagonal))
    return sympy.factor(above / below)


@lru_cache(maxsize=1)
def _hidden_mse_constant() -> sympy.Expr:
    limit = derive_growth(C * _ratio(MEAN_SQUARED_ERROR, "w"), gamma).result.limit
    return sympy.factor(limit)


@lru_cache(maxsize=1)
def _hidden_ce_constant() -> sympy.Expr:
    limit = derive_growth(C * _ratio(CROSS_ENTROPY, "w"), gamma).result.limit
    return closed_form(gathered(limit))


@lru_cache(maxsize=1)
def _output_ce_constant() -> sympy.Expr:
    limit = derive_growth(C**2 * _ratio(CROSS_ENTROPY, "v"), gamma).result.limit
    return closed_form(gathered(limit))


def _ratio(loss: Loss, layer: str) -> sympy.Expr:
    off, diagonal = _blocks(loss, layer)
    return E(frobenius_squared(off)) / E(frobenius_squared(diagonal))


def _blocks(loss: Loss, layer: str) -> tuple[HessianBlock, HessianBlock]:
    """Return the block of two rows of a layer and that of one."""
    rows = getattr(_NETWORK, layer)
    off, diagonal = (HessianBlock(_NETWORK, loss, rows[i], rows[k]) for k in (j, i))
    return off, diagonal

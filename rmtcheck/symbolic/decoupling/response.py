r"""What the resolvent does to the fields: limit of the Schur complement, bias, overlap.

In the rotated coordinates :math:`\operatorname{tr}(H-z)^{-1}=\operatorname{tr}G
-\frac d{dz}\log\det S(z)` with :math:`G=(D-z)^{-1}`, and

.. math:: S(z)=\frac1N\sum_n\lambda_nw_nw_n^\top-z
          -\frac1{N^2}\sum_{n,m}\lambda_n\lambda_m\,w_nw_m^\top\,y_n^\top Gy_m .

Given the weights the :math:`y_n` are symmetric, so the terms :math:`n\ne m` have mean 0 and vanish;
:math:`y_n^\top Gy_n/N\to\gamma s/(1+\gamma\lambda_ns)` by the loop equation. Hence

.. math:: S(z)\to T(z)-z,\qquad T=\mathbb E\frac{\lambda\,ww^\top}{1+\gamma\lambda s},

and :math:`(t-z)I=I/s`, :math:`t=\mathbb E\frac\lambda{1+\gamma\lambda s}`, for the decoupled copy,
whose w is independent of its weight.
"""

from __future__ import annotations

from functools import lru_cache

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.decoupling.small_weights import mean_trace
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.weighted_loop import quadratic_form_equation, weighted_equation
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import (
    DecoupledCovariance,
    DependentCovariance,
    FieldSquare,
    LogDeterminant,
    PointDerivative,
)
from rmtcheck.vocabulary.quantities import E

_S, _Z, _WEIGHT, _GAMMA = symbols.s, symbols.z, symbols.weight, symbols.gamma
_TRACE, _Q1, _Q2 = sympy.symbols("trG Q_1 Q_2")


def share_of_sample() -> sympy.Expr:
    r"""Derive the factor :math:`1-\lambda y^\top Gy/N` of one sample in the Schur complement.

    Examples
    --------
    >>> share_of_sample()
    1/(gamma*lambda*s + 1)
    """
    N = sympy.Symbol("N", positive=True)
    finite = quadratic_form_equation(_WEIGHT, N)
    limit = finite.subs({_Q2: 0, _TRACE: _GAMMA * N * _S})
    form = sympy.solve(sympy.Eq(_Q1, limit), _Q1)[0]
    return sympy.factor(1 - _WEIGHT * form / N)


@lru_cache(maxsize=1)
def response() -> Derivation:
    r"""Derive the limit of the Schur complement on the fields.

    Returns
    -------
    Derivation
        Its result is :math:`T(z)-z`, in means over the weight and its fields.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact; Gaussian data, bounded weights.

    Examples
    --------
    >>> response().result
    -z + E[lambda*w w^T/(gamma*lambda*s + 1)]
    """
    share = share_of_sample()
    mean, result = E(_WEIGHT * share), E(_WEIGHT * FieldSquare() * share) - _Z
    if weighted_equation(_GAMMA).result != mean - _Z:
        raise RmtcheckError("a step of the response does not check: the equation of s")
    steps = (
        Step(
            "given V, rotate to x = (w, y): the weights are functions of w, in law those of a "
            "standard w in the limit, as V V^T tends to I; eliminate y: "
            "tr (H-z)^-1 = tr G - d/dz log det S",
            r"S=\tfrac1N\sum_n\lambda_nw_nw_n^\top-z-\tfrac1{N^2}\sum_{n,m}\lambda_n\lambda_m\,"
            r"w_nw_m^\top\,y_n^\top Gy_m",
        ),
        Step(
            "given the weights each y_n may change its sign without a change of D, so terms of "
            "two samples have mean 0; their sum has variance O(1/N)",
            r"\mathbb E[y_n^\top Gy_m\mid\lambda,w]=0\quad(n\ne m)",
        ),
        Step(
            "the form of one sample solves the loop equation: y.G.y/N = gamma s/(1 + gamma lambda "
            f"s), so that its weight is multiplied by {share}",
            rf"1-\tfrac{{\lambda_n}}Ny_n^\top Gy_n\to{sympy.latex(share)}",
        ),
        equation("so by the law of large numbers S tends to", sympy.Symbol("S"), result),
        equation("and for the decoupled copy to 1/s, as", 1 / _S, mean - _Z),
    )
    return Derivation(result, steps)


def bias() -> Derivation:
    r"""Derive the limit of :math:`N(\mathbb Es_H-\mathbb Es_{\tilde H})`.

    Returns
    -------
    Derivation
        Its result is :math:`-\frac1\gamma\frac d{dz}\log\det(I+s(T-tI))`.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact; Gaussian data, bounded weights, any fixed number of fields. To first order in
    the scale of :math:`\lambda=\varepsilon\|u\|^2` it is compared with the means at finite size.

    Examples
    --------
    >>> print(bias().result)
    -d/dz log det(s*E[lambda*(w w^T - 1)/(gamma*lambda*s + 1)] + 1)/gamma
    """
    found = response()
    inside = 1 + _S * E(_WEIGHT * (FieldSquare() - 1) * share_of_sample())
    result = -PointDerivative(LogDeterminant(inside)) / _GAMMA
    first = _check_small_weights()
    steps = (
        *found.steps,
        Step(
            "the law of (weights, y) is the same for both matrices, so tr G cancels: the "
            "difference of traces is -d/dz log det S S~^-1, and S S~^-1 tends to",
            rf"(T-z)\,s={sympy.latex(inside)}",
        ),
        Step(
            "the convergence is locally uniform in z, so derivatives converge; the difference of "
            "traces is at most 2 C/Im z, so means converge as well (dominated convergence)",
            r"\Bigl|\operatorname{tr}(H-z)^{-1}-\operatorname{tr}(\tilde H-z)^{-1}\Bigr|\le"
            r"\frac{2C}{\operatorname{Im}z}",
        ),
        Step(
            f"divide by d = gamma N: the limit is {result}",
            sympy.latex(result),
            f"for lambda = epsilon |u|^2 the first order {first} is that of the exact means",
        ),
    )
    return Derivation(result, steps)


def overlap() -> Derivation:
    r"""Derive the projection of an outlier's eigenvector on the field, C = 1.

    Returns
    -------
    Derivation
        Its result is :math:`1/(1-\tau'(z))`, :math:`\tau=T`, in means over the weight and field.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact, at a zero of :math:`T(z)-z` outside the support of the law.
    """
    found = response()
    share = share_of_sample()
    square = _WEIGHT**2 * share**2
    # the derivative of lambda/(1 + gamma lambda s) in s, with or without the field
    if sympy.cancel(sympy.diff(_WEIGHT * share, _S) + _GAMMA * square) != 0:
        raise RmtcheckError("a step of the overlap does not check: the derivative in s")
    slope = 1 / (1 / _S**2 - _GAMMA * E(square))
    result = 1 / (1 + _GAMMA * slope * E(square * FieldSquare()))
    steps = (
        *found.steps,
        Step(
            "the field's entry of (H-z)^-1 is 1/S(z); its poles outside the support are isolated "
            "eigenvalues, which converge to the zeros of the limit of S (Hurwitz)",
            r"e^\top(H-z)^{-1}e=\frac1{S(z)},\qquad T(z_0)=z_0",
        ),
        Step(
            "the residue at an eigenvalue is minus the squared projection of its eigenvector, so "
            "in the limit the projection is -1/S'(z) = 1/(1 - T'(z))",
            r"\langle e,v\rangle^2\to-\frac1{S'(z_0)}=\frac1{1-T'(z_0)}",
        ),
        equation("with the derivative of s from its equation", sympy.Symbol("s'"), slope),
        equation("the projection is", sympy.Symbol("overlap"), result),
    )
    return Derivation(result, steps)


def _check_small_weights() -> sympy.Expr:
    """Compare the first order of the bias in small quadratic weights with the exact means."""
    d, N, C = symbols.d, symbols.N, symbols.C
    traces = [mean_trace(kind(d, N, C)) for kind in (DependentCovariance, DecoupledCovariance)]
    exact = sympy.simplify((-N * (traces[0] - traces[1]) / _Z**2).subs(d, _GAMMA * N))
    w = sympy.Symbol("w", real=True)
    density = sympy.exp(-(w**2) / 2) / sympy.sqrt(2 * sympy.pi)
    # to first order log det is s tr E[lambda (w w^T - 1)], and s = -1/z
    mean = C * sympy.integrate(w**2 * (w**2 - 1) * density, (w, -sympy.oo, sympy.oo))
    first = -sympy.diff(-mean / _Z, _Z) / _GAMMA
    if sympy.simplify(first - exact) != 0:
        raise RmtcheckError(f"the bias of small weights is {first} by the limit, {exact} exactly")
    return first

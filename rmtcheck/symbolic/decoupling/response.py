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

from dataclasses import replace
from functools import lru_cache

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.decoupling.expansion import agree, exact_bias, exact_corner, expanded
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.weighted_loop import quadratic_form_equation, weighted_equation
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import (
    FieldSquare,
    LogDeterminant,
    PointDerivative,
)
from rmtcheck.vocabulary.quantities import E, Expectation

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


def complement() -> sympy.Expr:
    r"""Return :math:`T(z)-z` as a mean over one sample with its share.

    Examples
    --------
    >>> complement()
    -z + E[lambda*w w^T/(gamma*lambda*s + 1)]
    """
    return E(_WEIGHT * FieldSquare() * share_of_sample()) - _Z


def ratio() -> sympy.Expr:
    r"""Return :math:`(T-z)s=I+s(T-tI)`, the complement of H over that of its copy, 1/s."""
    return 1 + _S * E(_WEIGHT * (FieldSquare() - 1) * share_of_sample())


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
    Accuracy: exact; standard data, bounded weights, any fixed number of fields.

    Examples
    --------
    >>> response().result
    -z + E[lambda*w w^T/(gamma*lambda*s + 1)]
    """
    share, result = share_of_sample(), complement()
    mean = E(_WEIGHT * share)
    _check_complement(result)
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
        replace(
            equation("so by the law of large numbers S tends to", sympy.Symbol("S"), result),
            checked="1/S to second order in epsilon is the limit of the exact mean of its entry "
            "of the resolvent, for lambda = epsilon |u|^2; it is the equation of s for w w^T = 1",
        ),
        equation("and for the decoupled copy to 1/s, as", 1 / _S, mean - _Z),
    )
    return Derivation(result, steps)


@lru_cache(maxsize=1)
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
    Accuracy: exact; standard data, bounded weights, any fixed number of fields. To second order
    in the scale of :math:`\lambda=\varepsilon\|u\|^2` it is compared with exact finite means.

    Examples
    --------
    >>> print(bias().result)
    -d/dz log det(s*E[lambda*(w w^T - 1)/(gamma*lambda*s + 1)] + 1)/gamma
    """
    found = response()
    inside = ratio()
    result = -PointDerivative(LogDeterminant(inside)) / _GAMMA
    _require(agree(expanded(inside), expanded(found.result * _S)), "the ratio of complements")
    _require(agree(expanded(result), exact_bias()), "the bias of small weights")
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
            "for lambda = epsilon |u|^2 the two first orders in epsilon are those of exact means",
        ),
    )
    return Derivation(result, steps)


@lru_cache(maxsize=1)
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
    slope = slope_of_transform()
    _require(agree(expanded(slope), sympy.diff(expanded(_S), _Z)), "the derivative of s in z")
    result = -1 / slope_along_law(found.result, slope)
    rate = sympy.diff(expanded(found.result), _Z)
    _require(agree(expanded(result) * rate, -sympy.S.One), "the derivative of S in z")
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
        replace(
            equation("the projection is", sympy.Symbol("overlap"), result),
            checked="for lambda = epsilon |u|^2, to second order, minus the inverse of dS/dz",
        ),
    )
    return Derivation(result, steps)


def slope_along_law(expr: sympy.Expr, slope: sympy.Expr) -> sympy.Expr:
    r"""Return the derivative in z of a formula in z, s and means, by the chain rule.

    Parameters
    ----------
    expr : sympy expression
        Any.
    slope : sympy expression
        The derivative of s in z.

    Returns
    -------
    sympy expression
        In s, z, the slope and means.
    """
    means = {mean: sympy.Dummy() for mean in expr.atoms(Expectation)}
    plain = expr.xreplace(means)
    in_s = sympy.diff(plain, _S) + sympy.Add(
        *(sympy.diff(plain, name) * _mean_slope(mean) for mean, name in means.items())
    )
    total = sympy.diff(plain, _Z) + in_s * slope
    return total.xreplace({name: mean for mean, name in means.items()})


def slope_of_transform() -> sympy.Expr:
    r"""Derive :math:`s'(z)` from the equation of s, implicitly.

    Examples
    --------
    >>> slope_of_transform()
    1/(-gamma*E[lambda**2/(gamma*lambda*s + 1)**2] + s**(-2))
    """
    gap = weighted_equation(_GAMMA).result - 1 / _S
    in_s = slope_along_law(gap, sympy.S.One) - sympy.diff(gap, _Z)
    return -sympy.diff(gap, _Z) / in_s


def _mean_slope(mean: sympy.Expr) -> sympy.Expr:
    """Return the derivative of a mean in s, with its constant outside."""
    inside = sympy.factor(sympy.diff(mean.args[0], _S))
    constant, rest = inside.as_independent(_WEIGHT, FieldSquare(), as_Add=False)
    return constant * E(rest)


def _check_complement(result: sympy.Expr) -> None:
    """Check T - z against the equation of s where w w^T = 1, and against exact means."""
    blind = result.xreplace({FieldSquare(): sympy.S.One})
    _require(blind == weighted_equation(_GAMMA).result, "the equation of s")
    _require(agree(expanded(1 / result), exact_corner()), "the resolvent on the fields")


def _require(truth: bool, what: str) -> None:
    if not truth:
        raise RmtcheckError(f"a step of the response does not check: {what}")

r"""Decoupling without a condition on the number of fields: leave one sample out.

Given V the pairs :math:`(\lambda_n,x_n)` are independent, and :math:`G_n`, the resolvent without
sample n, is independent of the n-th pair, whatever function of :math:`x_n` the weight is. With
:math:`q_n=x_n^\top G_nx_n/N` and weights :math:`|\lambda|\le L`

.. math:: 1+zs=\frac1d\sum_n\frac{\lambda_nq_n}{1+\lambda_nq_n},\qquad
          \mathbb E\Bigl|q_n-\frac{\operatorname{tr}G_n}N\Bigr|^2
          =\frac{2\,\mathbb E\operatorname{tr}G_nG_n^*}{N^2}\le\frac{2d}{N^2(\operatorname{Im}z)^2}.

So given V both means solve the same equation up to a vanishing error, with the law of
:math:`\lambda(Vx)` for weights. The forms are computed here; the step from them to the
difference of the means is argued in words, in docs/universality.md under "Own samples".
"""

from __future__ import annotations

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.decoupling.stein import gaussian_mean
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.gaussian import pairings
from rmtcheck.vocabulary import symbols

_WEIGHT, _FORM = sympy.symbols("lambda q")


def leave_one_out() -> Derivation:
    r"""Derive that the mean traces of H and its decoupled copy have the same limit.

    Returns
    -------
    Derivation
        Its result is the limit of the modulus of their difference.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact; standard data and weights that are bounded uniformly in the size. That the
    forms concentrate is computed; that the difference then vanishes is argued in words, with the
    uniqueness of the solution from the derivation of the generalised law.

    References
    ----------
    Z. D. Bai and W. Zhou, *Large sample covariance matrices without independence structures in
    columns*, Statistica Sinica 18 (2008), theorem 1.1.
    """
    _check_removed_sample()
    variance = _form_variance()
    _check_variance(variance)
    d, N, y = symbols.d, symbols.N, sympy.Symbol("y", positive=True)
    bound = variance * d / (N**2 * y**2)
    limit = sympy.limit(bound.subs(d, symbols.gamma * N), N, sympy.oo)
    _require(limit == 0, "the forms concentrate")
    return Derivation(sympy.S.Zero, _steps(bound, limit))


def _check_removed_sample() -> None:
    r"""Check :math:`x^\top Gx=q/(1+\lambda q)` by the formula of Sherman and Morrison, N = 1."""
    removed = _FORM - _WEIGHT * _FORM**2 / (1 + _WEIGHT * _FORM)
    gap = sympy.cancel(removed - _FORM / (1 + _WEIGHT * _FORM))
    _require(gap == 0, "the resolvent without one sample")


def _form_variance() -> sympy.Expr:
    r"""Return c with :math:`\mathbb E|x^\top Ax-\operatorname{tr}A|^2=c\operatorname{tr}AA^*`.

    A is complex symmetric; the pairings of :math:`x_ax_bx_cx_d` but that of the two means are left.
    """
    mean = ((0, 1), (2, 3))
    left = [p for p in pairings(range(4)) if p != mean]
    _require(mean in list(pairings(range(4))), "the pairing of the means")
    return sympy.Integer(len(left))


def _check_variance(variance: sympy.Expr) -> None:
    r"""Check the number of pairings at a diagonal A: :math:`\mathbb E(x^2-1)^2` for each entry."""
    x = sympy.Symbol("x")
    _require(variance == gaussian_mean((x**2 - 1) ** 2, x), "the variance of a form")


def _require(truth: bool, what: str) -> None:
    if not truth:
        raise RmtcheckError(f"a step of leaving one sample out does not check: {what}")


def _steps(bound: sympy.Expr, limit: sympy.Expr) -> tuple[Step, ...]:
    return (
        Step(
            "trace (W - z) G = I and take sample n out of its own form, q_n = x_n.G_n.x_n / N",
            r"1+zs=\frac1d\sum_n\frac{\lambda_nq_n}{1+\lambda_nq_n},\quad"
            r"q_n=\tfrac1Nx_n^\top G_nx_n",
        ),
        Step(
            f"given V the resolvent G_n is independent of x_n, so E|q_n - tr G_n/N|^2 <= {bound}",
            rf"\mathbb E\Bigl|q_n-\frac{{\operatorname{{tr}}G_n}}N\Bigr|^2\le{sympy.latex(bound)}",
            "the constant is E(x^2 - 1)^2, by Gaussian moments",
        ),
        equation("which with d = gamma N tends to", sympy.Symbol("v"), limit),
        Step(
            "argued, not computed (docs/universality.md, Own samples): tr G_n differs from tr G by "
            "at most 1/Im z, and concentrates; the imaginary part of tr G/N stays away from 0, so "
            "for weights |lambda| <= L, with one L for all sizes, q_n may be replaced by tr G/N",
            r"\Bigl|\frac{\lambda q_n}{1+\lambda q_n}\Bigr|\le\frac{L\|x_n\|^2}"
            r"{N\operatorname{Im}z}",
        ),
        Step(
            "argued, not computed: so given V the means of s for H and for H~ solve the same "
            "equation up to errors that vanish; the weights have the same law, and the equation "
            "one solution, which depends continuously on the law: the difference tends to 0",
            r"\frac1s=-z+\mathbb E\Bigl[\frac{\lambda}{1+\gamma\lambda s}\,\Big|\,V\Bigr]",
        ),
    )

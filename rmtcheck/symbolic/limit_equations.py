r"""Equations of limiting Stieltjes transforms, from loop equations at every size.

A loop equation holds exactly at every size; Poincaré's inequality lets the trace be replaced by its
mean, and the terms of order 1/N drop out. The first moments of the solution are compared with
those that pairings give.
"""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic.derivation import Derivation, Step, equation, shown
from rmtcheck.symbolic.gaussian import pairings
from rmtcheck.symbolic.loop_equation import Resolvent, loop_equation, wigner_loop_equation
from rmtcheck.symbolic.wishart import trace_moment_limit
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import SampleCovariance, WignerMatrix

S = symbols.s
_MOMENTS = 5


def limit_equation(
    ensemble: Any, ratio: sympy.Expr | None, z: sympy.Expr = symbols.z
) -> Derivation:
    r"""Derive the equation of the limiting transform of an ensemble, :math:`P(z,s)=0`, P(z,0)=1.

    Parameters
    ----------
    ensemble : SampleCovariance or WignerMatrix
        The matrices.
    ratio : sympy expression or None
        Limit of d/N, for ensembles of two sizes.
    z : sympy expression
        The point.

    Returns
    -------
    Derivation
        Its result is the left side, a polynomial in s.

    Raises
    ------
    DomainError
        If the ensemble is of another kind, or the ratio does not fit.

    Notes
    -----
    Accuracy: exact.
    """
    if isinstance(ensemble, WignerMatrix):
        return wigner_equation(ensemble, z)
    if ratio is None:
        raise DomainError(f"{ensemble} has two sizes; say Along(d, N, ratio=gamma)")
    return covariance_equation(ensemble, ratio, z)


def covariance_equation(
    ensemble: SampleCovariance,
    gamma: sympy.Expr,
    z: sympy.Expr = symbols.z,
    s: sympy.Symbol = S,
) -> Derivation:
    r"""Derive the equation of the limiting Stieltjes transform of a sample covariance.

    .. math:: \gamma vzs^2 + (z-v(1-\gamma))s + 1 = 0

    Parameters
    ----------
    ensemble : SampleCovariance
        Entries of variance v.
    gamma : sympy expression
        Limit of d/N.
    z, s : sympy expression
        Names of the point and of the transform.

    Returns
    -------
    Derivation
        Its result is the left side, a polynomial in s.

    Raises
    ------
    DomainError
        If the ensemble is of another kind, or its variance is not positive.
    RmtcheckError
        If the moments of the solution differ from those of the pairings.

    Notes
    -----
    Accuracy: exact. The first moments of its solution are checked against pairings.

    References
    ----------
    V. A. Marchenko and L. A. Pastur, Math. USSR Sbornik 1 (1967), 457-483.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import N, d, gamma
    >>> covariance_equation(SampleCovariance(d, N), gamma).result
    gamma*s**2*z + s*(gamma + z - 1) + 1
    """
    if not isinstance(ensemble, SampleCovariance):
        raise DomainError(f"the ensemble is {ensemble}; accepted is a SampleCovariance")
    if ensemble.variance.is_positive is not True:
        raise DomainError(f"the variance is {ensemble.variance}; accepted are positive expressions")
    slope = sympy.Symbol("s'")
    d, N = sympy.Dummy("d", positive=True), sympy.Dummy("N", positive=True)
    finite = loop_equation(Resolvent(d, N, z, s, slope), ensemble.variance)
    limit = sympy.expand(finite.subs(d, gamma * N)).coeff(N, 0)
    result = sympy.collect(sympy.expand(1 + z * s - limit), s)
    found = moments_of(result, z, s, _MOMENTS)
    _compare_moments(found, ensemble.variance, gamma)
    return Derivation(result, _equation_steps(finite, result, found))


def moments_of(polynomial: sympy.Expr, z: sympy.Expr, s: sympy.Expr, order: int) -> list[Any]:
    r"""Return the moments of the solution :math:`s=-\sum_km_kz^{-k-1}` of a polynomial equation.

    Parameters
    ----------
    polynomial : sympy expression
        Left side of the equation, in z and s.
    z, s : sympy expression
        Its variables.
    order : int
        The highest moment.

    Returns
    -------
    list of sympy expression
        The moments 0 to ``order``.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> z, s = sympy.symbols("z s")
    >>> moments_of(s**2 + z * s + 1, z, s, 4)
    [1, 0, 1, 0, 2]
    """
    w, unknown = sympy.Dummy("w"), sympy.Dummy("m")
    series, found = sympy.S.Zero, []
    for k in range(order + 1):
        trial = series - w ** (k + 1) * unknown
        condition = sympy.expand(polynomial.subs({s: trial, z: 1 / w})).coeff(w, k)
        found.append(sympy.expand(sympy.solve(condition, unknown)[0]))
        series -= w ** (k + 1) * found[-1]
    return found


def wigner_equation(
    ensemble: WignerMatrix, z: sympy.Expr = symbols.z, s: sympy.Symbol = S
) -> Derivation:
    r"""Derive the equation of the limiting Stieltjes transform of a normalised Wigner matrix.

    .. math:: s^2 + zs + 1 = 0

    Parameters
    ----------
    ensemble : WignerMatrix
        Complex Gaussian entries of variance 1/d.
    z, s : sympy expression
        Names of the point and of the transform.

    Returns
    -------
    Derivation
        Its result is the left side, a polynomial in s.

    Raises
    ------
    DomainError
        If the ensemble is of another kind.
    RmtcheckError
        If the moments of the solution differ from those of the pairings.

    Notes
    -----
    Accuracy: exact. The first moments of its solution are checked against pairings.

    References
    ----------
    E. P. Wigner, Annals of Mathematics 62 (1955), 548-564.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import d
    >>> wigner_equation(WignerMatrix(d)).result
    s**2 + s*z + 1
    """
    if not isinstance(ensemble, WignerMatrix):
        raise DomainError(f"the ensemble is {ensemble}; accepted is a WignerMatrix")
    d = sympy.Dummy("d", positive=True)
    finite = wigner_loop_equation(Resolvent(d, d, z, s, sympy.Symbol("s'")))
    result = sympy.expand(1 + z * s - finite)
    found = moments_of(result, z, s, _MOMENTS + 1)
    for order, moment in enumerate(found):
        paired = sympy.limit(wigner_moment(order, d), d, sympy.oo)
        if moment != paired:
            raise RmtcheckError(f"moment {order} is {moment} by the equation, {paired} by pairings")
    return Derivation(result, _wigner_steps(finite, result, found))


def wigner_moment(order: int, d: sympy.Expr) -> sympy.Expr:
    r"""Return :math:`\frac1d\mathbb E\operatorname{tr}W^k` of a Gaussian Wigner matrix.

    Every pairing of the k factors identifies indices, :math:`\mathbb E[W_{ab}W_{ce}]=
    \delta_{ae}\delta_{bc}/d`; each class of equal indices gives a factor d.

    Parameters
    ----------
    order : int
        The order k, at least 0.
    d : sympy expression
        Dimension.

    Returns
    -------
    sympy expression
        Polynomial in 1/d.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> wigner_moment(4, sympy.Symbol("d"))
    2 + d**(-2)
    """
    loops = (_classes(order, pairing) for pairing in pairings(range(order)))
    terms = (d ** (loops_of_pairing - 1 - order // 2) for loops_of_pairing in loops)
    return sympy.expand(sympy.Add(*terms)) if order else sympy.S.One


def _classes(order: int, pairing: tuple[tuple[int, int], ...]) -> int:
    """Count the classes of the indices 0..k-1, factor p having the indices p and p + 1."""
    home = list(range(order))
    links = [((p + 1) % order, q) for p, q in pairing] + [((q + 1) % order, p) for p, q in pairing]
    for left, right in links:
        old, new = home[left], home[right]
        home = [new if place == old else place for place in home]
    return len(set(home))


def _wigner_steps(finite: sympy.Expr, result: sympy.Expr, moments: list[Any]) -> tuple[Step, ...]:
    check = ", ".join(map(str, moments))
    return (
        Step(
            "start from (W - z) G = I, traced: 1 + z E s = sum_ab E[W_ab G_ba] / d",
            r"1+z\,\mathbb Es=\frac1d\sum_{a,b}\mathbb E[W_{ab}G_{ba}]",
        ),
        Step(
            "Stein's identity and E[W_ab W_ba] = 1/d give at every size: "
            f"1 + z E s = E[{shown(finite)}]",
            rf"1+z\,\mathbb Es=\mathbb E\left[{sympy.latex(shown(finite))}\right]",
        ),
        Step(
            "Poincare's inequality lets s be replaced by its mean: Var s <= 1/(d^2 y^4), y = Im z",
            r"\operatorname{Var}s\le\frac1{d^2y^4},\quad y=\operatorname{Im}z",
        ),
        equation("in the limit", result, sympy.S.Zero),
        Step(
            "of its two roots one behaves like -1/z at infinity; E s converges to it, and s almost "
            "surely as Var s is summable",
            r"s(z)\sim-\tfrac1z",
        ),
        Step(
            f"its solution -sum m_k z^(-k-1) has the moments that the pairings give: {check}",
            ",\\; ".join(sympy.latex(m) for m in moments),
        ),
    )


def _compare_moments(found: list[Any], variance: sympy.Expr, gamma: sympy.Expr) -> None:
    """Compare the moments of the equation with those from pairings."""
    for k, moment in enumerate(found):
        paired = variance**k * trace_moment_limit(k, gamma)
        if sympy.expand(moment - paired) != 0:
            raise RmtcheckError(f"moment {k} is {moment} by the equation and {paired} by pairings")


def _equation_steps(finite: sympy.Expr, result: sympy.Expr, moments: list[Any]) -> tuple[Step, ...]:
    transform = Step(
        "start from (W - z) G = I, traced: 1 + z E s = sum_abn E[x_an x_bn G_ba] / (d N)",
        r"1+z\,\mathbb Es=\frac1d\mathbb E\operatorname{tr}WG"
        r"=\frac1{dN}\sum_{a,b,n}\mathbb E[X_{an}X_{bn}G_{ba}]",
    )
    right = shown(finite)
    stein = Step(
        f"Stein's identity in x_an and dG = -G dW G give at every size: 1 + z E s = E[{right}]",
        rf"1+z\,\mathbb Es=\mathbb E\left[{sympy.latex(right)}\right]",
    )
    variance = Step(
        "Poincare's inequality lets s be replaced by its mean, and s' is bounded: "
        "Var s <= 4 v (1/y^3 + |z|/y^4) / (d N) with y = Im z",
        r"\operatorname{Var}s\le\frac{4v}{dN}\Bigl(\frac1{y^3}+\frac{|z|}{y^4}\Bigr),"
        r"\quad|s'|\le y^{-2},\quad y=\operatorname{Im}z",
    )
    last = equation("the limit d/N -> gamma is", result, sympy.S.Zero)
    check = ", ".join(map(str, moments))
    pairs = Step(
        f"its solution -sum m_k z^(-k-1) has the moments that the pairings give: {check}",
        ",\\; ".join(sympy.latex(m) for m in moments),
    )
    unique = Step(
        "of its two roots one behaves like -1/z at infinity, and their difference vanishes nowhere "
        "off the real line: E s converges to that root, and s almost surely as Var s is summable",
        r"s(z)\sim-\tfrac1z",
    )
    return transform, stein, variance, last, unique, pairs

r"""The Marchenko-Pastur law, proved for all moments at once, and printed laws held against it.

1. `covariance_equation` derives the equation of the limiting Stieltjes transform.
2. `stieltjes_of` gives the exact transform of a printed law.
3. `law_defect` puts the second into the first, for an aspect ratio below and above 1 separately,
   and searches an exact point of difference where that does not prove the law.

A probability law whose transform solves the equation is the limit: of its two roots one behaves
like :math:`-1/z` at infinity, the other like a non-zero constant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import sympy

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic.derivation import Derivation, Step, equation, shown
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.loop_equation import Resolvent, loop_equation
from rmtcheck.symbolic.printed import Values, difference_at, resolved
from rmtcheck.symbolic.radical import RadicalDensity, recognize, sign_of
from rmtcheck.symbolic.wishart import trace_moment_limit
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import SampleCovariance
from rmtcheck.vocabulary.laws import PrintedLaw

S = sympy.Symbol("s", complex=True)
_MOMENTS = 5
_RATIOS = tuple(
    sympy.Rational(*q) for q in ((1, 4), (4, 1), (4, 9), (9, 4), (1, 9), (1, 3), (3, 1))
)


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


def stieltjes_of(law: PrintedLaw, z: sympy.Expr) -> sympy.Expr | None:
    r"""Return the exact Stieltjes transform of a printed law.

    .. math:: c\pi\bigl[z^kr(z)-P_\infty(z)-P_0(z)\bigr] + \frac{m}{x_0-z},
              \qquad r(z)=\sqrt{z-a}\sqrt{z-b}

    Parameters
    ----------
    law : PrintedLaw
        Density :math:`c\,x^k\sqrt{(b-x)(x-a)}` with :math:`-3\le k\le3`, and an atom.
    z : sympy expression
        A point off the interval; the product of principal roots is the branch that is ~ z.

    Returns
    -------
    sympy expression or None
        None for other densities.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import x, z
    >>> semicircle = PrintedLaw(sympy.sqrt((2 - x) * (x + 2)) / (2 * sympy.pi), -2, 2)
    >>> stieltjes_of(semicircle, z)
    -z/2 + sqrt(z - 2)*sqrt(z + 2)/2
    """
    density = recognize(law)
    if density is None:
        return None
    radical = sympy.sqrt(z - density.a) * sympy.sqrt(z - density.b)
    rational = sympy.expand(density.rational_part(z)) + law.mass / (law.atom - z)
    return rational + density.radical_part(z) * radical


def law_defect(
    ensemble: SampleCovariance, law: PrintedLaw, ratio: sympy.Expr = symbols.gamma
) -> ZeroTest:
    r"""Decide whether a printed law is the limiting spectral law of a sample covariance.

    Parameters
    ----------
    ensemble : SampleCovariance
        Entries of variance v.
    law : PrintedLaw
        Density, interval and atom, as printed.
    ratio : sympy expression, default gamma
        Limit of d/N: a positive number, or an expression in one positive symbol.

    Returns
    -------
    ZeroTest
        Yes if the transform solves the equation identically, below and above ratio 1, and the law
        is a probability; no with rational parameters where mass, atom or density are wrong;
        unknown otherwise.

    Raises
    ------
    DomainError
        If the ensemble is of another kind, or the ratio is not positive.

    Notes
    -----
    Accuracy: exact; densities with radicals are compared as in `equality.are_equal`.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import N, d
    >>> half = SampleCovariance(d, N, sympy.Rational(1, 2))
    >>> law_defect(half, inverted(SampleCovariance(d, N), symbols.gamma)).witness
    'at gamma = 1/4: the density at x = 3/16 is 0, and must be 4*sqrt(15)/(3*pi)'
    """
    ratio = sympy.sympify(ratio)
    if ratio.is_positive is not True:
        raise DomainError(f"the ratio is {ratio}; accepted are positive expressions")
    reference = _proved_limit(ensemble, ratio)
    if reference is None:
        return ZeroTest(Answer.UNKNOWN, "the limiting law could not be derived")
    for point in _points(ensemble, law, ratio):
        difference = difference_at(law, reference, point)
        if difference:
            return ZeroTest(Answer.NO, difference)
    if is_solution(ensemble, law, ratio):
        return ZeroTest(Answer.YES, _PROOF)
    return ZeroTest(Answer.UNKNOWN, "neither a proof nor a point of difference was found")


def inverted(ensemble: SampleCovariance, ratio: sympy.Expr) -> PrintedLaw:
    r"""Return the law that Stieltjes inversion reads from the equation.

    With the equation :math:`\alpha s^2+\beta s+1=0` the density is
    :math:`\sqrt{4\alpha-\beta^2}/(2\pi\alpha)`; an atom at 0 has the mass m that solves the
    equation for :math:`s\sim-m/z`.

    Parameters
    ----------
    ensemble : SampleCovariance
        Entries of variance v.
    ratio : sympy expression
        Limit of d/N.

    Returns
    -------
    PrintedLaw
        A candidate, which `is_solution` proves.

    Notes
    -----
    Accuracy: exact.
    """
    x = PrintedLaw.variable
    left = covariance_equation(ensemble, ratio, x).result
    alpha, beta = (sympy.expand(left).coeff(S, power) for power in (2, 1))
    discriminant = sympy.Poly(beta**2 - 4 * alpha, x)
    _, linear, constant = discriminant.all_coeffs()
    half = sympy.sqrt(sympy.factor(linear**2 / 4 - constant))
    lower, upper = (sympy.expand(-linear / 2 + side * half) for side in (-1, 1))
    density = sympy.sqrt((upper - x) * (x - lower)) / (2 * sympy.pi * alpha)
    return PrintedLaw(density, lower, upper, 0, sympy.Max(0, 1 - 1 / ratio))


@lru_cache(maxsize=16)
def _proved_limit(ensemble: SampleCovariance, ratio: sympy.Expr) -> PrintedLaw | None:
    candidate = inverted(ensemble, ratio)
    return candidate if is_solution(ensemble, candidate, ratio) else None


def is_solution(ensemble: SampleCovariance, law: PrintedLaw, ratio: sympy.Expr) -> bool:
    r"""Return whether a law is proved to be a probability whose transform solves the equation.

    Parameters
    ----------
    ensemble : SampleCovariance
        Entries of variance v.
    law : PrintedLaw
        The law.
    ratio : sympy expression
        Limit of d/N.

    Returns
    -------
    bool
        False where it is not proved.

    Notes
    -----
    Accuracy: exact.
    """
    equations = covariance_equation(ensemble, ratio).result
    return all(_solves(equations.subs(case), law, case) for case in _cases(ratio))


def _solves(left: sympy.Expr, law: PrintedLaw, case: Mapping[Any, Any]) -> bool:
    """Return whether the law solves the equation in one case of the ratio."""
    there = PrintedLaw(*(resolved(part.subs(case)) for part in law.args))
    density = recognize(there)
    if density is None or sign_of(density.c) != 1 or sign_of(there.mass) != 1:
        return False
    if sign_of(density.b - density.a) != 1 or sign_of(density.a) != 1:
        return False
    has_mass_one = sympy.cancel(density.mass() + there.mass - 1) == 0
    return has_mass_one and all(part == 0 for part in _residual(left, density, there))


def _residual(left: sympy.Expr, density: RadicalDensity, law: PrintedLaw) -> Iterator[sympy.Expr]:
    """Yield the factor of the radical in the residual, and the rational part."""
    z, radical = symbols.z, sympy.Dummy("r")
    rational = density.rational_part(z) + law.mass / (law.atom - z)
    whole = sympy.expand(left.subs(S, rational + density.radical_part(z) * radical))
    square = (z - density.a) * (z - density.b)
    yield sympy.cancel(whole.coeff(radical, 1))
    even = whole.coeff(radical, 0) + whole.coeff(radical, 2) * square
    yield sympy.cancel(sympy.expand(even))


def _cases(ratio: sympy.Expr) -> tuple[dict[Any, Any], ...]:
    """Return the substitutions that make 1 - ratio of one sign and its root rational."""
    names = ratio.free_symbols
    if not names:
        return ({},)
    if len(names) > 1:
        raise DomainError(f"the ratio is {ratio}; accepted are expressions in one symbol")
    (name,) = names
    small = sympy.Dummy("tau", nonnegative=True)
    large = sympy.Dummy("tau", positive=True)
    return ({name: (1 + small) ** -2}, {name: (1 + large) ** 2})


def _points(ensemble: SampleCovariance, law: PrintedLaw, ratio: sympy.Expr) -> Iterator[Values]:
    """Yield rational values of every parameter; all others than the ratio start from 1."""
    names = law.free_symbols | ensemble.variance.free_symbols | ratio.free_symbols
    others = sorted(names - ratio.free_symbols - {PrintedLaw.variable}, key=str)
    for shift, value in enumerate(_RATIOS):
        point: dict[sympy.Symbol, sympy.Expr] = dict.fromkeys(ratio.free_symbols, value)
        step = (shift + 1) // 2
        yield {**point, **{name: sympy.Integer(k + 1 + step) for k, name in enumerate(others)}}


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


_PROOF = (
    "its Stieltjes transform solves the equation identically for ratios up to 1 and above 1, "
    "and the law is a probability"
)

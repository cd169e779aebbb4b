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

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.limit_equations import S as S
from rmtcheck.symbolic.limit_equations import covariance_equation as covariance_equation
from rmtcheck.symbolic.limit_equations import limit_equation
from rmtcheck.symbolic.limit_equations import moments_of as moments_of
from rmtcheck.symbolic.printed import Values, difference_at, resolved
from rmtcheck.symbolic.radical import RadicalDensity, recognize, sign_of
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import SampleCovariance, WignerMatrix
from rmtcheck.vocabulary.laws import PrintedLaw

Ensemble = SampleCovariance | WignerMatrix
_SIZES = (symbols.d, symbols.N)
_RATIOS = tuple(
    sympy.Rational(*q) for q in ((1, 4), (4, 1), (4, 9), (9, 4), (1, 9), (1, 3), (3, 1))
)


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
    ensemble: Ensemble, law: PrintedLaw, ratio: sympy.Expr | None = symbols.gamma
) -> ZeroTest:
    r"""Decide whether a printed law is the limiting spectral law of an ensemble.

    Parameters
    ----------
    ensemble : SampleCovariance or WignerMatrix
        The matrices.
    law : PrintedLaw
        Density, interval and atom, as printed.
    ratio : sympy expression or None, default gamma
        Limit of d/N: a positive number, or an expression in one positive symbol; None for an
        ensemble of one size.

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
    ratio = None if isinstance(ensemble, WignerMatrix) else sympy.sympify(ratio)
    if ratio is not None and ratio.is_positive is not True:
        raise DomainError(f"the ratio is {ratio}; accepted are positive expressions")
    reference = _proved_limit(ensemble, ratio)
    if reference is None:
        return ZeroTest(Answer.UNKNOWN, "the limiting law could not be derived")
    for point in _points(ensemble, law, ratio):
        difference = difference_at(law, reference, point)
        if difference:
            return ZeroTest(Answer.NO, difference)
    if is_solution(ensemble, law, ratio):
        return ZeroTest(Answer.YES, _PROOF + (_SPLIT if ratio and ratio.free_symbols else ""))
    return ZeroTest(Answer.UNKNOWN, "neither a proof nor a point of difference was found")


def inverted(ensemble: Ensemble, ratio: sympy.Expr | None) -> PrintedLaw:
    r"""Return the law that Stieltjes inversion reads from the equation.

    With the equation :math:`\alpha s^2+\beta s+1=0` the density is
    :math:`\sqrt{4\alpha-\beta^2}/(2\pi\alpha)`; an atom at 0 has the mass m that solves the
    equation for :math:`s\sim-m/z`.

    Parameters
    ----------
    ensemble : SampleCovariance or WignerMatrix
        The matrices.
    ratio : sympy expression or None
        Limit of d/N, None for an ensemble of one size.

    Returns
    -------
    PrintedLaw
        A candidate, which `is_solution` proves.

    Notes
    -----
    Accuracy: exact.
    """
    x = PrintedLaw.variable
    left = limit_equation(ensemble, ratio, x).result
    alpha, beta = (sympy.expand(left).coeff(S, power) for power in (2, 1))
    discriminant = sympy.Poly(beta**2 - 4 * alpha, x)
    _, linear, constant = discriminant.all_coeffs()
    half = sympy.sqrt(sympy.factor(linear**2 / 4 - constant))
    lower, upper = (sympy.expand(-linear / 2 + side * half) for side in (-1, 1))
    density = sympy.sqrt((upper - x) * (x - lower)) / (2 * sympy.pi * alpha)
    mass = 0 if ratio is None else sympy.Max(0, 1 - 1 / ratio)
    return PrintedLaw(density, lower, upper, 0, mass)


@lru_cache(maxsize=16)
def _proved_limit(ensemble: Ensemble, ratio: sympy.Expr | None) -> PrintedLaw | None:
    candidate = inverted(ensemble, ratio)
    return candidate if is_solution(ensemble, candidate, ratio) else None


def is_solution(ensemble: Ensemble, law: PrintedLaw, ratio: sympy.Expr | None) -> bool:
    r"""Return whether a law is proved to be a probability whose transform solves the equation.

    Parameters
    ----------
    ensemble : SampleCovariance or WignerMatrix
        The matrices.
    law : PrintedLaw
        The law.
    ratio : sympy expression or None
        Limit of d/N, None for an ensemble of one size.

    Returns
    -------
    bool
        False where it is not proved.

    Notes
    -----
    Accuracy: exact.
    """
    equations = limit_equation(ensemble, ratio).result
    return all(_solves(equations.subs(case), law, case) for case in _cases(ratio))


def _solves(left: sympy.Expr, law: PrintedLaw, case: Mapping[Any, Any]) -> bool:
    """Return whether the law solves the equation in one case of the ratio."""
    there = PrintedLaw(*(resolved(part.subs(case)) for part in law.args))
    density = recognize(there)
    if density is None or sign_of(density.c) != 1 or sign_of(there.mass) != 1:
        return False
    if sign_of(density.b - density.a) != 1 or (density.k % 2 and sign_of(density.a) != 1):
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


def _cases(ratio: sympy.Expr | None) -> tuple[dict[Any, Any], ...]:
    """Return the substitutions that make 1 - ratio of one sign and its root rational."""
    names = set() if ratio is None else ratio.free_symbols
    if not names:
        return ({},)
    if len(names) > 1:
        raise DomainError(f"the ratio is {ratio}; accepted are expressions in one symbol")
    (name,) = names
    small = sympy.Dummy("tau", nonnegative=True)
    large = sympy.Dummy("tau", positive=True)
    return ({name: (1 + small) ** -2}, {name: (1 + large) ** 2})


def _points(ensemble: Ensemble, law: PrintedLaw, ratio: sympy.Expr | None) -> Iterator[Values]:
    """Yield rational values of every parameter; all others than the ratio start from 1."""
    ratios = set() if ratio is None else ratio.free_symbols
    names = law.free_symbols | ensemble.free_symbols | ratios
    others = sorted(names - ratios - {PrintedLaw.variable, *_SIZES}, key=str)
    for shift, value in enumerate(_RATIOS):
        point: dict[sympy.Symbol, sympy.Expr] = dict.fromkeys(ratios, value)
        step = (shift + 1) // 2
        yield {**point, **{name: sympy.Integer(k + 1 + step) for k, name in enumerate(others)}}


_PROOF = "the law is a probability, and its Stieltjes transform solves the equation identically"
_SPLIT = ", for ratios up to 1 and above 1"

r"""Weak convergence read from Stieltjes transforms, by smoothing with the Poisson kernel.

*Necessity.* :math:`x\mapsto1/(x-z)` is continuous and bounded by :math:`1/\operatorname{Im}z`.

*Sufficiency.* Let f have Lipschitz constant L and be bounded by 1, and let :math:`\mu_n,\mu` be
probabilities. Since :math:`\frac1\pi\operatorname{Im}S_\mu(\cdot+i\eta)` is the density of
:math:`\mu` convolved with the Poisson kernel,

.. math:: \Bigl|\int f\,d\mu_n-\int f\,d\mu\Bigr|\le 2\sup|f-P_\eta f|
          +\int\frac1\pi\bigl|\operatorname{Im}S_{\mu_n}(x+i\eta)
          -\operatorname{Im}S_\mu(x+i\eta)\bigr|\,dx .

The densities converge pointwise and all have mass 1, the limit too, so the last term vanishes
(Scheffé); the first is at most :math:`2\int\min(L\eta|u|,2)\frac{du}{\pi(1+u^2)}` and vanishes with
:math:`\eta`. Bounded Lipschitz functions determine weak convergence (portmanteau).
"""

from __future__ import annotations

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.determination import indistinguishable
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.point_masses import at_point_mass
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.measures import (
    BoundedProbabilityMeasures,
    Measure,
    ProbabilityMeasures,
    SignedMeasures,
    Stieltjes,
    SubProbabilityMeasures,
)

_X, _T = symbols.x, symbols.t
_ETA = sympy.Symbol("eta", positive=True)
_H = sympy.Symbol("h", positive=True)
_U = sympy.Symbol("u", positive=True)


def transform_criterion(measure: Measure) -> Derivation:
    """Derive that pointwise convergence of transforms is weak convergence to a probability.

    Parameters
    ----------
    measure : Measure
        The limit.

    Returns
    -------
    Derivation
        Its result is the transform, whose convergence is the criterion.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact; Scheffé's lemma and the portmanteau theorem are cited.

    References
    ----------
    P. Billingsley, *Convergence of probability measures*, theorems 2.1 and 16.12 (Scheffé).
    """
    transform = Stieltjes(measure, symbols.z)
    density = _smoothed_density()
    error = _smoothing_error()
    steps = (
        Step(
            "necessity, as 1/(x - z) is continuous and bounded (|x - z|^2 - (Im z)^2 is a square)",
            r"\Bigl|\frac1{x-z}\Bigr|\le\frac1{\operatorname{Im}z}",
        ),
        equation(
            "sufficiency, as (1/pi) Im S(x + i eta) is a convolution with a density of mass 1",
            sympy.Symbol("P"),
            density,
        ),
        equation(
            "with h = L eta a function bounded by 1, of Lipschitz constant L, moves by at most",
            sympy.Symbol("delta"),
            error,
        ),
        Step("which vanishes with the height", r"\delta\to0\quad(h\to0)"),
        Step(
            "the smoothed densities converge pointwise and keep mass 1, hence in mean (Scheffe)",
            r"\int\bigl|\operatorname{Im}S_{\mu_n}-\operatorname{Im}S_\mu\bigr|(x+i\eta)\,dx\to0",
        ),
        Step(
            "so integrals of bounded Lipschitz functions converge, which is weak convergence",
            r"\int f\,d\mu_n\to\int f\,d\mu",
        ),
        Step(
            "for random measures, almost sure convergence at each z of a countable dense set is "
            "almost sure convergence at all z, as transforms are Lipschitz",
            r"|S(z)-S(w)|\le\frac{|z-w|}{\operatorname{Im}z\,\operatorname{Im}w}",
        ),
    )
    return Derivation(transform, steps)


def compare_criterion(data: sympy.Tuple, limits: sympy.Basic) -> ZeroTest:
    """Decide whether convergence of data is weak convergence to a limit of a class.

    Parameters
    ----------
    data : Tuple of functionals
        A free symbol in one of them takes all its values.
    limits : class of measures
        To which the limit belongs; the sequence consists of probability measures.

    Returns
    -------
    ZeroTest
        Yes for the transform and probabilities; no with a sequence that has the data of the limit
        without converging to it; unknown otherwise.

    Notes
    -----
    Accuracy: exact.
    """
    is_transform = all(f.func == Stieltjes and f.args[1] == symbols.z for f in data)
    if is_transform and isinstance(limits, ProbabilityMeasures | BoundedProbabilityMeasures):
        return ZeroTest(
            Answer.YES, "by Poisson smoothing, with Scheffe's lemma and the portmanteau theorem"
        )
    if is_transform and isinstance(limits, SubProbabilityMeasures | SignedMeasures):
        return ZeroTest(Answer.NO, _escaping())
    witness = indistinguishable(data) if isinstance(limits, ProbabilityMeasures) else None
    if witness is None:
        return ZeroTest(Answer.UNKNOWN, "neither a proof nor a sequence was found")
    return ZeroTest(Answer.NO, f"mu_n = nu for all n does not converge to mu: {witness}")


def _smoothed_density() -> sympy.Expr:
    """Return the Poisson kernel after checking bound, form and mass."""
    z = _T + sympy.I * _ETA
    kernel = at_point_mass(Stieltjes(Measure("mu"), z), _X)
    gap = (_X - z) * (_X - z.conjugate()) - _ETA**2 - (_T - _X) ** 2
    _require(sympy.expand(gap, complex=True) == 0, "the kernel is bounded")
    density = sympy.factor(sympy.im(kernel).expand(complex=True)) / sympy.pi
    mass = sympy.integrate(density.subs(_X, 0), (_T, -sympy.oo, sympy.oo))
    _require(sympy.simplify(mass) == 1, "the smoothed density has mass 1")
    return density


def _smoothing_error() -> sympy.Expr:
    r"""Return :math:`\int\min(h|u|,2)\frac{du}{\pi(1+u^2)}` after checking that it vanishes."""
    cut = 2 / _H
    near = sympy.integrate(2 * _H * _U / (1 + _U**2), (_U, 0, cut))
    far = sympy.integrate(4 / (1 + _U**2), (_U, cut, sympy.oo))
    error = sympy.simplify((near + far) / sympy.pi)
    _require(sympy.limit(error, _H, 0, "+") == 0, "the smoothing error vanishes")
    return error


def _escaping() -> str:
    n = sympy.Symbol("n", positive=True)
    transform = at_point_mass(Stieltjes(Measure("mu"), symbols.z), n)
    _require(sympy.limit(transform, n, sympy.oo) == 0, "the transforms of delta_n vanish")
    return (
        "mu_n = delta_n, mu = 0: the transforms 1/(n - z) tend to 0 at every z, while the integral "
        "of the constant 1 is 1 for every n and 0 in the limit"
    )


def _require(truth: bool, what: str) -> None:
    if not truth:
        raise RmtcheckError(f"a step of the continuity theorem does not check: {what}")

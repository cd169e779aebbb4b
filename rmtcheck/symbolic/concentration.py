r"""Concentration of resolvent traces: by bounded differences, or not at all.

*Rank one.* For Hermitian :math:`A` and a vector u let :math:`q_k=u^*(A-z)^{-k}u`. By Sherman and
Morrison

.. math:: \operatorname{tr}(A+\lambda uu^*-z)^{-1}-\operatorname{tr}(A-z)^{-1}
          = -\frac{q_2}{1/\lambda+q_1},

and :math:`|q_2|\le\sum_i|u_i|^2/|\mu_i-z|^2=\operatorname{Im}q_1/\operatorname{Im}z` in the
eigenbasis of A, while :math:`|1/\lambda+q_1|\ge\operatorname{Im}q_1`. So a change of rank r moves
:math:`s_A` by at most :math:`r/(d\operatorname{Im}z)`.

*Many parts.* With N independent parts McDiarmid's inequality for the real and for the imaginary
part gives :math:`\Pr(|s-\mathbb Es|\ge\tau)\le4\exp(-\tau^2d^2(\operatorname{Im}z)^2/(Nr^2))`.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import IndependentParts, RandomHermitian
from rmtcheck.vocabulary.quantities import Along

_TAU, _Y, _D, _N, _RANK = sympy.symbols("tau y d N r", positive=True)


@dataclass(frozen=True)
class Tail:
    r"""The bound :math:`4e^{-c}` on :math:`\Pr(|s-\mathbb Es|\ge\tau)`, y = Im z.

    Parameters
    ----------
    exponent : sympy expression
        The number c, in tau, y, d, N and r.
    """

    exponent: sympy.Expr


def concentration() -> Derivation:
    """Derive the tail of a resolvent trace of independent parts.

    Returns
    -------
    Derivation
        Its result is a `Tail`.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact; McDiarmid's inequality and the Borel-Cantelli lemma are cited.

    References
    ----------
    C. McDiarmid, *On the method of bounded differences*, 1989.

    Examples
    --------
    >>> concentration().result.exponent
    d**2*tau**2*y**2/(N*r**2)
    """
    _check_sherman_morrison()
    _check_imaginary_part()
    difference = _RANK / (_D * _Y)
    # McDiarmid: 2 exp(-2 u^2 / sum of c_k^2) for each real part, at u = tau / sqrt 2
    exponent = sympy.simplify(2 * (_TAU / sympy.sqrt(2)) ** 2 / (_N * difference**2))
    return Derivation(Tail(exponent), (*_steps(difference), *_last(exponent)))


def compare_concentration(
    found: Tail, objects: sympy.Basic, along: Along, value: sympy.Expr
) -> ZeroTest:
    r"""Decide whether :math:`|s-\mathbb Es|` tends almost surely to a value, for a class.

    Parameters
    ----------
    found : Tail
        The tail for independent parts.
    objects : RandomHermitian or IndependentParts
        The class.
    along : Along
        How the sizes grow.
    value : sympy expression
        The claimed limit.

    Returns
    -------
    ZeroTest
        Yes if the tail is summable; no with a sequence of matrices; unknown otherwise.

    Notes
    -----
    Accuracy: exact.
    """
    value = sympy.sympify(value)
    if value != 0:
        text = f"A = 0 at every size: |s - E s| is 0, and tends to 0, not to {value}"
        return ZeroTest(Answer.NO, text) if value.is_number else _OPEN
    if isinstance(objects, RandomHermitian):
        return ZeroTest(Answer.NO, _one_coin())
    if isinstance(objects, IndependentParts) and _is_summable(found, objects, along):
        return ZeroTest(Answer.YES, "the tail is summable, so almost surely (Borel-Cantelli)")
    return _OPEN


def _is_summable(found: Tail, objects: IndependentParts, along: Along) -> bool:
    """Whether the exponent grows faster than the logarithm of the dimension."""
    if along.then is not None or not along.sizes or along.sizes[0] != symbols.d:
        return False
    growth = {symbols.d: _D}
    if len(along.sizes) == 2 and along.ratio is not None:
        growth[along.sizes[1]] = _D / along.ratio
    parts, rank = (size.subs(growth) for size in (objects.N, objects.rank))
    if not (parts.is_positive and rank.is_nonnegative):
        return False
    exponent = found.exponent.subs({_N: parts, _RANK: rank or sympy.S.One})
    return bool(sympy.limit(exponent / sympy.log(_D), _D, sympy.oo) == sympy.oo)


def _one_coin() -> str:
    """Return the counter-example of a single part of full rank, evaluated at z = i."""
    z = symbols.z
    heads, tails = 1 / (1 - z), 1 / (-1 - z)
    deviation = sympy.cancel(heads - (heads + tails) / 2)
    size = sympy.Abs(deviation.subs(z, sympy.I))
    _require(size != 0, "a fair multiple of the identity does not concentrate")
    return (
        f"A = xi I with one fair sign xi at every size: s - E s = +-({deviation}), of modulus "
        f"{size} at z = i whatever the dimension"
    )


def _check_sherman_morrison() -> None:
    r"""Check :math:`(M+\lambda uu^*)(M^{-1}-\lambda M^{-1}uu^*M^{-1}/(1+\lambda q))=I`.

    Multiplied out, it is I plus a multiple of :math:`uu^*M^{-1}`, whose coefficient must vanish.
    """
    strength, q = sympy.symbols("lambda q")
    correction = strength / (1 + strength * q)
    coefficient = strength - correction - strength * q * correction
    _require(sympy.cancel(coefficient) == 0, "the formula of Sherman and Morrison")


def _check_imaginary_part() -> None:
    """Check Im 1/(m - z) = Im z / |m - z|^2, term by term in the eigenbasis."""
    m, x = sympy.symbols("m x", real=True)
    z = x + sympy.I * _Y
    gap = sympy.im((1 / (m - z)).expand(complex=True)) - _Y / ((m - x) ** 2 + _Y**2)
    _require(sympy.simplify(gap) == 0, "the imaginary part of a resolvent")


def _require(truth: bool, what: str) -> None:
    if not truth:
        raise RmtcheckError(f"a step of the concentration of traces does not check: {what}")


def _steps(difference: sympy.Expr) -> tuple[Step, ...]:
    return (
        Step(
            "a change of rank one moves the trace by (Sherman-Morrison, q_k = u* (A - z)^-k u): "
            "-q_2 / (1/lambda + q_1)",
            r"\operatorname{tr}(A+\lambda uu^*-z)^{-1}-\operatorname{tr}(A-z)^{-1}"
            r"=-\frac{q_2}{1/\lambda+q_1},\quad q_k=u^*(A-z)^{-k}u",
        ),
        Step(
            "in the eigenbasis of A this is at most 1/Im z: |q_2| <= Im q_1 / Im z and "
            "|1/lambda + q_1| >= Im q_1",
            r"|q_2|\le\sum_i\frac{|u_i|^2}{|\mu_i-z|^2}=\frac{\operatorname{Im}q_1}"
            r"{\operatorname{Im}z},\qquad\Bigl|\frac1\lambda+q_1\Bigr|\ge\operatorname{Im}q_1",
        ),
        equation("so one part moves s by at most, y = Im z", sympy.Symbol("c"), difference),
    )


def _last(exponent: sympy.Expr) -> tuple[Step, ...]:
    return (
        Step(
            "McDiarmid's inequality for the real and the imaginary part, each at tau/sqrt 2: "
            f"P(|s - E s| >= tau) <= 4 exp(-{exponent})",
            rf"\Pr(|s-\mathbb Es|\ge\tau)\le4\exp\Bigl(-{sympy.latex(exponent)}\Bigr)",
        ),
    )


_OPEN = ZeroTest(Answer.UNKNOWN, "neither a summable tail nor a counter-example was found")

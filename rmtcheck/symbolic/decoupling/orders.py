r"""How fast the mean traces of H and of its decoupled copy approach each other.

At most like 1/N, by the bound :math:`2C/(d\operatorname{Im}z)`, whatever the weight is; exactly
like 1/N where the bias does not vanish. With :math:`c=\mathbb E[\lambda(\|u\|^2-C)]` the bias is
:math:`-\frac c{\gamma z^2}(1+O(1/z))` and analytic in z: for :math:`c\ne0` it vanishes at isolated
points at most. For the weight :math:`1(u>0)` of one field the two matrices have the same law.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.decoupling.compression import compression
from rmtcheck.symbolic.decoupling.response import bias, share_of_sample
from rmtcheck.symbolic.decoupling.small_weights import WORDS, first_order
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import FieldWeighted, RadialWeights

_N = sympy.Symbol("N", positive=True)


@dataclass(frozen=True)
class Decay:
    """The exponent of N in the bound, and the weights for which it is the exact order.

    Parameters
    ----------
    exponent : sympy expression
        Of the bound.
    coefficient : sympy expression
        The coefficient of epsilon for small quadratic weights, an exact mean at every size.
    weights : WeightFunctions
        The class of weights that the question speaks of.
    """

    exponent: sympy.Expr
    coefficient: sympy.Expr
    weights: sympy.Basic


def decay(difference: sympy.Expr, matrix: FieldWeighted) -> Derivation:
    """Derive the order of a difference of mean traces.

    Parameters
    ----------
    difference : sympy expression
        Of the mean traces of H and its decoupled copy.
    matrix : FieldWeighted
        Either of them.

    Returns
    -------
    Derivation
        Its result is a `Decay`.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact.
    """
    found = compression(matrix)
    bound = found.result.subs(matrix.d, symbols.gamma * _N)
    coefficient = first_order(difference)
    result = Decay(_exponent(bound), coefficient, matrix.weights)
    if (
        matrix.fields != 0
        and _exponent(coefficient.subs(matrix.d, symbols.gamma * _N)) != result.exponent
    ):
        raise RmtcheckError(f"small weights decay like {coefficient}, the bound like {bound}")
    upper = equation("with d = gamma N the bound is", sympy.Symbol("delta"), bound)
    steps = (*found.steps, upper, *(_sharp() if _is_radial(matrix) else ()))
    return Derivation(result, steps)


def compare_decay(found: Decay, exponent: sympy.Expr, *, tight: bool) -> ZeroTest:
    """Decide a claimed order.

    Parameters
    ----------
    found : Decay
        What is derived.
    exponent : sympy expression
        Of N.
    tight : bool
        Whether the exact order is claimed.

    Returns
    -------
    ZeroTest
        Yes, no with a weight, or unknown.

    Notes
    -----
    Accuracy: exact.
    """
    if tight and found.exponent == -sympy.oo:
        return ZeroTest(Answer.NO, "C = 0: without fields H and H~ are the same matrix")
    if exponent < found.exponent or (tight and exponent != found.exponent):
        text = f"{WORDS}: the coefficient of epsilon is {found.coefficient}, of exact order 1/N"
        return ZeroTest(Answer.NO, text)
    if not tight:
        return ZeroTest(Answer.YES, f"the difference is at most of order N^({found.exponent})")
    if isinstance(found.weights, RadialWeights):
        text = "N times it tends to the bias, which is not identically 0 as E[lambda(|u|^2-C)] != 0"
        return ZeroTest(Answer.YES, text)
    return ZeroTest(Answer.NO, _gate())


def _is_radial(matrix: FieldWeighted) -> bool:
    return isinstance(matrix.weights, RadialWeights)


def _exponent(expr: sympy.Expr) -> sympy.Expr:
    """Return the power of N of a monomial, -oo for 0."""
    if expr == 0:
        return -sympy.oo
    return sympy.simplify(_N * sympy.diff(expr, _N) / expr)


def _gate() -> str:
    """Return the weight without any bias."""
    return (
        "lambda = 1(u > 0), C = 1: the sign of u is independent of x x^T, which does not change "
        "when x does to -x, so H and H~ have the same law and the difference is 0 at every size"
    )


def _sharp() -> tuple[Step, ...]:
    """Return the argument for the exact order: the bias far from the spectrum."""
    s, weight, gamma = symbols.s, symbols.weight, symbols.gamma
    if share_of_sample().subs(s, 0) != 1:
        raise RmtcheckError("a step of the exact order does not check: the share at s = 0")
    mean = sympy.Symbol("c")
    far = sympy.simplify(-sympy.diff(-mean / symbols.z, symbols.z) / gamma)
    return (
        *bias().steps,
        equation("far out, where s = -1/z, with c = E[lambda (|u|^2 - C)] it is", "b", far),
        Step(
            "an analytic function that is not identically 0 vanishes at isolated points only; at "
            "all other z the order is exact",
            rf"b(z)\sim{sympy.latex(far)},\quad c=\mathbb E[{sympy.latex(weight)}(\|u\|^2-C)]\ne0",
        ),
    )

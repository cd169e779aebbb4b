r"""How fast the mean traces of H and of its decoupled copy approach each other.

The number C of fields is fixed. At most like 1/N, by the bound :math:`2C/(d\operatorname{Im}z)`,
whatever the weight is; exactly like 1/N where the bias does not vanish. For bounded weights with
:math:`c=\mathbb E[\lambda(\|u\|^2-C)]` the bias is :math:`-\frac c{\gamma z^2}(1+O(1/z))` and
analytic in z: for :math:`c\ne0` it vanishes at isolated points at most. A weight that increases
with :math:`\|u\|^2` has :math:`c=\mathbb E[u\cdot\nabla\lambda]>0`. A constant weight has no bias.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic.decoupling.compression import compression
from rmtcheck.symbolic.decoupling.response import bias, share_of_sample
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import (
    DifferentiableWeights,
    FieldWeighted,
    RadialWeights,
    StandardData,
)

_N = sympy.Symbol("N", positive=True)


@dataclass(frozen=True)
class Decay:
    """The exponents of N in the bound and in the bias, and the class that is asked about.

    Parameters
    ----------
    exponent : sympy expression
        Of the bound, for every weight and covariance; -oo without fields.
    attained : sympy expression
        The exact order for a bounded smooth weight of standard data that is not blind to the norm.
    matrix : FieldWeighted
        Its classes of weights and of data are those that the question speaks of.
    """

    exponent: sympy.Expr
    attained: sympy.Expr
    matrix: FieldWeighted


def decay(matrix: FieldWeighted) -> Derivation:
    """Derive the order of the difference of the mean traces.

    Parameters
    ----------
    matrix : FieldWeighted
        Either of the two, with a number of fields that does not grow.

    Returns
    -------
    Derivation
        Its result is a `Decay`.

    Raises
    ------
    DomainError
        If the number of fields grows with d or N.
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact.
    """
    if matrix.fields.has(matrix.d, matrix.N):
        raise DomainError(f"there are {matrix.fields} fields; accepted are numbers without d and N")
    found = compression(matrix)
    bound = found.result.subs(matrix.d, symbols.gamma * _N)
    upper = equation("with d = gamma N the bound is", sympy.Symbol("delta"), bound)
    if matrix.fields == 0:
        result = Decay(-sympy.oo, -sympy.oo, matrix)
        return Derivation(result, (*found.steps, upper))
    far = _far_bias()
    # the bias is the limit of N times the difference
    result = Decay(_exponent(bound), _exponent(far / _N), matrix)
    return Derivation(result, (*found.steps, upper, *_sharp(far)))


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
        Yes, no with a weight or the bound, or unknown.

    Notes
    -----
    Accuracy: exact.
    """
    if exponent < found.attained:
        return ZeroTest(Answer.NO, f"{_increasing()}, of exact order N^({found.attained})")
    if not tight and exponent >= found.exponent:
        return ZeroTest(Answer.YES, f"the difference is at most of order N^({found.exponent})")
    if tight and exponent > found.exponent:
        return ZeroTest(Answer.NO, f"the difference is at most of order N^({found.exponent})")
    if not tight or found.exponent != found.attained:
        return ZeroTest(Answer.UNKNOWN, "between the bound and the bias")
    return _compare_exact(found)


def _compare_exact(found: Decay) -> ZeroTest:
    """Decide whether every weight of the class has the order that some weights have."""
    if found.exponent == -sympy.oo:
        return ZeroTest(Answer.YES, "C = 0: without fields H and H~ are the same matrix")
    if not isinstance(found.matrix.weights, RadialWeights):
        return ZeroTest(Answer.NO, _blind(found.matrix))
    if not isinstance(found.matrix.data, StandardData):
        return ZeroTest(Answer.UNKNOWN, "the bias is derived for standard data only")
    text = "N times it tends to the bias, which is not identically 0 as E[lambda(|u|^2-C)] != 0"
    return ZeroTest(Answer.YES, text)


def _exponent(expr: sympy.Expr) -> sympy.Expr:
    """Return the power of N of a monomial."""
    return sympy.simplify(_N * sympy.diff(expr, _N) / expr)


@lru_cache(maxsize=1)
def _increasing() -> str:
    r"""Return a bounded, smooth weight with c > 0: by parts :math:`c=\mathbb E[2r\lambda'(r)]`."""
    r = sympy.Symbol("r", positive=True)
    weight = r / (1 + r)
    if not sympy.factor(2 * r * sympy.diff(weight, r)).is_positive or weight.limit(r, "oo") != 1:
        raise RmtcheckError("a step of the exact order does not check: the increasing weight")
    return (
        "lambda = |u|^2/(1 + |u|^2), standard data: E[lambda(|u|^2 - C)] = E[u.grad(lambda)] > 0, "
        "so at all z but isolated ones N times the difference tends to a bias that is not 0; it is"
    )


def _blind(matrix: FieldWeighted) -> str:
    """Return a weight without any difference."""
    if isinstance(matrix.weights, DifferentiableWeights):
        return "lambda = 1: H and H~ are the same matrix, and the difference is 0 at every size"
    return (
        "lambda = 1(u_1 > 0): the sign is independent of x x^T, which does not change when x does "
        "to -x, so H and H~ have the same law and the difference is 0 at every size"
    )


def _far_bias() -> sympy.Expr:
    """Return the bias far from the spectrum, where s = -1/z, to leading order in 1/z."""
    if share_of_sample().subs(symbols.s, 0) != 1:
        raise RmtcheckError("a step of the exact order does not check: the share at s = 0")
    mean = sympy.Symbol("c", nonzero=True)
    return sympy.simplify(-sympy.diff(-mean / symbols.z, symbols.z) / symbols.gamma)


def _sharp(far: sympy.Expr) -> tuple[Step, ...]:
    """Return the argument for the exact order: the bias far from the spectrum."""
    weight = sympy.latex(symbols.weight)
    return (
        *bias().steps,
        equation("far out, where s = -1/z, with c = E[lambda (|u|^2 - C)] it is", "b", far),
        Step(
            "an analytic function that is not identically 0 vanishes at isolated points only; for "
            "a bounded weight with c != 0, standard data and all other z the order is exact",
            rf"b(z)\sim{sympy.latex(far)},\quad c=\mathbb E[{weight}(\|u\|^2-C)]\ne0",
        ),
    )

r"""Exact instances: the weight :math:`\lambda=\varepsilon\|u\|^2`, to first order in its scale.

For :math:`\operatorname{Im}z\ne0` and as :math:`\varepsilon\to0`

.. math:: \mathbb Es_{\varepsilon A}(z)
          =-\frac1z-\frac\varepsilon{z^2}\,\mathbb E\frac{\operatorname{tr}A}d+O(\varepsilon^2),

and with :math:`q=v^\top x` and :math:`r=\|x\|^2/d` the mean trace is a mean over one sample:
:math:`C\,\mathbb E[q^2r]` for H, :math:`C\,\mathbb E[q^2]\,\mathbb E[r]` for the copy, and
:math:`t` times the one plus :math:`1-t` times the other on the path, as
:math:`u(t)=\sqrt tVx+\sqrt{1-t}V\tilde x` and :math:`V\tilde x` has mean 0. Two expressions that
differ in one of the two orders differ for small :math:`\varepsilon`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.decoupling.stein import by_parts
from rmtcheck.symbolic.equality import Answer, ZeroTest, are_equal
from rmtcheck.symbolic.projections import expectation
from rmtcheck.vocabulary.decoupling import (
    DecoupledCovariance,
    DependentCovariance,
    FieldWeighted,
    PathDerivative,
    PathIntegral,
    StandardData,
    SteinTerm,
)
from rmtcheck.vocabulary.ensembles import Projection, ResolventTrace, SquaredRadius
from rmtcheck.vocabulary.quantities import E, Expectation
from rmtcheck.vocabulary.symbols import t

_SCALE = sympy.Dummy("epsilon", positive=True)
_TIME = sympy.Dummy("t", positive=True)
_NO_VALUE = (sympy.nan, sympy.zoo)
WORDS = "lambda = epsilon |u|^2, epsilon -> 0"


@lru_cache(maxsize=64)
def mean_trace(matrix: FieldWeighted, time: sympy.Expr = t) -> sympy.Expr:
    r"""Return :math:`\mathbb E\operatorname{tr}A/d` for the weight :math:`\|u\|^2`.

    Parameters
    ----------
    matrix : FieldWeighted
        H, its decoupled copy or a matrix of the path, with standard data.
    time : sympy expression
        Where on the path.

    Returns
    -------
    sympy expression
        In the sizes of the matrix.

    Notes
    -----
    Accuracy: exact.

    Raises
    ------
    DomainError
        If the data are not standard.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import C, N, d
    >>> mean_trace(DependentCovariance(d, N, C))
    C*(1 + 2/d)
    """
    require_standard(matrix)
    q, r = Projection(matrix.d), SquaredRadius(matrix.d)
    together = expectation(E(q**2 * r)).result
    apart = expectation(E(q**2)).result * expectation(E(r)).result
    share = {DependentCovariance: sympy.S.One, DecoupledCovariance: sympy.S.Zero}
    weight = share.get(type(matrix), time)
    return matrix.fields * sympy.expand(weight * together + (1 - weight) * apart)


def compare_small(lhs: sympy.Expr, rhs: sympy.Expr) -> ZeroTest | None:
    """Return a refutation of an identity by small weights, None where they do not refute it.

    Parameters
    ----------
    lhs, rhs : sympy expression
        In mean resolvent traces, their path derivatives, path integrals and Stein terms, of a
        class of weights in which quadratic ones are. Means of test functions are compared too.

    Returns
    -------
    ZeroTest or None
        No, with the coefficient in which the sides differ.

    Raises
    ------
    DomainError
        If the data are not standard, or an integrand is no sum of powers of t and 1 - t.

    Notes
    -----
    Accuracy: exact.
    """
    orders = [_orders(side) for side in (lhs, rhs)]
    for power, (left, right) in enumerate(zip(*orders, strict=True)):
        if left.has(*_NO_VALUE) or right.has(*_NO_VALUE):
            return None
        if right.has(sympy.oo):
            return ZeroTest(Answer.NO, f"{WORDS}: the right side diverges")
        if _are_different(left, right):
            text = f"{WORDS}: the coefficient of epsilon^{power} is {_shown(left)} on the left"
            return ZeroTest(Answer.NO, f"{text} and {_shown(right)} on the right")
    return None


def _are_different(left: sympy.Expr, right: sympy.Expr) -> bool:
    """Whether two coefficients differ; a rational function with a non-zero numerator is not 0."""
    gap = left - right
    if gap.is_rational_function(*gap.free_symbols):
        return bool(sympy.cancel(gap) != 0)
    return are_equal(left, right).answer == Answer.NO


def _shown(value: sympy.Expr) -> sympy.Expr:
    return value.xreplace({_TIME: t})


def _orders(expr: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the coefficients of epsilon^0 and epsilon^1, nan where they are not known."""
    value = sympy.expand(_small(expr.replace(Expectation, by_parts)))
    if not value.is_polynomial(_SCALE):
        return sympy.nan, sympy.nan
    return value.coeff(_SCALE, 0), value.coeff(_SCALE, 1)


def _small(expr: Any) -> Any:
    if isinstance(expr, PathIntegral):
        return _integral(sympy.expand(_small(expr.args[0])))
    if isinstance(expr, Expectation):
        return _mean(expr.args[0])
    if expr == t:
        return _TIME
    return expr.func(*map(_small, expr.args)) if expr.args else expr


def _integral(integrand: sympy.Expr) -> sympy.Expr:
    """Return the integral over the path of a sum of products of powers of t and of 1 - t."""
    parts = [_beta(term) for term in sympy.Add.make_args(integrand)]
    # two parts that diverge may cancel
    return sympy.nan if sum(p.has(sympy.oo) for p in parts) > 1 else sympy.Add(*parts)


def _beta(term: sympy.Expr) -> sympy.Expr:
    r"""Return :math:`\int_0^1ct^a(1-t)^b\,dt=c\,B(a+1,b+1)`, infinite for a or b at most -1."""
    constant, inside = term.as_independent(_TIME, as_Add=False)
    if term == 0:
        return sympy.S.Zero
    powers = {_TIME: sympy.S.Zero, 1 - _TIME: sympy.S.Zero}
    for factor in sympy.Mul.make_args(inside):
        base, exponent = factor.as_base_exp()
        if base not in powers and factor != 1:
            raise DomainError(f"{_shown(factor)} is integrated; accepted are powers of t and 1 - t")
        if factor != 1:
            powers[base] += exponent
    if any(exponent <= -1 for exponent in powers.values()):
        return sympy.oo
    a, b = (exponent + 1 for exponent in powers.values())
    return constant * sympy.gamma(a) * sympy.gamma(b) / sympy.gamma(a + b)


def _mean(quantity: sympy.Expr) -> sympy.Expr:
    """Return a mean to first order, nan for one that is not over the path."""
    if isinstance(quantity, PathDerivative):
        return sympy.diff(_mean(quantity.args[0]), _TIME)
    if isinstance(quantity, ResolventTrace):
        matrix, z = quantity.args
        return -1 / z - _SCALE * mean_trace(matrix, _TIME) / z**2
    if isinstance(quantity, SteinTerm):
        # gradient 2 epsilon u, G = -1/z, D(x.x) = 2 x, E[u(t).Vx] = sqrt(t) C E[q^2]
        matrix, z = quantity.args
        require_standard(matrix)
        inner = sympy.sqrt(_TIME) * matrix.fields * expectation(E(Projection(matrix.d) ** 2)).result
        return 4 * _SCALE * inner / z**2
    return sympy.nan


def require_standard(matrix: FieldWeighted) -> None:
    """Refuse data of another covariance, to which Stein's identity would add its own factor.

    Parameters
    ----------
    matrix : FieldWeighted
        Any.

    Raises
    ------
    DomainError
        If its data are not standard.
    """
    if not isinstance(matrix.data, StandardData):
        raise DomainError(f"the data are {matrix.data}; accepted are {StandardData()}")

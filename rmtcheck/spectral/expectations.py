r"""The numeric value of an expression whose expectations are of softmax polynomials."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.extrapolation import extrapolate, log_slope
from rmtcheck.spectral.softmax import softmax_moment
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxComponent, SoftmaxOfGaussians

__all__ = ["evaluate", "extrapolate", "log_slope", "softmax_moment"]

Terms = dict[tuple[int, ...], float]


def evaluate(expr: Any, values: Mapping[Any, Any] | None = None) -> Estimate:
    r"""Return the float value of an expression with expectations of softmax polynomials.

    Inside :math:`\mathbb E[\,\cdot\,]` the logits are iid :math:`N(0,\tau^2)`, one over
    :math:`\tau` the temperature; different indices are different classes.

    Parameters
    ----------
    expr : sympy expression
        Algebra in symbols and in ``Expectation`` nodes of polynomials in ``SoftmaxComponent``.
    values : mapping, optional
        Numbers for the free symbols; class indices need none.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If a symbol has no value, an expectation is not of a softmax polynomial, or the result
        is not a finite real number.

    Accuracy
    --------
    Estimated error: relative errors of about 1e-13 of the moments, carried through to first
    order.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> evaluate(E(p[i] * p[j]) / E(p[i] * (1 - p[i])), {C: 9}).value
    0.125
    """
    closed = sympy.sympify(expr).subs(dict(values or {}))
    nodes = sorted(closed.atoms(Expectation), key=str)
    means = [_mean(node.args[0]) for node in nodes]
    slots = [sympy.Dummy(f"m{k}", positive=True) for k in range(len(nodes))]
    outer = closed.xreplace(dict(zip(nodes, slots, strict=True)))
    _require_closed(outer, slots)
    return _carried(outer, slots, means)


def value_of(expr: Any, values: Mapping[Any, Any] | None = None) -> float:
    """Return the value of :func:`evaluate` alone, without the derivatives that carry errors.

    Parameters
    ----------
    expr, values
        As for :func:`evaluate`.

    Returns
    -------
    float

    Raises
    ------
    DomainError
        As for :func:`evaluate`.

    Accuracy
    --------
    As for :func:`evaluate`, not reported.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> value_of(1 / gamma, {gamma: 4})
    0.25
    """
    closed = sympy.sympify(expr).subs(dict(values or {}))
    means = {n: sympy.Float(_mean(n.args[0]).value, 17) for n in closed.atoms(Expectation)}
    _require_closed(closed.xreplace(means), [])
    value = complex(sympy.N(closed.xreplace(means), 17))
    if not (math.isfinite(value.real) and abs(value.imag) <= 1e-12 * abs(value)):
        raise DomainError(f"{expr} is not a finite real number at {dict(values or {})}")
    return value.real


def softmax_terms(
    polynomial: sympy.Expr,
) -> tuple[SoftmaxOfGaussians | None, tuple[Any, ...], Terms]:
    r"""Split a polynomial in softmax components into terms.

    Parameters
    ----------
    polynomial : sympy expression
        A polynomial in ``SoftmaxComponent`` nodes with numeric coefficients.

    Returns
    -------
    softmax : SoftmaxOfGaussians or None
        An explicit number of classes and a scale, None where no component occurs.
    indices : tuple
        The distinct class indices, in the order of the powers.
    terms : dict
        Coefficient of every tuple of powers.

    Raises
    ------
    DomainError
        If it is no such polynomial, or its components are of several softmaxes or of one whose
        number of classes or scale is not a number.

    Accuracy
    --------
    Exact up to the rounding of coefficients to floats.
    """
    components = sorted(polynomial.atoms(SoftmaxComponent), key=str)
    if not components:
        return None, (), {(): _number(polynomial)}
    softmaxes = {c.softmax for c in components}
    if len(softmaxes) > 1 or not all(s.classes.is_Integer for s in softmaxes):
        raise DomainError(f"the number of classes or scale in E[{polynomial}] is not one number")
    softmax = softmaxes.pop()
    if not softmax.scale.is_number:
        raise DomainError(f"the scale {softmax.scale} in E[{polynomial}] is not a number")
    parts = _polynomial(polynomial, components)
    terms = {powers: _number(coefficient) for powers, coefficient in parts}
    return softmax, tuple(c.index for c in components), terms


def _polynomial(expression: sympy.Expr, components: list[Any]) -> Any:
    slots = [sympy.Dummy() for _ in components]
    flat = expression.xreplace(dict(zip(components, slots, strict=True)))
    try:
        return sympy.Poly(flat, *slots).terms()
    except sympy.PolynomialError:
        raise DomainError(f"E[{expression}] is not the mean of a softmax polynomial") from None


def _number(coefficient: Any) -> float:
    if coefficient.free_symbols or coefficient.is_real is not True:
        raise DomainError(f"the coefficient {coefficient} in an expectation is not a real number")
    return float(coefficient)


def _mean(polynomial: sympy.Expr) -> Estimate:
    softmax, _, terms = softmax_terms(polynomial)
    value, error, size = 0.0, 0.0, 0.0
    for powers, coefficient in terms.items():
        moment = _moment(powers, softmax)
        value += coefficient * moment.value
        error += abs(coefficient) * moment.error
        size += abs(coefficient * moment.value)
    return Estimate(value=value, error=error + 1e-16 * size)


def _moment(powers: tuple[int, ...], softmax: SoftmaxOfGaussians | None) -> Estimate:
    if softmax is None:
        return Estimate(value=1.0, error=0.0)
    return softmax_moment(powers, int(softmax.classes), float(softmax.scale))


def _require_closed(outer: sympy.Expr, slots: list[Any]) -> None:
    missing = outer.free_symbols - set(slots)
    if missing:
        names = ", ".join(sorted(map(str, missing)))
        raise DomainError(f"no value for {names}; every free symbol needs a number")


def _carried(outer: sympy.Expr, slots: list[Any], means: list[Estimate]) -> Estimate:
    """Evaluate and carry the errors to first order."""
    point = [m.value for m in means]
    value = _real(outer, slots, point)
    slopes = [_real(outer.diff(slot), slots, point) for slot in slots]
    error = sum(abs(s) * m.error for s, m in zip(slopes, means, strict=True))
    return Estimate(value=value, error=error + 1e-15 * abs(value))


def _real(expression: sympy.Expr, slots: list[Any], point: list[float]) -> float:
    try:
        value = complex(sympy.lambdify(slots, expression, modules="math")(*point))
    except (ArithmeticError, LookupError, ValueError, TypeError, NameError) as failure:
        raise DomainError(f"{expression} has no float value: {failure}") from None
    if not (math.isfinite(value.real) and abs(value.imag) <= 1e-12 * abs(value)):
        raise DomainError(f"{expression} is not a finite real number")
    return float(np.real(value))

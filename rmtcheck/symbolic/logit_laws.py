r"""The constant of Theorem 1 for iid logits of any law, at any temperature.

For iid real logits u with :math:`M(s)=\mathbb Ee^{su}`, softmax :math:`p_k=y_k/\sum_cy_c`,
:math:`y=e^{u/T}`, and :math:`M(2/T)<\infty`,

.. math:: \lim_{C\to\infty}C^2\frac{g_{ij}}{g_{ii}}=\frac{\gamma q^2+1}{\gamma q+1},\qquad
          q=\frac{\mathbb Ey^2}{(\mathbb Ey)^2}=\frac{M(2/T)}{M(1/T)^2}.

Nothing is asked of the left tail of the law. The proof is lemma 19 of ``docs/lemmas.md``. The
factors :math:`T^{-2}` of a softmax of temperature T cancel in the ratio.
"""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.symbols import t

_GAUSSIAN = sympy.exp(t**2 / 2)


def linear_ce_constant(
    gamma: Any, generating_function: Any = _GAUSSIAN, temperature: Any = 1
) -> sympy.Expr:
    r"""Return the limiting scaled block ratio of the linear model for iid logits of any law.

    .. math:: \lim_{C\to\infty}C^2\frac{g_{ij}}{g_{ii}}=\frac{\gamma q^2+1}{\gamma q+1},\qquad
              q=\frac{M(2/T)}{M(1/T)^2}.

    Parameters
    ----------
    gamma : positive exact sympy expression or number
        Aspect ratio, the limit of d/N.
    generating_function : sympy expression in ``t``, or Lambda, default exp(t**2/2)
        Moment generating function :math:`M(t)=\mathbb Ee^{tu}` of a logit, for standard Gaussian
        logits unless given.
    temperature : positive exact sympy expression or number, default 1
        Temperature T of the softmax.

    Returns
    -------
    sympy expression

    Raises
    ------
    DomainError
        If gamma or the temperature is not known to be positive, or M is not known to be a
        continuous function on [0, 2/T] with M(0) = 1, M > 0 and :math:`M(1/T)^2\le M(2/T)`.

    Notes
    -----
    Accuracy: exact. What is checked is necessary for a moment generating function; that M is one
    is the caller's word.

    References
    ----------
    Theorem 1, equation (20), is the case of standard Gaussian logits, where q = e.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> linear_ce_constant(gamma)
    (gamma*exp(2) + 1)/(E*gamma + 1)
    >>> linear_ce_constant(1, sympy.cosh(t)).evalf(12)          # signs
    1.35521174752
    >>> linear_ce_constant(gamma, 1 / (1 - t**2 / 9))           # Laplace, of scale 1/3
    (4096*gamma/2025 + 1)/(64*gamma/45 + 1)
    >>> linear_ce_constant(0)
    Traceback (most recent call last):
        ...
    rmtcheck.errors.DomainError: gamma is 0; accepted are exact positive numbers or expressions
    """
    ratio, warmth = _positive("gamma", gamma), _positive("temperature", temperature)
    function = _function(generating_function)
    _require_finite(function, 2 / warmth)
    _require_value_one(function)
    first, second = (_value(function, k / warmth) for k in (1, 2))
    q = second / first**2
    if (q - 1).is_negative:
        raise DomainError(
            f"generating_function {function} has M({1 / warmth})^2 > M({2 / warmth}), which no"
            " random variable has; accepted is a moment generating function"
        )
    return (ratio * q**2 + 1) / (ratio * q + 1)


def _positive(name: str, value: Any) -> sympy.Expr:
    number = _exact(name, value)
    if not number.is_positive:
        raise DomainError(f"{name} is {number}; accepted are exact positive numbers or expressions")
    return number


def _exact(name: str, value: Any) -> sympy.Expr:
    try:
        expr = sympy.sympify(value)
    except (sympy.SympifyError, TypeError, AttributeError):
        expr = None
    if not isinstance(expr, sympy.Expr) or expr.has(sympy.Float):
        raise DomainError(f"{name} is {value!r}; accepted are exact numbers and expressions")
    return expr


def _function(given: Any) -> sympy.Expr:
    """Return M(t) as an expression in the one real variable ``t``."""
    if isinstance(given, sympy.Lambda):
        if len(given.variables) != 1:
            raise DomainError(f"generating_function is {given}; accepted is one of one variable")
        return _exact("generating_function", given(t))
    return _exact("generating_function", given)


def _require_finite(function: sympy.Expr, end: sympy.Expr) -> None:
    """Refuse a singularity, beyond which a formula goes on while the mean is infinite."""
    where = sympy.Interval.Lopen(0, end)
    try:
        singular = sympy.singularities(function, t, where)
    except NotImplementedError:
        singular = None
    if singular == sympy.S.EmptySet:
        return
    if isinstance(singular, sympy.FiniteSet):
        places = ", ".join(map(str, sorted(singular, key=sympy.default_sort_key)))
        found = f"is singular at {places}, within (0, {end}]"
    else:
        found = f"is not known to be continuous on (0, {end}]"
    raise DomainError(
        f"generating_function {function} {found}; accepted is one that is finite up to"
        " 2/temperature"
    )


def _require_value_one(function: sympy.Expr) -> None:
    if sympy.simplify(sympy.limit(function, t, 0) - 1) != 0:
        raise DomainError(f"generating_function {function} is not 1 at 0; accepted is M(0) = 1")


def _value(function: sympy.Expr, point: sympy.Expr) -> sympy.Expr:
    value = function.subs(t, point)
    if not (value.is_finite and value.is_positive):
        raise DomainError(
            f"generating_function {function} is {value} at {point}, which is not known to be finite"
            " and positive; accepted is one that is positive at 1/temperature and 2/temperature"
        )
    return value

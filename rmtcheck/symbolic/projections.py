r"""Means over a random projection :math:`v^\top x`, exact in the dimension, and their limits.

:math:`v\sim N(0,I_d/d)` and :math:`x\sim N(0,I_d)` are independent. Given :math:`x` the
projection is :math:`N(0,s)` with :math:`s=\|x\|^2/d`, hence

.. math::

    \mathbb E[q^me^{\alpha q}\mid x] = \partial_\alpha^m e^{\alpha^2s/2}, \qquad q=v^\top x,

and :math:`ds` is chi-square with :math:`d` degrees of freedom:

.. math::

    \mathbb E[s^me^{-as}]
    = \prod_{r=0}^{m-1}\Bigl(1+\frac{2r}d\Bigr)\,\Bigl(1+\frac{2a}d\Bigr)^{-d/2-m}, \qquad a\ge0.

With :math:`h=1/d` the last power is :math:`\exp(-(\tfrac1{2h}+m)\log(1+2ah))`, a power series in
:math:`h`: limits are read from series, and checked by values at two large dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy

from rmtcheck.errors import ConvergenceError, DomainError
from rmtcheck.symbolic.derivation import Derivation, Step, equation, shown
from rmtcheck.vocabulary.ensembles import GivenBoth, GivenInput, Projection, SquaredRadius
from rmtcheck.vocabulary.quantities import Along, Expectation

_Q = sympy.Dummy("q", real=True)
_S = sympy.Dummy("s", positive=True)
_H = sympy.Dummy("h", positive=True)
_SIZES = (10**3, 10**6)


def expectation(expr: sympy.Expr) -> Derivation:
    r"""Evaluate the means in an expression at finite dimension.

    Parameters
    ----------
    expr : sympy expression
        Means of polynomials and exponentials in the projection and the squared radius, of
        conditional means of such, and of even powers of absolute values of such.

    Returns
    -------
    Derivation
        Its result is a closed expression in the dimension.

    Raises
    ------
    DomainError
        If a mean is of another kind, or does not exist for every dimension.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E
    >>> from rmtcheck.vocabulary.symbols import d, t
    >>> expectation(E((SquaredRadius(d) - 1) ** 2)).result
    2/d
    >>> expectation(E(sympy.exp(sympy.I * t * Projection(d)))).result
    (1 + t**2/d)**(-d/2)
    """
    expr = sympy.sympify(expr)
    nodes = sorted(expr.atoms(Expectation), key=str)
    steps = tuple(step for node in nodes for step in _mean_steps(node))
    result = _tidy(expr.xreplace({node: _mean(node.args[0]) for node in nodes}))
    if result.has(Projection, SquaredRadius, GivenInput, GivenBoth):
        raise DomainError(f"the expression is {expr}; accepted are random terms inside E(...)")
    if nodes != [expr]:
        steps = (*steps, equation("so the expression is", expr, result))
    return Derivation(result, steps)


def limit(expr: sympy.Expr, along: Along) -> Derivation:
    r"""Derive the limit of an expression as the dimension tends to infinity.

    Parameters
    ----------
    expr : sympy expression
        As in `expectation`.
    along : Along
        ``Along(d)``, with the dimension of the projections.

    Returns
    -------
    Derivation
        Its result is the limit, or ``oo`` or ``-oo``.

    Raises
    ------
    DomainError
        If the direction or the expression is of another kind.
    ConvergenceError
        If the values at two large dimensions do not approach the limit.

    Notes
    -----
    Accuracy: exact; from a power series in 1/d.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E
    >>> from rmtcheck.vocabulary.symbols import d, t
    >>> limit(E(sympy.exp(sympy.I * t * Projection(d))), Along(d)).result
    exp(-t**2/2)
    """
    if len(along.sizes) != 1:
        raise DomainError(f"the direction is {along}; accepted is Along(d)")
    (size,) = along.sizes
    finite = expectation(expr)
    value = _series_limit(finite.result, size)
    check = _numerical_check(finite.result, value, size)
    last = equation(f"the power series in 1/{size} gives the limit ({check})", expr, value)
    return Derivation(value, (*finite.steps, last))


def _mean_steps(node: sympy.Expr) -> Iterator[Step]:
    for inner in sorted(node.atoms(GivenInput), key=str):
        yield equation(
            "given x the projection is N(0, |x|^2/d)", inner, _named(_given_input(inner), inner)
        )
    clause = "average over v, then over |x|^2, which is chi-square with d degrees of freedom"
    yield equation(clause, node, _mean(node.args[0]))


def _named(value: sympy.Expr, source: sympy.Expr) -> sympy.Expr:
    return value.xreplace({_S: SquaredRadius(_dimension(source))})


def _mean(inside: sympy.Expr) -> sympy.Expr:
    """Return the mean over v and x of one expression."""
    given = inside.replace(Expectation, lambda argument: _mean(argument))
    plain = _without_absolute_values(_conditioned(given)).xreplace(_plain_names(given))
    terms = sympy.Add.make_args(_multiplied(plain))
    dimension = _dimension(inside)
    radial = _multiplied(sympy.Add(*(_projected(term) for term in terms)))
    return _tidy(sympy.Add(*(_radial(t, dimension) for t in sympy.Add.make_args(radial))))


def _dimension(expr: sympy.Expr) -> sympy.Expr:
    sizes = {node.args[0] for node in expr.atoms(Projection, SquaredRadius)}
    if len(sizes) > 1:
        raise DomainError(f"the dimensions are {sorted(sizes, key=str)}; accepted is one")
    return sizes.pop() if sizes else sympy.S.One


def _plain_names(expr: sympy.Expr) -> dict[sympy.Expr, sympy.Expr]:
    names = {Projection: _Q, SquaredRadius: _S}
    return {node: names[type(node)] for node in expr.atoms(Projection, SquaredRadius)}


def _conditioned(expr: sympy.Expr) -> sympy.Expr:
    """Evaluate the conditional means, innermost first."""
    return expr.replace(GivenBoth, lambda inner: inner).replace(
        lambda node: isinstance(node, GivenInput), _given_input
    )


def _given_input(node: sympy.Expr) -> sympy.Expr:
    """Return the mean over v of the argument, in the squared radius."""
    inside = _without_absolute_values(_conditioned(node.args[0])).xreplace(_plain_names(node))
    return sympy.Add(*(_projected(t) for t in sympy.Add.make_args(_multiplied(inside))))


def _without_absolute_values(expr: sympy.Expr) -> sympy.Expr:
    r"""Write :math:`|u|^{2m}` as :math:`(u\bar u)^m`."""
    return expr.replace(
        lambda e: (
            e.is_Pow and isinstance(e.base, sympy.Abs) and e.exp.is_Integer and e.exp % 2 == 0
        ),
        lambda e: (e.base.args[0] * sympy.conjugate(e.base.args[0])) ** (e.exp / 2),
    )


def _multiplied(expr: sympy.Expr) -> sympy.Expr:
    """Multiply out; exponents stay together."""
    return sympy.powsimp(sympy.expand(expr, power_exp=False), combine="exp", deep=False)


def _projected(term: sympy.Expr) -> sympy.Expr:
    r"""Return the mean over q of :math:`c\,q^me^{\alpha q+\beta}` given s."""
    outside, power, slope, constant = _monomial(term, _Q)
    alpha = sympy.Dummy("alpha")
    value = sympy.exp(alpha**2 * _S / 2).diff(alpha, power).subs(alpha, slope)
    return _multiplied(outside * sympy.exp(constant) * value)


def _radial(term: sympy.Expr, d: sympy.Expr) -> sympy.Expr:
    r"""Return the mean over s of :math:`c\,s^me^{-as+\beta}`."""
    outside, power, slope, constant = _monomial(term, _S)
    rate = -slope
    if rate.is_nonnegative is not True:
        raise DomainError(
            f"the mean of exp({shown(slope)}*|x|^2/d) exists only in large dimensions"
        )
    rising = sympy.Mul(*(1 + 2 * r / d for r in range(power)))
    decay = (1 + 2 * rate / d) ** (-d / 2 - power)
    return outside * sympy.exp(constant) * rising * decay


def _monomial(
    term: sympy.Expr, variable: sympy.Symbol
) -> tuple[sympy.Expr, int, sympy.Expr, sympy.Expr]:
    """Return c, m, a, b with term = c * variable**m * exp(a*variable + b)."""
    outside, inside = term.as_independent(variable, as_Add=False) if term else (term, sympy.S.One)
    power, exponent = sympy.S.Zero, sympy.S.Zero
    for factor in sympy.Mul.make_args(inside):
        base, above = factor.as_base_exp()
        if base == variable:
            power += above
        elif base == sympy.E:
            exponent += above
        elif factor != 1:
            raise DomainError(
                f"{shown(factor)} is in a mean; accepted are polynomials and exponentials"
            )
    parts = sympy.Poly(exponent, variable) if exponent.is_polynomial(variable) else None
    if parts is None or parts.degree() > 1 or not power.is_Integer or power < 0:
        raise DomainError(f"{shown(term)} is in a mean; accepted are polynomials times exp(linear)")
    return outside, int(power), parts.coeff_monomial(variable), parts.coeff_monomial(1)


def _tidy(expr: sympy.Expr) -> sympy.Expr:
    return sympy.powsimp(sympy.expand(expr, power_exp=False, power_base=False), combine="exp")


def _series_limit(expr: sympy.Expr, size: sympy.Symbol) -> sympy.Expr:
    r"""Return the limit from the Laurent series in :math:`h=1/d`."""
    terms = sympy.Add.make_args(sympy.expand(expr, power_exp=False, power_base=False))
    series = sympy.expand(sympy.Add(*(_term_series(term, size) for term in terms)))
    found = sympy.collect(series, _H, evaluate=False)
    coefficients = {
        p.as_base_exp()[1] if p != 1 else 0: sympy.simplify(c) for p, c in found.items()
    }
    diverging = [p for p, c in coefficients.items() if p < 0 and c != 0]
    if diverging:
        return sympy.sign(coefficients[min(diverging)]) * sympy.oo
    return coefficients.get(sympy.S.Zero, sympy.S.Zero)


def _term_series(term: sympy.Expr, size: sympy.Symbol) -> sympy.Expr:
    r"""Return one term :math:`c\,d^k\prod(1+b/d)^{\alpha d+\beta}` up to the order :math:`h^0`."""
    order, series = sympy.S.Zero, sympy.S.One
    outside, inside = term.as_independent(size, as_Add=False)
    factors = [factor.as_base_exp() for factor in sympy.Mul.make_args(inside)]
    order += sympy.Add(*(above for base, above in factors if base == size))
    if not order.is_Integer:
        raise DomainError(f"{term} is in a limit; accepted are sums and products of means")
    for base, above in factors:
        if base != size:
            series = _cut(series * _power_series(base, above, size, int(order)), int(order))
    return outside * series * _H ** (-order)


def _power_series(
    base: sympy.Expr, above: sympy.Expr, size: sympy.Symbol, order: int
) -> sympy.Expr:
    r"""Return :math:`(1+bh)^{\alpha/h+\beta}=e^{\alpha b}\exp(O(h))` up to the order ``order``."""
    b = sympy.expand((base - 1) * size)
    exponent = sympy.expand(above.subs(size, 1 / _H))
    if b.has(size) or not sympy.expand(exponent * _H).is_polynomial(_H):
        raise DomainError(f"{base**above} is in a limit; accepted are powers of 1 + b/{size}")
    logarithm = sympy.Add(*((-1) ** (r + 1) * (b * _H) ** r / r for r in range(1, order + 3)))
    whole = sympy.expand(exponent * logarithm)
    leading = whole.coeff(_H, 0)
    small = _cut(whole - leading, order)
    powers = (small**r / sympy.factorial(r) for r in range(max(order, 0) + 1))
    return _cut(sympy.exp(leading) * sympy.Add(*powers), order)


def _cut(expr: sympy.Expr, order: int) -> sympy.Expr:
    """Drop the powers of h above the order."""
    whole = sympy.expand(expr, power_exp=False)
    return sympy.Add(*(whole.coeff(_H, r) * _H**r for r in range(order + 1)))


def _numerical_check(finite: sympy.Expr, value: sympy.Expr, size: sympy.Symbol) -> str:
    """Return the distances from the limit at two sizes, which must not grow."""
    if value.is_infinite:
        return "it diverges"
    gap = finite - value
    point = {symbol: sympy.Rational(2, 3) for symbol in gap.free_symbols}
    gaps = [abs(gap.evalf(30, subs={**point, size: large}, maxn=400)) for large in _SIZES]
    if gaps[1] > gaps[0] / 100 + sympy.Rational(1, 10**20):
        raise ConvergenceError(f"the values at {_SIZES} are {gaps} away from {value}")
    shown_gaps = (f"{float(g):.1e} at {s}" for g, s in zip(gaps, _SIZES, strict=True))
    return "distance " + " and ".join(shown_gaps)

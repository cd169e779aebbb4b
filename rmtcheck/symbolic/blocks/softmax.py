r"""Recognition of softmax components and logistic functions in exponentials of logits.

.. math:: p_c=\frac{e^{u_c/\tau}}{\sum_{k=1}^Ce^{u_k/\tau}},\qquad s(u)=\frac1{1+e^{-u}}
"""

from __future__ import annotations

from collections.abc import Callable

import sympy

from rmtcheck.symbolic.blocks.sums import canonical, normal
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import Logit

_INDEX = sympy.Dummy("c", integer=True, positive=True)


def recognize(expr: sympy.Expr) -> sympy.Expr:
    """Return the normal form, with exponentials over their sum written as softmax components.

    Parameters
    ----------
    expr : sympy expression
        In exponentials of logits.

    Returns
    -------
    sympy expression
        Equal to it; a partition sum that does not cancel is left as it is.
    """
    plain = canonical(expr)
    units = {s: sympy.Dummy("Z", positive=True) for s in plain.atoms(sympy.Sum) if _rate(s)}
    if not units:
        return normal(plain)
    rules = [(_rate(total), unit, total.args[1][2]) for total, unit in units.items()]
    shares = plain.xreplace(units).replace(sympy.exp, _exponential(rules))
    back = {unit: total for total, unit in units.items()}
    return normal(normal(shares).xreplace(back))


def spell(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with every softmax component written in exponentials of logits."""

    def quotient(index: sympy.Expr, classes: sympy.Expr, temperature: sympy.Expr = 1) -> sympy.Expr:
        each = sympy.exp(Logit(_INDEX) / temperature)
        total = sympy.Sum(each, (_INDEX, 1, classes))
        return each.xreplace({_INDEX: index}) / canonical(total)

    return expr.replace(SoftmaxComponent, quotient)


def _rate(total: sympy.Sum) -> sympy.Expr | None:
    r"""Return :math:`1/\tau` if this is the partition sum of a softmax, else None."""
    (index, low, _), body = total.limits[0], total.args[0]
    if len(total.limits) > 1 or low != 1 or not isinstance(body, sympy.exp):
        return None
    rate = body.args[0] / Logit(index)
    return None if rate.has(Logit, index) else rate


def _exponential(
    rules: list[tuple[sympy.Expr, sympy.Symbol, sympy.Expr]],
) -> Callable[[sympy.Expr], sympy.Expr]:
    """Return the rule that turns exp of a sum of logits into components times their unit."""

    def power(term: sympy.Expr) -> sympy.Expr:
        for rate, unit, classes in rules:
            nodes = list(term.atoms(Logit))
            exponent = term / (rate * nodes[0]) if len(nodes) == 1 else sympy.S.Half
            if exponent.is_Integer:
                temperature = () if rate == 1 else (1 / rate,)
                share = SoftmaxComponent(nodes[0].args[0], classes, *temperature)
                return (unit * share) ** exponent
        return sympy.exp(term)

    return lambda exponent: sympy.Mul(*map(power, sympy.Add.make_args(sympy.expand(exponent))))


def with_logistic(expr: sympy.Expr) -> sympy.Expr:
    r"""Return a rational function of :math:`e^{u_c}` as a polynomial in :math:`s(u_c)`, if it is.

    Parameters
    ----------
    expr : sympy expression
        In normal form; bodies of sums are rewritten one by one.

    Returns
    -------
    sympy expression
        Equal to it, and unchanged where it is no polynomial in one logistic function.
    """
    if not expr.has(sympy.exp):
        return expr
    if isinstance(expr, sympy.Sum):
        return sympy.Sum(with_logistic(expr.args[0]), *expr.limits)
    if expr.has(sympy.Sum):
        return expr.func(*map(with_logistic, expr.args))
    return _logistic(expr)


def _logistic(expr: sympy.Expr) -> sympy.Expr:
    nodes = list(expr.atoms(Logit))
    rates = [e.args[0] / nodes[0] for e in expr.atoms(sympy.exp)] if len(nodes) == 1 else []
    if not rates or not all(rate.is_Integer for rate in rates):
        return expr
    value = sympy.Dummy("s")
    plain = expr.replace(sympy.exp, lambda u: (value / (1 - value)) ** (u / nodes[0]))
    reduced = sympy.expand(sympy.cancel(plain))
    if not reduced.is_polynomial(value):
        return expr
    return reduced.xreplace({value: 1 / (1 + sympy.exp(-nodes[0]))})

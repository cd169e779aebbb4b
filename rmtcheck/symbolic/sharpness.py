"""When the zeros that a computation graph shows are all zeros of the Hessian.

The conditions (a) and (b) of Lemma 2 in `rmtcheck.symbolic.links`.
"""

from __future__ import annotations

import sympy

from rmtcheck.vocabulary.activations import ARGUMENT, Activation
from rmtcheck.vocabulary.graphs import Activated, Weight
from rmtcheck.vocabulary.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError
from rmtcheck.vocabulary.patterns import Hessian, NetworkHessian

_POSITIVE = sympy.Symbol("a", positive=True)
_ANALYTIC = (sympy.exp, sympy.tanh, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.erf)
"""Functions without a singularity on the real line."""


def is_sharp(hessian: Hessian | NetworkHessian) -> bool:
    """Whether Lemma 2 proves that the graph shows all exact zeros."""
    if isinstance(hessian, NetworkHessian) and _is_generic(hessian):
        return True
    return all(map(is_positive_polynomial, hessian.losses))


def is_positive_polynomial(expr: sympy.Expr) -> bool:
    """Whether condition (a) holds.

    Examples
    --------
    >>> w, v = Weight("w"), Weight("v")
    >>> is_positive_polynomial((w * v - sympy.Symbol("Y")) ** 2)
    True
    >>> is_positive_polynomial((w - v) ** 2)
    False
    """
    negative = {s for term in expr.atoms(sympy.Mul) for s in _negated(term)}
    flipped = expr.xreplace({symbol: -symbol for symbol in negative})
    return _is_positive(flipped)


def is_linear_piecewise(activation: Activation) -> bool:
    """Whether the second derivative is zero off the kinks."""
    return all(sympy.simplify(piece.diff(ARGUMENT, 2)) == 0 for piece in _pieces(activation))


def is_analytic(activation: Activation) -> bool:
    """Whether the activation is a function without kinks, known to be analytic, not constant."""
    expr = activation.expression
    return bool(sympy.simplify(expr.diff(ARGUMENT)) != 0) and _is_analytic(expr)


def grows_linearly(activation: Activation) -> bool:
    """Whether the activation is c a with c > 0 for all a > 0."""
    slope = sympy.simplify(activation.expression.xreplace({ARGUMENT: _POSITIVE}) / _POSITIVE)
    return bool(slope.is_number and slope.is_positive)


def _is_generic(hessian: NetworkHessian) -> bool:
    """Whether condition (b) holds."""
    network, loss = hessian.network, hessian.loss
    known = isinstance(loss, BinaryCrossEntropy) or (
        isinstance(loss, MeanSquaredError) and loss.factor.is_zero is False
    )
    if isinstance(loss, CrossEntropy):
        known = bool(loss.smoothing.is_number and loss.smoothing < 1)
    activation = network.activation
    behaves = is_analytic(activation) or grows_linearly(activation)
    return bool(network.has_generic_input and known and behaves)


def _negated(term: sympy.Mul) -> set[sympy.Symbol]:
    """Return the symbol of data in a term such as -Y."""
    coefficient, rest = term.as_coeff_Mul()
    is_data = rest.is_Symbol and not isinstance(rest, Weight)
    return {rest} if is_data and coefficient.is_negative else set()


def _is_positive(expr: sympy.Expr) -> bool:
    if expr.is_number:
        return bool(expr.is_nonnegative)
    if expr.is_Symbol:
        return True
    if expr.is_Add or expr.is_Mul:
        return all(map(_is_positive, expr.args))
    if isinstance(expr, Activated):
        return grows_linearly(expr.args[0]) and _is_positive(expr.args[1])
    is_power = expr.is_Pow and expr.exp.is_Integer and expr.exp.is_positive
    return bool(is_power and _is_positive(expr.base))


def _pieces(activation: Activation) -> list[sympy.Expr]:
    folded = sympy.piecewise_fold(activation.expression)
    return [pair.expr for pair in folded.args] if folded.is_Piecewise else [folded]


def _is_analytic(expr: sympy.Expr) -> bool:
    if expr.is_number or expr == ARGUMENT:
        return True
    if expr.is_Add or expr.is_Mul or isinstance(expr, _ANALYTIC):
        return all(map(_is_analytic, expr.args))
    if not (expr.is_Pow and expr.exp.is_Integer and _is_analytic(expr.base)):
        return False
    return bool(expr.exp.is_positive or expr.base.is_positive)

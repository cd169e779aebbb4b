r"""Leaves that a formula is spelled in on its way to arrays, and spellings without overflow.

A softmax component is the product of :math:`e^{(u_k-\max u)/\tau}` and of the reciprocal of the
sum, which does not depend on the class: sums over classes then never divide class by class.
"""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.grams import ONE, Combination, HiddenOutput, Input, UnitVector, Vector
from rmtcheck.vocabulary.quantities import SoftmaxComponent

SAMPLE = sympy.Dummy("n", integer=True, positive=True)
"""The axis of the samples."""


class _Leaf(sympy.Function):
    is_real = True
    is_commutative = True


class Exponential(_Leaf):
    r"""The number :math:`e^{(u_k-\max u)/\tau}`; arguments class and temperature."""

    is_positive = True


class InverseTotal(_Leaf):
    r"""The number :math:`1/\sum_ce^{(u_c-\max u)/\tau}`; argument the temperature."""

    is_positive = True


class InputEntry(_Leaf):
    """Entry of the input vector."""


class HiddenEntry(_Leaf):
    """Entry of the hidden layer's output."""


class DirectionEntry(_Leaf):
    """Entry of the vectors that a matrix of blocks is multiplied by; block, place, which one."""


class Logistic(sympy.Function):
    r"""The function :math:`1/(1+e^{-z})`, free of overflow."""

    is_real = True


class Softplus(sympy.Function):
    r"""The function :math:`\log(1+e^z)`, free of overflow."""

    is_real = True


def spelled(expression: sympy.Expr, classes: int) -> sympy.Expr:
    """Return an expression in the leaves of this module, in forms that do not overflow."""
    components = expression.atoms(SoftmaxComponent)
    split = {p: _split(p, classes) for p in components}
    return stable(expression.xreplace(split))


def entry(vector: Vector, place: sympy.Expr) -> sympy.Expr:
    """Return an entry of a vector of the sample, as an expression in leaves and weights."""
    if isinstance(vector, Combination):
        return sympy.Add(*(coefficient * entry(part, place) for coefficient, part in vector.terms))
    if isinstance(vector, UnitVector):
        return sympy.KroneckerDelta(vector.index, place)
    if isinstance(vector, HiddenOutput):
        return HiddenEntry(place)
    return InputEntry(place) if isinstance(vector, Input) else sympy.S.One


def dimension(vector: Vector, inputs: int, units: int | None) -> int:
    """Return the dimension of a vector of the sample."""
    if isinstance(vector, Combination):
        found = {dimension(part, inputs, units) for _, part in vector.terms}
        if len(found) != 1:
            raise DomainError(f"the vector is {vector}; its parts must have one dimension.")
        return found.pop()
    if isinstance(vector, UnitVector | HiddenOutput) and units is not None:
        return units
    if vector == ONE:
        return 1
    if isinstance(vector, Input):
        return inputs
    raise DomainError(f"the vector is {vector}; accepted are vectors of a sample.")


def stable(expression: sympy.Expr) -> sympy.Expr:
    r"""Return an equal expression whose exponentials do not overflow where its value does not.

    Rewritten are :math:`\log(1+e^z)`, :math:`\sinh z/\cosh z`, and :math:`e^{rz}/(1+e^z)^k`.

    Examples
    --------
    >>> u = sympy.Symbol("u")
    >>> stable(sympy.exp(-u) / (1 + sympy.exp(-u))**2)
    Logistic(-u)*Logistic(u)
    >>> stable(1 / (1 + 2 * sympy.exp(u) + sympy.exp(2 * u)))
    Logistic(-u)**2
    """
    sines = {s: sympy.tanh(*s.args) * sympy.cosh(*s.args) for s in expression.atoms(sympy.sinh)}
    expression = expression.xreplace(sines)
    if not expression.has(sympy.exp):
        return expression
    expression = expression.replace(_is_sum_of_powers, lambda e: sympy.factor(e.base) ** e.exp)
    expression = expression.replace(_is_softplus, lambda e: Softplus(_exponent(e.args[0])))
    expression = expression.replace(_is_denominator, _as_logistic)
    return expression.replace(lambda e: e.is_Mul and e.has(Logistic), _paired)


def _split(component: SoftmaxComponent, classes: int) -> sympy.Expr:
    if component.classes != classes:
        size = component.classes
        raise DomainError(f"the softmax {component} is of {size} classes, the arrays of {classes}.")
    return Exponential(component.index, component.temperature) * InverseTotal(component.temperature)


def _exponent(expression: Any) -> Any:
    """Return z if the expression is 1 + exp(z), else None."""
    if not expression.is_Add or len(expression.args) != 2 or sympy.S.One not in expression.args:
        return None
    rest = expression - 1
    return rest.args[0] if isinstance(rest, sympy.exp) else None


def _is_softplus(expression: Any) -> bool:
    return isinstance(expression, sympy.log) and _exponent(expression.args[0]) is not None


def _is_sum_of_powers(expression: Any) -> bool:
    """Whether this is a denominator such as 1 + 2 exp(z) + exp(2 z), which may be a square."""
    is_power = expression.is_Pow and expression.exp.is_Integer and expression.exp.is_negative
    return bool(is_power) and len(expression.base.args) > 2 and expression.base.has(sympy.exp)


def _is_denominator(expression: Any) -> bool:
    is_power = expression.is_Pow and expression.exp.is_Integer and expression.exp.is_negative
    return bool(is_power) and _exponent(expression.base) is not None


def _as_logistic(power: Any) -> Any:
    return Logistic(-_exponent(power.base)) ** (-power.exp)


def _paired(product: Any) -> Any:
    """Use exp(z) s(-z) = s(z) as long as both are factors."""
    for factor in product.args:
        base, power = factor.as_base_exp()
        for other in product.args if isinstance(base, Logistic) else ():
            times = -other.args[0] / base.args[0] if isinstance(other, sympy.exp) else sympy.S.Zero
            if times.is_Integer and times.is_positive and power.is_Integer and power.is_positive:
                z, used = -base.args[0], min(times, power)
                spent = Logistic(z) ** used * Logistic(-z) ** (power - used)
                return product / factor / other * spent * sympy.exp((times - used) * z)
    return product

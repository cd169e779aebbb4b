"""A weighted Gram matrix to any number of digits: the formula read sample by sample.

Everything is a sum written out, term by term, in the arithmetic of one mpmath context; nothing is
shared with the arrays of floats but the formula.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams.data import (
    labels,
    needs,
    require_layer,
    require_shapes,
    require_sizes,
)
from rmtcheck.spectral.grams.formula import with_sizes
from rmtcheck.spectral.multiprecision.exact import exact
from rmtcheck.vocabulary.activations import ARGUMENT
from rmtcheck.vocabulary.grams import Combination, HiddenOutput, Input, UnitVector, Vector
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import (
    LABEL,
    HiddenWeight,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    Target,
)

MOST_DIGITS = 10_000
GUARD_DIGITS = 15
Matrix = list[list[Fraction]]
RELATIONS: dict[type, Callable[[Any, Any], bool]] = {
    sympy.StrictGreaterThan: lambda x, y: bool(x > y),
    sympy.GreaterThan: lambda x, y: bool(x >= y),
    sympy.StrictLessThan: lambda x, y: bool(x < y),
    sympy.LessThan: lambda x, y: bool(x <= y),
    sympy.Equality: lambda x, y: bool(x == y),
    sympy.Unequality: lambda x, y: bool(x != y),
}


def require_digits(digits: Any) -> int:
    """Return a number of digits, or raise DomainError."""
    is_number = isinstance(digits, int) and not isinstance(digits, bool)
    if not is_number or not 1 <= digits <= MOST_DIGITS:
        raise DomainError(f"digits is {digits}; accepted is an integer from 1 to {MOST_DIGITS}.")
    return int(digits)


class MultiprecisionGram:
    """A formula with the exact numbers that it is evaluated at."""

    def __init__(
        self, gram: Any, digits: int, network: Any, arrays: tuple[Any, ...], values: dict[str, Any]
    ) -> None:
        X, V, W, targets = arrays
        self.X, self.V = exact_matrix("X", X), exact_matrix("V", V)
        self.W = None if W is None else exact_matrix("W", W)
        self.activation = needs(gram, network).activation
        require_layer(gram, network, self.W is not None)
        require_shapes(_shape(self.X), _shape(self.V), self.W and _shape(self.W))
        (d, N), C, m = _shape(self.X), len(self.V), None if self.W is None else len(self.W)
        require_sizes(network, {"d": d, "m": m, "C": C})
        self.sizes = (d, m, C, N)
        self.gram = with_sizes(gram, self.sizes, values)
        self.labels = labels(targets, C, N) + 1 if LABEL in self.gram.free_symbols else None
        self.targets = _targets(targets, C, N) if self.gram.has(Target) else None
        self.context = mpmath.MPContext()
        self.digits = digits

    def weights(self) -> list[Any]:
        """Return the scalar of every sample."""
        self.context.dps = self.digits + GUARD_DIGITS
        found = [self._sample(n).value(self.gram.weight) for n in range(self.sizes[3])]
        self.context.dps = self.digits
        return [+number for number in found]

    def block(self) -> Any:
        """Return the matrix."""
        self.context.dps = self.digits + GUARD_DIGITS
        gram, total = self.gram, None
        for n in range(self.sizes[3]):
            sample = self._sample(n)
            weight = sample.value(gram.weight)
            left, right = sample.vector(gram.left), sample.vector(gram.right)
            rank_one = self.context.matrix([[weight * a * b for b in right] for a in left])
            total = rank_one if total is None else total + rank_one
        total = total * self._sample(0).value(gram.scale)
        self.context.dps = self.digits
        return total.apply(lambda number: +number)

    def _sample(self, n: int) -> Sample:
        return Sample(self, n)


class Sample:
    """The fields of one sample, in the arithmetic of a context."""

    def __init__(self, problem: MultiprecisionGram, n: int) -> None:
        self.context, self.problem, self.n = problem.context, problem, n
        self.x = [self._number(row[n]) for row in problem.X]
        self.label = None if problem.labels is None else sympy.Integer(int(problem.labels[n]))
        self._memory: dict[Any, Any] = {}
        hidden = self.x
        if problem.W is not None:
            self.preactivations = self._times(problem.W, self.x)
            if problem.activation is not None:
                hidden = [self._activated(a) for a in self.preactivations]
        self.hidden = hidden
        is_known = problem.W is None or problem.activation is not None
        self.logits = self._times(problem.V, hidden) if is_known else []

    def value(self, expression: Any) -> Any:
        """Return the number that an expression without free indices has at this sample."""
        if expression not in self._memory:
            self._memory[expression] = self._value(expression)
        return self._memory[expression]

    def vector(self, vector: Vector) -> list[Any]:
        """Return a vector of the sample."""
        if isinstance(vector, Combination):
            parts = [(self.value(c), self.vector(part)) for c, part in vector.terms]
            return [
                self.context.fsum(c * part[k] for c, part in parts) for k in range(len(parts[0][1]))
            ]
        if isinstance(vector, UnitVector):
            units = self.problem.sizes[1] or 0
            at = _place(vector.index, units)
            return [self.context.mpf(int(k == at)) for k in range(units)]
        if isinstance(vector, HiddenOutput):
            return self.hidden
        return self.x if isinstance(vector, Input) else [self.context.mpf(1)]

    def _value(self, expression: Any) -> Any:
        if isinstance(expression, sympy.Sum):
            return self._sum(expression)
        if expression.is_Add:
            return self.context.fsum(map(self.value, expression.args))
        if expression.is_Mul:
            return self.context.fprod(map(self.value, expression.args))
        if isinstance(expression, sympy.KroneckerDelta):
            left, right = (self._index(a) for a in expression.args)
            return self.context.mpf(int(left == right))
        if isinstance(expression, sympy.Piecewise):
            return self._piece(expression)
        if isinstance(expression, sympy.Pow) and expression.exp.is_Integer:
            return self.value(expression.base) ** int(expression.exp)
        return self._node(expression) if expression.args else self._atom(expression)

    def _sum(self, total: sympy.Sum) -> Any:
        (index, low, high), *others = reversed(total.limits)
        low, high = self._index(low), self._index(high)
        rest = sympy.Sum(total.function, *reversed(others)) if others else total.function
        return self.context.fsum(
            self.value(rest.subs(index, k)) for k in range(int(low), int(high) + 1)
        )

    def _node(self, node: Any) -> Any:
        if isinstance(node, SoftmaxComponent):
            return self._softmax(node)
        if isinstance(node, Indicator):
            return self.context.mpf(int(self._entry(self.preactivations, node) > 0))
        if isinstance(node, Preactivation | Logit):
            return self._entry(
                self.logits if isinstance(node, Logit) else self.preactivations, node
            )
        if isinstance(node, Target):
            assert self.problem.targets is not None
            column = [row[self.n] for row in self.problem.targets]
            return self._number(self._entry(column, node))
        if isinstance(node, OutputWeight | HiddenWeight):
            matrix = self.problem.V if isinstance(node, OutputWeight) else self.problem.W or []
            row, column = (self._index(k) for k in node.args)
            line = matrix[_place(row, len(matrix))]
            return self._number(line[_place(column, len(line))])
        return self._function(node)

    def _softmax(self, component: SoftmaxComponent) -> Any:
        C = len(self.logits)
        if component.classes != C:
            raise DomainError(
                f"the softmax {component} is of {component.classes} classes, not {C}."
            )
        tau, place = self.value(component.temperature), _place(self._index(component.index), C)
        largest = max(self.logits)
        powers = [self.context.exp((u - largest) / tau) for u in self.logits]
        return powers[place] / self.context.fsum(powers)

    def _function(self, node: Any) -> Any:
        name = {"Abs": "fabs", "Pow": "power"}.get(node.func.__name__, node.func.__name__)
        if name in ("Max", "Min"):
            return (max if name == "Max" else min)(map(self.value, node.args))
        if name == "Heaviside":
            return (1 + self.context.sign(self.value(node.args[0]))) / 2
        function = getattr(self.context, name, None)
        if function is None:
            raise DomainError(f"{node.func.__name__} in the formula has no values in many digits.")
        number = function(*map(self.value, node.args))
        if self.context.im(number) != 0 or not self.context.isfinite(number):
            raise DomainError(f"{node} is no real number at sample {self.n + 1}.")
        return number

    def _piece(self, piecewise: Any) -> Any:
        for value, condition in piecewise.args:
            if condition is not sympy.false and (condition is sympy.true or self._holds(condition)):
                return self.value(value)
        raise DomainError(f"{piecewise} has no value at sample {self.n + 1}.")

    def _holds(self, condition: Any) -> bool:
        if isinstance(condition, sympy.And | sympy.Or):
            joined = all if isinstance(condition, sympy.And) else any
            return joined(self._holds(part) for part in condition.args)
        return RELATIONS[type(condition)](*map(self.value, condition.args))

    def _atom(self, atom: Any) -> Any:
        if atom == LABEL and self.label is not None:
            return self.context.mpf(int(self.label))
        if atom.is_Rational:
            return self.context.mpf(int(atom.p)) / int(atom.q)
        if atom.is_Float:
            return self._number(exact("a number of the formula", float(atom)))
        if atom.is_NumberSymbol:
            constant = {"Exp1": "e", "Pi": "pi", "EulerGamma": "euler"}.get(type(atom).__name__)
            if constant:
                return +getattr(self.context, constant)
        raise DomainError(f"{atom} in the formula has no value in many digits.")

    def _activated(self, a: Any) -> Any:
        self._memory[ARGUMENT] = a
        assert self.problem.activation is not None
        value = self.value(self.problem.activation.expression)
        self._memory.clear()
        return value

    def _entry(self, entries: list[Any], node: Any) -> Any:
        return entries[_place(self._index(node.args[0]), len(entries))]

    def _index(self, index: Any) -> Any:
        return self.label if index == LABEL else index

    def _times(self, matrix: Matrix, vector: list[Any]) -> list[Any]:
        return [self.context.fdot(map(self._number, row), vector) for row in matrix]

    def _number(self, fraction: Fraction) -> Any:
        return self.context.mpf(fraction.numerator) / fraction.denominator


def exact_matrix(name: str, rows: Any) -> Matrix:
    """Return a matrix of fractions from nested sequences of exact numbers."""
    try:
        found = [[_fraction(name, entry) for entry in row] for row in rows]
    except TypeError:
        raise DomainError(f"{name} must be a sequence of rows of numbers.") from None
    if not found or not found[0] or len(set(map(len, found))) > 1:
        raise DomainError(f"{name} must have rows of one length, and no fewer than one entry.")
    return found


def _fraction(name: str, value: Any) -> Fraction:
    if not isinstance(value, str):
        return exact(name, value)
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise DomainError(f"{name} has the entry {value!r}; accepted is a number.") from None


def _shape(matrix: Matrix) -> tuple[int, int]:
    return len(matrix), len(matrix[0])


def _place(index: Any, size: int) -> int:
    if not getattr(index, "is_Integer", False) or not 1 <= index <= size:
        raise DomainError(f"the index {index} must be a number from 1 to {size}.")
    return int(index) - 1


def _targets(targets: Any, C: int, N: int) -> Matrix:
    if targets is None:
        raise DomainError(f"targets are missing; accepted are {C} rows of {N} numbers.")
    found = exact_matrix("targets", targets)
    if _shape(found) != (C, N):
        raise DomainError(f"targets have shape {_shape(found)}; accepted is ({C}, {N}).")
    return found

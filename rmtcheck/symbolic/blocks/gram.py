"""From the entry (a, b) of a second derivative to a weighted Gram matrix."""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks.activations import activation_derivative, in_fields
from rmtcheck.symbolic.blocks.forward import HIDDEN, Coordinate, Slope
from rmtcheck.symbolic.blocks.gates import opened
from rmtcheck.symbolic.blocks.question import A, Question
from rmtcheck.symbolic.blocks.sums import normal
from rmtcheck.symbolic.blocks.textbook import arranged, common_factor
from rmtcheck.vocabulary.grams import ONE, Combination, HiddenOutput, Vector, WeightedGram

Coefficients = dict[tuple[Vector, Vector], sympy.Expr]


def coefficients(entry: sympy.Expr) -> Coefficients:
    """Return the coefficient of every pair of vectors in the entry (a, b)."""
    found: Coefficients = {}
    for term in sympy.Add.make_args(entry):
        nodes = [f for f in sympy.Mul.make_args(term) if isinstance(f, Coordinate)]
        left = next((f.args[0] for f in nodes if f.args[1] == A), ONE)
        right = next((f.args[0] for f in nodes if f.args[1] != A), ONE)
        weight = term / sympy.Mul(*nodes)
        found[left, right] = found.get((left, right), sympy.S.Zero) + weight
    return {pair: weight for pair, weight in found.items() if weight != 0}


def assembled(question: Question, scale: sympy.Expr, found: Coefficients) -> WeightedGram:
    """Return the weighted Gram matrix with these coefficients.

    Parameters
    ----------
    question : Question
        Says which vectors a zero block has, and the activation.
    scale : sympy expression
        The factor in front of the sum over the samples.
    found : dict
        The coefficient of every pair of vectors, in normal form.

    Raises
    ------
    DomainError
        If the activation lacks a derivative that the block needs.
    """
    gram = _assembled(question, scale, found)
    named = {HIDDEN: HiddenOutput(question.activation)} if question.activation else {}
    put: WeightedGram = gram.xreplace(named)
    return put


def _assembled(question: Question, scale: sympy.Expr, found: Coefficients) -> WeightedGram:
    settled = {pair: _in_activation(weight, question) for pair, weight in found.items()}
    nonzero = {pair: weight for pair, weight in settled.items() if weight != 0}
    if not nonzero:
        right = question.space(question.column) if question.column else ONE
        return WeightedGram(scale, 0, question.space(question.row), right)
    if len(nonzero) == 1:
        ((left, right), weight) = next(iter(nonzero.items()))
        return WeightedGram(scale, weight, left, right)
    return _combined(scale, {pair: found[pair] for pair in nonzero}, question)


def _combined(scale: sympy.Expr, found: Coefficients, question: Question) -> WeightedGram:
    """Return the matrix of several pairs that share their left or their right vector."""
    lefts, rights = ({pair[side] for pair in found} for side in (0, 1))
    terms = [t for weight in found.values() for t in sympy.Add.make_args(weight)]
    factor = common_factor(terms)
    at = 1 if len(lefts) == 1 else 0
    parts = [
        (_in_activation(normal(weight / factor), question), pair[at])
        for pair, weight in found.items()
    ]
    vectors = (lefts.pop(), Combination(*parts)) if at else (Combination(*parts), rights.pop())
    return WeightedGram(scale, _in_activation(factor, question), *vectors)


def _in_activation(weight: sympy.Expr, question: Question) -> sympy.Expr:
    return with_activation(arranged(weight), question)


def with_activation(expr: sympy.Expr, question: Question) -> sympy.Expr:
    """Return an expression with the derivatives of the activation put in."""

    def value(unit: sympy.Expr, order: Any) -> sympy.Expr:
        try:
            return in_fields(activation_derivative(question.activation, int(order)), unit)
        except DomainError as reason:
            block = ", ".join(e.layer for e in question.entries)
            raise DomainError(
                f"the block ({block}) needs sigma{chr(39) * int(order)}: {reason}"
            ) from None

    return opened(expr.replace(Slope, value))

"""The derivatives of the loss of one sample, entry by entry, and the block they form."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks.forward import (
    CLASSES,
    DIMENSION,
    SAMPLES,
    WIDTH,
    differentiate,
)
from rmtcheck.symbolic.blocks.gram import assembled, coefficients
from rmtcheck.symbolic.blocks.question import FIRST, SECOND, Question
from rmtcheck.symbolic.blocks.softmax import recognize, with_logistic
from rmtcheck.symbolic.blocks.sums import normal
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.samples import LABEL
from rmtcheck.vocabulary.symbols import C, c

_NOT_FINITE = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.Derivative, sympy.Subs)
INDEX_NAMES = (c, *sympy.symbols("k l q r", integer=True, positive=True))


@lru_cache(maxsize=128)
def gradient(question: Question) -> sympy.Expr:
    """Return the first derivative of the loss of one sample, contracted, in exponentials."""
    return normal(differentiate(question.of_sample(), question.entries[0]))


@lru_cache(maxsize=128)
def hessian_entry(question: Question) -> sympy.Expr:
    """Return the second derivative of the loss of one sample, contracted, in exponentials."""
    second = normal(differentiate(gradient(question), question.entries[1]))
    if question.relation != "different":
        return second
    return second.xreplace({sympy.KroneckerDelta(FIRST, SECOND): sympy.S.Zero})


def simplified(entry: sympy.Expr) -> sympy.Expr:
    """Return the normal form in softmax components and logistic functions."""
    return normal(with_logistic(recognize(entry)))


@lru_cache(maxsize=128)
def gram_of(question: Question) -> WeightedGram:
    """Return the block or gradient with symbols for sizes and rows.

    Raises
    ------
    DomainError
        If the loss has no finite derivative for some data, or leaves the index of a sum free.
    """
    entry = (hessian_entry if question.column else gradient)(question)
    factor = question.loss.factor
    scale = question.loss.prefactor(SAMPLES, CLASSES) / factor
    gram = assembled(question, scale, coefficients(normal(factor * simplified(entry))))
    _require_closed(question, gram)
    return gram


def _require_closed(question: Question, gram: WeightedGram) -> None:
    given = {CLASSES, SAMPLES, WIDTH, DIMENSION, FIRST, SECOND, LABEL}
    left = gram.free_symbols - given - question.loss.free_symbols
    if left or gram.has(*_NOT_FINITE):
        accepted = "accepted are losses with finite derivatives, one by one in every sum"
        raise DomainError(f"the loss {question.loss} has a derivative out of reach; {accepted}")


def named(expr: Any, values: dict[sympy.Expr, sympy.Expr]) -> Any:
    """Return an expression with sizes and rows put in, and sums over c."""
    put = expr.xreplace(values)
    free = put.free_symbols
    heights = sorted({at[0] for s in put.atoms(sympy.Sum) for at in s.limits}, key=lambda s: s.name)
    letters = [name for name in INDEX_NAMES if name not in free and name != C]
    return put.xreplace(dict(zip(heights, letters, strict=False)))

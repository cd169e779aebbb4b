"""Wrong variants of an expression: the errors that authors and printers make.

Constants off by one, signs, exponents, lost terms and factors, exchanged symbols,
a square inside or outside an expectation, a factor of two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, NamedTuple

import sympy

from rmtcheck.vocabulary.nouns import Noun
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxComponent
from rmtcheck.vocabulary.samples import LABEL, HiddenWeight, OutputWeight, SampleNode
from rmtcheck.vocabulary.symbols import i, j, n

_NO_NUMBER = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)


class Variant(NamedTuple):
    """A wrong value and the change that made it."""

    change: str
    value: Any


def expression_variants(expr: sympy.Expr) -> Iterator[Variant]:
    """Yield the wrong variants of an expression, each different from it and from each other.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> [str(v.value) for v in expression_variants(2 * gamma)][:3]
    ['4*gamma', 'gamma', '-2*gamma']
    """
    expr = sympy.sympify(expr)
    seen = {expr}
    no_number = [value for value in _NO_NUMBER if not expr.has(value)]
    for variant in (*_scaled(expr), *_exchanged(expr), *_local(expr)):
        if variant.value not in seen and not variant.value.has(*no_number):
            seen.add(variant.value)
            yield variant


def _scaled(expr: sympy.Expr) -> Iterator[Variant]:
    if expr == 0:
        yield Variant("0 -> 1", sympy.Integer(1))
        yield Variant("0 -> -1", sympy.Integer(-1))
        return
    yield Variant("times 2", 2 * expr)
    yield Variant("halved", expr / 2)
    yield Variant("negated", -expr)


def _exchanged(expr: sympy.Expr) -> Iterator[Variant]:
    symbols = sorted(expr.free_symbols | expr.atoms(sympy.core.numbers.Exp1), key=str)
    for first, second in combinations(symbols, 2):
        if _sort(first) == _sort(second):
            exchange = {first: second, second: first}
            yield Variant(f"{first} and {second} exchanged", expr.xreplace(exchange))


def _sort(symbol: sympy.Expr) -> str:
    """Return what a symbol stands for; only symbols of one sort are ever confused."""
    if symbol == LABEL:
        return "label"
    if symbol in (i, j, n):
        return "index"
    return "size" if symbol.is_integer else "number"


def _local(expr: sympy.Expr) -> Iterator[Variant]:
    for rule in _RULES:
        yield from rule(expr)
    if isinstance(expr, Noun | SoftmaxComponent | SampleNode | sympy.KroneckerDelta):
        return
    if isinstance(expr, sympy.Sum):
        yield from _summed(expr)
        return
    for place, argument in enumerate(expr.args):
        for variant in _local(argument):
            arguments = list(expr.args)
            arguments[place] = variant.value
            yield Variant(variant.change, expr.func(*arguments))


def _summed(expr: sympy.Sum) -> Iterator[Variant]:
    body, *limits = expr.args
    (index, first, last), *others = limits
    yield Variant(
        f"term {index} = {first} dropped", sympy.Sum(body, (index, first + 1, last), *others)
    )
    yield Variant(
        f"term {index} = {last} dropped", sympy.Sum(body, (index, first, last - 1), *others)
    )
    for variant in _local(body):
        yield Variant(variant.change, sympy.Sum(variant.value, *limits))


def _constant(expr: sympy.Expr) -> Iterator[Variant]:
    if isinstance(expr, sympy.Integer):
        for step in (1, -1):
            yield Variant(f"{expr} -> {expr + step}", expr + step)
    elif isinstance(expr, sympy.Rational):
        for value in (2 * expr, -expr):
            yield Variant(f"{expr} -> {value}", value)
    elif expr is sympy.E:
        for value in (sympy.E**2, sympy.Integer(1)):
            yield Variant(f"e -> {value}", value)


def _symbol(expr: sympy.Expr) -> Iterator[Variant]:
    if isinstance(expr, sympy.Symbol) and not expr.is_integer:
        for value in (expr**2, 1 / expr):
            yield Variant(f"{expr} -> {value}", value)


def _sum(expr: sympy.Expr) -> Iterator[Variant]:
    if isinstance(expr, sympy.Add):
        for term in expr.args:
            yield Variant(f"term {term} dropped", expr - term)
            yield Variant(f"sign of {term} flipped", expr - 2 * term)


def _misindexed(expr: sympy.Expr) -> Iterator[Variant]:
    """Exchange the indices of one entry of a weight matrix, or name another unit in it."""
    if isinstance(expr, OutputWeight | HiddenWeight):
        first, second = expr.args
        wrong = [expr.func(second, first)]
        wrong += [expr.func(first, {i: j, j: i}[second])] if second in (i, j) else []
        yield from (Variant(f"one {expr} -> {value}", value) for value in wrong)


def _product(expr: sympy.Expr) -> Iterator[Variant]:
    if isinstance(expr, sympy.Mul):
        for place, factor in enumerate(expr.args):
            rest = expr.args[:place] + expr.args[place + 1 :]
            yield Variant(f"factor {factor} dropped", sympy.Mul(*rest))


def _jensen(expr: sympy.Expr) -> Iterator[Variant]:
    if isinstance(expr, sympy.Pow) and isinstance(expr.base, Expectation) and expr.exp == 2:
        yield Variant(f"{expr} squared inside", Expectation(expr.base.args[0] ** 2))
    if isinstance(expr, Expectation):
        yield Variant(f"{expr} squared", expr**2)


_RULES: tuple[Callable[[sympy.Expr], Iterator[Variant]], ...] = (
    _constant,
    _symbol,
    _sum,
    _product,
    _misindexed,
    _jensen,
)

"""Where point checks look: the aspect ratios and numbers of classes that users meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import sympy

from rmtcheck.claims.statements import Statement
from rmtcheck.vocabulary import symbols

Point = dict[sympy.Symbol, sympy.Expr]

ASPECT_RATIOS = tuple(sympy.Rational(*q) for q in ((1, 10), (1, 2), (1, 1), (2, 1), (10, 1)))
CLASSES = tuple(sympy.Integer(c) for c in (2, 10, 100, 1000, 32_000, 128_000, 128_256))
DEVIATIONS = (sympy.Integer(1), sympy.Rational(3, 2))
SCALES = (sympy.Rational(1, 2), sympy.Integer(1), sympy.Rational(5, 4))
FREQUENCIES = (sympy.Rational(1, 2), sympy.Integer(1), sympy.Integer(2))

TYPICAL: Mapping[sympy.Symbol, tuple[sympy.Expr, ...]] = {
    symbols.gamma: ASPECT_RATIOS,
    symbols.C: CLASSES,
    symbols.sigma: DEVIATIONS,
    symbols.tau: SCALES,
    symbols.t: FREQUENCIES,
}


def points(statement: Statement) -> Iterator[Point]:
    """Yield typical values of the free symbols of a statement; indices need none."""
    free = sorted(statement.free_symbols & TYPICAL.keys(), key=str)
    for values in product(*(TYPICAL[s] for s in free)):
        yield dict(zip(free, values, strict=True))


def named(point: Point) -> dict[str, str]:
    """Return a point as JSON data."""
    return {str(symbol): str(value) for symbol, value in point.items()}


def shown(point: Point) -> str:
    """Return a point in words."""
    return ", ".join(f"{name} = {value}" for name, value in named(point).items()) or "the statement"

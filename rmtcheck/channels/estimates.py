"""Float estimates of a question at typical points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.channels.typical import Point, named, points
from rmtcheck.claims.statements import LimitOf, Order, Statement
from rmtcheck.spectral.expectations import evaluate
from rmtcheck.spectral.extrapolation import extrapolate, log_slope
from rmtcheck.spectral.finite_size import block_norm_mean
from rmtcheck.symbolic.hessian import derive
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.networks import HessianBlock
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.quantities import FrobeniusSquared

GROWING_CLASSES = tuple(1000 * 2**k for k in range(6))
GROWING_DIMENSIONS = (40, 80, 160, 320)
FIXED_CLASSES = (2, 10, 1000)


@dataclass(frozen=True)
class Found:
    """An estimate at one point."""

    at: Point
    estimate: Estimate

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"at": named(self.at), "value": self.estimate.value, "error": self.estimate.error}


def values(statement: Statement) -> Iterator[Found]:
    """Yield the asked expression itself at typical points."""
    for point in points(statement):
        yield Found(point, evaluate(statement.asked, point))


def along_classes(statement: LimitOf) -> Iterator[tuple[list[Found], Found]]:
    """Yield, for each point, the finite-size values and their limit as the classes grow."""
    for point in points(statement):
        series = _series(statement.asked, point)
        limit = extrapolate(GROWING_CLASSES, [f.estimate for f in series])
        yield series, Found(point, limit)


def exponents(statement: Order) -> Iterator[tuple[list[Found], Found]]:
    """Yield, for each point, the finite-size values and the exponent of the classes."""
    for point in points(statement):
        series = _series(statement.asked, point)
        slope = log_slope(GROWING_CLASSES, [f.estimate for f in series])
        yield series, Found(point, slope)


def along_dimensions(statement: LimitOf) -> Iterator[tuple[list[Found], Found]]:
    """Yield exact finite-size ratios of mean block norms, and their limit as d and N grow."""
    ratios = sorted({point[symbols.gamma] for point in _block_points(statement)})
    for classes in FIXED_CLASSES:
        table = {
            d: {gamma: at_sizes(statement.asked, _sizes(d, gamma, classes)) for gamma in ratios}
            for d in GROWING_DIMENSIONS
        }
        for gamma in ratios:
            at = {symbols.gamma: gamma, symbols.C: sympy.Integer(classes)}
            series = [Found({**at, symbols.d: d}, table[d][gamma]) for d in GROWING_DIMENSIONS]
            limit = extrapolate(GROWING_DIMENSIONS, [f.estimate for f in series])
            yield series, Found(at, limit)


def at_sizes(expression: sympy.Expr, sizes: Mapping[Any, Any]) -> Estimate:
    """Return an expression in mean squared norms of blocks, with sizes put in for symbols."""
    nodes = sorted(expression.atoms(FrobeniusSquared), key=str)
    return _norms(expression, {node: _mean_norm(node.args[0], sizes) for node in nodes})


def _series(expression: sympy.Expr, point: Point) -> list[Found]:
    sizes = ({**point, symbols.C: sympy.Integer(c)} for c in GROWING_CLASSES)
    return [Found(at, evaluate(expression, at)) for at in sizes]


def _block_points(statement: LimitOf) -> Iterator[Point]:
    return (point for point in points(statement) if symbols.gamma in point)


def _mean_norm(block: HessianBlock, sizes: Mapping[Any, Any]) -> Estimate:
    model = block.network
    d, N, C = (int(size.subs(sizes)) for size in (model.d, block.samples, model.C))
    return block_norm_mean(derive(block).weight, d, N, C)


def _sizes(d: int, gamma: sympy.Rational, classes: int) -> dict[sympy.Symbol, Any]:
    return {symbols.d: d, symbols.N: d / gamma, symbols.C: classes}


def _norms(expression: sympy.Expr, means: Mapping[Any, Estimate]) -> Estimate:
    """Evaluate with the means put in; the errors add up relatively, as for products."""
    plain = expression.replace(lambda n: n.func.__name__ == "Expectation", lambda n: n.args[0])
    value = float(plain.xreplace({node: sympy.Float(e.value) for node, e in means.items()}))
    relative = sum(e.error / e.value for e in means.values())
    return Estimate(value=value, error=abs(value) * relative)

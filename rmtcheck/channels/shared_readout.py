"""Limits of a hidden layer in floats: quadrature of the limits, and draws at finite sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import sympy

from rmtcheck.channels.estimates import Found
from rmtcheck.channels.typical import ASPECT_RATIOS
from rmtcheck.claims.statements import LimitOf, Order, Statement
from rmtcheck.errors import PrecisionError
from rmtcheck.montecarlo.hidden_layer import Setting, draw_norms
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.expectations import value_of
from rmtcheck.spectral.shared_readout import (
    Term,
    cross_entropy_norm,
    relu_overlap_value,
    squared_error_norm,
)
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MeanSquaredError
from rmtcheck.vocabulary.networks import HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.overlaps import ReluOverlap
from rmtcheck.vocabulary.quantities import Expectation, FrobeniusSquared
from rmtcheck.vocabulary.samples import OutputWeight

WIDTHS = tuple(sympy.Integer(m) for m in (3, 4, 8))
FAR, FARTHER = sympy.Integer(10) ** 40, sympy.Integer(10) ** 80
"""Numbers of classes at which a quantity is its limit, as far as floats can tell."""
DRAWN_WIDTHS, DRAWN_RATIO = (sympy.Integer(3), sympy.Integer(8)), sympy.Integer(1)
DRAWN_CLASSES = (10, 32, 100, 316, 1000, 3162)
DRAWS, LOGITS = 10_000, 3_000_000
"""Most draws at a number of classes, and most logits of one sample."""
DEVIATIONS = 6
"""Standard errors within which a mean is: farther out has probability below 1e-8."""
Terms = Mapping[sympy.Expr, tuple[Estimate, sympy.Expr]]


def has_numbers(statement: Statement) -> bool:
    """Whether every mean in a limit or order of a hidden layer has a quadrature of its own."""
    if not isinstance(statement, LimitOf | Order) or statement.along.then != symbols.C:
        return False
    means = statement.quantity.atoms(Expectation)
    is_free = not statement.quantity.has(OutputWeight)
    return is_free and bool(means) and all(map(_is_known, means))


def is_iterated(statement: Statement) -> bool:
    """Whether classes grow after the data, or rows of V are averaged."""
    if not isinstance(statement, LimitOf | Order):
        return False
    return statement.along.then is not None or statement.quantity.has(OutputWeight)


def pairs(statement: LimitOf | Order) -> Iterator[tuple[list[Found], Found]]:
    """Yield what was drawn at finite numbers of classes, and the limit, for every point."""
    for gamma in ASPECT_RATIOS:
        for m in WIDTHS:
            at = {symbols.gamma: gamma, symbols.m: m}
            limit = Found(at, _at_infinity(statement, at))
            is_drawn = gamma == DRAWN_RATIO and m in DRAWN_WIDTHS
            is_limit = isinstance(statement, LimitOf)
            yield (_drawn(statement, at) if is_drawn and is_limit else []), limit


def power_of_draws(record: Mapping[str, Any]) -> str:
    """Return what the draws at the most classes say about the limits, width by width.

    Where they are visibly away from the limit, they cannot test it: the distance is theirs.
    """
    limits = {(p["at"]["m"], p["at"]["gamma"]): p["value"] for p in record["extrapolated"]}
    last = {(p["at"]["m"], p["at"]["gamma"]): p for p in record["points"]}
    return "; ".join(_power(point, limits[place]) for place, point in last.items())


def _power(point: Mapping[str, Any], limit: float) -> str:
    classes, m, value = point["at"]["C"], point["at"]["m"], point["value"]
    noise = DEVIATIONS * point["error"]
    seen = f"draws at m = {m}, C = {classes} give {value:.3g} within {noise:.1g}"
    if abs(value - limit) > noise:
        return f"{seen}, away from the limit {limit:.3g}: no power against other limits"
    return f"{seen}, in agreement with the limit {limit:.3g}"


def claimed_value(value: sympy.Expr, at: Mapping[Any, Any]) -> float:
    """Return a claimed value at a point, with overlaps by quadrature."""
    numbers = sympy.sympify(value).subs(dict(at))
    return value_of(numbers.replace(ReluOverlap, _overlap), {})


def _overlap(order: sympy.Expr, tilt: sympy.Expr) -> sympy.Float:
    return sympy.Float(relu_overlap_value(int(order), float(tilt)).value, 17)


def _is_known(mean: sympy.Expr) -> bool:
    norm = mean.args[0]
    if not (isinstance(norm, FrobeniusSquared) and isinstance(norm.args[0], HessianBlock)):
        return False
    block = norm.args[0]
    network = block.network
    known = isinstance(network, OneHiddenLayer) and network.activation == RELU
    same_layer = block.row.layer == block.column.layer
    return known and same_layer and (block.loss == CROSS_ENTROPY or _factor(block) is not None)


def _factor(block: HessianBlock) -> float | None:
    """Return the number in front of a squared error that is averaged over the samples."""
    loss = block.loss
    is_plain = isinstance(loss, MeanSquaredError) and loss.reduction == "mean"
    return float(loss.factor) if is_plain and loss.factor.is_number else None


def _term(block: HessianBlock, at: Mapping[Any, Any]) -> Term:
    gamma, m = float(at[symbols.gamma]), int(at[symbols.m])
    layer, diagonal, factor = block.row.layer, block.is_diagonal, _factor(block)
    if factor is None:
        return cross_entropy_norm(layer, diagonal=diagonal, gamma=gamma, m=m)
    return squared_error_norm(layer, diagonal=diagonal, gamma=gamma, m=m, factor=factor)


def _unit(node: sympy.Expr) -> sympy.Expr:
    """Return what a mean norm is a multiple of: blocks of hidden units grow like d."""
    return symbols.d if node.args[0].args[0].row.layer == "w" else sympy.S.One


def _at_infinity(statement: LimitOf | Order, at: Mapping[Any, Any]) -> Estimate:
    """Evaluate with every mean at its leading term, very far out."""
    nodes = statement.quantity.atoms(Expectation)
    found = {node: _term(node.args[0].args[0], at) for node in nodes}
    powers = {n: symbols.C ** sympy.Integer(t.exponent) * _unit(n) for n, t in found.items()}
    terms = {n: (t.coefficient, powers[n]) for n, t in found.items()}
    values = [_evaluated(statement.quantity, terms, at, far) for far in (FAR, FARTHER)]
    if isinstance(statement, LimitOf):
        change = abs(values[1].value - values[0].value)
        return Estimate(value=values[1].value, error=values[1].error + change)
    if not all(value.value > 0 for value in values):
        raise PrecisionError("the quantity is 0 as far as floats can tell, and has no exponent")
    slope = (sympy.log(values[1].value) - sympy.log(values[0].value)) / sympy.log(FARTHER / FAR)
    return Estimate(value=float(slope), error=1e-12)


def _drawn(statement: LimitOf | Order, at: Mapping[Any, Any]) -> list[Found]:
    found = []
    for classes in DRAWN_CLASSES:
        norms = _norms_at(statement.quantity, at, classes)
        terms = {node: (norm, _unit(node)) for node, norm in norms.items()}
        value = _evaluated(statement.quantity, terms, at, sympy.Integer(classes))
        found.append(Found({**at, symbols.C: sympy.Integer(classes)}, value))
    return found


def _norms_at(
    quantity: sympy.Expr, at: Mapping[Any, Any], classes: int
) -> dict[sympy.Expr, Estimate]:
    """Draw each kind of layer once, for its diagonal and its other blocks together."""
    blocks = {node: node.args[0].args[0] for node in quantity.atoms(Expectation)}
    kinds = {(block.row.layer, _factor(block)) for block in blocks.values()}
    gamma, m = float(at[symbols.gamma]), int(at[symbols.m])
    draws = max(2, min(DRAWS, LOGITS // classes))
    drawn = {
        (layer, factor): _drawn_norms(Setting(gamma, m, classes, factor), layer, draws)
        for layer, factor in kinds
    }
    return {node: drawn[b.row.layer, _factor(b)][b.is_diagonal] for node, b in blocks.items()}


@lru_cache(maxsize=64)
def _drawn_norms(setting: Setting, layer: str, draws: int) -> dict[bool, Estimate]:
    """Draw the norms of a layer; several statements of a claim speak of the same ones."""
    address = f"hidden layer {layer} {setting.factor} {setting.m}"
    return draw_norms(setting, layer, draws, stream(0, address, setting.C))


def _evaluated(
    quantity: sympy.Expr, terms: Terms, at: Mapping[Any, Any], classes: sympy.Integer
) -> Estimate:
    """Return the value with the means put in; each error moves its mean alone."""

    def value(moved: sympy.Expr | None) -> float:
        means = {
            node: sympy.Float(mean.value + (node == moved) * mean.error, 17) * power
            for node, (mean, power) in terms.items()
        }
        return float(quantity.xreplace(means).subs({**at, symbols.C: classes}))

    middle = value(None)
    error = sum(abs(value(node) - middle) for node in terms)
    return Estimate(value=middle, error=error + 1e-14 * abs(middle))

"""Statements on weights in floats: entries at drawn points, Gaussian means by quadrature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.channels._protocol import Judgement, Observation
from rmtcheck.channels.patterns import speaks_of_weights
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.claims.patterns import Pattern
from rmtcheck.claims.statements import Bound, Identity, Statement
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.second_order import hessians
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.graphs import FeedForward, Weight
from rmtcheck.vocabulary.networks import OneHiddenLayer
from rmtcheck.vocabulary.patterns import NONZERO, ZERO, DirectLinks, HessianSize
from rmtcheck.vocabulary.quantities import Expectation, FrobeniusSquared

Array = NDArray[np.float64]

POINTS = 8
"""Drawn points of weights and data."""
ROUNDING = 1e-10
"""What rounding may do, relative to the size of the sides or of the largest entry."""
NODES = 6
"""Gauss-Hermite nodes per weight: exact for polynomials of degree 11 in each."""
SIZES = ({"d": 3, "m": 2, "C": 4}, {"d": 2, "m": 5, "C": 3}, {"d": 1, "m": 1, "C": 2})
"""Sizes at which the weights of a network are counted."""


def has_numbers(statement: Statement) -> bool:
    """Whether floats can say anything about a statement on weights."""
    if isinstance(statement, Pattern):
        return not isinstance(statement.matrix, DirectLinks)
    return speaks_of_weights(statement)


@dataclass(frozen=True)
class Seen:
    """One side of an identity at one point, or the number of weights at given sizes."""

    at: dict[sympy.Basic, Any]
    value: float

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        at = {str(name): f"{float(value):.6g}" for name, value in self.at.items()}
        error = ROUNDING * max(1.0, abs(self.value))
        return {"at": at, "value": self.value, "error": error}


def observe(statement: Statement) -> Observation:
    """Evaluate what a statement on weights asks."""
    if isinstance(statement, Pattern):
        sizes = _sizes(statement)
        return Observation(sizes, {})
    if isinstance(statement, Bound):
        sides = [_seen(side) for side in (statement.lhs, statement.rhs)]
        return Observation(sides, _record([*sides[0], *sides[1]]))
    found = _seen(statement.asked)
    return Observation(found, _record(found))


def judge(statement: Statement, content: Any) -> Judgement:
    """Compare an answer with the floats."""
    if isinstance(statement, Pattern):
        return _judge_pattern(statement, content)
    if isinstance(statement, Bound):
        return _judge_bound(statement, content)
    if isinstance(statement, Identity):
        return _judge_identity(statement, content)
    raise DomainError(f"{statement} is given; accepted are patterns, identities and bounds")


def _record(found: list[Seen]) -> dict[str, Any]:
    return {"kind": "estimates", "points": [seen.record() for seen in found]}


def _seen(side: sympy.Expr) -> list[Seen]:
    if side.has(HessianSize):
        return [_counted(side, sizes) for sizes in SIZES]
    if side.has(Expectation):
        means = {node: sympy.Float(_mean(node.args[0])) for node in side.atoms(Expectation)}
        return [Seen({}, float(side.xreplace(means)))]
    names = _names(side)
    points = _drawn(side, len(names))
    values = _values(side, names, points)
    rows = zip(points, values, strict=True)
    return [Seen(dict(zip(names, row, strict=True)), float(value)) for row, value in rows]


def _names(side: sympy.Expr) -> list[sympy.Symbol]:
    return sorted(side.free_symbols, key=str)


def _drawn(side: Any, size: int) -> Array:
    return stream(0, f"weights of {side}", 0).standard_normal((POINTS, size))


def _values(side: sympy.Expr, names: list[sympy.Symbol], points: Array) -> Array:
    """Return an expression in derivatives and norms at points."""
    known: dict[sympy.Basic, sympy.Symbol] = {}
    arrays: list[Array] = []
    for node in sorted(side.atoms(sympy.Derivative, FrobeniusSquared), key=str):
        known[node] = sympy.Dummy()
        arrays.append(_node(node, names, points))
    plain = side.xreplace(known)
    columns = [*points.T, *arrays]
    value = sympy.lambdify([*names, *known.values()], plain, "numpy")(*columns)
    return np.broadcast_to(np.asarray(value, dtype=float), (len(points),))


def _node(node: sympy.Basic, names: list[sympy.Symbol], points: Array) -> Array:
    if isinstance(node, FrobeniusSquared):
        return np.array([_norm(node.args[0], dict(zip(names, p, strict=True))) for p in points])
    jet = hessians(node.expr, names, points)
    places = [names.index(variable) for variable in node.variables]
    return jet.gradient[:, places[0]] if len(places) == 1 else jet.hessian[:, places[0], places[1]]


def _norm(matrix: sympy.Basic, at: Mapping[Any, float]) -> float:
    """Return the squared norm of a product of matrices, multiplied as arrays."""
    factors = matrix.args if isinstance(matrix, sympy.MatMul) else (matrix,)
    total = np.eye(int(factors[0].rows))
    for factor in factors:
        entries = [[float(entry.subs(at)) for entry in factor.row(k)] for k in range(factor.rows)]
        total = total @ np.array(entries)
    return float((total**2).sum())


def _mean(expression: sympy.Expr) -> float:
    """Return a mean over iid standard Gaussian weights by a product rule."""
    names = sorted(expression.atoms(Weight), key=str)
    nodes, masses = np.polynomial.hermite_e.hermegauss(NODES)
    grid = np.array(list(product(nodes, repeat=len(names)))).reshape(-1, len(names))
    mass = np.array(list(product(masses / masses.sum(), repeat=len(names)))).prod(axis=1)
    return float(mass @ _values(expression, names, grid))


def _counted(side: sympy.Expr, sizes: Mapping[str, int]) -> Seen:
    """Return an expression in the size of a Hessian where the weights of the network exist."""
    symbols = {s: sizes[s.name] for s in side.free_symbols if s.name in sizes}
    networks = {node: node.args[0].subs(symbols) for node in side.atoms(HessianSize)}
    counts = {node: _number_of_weights(network) for node, network in networks.items()}
    return Seen(dict(symbols), float(side.xreplace(counts).subs(symbols)))


def _number_of_weights(network: Any) -> sympy.Integer:
    hidden = (network.m,) if isinstance(network, OneHiddenLayer) else ()
    return sympy.Integer(len(FeedForward((network.d, *hidden, network.C)).weights))


def _sizes(statement: Pattern) -> Array:
    """Return the largest size of each entry over the drawn points and all labels."""
    hessian = statement.matrix
    names = [*hessian.parameters]
    names += sorted({s for loss in hessian.losses for s in loss.free_symbols} - {*names}, key=str)
    points = _drawn(hessian, len(names))
    count = len(hessian.parameters)
    found = [hessians(loss, names, points).hessian[:, :count, :count] for loss in hessian.losses]
    sizes: Array = np.abs(np.concatenate(found)).max(axis=0)
    return sizes


def _judge_pattern(statement: Pattern, sizes: Array) -> Judgement:
    scope = Scope(Reach.POINTS, f"{POINTS} drawn points of weights and data")
    largest = float(sizes.max())
    for row, column in statement.entries():
        sign = NONZERO if sizes[row, column] > ROUNDING * largest else ZERO
        if sign != statement.grid.rows[row][column]:
            names = statement.matrix.parameters
            size = f"|H[{names[row]}, {names[column]}]| is at most {sizes[row, column]:.3g}"
            text = f"{size} at the drawn points, {largest:.3g} being the largest entry"
            return Judgement(Outcome.FAILS, scope, "another entry vanishes", text)
    return Judgement(Outcome.HOLDS, scope, "the entries that vanish at the drawn points")


def _judge_bound(statement: Bound, content: Any) -> Judgement:
    left, right = (side[0].value for side in content)
    scope = Scope(Reach.POINTS, "the statement")
    text = f"{left:.6g} on the left, {right:.6g} on the right"
    if abs(right - left) <= ROUNDING * max(1.0, abs(left), abs(right)):
        return Judgement(Outcome.UNKNOWN, scope, text)
    if (right > left) == (statement.relation == "<"):
        return Judgement(Outcome.HOLDS, scope, text)
    return Judgement(Outcome.FAILS, scope, "the other way round", text)


def _judge_identity(statement: Identity, content: list[Seen]) -> Judgement:
    scope = Scope(Reach.POINTS, f"{len(content)} points" if len(content) > 1 else "the statement")
    for seen in content:
        claimed = float(sympy.sympify(statement.rhs).subs(seen.at))
        if abs(claimed - seen.value) > ROUNDING * max(1.0, abs(seen.value)):
            place = ", ".join(f"{name} = {value}" for name, value in seen.record()["at"].items())
            text = f"{claimed:.10g} claimed, {seen.value:.10g} found"
            text = f"at {place}: {text}" if place else text
            return Judgement(Outcome.FAILS, scope, "differs from the floats", text)
    return Judgement(Outcome.HOLDS, scope, f"within {ROUNDING:.0g} of the floats")

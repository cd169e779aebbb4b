r"""Limits of a hidden layer in balls: every mean squared norm by the integrals that define it.

Along ``then=C`` each norm is its enclosed leading term :math:`cC^v`; a product of powers of norms
and a factor in C alone then has a leading term too. Sums of norms are refused: there leading terms
may cancel, and the next ones are not enclosed. For the squared error and activations without
curvature the norms are also enclosed at a finite number of classes. An order that holds at the
points holds for every aspect ratio and width where all leading terms are proved to be positive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from rmtcheck.certify.activation_means import Powers, unit_mean, unit_overlap
from rmtcheck.certify.activations import has_enclosure, is_piecewise_linear
from rmtcheck.certify.ball import everything
from rmtcheck.certify.evaluate import enclose
from rmtcheck.certify.exact import MAX_DIGITS, checked_integer, exact_rational
from rmtcheck.certify.expression import ball_of
from rmtcheck.certify.hidden_norms import (
    LeadingNorm,
    cross_entropy_norm,
    squared_error_norm,
    squared_error_norm_at,
)
from rmtcheck.certify.hidden_widths import are_positive, least_width
from rmtcheck.certify.regular import chart, split_power
from rmtcheck.certify.relu_means import relu_overlap
from rmtcheck.channels._protocol import Judgement
from rmtcheck.channels.typical import ASPECT_RATIOS, Point, shown
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.claims.statements import LimitOf, Order, Statement
from rmtcheck.errors import PrecisionError
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.activation_means import ActivationMean, ActivationOverlap
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MeanSquaredError
from rmtcheck.vocabulary.networks import HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.overlaps import ReluOverlap
from rmtcheck.vocabulary.quantities import Expectation, FrobeniusSquared

_POINTS = {
    symbols.gamma: ASPECT_RATIOS,
    symbols.m: tuple(map(sympy.Integer, (3, 4, 8))),
    symbols.C: tuple(map(sympy.Integer, (2, 10, 1000))),
}
_WIDE = (symbols.d, symbols.N)
_GUARD_DIGITS = 8


@dataclass(frozen=True)
class EnclosedGrowth:
    """A quantity that is asymptotically a ball times a power of the classes."""

    coefficient: arb
    exponent: sympy.Rational

    @property
    def limit(self) -> arb:
        """The limit; the ball of everything where it is not known to be finite."""
        if self.coefficient == 0 or (self.exponent < 0 and self.coefficient.is_finite()):
            return arb(0)
        return self.coefficient if self.exponent == 0 else everything()

    @property
    def is_known(self) -> bool:
        """Whether the power is proved to be the exact one, or the quantity to be 0."""
        is_settled = self.coefficient == 0 or not self.coefficient.contains(0)
        return bool(is_settled and self.coefficient.is_finite())

    @property
    def is_larger(self) -> bool:
        """Whether the quantity, divided by its power, is proved to tend to infinity."""
        return bool(self.coefficient == arb.pos_inf())

    def fits(self, exponent: sympy.Expr, *, tight: bool) -> bool:
        """Whether the quantity is of the exact order of a power, or at most of it."""
        if self.coefficient == 0:
            return bool(exponent == -sympy.oo) or not tight
        return bool(self.exponent == exponent or (not tight and self.exponent < exponent))

    def __str__(self) -> str:
        if self.coefficient == 0:
            return "0 for every C"
        if self.is_larger:
            return f"larger than C**({self.exponent}), by a factor that tends to oo"
        return f"({self.coefficient.str(12)})*C**({self.exponent})"


def speaks_of_hidden_norms(statement: Statement) -> bool:
    """Whether the quantity is a product of powers of norms whose means can be enclosed."""
    if not isinstance(statement, LimitOf | Order) or statement.along.ratio is None:
        return False
    means = statement.quantity.atoms(Expectation)
    if not means or not all(map(_is_norm, means)):
        return False
    if statement.along.growing == _WIDE:
        is_limit = isinstance(statement, LimitOf)
        return is_limit and all(map(_is_hidden_square, means))
    return statement.along.growing == (*_WIDE, symbols.C) and _is_product(statement.quantity)


def _points(statement: LimitOf | Order) -> Iterator[Point]:
    """Yield values of the symbols in the question; the answer is not looked at."""
    free = statement.quantity.free_symbols | sympy.sympify(statement.along.ratio).free_symbols
    here = sorted(free & _POINTS.keys() - set(statement.along.growing), key=str)
    for values in product(*(_POINTS[symbol] for symbol in here)):
        yield dict(zip(here, values, strict=True))


def limits(statement: LimitOf, digits: int) -> Iterator[tuple[Point, arb]]:
    """Yield the enclosed limit at every point."""
    for at in _points(statement):
        yield at, _finite(_limit(statement, at, digits), at)


def growths(statement: Order, digits: int) -> Iterator[tuple[Point, EnclosedGrowth]]:
    """Yield the enclosed leading term at every point."""
    for at in _points(statement):
        growth = _growth(statement, at, digits)
        if not growth.is_larger:
            _finite(growth.coefficient, at)
        yield at, growth


def _finite(ball: arb, at: Point) -> arb:
    if not ball.is_finite():
        raise PrecisionError(f"at {shown(at)}: no finite enclosure; it may be infinite there")
    return ball


def judge_order(statement: Order, found: Sequence[tuple[Point, EnclosedGrowth]]) -> Judgement:
    """Fail an order that is not the enclosed one at some point."""
    scope = Scope(Reach.POINTS, "; ".join(shown(at) for at, _ in found))
    for at, growth in found:
        if growth.is_larger and statement.exponent <= growth.exponent:
            text = f"at {shown(at)}: the quantity is {growth}"
            return Judgement(Outcome.FAILS, scope, "a mean is infinite", text)
        if growth.is_known and not growth.fits(statement.exponent, tight=statement.tight):
            text = f"at {shown(at)}: the quantity is asymptotically {growth}"
            return Judgement(Outcome.FAILS, scope, "another order is enclosed", text)
    if not all(growth.is_known for _, growth in found):
        return Judgement(Outcome.UNKNOWN, scope, "no positive leading term was enclosed")
    text = "the enclosed leading terms have this order"
    least = _least_width(statement)
    if least is None:
        return Judgement(Outcome.HOLDS, scope, text)
    everywhere = Scope(Reach.ALL, f"every aspect ratio > 0 and every width >= {least}")
    return Judgement(Outcome.HOLDS, everywhere, text, least={symbols.m: least})


def _least_width(statement: Order) -> int | None:
    """Return the width from which on all leading terms are finite and positive, if proved."""
    names = {mean: sympy.Dummy() for mean in statement.quantity.atoms(Expectation)}
    factor = statement.quantity.xreplace(names).free_symbols - set(names.values())
    blocks = [_block(mean) for mean in names]
    widths = {block.network.m for block in blocks}
    is_plain = factor <= {symbols.C} and all(m == symbols.m or m.is_Integer for m in widths)
    if not is_plain or not sympy.sympify(statement.along.ratio).is_positive:
        return None
    if not all(are_positive(block.network.activation) for block in blocks):
        return None
    return max(
        least_width(
            block.row.layer,
            diagonal=block.is_diagonal,
            softmax=block.loss == CROSS_ENTROPY,
            activation=block.network.activation,
        )
        for block in blocks
    )


def _limit(statement: LimitOf, at: Point, digits: int) -> arb:
    """Return the limit at a point, along the direction of the statement."""
    if statement.along.then is None:
        return _at_classes(statement, at, digits)
    return _growth(statement, at, digits).limit


def _growth(statement: LimitOf | Order, at: Point, digits: int) -> EnclosedGrowth:
    """Return the leading term of the quantity in the number of classes, at a point."""
    work = digits + _GUARD_DIGITS
    with ctx.workprec(10 * work // 3 + 32):
        means = statement.quantity.atoms(Expectation)
        terms = {mean: _leading(_block(mean), _gamma(statement, at), at) for mean in means}
        if any(term.coefficient == 0 for term in terms.values()):
            return _vanishing(statement.quantity, terms)
        return _product_growth(statement.quantity.subs(dict(at)), terms, at)


def enclose_value(value: sympy.Expr, at: Point, digits: int) -> arb:
    r"""Enclose a claimed value, with every mean over a unit in it by its integral."""
    numbers = sympy.sympify(value).subs(dict(at))
    means = sorted(numbers.atoms(*_UNIT_MEANS), key=sympy.default_sort_key)
    names = {node: sympy.Dummy("K", real=True) for node in means}
    work = min(digits + _GUARD_DIGITS, MAX_DIGITS)
    balls = {name: _UNIT_MEANS[node.func](node, work) for node, name in names.items()}
    return enclose(numbers.xreplace(names), balls, digits)


def _overlap(node: ReluOverlap, digits: int) -> arb:
    return relu_overlap(node.order, node.tilt, digits)


def _activation_mean(node: ActivationMean, digits: int) -> arb:
    powers = Powers(*(checked_integer("power", n, 0) for n in node.args[1:4]))
    with ctx.workprec(10 * digits // 3 + 32):
        return unit_mean(node.activation, powers, exact_rational("tilt", node.tilt))


def _activation_overlap(node: ActivationOverlap, digits: int) -> arb:
    order, slopes = (checked_integer("power", n, 0) for n in node.args[1:3])
    with ctx.workprec(10 * digits // 3 + 32):
        return unit_overlap(node.activation, order, slopes, exact_rational("tilt", node.tilt))


_UNIT_MEANS: dict[Any, Callable[[Any, int], arb]] = {
    ReluOverlap: _overlap,
    ActivationMean: _activation_mean,
    ActivationOverlap: _activation_overlap,
}


def _product_growth(
    quantity: sympy.Expr, terms: dict[sympy.Expr, LeadingNorm], at: Point
) -> EnclosedGrowth:
    names = {mean: sympy.Dummy("c", positive=True) for mean in terms}
    leading = {
        mean.subs(dict(at)): names[mean] * symbols.C**term.exponent * _unit(mean)
        for mean, term in terms.items()
    }
    near_zero, s, degree = chart(quantity.xreplace(leading), symbols.C, -1)
    power, regular = split_power(near_zero, s)
    balls = {names[mean]: term.coefficient for mean, term in terms.items()}
    coefficient = ball_of(regular.subs(s, 0), balls)
    if not all(ball.is_finite() for ball in balls.values()) and coefficient != arb.pos_inf():
        coefficient = everything()  # an infinite mean in a denominator leaves no order
    return EnclosedGrowth(coefficient, -sympy.Rational(power, degree))


def _unit(mean: sympy.Expr) -> sympy.Expr:
    """Return what a norm is enclosed in units of: blocks of hidden units grow like d."""
    return symbols.d if _block(mean).row.layer == "w" else sympy.S.One


def _vanishing(quantity: sympy.Expr, terms: dict[sympy.Expr, LeadingNorm]) -> EnclosedGrowth:
    """Return 0 where a norm that is 0 stands in a numerator, over norms that are not."""
    zeros = {mean: 0 for mean, term in terms.items() if term.coefficient == 0}
    is_zero = quantity.subs(zeros) == 0
    return EnclosedGrowth(arb(0) if is_zero else everything(), sympy.S.Zero)


def _at_classes(statement: LimitOf, at: Point, digits: int) -> arb:
    """Return the value at a finite number of classes, for the squared error."""
    work = digits + _GUARD_DIGITS
    with ctx.workprec(10 * work // 3 + 32):
        gamma = _gamma(statement, at)
        means = statement.quantity.atoms(Expectation)
        names = {mean: sympy.Dummy("c", positive=True) for mean in means}
        balls = {names[mean]: _square_at(_block(mean), gamma, at) for mean in means}
    return enclose(statement.quantity.xreplace(names), {**at, **balls}, digits)


def _leading(block: HessianBlock, gamma: fmpq, at: Point) -> LeadingNorm:
    common = _setting(block, gamma, at)
    if block.loss == CROSS_ENTROPY:
        return cross_entropy_norm(block.row.layer, **common)
    factor = exact_rational("factor", block.loss.factor)
    return squared_error_norm(block.row.layer, factor=factor, **common)


def _square_at(block: HessianBlock, gamma: fmpq, at: Point) -> arb:
    factor = exact_rational("factor", block.loss.factor)
    classes = _size(block.network.C, at)
    return squared_error_norm_at(classes, factor=factor, **_setting(block, gamma, at))


def _setting(block: HessianBlock, gamma: fmpq, at: Point) -> dict[str, Any]:
    """Return what every norm depends on."""
    return {
        "diagonal": block.is_diagonal,
        "gamma": gamma,
        "width": _size(block.network.m, at),
        "activation": block.network.activation,
    }


def _gamma(statement: LimitOf | Order, at: Point) -> fmpq:
    return exact_rational("gamma", sympy.sympify(statement.along.ratio).subs(dict(at)))


def _size(size: sympy.Expr, at: Point) -> int:
    return int(size.subs(dict(at)))


def _block(mean: sympy.Expr) -> HessianBlock:
    block: HessianBlock = mean.args[0].args[0]
    return block


def _is_norm(mean: sympy.Expr) -> bool:
    """Whether it is the mean squared norm of a block of one layer, for a loss that is covered."""
    norm = mean.args[0]
    if not (isinstance(norm, FrobeniusSquared) and isinstance(norm.args[0], HessianBlock)):
        return False
    block = norm.args[0]
    if not isinstance(block.network, OneHiddenLayer):
        return False
    if not has_enclosure(block.network.activation):
        return False
    is_one_layer = block.row.layer == block.column.layer
    return is_one_layer and (block.loss == CROSS_ENTROPY or _is_square(block))


def _is_square(block: HessianBlock) -> bool:
    loss = block.loss
    is_mean = isinstance(loss, MeanSquaredError) and loss.reduction == "mean"
    return is_mean and bool(loss.factor.is_Rational)


def _is_hidden_square(mean: sympy.Expr) -> bool:
    block = _block(mean)
    is_flat = is_piecewise_linear(block.network.activation)
    return block.row.layer == "w" and is_flat and _is_square(block)


def _is_product(expr: sympy.Expr) -> bool:
    """Whether an expression is a product of rational powers of means and a factor without."""
    if isinstance(expr, Expectation) or not expr.has(Expectation):
        return True
    if expr.is_Mul:
        return all(map(_is_product, expr.args))
    return bool(expr.is_Pow and expr.exp.is_Rational) and _is_product(expr.base)

"""Inequalities on a whole range: subdivision in balls, and charts of gamma in (0, oo)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy
from flint import arb, ctx, fmpq

from rmtcheck.certify import exact
from rmtcheck.certify.ball import between, to_fraction
from rmtcheck.certify.evaluate import means_enclosed, substituted
from rmtcheck.certify.expression import Balls, ball_of
from rmtcheck.certify.regular import UnboundedError, chart, split_power

Box = tuple[tuple[Fraction, Fraction], ...]

_DIGITS = 40
_BITS = 160


class Decision(NamedTuple):
    """The answer yes, no or unknown (None), and where it fails or stays open.

    Parameters
    ----------
    answer : bool or None
        True: proved everywhere. False: refuted at the witness. None: undecided.
    witness : object
        For False an exact point, for None the box or point that stayed open.
    """

    answer: bool | None
    witness: Any = None


def holds_on(
    predicate_ball: Callable[[Sequence[arb]], arb],
    intervals: Sequence[tuple[Any, Any]],
    max_boxes: int = 4096,
    strict: bool = True,
) -> Decision:
    """Decide f > 0 (or f >= 0) on a closed box by subdivision.

    Parameters
    ----------
    predicate_ball : callable
        Takes one ball per coordinate, returns a ball that contains f on them.
    intervals : sequence of pairs of exact rationals
        The closed intervals whose product is the box.
    max_boxes : int, default 4096
        How many boxes to look at before giving up.
    strict : bool, default True
        Whether f = 0 refutes.

    Returns
    -------
    Decision
        True if proved on the box; False with a degenerate box, one exact point, where it is
        refuted; None with a box that stayed open.

    Notes
    -----
    Accuracy: exact, given that the predicate encloses.

    Examples
    --------
    >>> holds_on(lambda x: x[0] ** 2 - x[0] + 1, [(0, 1)]).answer
    True
    >>> holds_on(lambda x: x[0] - x[0] ** 2, [(0, 1)], max_boxes=50).answer is None
    True
    """
    queue: deque[Box] = deque([_exact_box(intervals)])
    for _ in range(max_boxes):
        if not queue:
            return Decision(True)
        box = queue.popleft()
        if _proves(predicate_ball(_balls(box)), strict):
            continue
        point = tuple((middle, middle) for middle in map(_middle, box))
        if _refutes(predicate_ball(_balls(point)), strict):
            return Decision(False, point)
        queue.extend(_halves(box))
    return Decision(None, queue[0]) if queue else Decision(True)


def decide_less(
    lhs: Any,
    rhs: Any,
    over: sympy.Symbol,
    values: Mapping[Any, Any] | None = None,
    max_boxes: int = 4096,
) -> Decision:
    r"""Decide whether ``lhs < rhs`` for every positive value of one symbol.

    The half line is covered by :math:`\gamma\in(0,1]` and :math:`\gamma=1/\kappa`,
    :math:`\kappa\in(0,1]`; positive powers of the chart variable are divided out exactly,
    so both closed unit intervals can be subdivided.

    Parameters
    ----------
    lhs, rhs : sympy expression
        As for :func:`rmtcheck.certify.evaluate.enclose`.
    over : Symbol
        The positive symbol, usually gamma.
    values : mapping of Symbol to exact rational or arb
        What to put for the other symbols.
    max_boxes : int, default 4096
        How many boxes to look at in each chart.

    Returns
    -------
    Decision
        False carries an exact rational value of the symbol that refutes the inequality.

    Raises
    ------
    DomainError
        If an expression cannot be enclosed.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import e, gamma
    >>> ratio = (gamma * e**2 + 1) / (gamma * e + 1)
    >>> decide_less(1, ratio, over=gamma)
    Decision(answer=True, witness=None)
    >>> decide_less(ratio, 2, over=gamma).answer
    False
    """
    return _decide_positive(sympy.sympify(rhs) - lhs, over, values or {}, max_boxes, strict=True)


def decide_within(
    quantity: Any,
    value: Any,
    half_unit: Any,
    over: sympy.Symbol,
    values: Mapping[Any, Any] | None = None,
    max_boxes: int = 4096,
) -> Decision:
    r"""Decide whether a quantity agrees with a printed value for every gamma > 0.

    .. math:: |\text{quantity}-\text{value}|\le\text{half\_unit}

    Parameters
    ----------
    quantity, value : sympy expression
        As for :func:`rmtcheck.certify.evaluate.enclose`.
    half_unit : exact rational
        Half a unit of the last printed digit.
    over, values, max_boxes
        As for :func:`decide_less`.

    Returns
    -------
    Decision
        False carries an exact rational value of the symbol where the balls are disjoint.

    Raises
    ------
    DomainError
        If an expression cannot be enclosed.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> decide_within(gamma / (gamma + 1), "0.5", "0.5", over=gamma).answer
    True
    """
    gap = sympy.sympify(quantity) - _rational("value", value)
    unit = _rational("half_unit", half_unit)
    sides = (
        _decide_positive(unit + sign * gap, over, values or {}, max_boxes, strict=False)
        for sign in (1, -1)
    )
    return _weakest(list(sides))


def _decide_positive(
    expr: Any, over: sympy.Symbol, values: Mapping[Any, Any], max_boxes: int, strict: bool
) -> Decision:
    known, balls = substituted(expr, values)
    with ctx.workprec(_BITS):
        opaque, named = means_enclosed(known, balls, _DIGITS)
        charts = [_decide_chart(opaque, over, sign, named, max_boxes, strict) for sign in (1, -1)]
    return _weakest(charts)


def _decide_chart(
    expr: Any, over: sympy.Symbol, sign: int, balls: Balls, max_boxes: int, strict: bool
) -> Decision:
    """Decide on gamma = s**(sign * degree), s in (0, 1], where only the regular part has a sign."""
    local, s, degree = chart(expr, over, sign)
    try:
        _, regular = split_power(local, s)
    except UnboundedError:
        return Decision(None)

    slope = regular.diff(s)

    def predicate(point: Sequence[arb]) -> arb:
        return _mean_value(regular, slope, s, point[0], balls)

    answer, box = holds_on(predicate, [(0, 1)], max_boxes, strict)
    if answer or box is None:
        return Decision(answer)
    middle = _middle(box[0])
    return Decision(answer, middle ** (sign * degree))


def _mean_value(
    expr: sympy.Expr, slope: sympy.Expr, symbol: sympy.Symbol, box: arb, balls: Balls
) -> arb:
    r"""Enclose :math:`f` on a box, also as :math:`f(m)+f'(\text{box})(\text{box}-m)`.

    The plain evaluation loses what occurs twice; the mean value theorem loses only the
    square of the width. Both contain f on the box, so their intersection does.
    """
    plain = ball_of(expr, {**balls, symbol: box})
    middle = box.mid()
    if box.is_exact():
        return plain
    center = ball_of(expr, {**balls, symbol: middle})
    tilted = center + ball_of(slope, {**balls, symbol: box}) * (box - middle)
    if not (plain.is_finite() and tilted.is_finite()):
        return tilted if tilted.is_finite() else plain
    return plain.intersection(tilted)


def _weakest(decisions: Sequence[Decision]) -> Decision:
    """Combine parts: one refutation refutes, one open part leaves all open."""
    for answer in (False, None):
        for decision in decisions:
            if decision.answer is answer:
                return decision
    return Decision(True)


def _rational(name: str, value: Any) -> Any:
    if isinstance(value, sympy.Basic):
        return value
    number = to_fraction(exact.exact_rational(name, value))
    return sympy.Rational(number.numerator, number.denominator)


def _exact_box(intervals: Sequence[tuple[Any, Any]]) -> Box:
    return tuple(
        (
            to_fraction(exact.exact_rational("low", low)),
            to_fraction(exact.exact_rational("high", high)),
        )
        for low, high in intervals
    )


def _balls(box: Box) -> list[arb]:
    return [between(_fmpq(low), _fmpq(high)) for low, high in box]


def _fmpq(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def _middle(interval: tuple[Fraction, Fraction]) -> Fraction:
    return (interval[0] + interval[1]) / 2


def _halves(box: Box) -> list[Box]:
    widest = max(range(len(box)), key=lambda k: box[k][1] - box[k][0])
    low, high = box[widest]
    middle = _middle(box[widest])
    return [(*box[:widest], half, *box[widest + 1 :]) for half in ((low, middle), (middle, high))]


def _proves(ball: arb, strict: bool) -> bool:
    return bool(ball > 0 if strict else ball >= 0)


def _refutes(ball: arb, strict: bool) -> bool:
    return bool(ball <= 0 if strict else ball < 0)

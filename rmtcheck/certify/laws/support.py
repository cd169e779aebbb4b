r"""The solutions of :math:`g(u)=\gamma`, whose images are the edges, and proof of their number.

The complement of the support is the image of :math:`\{u\text{ real}:g(u)<\gamma\}`. Between
neighbouring atoms, and outside all of them, g is convex and :math:`f=g^{-1/2}` concave
(docs/lemmas.md, 11). So Newton's method for :math:`f=\gamma^{-1/2}`, walked inwards from both
atoms of a gap, covers only points with :math:`g>\gamma`. If the walks meet, the gap is closed; if a
point between them has :math:`g<\gamma`, it is open, with one crossing at either end.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import acb, arb, ctx, fmpq

from rmtcheck.certify.ball import around_zero, between
from rmtcheck.certify.laws.dual import DualMap, Maps, end
from rmtcheck.certify.laws.population import ExactPopulation, simplest_between
from rmtcheck.errors import PrecisionError

LEAST_BITS = 64
MOST_BITS = 8192
MOST_STEPS = 200


@dataclass(frozen=True)
class Crossing:
    r"""One simple real solution of :math:`g(u)=\gamma`, known by the atoms around it.

    Attributes
    ----------
    side : int
        1 if g falls through gamma as u grows, -1 if it rises.
    start : arb
        An exact point of the same interval between atoms where :math:`g\ge\gamma`.
    bits : int
        The precision at which it was told from its neighbour.
    low, high : fmpq or None
        The atoms on either side; None for none.
    """

    side: int
    start: arb
    bits: int
    low: fmpq | None
    high: fmpq | None

    def has_in_reach(self, ball: arb) -> bool:
        """Whether a ball lies strictly between the atoms."""
        return (self.low is None or ball > self.low) and (self.high is None or ball < self.high)


def find_crossings(population: ExactPopulation, maps: Maps) -> tuple[Crossing, ...]:
    r"""Find all simple solutions of :math:`g(u)=\gamma`, ascending.

    Parameters
    ----------
    population : ExactPopulation
        The exact data.
    maps : callable
        Gives the dual map at the working precision.

    Returns
    -------
    tuple of Crossing

    Raises
    ------
    PrecisionError
        If a gap is so nearly closed, or so little open, that it stays undecided.
    """
    atoms, last = population.atoms, len(population.atoms) - 1
    with ctx.workprec(LEAST_BITS):
        below, above = maps().crowded_until(0, -1), maps().crowded_until(last, 1)
    inner = [crossing for k in range(last) for crossing in _gap(population, maps, k)]
    return (
        Crossing(-1, below, LEAST_BITS, None, atoms[0]),
        *inner,
        Crossing(1, above, LEAST_BITS, atoms[last], None),
    )


def crossing_near(dual: DualMap, crossing: Crossing, guess: arb) -> arb | None:
    """Return a ball that holds the crossing, or None if the signs at its ends do not prove it."""
    middle = guess.mid()
    value, tilt = dual.crowding_and_tilt(middle)
    # Some thousand units in the last place: less would drown in the rounding of the ends.
    spacing = abs(middle) * arb(2) ** (12 - ctx.prec)
    ball = middle + around_zero(4 * ((value - dual.gamma) / tilt).abs_upper() + spacing)
    if not (ball.is_finite() and crossing.has_in_reach(ball)):
        return None
    if ball.is_exact():
        return ball if crossing.side * tilt < 0 else None
    outer, inner = (end(ball, side * crossing.side) for side in (-1, 1))
    proved = dual.crowding_and_tilt(outer)[0] > dual.gamma > dual.crowding_and_tilt(inner)[0]
    return between(outer, inner) if proved else None


def refined_crossing(maps: Maps, crossing: Crossing) -> arb | None:
    """Return a ball that holds the crossing, found and proved at the working precision.

    Newton's method for the convex g, from where it exceeds gamma, never overshoots.
    """
    dual, u = maps(), crossing.start
    for _ in range(MOST_STEPS):
        value, tilt = dual.crowding_and_tilt(u)
        step = ((value - dual.gamma) / tilt).mid()
        u = (u - step).mid()
        if not abs(step) > abs(u) * arb(2) ** (-ctx.prec // 2):
            break
    return crossing_near(dual, crossing, u)


def edge_at(dual: DualMap, crossing: arb) -> arb:
    r"""Enclose x(u) on a ball by :math:`x(m)+\sigma(m,u)(u-m)`, where the secant is near 0."""
    middle, ball = acb(crossing.mid()), acb(crossing)
    image, _ = dual.image_and_slope(middle)
    return (image + dual.secant(middle, ball) * (ball - middle)).real


def exact_crossing(population: ExactPopulation, dual: DualMap, low: arb, high: arb) -> fmpq | None:
    r"""Return the simplest rational number between two points if g is gamma there, exactly."""
    guess = simplest_between(low.fmpq(), high.fmpq())
    if guess in population.atoms or not dual.crowding_and_tilt(arb(guess))[0].overlaps(dual.gamma):
        return None
    return guess if population.crowding(guess) == population.gamma else None


def _gap(population: ExactPopulation, maps: Maps, k: int) -> tuple[Crossing, ...]:
    """Return the two crossings between atoms k and k + 1, or none, whichever is proved."""
    pair = population.atoms[k : k + 2]
    bits = LEAST_BITS
    while bits <= MOST_BITS:
        with ctx.workprec(bits):
            is_open, left, right = _walk(maps(), k)
            if is_open is None and _is_touched(population, maps(), k, left, right):
                return ()
        if is_open is not None:
            ends = ((1, left), (-1, right)) if is_open else ()
            return tuple(Crossing(side, start, bits, *pair) for side, start in ends)
        bits *= 2
    raise PrecisionError(
        f"at {MOST_BITS} bits it is open whether the spectrum has a gap that belongs between the "
        f"weights {pair[0]} and {pair[1]}; this refutes nothing"
    )


def _walk(dual: DualMap, k: int) -> tuple[bool | None, arb, arb]:
    """Walk inwards from atoms k and k + 1: is there a gap (None: undecided), and the last steps."""
    left, right = dual.crowded_until(k, 1), dual.crowded_until(k + 1, -1)
    if not (left > dual.atoms[k] and right < dual.atoms[k + 1]):
        return None, left, right
    for _ in range(MOST_STEPS):
        if left >= right:
            return False, left, right
        before, (left, right) = (left, right), (_step(dual, left, 1), _step(dual, right, -1))
        if 2 * (right - left) > before[1] - before[0]:
            middle = ((left + right) / 2).mid()
            if dual.crowding_and_tilt(middle)[0] < dual.gamma:
                return True, left, right
            if (left, right) == before:
                break
    return None, left, right


def _step(dual: DualMap, u: arb, side: int) -> arb:
    r"""Return a point up to which g is proved to exceed gamma, from u in the direction ``side``.

    The tangent of f at u lies above f, and reaches :math:`\gamma^{-1/2}` not before that point.
    """
    value, tilt = dual.crowding_and_tilt(u)
    excess, fall = (value / dual.gamma).sqrt() - 1, -side * tilt
    if not excess > 0:
        return u
    if fall <= 0:
        return side * arb.pos_inf()
    further = end(u + side * 2 * value * excess / fall, -side)
    return further if side * (further - u) > 0 else u


def _is_touched(population: ExactPopulation, dual: DualMap, k: int, left: arb, right: arb) -> bool:
    """Whether g comes down to gamma at one point only, a rational one: two bulks touch."""
    place = exact_crossing(population, dual, left, right) if left <= right else None
    if place is None or not population.atoms[k] < place < population.atoms[k + 1]:
        return False
    return bool(population.crowding(place, 3) == 0)

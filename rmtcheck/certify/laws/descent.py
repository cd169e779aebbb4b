r"""Where to look for a dual point: the way down from far above the real line.

The dual point of :math:`z+iT` is followed as T falls, until Newton's method started from it
reaches that of z. Nothing on the way is proved or needs to be: the ball that is returned comes
from :mod:`rmtcheck.certify.laws.existence`, and that it holds the right point from Lemma 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flint import acb, arb, ctx, fmpq

from rmtcheck.certify.ball import everything
from rmtcheck.certify.laws.accuracy import Point, as_ball, as_text
from rmtcheck.certify.laws.dual import DualMap, Maps
from rmtcheck.certify.laws.existence import dual_point_near
from rmtcheck.certify.laws.population import ExactPopulation, simplest_between
from rmtcheck.errors import PrecisionError

MOST_STEPS = 16
# Newton steps that fall by this factor at once have reached their quadratic phase.
SHARP = 1000
LEAST_BITS = 64
STRIDE = fmpq(3)
SHORTEST_STRIDE = fmpq(1, 1000)
DEEPEST = 3000


@dataclass(frozen=True)
class Found:
    """Where the dual point of z was found.

    Attributes
    ----------
    ball : acb
        A ball that holds it, real if the point is.
    depth : int
        How many halvings of the height above the real line it took: near an edge the equation
        amplifies rounding errors by about as many bits.
    exact : fmpq or None
        The point itself, where it was recognised as a rational number.
    """

    ball: acb
    depth: int = 0
    exact: fmpq | None = None


def find_dual_point(population: ExactPopulation, maps: Maps, z: Point) -> Found:
    """Find the dual point of z in the closed upper half plane.

    Parameters
    ----------
    population : ExactPopulation
        The exact data.
    maps : callable
        Gives the dual map at the working precision.
    z : pair of fmpq
        Real and imaginary part, the latter not negative.

    Returns
    -------
    Found

    Raises
    ------
    PrecisionError
        If z is next to an edge of the spectrum, but not exactly at one with a rational dual point.
    """
    if z == (0, 0) and population.rank <= population.gamma:
        return Found(acb(0), exact=fmpq(0))
    for depth, start in _way_down(maps, z):
        with ctx.workprec(_bits_at(depth)):
            ball = _attempt(maps(), z, start)
            exact = None if ball is not None else _rational_point(population, maps(), z, start)
        if ball is not None:
            return Found(ball, depth)
        if exact is not None:
            return Found(acb(exact), depth, exact)
    raise PrecisionError(
        f"z = {as_text(z)} is too near to an edge of the spectrum to be told from it; this "
        "refutes nothing"
    )


def refined(maps: Maps, z: Point, found: Found) -> acb:
    """Return a ball that holds the same dual point: everything if this precision is too low."""
    if found.exact is not None:
        return acb(found.exact)
    middle = found.ball.mid()
    for bits in _ladder(ctx.prec, _bits_at(found.depth)):
        with ctx.workprec(bits):
            image, slope = maps().image_and_slope(middle)
            middle = (middle - (image - as_ball(z)) / slope).mid()
    ball = dual_point_near(maps(), as_ball(z), middle)
    return acb(everything(), everything()) if ball is None else _placed(ball, z)


def _attempt(dual: DualMap, z: Point, start: acb) -> acb | None:
    near = _approached(dual, as_ball(z), start)
    ball = None if near is None else dual_point_near(dual, as_ball(z), near)
    return None if ball is None else _placed(ball, z)


def _placed(ball: acb, z: Point) -> acb:
    """Drop the imaginary part where it is proved to be 0: z is real, and G < gamma."""
    return acb(ball.real) if z[1] == 0 and not ball.imag > 0 else ball


def _rational_point(
    population: ExactPopulation, dual: DualMap, x: Point, start: acb
) -> fmpq | None:
    """Return the dual point of a real x if it is the simplest rational number near ``start``."""
    if x[1] != 0:
        return None
    reach = 4 * start.imag
    low, high = (start.real + side * reach for side in (-1, 1))
    guess = simplest_between(low.mid().fmpq(), high.mid().fmpq())
    image, _ = dual.image_and_slope(acb(guess))
    if not image.overlaps(as_ball(x)):
        return None
    return guess if population.is_boundary_value(guess, x[0]) else None


def _way_down(maps: Maps, z: Point) -> Iterator[tuple[int, acb]]:
    """Yield dual points of z + iT for falling T, each with its depth; shorten failing strides."""
    with ctx.workprec(LEAST_BITS):
        dual = maps()
        top = (4 * dual.spread).mid()
        point = ((as_ball(z) + acb(0, top) - dual.mean) / dual.gamma).mid()
    reached, stride = -STRIDE, STRIDE
    while reached < DEEPEST and stride > SHORTEST_STRIDE:
        depth = reached + stride
        with ctx.workprec(_bits_at(int(depth.ceil()))):
            lifted = as_ball(z) + acb(0, top * arb(2) ** arb(-depth))
            lower = _approached(maps(), lifted, point)
        if lower is None or not lower.imag > 0:
            stride /= 2
            continue
        point, reached, stride = lower, depth, min(2 * stride, STRIDE)
        yield int(depth.ceil()), point


def _approached(dual: DualMap, z: acb, start: acb) -> acb | None:
    """Run Newton's method until its steps die out; None if they do not."""
    u, before = start, None
    for _ in range(MOST_STEPS):
        image, slope = dual.image_and_slope(u)
        step = ((image - z) / slope).mid()
        size = step.abs_upper()
        if not step.is_finite() or (before is not None and 4 * size > 3 * before):
            return None
        u = (u - step).mid()
        settled = size <= abs(u) * arb(2) ** (-ctx.prec // 2)
        if settled or (before is not None and SHARP * size < before):
            return u
        before = size
    return None


def _bits_at(depth: int) -> int:
    bits = LEAST_BITS
    while bits < LEAST_BITS + 2 * depth:
        bits *= 2
    return bits


def _ladder(bits: int, least: int) -> list[int]:
    """Return precisions that double up to one, for Newton steps that double the digits."""
    rungs = [bits]
    while rungs[-1] > least:
        rungs.append((rungs[-1] + 1) // 2)
    return [rungs[-1]] * 2 + rungs[::-1]

"""What every law of the facade must satisfy: its engines answer the same; checks take a law."""

from fractions import Fraction

import numpy as np
from flint import acb, arb, ctx

from rmtcheck.laws.enclosed import EnclosedCovarianceLaw

FLOATS = 2e-13
"""Relative error that the laws in floats state."""


def points_of(law):
    """Points inside, in gaps, next to an edge and outside, and in the half plane."""
    reach = max(abs(edge) for edge in law.edges())
    inside = [float(x) for x in law.icdf([0.05, 0.31, 0.62, 0.97])]
    edges = law.edges()
    near = [edges[-1] - 1e-9 * reach, edges[-1] + 1e-9 * reach]
    outside = [2.5 * reach, -2.25 * reach]
    real = [x for x in [*inside, *near, *outside] if x]
    return real, [complex(x, height * reach) for x in real for height in (1e-6, 0.125, -3.0)]


def agrees(value, ball, scale=None):
    """Whether a number in floats agrees with a ball to their stated errors."""
    exact = acb(ball)
    size = abs(exact) if scale is None else arb(scale)
    return abs(acb(value) - exact) <= FLOATS * size


def check_balls_hold_the_transform(law):
    real, above = points_of(law)
    for z in [*real, *above]:
        assert agrees(law.stieltjes(z), law.enclose_stieltjes(z)), z


def check_balls_hold_the_density(law):
    real, _ = points_of(law)
    for x in real:
        assert agrees(law.pdf(x), law.enclose_pdf(x)), x


def check_balls_hold_the_distribution(law):
    real, _ = points_of(law)
    for x in real:
        assert agrees(law.cdf(x), law.enclose_cdf(x), scale=1), x


def check_balls_hold_the_companion(law):
    if isinstance(law, EnclosedCovarianceLaw):
        real, above = points_of(law)
        for z in [*real, *above, 1e-9j]:
            whole, part = law.enclose_companion_stieltjes(z), law.enclose_stieltjes(z)
            assert agrees(law.companion_stieltjes(z), whole), z
            with ctx.workprec(200):
                gamma = acb(float(law.gamma))
                rest = (gamma - 1) / acb(z)
                assert abs(whole - rest - gamma * part) <= 1e-25 * (abs(rest) + abs(whole))


def check_balls_hold_the_edges(law):
    balls, edges = law.enclose_edges(), law.edges()
    assert len(balls) == len(edges)
    reach = max(map(abs, edges))
    for edge, ball in zip(edges, balls, strict=True):
        assert agrees(edge, ball, scale=reach if edge == 0 else abs(edge))


def check_balls_are_as_narrow_as_asked(law):
    with ctx.workprec(400):
        for digits in (5, 80):
            ball = law.enclose_stieltjes(1 + 1j, digits)
            assert max(ball.real.rad(), ball.imag.rad()) <= arb(10) ** -digits * abs(ball)


def check_more_digits_lie_in_the_balls(law):
    precise, (real, above) = law.precise(60), points_of(law)
    with ctx.workprec(300):
        for z in [*real, *above[:3]]:
            value = precise.stieltjes(z)
            difference = acb(str(value.real), str(value.imag)) - law.enclose_stieltjes(z, 50)
            assert abs(difference) < arb(10) ** -48 * abs(acb(law.stieltjes(z)))


def check_exact_points_are_exact(law):
    third = Fraction(1, 3)
    pair = law.enclose_stieltjes((third, 1), 40)
    rounded = law.enclose_stieltjes(complex(float(third), 1), 40)
    assert not pair.overlaps(rounded)
    assert pair.overlaps(law.enclose_stieltjes((third, Fraction(1)), 10))


def check_arrays_keep_their_shape(law):
    balls = law.enclose_stieltjes([[1j, 2j, 3j], [4j, 5j, 6j]])
    assert balls.shape == (2, 3)
    assert balls[1, 2].overlaps(law.enclose_stieltjes(6j))
    assert law.enclose_pdf(np.array(2.0)).overlaps(law.enclose_pdf(2))
    assert law.enclose_cdf([]).shape == (0,)

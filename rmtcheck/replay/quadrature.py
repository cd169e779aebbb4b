r"""Enclosures of the moments of the softmax, for every number of classes up to a given one.

Two relative errors are proved for whole families of integrands, so that the step
:math:`\delta=1/8` serves every number of classes. Both rest on Poisson's summation formula,

.. math:: \delta\sum_{n\in\mathbb Z}F(n\delta)=\sum_{k\in\mathbb Z}\hat F(2\pi k/\delta),\qquad
   \hat F(\omega)=\int F(y)e^{-i\omega y}dy,

on moving the line of integration up or down, and on :math:`\pi>3`.

**Lemma A.** For :math:`s>0`, :math:`q\ge1`, the sum :math:`\delta\sum_n(se^{n\delta})^q
e^{-se^{n\delta}}` is :math:`\Gamma(q)(1+\epsilon)` with
:math:`|\epsilon|\le2(100/7)^q/(e^{72}-1)`.

*Proof.* Take :math:`F(y)=(se^y)^qe^{-se^y}`, whose integral is :math:`\Gamma(q)`. It is entire and
decays at both ends of the strip :math:`|\operatorname{Im}y|\le3/2<\pi/2`; on its border
:math:`|F(y\pm\frac32i)|=(se^y)^qe^{-se^y\cos(3/2)}`, of integral :math:`\Gamma(q)\cos(3/2)^{-q}`,
and :math:`\cos(3/2)>1-\frac98+\frac{27}{128}-\frac{81}{5120}>\frac7{100}`. So
:math:`|\hat F(\omega)|\le e^{-3|\omega|/2}\Gamma(q)(100/7)^q`; sum over
:math:`|\omega|=2\pi k/\delta>48k`, k = 1, 2, ..., both signs.

**Lemma B.** Let :math:`g(z)=e^{az}(S+e^z)^{-q}` with :math:`S\ge0`, real a and :math:`q\ge0`, and
:math:`\varphi` the normal density. Then :math:`\delta\sum_n\varphi(n\delta)g(n\delta)` is
:math:`(1+\epsilon)\int\varphi g` with :math:`|\epsilon|\le\theta_q=2e^22^q/(e^{96}-1)`.

*Proof.* :math:`|\varphi(x\pm2i)|=e^2\varphi(x)`, and :math:`|S+e^{x\pm2i}|\ge(S+e^x)\cos1`, for
:math:`|S+re^{2i}|^2=(S+r)^2-4Sr\sin^21\ge(S+r)^2\cos^21`; and :math:`\cos1>\cos(\pi/3)=1/2`. So
g is analytic for :math:`|\operatorname{Im}z|\le2`, :math:`|g(x\pm2i)|\le2^qg(x)`, and
:math:`|\widehat{\varphi g}(\omega)|\le e^{-2|\omega|}e^22^q\int\varphi g`; sum as before.

**Discrete logits.** Let each logit take the value :math:`n\delta` with probability proportional to
:math:`e^{-(n\delta)^2/2}`. By Lemma B, for g and for the constant 1 (q = 0), replacing one normal
logit by a discrete one, whatever the others are, multiplies :math:`E\prod p_i^{a_i}` by a factor
between :math:`(1-\theta)/(1+\theta)\ge1-2\theta` and its inverse; replacing C of them, by a factor
between :math:`1-2C\theta` and its inverse (Bernoulli). For discrete logits, with
:math:`x=e^z`, :math:`t=e^{n\delta}` and :math:`q=\sum a_i`, Lemma A gives

.. math:: \frac\delta{\Gamma(q)}\sum_{n\in\mathbb Z}t^q\prod_{i\le s}E[x^{a_i}e^{-tx}]\,L(t)^{C-s}
   =(1+\epsilon)E\prod p_i^{a_i},\qquad L(t)=E\,e^{-tx},

and completing the square :math:`E[x^ae^{-tx}]=e^{a^2/2}L(te^a)` exactly, as a is a multiple of the
step. Together the sum lies between :math:`1-\sigma` and :math:`1/(1-\sigma)` times the moment of
normal logits, :math:`\sigma=\epsilon+2C\theta`.

**Tails.** Below the grid every mean is at most 1, so the terms are at most
:math:`t^qe^{\sum a^2/2}`, a geometric series. Above it :math:`e^{-v}\le(12/(ev))^{12}`,
:math:`E\,x^{-12}=e^{72}` and :math:`12<e^{5/2}` give :math:`L(te^a)\le L(t)\le e^{90}t^{-12}`; two
named classes give :math:`t^qe^{\sum a^2/2}e^{180}t^{-24}`, a geometric series again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from operator import mul

from rmtcheck.replay.exponential import exp, exp_of
from rmtcheck.replay.interval import BITS, ONE, UNIT, Interval, ceil_shift
from rmtcheck.replay.theorem import FIRST, NAMED

STEPS = 8
"""Grid points per unit."""

LOWEST, HIGHEST = -40, 16
"""The range of log t."""

WIDEST = 20
"""Logits beyond it go into the bound of a tail."""


@dataclass(frozen=True, slots=True)
class Series:
    """The factors, free of C, of the terms of one moment, and bounds of what the grid leaves out.

    Parameters
    ----------
    total : int
        The sum q of the powers.
    named : int
        The number s of named classes.
    low, high : list of int
        Ends of the factors, one for each grid point.
    tail : int
        At least the sum of all terms outside the grid, for every C.
    """

    total: int
    named: int
    low: list[int]
    high: list[int]
    tail: int


def log_grid(low: int, high: int) -> list[Fraction]:
    """Return the grid points from one integer to another."""
    return [Fraction(n, STEPS) for n in range(low * STEPS, high * STEPS + 1)]


def discrete_normal() -> tuple[list[Interval], int]:
    r"""Enclose the probabilities of the discrete logits up to 20, and that of the rest.

    For n > N, :math:`n^2\ge Nn`: the rest of the sum of :math:`e^{-(n\delta)^2/2}` is at most
    :math:`2r^{N+1}/(1-r)` with :math:`r=e^{-N\delta^2/2}`.
    """
    weights = [exp_of(-z * z / 2) for z in log_grid(-WIDEST, WIDEST)]
    count = WIDEST * STEPS
    ratio = exp_of(-Fraction(count, 2 * STEPS**2))
    rest = exp_of(-Fraction(count * (count + 1), 2 * STEPS**2)) * 2 * (UNIT - ratio).reciprocal()
    sums = sum(w.lo for w in weights), sum(w.hi for w in weights) + rest.hi
    inverse = Interval(*sums).reciprocal()
    return [w * inverse for w in weights], (rest * inverse).hi


def laplace_transform(low: int, high: int) -> list[Interval]:
    r"""Enclose :math:`L(e^y)=E\exp(-e^{y+z})`, z a discrete logit, for the grid points y.

    Parameters
    ----------
    low, high : int
        The first and the last y.

    Returns
    -------
    list of Interval
        One for each y, in increasing order; widths are below 1e-50.
    """
    masses, rest = discrete_normal()
    kernel = [exp(-exp_of(u)) for u in log_grid(low - WIDEST, high + WIDEST)]
    lows, highs = [f.lo for f in kernel], [f.hi for f in kernel]
    mass_lows, mass_highs = [m.lo for m in masses], [m.hi for m in masses]
    width = len(masses)
    return [
        Interval(
            sum(map(mul, mass_lows, lows[n : n + width])) >> BITS,
            ceil_shift(sum(map(mul, mass_highs, highs[n : n + width]))) + rest,
        )
        for n in range(len(kernel) - width + 1)
    ]


def series(powers: tuple[int, ...], transform: list[Interval]) -> Series:
    """Prepare the sum for one moment, given the transform up to the grid and 2 beyond."""
    total = sum(powers)
    constant = exp_of(Fraction(sum(a * a for a in powers), 2)) / (STEPS * factorial(total - 1))
    factors = []
    for n, y in enumerate(log_grid(LOWEST, HIGHEST)):
        factor = constant * exp_of(total * y)
        for a in powers:
            factor = factor * transform[n + a * STEPS]
        factors.append(factor)
    tail = (constant * _outside(total)).hi
    return Series(total, len(powers), [f.lo for f in factors], [f.hi for f in factors], tail)


def _outside(q: int) -> Interval:
    """Bound the sums of t^q below the grid and of e^180 t^(q - 24) above it."""
    below = exp_of(q * LOWEST) * (exp_of(Fraction(q, STEPS)) - UNIT).reciprocal()
    fall = 24 - q
    above = exp_of(180 - fall * HIGHEST)
    return below + above * (exp_of(Fraction(fall, STEPS)) - UNIT).reciprocal()


def relative_error(total: int, classes: int) -> int:
    r"""Return at least :math:`\sigma=2(100/7)^q/(e^{72}-1)+2C\cdot2e^22^q/(e^{96}-1)`, in units.

    The ends of ``Interval`` count in the same units.
    """
    lemma_a = (exp_of(72) - UNIT).reciprocal() * int(2 * 100**total) / int(7**total)
    lemma_b = exp_of(2) * (exp_of(96) - UNIT).reciprocal() * (4 * classes << total)
    return (lemma_a + lemma_b).hi


def softmax_moments(last: int) -> Iterator[dict[str, Interval]]:
    r"""Enclose :math:`\alpha`, :math:`\beta` and, from C = 3 on, :math:`\eta` for C = 2, ..., last.

    Parameters
    ----------
    last : int
        The last number of classes.

    Yields
    ------
    dict of str to Interval
        The moments by name, of width below 1e-25.

    References
    ----------
    Lemmas A and B of this module.
    """
    transform = laplace_transform(LOWEST, HIGHEST + 2)
    prepared = {name: series(powers, transform) for name, powers in NAMED.items()}
    base = transform[: (HIGHEST - LOWEST) * STEPS + 1]
    errors = {q: relative_error(q, last) for q in {one.total for one in prepared.values()}}
    powers = {0: Powers([ONE] * len(base), [ONE] * len(base))}
    for classes in range(FIRST, last + 1):
        yield {
            name: _moment(one, powers[classes - one.named], errors[one.total]) * classes**one.total
            for name, one in prepared.items()
            if classes >= one.named
        }
        latest = powers[classes - 2]
        powers = {classes - 2: latest, classes - 1: latest.times(base)}


@dataclass(frozen=True, slots=True)
class Powers:
    """Ends of the enclosures of one power of the Laplace transform along the grid."""

    low: list[int]
    high: list[int]

    def times(self, base: list[Interval]) -> Powers:
        """Return the next power."""
        return Powers(
            [p * x.lo >> BITS for p, x in zip(self.low, base, strict=True)],
            [-(-p * x.hi >> BITS) for p, x in zip(self.high, base, strict=True)],
        )


def _moment(one: Series, powers: Powers, sigma: int) -> Interval:
    low = sum(map(mul, one.low, powers.low)) >> BITS
    high = ceil_shift(sum(map(mul, one.high, powers.high))) + one.tail
    """Sum the terms and divide by what Lemmas A and B may have changed: 1 - sigma at least."""
    kept = ONE - sigma
    return Interval(low * kept >> BITS, -(-high * ONE // kept))

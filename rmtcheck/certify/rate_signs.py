r"""Proofs that the coefficients of lemma 17 have their signs, for one and for many C at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

from flint import arb, arb_poly, fmpq

from rmtcheck.certify.reduction import Moments, Rate, excess, margins
from rmtcheck.certify.remainder import LEAST_CLASSES, RING, Expansion, expansion, in_h
from rmtcheck.errors import PrecisionError

SQUARES, PAIR, TRIPLE = (2, 2), (1, 1), (2, 1, 1)
"""The powers of the moments alpha, beta and eta."""


def prove_expansion(rate: Rate) -> None:
    r"""Prove that R0 + R1/C is the expansion to first order: exactly, over :math:`\mathbb Q(e)`.

    Raises
    ------
    PrecisionError
        If a coefficient of 1 or h in ``excess`` is not zero.
    """
    alpha, beta, eta = (expansion(powers).polynomial for powers in (SQUARES, PAIR, TRIPLE))
    e, h = RING.gens()
    polynomials = excess(rate, Moments(alpha, beta, eta, h, e))
    left = [f"gamma^{k} C^-{i}" for k, p in enumerate(polynomials) for _, i in p.monoms() if i < 2]
    if left:
        terms = ", ".join(sorted(set(left)))
        raise PrecisionError(f"R0 + R1/C is not the expansion of the ratio: terms in {terms} stay")


def prove_constant_terms(rate: Rate) -> None:
    r"""Prove :math:`q_0>0` and :math:`s_0\ge0` for all :math:`C\ge2`, after `prove_expansion`.

    They are multiples of :math:`\beta^2` by polynomials in h, and contain no other moment.
    """
    e, h = RING.gens()
    zero, one = RING.constant(0), RING.constant(1)
    at = Moments(zero, one, zero, h, e)
    q0 = _over_h_squared(in_h(excess(rate, at)[0]))
    s0 = in_h(rate.kappa[0] * at.diagonal()[0]) - q0
    end = fmpq(1, 2)
    _require_signs([bernstein(q0, end)], [bernstein(s0, end)], "for C >= 2")


def prove_many_classes(rate: Rate, expansions: Sequence[Expansion]) -> None:
    r"""Prove :math:`q_k>0` and :math:`s_k\ge0`, k >= 1, for C >= 2000, after `prove_expansion`.

    Parameters
    ----------
    rate : Rate
        What is claimed.
    expansions : sequence of Expansion
        Those of alpha, beta and eta.
    """
    q, s = many_classes(rate, expansions)
    end = fmpq(1, LEAST_CLASSES)
    lowest_q, lowest_s = ([bernstein(p, end) for p in column] for column in (q, s))
    _require_signs(lowest_q[1:], lowest_s[1:], f"for C >= {LEAST_CLASSES}", first=1)


def many_classes(
    rate: Rate, expansions: Sequence[Expansion]
) -> tuple[list[arb_poly], list[arb_poly]]:
    """Return all q and s as polynomials in h whose balls hold them for C >= 2000."""
    alpha, beta, eta = (moment.in_h() for moment in expansions)
    at = Moments(alpha, beta, eta, arb_poly([0, 1]), arb_poly([arb(1).exp()]))
    q = [_over_h_squared(polynomial) for polynomial in excess(rate, at)]
    return q, margins(rate, at, q)


def one_class_number(
    rate: Rate, classes: int, moments: Sequence[arb]
) -> tuple[list[arb], list[arb]]:
    """Return all q and s for one number of classes, from alpha, beta and eta."""
    alpha, beta, eta = moments
    at = Moments(alpha, beta, eta, arb(fmpq(1, classes)), arb(1).exp())
    q = [classes**2 * coefficient for coefficient in excess(rate, at)]
    return q, margins(rate, at, q)


def prove_one_class_number(rate: Rate, classes: int, moments: Sequence[arb]) -> None:
    r"""Prove :math:`q_k>0` and :math:`s_k\ge0`, k >= 1, for one C."""
    q, s = one_class_number(rate, classes, moments)
    _require_signs([[c] for c in q[1:]], [[c] for c in s[1:]], f"at C = {classes}", first=1)


def bernstein(polynomial: arb_poly, end: fmpq) -> list[arb]:
    """Return the Bernstein coefficients on [0, end]; the values lie between them."""
    scaled = [a * arb(end) ** i for i, a in enumerate(polynomial.coeffs())]
    n = len(scaled) - 1
    return [
        sum((arb(fmpq(comb(j, i), comb(n, i))) * scaled[i] for i in range(j + 1)), arb(0))
        for j in range(n + 1)
    ]


def _over_h_squared(polynomial: arb_poly) -> arb_poly:
    """Divide by h^2 a polynomial that `prove_expansion` has shown to be divisible."""
    return arb_poly(polynomial.coeffs()[2:])


def _require_signs(
    q: Sequence[Sequence[arb]], s: Sequence[Sequence[arb]], where: str, first: int = 0
) -> None:
    """Demand that every bound of every q is positive, and of every s at least zero."""
    for k, bounds in enumerate(q, first):
        _require(all(b > 0 for b in bounds), f"q{k} > 0", where, bounds)
    for k, bounds in enumerate(s, first):
        _require(all(b >= 0 for b in bounds), f"s{k} >= 0", where, bounds)


def _require(holds: bool, what: str, where: str, bounds: Sequence[arb]) -> None:
    if not holds:
        low = min((b.lower() for b in bounds), key=lambda b: b.mid())
        shown = low.str(6, radius=False)
        raise PrecisionError(f"{what} is not proved {where}: a lower bound is {shown}")

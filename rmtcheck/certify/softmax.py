r"""Enclosures of softmax moments :math:`\mathbb E\prod_kp_k^{a_k}` at any number of classes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flint import arb, ctx, fmpq

from rmtcheck.certify import exact
from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.outer import OuterIntegral
from rmtcheck.errors import PrecisionError

_ATTEMPTS = 4
_SMALLEST_ORDER = 4


def softmax_moment(powers: Any, classes: Any, digits: Any = 30, scale: Any = 1) -> arb:
    r"""Enclose a moment of the softmax of iid Gaussian logits.

    .. math:: \mathbb E\prod_kp_k^{a_k},\qquad p_k=e^{u_k}\Big/\sum_{c=1}^Ce^{u_c},
              \qquad u_c\sim N(0,\tau^2)\ \text{iid}.

    Parameters
    ----------
    powers : tuple of int
        The powers :math:`a_k\ge1` of distinct classes, at most ``classes`` of them,
        of total at most 40; their order does not matter.
    classes : int
        Number of classes :math:`C\ge2`, as large as you like.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300.
    scale : exact rational, default 1
        Standard deviation :math:`\tau` of a logit, from 1/1000 to 10.

    Returns
    -------
    arb
        A ball that contains the moment, of relative radius at most ``10**-digits``.

    Raises
    ------
    DomainError
        If an argument lies outside its domain.
    PrecisionError
        If the accuracy was not reached at the precision cap.

    Notes
    -----
    Accuracy: enclosure. The bounds are lemmas 1 to 6 of docs/lemmas.md. Arithmetic on the ball
    happens at the precision of ``flint.ctx``; raise that first to keep its digits. The time
    does not depend on the number of classes; it grows with the digits, and with a scale far
    from 1: 300 digits at scale 1/1000 or 10 take minutes.

    Examples
    --------
    >>> print(softmax_moment((1, 1), 10).str(18, radius=False))
    0.00894791784783722706
    >>> print((100 * softmax_moment((1, 1), 10)).str(15, radius=False))
    0.894791784783723
    """
    return softmax_moments((powers,), classes, digits, scale)[0]


def softmax_moments(
    patterns: Sequence[Any], classes: Any, digits: Any = 30, scale: Any = 1
) -> tuple[arb, ...]:
    """Enclose several moments of the same softmax; they share one grid.

    Parameters
    ----------
    patterns : sequence of tuples of int
        The powers of each moment, as for :func:`softmax_moment`.
    classes, digits, scale
        As for :func:`softmax_moment`.

    Returns
    -------
    tuple of arb
        The balls, in the order asked for.

    Notes
    -----
    Accuracy: enclosure, each of relative radius at most ``10**-digits``.

    Examples
    --------
    >>> both, one = softmax_moments([(1, 1), (2,)], 10)
    >>> bool((9 * both + one).overlaps(arb("0.1")))
    True
    """
    count = exact.checked_integer("classes", classes, 2)
    goal = exact.checked_digits(digits)
    spread = exact.checked_scale(scale)
    checked = tuple(exact.checked_powers(powers, count) for powers in patterns)
    return cached_moments(checked, count, goal, spread)


@lru_cache(maxsize=256)
def cached_moments(
    patterns: tuple[tuple[int, ...], ...], classes: int, digits: int, scale: fmpq
) -> tuple[arb, ...]:
    """Enclose moments for checked arguments, powers in decreasing order; digits have no cap."""
    for attempt in range(_ATTEMPTS):
        bits = (10 * digits // 3 + 12) * (2 + attempt) // 2
        balls = _attempt(patterns, classes, scale, bits)
        if all(is_accurate(ball, digits) for ball in balls):
            return balls
    raise PrecisionError(
        f"softmax moments {patterns} at classes = {classes}, scale = {scale} did not reach "
        f"{digits} digits; ask for fewer digits"
    )


def _attempt(
    patterns: tuple[tuple[int, ...], ...], classes: int, scale: fmpq, bits: int
) -> tuple[arb, ...]:
    order = max(_SMALLEST_ORDER, *(sum(powers) for powers in patterns))
    with ctx.workprec(bits + 64):
        integral = OuterIntegral(classes, scale * scale, order, bits)
        return integral.moments(patterns)

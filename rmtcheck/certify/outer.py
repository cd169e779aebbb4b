r"""The outer integral of a softmax moment, by the trapezoid rule (docs/lemmas.md, 6).

.. math:: \mathbb E\prod_kp_k^{a_k}=\frac1{\Gamma(K)}\int\prod_kG_{a_k}(u)\,G_0(u)^{C-m}\,du

The discretization error is relative and does not depend on C.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb, ctx, fmpq, fmpz

from rmtcheck.certify.ball import between
from rmtcheck.certify.bounds import log_integrand_bound, log_left_tail, log_right_tail
from rmtcheck.certify.grid import COMPLEMENT, Lattice, SmoothedPowers
from rmtcheck.certify.trapezoid import PLANNING_BITS, best_strip, coarsest_step

Powers = tuple[int, ...]


class OuterIntegral:
    r"""The trapezoid rule for softmax moments of one number of classes, scale and accuracy.

    Parameters
    ----------
    classes : int
        Number of classes C.
    variance : fmpq
        Variance of a logit.
    order : int
        The largest total power it will be asked for.
    bits : int
        Relative accuracy aimed at; the balls tell what was reached.
    """

    def __init__(self, classes: int, variance: fmpq, order: int, bits: int) -> None:
        self.classes, self.variance, self.order, self.bits = classes, variance, order, bits
        with ctx.workprec(PLANNING_BITS):
            nats = (bits + 4) * arb.const_log2()
            outer = coarsest_step(order, arb(0), nats)
            inner = coarsest_step(order, 1 / arb(variance), nats)
        self.step = min(outer, inner)

    def moments(self, patterns: Sequence[Powers]) -> tuple[arb, ...]:
        """Return the balls of several moments, which share the tables of inner integrals."""
        with ctx.workprec(PLANNING_BITS):
            windows = [self._window(powers) for powers in patterns]
        first, last = min(low for low, _ in windows), max(high for _, high in windows)
        tables = SmoothedPowers(Lattice(self.step, first, last), self.variance, self.bits)
        return tuple(
            self._moment(tables, powers, range(low, high + 1))
            for powers, (low, high) in zip(patterns, windows, strict=True)
        )

    def _moment(self, tables: SmoothedPowers, powers: Powers, nodes: range) -> arb:
        """Return the ball of one moment: the sum, its two tails, its discretization (lemma 6)."""
        total = self.step * sum(self._integrand(tables, powers, nodes), arb(0))
        with ctx.workprec(PLANNING_BITS):
            tails = sum(tail.exp() for tail in self._log_tails(powers, nodes))
            relative = self._log_discretization(sum(powers)).exp()
        integral = (total + between(0, tails)) / (1 + between(-relative, relative))
        return integral / arb(fmpz.fac_ui(sum(powers) - 1))

    def _integrand(self, tables: SmoothedPowers, powers: Powers, nodes: range) -> list[arb]:
        start = nodes[0] - tables.lattice.first
        window = slice(start, start + len(nodes))
        columns = [
            [value ** powers.count(a) for value in tables.table(a)[window]] for a in set(powers)
        ]
        rest = self.classes - len(powers)
        if rest:
            columns.append([_survival(h, rest) for h in tables.table(COMPLEMENT)[window]])
        return [_product(values) for values in zip(*columns, strict=True)]

    def _log_tails(self, powers: Powers, nodes: range) -> tuple[arb, arb]:
        return self._log_left(powers, nodes[0] - 1), self._log_right(powers, nodes[-1] + 1)

    def _log_left(self, powers: Powers, index: int) -> arb:
        return log_left_tail(powers, self._node(index), arb(self.step), arb(self.variance))

    def _log_right(self, powers: Powers, index: int) -> arb:
        rest, step = self.classes - len(powers), arb(self.step)
        return log_right_tail(powers, rest, self._node(index), step, arb(self.variance))

    def _log_discretization(self, total: int) -> arb:
        strip = best_strip(total, arb(0), arb(self.step))
        return strip.log_factor(arb(total), arb(self.step))

    def _node(self, index: int) -> arb:
        return arb(self.step * index)

    def _window(self, powers: Powers) -> tuple[int, int]:
        """Return the first and last node; they make the tails of lemma 4 small."""
        peak = self._peak(powers)
        slack = (self.bits + 4) * arb.const_log2() + 6 + 3 * sum(powers)
        floor = self._log_size(powers, peak) - slack
        low = _first(lambda n: self._log_left(powers, peak - n) < floor)
        high = _first(lambda n: self._log_right(powers, peak + n) < floor)
        return peak - low, peak + high

    def _peak(self, powers: Powers) -> int:
        """Return the index where the bound of the integrand stops rising."""

        def rises(index: int) -> bool:
            ahead, here = self._log_size(powers, index + 1), self._log_size(powers, index)
            return bool(ahead > here)

        if rises(0):
            return _first(lambda n: not rises(n))
        return 1 - _first(lambda n: rises(-n))

    def _log_size(self, powers: Powers, index: int) -> arb:
        rest = self.classes - len(powers)
        return log_integrand_bound(powers, rest, self._node(index), arb(self.variance))


def _survival(complement: arb, rest: int) -> arb:
    """Return (1 - H)^rest, where H is known to full relative accuracy if it is small."""
    if complement < fmpq(1, 2):
        return (rest * (-complement).log1p()).exp()
    return (1 - complement).nonnegative_part() ** fmpz(rest)


def _product(values: Sequence[arb]) -> arb:
    product = values[0]
    for value in values[1:]:
        product = product * value
    return product


def _first(holds: Callable[[int], bool]) -> int:
    """Return the smallest n >= 1 from which a monotone condition holds."""
    high = 1
    while not holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high

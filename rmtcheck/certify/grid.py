r"""Values of :math:`G_k(u)=\mathbb E[w^ke^{-w}]`, :math:`w=e^{u+\tau Z}`, on a lattice of u.

One grid serves every softmax moment of the same classes, scale and accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flint import arb, arb_poly, ctx, fmpq

from rmtcheck.certify.ball import around_zero
from rmtcheck.certify.bounds import decay_exponent, log_power_bound
from rmtcheck.certify.trapezoid import PLANNING_BITS, Strip, best_strip

COMPLEMENT = -1
"""Key of :math:`H=1-G_0`, tabulated instead of :math:`G_0` to keep its digits for small w."""


@dataclass
class Lattice:
    """The nodes ``first..last`` times ``step``, step exact; both trapezoid rules use them."""

    step: fmpq
    first: int
    last: int

    def node(self, index: int) -> arb:
        """Return the node of this index."""
        return arb(self.step * index)

    def __len__(self) -> int:
        return self.last - self.first + 1


@dataclass
class SmoothedPowers:
    r"""The tables :math:`G_k` on one lattice, each computed once, when first asked for.

    Parameters
    ----------
    lattice : Lattice
        The nodes.
    variance : fmpq
        The variance :math:`\tau^2` of a logit.
    bits : int
        Relative accuracy aimed at; the balls tell what was reached.
    """

    lattice: Lattice
    variance: fmpq
    bits: int
    _tables: dict[int, list[arb]] = field(default_factory=dict)

    def table(self, k: int) -> list[arb]:
        """Return the balls of G_k, or of 1 - G_0 for ``k = COMPLEMENT``, at all nodes."""
        if k not in self._tables:
            reach = self._reach(k)
            sums = self._convolve(k, self._weights(reach))
            errors = self._errors(k, reach)
            self._tables[k] = [s + around_zero(e) for s, e in zip(sums, errors, strict=True)]
        return self._tables[k]

    def _exponent(self, k: int, u: arb) -> arb:
        if k != COMPLEMENT:
            return decay_exponent(k, u, arb(self.variance))
        return (-u / self.variance).max(arb(0)).min(arb(1)).mid()

    def _reach(self, k: int) -> int:
        """Return how many nodes on each side of u the inner rule keeps."""
        with ctx.workprec(PLANNING_BITS):
            ends = (self.lattice.node(self.lattice.first), self.lattice.node(self.lattice.last))
            tilt = max((self._exponent(k, u).abs_upper() for u in ends), default=arb(0))
            nats = (self.bits + 16) * arb.const_log2()
            window = tilt * self.variance + (2 * nats * self.variance).sqrt()
            return int((window / self.lattice.step).upper().ceil().unique_fmpz()) + 1

    def _weights(self, reach: int) -> list[arb]:
        """Return h phi_tau(nh) for n = 0..reach."""
        h, v = arb(self.lattice.step), arb(self.variance)
        height = h / (2 * arb.pi() * v).sqrt()
        return [height * (-(n * n * h * h) / (2 * v)).exp() for n in range(reach + 1)]

    def _convolve(self, k: int, weights: list[arb]) -> list[arb]:
        """Return all inner sums as one product of polynomials: both rules share their nodes."""
        reach = len(weights) - 1
        values = self._integrand(k, self.lattice.first - reach, self.lattice.last + reach)
        product = arb_poly(values) * arb_poly(weights[:0:-1] + weights)
        return [product[j + 2 * reach] for j in range(len(self.lattice))]

    def _integrand(self, k: int, first: int, last: int) -> list[arb]:
        """Return g_k(y) = e^{ky} exp(-e^y), or 1 - exp(-e^y), at the nodes first..last."""
        step = self.lattice.step
        exponentials = [arb(step * n).exp() for n in range(first, last + 1)]
        if k == COMPLEMENT:
            return [-(-w).expm1() for w in exponentials]
        return self._decreasing_beyond(k, exponentials)

    def _decreasing_beyond(self, k: int, exponentials: list[arb]) -> list[arb]:
        """Evaluate w^k e^{-w}, which decreases past w = k, and freeze its bound far out."""
        cutoff, values, bound = arb(8 * ctx.prec + k), [], None
        for w in exponentials:
            if bound is None:
                values.append(w**k * (-w).exp())
                bound = around_zero(values[-1]) if w > cutoff else None
            else:
                values.append(bound)
        return values

    def _errors(self, k: int, reach: int) -> list[arb]:
        """Return bounds on discretization plus truncation of the inner rule (lemma 5)."""
        with ctx.workprec(PLANNING_BITS):
            curvature = 1 / arb(self.variance)
            strip = best_strip(max(k, 0), curvature, arb(self.lattice.step))
            blocks = range(self.lattice.first, self.lattice.last + 1, _BLOCK)
            errors = [e for j in blocks for e in self._block_errors(k, reach, strip, j)]
            return errors[: len(self.lattice)]

    def _block_errors(self, k: int, reach: int, strip: Strip, first: int) -> list[arb]:
        """Bound the errors at a few neighbouring nodes with one exponent q for all of them."""
        u, h = self.lattice.node(first), arb(self.lattice.step)
        q = self._exponent(k, u)
        margin = reach * h - abs(q) * self.variance
        if not margin > 0:
            return [arb.pos_inf()] * _BLOCK
        truncation = (margin / (2 * arb(self.variance)).sqrt()).erfc()
        surplus = arb(0) if k == COMPLEMENT else k - q
        relative = strip.log_factor(surplus, h).exp() + truncation
        error = relative * self._log_size(k, q, u).exp()
        growth = (q * arb(self.lattice.step)).exp()
        return [error * growth**n for n in range(_BLOCK)]

    def _log_size(self, k: int, q: arb, u: arb) -> arb:
        if k != COMPLEMENT:
            return log_power_bound(k, q, u, arb(self.variance))
        return (1 - q) * arb.const_log2() + q * u + q * q * self.variance / 2


_BLOCK = 8

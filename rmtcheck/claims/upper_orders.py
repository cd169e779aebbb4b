"""Upper orders of magnitude that need not be sharp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy

from rmtcheck.claims.mutants import Variant
from rmtcheck.claims.statements import Order


@dataclass(frozen=True)
class AtMost(Order):
    """``quantity`` is at most of order ``size**exponent``, and may be smaller by half a power.

    A crude bound stays true when its exponent is lowered to that of the sharp one, so the wrong
    variants begin a full power lower; `Order` states sharp orders.
    """

    tight: bool = False

    def _variants(self, name: str) -> Iterator[Variant]:
        for step in (sympy.S.One, sympy.Rational(3, 2)):
            yield Variant(f"{self.exponent} -> {self.exponent - step}", self.exponent - step)

"""What the indices and sizes in a pair of weighted Gram matrices stand for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import sympy

from rmtcheck.symbolic.blocks.sums import Delta
from rmtcheck.vocabulary.grams import UnitVector, WeightedGram
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import (
    LABEL,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    Target,
)
from rmtcheck.vocabulary.symbols import C

_MANY = 40
"""Sums up to at most this class are written out where the network has another number."""


@dataclass(frozen=True)
class Fields:
    """The number of classes, and the free indices of classes and of units.

    Parameters
    ----------
    classes : int or symbol
        The number of classes.
    of_class, of_unit : frozenset of symbols and integers
        The indices that name a class, or a hidden unit.
    """

    classes: sympy.Expr
    of_class: frozenset[sympy.Expr]
    of_unit: frozenset[sympy.Expr]

    def apart(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression in which different symbols of one kind are different indices."""
        deltas: dict[sympy.Expr, sympy.Expr] = {}
        for kind in (self.of_class, self.of_unit):
            symbols = sorted(self.symbols(kind), key=str)
            deltas |= {Delta(*pair): sympy.S.Zero for pair in combinations(symbols, 2)}
        return expr.xreplace(deltas)

    def symbols(self, kind: frozenset[sympy.Expr]) -> list[sympy.Symbol]:
        """Return the symbols of the question among the indices of a kind."""
        return [s for s in kind if s.is_Symbol and s not in (LABEL, self.classes)]

    def full(self, expr: sympy.Expr) -> sympy.Expr:
        """Return sums up to C - 1 as full sums without their last term, short sums term by term."""
        if not expr.has(sympy.Sum):
            return expr
        if not isinstance(expr, sympy.Sum):
            return expr.func(*map(self.full, expr.args))
        return reduce(self._full, expr.limits, self.full(expr.args[0]))

    def _full(self, body: sympy.Expr, limits: sympy.Tuple) -> sympy.Expr:
        index, low, high = limits
        if high == self.classes - 1 and not high.is_Integer:
            last = body.xreplace({index: self.classes})
            return sympy.Sum(body, (index, low, self.classes)) - last
        is_short = low.is_Integer and high.is_Integer and high != self.classes and high <= _MANY
        if not is_short:
            return sympy.Sum(body, limits)
        terms = range(int(low), int(high) + 1)
        return sympy.Add(*(body.xreplace({index: sympy.Integer(k)}) for k in terms))

    def stray(self) -> sympy.Expr | None:
        """Return an index that is a number and names no class or unit, None if there is none."""
        last = self.classes if self.classes.is_Integer else sympy.oo
        numbers = [(k, last) for k in self.of_class if k.is_number]
        numbers += [(k, sympy.oo) for k in self.of_unit if k.is_number]
        wrong = (k for k, high in numbers if not (k.is_Integer and 1 <= k <= high))
        return next(wrong, None)

    def are_full(self, expr: sympy.Expr) -> bool:
        """Return whether deltas stand under sums over all classes only."""
        sums = [s for s in expr.atoms(sympy.Sum) if s.has(Delta)]
        return all(at[2] == self.classes and at[1].is_Integer for s in sums for at in s.limits)


def limits_of(every: sympy.Basic) -> list[sympy.Tuple]:
    """Return the limits of all sums."""
    return [limits for s in every.atoms(sympy.Sum) for limits in s.limits]


def unit_sums(every: sympy.Basic) -> set[sympy.Expr]:
    """Return the indices of sums that name units and no classes."""
    classes = {n.args[0] for n in every.atoms(SoftmaxComponent, Logit, Target, OutputWeight)}
    units = {n.args[0] for n in every.atoms(Indicator, Preactivation, UnitVector)}
    units |= {n.args[1] for n in every.atoms(OutputWeight)}
    return {limits[0] for limits in limits_of(every)} & (units - classes)


def fields_of(*grams: WeightedGram) -> Fields | None:
    """Return what the indices stand for, None if there are several numbers of classes."""
    every = sympy.Tuple(*grams)
    counts = {p.args[1] for p in every.atoms(SoftmaxComponent)}
    uppers = {at[2] for at in limits_of(every) if at[0] not in unit_sums(every)}
    counts = counts or {u for u in uppers if u.is_Symbol or u.is_Integer} or {C}
    if len(counts) > 1:
        return None
    classes = counts.pop()
    by_class = {n.args[0] for n in every.atoms(SoftmaxComponent, Logit, Target, OutputWeight)}
    by_unit = {n.args[0] for n in every.atoms(Indicator, Preactivation, UnitVector)}
    by_unit |= {n.args[1] for n in every.atoms(OutputWeight)}
    compared = [n.args for n in every.atoms(Delta) if not set(n.args) <= by_unit]
    labels = {index for pair in compared for index in pair}
    bound = {at[0] for s in every.atoms(sympy.Sum) for at in s.limits}
    return Fields(classes, frozenset((by_class | labels) - bound), frozenset(by_unit - bound))

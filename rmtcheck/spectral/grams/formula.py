"""A formula at given sizes: symbols get their numbers, and nothing is left without one."""

from __future__ import annotations

import numbers
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.grams import UnitVector
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import (
    LABEL,
    HiddenWeight,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    Target,
)

# at which places the nodes carry a class, and at which a hidden unit
CLASSES = {Logit: 0, Target: 0, SoftmaxComponent: 0, OutputWeight: 0}
UNITS = {Preactivation: 0, Indicator: 0, UnitVector: 0, HiddenWeight: 0, OutputWeight: 1}
UNREAL = (sympy.I, sympy.zoo, sympy.nan, sympy.oo, -sympy.oo)


def with_sizes(
    gram: sympy.Basic,
    sizes: tuple[int, int | None, int, int],
    values: dict[str, Any],
    held: frozenset[sympy.Symbol] = frozenset(),
) -> Any:
    """Return a formula with the numbers of d, m, C, N, and of the symbols that are named.

    All its other symbols but the held ones are refused.
    """
    letters = zip((symbols.d, symbols.m, symbols.C, symbols.N), sizes, strict=True)
    known = {symbol: sympy.Integer(size) for symbol, size in letters if size is not None}
    # a zero block has lost its indices, and is still asked for by them
    free = {str(s): s for s in (symbols.i, symbols.j)}
    free |= {str(symbol): symbol for symbol in gram.free_symbols - known.keys() - held - {LABEL}}
    for name, value in values.items():
        if name not in free:
            accepted = ", ".join(sorted(free)) or "none"
            raise DomainError(f"{name} is no free symbol of the formula; accepted are: {accepted}.")
        known[free[name]] = number_of(name, value)
    _require_distinct(gram, {free[name]: known[free[name]] for name in values})
    # sympy compares arguments of a maximum as soon as the indices are numbers, and cannot
    pieces = {e: e.rewrite(sympy.Piecewise) for e in gram.atoms(sympy.Max, sympy.Min)}
    # not xreplace: an index that a sum binds is another one, whatever its name
    numeric = gram.xreplace(pieces).subs(known)
    left = numeric.free_symbols - held - {LABEL}
    if left:
        raise DomainError(f"the symbol {min(map(str, left))} has no value; pass it by name.")
    if numeric.has(*UNREAL):
        raise DomainError(f"the formula {numeric} is not real and finite.")
    return numeric


def key_of(values: dict[str, Any]) -> tuple[tuple[str, sympy.Expr], ...]:
    """Return named numbers in the order of their names, to remember a program by."""
    return tuple((name, number_of(name, values[name])) for name in sorted(values))


def number_of(name: str, value: Any) -> sympy.Expr:
    """Return a real number as one of sympy's, an integral float as an integer."""
    is_one = isinstance(value, numbers.Number | sympy.Expr) and not isinstance(value, bool)
    if is_one:  # sympify would run the text of a string
        is_whole = isinstance(value, float) and value.is_integer()
        number = sympy.sympify(int(value) if is_whole else value)
        if number.is_real and number.is_finite and not number.free_symbols:
            return number
    raise DomainError(f"{name} is {value!r}; accepted is a real number.")


def _require_distinct(gram: sympy.Basic, values: dict[sympy.Symbol, Any]) -> None:
    """Refuse one number for two symbols of classes, or of units: they stand for distinct ones."""
    together = [set(delta.args) for delta in gram.atoms(sympy.KroneckerDelta)]
    for places in (CLASSES, UNITS):
        indices = {n.args[k] for kind, k in places.items() for n in gram.atoms(kind)}
        used = sorted(indices & values.keys(), key=str)
        for k, one in enumerate(used):
            for other in used[k + 1 :]:
                if values[one] == values[other] and {one, other} not in together:
                    accepted = "different symbols are different indices in this formula"
                    raise DomainError(f"{one} and {other} are both {values[one]}; {accepted}.")

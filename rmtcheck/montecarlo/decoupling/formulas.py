"""Formulas in leaves: rows of arrays, readout weights, and sums over classes or units."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import (
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    SampleNode,
)

Array = NDArray[np.float64]
Arrays: TypeAlias = dict[Hashable, Array]
"""Arrays of one row per field, unit or class, by family; a softmax is named by its scale."""

FIELDS, GATES, LOGITS = "fields", "gates", "logits"
_FAMILIES = {Preactivation: FIELDS, Indicator: GATES, Logit: LOGITS}


KNOWN = "functions that numpy or scipy know, and whose derivatives they know"


@contextmanager
def numerical(expression: Any, accepted: str = KNOWN) -> Iterator[None]:
    """Say in a sentence that code printed for an expression does not exist or does not run."""
    try:
        yield
    except (NameError, TypeError, AttributeError, NotImplementedError, SyntaxError) as error:
        shown, reason = str(expression)[:80], str(error).split("\n")[0]
        raise DomainError(
            f"the weight {shown} cannot be evaluated ({reason}); accepted are {accepted}."
        ) from None


@dataclass(frozen=True)
class _Rows:
    """One row of a family, or a range of rows under a sum."""

    family: Hashable
    place: int | slice

    def value(self, arrays: Arrays) -> Array:
        rows = arrays[self.family]
        last = self.place.stop if isinstance(self.place, slice) else self.place + 1
        if last > len(rows):
            kind = self.family if isinstance(self.family, str) else "classes"
            raise DomainError(f"the weight asks for {last} {kind}; there are {len(rows)}.")
        return rows[self.place]

    def pull(self, bar: Array, arrays: Arrays, bars: Arrays) -> None:
        is_shared = bar.ndim > 1 and not isinstance(self.place, slice)
        bars[self.family][self.place] += bar.sum(axis=0) if is_shared else bar


@dataclass(frozen=True)
class _Constant:
    """A readout weight, or a column of them under a sum."""

    array: Array

    def value(self, arrays: Arrays) -> Array:
        return self.array


class Formula:
    """An expression in leaves, with its slopes in all leaves that depend on the fields.

    Parameters
    ----------
    expression : sympy expression
        In nodes of one sample, and sums of such expressions over all classes or units.
    readout : ndarray, shape (C, m), or None
        The values of its readout weights.
    bound : tuple, optional
        The index of a sum around the expression, and its rows.

    Raises
    ------
    DomainError
        When a part of the expression is not known here.
    """

    def __init__(self, expression: Any, readout: Array | None, bound: Any = None) -> None:
        self._readout, self._bound = readout, bound
        expression = expression.replace(_is_idle, lambda total: total.doit())
        totals = expression.atoms(sympy.Sum)
        outside = expression.xreplace({total: sympy.Dummy() for total in totals})
        nodes = [*totals, *sorted(outside.atoms(SampleNode, SoftmaxComponent), key=str)]
        leaves = {sympy.Dummy(real=True): self._leaf(node) for node in nodes}
        body = expression.xreplace(dict(zip(nodes, leaves, strict=True)))
        self._moving = {
            s: f for s, f in leaves.items() if not isinstance(f, _Constant) and not _is_gate(f)
        }
        self._leaves = list(leaves.values())
        slopes = [sympy.diff(body, s).replace(sympy.DiracDelta, _nothing) for s in self._moving]
        self._value = _compiled(list(leaves), body)
        self._slopes = _compiled(list(leaves), slopes)
        self.is_linear = self._is_linear(body)

    @property
    def families(self) -> set[Hashable]:
        """The families of arrays that it reads."""
        return set().union(*(_families(leaf) for leaf in self._leaves))

    def value(self, arrays: Arrays) -> Array:
        """Return the value; a number where it is the same for all samples."""
        return np.asarray(self._value(*(leaf.value(arrays) for leaf in self._leaves)))

    def slopes(self, arrays: Arrays) -> list[tuple[Any, Array]]:
        """Return every leaf that depends on the fields, with the slope in it."""
        slopes = self._slopes(*(leaf.value(arrays) for leaf in self._leaves))
        return list(zip(self._moving.values(), slopes, strict=True))

    def pull(self, bar: Array, arrays: Arrays, bars: Arrays) -> None:
        """Add the slopes, times those of what follows, to the slopes in the arrays."""
        for leaf, slope in self.slopes(arrays):
            leaf.pull(bar * slope, arrays, bars)

    def _is_linear(self, body: Any) -> bool:
        """Whether it is a multiple, the same for all samples, of one range of rows."""
        if len(self._moving) != 1 or any(map(_is_gate, self._leaves)):
            return False
        ((symbol, leaf),) = self._moving.items()
        if not (isinstance(leaf, _Rows) and isinstance(leaf.place, slice)):
            return False
        return bool(not sympy.diff(body, symbol).has(symbol) and body.subs(symbol, 0) == 0)

    def _leaf(self, node: Any) -> Any:
        if isinstance(node, sympy.Sum):
            return _Total(node, self._readout, self._bound)
        if isinstance(node, OutputWeight):
            return _Constant(self._entries(node))
        if isinstance(node, SoftmaxComponent):
            return _Rows(float(node.scale), self._place(node.index))
        if type(node) not in _FAMILIES:
            raise DomainError(f"the weight contains {node}, which is no function of the fields.")
        return _Rows(_FAMILIES[type(node)], self._place(node.args[0]))

    def _place(self, index: Any) -> int | slice:
        if self._bound is not None and index == self._bound[0]:
            rows: slice = self._bound[1]
            return rows
        if not index.is_Integer or index < 1:
            raise DomainError(f"the weight has the index {index}; accepted are numbers from 1.")
        return int(index) - 1

    def _entries(self, node: Any) -> Array:
        assert self._readout is not None  # `local_weight` refuses readout weights without one
        entries = np.asarray(self._readout[tuple(map(self._place, node.args))])
        return entries[:, None] if entries.ndim else entries


class _Total:
    """A sum over all classes or units: a matrix product where the summand is linear."""

    def __init__(self, total: sympy.Sum, readout: Array | None, bound: Any) -> None:
        if bound is not None or len(total.limits) != 1:
            raise DomainError(f"the weight contains {total}; accepted are sums over one index.")
        index, low, high = total.limits[0]
        if not (low.is_Integer and high.is_Integer and 1 <= low <= high):
            raise DomainError(f"the weight contains {total}, whose limits are not numbers from 1.")
        self._count = int(high - low + 1)
        self.summand = Formula(total.function, readout, (index, slice(int(low) - 1, int(high))))

    def value(self, arrays: Arrays) -> Array:
        if self.summand.is_linear:
            ((leaf, slope),) = self.summand.slopes(arrays)
            rows = leaf.value(arrays)
            if np.ndim(slope) < 2:
                return np.asarray(slope * rows.sum(axis=0))
            return np.asarray(slope[:, 0] @ rows)
        return np.asarray(np.sum(self.summand.value(arrays), axis=0))

    def pull(self, bar: Array, arrays: Arrays, bars: Arrays) -> None:
        self.summand.pull(np.broadcast_to(bar, (self._count, len(bar))), arrays, bars)


def _compiled(symbols: list[Any], expression: Any) -> Callable[..., Any]:
    found: Callable[..., Any] = sympy.lambdify(symbols, expression, ["scipy", "numpy"], cse=True)
    return found


def _is_idle(part: Any) -> bool:
    """Whether a sum runs over an index that no node has."""
    return isinstance(part, sympy.Sum) and not any(
        node.free_symbols & set(part.variables) for node in part.atoms(SampleNode, SoftmaxComponent)
    )


def _is_gate(leaf: Any) -> bool:
    return isinstance(leaf, _Rows) and leaf.family == GATES


def _families(leaf: Any) -> set[Hashable]:
    if isinstance(leaf, _Total):
        return leaf.summand.families
    return {leaf.family} if isinstance(leaf, _Rows) else set()


def _nothing(*_: Any) -> Any:
    """Return 0: a jump has slope 0 almost everywhere."""
    return sympy.S.Zero

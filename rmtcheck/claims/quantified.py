"""Statements on every object of a class.

The class belongs to the answer: an engine observes for which objects the predicate is
true, and is told only afterwards for which ones the statement claims it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sympy
from sympy import I

from rmtcheck.claims.mutants import Variant
from rmtcheck.claims.statements import Statement, Substitution
from rmtcheck.vocabulary.measures import Mass, Measure, Moment, Stieltjes
from rmtcheck.vocabulary.symbols import k


@dataclass(frozen=True)
class ForAll(Statement):
    """``predicate`` for every object of the class ``objects`` that meets ``where``.

    Parameters
    ----------
    objects : noun
        A class of measures or of random matrices.
    predicate : Statement
        What is claimed of each of them.
    where : sympy relation, default true
        For which values of the symbols.
    """

    objects: sympy.Basic
    predicate: Statement
    where: sympy.Basic = sympy.true
    answer: ClassVar[tuple[str, ...]] = ("objects", "where", "predicate")

    @property
    def asked(self) -> Any:
        """What engines observe: the question of the predicate."""
        return self.predicate.asked

    @property
    def question(self) -> tuple[Any, ...]:
        """The question of the predicate; the class is no part of it."""
        return ("ForAll", *self.predicate.question)

    @property
    def free_symbols(self) -> set[sympy.Symbol]:
        """Symbols of the class, the condition and the predicate."""
        return {*self.objects.free_symbols, *self.where.free_symbols, *self.predicate.free_symbols}

    def substitute(self, substitution: Substitution) -> Statement | None:
        """Return the statement with symbols, nouns or node types replaced everywhere."""
        predicate = self.predicate.substitute(substitution)
        outside = super().substitute(substitution)
        if predicate is None or not isinstance(outside, ForAll) or outside.where is sympy.false:
            return None
        return replace(outside, predicate=predicate)

    def latex(self) -> str:
        """Return the statement typeset."""
        where = "" if self.where is sympy.true else rf"\ ({sympy.latex(self.where)})"
        return rf"\forall\ {sympy.latex(self.objects)}{where}:\quad {self.predicate.latex()}"

    def __str__(self) -> str:
        where = "" if self.where is sympy.true else f" and {self.where}"
        return f"for all {self.objects}{where}: {self.predicate}"

    def _variants(self, name: str) -> Iterator[Any]:
        return iter(())

    def mutants(self) -> Iterator[tuple[str, Statement]]:
        """Yield the wrong variants of the predicate; hypotheses weaken the class."""
        for name, mutant in self.predicate.mutants():
            yield name, replace(self, predicate=mutant)


@dataclass(frozen=True)
class Determines(Statement):
    """Two measures of the class with the same ``data`` are equal.

    Parameters
    ----------
    measure : Measure
        The measure.
    data : sympy.Tuple
        Functionals of it; symbols in them take all their values.
    """

    measure: Measure
    data: sympy.Tuple
    answer: ClassVar[tuple[str, ...]] = ("data",)
    asks: ClassVar[str] = "measure"

    @property
    def free_symbols(self) -> set[sympy.Symbol]:
        """No symbol at all: those in the data take all their values."""
        return set()

    def latex(self) -> str:
        """Return the statement typeset."""
        data = ", ".join(map(sympy.latex, self.data))
        return rf"{data}\ \text{{determine}}\ {sympy.latex(self.measure)}"

    def __str__(self) -> str:
        return f"{', '.join(map(str, self.data))} determine {self.measure}"

    def _variants(self, name: str) -> Iterator[Variant]:
        return poorer_data(self.measure)


@dataclass(frozen=True)
class ConvergesWith(Statement):
    """Probabilities converge weakly to a measure of the class iff their ``data`` converge to its.

    Parameters
    ----------
    measure : Measure
        The limit.
    data : sympy.Tuple
        Functionals of it; symbols in them take all their values.
    """

    measure: Measure
    data: sympy.Tuple
    answer: ClassVar[tuple[str, ...]] = ("data",)
    asks: ClassVar[str] = "measure"

    @property
    def free_symbols(self) -> set[sympy.Symbol]:
        """No symbol at all: those in the data take all their values."""
        return set()

    def latex(self) -> str:
        """Return the statement typeset."""
        limit = sympy.latex(self.measure)
        sequence = [
            f.xreplace({self.measure: Measure(f"{self.measure.name}_n")}) for f in self.data
        ]
        pairs = zip(sequence, self.data, strict=True)
        data = ",\\ ".join(rf"{sympy.latex(s)} \to {sympy.latex(f)}" for s, f in pairs)
        return rf"{limit}_n \Rightarrow {limit}\quad\iff\quad {data}"

    def __str__(self) -> str:
        data = ", ".join(map(str, self.data))
        return f"{self.measure}_n => {self.measure} iff {data} converge to those of {self.measure}"

    def _variants(self, name: str) -> Iterator[Variant]:
        return poorer_data(self.measure)


def poorer_data(measure: Measure) -> Iterator[Variant]:
    """Yield what an author may hold sufficient to know a measure, and is not."""
    points = (I, 1 + I, 2 * I)
    yield Variant("only at z = i", sympy.Tuple(Stieltjes(measure, I)))
    yield Variant("only at three z", sympy.Tuple(*(Stieltjes(measure, z) for z in points)))
    yield Variant("four moments", sympy.Tuple(*(Moment(measure, n) for n in range(1, 5))))
    yield Variant("all moments", sympy.Tuple(Moment(measure, k)))
    yield Variant("one mass", sympy.Tuple(Mass(measure, sympy.Interval(0, 1))))

"""Statements about blocks of a Hessian, and the errors that authors make in their formulas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from rmtcheck.claims.mutants import Variant, expression_variants
from rmtcheck.claims.statements import Statement
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.grams import INPUT, Combination, HiddenOutput, UnitVector, WeightedGram
from rmtcheck.vocabulary.networks import Gradient, HessianBlock, OneHiddenLayer


@dataclass(frozen=True)
class BlockFormula(Statement):
    """A block of the Hessian, or a gradient, equals a weighted Gram matrix."""

    block: HessianBlock | Gradient
    gram: WeightedGram
    answer: ClassVar[tuple[str, ...]] = ("gram",)
    asks: ClassVar[str] = "block"

    def latex(self) -> str:
        """Return the statement typeset."""
        return f"{sympy.latex(self.block)} = {sympy.latex(self.gram)}"

    def __str__(self) -> str:
        return f"{self.block} = {self.gram}"

    def _variants(self, name: str) -> Iterator[Variant]:
        return gram_variants(self.gram, self.block.network)


@dataclass(frozen=True)
class LeadingBlock(Statement):
    r"""A block of the Hessian equals a weighted Gram matrix up to :math:`O(1/C)`.

    Read sample by sample: with rows of V that are iid Gaussian, every coefficient of the vectors
    of the remainder is :math:`O(1/C)` as the classes grow, almost surely, at every fixed input
    and label.
    """

    block: HessianBlock
    gram: WeightedGram
    answer: ClassVar[tuple[str, ...]] = ("gram",)
    asks: ClassVar[str] = "block"

    def latex(self) -> str:
        """Return the statement typeset."""
        return rf"{sympy.latex(self.block)} = {sympy.latex(self.gram)} + \mathcal{{O}}(1/C)"

    def __str__(self) -> str:
        return f"{self.block} = {self.gram} + O(1/C)"

    def _variants(self, name: str) -> Iterator[Variant]:
        return gram_variants(self.gram, self.block.network)


def gram_variants(gram: WeightedGram, network: Any) -> Iterator[Variant]:
    """Yield wrong variants of a formula: of its weight, its scale, its vectors, its shape."""
    if gram.weight != 0:
        for variant in expression_variants(gram.weight):
            changed = gram.func(gram.scale, variant.value, gram.left, gram.right)
            yield Variant(f"weight {variant.change}", changed)
        yield from _reindexed(gram)
        yield from _scales(gram)
    else:
        for weight in (1, -1):
            changed = gram.func(gram.scale, weight, gram.left, gram.right)
            yield Variant(f"0 -> {weight}", changed)
    yield from _vectors(gram, network)


def _reindexed(gram: WeightedGram) -> Iterator[Variant]:
    """Put the other index into a weight that has one only."""
    named = sorted(gram.weight.free_symbols & {symbols.i, symbols.j}, key=str)
    if len(named) == 1:
        (old,) = named
        new = symbols.j if old == symbols.i else symbols.i
        changed = gram.func(gram.scale, gram.weight.xreplace({old: new}), gram.left, gram.right)
        yield Variant(f"weight {old} -> {new}", changed)


def _scales(gram: WeightedGram) -> Iterator[Variant]:
    for size in (symbols.d, symbols.C):
        scale = gram.scale.subs(symbols.N, size)
        if scale != gram.scale:
            changed = gram.func(scale, gram.weight, gram.left, gram.right)
            yield Variant(f"1/N -> 1/{size}", changed)


def _vectors(gram: WeightedGram, network: Any) -> Iterator[Variant]:
    if gram.left != gram.right:
        exchanged = gram.func(gram.scale, gram.weight, gram.right, gram.left)
        yield Variant("left and right exchanged", exchanged)
    for side in ("left", "right"):
        for variant in _wrong(getattr(gram, side), network):
            sides = {"left": gram.left, "right": gram.right, side: variant.value}
            changed = gram.func(gram.scale, gram.weight, sides["left"], sides["right"])
            yield Variant(f"{side} {variant.change}", changed)


def _wrong(vector: Any, network: Any) -> Iterator[Variant]:
    if isinstance(vector, Combination):
        yield from _combinations(vector, network)
    elif isinstance(vector, UnitVector):
        other = symbols.j if vector.index == symbols.i else symbols.i
        yield Variant(f"{vector} -> e_{other}", UnitVector(other))
    elif isinstance(network, OneHiddenLayer):
        hidden = HiddenOutput(network.activation)
        if vector in (INPUT, hidden):
            other = hidden if vector == INPUT else INPUT
            yield Variant(f"{vector} -> {other}", other)


def _combinations(vector: Combination, network: Any) -> Iterator[Variant]:
    """Change one coefficient, drop one term, or exchange one vector."""
    for place, (coefficient, term) in enumerate(vector.terms):
        others = [*vector.terms[:place], *vector.terms[place + 1 :]]
        yield Variant(f"term of {term} dropped", Combination(*others))
        for variant in expression_variants(coefficient):
            changed = Combination(*others, (variant.value, term))
            yield Variant(f"coefficient of {term} {variant.change}", changed)
        for variant in _wrong(term, network):
            yield Variant(variant.change, Combination(*others, (coefficient, variant.value)))

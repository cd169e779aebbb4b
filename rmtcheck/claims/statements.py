"""The closed family of statements a claim can make.

In every statement the *question* is what an engine observes without seeing the
answer, and the *answer* is what is judged against that observation; mutants change
the answer only.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, ClassVar, Literal

import sympy

from rmtcheck.claims.mutants import Variant, expression_variants
from rmtcheck.vocabulary.laws import ImplicitLaw, PrintedLaw
from rmtcheck.vocabulary.quantities import Along

Mode = Literal["sure", "almost sure", "mean"]
Substitution = Mapping[Any, Any]


def _substituted(value: Any, substitution: Substitution) -> Any:
    if isinstance(value, Along):
        ratio = None if value.ratio is None else _substituted(value.ratio, substitution)
        return Along(*value.sizes, ratio=ratio, then=value.then)
    if not isinstance(value, sympy.Basic):
        return value
    for old, new in substitution.items():
        value = value.replace(old, new) if isinstance(old, type) else value.subs(old, new)
    return value


def _numbered(name: str, names: Counter[str]) -> str:
    """Return the name, with a number where the same change was made at another place before."""
    names[name] += 1
    return name if names[name] == 1 else f"{name} ({names[name]})"


def _has_no_value(value: Any) -> bool:
    return isinstance(value, sympy.Basic) and value.has(sympy.nan, sympy.zoo)


def _fingerprint(*values: Any) -> str:
    text = "|".join(_spelled(v) if isinstance(v, sympy.Basic) else repr(v) for v in values)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=4096)
def _spelled(value: sympy.Basic) -> str:
    """Spell an expression out; variants of a statement share most of theirs."""
    return str(sympy.srepr(value))


@dataclass(frozen=True)
class Statement:
    """Base of the statements; subclasses name their observed field and their answer fields."""

    answer: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[str] = ""

    @property
    def asked(self) -> Any:
        """The noun or expression that engines observe."""
        return getattr(self, self.asks)

    def substitute(self, substitution: Substitution) -> Statement | None:
        """Return the statement with symbols, nouns or node types replaced everywhere.

        None stands for a statement that has no meaning there (a division by zero, say).
        """
        growing = getattr(self, "along", Along()).growing
        substitution = {k: v for k, v in substitution.items() if k not in growing}
        try:
            changed = {
                f.name: _substituted(getattr(self, f.name), substitution) for f in fields(self)
            }
        except (ValueError, TypeError, ZeroDivisionError):
            return None
        meaningless = any(_has_no_value(value) for value in changed.values())
        return None if meaningless else replace(self, **changed)

    @property
    def question(self) -> tuple[Any, ...]:
        """Everything but the answer: what an engine may see before it observes."""
        return (type(self).__name__, *(getattr(self, f) for f in self._question_fields()))

    @property
    def question_hash(self) -> str:
        """Fingerprint of the question; statements that share it share one observation."""
        return _fingerprint(*self.question)

    @property
    def hash(self) -> str:
        """Fingerprint of the whole statement, by which evidence becomes stale."""
        return _fingerprint(type(self).__name__, *(getattr(self, f.name) for f in fields(self)))

    @property
    def free_symbols(self) -> set[sympy.Symbol]:
        """Symbols that the statement quantifies over; sizes that grow are not among them."""
        symbols: set[sympy.Symbol] = set()
        for field in fields(self):
            value = getattr(self, field.name)
            symbols |= getattr(value, "free_symbols", set())
        along = getattr(self, "along", None)
        return symbols - set(along.growing if along else ())

    def mutants(self) -> Iterator[tuple[str, Statement]]:
        """Yield (name, wrong variant) for every mutation of the answer, none twice."""
        seen = {self.hash}
        names: Counter[str] = Counter()
        for field in self.answer:
            for variant in self._variants(field):
                mutant = replace(self, **{field: variant.value})
                if mutant.hash not in seen:
                    seen.add(mutant.hash)
                    yield _numbered(f"{field}: {variant.change}", names), mutant

    def latex(self) -> str:
        """Return the statement typeset."""
        raise NotImplementedError

    def _question_fields(self) -> Iterator[str]:
        return (f.name for f in fields(self) if f.name not in self.answer)

    def _variants(self, name: str) -> Iterator[Variant]:
        return expression_variants(getattr(self, name))


@dataclass(frozen=True)
class Identity(Statement):
    """``lhs = rhs`` on the whole domain of the hypotheses."""

    lhs: sympy.Expr
    rhs: sympy.Expr
    answer: ClassVar[tuple[str, ...]] = ("rhs",)
    asks: ClassVar[str] = "lhs"

    def latex(self) -> str:
        """Return the statement typeset."""
        return f"{sympy.latex(self.lhs)} = {sympy.latex(self.rhs)}"

    def __str__(self) -> str:
        return f"{self.lhs} = {self.rhs}"


@dataclass(frozen=True)
class LimitOf(Statement):
    """``quantity -> value`` along a direction of growth, in the stated mode."""

    quantity: sympy.Expr
    value: sympy.Expr
    along: Along
    mode: Mode = "sure"
    answer: ClassVar[tuple[str, ...]] = ("value",)
    asks: ClassVar[str] = "quantity"

    def latex(self) -> str:
        """Return the statement typeset."""
        limit = rf"\lim_{{{self.along.latex()}}} {sympy.latex(self.quantity)}"
        suffix = "" if self.mode == "sure" else rf"\quad\text{{({self.mode})}}"
        return f"{limit} = {sympy.latex(self.value)}{suffix}"

    def __str__(self) -> str:
        suffix = "" if self.mode == "sure" else f" ({self.mode})"
        return f"lim [{self.along}] {self.quantity} = {self.value}{suffix}"


@dataclass(frozen=True)
class Order(Statement):
    """``quantity`` is of exact order ``size**exponent`` (tight), or at most of it.

    Everything else that occurs in the quantity is held fixed. The exponent ``-oo`` stands for a
    quantity that is 0 for every size.
    """

    quantity: sympy.Expr
    along: Along
    exponent: sympy.Expr
    tight: bool = True
    answer: ClassVar[tuple[str, ...]] = ("exponent",)
    asks: ClassVar[str] = "quantity"

    def latex(self) -> str:
        """Return the statement typeset."""
        size = sympy.latex(self.along.scale)
        if self.exponent == -sympy.oo:
            return rf"{sympy.latex(self.quantity)} = 0\ \text{{for every}}\ {size}"
        symbol = r"\Theta" if self.tight else r"\mathcal{O}"
        power = rf"{symbol}\left({size}^{{{sympy.latex(self.exponent)}}}\right)"
        return rf"{sympy.latex(self.quantity)} = {power},\quad {self.along.latex()}"

    def __str__(self) -> str:
        if self.exponent == -sympy.oo:
            return f"{self.quantity} = 0 for every {self.along.scale}"
        symbol = "Theta" if self.tight else "O"
        return f"{self.quantity} = {symbol}({self.along.scale}**{self.exponent}) as {self.along}"

    def _variants(self, name: str) -> Iterator[Variant]:
        half, exponent = sympy.Rational(1, 2), sympy.sympify(self.exponent)
        steps = (-half, half, -1, 1) if self.tight else (-half, -1)
        values = [exponent + step for step in steps] if exponent.is_finite else [0, -1, -2]
        for value in map(sympy.sympify, values):
            yield Variant(f"{self.exponent} -> {value}", value)


@dataclass(frozen=True)
class Bound(Statement):
    """``lhs relation rhs`` with relation ``<`` or ``>``."""

    lhs: sympy.Expr
    relation: Literal["<", ">"]
    rhs: sympy.Expr
    answer: ClassVar[tuple[str, ...]] = ("relation",)
    asks: ClassVar[str] = "lhs"

    def latex(self) -> str:
        """Return the statement typeset."""
        return f"{sympy.latex(self.lhs)} {self.relation} {sympy.latex(self.rhs)}"

    def __str__(self) -> str:
        return f"{self.lhs} {self.relation} {self.rhs}"

    def _variants(self, name: str) -> Iterator[Variant]:
        reverse = ">" if self.relation == "<" else "<"
        yield Variant(f"{self.relation} -> {reverse}", reverse)


@dataclass(frozen=True)
class Value(Statement):
    """``|quantity - value| <= unit / 2``: a value printed with a last place worth ``unit``."""

    quantity: sympy.Expr
    value: sympy.Expr
    unit: sympy.Expr
    answer: ClassVar[tuple[str, ...]] = ("value",)
    asks: ClassVar[str] = "quantity"

    def latex(self) -> str:
        """Return the statement typeset."""
        half = sympy.latex(sympy.sympify(self.unit) / 2)
        return rf"\left|{sympy.latex(self.quantity)} - {sympy.latex(self.value)}\right| \le {half}"

    def __str__(self) -> str:
        return f"|{self.quantity} - {self.value}| <= ({self.unit})/2"


@dataclass(frozen=True)
class SpectralLimit(Statement):
    """The empirical spectral distribution of an ensemble converges weakly to a law."""

    ensemble: sympy.Basic
    law: PrintedLaw | ImplicitLaw
    along: Along
    mode: Mode = "almost sure"
    answer: ClassVar[tuple[str, ...]] = ("law",)
    asks: ClassVar[str] = "ensemble"

    def latex(self) -> str:
        """Return the statement typeset."""
        left = rf"\mu_{{{sympy.latex(self.ensemble)}}}"
        return rf"{left} \Rightarrow {sympy.latex(self.law)},\quad {self.along.latex()}"

    def __str__(self) -> str:
        law = self.law
        if isinstance(law, ImplicitLaw):
            return f"esd of {self.ensemble} => {law}"
        density = f"{law.density} on [{law.lower}, {law.upper}]"
        return f"esd of {self.ensemble} => {density} + ({law.mass}) delta_{law.atom}"

    def _variants(self, name: str) -> Iterator[Variant]:
        if isinstance(self.law, ImplicitLaw):
            for variant in expression_variants(self.law.reciprocal):
                yield Variant(variant.change, ImplicitLaw(variant.value))
            return
        for place, part in enumerate(("density", "lower", "upper", "atom", "mass")):
            if part == "atom" and self.law.mass == 0:
                continue  # where no atom is, its place says nothing
            for variant in expression_variants(self.law.args[place]):
                arguments = list(self.law.args)
                arguments[place] = variant.value
                yield Variant(f"{part} {variant.change}", self.law.func(*arguments))

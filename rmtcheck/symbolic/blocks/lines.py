r"""The lines of a derivation, from the forward pass to the block, each checked by machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.symbolic.blocks.checks import (
    DIGITS,
    Place,
    keys,
    places,
    require_block,
    require_derivative,
    require_same,
)
from rmtcheck.symbolic.blocks.derivatives import (
    gradient,
    gram_of,
    hessian_entry,
    named,
    simplified,
)
from rmtcheck.symbolic.blocks.explicit import Explicit
from rmtcheck.symbolic.blocks.forward import (
    CLASSES,
    SAMPLES,
    Coordinate,
    Entry,
    Slope,
    differentiate,
)
from rmtcheck.symbolic.blocks.gram import coefficients, with_activation
from rmtcheck.symbolic.blocks.question import A, B, Question, posed, values
from rmtcheck.symbolic.blocks.sums import normal
from rmtcheck.symbolic.blocks.textbook import arranged
from rmtcheck.symbolic.derivation import Step, shown
from rmtcheck.vocabulary.grams import ONE, WeightedGram
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import LABEL, HiddenWeight, Logit, OutputWeight

LOSS = sympy.Symbol("l_n")
_CLASS = sympy.Dummy("e", integer=True, positive=True)
_THROUGH_LOGITS = (Logit, SoftmaxComponent)
_DIRECTLY = (OutputWeight, Slope, Coordinate)


@dataclass(frozen=True)
class Line:
    """One line: what it says, its formula, and the check that it must pass.

    Parameters
    ----------
    clause : str
        One clause in English.
    left : tuple of str
        The left side in plain text and in LaTeX.
    formula : sympy object
        The right side, with symbols for sizes and rows.
    how : str
        What the check compares, empty where the line states a definition.
    check : callable
        Takes the formula; raises WrongLineError if it is wrong.
    """

    clause: str
    left: tuple[str, str]
    formula: Any
    how: str
    check: Callable[[Any], None]

    def step(self, put: Callable[[Any], Any]) -> Step:
        """Return the line as it is printed, once its formula has passed the check."""
        self.check(self.formula)
        text, latex = self.left
        right = shown(put(self.formula))
        return Step(f"{self.clause}: {text} = {right}", f"{latex} = {sympy.latex(right)}", self.how)


@dataclass(frozen=True)
class Argument:
    """All lines about one question.

    Parameters
    ----------
    asked : HessianBlock, Gradient or HessianLayer
        The question.
    """

    asked: Any

    @property
    def question(self) -> Question:
        """The question with symbols for sizes and rows."""
        return posed(self.asked)

    @property
    def network(self) -> Explicit:
        """The small network at which lines are checked."""
        activation = self.question.activation
        classes = [int(k) for k in self._printed.atoms(sympy.Integer) if k.is_positive]
        expression = None if activation is None else activation.expression
        size = max([3, *(k for k in classes if k <= 6)])
        return Explicit(expression, size, tuple(sorted(self._parameters, key=str)))

    @property
    def _parameters(self) -> set[sympy.Symbol]:
        """The parameters of the loss."""
        loss = self.question.loss
        found: set[sympy.Symbol] = (self._printed * loss.factor).free_symbols
        return found - {LABEL, CLASSES}

    @property
    def _printed(self) -> sympy.Expr:
        return self.question.printed()

    def steps(self) -> tuple[Step, ...]:
        """Return the lines as they are printed; every one has passed its check.

        Raises
        ------
        WrongLineError
            If a line is wrong.
        """
        return tuple(line.step(self.put) for line in self.lines())

    def put(self, formula: Any) -> Any:
        """Return a formula with the sizes and rows of the question and letters for the rest."""
        given = values(self.asked)
        taken = {s.name for value in given.values() for s in value.free_symbols}
        taken |= {s.name for s in self._printed.free_symbols}
        letters = {A: "abghs", B: "bghsa", _CLASS: "cklqr"}
        for symbol, names in letters.items():
            name = next(letter for letter in names if letter not in taken)
            taken = taken | {name}
            given[symbol] = sympy.Symbol(name, integer=True, positive=True)
        return named(formula, given)

    def lines(self) -> Iterator[Line]:
        """Yield the lines in the order of the argument."""
        yield self._forward()
        yield self._loss()
        yield self._in_logits()
        first = _entry(simplified(gradient(self.question)))
        yield self._derivative("its derivative", self._printed, first, 0)
        last = first
        if self.question.column:
            yield from self._parts(first)
            last = _entry(simplified(hessian_entry(self.question)))
            yield self._derivative("its second derivative", first, last, 1)
        if last.has(Slope):
            yield self._convention(last)
        yield self._block()

    def _forward(self) -> Line:
        unit, size = sympy.Dummy("k", integer=True, positive=True), self.question.width
        output = OutputWeight(_CLASS, unit) * Coordinate(self.question.features, unit)
        logit = Logit(_CLASS)

        def check(formula: sympy.Expr) -> None:
            at = Place((1,), (1,))
            explicit = formula.xreplace({_CLASS: sympy.S.One})
            require_same(self.network, Logit(sympy.S.One), explicit, at)

        formula = sympy.Sum(output, (unit, 1, size))
        return Line("the logits", self._sides(logit), formula, "the definition", check)

    def _loss(self) -> Line:
        total = self.put(self.question.loss.prefactor(SAMPLES, CLASSES))
        text = f"l = {total} * sum_n l_n, l_n"
        latex = rf"\ell = {sympy.latex(total)}\sum_{{n=1}}^N\ell_n,\quad \ell_n"
        printed = self.question.loss.of_sample(CLASSES)
        differentiated = self.question.of_sample()

        def check(formula: sympy.Expr) -> None:
            require_same(self.network, differentiated, formula, Place((1,), (1,)))

        how = f"checked: the value of what is differentiated, {self._where()}"
        return Line("the printed loss", (text, latex), printed, how, check)

    def _in_logits(self) -> Line:
        entry = Entry("u", _CLASS, A, self.question.features)
        loss = self.question.of_sample()
        formula = arranged(simplified(normal(differentiate(loss, entry))))

        def check(formula: sympy.Expr) -> None:
            for at in range(1, self.network.classes + 1):
                explicit = formula.xreplace({_CLASS: sympy.Integer(at)})
                place, key = Place((at,), (1,)), ("u", at, 0)
                require_derivative(self.network, self._printed, explicit, place, key)

        left = self._quotient([Logit(_CLASS)])
        return Line("its derivative in a logit", left, formula, self._how("loss"), check)

    def _derivative(self, clause: str, before: sympy.Expr, formula: sympy.Expr, order: int) -> Line:
        def check(formula: sympy.Expr) -> None:
            for at in places(self.question):
                key = keys(self.question, at)[order]
                require_derivative(self.network, before, formula, at, key)

        left = self._quotient(self._variables[: order + 1])
        source = "line before" if order == 0 else "first derivative"
        return Line(clause, left, formula, self._how("loss" if order == 0 else source), check)

    def _parts(self, first: sympy.Expr) -> Iterator[Line]:
        """Yield the two parts of a block between layers: direct, and through the logits."""
        if self.question.row == self.question.column:
            return
        kinds = (
            ("its part with the logits held fixed", _DIRECTLY),
            ("its part through the logits", _THROUGH_LOGITS),
        )
        for clause, moving in kinds:
            second = normal(
                differentiate(gradient(self.question), self.question.entries[1], moving)
            )
            formula = _entry(simplified(second))
            yield self._part(clause, first, formula, moving)

    def _part(
        self, clause: str, first: sympy.Expr, formula: sympy.Expr, moving: tuple[type, ...]
    ) -> Line:
        def check(formula: sympy.Expr) -> None:
            for at in places(self.question):
                key = keys(self.question, at)[1]
                require_derivative(self.network, first, formula, at, key, moving)

        left = self._quotient(self._variables)
        return Line(clause, left, formula, self._how("first derivative"), check)

    def _convention(self, before: sympy.Expr) -> Line:
        activation = self.question.activation
        formula = with_activation(before, self.question)

        def check(formula: sympy.Expr) -> None:
            for at in places(self.question):
                require_same(self.network, before, formula, at)

        left = self._quotient(self._variables)
        how = f"checked: the value of the line before, {self._where()}"
        return Line(f"with the derivatives of {activation}", left, formula, how, check)

    def _block(self) -> Line:
        factor = self.question.loss.prefactor(SAMPLES, CLASSES)

        def check(gram: WeightedGram) -> None:
            for at in places(self.question):
                entries = keys(self.question, at)
                require_block(self.network, factor * self._printed, gram, at, entries)

        asked = self.asked
        names = (str(shown(asked)), sympy.latex(asked))
        noun = "block is" if self.question.column else "gradient is"
        how = self._how("loss, summed over the samples")
        return Line(f"so the {noun}", names, gram_of(self.question), how, check)

    @property
    def _variables(self) -> list[sympy.Expr]:
        kinds = {"v": OutputWeight, "w": HiddenWeight}
        return [kinds[e.layer](e.row, e.coordinate) for e in self.question.entries]

    def _quotient(self, variables: list[sympy.Expr]) -> tuple[str, str]:
        named_variables = [self.put(variable) for variable in variables]
        order = f"^{len(variables)}" if len(variables) > 1 else ""
        text = f"d{order} l_n / {' '.join(f'd {v}' for v in named_variables)}"
        below = "".join(rf"\partial {sympy.latex(v)}" for v in named_variables)
        return text, rf"\frac{{\partial{order} \ell_n}}{{{below}}}"

    def _sides(self, left: sympy.Expr) -> tuple[str, str]:
        return str(self.put(left)), sympy.latex(self.put(left))

    def _how(self, source: str) -> str:
        return f"checked: the derivative of the explicit {source}, {self._where()}"

    def _where(self) -> str:
        return f"to {DIGITS} digits in every entry at {self.network.told()}"


def _entry(normal_form: sympy.Expr) -> sympy.Expr:
    """Return the entry (a, b) with the coefficient of every pair of vectors arranged."""
    terms = (
        arranged(weight) * Coordinate(left, A) * (1 if right == ONE else Coordinate(right, B))
        for (left, right), weight in coefficients(normal_form).items()
    )
    return sympy.Add(*terms)

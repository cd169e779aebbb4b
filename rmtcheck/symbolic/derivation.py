"""Derivations: a result and the steps that lead to it, for a reader to follow line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy


@dataclass(frozen=True)
class Step:
    """One step of a derivation.

    Parameters
    ----------
    text : str
        One clause in English, with its formula in plain text where that is short.
    latex : str
        The formula in LaTeX, without dollar signs.
    checked : str, default ""
        How the line was checked, apart from its derivation; empty where it was not.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> print(equation("the limit is", sympy.Symbol("m_2"), 1 + gamma))
    the limit is: m_2 = gamma + 1
    """

    text: str
    latex: str
    checked: str = ""

    def __str__(self) -> str:
        return f"{self.text}\n    [{self.checked}]" if self.checked else self.text


@dataclass(frozen=True)
class Derivation:
    """A result with the steps that prove it.

    Parameters
    ----------
    result : sympy object
        What was derived.
    steps : tuple of Step
        In the order of the argument; the last one states the result.
    """

    result: Any
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return "\n".join(str(step) for step in self.steps)

    def latex(self) -> str:
        """Return the steps as one aligned LaTeX environment, each clause above its formula."""
        return "\\begin{gather*}\n" + " \\\\\n".join(self._rows()) + "\n\\end{gather*}"

    def _rows(self) -> Iterator[str]:
        for step in self.steps:
            yield rf"\text{{{_escaped(step.text.split(':')[0])}:}} \\ {step.latex}"
            if step.checked:
                yield rf"\text{{[{_escaped(step.checked)}]}}"


def _escaped(text: str) -> str:
    return text.replace("_", r"\_").replace("^", r"\^{}")


def equation(clause: str, left: Any, right: Any) -> Step:
    """Return the step ``clause: left = right``.

    Parameters
    ----------
    clause : str
        One clause in English.
    left, right : sympy object
        The sides; dummy indices are shown by their names.

    Returns
    -------
    Step
        With both sides in plain text and in LaTeX.
    """
    sides = [shown(sympy.sympify(side)) for side in (left, right)]
    text = " = ".join(map(str, sides))
    return Step(f"{clause}: {text}", " = ".join(map(sympy.latex, sides)))


def shown(expr: Any) -> Any:
    """Return the expression with each dummy index replaced by the symbol of its name."""
    dummies = expr.atoms(sympy.Dummy)
    return expr.xreplace({dummy: sympy.Symbol(dummy.name) for dummy in dummies})

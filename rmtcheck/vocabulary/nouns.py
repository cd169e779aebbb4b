"""The base of all nouns of the vocabulary."""

from __future__ import annotations

from typing import Any, Self

import sympy


class Noun(sympy.Basic):
    """An inert object of the mathematics, compared and substituted like any sympy object."""

    @classmethod
    def _made(cls, *arguments: Any) -> Self:
        made: Self = sympy.Basic.__new__(cls, *map(sympy.sympify, arguments))
        return made

    def _sympystr(self, printer: Any) -> str:
        arguments = ", ".join(printer._print(a) for a in self.args)
        return f"{type(self).__name__}({arguments})"

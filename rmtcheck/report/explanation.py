"""The derivation behind a claim, step by step, for a terminal and for LaTeX."""

from __future__ import annotations

from collections.abc import Iterator

from rmtcheck.channels.derivations import derivation_of
from rmtcheck.claims.claim import Claim, Part
from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.derivation import Derivation


def plain(made: Claim) -> str:
    """Return the derivation of every statement of a claim as text.

    Raises
    ------
    RmtcheckError
        If no statement of the claim has a symbolic derivation.
    """
    lines = [f"{made.id}: {made.title}", f"printed in: {made.source}", ""]
    for part, derivation in _derived(made):
        lines += [f"Printed: {part.printed}", ""]
        for number, step in enumerate(derivation.steps, start=1):
            lines += [f"  {number}. {step.text}", f"     {step.latex}"]
            lines += [f"     [{step.checked}]", ""] if step.checked else [""]
        if part.derived is not None:
            lines += [f"Not what is printed. Derived: {part.derived}", ""]
    return "\n".join(lines)


def latex(made: Claim) -> str:
    """Return the same as a LaTeX document.

    Raises
    ------
    RmtcheckError
        If no statement of the claim has a symbolic derivation.
    """
    body: list[str] = [rf"\section*{{{_escaped(made.id)}: {_escaped(made.title)}}}"]
    body.append(rf"Printed in: {_escaped(str(made.source))}.")
    for part, derivation in _derived(made):
        body.append(rf"\paragraph{{Printed}}\[{part.printed.latex()}\]")
        body += [rf"{_clause(s.text)}\[{s.latex}\]{_checked(s.checked)}" for s in derivation.steps]
        if part.derived is not None:
            body.append(
                rf"\paragraph{{Derived, and not what is printed}}\[{part.derived.latex()}\]"
            )
    preamble = "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\begin{document}\n"
    return preamble + "\n\n".join(body) + "\n\\end{document}"


def _derived(made: Claim) -> Iterator[tuple[Part, Derivation]]:
    found = False
    for part in made.parts:
        try:
            derivation = derivation_of(part.standing)
        except TypeError:
            continue
        found = True
        yield part, derivation
    if not found:
        raise RmtcheckError(
            f"{made.id} has no symbolic derivation; 'rmtcheck verify {made.id}' shows its evidence"
        )


def _clause(text: str) -> str:
    """Return the English of a step; what follows the colon stands in its formula."""
    return _escaped(text.split(":", maxsplit=1)[0]) + ":"


def _checked(how: str) -> str:
    return rf"\emph{{[{_escaped(how)}]}}" if how else ""


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)


_SPECIAL = {
    **{character: "\\" + character for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "^": r"\^{}",
    "~": r"\~{}",
}

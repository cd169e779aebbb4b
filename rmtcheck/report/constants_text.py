"""The constants as text: lines for a terminal, a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sympy

from rmtcheck.report.constants import Constant, Place, checked_digits, decimal
from rmtcheck.report.listed_constants import LISTED

Verdicts = Mapping[str, str]
"""What is known of the claims: identifier to verdict and grade."""

UNKNOWN = "not verified here"
HEAD = r"""# Constants

Every constant of the theorems: what it is, the claim that states it with the verdict on that
claim, the function that gives it where there is one, its formula as the claim has it (as derived,
where the print is wrong), and {digits} digits. The digits are certified: the means in a formula are
enclosed through the integrals that define them, and the last digit is rounded to the nearest.

In the linear model $p$ is the softmax of C iid Gaussian logits, and $g_{{ii}},g_{{ij}}$ are the
limits of $\frac1d\|H_{{ii}}\|_F^2,\frac1d\|H_{{ij}}\|_F^2$ as $d/N\to\gamma$. In a hidden layer of
m units $K_k(s)=\mathbb E\bigl[(\phi\phi')^ke^{{s\phi\phi'}}\bigr]$ belongs to one rectified unit on
two samples. "As m grows" is a limit of the stated formula, after that of C; it is derived from the
formula here, and no claim is about it.

This page is what `rmtcheck constants --markdown` printed after a run of `rmtcheck verify`;
`rmtcheck constants --digits N` gives from 10 to 100 digits.
"""


def plain(digits: Any = 30, verdicts: Verdicts | None = None) -> str:
    """Return the constants as lines of a terminal.

    Parameters
    ----------
    digits : int, default 30
        Significant digits, 10 to 100.
    verdicts : mapping of str to str, optional
        What is known of the claims.

    Returns
    -------
    str

    Raises
    ------
    DomainError
        If the number of digits is not accepted.
    """
    goal = checked_digits(digits)
    return "\n\n".join("\n".join(_lines(one, goal, verdicts or {})) for one in LISTED)


def markdown(digits: Any = 30, verdicts: Verdicts | None = None) -> str:
    """Return the constants as a page of Markdown; parameters as for `plain`."""
    goal = checked_digits(digits)
    sections = ("\n".join(_section(one, goal, verdicts or {})) for one in LISTED)
    return "\n".join([HEAD.format(digits=goal), *sections])


def _lines(constant: Constant, digits: int, verdicts: Verdicts) -> Iterator[str]:
    yield f"{constant.name}: {constant.meaning}"
    yield f"  {constant.row}: {verdicts.get(constant.row, UNKNOWN)}"
    rows = [(_shown(place), decimal(constant, place, digits)) for place in constant.places()]
    width = max(len(where) for where, _ in rows)
    yield from (f"  {where:{width}}  {number}".rstrip() for where, number in rows)


def _shown(place: Place) -> str:
    return ", ".join(f"{letter} = {value}" for letter, value in place.items())


def _section(constant: Constant, digits: int, verdicts: Verdicts) -> Iterator[str]:
    """Yield heading, source, formula and table."""
    yield f"## {constant.name}\n"
    yield f"{constant.meaning[0].upper()}{constant.meaning[1:]}.\n"
    source = f"`{constant.row}`: {verdicts.get(constant.row, UNKNOWN)}"
    yield source + (f"; `{constant.call}`\n" if constant.call else "\n")
    yield f"$${sympy.latex(constant.expression)}$$\n"
    yield _row([*map(str, constant.grid), f"{digits} digits"])
    yield "|" + "---|" * (len(constant.grid) + 1)
    for place in constant.places():
        yield _row([*map(str, place.values()), f"`{decimal(constant, place, digits)}`"])
    yield ""


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"

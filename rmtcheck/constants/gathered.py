"""Writing a derived limit by its powers of the width: one factored coefficient for each."""

from __future__ import annotations

import sympy

from rmtcheck.vocabulary.overlaps import ReluOverlap
from rmtcheck.vocabulary.symbols import m


def gathered(limit: sympy.Expr) -> sympy.Expr:
    r"""Return an equal fraction, both sides of which are gathered by powers :math:`b^{m-k}`.

    Parameters
    ----------
    limit : sympy expression
        Rational in its symbols, in overlaps and in powers with the width in the exponent.

    Returns
    -------
    sympy expression

    Notes
    -----
    Accuracy: exact; only the writing changes.

    Examples
    --------
    >>> gathered(3**m * m**2 - 3**m + m)
    3**m*(m - 1)*(m + 1) + m
    """
    powers = [p for p in limit.atoms(sympy.Pow) if p.exp.has(m)]
    opaque = [*powers, *limit.atoms(ReluOverlap)]
    names = {node: sympy.Dummy(f"b{k}", positive=True) for k, node in enumerate(opaque)}
    above, below = sympy.fraction(sympy.cancel(limit.xreplace(names)))
    found = [names[power] for power in powers]
    meaning = {name: node for node, name in names.items()}
    sides = (_by_powers(side, found).xreplace(meaning) for side in (above, below))
    return next(sides) / next(sides)


def _by_powers(side: sympy.Expr, powers: list[sympy.Symbol]) -> sympy.Expr:
    if not side.has(*powers):
        return sympy.factor(side)
    return sympy.collect(sympy.expand(side), powers, sympy.factor)

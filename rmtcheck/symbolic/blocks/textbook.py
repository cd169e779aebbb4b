"""The printed form of weights: common factors first, then sums that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy

from rmtcheck.symbolic.blocks.forward import Slope

Terms = Sequence[sympy.Expr]


def arranged(expr: sympy.Expr) -> sympy.Expr:
    r"""Return a normal form as a textbook prints it.

    Terms with the same slopes of the activation stand together, factors that terms share stand
    before them, and sums with the same factor are one sum; products of sums stay products.

    Parameters
    ----------
    expr : sympy expression
        In normal form.

    Returns
    -------
    sympy expression
        Equal to it.
    """
    groups: dict[sympy.Expr, list[sympy.Expr]] = {}
    for term in sympy.Add.make_args(expr):
        groups.setdefault(_slopes(term), []).append(term)
    return sympy.Add(*map(_factored, groups.values()))


def common_factor(terms: Terms) -> sympy.Expr:
    """Return the factor that all terms share, with its number."""
    powers = [term.as_coeff_Mul()[1].as_powers_dict() for term in terms]
    bases = sorted(set.intersection(*map(set, powers)), key=sympy.default_sort_key)
    shared = [b ** _shared([p[b] for p in powers]) for b in bases]
    return _content(terms) * sympy.Mul(*shared)


def _shared(exponents: Iterable[sympy.Expr]) -> sympy.Expr:
    """Return the exponent that powers of one base have in common."""
    found = list(exponents)
    if all(e.is_positive for e in found) and all(e.is_number for e in found):
        return min(found)
    if all(e.is_negative for e in found) and all(e.is_number for e in found):
        return max(found)
    return found[0] if len(set(found)) == 1 else sympy.S.Zero


def _content(terms: Terms) -> sympy.Expr:
    """Return the greatest common divisor of the rational coefficients, with a common sign."""
    numbers = [term.as_coeff_Mul()[0] for term in terms]
    if not all(number.is_Rational for number in numbers):
        return sympy.S.One
    size = sympy.gcd_list([abs(number) for number in numbers])
    return -size if all(number < 0 for number in numbers) else size


def _factored(terms: Terms) -> sympy.Expr:
    factor = common_factor(terms)
    rest = _merged([term / factor for term in terms])
    return factor * rest


def _slopes(term: sympy.Expr) -> sympy.Expr:
    """Return the slopes that multiply a term, which hold its group together."""
    return sympy.Mul(*(f for f in sympy.Mul.make_args(term) if f.has(Slope)))


def _merged(terms: Terms) -> sympy.Expr:
    """Return the sum of the terms, those with one sum and the same factor in one sum."""
    groups: dict[tuple[sympy.Expr, tuple[sympy.Tuple, ...]], list[sympy.Expr]] = {}
    rest = []
    for term in terms:
        sums = [f for f in sympy.Mul.make_args(term) if isinstance(f, sympy.Sum)]
        if len(sums) != 1:
            rest.append(term)
            continue
        number, outside = (term / sums[0]).as_coeff_Mul()
        groups.setdefault((outside, sums[0].args[1:]), []).append(number * sums[0].args[0])
    merged = [out * _summed(parts, at) for (out, at), parts in groups.items()]
    return sympy.Add(*rest, *merged)


def _summed(parts: Terms, limits: tuple[sympy.Tuple, ...]) -> sympy.Expr:
    """Return the sum of all parts, with the factors they share before it or inside."""
    if len(parts) == 1:
        number, body = parts[0].as_coeff_Mul()
        return number * sympy.Sum(body, *limits)
    return sympy.Sum(_factored(parts), *limits)

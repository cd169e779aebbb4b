"""Printed laws at exact points: where two of them differ as measures.

Two laws differ when their atoms differ, or their densities differ at a point where both are
continuous. Densities are elementary expressions, hence continuous where they are finite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import sympy

from rmtcheck.symbolic.equality import Answer, are_equal
from rmtcheck.symbolic.radical import recognize, sign_of
from rmtcheck.vocabulary.laws import PrintedLaw

Values = Mapping[sympy.Symbol, sympy.Expr]

_CONTINUOUS = (
    sympy.exp, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.sinh, sympy.cosh, sympy.tanh,
    sympy.atan, sympy.Abs, sympy.Max, sympy.Min,
)  # fmt: skip
_FRACTIONS = tuple(sympy.Rational(1, q) for q in (2, 3, 5))
_GRID = 2**20


def difference_at(printed: PrintedLaw, derived: PrintedLaw, point: Values) -> str | None:
    """Return in words how a printed law differs from the derived one at exact parameters.

    Parameters
    ----------
    printed, derived : PrintedLaw
        The derived one is a probability law with a density on its interval.
    point : mapping from symbol to rational number
        Values of all parameters.

    Returns
    -------
    str or None
        None if no difference is found, or the printed law has no finite numbers there.

    Notes
    -----
    Accuracy: exact where masses and squares of densities are rational multiples of each other,
    otherwise as in `equality.are_equal`.
    """
    laws = [PrintedLaw(*(part.subs(point) for part in law.args)) for law in (printed, derived)]
    if not all(_is_finite(part) for law in laws for part in law.args[1:]):
        return None
    found = _mass_defect(laws[0]) or _atom_defect(*laws) or _density_defect(*laws)
    place = ", ".join(f"{name} = {value}" for name, value in point.items())
    return None if found is None else f"at {place}: {found}" if place else found


def resolved(expr: sympy.Expr) -> sympy.Expr:
    """Return the expression with maxima, minima and cases decided where signs are proved."""
    expr = expr.replace(sympy.Max, lambda *a: _extreme(sympy.Max, 1, a))
    expr = expr.replace(sympy.Min, lambda *a: _extreme(sympy.Min, -1, a))
    return expr.replace(lambda e: isinstance(e, sympy.Piecewise), _chosen)


def _extreme(kind: type[sympy.Basic], sign: int, options: tuple[sympy.Expr, ...]) -> sympy.Expr:
    for option in options:
        if all(sign_of(sign * (option - other)) == 1 for other in options):
            return option
    return kind(*options, evaluate=False)


def _chosen(cases: sympy.Piecewise) -> sympy.Expr:
    for value, condition in cases.args:
        truth = _truth(condition)
        if truth is None:
            return cases
        if truth:
            return value
    return sympy.nan


def _truth(condition: sympy.Basic) -> bool | None:
    """Return whether a condition holds for all values of its symbols, None if undecided."""
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if not isinstance(condition, sympy.core.relational._Inequality):
        return None
    gap = sympy.factor(sympy.together(condition.gts - condition.lts))
    strict = isinstance(condition, (sympy.StrictGreaterThan, sympy.StrictLessThan))
    if gap.is_positive or (sign_of(gap) == 1 and not strict):
        return True
    if gap.is_negative or (sign_of(gap) == -1 and strict):
        return False
    return None


def _is_finite(value: sympy.Expr) -> bool:
    return bool(value.is_number and value.is_finite)


def _mass_defect(law: PrintedLaw) -> str | None:
    """Return a wrong total mass, for densities in the family."""
    density = recognize(law)
    if density is None:
        return None
    total = sympy.simplify(density.mass() + law.mass)
    return f"the total mass is {total}, not 1" if _differ(total, sympy.S.One) else None


def _atom_defect(printed: PrintedLaw, derived: PrintedLaw) -> str | None:
    if _differ(printed.mass, derived.mass):
        return f"the atom has mass {printed.mass}, and must have {derived.mass}"
    if derived.mass != 0 and _differ(printed.atom, derived.atom):
        return f"the atom is at {printed.atom}, and must be at {derived.atom}"
    return None


def _density_defect(printed: PrintedLaw, derived: PrintedLaw) -> str | None:
    for end in (printed.lower, printed.upper):
        if end.is_real is False:
            return f"the end {end} of the interval is not real"
        if end.is_real is None:
            return None
    if not all(isinstance(f, _CONTINUOUS) for f in printed.density.atoms(sympy.Function)):
        return None
    for place in _places(printed, derived):
        found, wanted = _density(printed, place), _density(derived, place)
        if found is not None and wanted is not None and _differ(found, wanted):
            x = PrintedLaw.variable
            return f"the density at {x} = {place} is {found}, and must be {wanted}"
    return None


def _places(*laws: PrintedLaw) -> Iterator[sympy.Expr]:
    """Yield rational points strictly between the ends of the intervals."""
    ends = sorted({end for law in laws for end in (law.lower, law.upper)}, key=sympy.N)
    for low, high in pairwise(ends):
        for fraction in _FRACTIONS:
            place = low + (high - low) * fraction
            if not place.is_Rational:
                place = sympy.Rational(round(sympy.N(place, 30) * _GRID), _GRID)
            if low < place < high:
                yield place


def _density(law: PrintedLaw, place: sympy.Expr) -> sympy.Expr | None:
    if not law.lower < place < law.upper:
        return sympy.S.Zero
    value = law.density.subs(law.variable, place)
    return value if _is_finite(value) else None


def _differ(left: sympy.Expr, right: sympy.Expr) -> bool:
    """Return whether two numbers are proved different."""
    if left.is_real is False:
        return True
    squares = sympy.simplify((left**2 - right**2) * sympy.pi**2)
    if squares.is_Rational:
        return bool(squares != 0 or sympy.sign(left) != sympy.sign(right))
    return are_equal(left, right).answer == Answer.NO

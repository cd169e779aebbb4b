"""Whether a claimed limit of a hidden layer is the derived one."""

from __future__ import annotations

from itertools import product
from math import lcm

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer, ZeroTest, are_equal
from rmtcheck.symbolic.shared_readout.growth import Growth
from rmtcheck.symbolic.shared_readout.units import closed_form
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.overlaps import ReluOverlap

_DIGITS = 60
_THRESHOLD = sympy.Rational(1, 10**30)
_POINTS = {symbols.gamma: (sympy.Rational(1, 2), sympy.Integer(3)), symbols.m: (3, 5, 8)}


class _NamedPower(sympy.Function):
    """The power b^m of a number by the width, as a number of its own; argument the base."""

    nargs = 1
    is_positive = True


def same_limit(derived: sympy.Expr, claimed: sympy.Expr) -> ZeroTest:
    r"""Decide whether two limits are equal for all aspect ratios and all widths from 3 on.

    They differ if they do at one of six exact points, computed with 60 digits from the closed
    forms; they are equal if that is proved as algebra in the overlaps :math:`K_k(s)`, for a root
    of a mean after both sides, neither of which is negative, are raised to a power.

    Parameters
    ----------
    derived, claimed : sympy expression
        In the aspect ratio, the width, and ``ReluOverlap``.

    Returns
    -------
    ZeroTest
        Yes, no with a witness, or unknown.

    Notes
    -----
    Accuracy: exact, but for witnesses that say "by mpmath".

    Examples
    --------
    >>> from rmtcheck.vocabulary.overlaps import relu_overlap
    >>> same_limit(relu_overlap(1, 0), 1 / (2 * sympy.pi)).witness
    'neither a proof nor a witness was found'
    >>> same_limit(relu_overlap(1, 0), sympy.Integer(1)).answer
    <Answer.NO: 'no'>
    """
    derived, claimed = sympy.sympify(derived), sympy.sympify(claimed)
    named = [_with_named_powers(side) for side in (derived, claimed)]
    if not any(side.has(ReluOverlap, _NamedPower) for side in named):
        test = are_equal(derived, claimed)
        if test.answer != Answer.UNKNOWN:
            return test
    witness = _witness(derived, claimed)
    if witness is not None:
        return ZeroTest(Answer.NO, witness)
    test = are_equal(*map(_with_named_powers, _without_root(derived, claimed)))
    if test.answer == Answer.YES:
        return test
    return ZeroTest(Answer.UNKNOWN, "neither a proof nor a witness was found")


def same_order(derived: Growth, exponent: sympy.Expr, *, tight: bool) -> ZeroTest:
    r"""Decide whether a quantity is of the exact order :math:`C^v`, or at most of it.

    Parameters
    ----------
    derived : Growth
        How the quantity grows.
    exponent : sympy expression
        The claimed exponent.
    tight : bool
        Whether the order is claimed from below as well.

    Returns
    -------
    ZeroTest
        Unknown where the coefficient is not known to be positive.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> half = sympy.Rational(1, 2)
    >>> found = Growth(half, sympy.Integer(-1), is_positive=True)
    >>> [same_order(found, v, tight=False).answer.value for v in (0, -1, -2)]
    ['yes', 'yes', 'no']
    """
    if derived.coefficient == 0:
        answer = Answer.YES if exponent == -sympy.oo or not tight else Answer.NO
        return ZeroTest(answer, "the quantity is 0 for every C")
    term = f"the leading term is {derived}"
    if not derived.is_positive:
        return ZeroTest(Answer.UNKNOWN, f"{term}, whose coefficient may vanish")
    if derived.coefficient == sympy.oo:
        known = exponent <= derived.exponent
        text = f"{term}: C**({-derived.exponent}) times the quantity tends to oo"
        return ZeroTest(Answer.NO if known else Answer.UNKNOWN, text)
    fits = derived.exponent == exponent or (not tight and derived.exponent < exponent)
    return ZeroTest(Answer.YES if fits else Answer.NO, term)


def _witness(derived: sympy.Expr, claimed: sympy.Expr) -> str | None:
    """Return a point where 60 digits show a difference, or where the claim has no value."""
    present = derived.free_symbols | claimed.free_symbols
    for values in product(*(_POINTS[symbol] for symbol in _POINTS)):
        at = {s: v for s, v in zip(_POINTS, values, strict=True) if s in present}
        left, right = (_value(side, at) for side in (derived, claimed))
        if left is None:
            continue
        place = f"at {', '.join(f'{s} = {v}' for s, v in at.items())}: " if at else ""
        if right is None:
            return f"{place}{sympy.N(left, 20)} on the left and no real number on the right"
        if abs(left - right) > _THRESHOLD:
            shown = [sympy.N(side, 20) for side in (left, right)]
            how = f"by mpmath with {_DIGITS} digits"
            return f"{place}{shown[0]} on the left and {shown[1]} on the right, {how}"
    return None


def _value(expr: sympy.Expr, at: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr | None:
    try:
        value = closed_form(expr.subs(at)).evalf(_DIGITS, maxn=10 * _DIGITS)
    except DomainError:
        return None
    return value if value.is_Float or value.is_Rational else None


def _without_root(derived: sympy.Expr, claimed: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Raise both sides to the power that removes all roots, where neither is negative."""
    factors = sympy.Mul.make_args(derived)
    index = lcm(*(int(f.as_base_exp()[1].q) for f in factors if f.as_base_exp()[1].is_Rational))
    if index > 1 and claimed.is_nonnegative and all(map(_is_not_negative, factors)):
        return derived**index, claimed**index
    return derived, claimed


def _is_not_negative(factor: sympy.Expr) -> bool:
    """Whether a real factor of a derived limit is known to be 0 or more, as roots are."""
    exponent = factor.as_base_exp()[1]
    return bool(factor.is_nonnegative or (exponent.is_Rational and not exponent.is_Integer))


def _with_named_powers(expr: sympy.Expr) -> sympy.Expr:
    """Write every power b^(am+k), whose exponent has the width, by the number b^m."""
    return expr.replace(_has_width_above, _split_power)


def _has_width_above(node: sympy.Basic) -> bool:
    return bool(node.is_Pow and node.exp.has(symbols.m) and not node.base.is_number)


def _split_power(node: sympy.Expr) -> sympy.Expr:
    multiple = node.exp.expand().coeff(symbols.m, 1)
    rest = sympy.expand(node.exp - multiple * symbols.m)
    if rest.has(symbols.m) or not multiple.is_number:
        return node
    return _NamedPower(node.base) ** multiple * node.base**rest

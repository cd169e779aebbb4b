r"""How a block of the hidden layer grows with the number of classes, sample by sample.

The rows of V are iid :math:`N(0,I_m/m)`; input, label and preactivations of the sample are held
fixed, and :math:`\varphi=\sigma(Wx_n)/\tau` with the one temperature of the softmax. By the strong
law of large numbers, almost surely as :math:`C\to\infty`,

.. math::

    Cp_j \to \pi_j = e^{v_j^\top\varphi-|\varphi|^2/2m}, \qquad
    C^{a-1}\sum_cp_c^af(v_c) \to \kappa_a\,\mathbb E f(v),\quad v\sim N(a\varphi/m,I_m/m),\quad
    \kappa_a = e^{a(a-1)|\varphi|^2/2m},

for every polynomial f (:math:`a=0` is the plain law of large numbers). A polynomial coefficient is
therefore a Laurent polynomial in :math:`\varepsilon=1/C` whose coefficients converge. If no power
of it is below one, it is :math:`O(1/C)`. If the lowest power is below one and, with every gate open
or shut (a shut one has :math:`\varphi_k=0`), the limit of its coefficient is not identically zero,
it is not: the limit is then a non-zero polynomial in :math:`\varphi`, rows of V and exponentials of
:math:`v_j^\top\varphi` and :math:`|\varphi|^2`, which are algebraically independent, so it does not
vanish at almost every input with these gates. Otherwise fluctuations decide: the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import product

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.hessian import derive_with_steps
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.grams import Combination, Input, One, WeightedGram
from rmtcheck.vocabulary.networks import HessianBlock
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import LABEL, Indicator, OutputWeight, SampleNode

SMALL = sympy.Symbol("epsilon", positive=True)
_SIZES = (symbols.N, symbols.d, symbols.m)
_LEAVES = (OutputWeight, Indicator, sympy.KroneckerDelta)
Pair = tuple[sympy.Basic, sympy.Basic]


class _HiddenOutput(SampleNode):
    """The output of one hidden unit, argument the unit."""

    nargs = 1
    plain = "phi_{}"


class _Tilt(SampleNode):
    r"""The limit :math:`\pi_j` of :math:`Cp_j`, argument the class; positive."""

    nargs = 1
    is_positive = True
    plain = "pi_{}"


class _Average(sympy.Function):
    """An average over the classes that converges; arguments the power of p_c and the summand."""

    nargs = 3
    is_real = True


def derive_leading(block: HessianBlock) -> Derivation:
    """Return the derivation of a block, with the growth of softmax probabilities as its last line.

    Raises
    ------
    DomainError
        As for `derive`, and if the number of classes is no symbol.

    Notes
    -----
    Accuracy: exact.
    """
    if not isinstance(block, HessianBlock) or block.network.C != symbols.C:
        raise DomainError(f"{block} is given; accepted is a HessianBlock with the symbol C")
    whole = derive_with_steps(block)
    return Derivation(whole.result, (*whole.steps, _growth(block.column.index)))


def _growth(index: sympy.Expr) -> Step:
    text = (
        "the rows of V being iid Gaussian, C p tends to pi and averages over the softmax converge,"
        " almost surely, so terms with a factor p are O(1/C)"
    )
    limit = (
        rf"C\,p_{{{index}}} \to \pi_{{{index}}} = e^{{v_{{{index}}}^\top\varphi-|\varphi|^2/2m}}"
    )
    clause = f"{text}: C p_{index} -> pi_{index} = exp(v_{index}.phi - |phi|^2/2m)"
    return Step(clause, limit, "cited: the strong law of large numbers")


def compare_leading(derived: WeightedGram, claimed: WeightedGram) -> ZeroTest:
    """Decide whether two weighted Gram matrices agree up to O(1/C), sample by sample.

    Parameters
    ----------
    derived, claimed : WeightedGram
        Weights and coefficients polynomial in softmax components, entries of V, gates and
        indicators of the label, with sums over the classes.

    Returns
    -------
    ZeroTest
        Yes; no, with the label and the limit of a coefficient; or unknown.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, N, j
    >>> p = SoftmaxOfGaussians(C)
    >>> compare_leading(WeightedGram(1 / N, 1 - p[j]), WeightedGram(1 / N, 1)).answer
    <Answer.YES: 'yes'>
    >>> compare_leading(WeightedGram(1 / N, 1 - p[j]), WeightedGram(1 / N, 2)).witness
    'the coefficient of x_n x_n^T differs by -1/N in the limit, whatever the label'
    """
    shapes = [tuple(map(_dimension, (g.left, g.right))) for g in (derived, claimed)]
    if shapes[0] != shapes[1]:
        text = " against ".join(" x ".join(shape) for shape in shapes)
        return ZeroTest(Answer.NO, f"matrices of different shapes, {text}")
    left, right = dict(_coefficients(derived)), dict(_coefficients(claimed))
    _require_one_temperature(left, right)
    for pair in left | right:
        gap = _laurent(left.get(pair, sympy.S.Zero) - right.get(pair, sympy.S.Zero))
        for label in _labels(gap):
            test = _is_small(_distinct(gap.xreplace(label)), pair, _named(label))
            if test.answer != Answer.YES:
                return test
    return ZeroTest(Answer.YES, "every coefficient of the remainder has a factor 1/C")


def _dimension(vector: sympy.Basic) -> str:
    """Return the letter of a vector's dimension."""
    if isinstance(vector, Combination):
        (letter,) = {_dimension(term) for _, term in vector.terms}
        return letter
    return {Input: "d", One: "1"}.get(type(vector), "m")


def _require_one_temperature(*sides: dict[Pair, sympy.Expr]) -> None:
    found = {p for side in sides for value in side.values() for p in value.atoms(SoftmaxComponent)}
    if len({p.temperature for p in found}) > 1:
        raise DomainError("softmax components of several temperatures; accepted is one")
    if any(p.classes != symbols.C for p in found):
        raise DomainError("a number of classes is fixed; growth needs the symbol C")


def _coefficients(gram: WeightedGram) -> Iterator[tuple[Pair, sympy.Expr]]:
    """Yield the coefficient of each pair of vectors."""
    total: dict[Pair, sympy.Expr] = {}
    for first, left in _terms(gram.left):
        for second, right in _terms(gram.right):
            value = gram.scale * gram.weight * first * second
            total[left, right] = total.get((left, right), sympy.S.Zero) + value
    yield from total.items()


def _terms(vector: sympy.Basic) -> tuple[tuple[sympy.Expr, sympy.Basic], ...]:
    if isinstance(vector, Combination):
        return vector.terms
    return ((sympy.S.One, vector),)


def _labels(gap: sympy.Expr) -> list[dict[sympy.Basic, sympy.Basic]]:
    """Return the substitutions for a label that is one of the named classes, and for another."""
    if not gap.has(LABEL):
        return [{}]
    deltas = [delta for delta in gap.atoms(sympy.KroneckerDelta) if LABEL in delta.args]
    classes = sorted({k for delta in deltas for k in delta.args} - {LABEL}, key=str)
    another = {sympy.KroneckerDelta(LABEL, k): sympy.S.Zero for k in classes}
    return [{LABEL: k} for k in classes] + [another]


def _distinct(gap: sympy.Expr) -> sympy.Expr:
    """Two symbols stand for two classes."""
    return gap.replace(
        lambda e: isinstance(e, sympy.KroneckerDelta) and all(k.is_Symbol for k in e.args),
        lambda e: e if LABEL in e.args else sympy.S.Zero,
    )


def _named(label: dict[sympy.Basic, sympy.Basic]) -> str:
    if not label:
        return "whatever the label"
    if LABEL in label:
        return f"at label {label[LABEL]}"
    return "at any other label"


def _is_small(gap: sympy.Expr, pair: Pair, where: str) -> ZeroTest:
    powers = _powers(gap)
    order = min(powers, default=1)
    if order >= 1:
        return ZeroTest(Answer.YES, "")
    if powers[order].has(sympy.KroneckerDelta):
        return ZeroTest(Answer.UNKNOWN, f"{powers[order]} depends on whether indices are equal")
    limit = _limit(powers[order])
    growth = f" times C^{-order}" if order else ""
    what = f"the coefficient of {pair[0]} {pair[1]}^T differs by {limit}{growth}"
    if all(value == 0 for value in _with_gates(limit)):
        return ZeroTest(Answer.UNKNOWN, f"{what} to leading order; fluctuations decide")
    return ZeroTest(Answer.NO, f"{what} in the limit, {where}")


def _with_gates(limit: sympy.Expr) -> Iterator[sympy.Expr]:
    """Yield the limit with every gate open or shut; a shut unit has no output."""
    gates = sorted(limit.atoms(Indicator), key=str)
    for states in product((1, 0), repeat=len(gates)):
        shut = {_HiddenOutput(g.args[0]): 0 for g, on in zip(gates, states, strict=True) if not on}
        yield sympy.expand(limit.xreplace(dict(zip(gates, states, strict=True))).xreplace(shut))


def _powers(series: sympy.Expr) -> dict[sympy.Expr, sympy.Expr]:
    """Return the non-zero coefficient of every power of 1/C."""
    found: dict[sympy.Expr, sympy.Expr] = {}
    for term in sympy.Add.make_args(sympy.expand(series)):
        coefficient, order = term.as_coeff_exponent(SMALL)
        found[order] = found.get(order, sympy.S.Zero) + coefficient
    return {order: value for order, value in found.items() if value != 0}


def _laurent(expr: sympy.Expr) -> sympy.Expr:
    """Write softmax components and sums over the classes as powers of 1/C times what converges."""
    if isinstance(expr, sympy.Sum):
        return sympy.Add(*(_summed(term, _limits(expr)) for term in _monomials(expr.args[0])))
    if isinstance(expr, SoftmaxComponent):
        return SMALL * _Tilt(expr.index)
    if expr == symbols.C:
        return 1 / SMALL
    if isinstance(expr, _LEAVES) or expr.is_Number or expr in _SIZES:
        return expr
    if isinstance(expr, sympy.Add | sympy.Mul):
        return sympy.expand(expr.func(*map(_laurent, expr.args)))
    is_power = isinstance(expr, sympy.Pow) and expr.exp.is_Integer
    if is_power and (expr.exp > 0 or expr.base in (symbols.C, *_SIZES)):
        return sympy.expand(_laurent(expr.base) ** expr.exp)
    raise DomainError(
        f"a coefficient contains {expr}; accepted are polynomials in softmax components, entries"
        " of V, gates and label indicators, and their sums over all classes"
    )


def _limits(expr: sympy.Sum) -> tuple[sympy.Symbol, int]:
    """Return the index of a sum over the classes, and the first class."""
    if len(expr.limits) == 1:
        index, first, last = expr.limits[0]
        if first.is_Integer and first >= 1 and last == symbols.C:
            return index, int(first)
    raise DomainError(f"the sum {expr} is given; accepted are single sums up to C")


def _monomials(body: sympy.Expr) -> Iterator[sympy.Expr]:
    yield from sympy.Add.make_args(sympy.expand(body))


def _summed(term: sympy.Expr, limits: tuple[sympy.Symbol, int]) -> sympy.Expr:
    """Return one monomial summed over the classes, those before the first one left out."""
    index, first = limits
    before = [sympy.Integer(k) for k in range(1, first)]
    for delta in term.atoms(sympy.KroneckerDelta):
        if delta.has(index):
            (other,) = set(delta.args) - {index}
            left_out = sympy.Add(*(sympy.KroneckerDelta(other, k) for k in before))
            return sympy.expand(_laurent((term / delta).xreplace({index: other})) * (1 - left_out))
    outside, inside = term.as_independent(index, as_Add=False)
    powers = inside.as_powers_dict()
    power = sum((powers[f] for f in powers if isinstance(f, SoftmaxComponent)), sympy.S.Zero)
    rest = sympy.Mul(*(f**e for f, e in powers.items() if not isinstance(f, SoftmaxComponent)))
    whole = SMALL ** (power - 1) * _Average(power, rest, index)
    skipped = sympy.Add(*(_laurent(inside.xreplace({index: k})) for k in before))
    return sympy.expand(_laurent(outside) * (whole - skipped))


def _limit(coefficient: sympy.Expr) -> sympy.Expr:
    return sympy.expand(coefficient.replace(_Average, _average_limit))


def _average_limit(power: sympy.Expr, summand: sympy.Expr, index: sympy.Symbol) -> sympy.Expr:
    r"""Return :math:`\kappa_a\mathbb Ef(v)`, v having independent Gaussian entries."""
    entries = summand.atoms(OutputWeight)
    if not summand.is_polynomial(*entries) or any(v.args[0] != index for v in entries):
        raise DomainError(f"the average of {summand} is given; accepted are polynomials in V")
    powers = sympy.Poly(summand, *sorted(entries, key=str)) if entries else None
    spread = sympy.Symbol("kappa", positive=True) ** (power * (power - 1) / 2)
    if powers is None:
        return spread * summand
    ((exponents, factor),) = powers.terms()
    moments = (
        _moment(power * _HiddenOutput(v.args[1]) / symbols.m, e)
        for v, e in zip(powers.gens, exponents, strict=True)
    )
    return spread * factor * reduce(lambda x, y: x * y, moments, sympy.S.One)


def _moment(mean: sympy.Expr, order: int) -> sympy.Expr:
    r"""Return :math:`\mathbb E g^k` for :math:`g\sim N(\mu,1/m)`, by Stein's recursion."""
    if order < 1:
        return sympy.S.One
    lower = (order - 1) * _moment(mean, order - 2) / symbols.m if order > 1 else sympy.S.Zero
    return mean * _moment(mean, order - 1) + lower

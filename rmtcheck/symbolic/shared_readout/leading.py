r"""The leading term of a weight for many classes: averages, and the first of their fluctuations.

The softmax of the logits :math:`u_c=V_c\cdot\phi` is :math:`p_c=\rho_c/(CS)` with
:math:`S=\frac1C\sum_c\rho_c`, and a sum over the classes is C times an average

.. math:: \frac1C\sum_cg(V_c) = \mathbb E[g(V)\mid\phi]+C^{-1/2}\xi(g).

A weight therefore becomes a series in :math:`C^{-1/2}`, whose coefficients are polynomials in
the outputs of the sample, in the fluctuations :math:`\xi`, and in the rows of the classes that it
names. Lemma 15 in ``docs/lemmas.md`` bounds what is left out, for the weights accepted here:

- without softmax: any polynomial;
- sums :math:`\sum_cp_cf(V_c)` linear in the softmax: any polynomial in them, times a power of C,
  whose leading term has at most one fluctuation;
- polynomials in C and in the components of named classes, whose terms are of leading order or
  dominated by one that is, as components are at most 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.shared_readout.nodes import (
    ClassDensity,
    Density,
    Entry,
    Fluctuation,
    Gate,
)
from rmtcheck.symbolic.shared_readout.rows import row_mean
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import Indicator, OutputWeight
from rmtcheck.vocabulary.symbols import C

_H = sympy.Dummy("h", positive=True)
"""The small number :math:`C^{-1/2}`."""
_SHARE = sympy.Dummy("u", positive=True)
"""The number :math:`1/(CS)` that turns densities into probabilities."""
_MOST_TERMS = 4


@dataclass(frozen=True)
class Leading:
    r"""The leading term :math:`\lambda\approx C^v\ell`.

    Parameters
    ----------
    coefficient : sympy expression
        The random number :math:`\ell`; 0 for a weight that is identically 0.
    exponent : sympy.Rational
        The exponent :math:`v`.
    """

    coefficient: sympy.Expr
    exponent: sympy.Rational


def leading(weight: sympy.Expr, m: sympy.Expr, sample: int = 1) -> Leading:
    r"""Return the leading term of a weight for many classes, on one sample.

    Parameters
    ----------
    weight : sympy expression
        Polynomial in softmax components, output weights, indicators, and sums over all classes
        of such polynomials.
    m : int or symbol
        Width of the hidden layer.
    sample : {1, 2}, default 1
        Which of two independent samples.

    Returns
    -------
    Leading

    Raises
    ------
    DomainError
        If the weight is of another kind, or its leading term is not dominated.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.samples import V
    >>> from rmtcheck.vocabulary.symbols import c, i, j, m
    >>> leading(sympy.Sum(V[c, i] * V[c, j], (c, 1, C)), m)
    Leading(coefficient=xi(V_i*V_j), exponent=1/2)
    """
    weight = sympy.sympify(weight)
    if weight == 0:
        return Leading(sympy.S.Zero, sympy.S.Zero)
    series = _Reader(sympy.sympify(m), sympy.Integer(sample)).read(weight)
    found = _lowest(series, sympy.Integer(sample))
    _require_dominated(weight, found)
    return found


class _Reader:
    """Writes a weight in the random numbers of one sample, with the class sums as averages."""

    def __init__(self, m: sympy.Expr, sample: sympy.Integer) -> None:
        self.m, self.sample = m, sample

    def read(self, expr: sympy.Expr, bound: sympy.Expr | None = None) -> sympy.Expr:
        """Return an expression in h and u; ``bound`` is the class that is summed over."""
        if isinstance(expr, sympy.Sum):
            return self._sum(expr, bound)
        if isinstance(expr, SoftmaxComponent):
            return _SHARE * self._density(expr, bound)
        if isinstance(expr, OutputWeight):
            return Entry(expr.args[1]) if expr.args[0] == bound else expr
        if isinstance(expr, Indicator):
            return Gate(expr.args[0], self.sample)
        if expr == C:
            return _H**-2
        if expr.is_Add or expr.is_Mul:
            return expr.func(*(self.read(part, bound) for part in expr.args))
        if expr.is_Pow and expr.exp.is_Integer and (expr.exp > 0 or expr.base == C):
            return self.read(expr.base, bound) ** expr.exp
        if expr.is_number or (expr.is_Symbol and expr != bound):
            return expr
        raise DomainError(
            f"the weight contains {expr}; accepted are polynomials in softmax components, output"
            " weights, indicators and sums over the classes"
        )

    def _density(self, component: SoftmaxComponent, bound: sympy.Expr | None) -> sympy.Expr:
        if component.classes != C or component.temperature != 1:
            raise DomainError(f"the softmax {component} is not the one over C classes, unscaled")
        same = component.index == bound
        return Density(self.sample) if same else ClassDensity(component.index, self.sample)

    def _sum(self, expr: sympy.Sum, bound: sympy.Expr | None) -> sympy.Expr:
        (index, first, last), *others = expr.limits
        if others or (first, last) != (1, C) or (bound is not None and expr.has(bound)):
            raise DomainError(f"the sum is {expr}; accepted are sums over one class from 1 to C")
        function = sympy.expand(self.read(expr.function, index))
        variables = sorted(function.atoms(Entry, Density), key=sympy.default_sort_key)
        terms = sympy.Poly(function, *variables).terms() if variables else [((), function)]
        each = ((c, sympy.Mul(*map(sympy.Pow, variables, powers))) for powers, c in terms)
        return _H**-2 * sympy.Add(*(c * self._average(g) for c, g in each))

    def _average(self, function: sympy.Expr) -> sympy.Expr:
        if function == 1:
            return function
        return row_mean(function, self.m) + _H * Fluctuation(function)


def _lowest(series: sympy.Expr, sample: sympy.Integer) -> Leading:
    """Return the lowest power of h, with as many terms of 1/S as it takes to see it."""
    start = _valuation(series)
    wobble = -_H * Fluctuation(Density(sample))
    for order in range(_MOST_TERMS + 1):
        share = _H**2 * sympy.Add(*(wobble**n for n in range(order + 1)))
        shifted = sympy.expand(series.xreplace({_SHARE: share}) * _H**-start)
        coefficient = sympy.expand(shifted.coeff(_H, order))
        if coefficient != 0:
            return Leading(coefficient, sympy.Rational(-(start + order), 2))
    raise DomainError(f"the first {_MOST_TERMS + 1} terms of the weight vanish for many classes")


def _valuation(expr: sympy.Expr) -> int:
    """Return the lowest power of h before anything cancels."""
    if expr == _H:
        return 1
    if expr == _SHARE:
        return 2
    if expr.is_Add:
        return min(map(_valuation, expr.args))
    if expr.is_Mul:
        return sum(map(_valuation, expr.args))
    return int(expr.exp) * _valuation(expr.base) if expr.is_Pow and expr.has(_H, _SHARE) else 0


def _require_dominated(weight: sympy.Expr, found: Leading) -> None:
    """Raise unless the weight is of a kind for which the lemma dominates its leading term."""
    softmax = weight.atoms(SoftmaxComponent)
    if not softmax:
        return
    bound = {limit[0] for total in weight.atoms(sympy.Sum) for limit in total.limits}
    named = {p for p in softmax if p.index not in bound}
    if named and not weight.atoms(sympy.Sum) and not weight.has(OutputWeight):
        _require_bounded_terms(weight, sorted(named, key=str))
    elif named or not all(map(_is_average, weight.atoms(sympy.Sum))) or not _has_one_scale(weight):
        raise DomainError(f"no bound is known for the weight {weight}")
    elif _fluctuations(found.coefficient) > 1:
        raise DomainError(f"the leading term {found.coefficient} has several fluctuations")


def _require_bounded_terms(weight: sympy.Expr, components: list[sympy.Expr]) -> None:
    terms = [t.as_powers_dict() for t in sympy.Add.make_args(sympy.expand(weight))]
    powers = [(t.get(C, 0), *(t.get(p, 0) for p in components)) for t in terms]
    order = max(n[0] - sum(n[1:]) for n in powers)
    leaders = [n for n in powers if n[0] - sum(n[1:]) == order]
    if not all(any(_dominates(leader, n) for leader in leaders) for n in powers):
        raise DomainError(f"no bound is known for the weight {weight}, a sum of unlike monomials")


def _dominates(leader: tuple[sympy.Expr, ...], other: tuple[sympy.Expr, ...]) -> bool:
    """Whether a monomial is at least another one because components are at most 1."""
    pairs = zip(leader[1:], other[1:], strict=True)
    return bool(leader[0] >= other[0] and all(p <= q for p, q in pairs))


def _is_average(total: sympy.Sum) -> bool:
    """Whether every term of a sum has the softmax exactly once."""
    components = list(total.function.atoms(SoftmaxComponent))
    if len(components) != 1:
        return False
    return set(sympy.Poly(total.function, *components).monoms()) == {(1,)}


def _has_one_scale(weight: sympy.Expr) -> bool:
    """Whether all terms have the same power of C in front of their averages."""
    plain = weight.xreplace({total: sympy.Dummy() for total in weight.atoms(sympy.Sum)})
    terms = sympy.Add.make_args(sympy.expand(plain))
    return len({term.as_powers_dict().get(C, 0) for term in terms}) == 1


def _fluctuations(coefficient: sympy.Expr) -> int:
    fields = sorted(coefficient.atoms(Fluctuation), key=sympy.default_sort_key)
    return sympy.Poly(coefficient, *fields).total_degree() if fields else 0

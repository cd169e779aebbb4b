r"""Means over the hidden units: Gaussian integrals over half lines and quadrants.

Given the readout everything factorises over units, whose preactivations :math:`a,a'` on two
samples are iid :math:`N(0,1)`. With :math:`\phi=\max(a,0)` one unit contributes

.. math:: I=\mathbb E\bigl[\phi^p\phi'^{p'}1_a^g1_{a'}^{g'}e^{q\phi^2+q'\phi'^2+t\phi\phi'}\bigr],

the sum over the signs of :math:`a` and :math:`a'` of integrals over a point, a half line or the
quadrant. Rescaling by :math:`\alpha=1-2q`, :math:`\alpha'=1-2q'`, :math:`s=t/\sqrt{\alpha\alpha'}`,
the last one is :math:`\alpha^{-(p+1)/2}\alpha'^{-(p'+1)/2}K_{pp'}(s)` with

.. math::

    K_{pp'}(s)=\frac1{2\pi}\int_0^\infty\!\!\int_0^\infty b^pb'^{p'}e^{-(b^2+b'^2)/2+sbb'}\,db\,db',
    \qquad K_{00}=\frac{\pi/2+\arcsin s}{2\pi\sqrt{1-s^2}},

and integration by parts, in :math:`b` and then in :math:`b'`, gives for :math:`p\ge1`

.. math::

    (1-s^2)K_{pq}=(p-1)K_{p-2,q}+sq\,K_{p-1,q-1}+1_{p=1}B_q+1_{q=0}\,sB_{p-1}, \qquad
    B_p=\frac1{2\pi}\int_0^\infty b^pe^{-b^2/2}db.

All are finite if :math:`\alpha,\alpha'>0` and :math:`s<1`; otherwise :math:`K_{00}=\infty`. Powers
of :math:`\phi\cdot\phi'=\sum_k\phi_k\phi_k'` are derivatives in :math:`t`, by the product rule over
the units. Where :math:`p=p'` and nothing is rescaled, the result is left in the overlaps
:math:`K_p(s)=K_{pp}(s)` of the vocabulary, :math:`K_0(s)=K_{00}(s)+\tfrac34`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.shared_readout.nodes import OVERLAP, Energy, Gate, Output
from rmtcheck.vocabulary.overlaps import ReluOverlap, relu_overlap

_S = sympy.Dummy("s", real=True)
_T = sympy.Dummy("t", real=True)


@dataclass(frozen=True)
class UnitMean:
    """A mean over all units, and the widths for which it is finite.

    Parameters
    ----------
    value : sympy expression
        The mean; ``oo`` where the width is a number that is too small.
    least_width : int
        The mean is finite if and only if the width is at least this.
    is_positive : bool
        Whether it is a sum of positive terms.
    """

    value: sympy.Expr
    least_width: int
    is_positive: bool


def mean_over_units(expr: sympy.Expr, m: sympy.Expr, inner: int = 0) -> UnitMean:
    r"""Return the mean of a polynomial in the outputs of the units, times :math:`(\phi\phi')^r`.

    Parameters
    ----------
    expr : sympy expression
        Polynomial in ``Gate``, ``Output``, ``Energy`` and ``OVERLAP``.
    m : int or symbol
        Width of the hidden layer.
    inner : int, default 0
        The power r of the inner product of the outputs on the two samples.

    Returns
    -------
    UnitMean

    Raises
    ------
    DomainError
        If more units are named than there are, or the mean of a polynomial with terms of both
        signs does not exist.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import i, m
    >>> mean_over_units(Gate(i, 1) * Gate(i, 2) + Output(i, 1) ** 2, m).value
    3/4
    """
    expr = sympy.expand(expr)
    if expr == 0:
        return UnitMean(sympy.S.Zero, 1, is_positive=False)
    variables = sorted(expr.atoms(Gate, Output, Energy) | {OVERLAP}, key=sympy.default_sort_key)
    terms = [
        (c, _Monomial.of(dict(zip(variables, powers, strict=True)), m, inner))
        for powers, c in sympy.Poly(expr, *variables).terms()
    ]
    least = max(monomial.least_width for _, monomial in terms)
    is_positive = all(c.is_positive for c, _ in terms)
    if m.is_number and m < least:
        divergent = [c for c, monomial in terms if monomial.least_width > m]
        if not all(c.is_positive for c in divergent):
            raise DomainError(f"m is {m}, where the mean of {expr} does not exist")
        return UnitMean(sympy.oo, least, is_positive)
    return UnitMean(sympy.Add(*(c * mono.mean() for c, mono in terms)), least, is_positive)


@dataclass(frozen=True)
class _Monomial:
    """A product of powers; exponents of the energies and of the overlap are multiples of 1/m."""

    units: Mapping[sympy.Expr, tuple[int, int, int, int]]
    exponents: tuple[int, int, int]
    m: sympy.Expr
    inner: int

    @staticmethod
    def of(powers: Mapping[sympy.Expr, int], m: sympy.Expr, inner: int) -> _Monomial:
        names = {n.args[0] for n, a in powers.items() if isinstance(n, Output | Gate) and a}
        units = {
            k: tuple(powers.get(kind(k, s), 0) for kind in (Output, Gate) for s in (1, 2))
            for k in sorted(names, key=sympy.default_sort_key)
        }
        if m.is_number and len(units) > m:
            raise DomainError(f"m is {m}; {len(units)} different units need m >= {len(units)}")
        energies = (powers.get(Energy(1), 0), powers.get(Energy(2), 0), powers[OVERLAP])
        return _Monomial(units, energies, m, inner)  # type: ignore[arg-type]

    @property
    def least_width(self) -> int:
        """The least m with positive alphas and s < 1, that is with a positive definite form."""
        first, second, _ = self.exponents
        m = max(1, len(self.units))
        while min(m - 2 * first, m - 2 * second) <= 0 or not self._is_definite(m):
            m += 1
        return m

    def _is_definite(self, m: int) -> bool:
        first, second, cross = self.exponents
        return cross <= 0 or cross**2 < (m - 2 * first) * (m - 2 * second)

    def mean(self) -> sympy.Expr:
        """Return the product over the units, differentiated in t as often as asked."""
        tilt = [sympy.Integer(n) / self.m for n in self.exponents]
        named = {sympy.Function(f"I_{k}"): powers for k, powers in self.units.items()}
        other = sympy.Function("I")
        product = sympy.Mul(*(f(_T) for f in named)) * other(_T) ** (self.m - len(named))
        whole = sympy.diff(product, _T, self.inner) if self.inner else product
        whole = sympy.powsimp(sympy.expand(whole))
        for function, powers in {**named, other: (0, 0, 0, 0)}.items():
            for order in range(self.inner, -1, -1):
                node = sympy.diff(function(_T), _T, order) if order else function(_T)
                raised = (powers[0] + order, powers[1] + order, *powers[2:])
                whole = whole.subs(node, _unit_mean(raised, tilt))
        return whole


def _unit_mean(powers: tuple[int, int, int, int], tilt: Sequence[sympy.Expr]) -> sympy.Expr:
    """Return the mean over one unit, sign by sign."""
    p, q, gate, other_gate = powers
    first, second, cross = tilt
    on_first, on_second = bool(p or gate), bool(q or other_gate)
    total = _quadrant(p, q, 1 - 2 * first, 1 - 2 * second, cross)
    if not on_second:
        total += _half_line(p, 1 - 2 * first) / 2
    if not on_first:
        total += _half_line(q, 1 - 2 * second) / 2
    if not (on_first or on_second):
        total += sympy.Rational(1, 4)
    return total


def _quadrant(p: int, q: int, alpha: sympy.Expr, beta: sympy.Expr, cross: sympy.Expr) -> sympy.Expr:
    if cross == 0:
        return _half_line(p, alpha) * _half_line(q, beta)
    if (p, alpha, beta) == (q, 1, 1):
        return relu_overlap(p, cross) - (0 if p else sympy.Rational(3, 4))
    s = cross / sympy.sqrt(alpha * beta)
    scale = alpha ** sympy.Rational(-(p + 1), 2) * beta ** sympy.Rational(-(q + 1), 2)
    return scale * quadrant_integral(p, q).subs(_S, s)


def _half_line(p: int, alpha: sympy.Expr) -> sympy.Expr:
    r"""Return :math:`(2\pi)^{-1/2}\int_0^\infty a^pe^{-\alpha a^2/2}da`."""
    half = sympy.Rational(p + 1, 2)
    return 2 ** (half - 1) * sympy.gamma(half) / sympy.sqrt(2 * sympy.pi) * alpha**-half


def closed_form(expr: sympy.Expr) -> sympy.Expr:
    r"""Return the expression with every :math:`K_k(s)` in closed form.

    Parameters
    ----------
    expr : sympy expression
        May contain ``ReluOverlap``, whose orders are numbers.

    Returns
    -------
    sympy expression

    Raises
    ------
    DomainError
        If an order is no integer from 0 on, or a number s is 1 or more.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> closed_form(relu_overlap(1, 0))
    1/(2*pi)
    """
    return expr.replace(ReluOverlap, _overlap)


def _overlap(order: sympy.Expr, tilt: sympy.Expr) -> sympy.Expr:
    if not (order.is_Integer and order >= 0):
        raise DomainError(f"the order is {order}; accepted are the integers 0, 1, 2, ...")
    if tilt.is_number and tilt >= 1:
        raise DomainError(f"s is {tilt}, where the mean of exp(s phi phi') is infinite")
    quadrant = quadrant_integral(int(order), int(order)).subs(_S, tilt)
    return quadrant if order > 0 else quadrant + sympy.Rational(3, 4)


@lru_cache(maxsize=64)
def quadrant_integral(p: int, q: int) -> sympy.Expr:
    r"""Return :math:`K_{pq}(s)` in the module's own symbol s, by integration by parts."""
    if p < q:
        return quadrant_integral(q, p)
    if p == 0:
        return (sympy.pi / 2 + sympy.asin(_S)) / (2 * sympy.pi * sympy.sqrt(1 - _S**2))
    total = sympy.S.Zero
    if p > 1:
        total += (p - 1) * quadrant_integral(p - 2, q)
    if p == 1:
        total += _edge(q)
    total += _S * (q * quadrant_integral(p - 1, q - 1) if q else _edge(p - 1))
    return total / (1 - _S**2)


def _edge(p: int) -> sympy.Expr:
    r"""Return :math:`B_p`."""
    return _half_line(p, sympy.S.One) / sympy.sqrt(2 * sympy.pi)

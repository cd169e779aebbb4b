r"""The theorem for all C >= 2000 at once.

The expansions :math:`\alpha=\alpha_0+\dots+\alpha_5h^5+h^2v` of the three moments go into the
polynomials :math:`h^2q_k`. The coefficients of 1 and h are found to vanish identically in e;
what remains is divided by :math:`h^2` and bounded for :math:`0\le h\le1/2000` and all remainders
v between 0 and their bounds, term by term.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from rmtcheck.replay.exponential import E
from rmtcheck.replay.interval import ZERO, Interval
from rmtcheck.replay.polynomial import Monomial, Polynomial, enclose_monomial, variables
from rmtcheck.replay.rejection import CertificateError
from rmtcheck.replay.remainder import H0, Expansion, expand
from rmtcheck.replay.theorem import GAPS, NAMED, A, B

_e, _h = variables("e h")

Form = dict[Monomial, Interval]
"""A polynomial in h and the remainders, its coefficients, polynomials in e, enclosed."""


class LargeClasses:
    """The inequalities for the numbers of classes that are not checked one by one."""

    @cached_property
    def expansions(self) -> dict[str, Expansion]:
        """The three moments as polynomials in 1/C with bounded remainders."""
        return {name: expand(powers) for name, powers in NAMED.items()}

    @cached_property
    def least_q(self) -> list[Interval]:
        """Enclosures of the ranges of q_0, ..., q_3."""
        return [self._range(_form(q)) for q in self._q]

    def check(self, kappa: tuple[int, int, int, int]) -> None:
        r"""Prove :math:`q_k>0` and :math:`s_k\ge0` for C >= 2000.

        Parameters
        ----------
        kappa : tuple of int
            The coefficients of the numerator of K.

        Raises
        ------
        CertificateError
            If an inequality is not proved.
        """
        for k, q in enumerate(self.least_q):
            if q.lo <= 0:
                raise CertificateError(f"q{k} > 0 is not proved for C >= 2000")
        a, b = self._weights
        for k, part in enumerate(self._parts, 1):
            s = _combined(((*kappa, 0)[k], b), (kappa[k - 1], a), (-1, part))
            if self._range(s).lo < 0:
                raise CertificateError(f"s{k} >= 0 is not proved for C >= 2000")

    @cached_property
    def _q(self) -> list[Polynomial]:
        return [_over_h_squared(self._expanded(gap)) for gap in GAPS]

    @cached_property
    def _weights(self) -> tuple[Form, Form]:
        return _form(self._expanded(A)), _form(self._expanded(B))

    @cached_property
    def _parts(self) -> list[Form]:
        r"""The parts :math:`q_k+eq_{k-1}` of s_1, ..., s_4, free of kappa."""
        q = self._q
        return [_form(f) for f in (q[1] + _e * q[0], q[2] + _e * q[1], q[3] + _e * q[2], _e * q[3])]

    def _expanded(self, f: Polynomial) -> Polynomial:
        rest = {name: variables(f"v_{name}")[0] for name in NAMED}
        return f.substitute(
            {name: one.exact + _h**2 * rest[name] for name, one in self.expansions.items()}
        )

    def _range(self, f: Form) -> Interval:
        return sum((c * self._monomials[monomial] for monomial, c in f.items()), ZERO)

    @cached_property
    def _monomials(self) -> Mapping[Monomial, Interval]:
        """The ranges of all monomials for 0 <= h <= h0 and remainders within their bounds."""
        box = {f"v_{name}": Interval(0, one.bound.hi) for name, one in self.expansions.items()}
        box["h"] = Interval.of(0, H0)
        found = {m for form in (*map(_form, self._q), *self._weights, *self._parts) for m in form}
        return {monomial: enclose_monomial(monomial, box) for monomial in found}


def _form(f: Polynomial) -> Form:
    """Enclose the coefficients: e goes in first, lest its multiples vary independently."""
    return {monomial: c.enclose({"e": E}) for monomial, c in f.collect("e").items()}


def _combined(*terms: tuple[int, Form]) -> Form:
    total: Form = {}
    for factor, form in terms:
        for monomial, c in form.items():
            total[monomial] = total.get(monomial, ZERO) + c * factor
    return total


def _over_h_squared(f: Polynomial) -> Polynomial:
    """Divide by h^2 a polynomial in which the lower powers cancel."""
    coefficients = f.coefficients("h")
    if coefficients[0] != 0 or coefficients[1] != 0:
        raise CertificateError("the orders 1 and 1/C do not cancel")
    terms = (c * _h**n for n, c in enumerate(coefficients[2:]))
    return sum(terms, Polynomial({}))

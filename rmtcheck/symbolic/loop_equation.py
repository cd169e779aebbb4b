r"""The loop equation of a sample covariance, by Stein's identity with symbolic indices.

Products of entries of :math:`X` and of the resolvent :math:`G=(W-z)^{-1}` of
:math:`W=\frac1NXX^\top` are lists of factors with indices, all of them summed. Stein's identity

.. math:: \mathbb E[X_{an}F] = v\,\mathbb E\frac{\partial F}{\partial X_{an}}

needs two rules only, :math:`\partial X_{bm}/\partial X_{an}=\delta_{ab}\delta_{nm}` and
:math:`\partial G=-G\,(\partial W)\,G`. What remains is read as traces of words in the commuting
symmetric matrices :math:`W` and :math:`G`, where :math:`WG=I+zG`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

import sympy

from rmtcheck.errors import RmtcheckError

Index = tuple[str, int]
Factor = tuple[str, Index, Index]


@dataclass(frozen=True)
class Term:
    """A coefficient times factors X, G, W or delta with two indices, summed over all labels."""

    coefficient: sympy.Expr
    factors: tuple[Factor, ...]
    labels: frozenset[Index]


@dataclass(frozen=True)
class Resolvent:
    r"""The symbols: sizes, z, :math:`s=\frac1d\operatorname{tr}G` and its derivative in z."""

    d: sympy.Expr
    N: sympy.Expr
    z: sympy.Expr
    s: sympy.Expr
    slope: sympy.Expr


def loop_equation(names: Resolvent, variance: sympy.Expr) -> sympy.Expr:
    r"""Derive the random variable whose mean is :math:`1+z\,\mathbb Es`, by Stein's identity.

    .. math:: 1+z\,\mathbb Es = v\,\mathbb E\Bigl[s-\frac dNs(1+zs)-\frac1N(s+zs')\Bigr]

    Parameters
    ----------
    names : Resolvent
        The symbols to use.
    variance : sympy expression
        The variance v of an entry of X.

    Returns
    -------
    sympy expression
        The expression under the mean on the right side, times v.

    Notes
    -----
    Accuracy: exact at every size.

    Examples
    --------
    >>> d, N, z, s, slope, v = sympy.symbols("d N z s slope v")
    >>> loop_equation(Resolvent(d, N, z, s, slope), v)
    s*v - d*s**2*v*z/N - d*s*v/N - s*v/N - slope*v*z/N
    """
    a, b, n = ("row", -1), ("row", -2), ("sample", -1)
    rest = Term(sympy.S.One, (("X", b, n), ("G", b, a)), frozenset({a, b, n}))
    terms = differentiate(rest, a, n, names)
    total = sympy.Add(*(_value(term, names) for term in terms))
    return sympy.expand(variance * total / (names.d * names.N))


def wigner_loop_equation(names: Resolvent) -> sympy.Expr:
    r"""Derive the random variable whose mean is :math:`1+z\,\mathbb Es` for a Wigner matrix.

    .. math:: 1+z\,\mathbb Es = -\mathbb Es^2

    Stein's identity reads :math:`\mathbb E[W_{ab}F]=\frac1d\mathbb E\,\partial F/\partial W_{ba}`
    for complex Gaussian entries, and :math:`\partial G_{ba}=-G_{bb}G_{aa}\,\partial W_{ba}`.

    Parameters
    ----------
    names : Resolvent
        The symbols to use.

    Returns
    -------
    sympy expression
        The expression under the mean on the right side.

    Notes
    -----
    Accuracy: exact at every size.

    Examples
    --------
    >>> d, z, s, slope = sympy.symbols("d z s slope")
    >>> wigner_loop_equation(Resolvent(d, d, z, s, slope))
    -s**2
    """
    a, b = ("row", -1), ("row", -2)
    derivative = Term(-sympy.S.One, (("G", b, b), ("G", a, a)), frozenset({a, b}))
    return sympy.expand(_value(derivative, names) / names.d**2)


def differentiate(term: Term, row: Index, sample: Index, names: Resolvent) -> Iterator[Term]:
    """Yield the terms of the derivative in ``X[row, sample]``, by the product rule."""
    fresh = count(len(term.labels))
    for place, factor in enumerate(term.factors):
        before, after = term.factors[:place], term.factors[place + 1 :]
        for part in _derivative(factor, row, sample, fresh, names):
            yield Term(
                term.coefficient * part.coefficient,
                (*before, *part.factors, *after),
                term.labels | part.labels,
            )


def _derivative(
    factor: Factor, row: Index, sample: Index, fresh: Iterator[int], names: Resolvent
) -> Iterator[Term]:
    kind, left, right = factor
    if kind == "X":
        equal = (("delta", left, row), ("delta", right, sample))
        yield Term(sympy.S.One, equal, frozenset())
        return
    p, q, m = ("row", next(fresh)), ("row", next(fresh)), ("sample", next(fresh))
    gram = Term(-1 / names.N, (("X", p, m), ("X", q, m)), frozenset({p, q, m}))
    for part in differentiate(gram, row, sample, names):
        factors = (("G", left, p), *part.factors, ("G", q, right))
        yield Term(part.coefficient, factors, part.labels)


def _value(term: Term, names: Resolvent) -> sympy.Expr:
    """Return the sum over all labels, in traces of the resolvent."""
    home = identified(term)
    factors = [(k, home[left], home[right]) for k, left, right in term.factors if k != "delta"]
    grams = _grams(factors)
    used = {label for _, left, right in factors for label in (left, right)}
    unused = set(home.values()) - used
    sizes = {"row": names.d, "sample": names.N}
    free = sympy.Mul(*(sizes[kind] for kind, _ in unused))
    powers = sympy.Mul(*(_trace(word, names) for word in _cycles(grams)))
    return term.coefficient * free * names.N ** _gram_count(grams) * powers


def identified(term: Term) -> dict[Index, Index]:
    """Return the representative of each label after the deltas."""
    home = {label: label for label in term.labels}
    for kind, left, right in term.factors:
        if kind == "delta":
            old, new = home[left], home[right]
            home = {label: new if place == old else place for label, place in home.items()}
    return home


def _grams(factors: list[Factor]) -> list[Factor]:
    """Replace each pair of entries that share a sample by one W, which costs a factor N."""
    rows: dict[Index, list[Index]] = {}
    for kind, row, sample in factors:
        if kind == "X":
            rows.setdefault(sample, []).append(row)
    pairs = [("W", left, right) for left, right in rows.values()]
    return [factor for factor in factors if factor[0] == "G"] + pairs


def _gram_count(factors: list[Factor]) -> int:
    return sum(kind == "W" for kind, _, _ in factors)


def _cycles(factors: list[Factor]) -> Iterator[Counter[str]]:
    """Yield the letters of each trace: every row index joins exactly two factors."""
    left = list(factors)
    while left:
        kind, start, end = left.pop()
        word = Counter({kind: 1})
        while end != start:
            step = next(f for f in left if end in f[1:])
            left.remove(step)
            word[step[0]] += 1
            end = step[2] if step[1] == end else step[1]
        yield word


def _trace(word: Mapping[str, int], names: Resolvent) -> sympy.Expr:
    r"""Return :math:`\operatorname{tr}G^pW^q` by :math:`WG=I+zG`."""
    p, q = word.get("G", 0), word.get("W", 0)
    if q > p or p - q > 2:
        raise RmtcheckError(
            f"a trace of G^{p} W^{q} is met; accepted are G^p W^q with q <= p <= q+2"
        )
    if q == 0:
        return names.d * (sympy.S.One, names.s, names.slope)[p]
    return _trace({"G": p - 1, "W": q - 1}, names) + names.z * _trace({"G": p, "W": q - 1}, names)

r"""Means over the readout, given the samples: tilted Gaussians and Gaussian fluctuations.

**Tilting.** For one row :math:`V\sim N(0,I_m/m)`, samples with outputs :math:`\phi_s`, and whole
numbers :math:`n_s`, completing the square gives

.. math::

    \mathbb E\Bigl[\prod_s\rho_s^{n_s}\,f(V)\Bigr]
    = \exp\Bigl(\sum_s\frac{n_s(n_s-1)}{2m}|\phi_s|^2+\sum_{s<t}\frac{n_sn_t}m\phi_s\cdot\phi_t
      \Bigr)\;\mathbb E_{N(\tau/m,\,I_m/m)}f, \qquad \tau=\sum_sn_s\phi_s.

**Fluctuations.** An average over the classes is its mean and :math:`C^{-1/2}\xi(g)`, where the
:math:`\xi` have the covariances :math:`\mathbb E[gh]-\mathbb Eg\,\mathbb Eh` and tend to jointly
Gaussian variables, so that their products are summed over pairings.
"""

from __future__ import annotations

from math import comb

import sympy

from rmtcheck.symbolic.gaussian import pairings
from rmtcheck.symbolic.shared_readout.nodes import (
    OVERLAP,
    ClassDensity,
    Density,
    Energy,
    Entry,
    Fluctuation,
    Output,
)
from rmtcheck.vocabulary.samples import OutputWeight

SAMPLES = (sympy.Integer(1), sympy.Integer(2))


def row_mean(function: sympy.Expr, m: sympy.Expr) -> sympy.Expr:
    r"""Return the mean over one row of a polynomial in its entries and densities.

    Parameters
    ----------
    function : sympy expression
        Polynomial in ``Entry(k)`` and ``Density(s)``, with coefficients that do not depend on
        the row.
    m : int or symbol
        Width of the hidden layer.

    Returns
    -------
    sympy expression
        Polynomial in ``Output``, ``Energy`` and ``OVERLAP``.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import i, m
    >>> row_mean(Density(1) * Entry(i) ** 2, m)
    1/m + phi_i**2/m**2
    """
    variables = sorted(function.atoms(Entry, Density), key=sympy.default_sort_key)
    if not variables:
        return function
    terms = sympy.Poly(sympy.expand(function), *variables).terms()
    means = (
        c * _monomial_mean(dict(zip(variables, powers, strict=True)), m) for powers, c in terms
    )
    return sympy.expand(sympy.Add(*means))


def mean_over_rows(expr: sympy.Expr, m: sympy.Expr) -> sympy.Expr:
    r"""Return the mean over the readout of a polynomial in fluctuations and named rows.

    Parameters
    ----------
    expr : sympy expression
        Polynomial in ``Fluctuation``, ``ClassDensity`` and ``OutputWeight``; at leading order the
        rows of the named classes are independent of the fluctuations.
    m : int or symbol
        Width of the hidden layer.

    Returns
    -------
    sympy expression
        Polynomial in ``Output``, ``Gate``, ``Energy`` and ``OVERLAP``.

    Notes
    -----
    Accuracy: exact for the Gaussian limit of the fluctuations.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import i, j, m
    >>> mean_over_rows(Fluctuation(Entry(i) * Entry(j)) ** 2, m)
    m**(-2)
    """
    total = _over_fluctuations(expr, m)
    named = {node.args[0] for node in total.atoms(ClassDensity, OutputWeight)}
    for index in sorted(named, key=sympy.default_sort_key):
        total = row_mean(_as_row(total, index), m)
    return total


def covariance(left: sympy.Expr, right: sympy.Expr, m: sympy.Expr) -> sympy.Expr:
    r"""Return :math:`\mathbb E[\xi(g)\xi(h)]`, exactly, for two functions of a row."""
    return sympy.expand(row_mean(left * right, m) - row_mean(left, m) * row_mean(right, m))


def _over_fluctuations(expr: sympy.Expr, m: sympy.Expr) -> sympy.Expr:
    fields = sorted(expr.atoms(Fluctuation), key=sympy.default_sort_key)
    if not fields:
        return sympy.expand(expr)
    total = sympy.S.Zero
    for powers, coefficient in sympy.Poly(sympy.expand(expr), *fields).terms():
        each = [f.args[0] for f, a in zip(fields, powers, strict=True) for _ in range(a)]
        total += coefficient * _paired(each, m)
    return sympy.expand(total)


def _paired(functions: list[sympy.Expr], m: sympy.Expr) -> sympy.Expr:
    """Return the mean of a product of Gaussian fluctuations, by pairings."""
    ways = pairings(range(len(functions)))
    return sympy.Add(
        *(sympy.Mul(*(covariance(functions[a], functions[b], m) for a, b in way)) for way in ways)
    )


def _as_row(expr: sympy.Expr, index: sympy.Expr) -> sympy.Expr:
    """Return the expression with one named row written as the row that is averaged over."""
    densities = {n: Density(n.args[1]) for n in expr.atoms(ClassDensity) if n.args[0] == index}
    entries = {n: Entry(n.args[1]) for n in expr.atoms(OutputWeight) if n.args[0] == index}
    return expr.xreplace({**densities, **entries})


def _monomial_mean(powers: dict[sympy.Expr, int], m: sympy.Expr) -> sympy.Expr:
    tilts = {s: powers.get(Density(s), 0) for s in SAMPLES}
    energies = (Energy(s) ** sympy.Integer(n * (n - 1) // 2) for s, n in tilts.items())
    overlap = OVERLAP ** (tilts[SAMPLES[0]] * tilts[SAMPLES[1]])
    entries = (
        _tilted_moment(node.args[0], power, tilts, m)
        for node, power in powers.items()
        if isinstance(node, Entry)
    )
    return sympy.Mul(*energies, overlap, *entries)


def _tilted_moment(
    unit: sympy.Expr, power: int, tilts: dict[sympy.Integer, int], m: sympy.Expr
) -> sympy.Expr:
    r"""Return :math:`\mathbb E(\mu+g)^a` for :math:`g\sim N(0,1/m)`, :math:`\mu=\tau_k/m`."""
    center = sympy.Add(*(n * Output(unit, s) for s, n in tilts.items())) / m
    even = range(0, power + 1, 2)
    return sympy.Add(
        *(
            comb(power, a) * center ** (power - a) * sympy.factorial2(a - 1) / m ** (a // 2)
            for a in even
        )
    )

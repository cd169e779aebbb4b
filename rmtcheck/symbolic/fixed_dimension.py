"""A sample covariance of fixed dimension, as the number of samples grows."""

from __future__ import annotations

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, equation
from rmtcheck.symbolic.wishart import trace_moment
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import SampleCovariance
from rmtcheck.vocabulary.quantities import Expectation, SpectralMoment


def fixed_dimension_limit(quantity: sympy.Expr) -> Derivation:
    r"""Derive the limit as the samples grow, of mean spectral moments of a sample covariance.

    Parameters
    ----------
    quantity : sympy expression
        In means of spectral moments; the dimension is fixed.

    Returns
    -------
    Derivation
        Its result is the limit.

    Raises
    ------
    DomainError
        If it contains another random quantity.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, spectral_moment
    >>> covariance = SampleCovariance(symbols.d, symbols.N)
    >>> fixed_dimension_limit(E(spectral_moment(covariance, 2))).result
    1
    """
    means = {node: _mean_moment(node) for node in quantity.atoms(Expectation)}
    finite = sympy.factor(quantity.xreplace(means))
    if finite.has(SpectralMoment):
        raise DomainError(f"{quantity} is given; accepted are means of single spectral moments")
    limit = sympy.limit(finite, symbols.N, sympy.oo)
    exact = (equation("by pairings, at every size", node, value) for node, value in means.items())
    steps = (*exact, equation("hence at every size", quantity, finite))
    return Derivation(limit, (*steps, equation("as N grows", sympy.Symbol("limit"), limit)))


def _mean_moment(node: sympy.Expr) -> sympy.Expr:
    inside = node.args[0]
    is_moment = isinstance(inside, SpectralMoment) and isinstance(inside.args[0], SampleCovariance)
    if not is_moment:
        raise DomainError(f"{node} is given; accepted are spectral moments of a sample covariance")
    matrix, order = inside.args
    return matrix.variance**order * trace_moment(int(order), matrix.d, matrix.N)

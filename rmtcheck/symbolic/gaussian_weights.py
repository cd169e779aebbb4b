r"""Means of polynomials in weights that are iid standard Gaussian.

.. math:: \mathbb E\prod_kw_k^{a_k}=\prod_k(a_k-1)!!\quad\text{for even }a_k,\qquad 0\text{ else}.
"""

from __future__ import annotations

from math import prod

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, equation
from rmtcheck.symbolic.second_derivatives import derive_scalar
from rmtcheck.vocabulary.graphs import Weight
from rmtcheck.vocabulary.quantities import Expectation


def mean_of_polynomial(expr: sympy.Expr) -> sympy.Expr:
    r"""Return :math:`\mathbb E` of a polynomial in weights, iid :math:`N(0,1)`.

    Parameters
    ----------
    expr : sympy expression
        Polynomial in its weights; other symbols are constants.

    Returns
    -------
    sympy expression
        Free of weights.

    Raises
    ------
    DomainError
        If it is no polynomial.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.graphs import weights
    >>> w, v = weights("w v")
    >>> mean_of_polynomial((2 * w * v + v**2) ** 2)
    7
    """
    names = sorted(expr.atoms(Weight), key=str)
    if not names:
        return expr
    try:
        polynomial = sympy.Poly(expr, *names)
    except sympy.PolynomialError as problem:
        raise DomainError(f"{expr} is given; accepted is a polynomial in weights") from problem
    return sympy.Add(*(c * _moment(powers) for powers, c in polynomial.terms()))


def derive_mean(expression: sympy.Expr) -> Derivation:
    """Return an expression with its derivatives in weights and their Gaussian means worked out.

    Parameters
    ----------
    expression : sympy expression
        In unevaluated derivatives and expectations; weights are random inside expectations only.

    Returns
    -------
    Derivation
        Its result is free of derivatives and expectations.

    Raises
    ------
    DomainError
        If an expectation is not one of a polynomial in weights.

    Notes
    -----
    Accuracy: exact.
    """
    worked = derive_scalar(expression)
    steps = list(worked.steps)
    values = {}
    for node in sorted(worked.result.atoms(Expectation), key=sympy.default_sort_key):
        values[node] = mean_of_polynomial(node.args[0])
        expanded = sympy.expand(node.args[0])
        steps += [
            equation("multiplied out", node.args[0], expanded),
            equation("by the moments 1, 3, 15, ... of a Gaussian weight", node, values[node]),
        ]
    return Derivation(worked.result.xreplace(values), tuple(steps))


def _moment(powers: tuple[int, ...]) -> int:
    if any(power % 2 for power in powers):
        return 0
    return prod(int(sympy.factorial2(power - 1)) for power in powers)

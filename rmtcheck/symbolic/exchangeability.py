r"""Softmax expectations in normal form: exchangeable classes and :math:`\sum_kp_k=1`.

The mean of a monomial depends on the multiset of its exponents only; write :math:`M_\lambda` for
exponents :math:`\lambda_1\ge\dots\ge\lambda_m\ge1` on distinct classes. Multiplying by
:math:`\sum_kp_k=1`,

.. math:: M_\nu=\sum_{k=1}^mM_{\nu+e_k}+(C-m)\,M_{\nu\cup1}.

With :math:`\nu=\lambda-e_1` this expresses every :math:`M_\lambda` with
:math:`\lambda_1>\lambda_2` by moments of lower degree or lower dominance order, so all reduce to
moments whose **largest exponent occurs at least twice**.

**The normal form is complete.** For explicit :math:`C` the mean of a polynomial depends on its
symmetrization only, a polynomial in the elementary symmetric :math:`e_2,\dots,e_C` as
:math:`e_1=1`; their monomials of degree :math:`n` are counted by the partitions with parts in
:math:`2..C`, whose conjugates are the partitions with :math:`\lambda_1=\lambda_2` and at most
:math:`C` parts. So the remaining moments are as many as the independent functionals: no linear
relation follows from symmetry and :math:`\sum_kp_k=1` besides those used. ∎
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxComponent, SoftmaxOfGaussians

Pattern = tuple[int, ...]
"""Positive exponents on distinct classes, in descending order."""


_TRANSPARENT = (
    SoftmaxComponent,
    sympy.Add,
    sympy.Mul,
    sympy.Pow,
    sympy.exp,
    sympy.Number,
    sympy.NumberSymbol,
    sympy.Symbol,
)
"""What may stand in a softmax expectation; symbols are parameters, never random."""


class NotPolynomial(Exception):  # noqa: N818 - an answer inside the engine
    """The expectation is not one of a polynomial in softmax components."""


def moments(
    expectation: sympy.Expr,
) -> tuple[dict[Pattern, sympy.Expr], SoftmaxOfGaussians | None]:
    r"""Return an expectation as a combination of moments :math:`M_\lambda`.

    Parameters
    ----------
    expectation : Expectation
        Mean of a polynomial in softmax components whose coefficients are not random.

    Returns
    -------
    tuple
        The coefficient of each pattern, and the softmax (None for a constant).

    Raises
    ------
    NotPolynomial
        If the argument is not such a polynomial in the components of one softmax.
    DomainError
        If classes are not named by symbols or integers, or more are named than exist.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> moments(E(p[i] * (1 - p[j])))
    ({(1, 1): -1, (1,): 1}, SoftmaxOfGaussians(classes=C, scale=1))
    """
    inner = {node: sympy.Dummy() for node in expectation.args[0].atoms(Expectation)}
    argument = expectation.args[0].xreplace(inner)
    _refuse_other_randomness(argument)
    components = sorted(argument.atoms(SoftmaxComponent), key=sympy.default_sort_key)
    if not components:
        return {(): expectation.args[0]}, None
    softmax = _softmax_of(components)
    polynomial = _polynomial(argument, components)
    outer = {dummy: node for node, dummy in inner.items()}
    found: dict[Pattern, sympy.Expr] = {}
    for powers, coefficient in polynomial.terms():
        pattern = tuple(sorted((a for a in powers if a), reverse=True))
        found[pattern] = found.get(pattern, sympy.S.Zero) + coefficient.xreplace(outer)
    return found, softmax


def normal_form(expr: sympy.Expr) -> sympy.Expr:
    r"""Return the expression with every softmax expectation in normal form.

    Parameters
    ----------
    expr : sympy expression
        May contain expectations; those that are not of softmax polynomials stay as they are.

    Returns
    -------
    sympy expression
        Equal to the input for every number of classes; the remaining expectations are
        :math:`\mathbb E[p_1^{\lambda_1}\cdots p_m^{\lambda_m}]` with :math:`\lambda_1=\lambda_2`.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i
    >>> p = SoftmaxOfGaussians(C)
    >>> normal_form(E(p[i] * (1 - p[i])))
    (C - 1)*E[p_1*p_2]
    """
    if not expr.has(Expectation):
        return expr
    if isinstance(expr, Expectation):
        return _reduced(expr)
    return expr.func(*map(normal_form, expr.args))


def _reduced(expectation: sympy.Expr) -> sympy.Expr:
    try:
        found, softmax = moments(expectation)
    except NotPolynomial:
        return expectation
    if softmax is None:
        return normal_form(found[()])
    total: dict[Pattern, sympy.Expr] = {}
    for pattern, coefficient in found.items():
        for basic, factor in reduce_pattern(pattern, softmax.classes).items():
            value = total.get(basic, sympy.S.Zero) + normal_form(coefficient) * factor
            total[basic] = value
    parts = ((sympy.factor(c), moment(pattern, softmax)) for pattern, c in total.items())
    return sympy.Add(*(c * m for c, m in parts))


def moment(pattern: Pattern, softmax: SoftmaxOfGaussians) -> sympy.Expr:
    r"""Return :math:`M_\lambda` as an unevaluated expectation over the classes 1, 2, ..."""
    if not pattern:
        return sympy.S.One
    factors = (softmax[sympy.Integer(k)] ** a for k, a in enumerate(pattern, 1))
    return Expectation(sympy.Mul(*factors))


@lru_cache(maxsize=4096)
def reduce_pattern(pattern: Pattern, classes: sympy.Expr) -> Mapping[Pattern, sympy.Expr]:
    r"""Return :math:`M_\lambda` as a combination of moments whose largest exponent is repeated."""
    if len(pattern) == 0 or (len(pattern) > 1 and pattern[0] == pattern[1]):
        return {pattern: sympy.S.One}
    if pattern == (1,):
        return {(): 1 / classes}
    lower = (pattern[0] - 1, *pattern[1:])
    total: dict[Pattern, sympy.Expr] = {}
    _accumulate(total, lower, sympy.S.One, classes)
    for k, power in enumerate(lower):
        if power < lower[0]:
            _accumulate(total, _raised(lower, k), sympy.S.NegativeOne, classes)
    _accumulate(total, (*lower, 1), len(lower) - classes, classes)
    multiplicity = lower.count(lower[0])
    return {basic: sympy.expand(c / multiplicity) for basic, c in total.items() if c != 0}


def _accumulate(
    total: dict[Pattern, sympy.Expr], pattern: Pattern, factor: sympy.Expr, classes: sympy.Expr
) -> None:
    if factor == 0:
        return
    for basic, coefficient in reduce_pattern(pattern, classes).items():
        total[basic] = sympy.expand(total.get(basic, sympy.S.Zero) + factor * coefficient)


def _raised(pattern: Pattern, k: int) -> Pattern:
    return tuple(sorted((a + (n == k) for n, a in enumerate(pattern)), reverse=True))


def _refuse_other_randomness(argument: sympy.Expr) -> None:
    """Raise unless all but the softmax components are numbers and parameters."""
    for node in sympy.preorder_traversal(argument):
        if not isinstance(node, _TRANSPARENT):
            raise NotPolynomial(str(node))


def _polynomial(argument: sympy.Expr, components: list[sympy.Expr]) -> sympy.Poly:
    try:
        return sympy.Poly(argument, *components)
    except sympy.PolynomialError as problem:
        raise NotPolynomial(str(argument)) from problem


def _softmax_of(components: list[sympy.Expr]) -> SoftmaxOfGaussians:
    """Return the common softmax after checking the names of the classes."""
    kinds: set[SoftmaxOfGaussians] = {component.softmax for component in components}
    if len(kinds) != 1:
        raise NotPolynomial(f"components of several softmaxes, {sorted(map(str, kinds))}")
    softmax = kinds.pop()
    classes = softmax.classes
    for component in components:
        _check_index(component.args[0], classes)
    if classes.is_Integer and len(components) > classes:
        raise DomainError(f"{len(components)} distinct classes are named; accepted are {classes}")
    if classes.is_number and not (classes.is_Integer and classes >= 2):
        raise DomainError(f"the number of classes is {classes}; accepted are integers from 2 on")
    return softmax


def _check_index(name: sympy.Expr, classes: sympy.Expr) -> None:
    in_range = name.is_Integer and name >= 1 and not (classes.is_Integer and name > classes)
    if not (name.is_Symbol or in_range):
        raise DomainError(
            f"the class is {name}; accepted are symbols and integers from 1 to {classes}"
        )

"""Expectations of polynomials in softmax components, as sums of moments of distinct classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxComponent, SoftmaxOfGaussians


@dataclass(frozen=True)
class MomentTerm:
    """One term ``coefficient * E[product of powers of distinct classes]``."""

    coefficient: sympy.Expr
    powers: tuple[int, ...]
    softmax: SoftmaxOfGaussians | None


def moment_terms(expectation: Expectation) -> tuple[MomentTerm, ...]:
    """Expand the mean of a polynomial in softmax components into moments.

    The classes are exchangeable, so a moment depends on the multiset of powers only;
    distinct indices stand for distinct classes.

    Parameters
    ----------
    expectation : Expectation
        The unevaluated mean.

    Returns
    -------
    tuple of MomentTerm
        The terms, the powers in decreasing order.

    Raises
    ------
    DomainError
        If the argument is no polynomial in the components of one softmax, or speaks of
        more classes than there are.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> [(t.coefficient, t.powers) for t in moment_terms(E(p[i] * (p[j] - p[i])))]
    [(-1, (2,)), (1, (1, 1))]
    """
    body = expectation.args[0]
    components = sorted(body.atoms(SoftmaxComponent), key=sympy.default_sort_key)
    if body.has(Expectation):
        raise DomainError(f"{expectation}: a mean inside a mean is not accepted; name it instead")
    if not components:
        return (MomentTerm(body, (), None),)
    softmax = _common_softmax(expectation, components)
    terms = _polynomial(expectation, body, components).terms()
    return tuple(_term(expectation, powers, coefficient, softmax) for powers, coefficient in terms)


def _common_softmax(expectation: Expectation, components: list[Any]) -> SoftmaxOfGaussians:
    kinds: set[SoftmaxOfGaussians] = {component.softmax for component in components}
    if len(kinds) > 1:
        shown = ", ".join(sorted(map(str, kinds)))
        raise DomainError(f"{expectation} mixes {shown}; accepted: one softmax")
    (softmax,) = kinds
    count = softmax.classes
    if count.is_number and not (count.is_Integer and count >= 1):
        raise DomainError(f"classes = {count} in {expectation}; accepted: an integer >= 1")
    for component in components:
        if component.index.is_number and not _is_class(component.index, count):
            raise DomainError(f"{component} in {expectation} is not one of the {count} classes")
    return softmax


def _is_class(index: sympy.Expr, count: sympy.Expr) -> bool:
    inside = index.is_Integer and index >= 1
    return bool(inside and (not count.is_number or index <= count))


def _polynomial(expectation: Expectation, body: Any, components: list[Any]) -> Any:
    try:
        return sympy.Poly(body, *components)
    except sympy.PolynomialError:
        raise DomainError(
            f"{expectation} is not the mean of a polynomial in softmax components"
        ) from None


def _term(
    expectation: Expectation,
    monomial: tuple[int, ...],
    coefficient: Any,
    softmax: SoftmaxOfGaussians,
) -> MomentTerm:
    powers = tuple(sorted((a for a in monomial if a), reverse=True))
    classes = softmax.classes
    if classes.is_number and len(powers) > classes:
        raise DomainError(
            f"{expectation} needs {len(powers)} distinct classes; there are only {classes}"
        )
    return MomentTerm(coefficient, powers, softmax)

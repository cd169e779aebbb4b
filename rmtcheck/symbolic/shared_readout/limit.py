r"""Limits and orders of mean squared block norms: d and N grow first, then the classes.

Every mean is replaced by its leading term in the number of classes, which products, quotients and
powers respect; sums in which leading terms might cancel are refused.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step
from rmtcheck.symbolic.hessian import derive_with_steps
from rmtcheck.symbolic.shared_readout.growth import Growth, growth_of
from rmtcheck.symbolic.shared_readout.mean_square import mean_of, mean_square
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.networks import HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.quantities import Expectation, FrobeniusSquared


def derive_growth(quantity: sympy.Expr, gamma: sympy.Expr | None) -> Derivation:
    r"""Derive how a quantity grows in the classes, after d and N have grown.

    Parameters
    ----------
    quantity : sympy expression
        Algebra in the number of classes, in mean squared norms of blocks of a hidden layer, and
        in means of sums over the rows of V.
    gamma : sympy expression
        Limit of d/N; None if no block occurs.

    Returns
    -------
    Derivation
        Its result is the `Growth`, which knows its limit.

    Raises
    ------
    DomainError
        If a norm stands outside a mean, d does not cancel, or a part is not covered.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E
    >>> from rmtcheck.vocabulary.samples import V
    >>> from rmtcheck.vocabulary.symbols import C, c, gamma, i, j, m
    >>> products = sympy.Sum(V[c, i] * V[c, j], (c, 1, C))
    >>> print(derive_growth(C * E(products**2) / E(sympy.Sum(V[c, i] ** 2, (c, 1, C))) ** 2,
    ...                     gamma).result)
    (1)*C**(0)
    """
    if quantity.has(FrobeniusSquared):
        _require_means(quantity)
    nodes = sorted(_means(quantity), key=sympy.default_sort_key)
    width = _width(nodes)
    derivations = {node: _derived(node, width, gamma) for node in nodes}
    found = growth_of(quantity, lambda node: _result(derivations, node))
    if found.dimension != 0:
        raise DomainError(f"{quantity} has no finite limit: norms grow like d, which must cancel")
    steps = [step for node in nodes for step in derivations[node].steps]
    return Derivation(found, (*steps, *_conclusion(quantity, found)))


def _means(quantity: sympy.Expr) -> set[sympy.Expr]:
    return set(quantity.atoms(Expectation))


def _result(derivations: dict[sympy.Expr, Derivation], node: sympy.Expr) -> Growth | None:
    return derivations[node].result if node in derivations else None


def _derived(node: sympy.Expr, width: sympy.Expr, gamma: sympy.Expr | None) -> Derivation:
    inside = node.args[0]
    if not inside.has(FrobeniusSquared):
        return mean_of(inside, width)
    if not (isinstance(inside, FrobeniusSquared) and isinstance(inside.args[0], HessianBlock)):
        raise DomainError(f"the mean is {node}; accepted is the mean of one squared block norm")
    block = inside.args[0]
    formula = derive_with_steps(block)
    norm = mean_square(formula.result, block.network, gamma)
    return Derivation(norm.result, (*formula.steps, *norm.steps))


def _require_means(quantity: sympy.Expr) -> None:
    outside = quantity.xreplace({node: sympy.Dummy() for node in _means(quantity)})
    bare = sorted(outside.atoms(FrobeniusSquared), key=str)
    if bare:
        raise DomainError(f"{bare[0]} is random even in the limit, as all samples share V; say E")


def _width(nodes: Iterable[sympy.Expr]) -> sympy.Expr:
    """Return the width of the networks that occur, or its symbol where none does."""
    networks = {network for node in nodes for network in node.atoms(OneHiddenLayer)}
    if any(network.activation != RELU for network in networks):
        raise DomainError("the activation is not relu, the only one whose limits are derived")
    widths = {network.m for network in networks}
    if len(widths) > 1:
        raise DomainError(f"the widths are {', '.join(map(str, widths))}; accepted is one")
    return widths.pop() if widths else symbols.m


def _conclusion(quantity: sympy.Expr, found: Growth) -> list[Step]:
    power, value = symbols.C**found.exponent, found.coefficient
    text = f"so the quantity grows like C^({found.exponent}) times: {value}"
    steps = [
        Step(text, rf"{sympy.latex(quantity)}\sim{sympy.latex(power)}\cdot{sympy.latex(value)}")
    ]
    if found.limit is not None:
        steps.append(Step(f"and its limit is: {found.limit}", sympy.latex(found.limit)))
    return steps

r"""Softmax components outside expectations, as coordinates of the open simplex.

Every point of the open simplex is a softmax, and the rational map :math:`p_k=a_k/(1+\sum_la_l)`,
:math:`a_k>0`, reaches all values of :math:`k` components, with the rest of the mass left for other
classes. When all classes are named, the last one takes that rest. Softmaxes of other sizes or
temperatures get points of their own: an identity at all of them holds for softmaxes of the same
logits as well, while a point of two temperatures need not come from common logits.
"""

from __future__ import annotations

import sympy

from rmtcheck.vocabulary.quantities import Expectation, SoftmaxComponent

Coordinates = dict[sympy.Expr, sympy.Expr]


def coordinates(expr: sympy.Expr) -> Coordinates:
    """Return every component outside expectations as a rational function of free positive symbols.

    Parameters
    ----------
    expr : sympy expression
        The components it names outside expectations are meant.

    Returns
    -------
    dict from SoftmaxComponent to sympy expression
        Empty if there are none.

    Notes
    -----
    Accuracy: exact.
    """
    components = sorted(_outside(expr)[0].atoms(SoftmaxComponent), key=sympy.default_sort_key)
    groups: dict[tuple[sympy.Expr, ...], list[sympy.Expr]] = {}
    for component in components:
        groups.setdefault(component.args[1:], []).append(component)
    return {p: v for (size, *_), group in groups.items() for p, v in _group(size, group).items()}


def substitute(expr: sympy.Expr, values: Coordinates) -> sympy.Expr:
    """Return the expression with the components outside expectations replaced."""
    hidden, nodes = _outside(expr)
    return hidden.xreplace(values).xreplace(nodes)


def is_positive_mean(expectation: sympy.Expr) -> bool:
    """Return whether the mean is of a rational function that is positive on the open simplex.

    Parameters
    ----------
    expectation : Expectation
        The mean in question.

    Returns
    -------
    bool
        False where positivity is not visible from the signs of all coefficients.

    Notes
    -----
    Accuracy: exact.
    """
    inside = expectation.args[0]
    return bool(sympy.factor(substitute(inside, coordinates(inside))).is_positive)


def _outside(expr: sympy.Expr) -> tuple[sympy.Expr, dict[sympy.Expr, sympy.Expr]]:
    """Return the expression with expectations hidden behind stand-ins."""
    nodes = {sympy.Dummy(): node for node in expr.atoms(Expectation)}
    hidden = expr.xreplace({node: name for name, node in nodes.items()})
    return hidden, nodes


def _group(classes: sympy.Expr, components: list[sympy.Expr]) -> Coordinates:
    complete = classes.is_Integer and len(components) == classes
    free = components[:-1] if complete else components
    odds = {p: sympy.Dummy(f"a_{p.args[0]}", positive=True) for p in free}
    total = sympy.Add(1, *odds.values())
    return {p: odds.get(p, sympy.S.One) / total for p in components}

r"""The size of a full Hessian, by counting the weights of a network.

A matrix with r rows of c entries has :math:`\sum_{i=1}^r\sum_{j=1}^c1=rc` weights; the Hessian has
one row and one column for each weight.
"""

from __future__ import annotations

import sympy

from rmtcheck.symbolic.derivation import Derivation, equation
from rmtcheck.vocabulary.networks import LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.patterns import HessianSize

_ROW, _COLUMN = sympy.symbols("a b", integer=True, positive=True)


def count_parameters(expression: sympy.Expr) -> Derivation:
    """Return an expression with every `HessianSize` counted out.

    Parameters
    ----------
    expression : sympy expression
        In sizes of Hessians of a LinearModel or OneHiddenLayer.

    Returns
    -------
    Derivation
        Its result is a polynomial in the sizes.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import C, d, m
    >>> print(count_parameters(HessianSize(OneHiddenLayer(d, m, C))))
    the weights of layer w are: Sum(1, (b, 1, d), (a, 1, m)) = d*m
    the weights of layer v are: Sum(1, (b, 1, m), (a, 1, C)) = C*m
    one row and one column for each weight: rows(Hessian; d=d, m=m, C=C) = C*m + d*m
    """
    steps, values = [], {}
    for node in sorted(expression.atoms(HessianSize), key=str):
        network = node.args[0]
        total = sympy.S.Zero
        for layer, (rows, columns) in _shapes(network).items():
            each = sympy.Sum(1, (_COLUMN, 1, columns), (_ROW, 1, rows))
            total += each.doit()
            steps.append(equation(f"the weights of layer {layer} are", each, each.doit()))
        values[node] = total
        steps.append(equation("one row and one column for each weight", node, total))
    return Derivation(expression.xreplace(values), tuple(steps))


def _shapes(
    network: LinearModel | OneHiddenLayer,
) -> dict[str, tuple[sympy.Expr, sympy.Expr]]:
    """Return rows and columns of each weight matrix."""
    if isinstance(network, LinearModel):
        return {"v": (network.C, network.d)}
    return {"w": (network.m, network.d), "v": (network.C, network.m)}

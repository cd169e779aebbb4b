"""Which losses are differentiated: those whose every part has a derivative that is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.functions.elementary.hyperbolic import HyperbolicFunction, InverseHyperbolicFunction
from sympy.functions.elementary.trigonometric import (
    InverseTrigonometricFunction,
    TrigonometricFunction,
)

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks.gates import Gate
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import LABEL, Logit, SampleNode, Target
from rmtcheck.vocabulary.symbols import C

_SMOOTH = (
    *(sympy.Add, sympy.Mul, sympy.Pow, sympy.Sum, Logit, Target, Gate),
    *(sympy.exp, sympy.log, sympy.erf, sympy.erfc, sympy.gamma, sympy.loggamma),
    *(HyperbolicFunction, InverseHyperbolicFunction),
    *(TrigonometricFunction, InverseTrigonometricFunction),
)
_NOT_FINITE = (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan, sympy.I)


def require_known(loss: sympy.Expr, classes: sympy.Expr) -> None:
    """Require that a loss, written with gates, can be differentiated and its deltas contracted.

    Parameters
    ----------
    loss : sympy expression
        The loss of one sample, its sums running up to the symbol C.
    classes : int or symbol
        The number of classes.

    Raises
    ------
    DomainError
        If a function is not known, or an index names no class.
    """
    if loss.has(*_NOT_FINITE):
        raise DomainError(f"the loss is {loss}; accepted is a real function of the logits")
    for part in sympy.preorder_traversal(loss):
        is_field = isinstance(part, sympy.Expr) and part.has(SampleNode, SoftmaxComponent)
        if is_field and not isinstance(part, _SMOOTH):
            accepted = "sums, powers, exp, log, (arc) trigonometric and hyperbolic functions, erf"
            raise DomainError(
                f"the loss has {part}; accepted are {accepted}, Max, Min, Abs, sign and Piecewise"
            )
    bound = {at[0] for s in loss.atoms(sympy.Sum) for at in s.limits}
    for index in _indices(loss):
        _require_class(index, {*bound, LABEL, C}, classes)


def _indices(loss: sympy.Expr) -> Iterator[sympy.Expr]:
    """Yield what stands where a class is named."""
    for node in sorted(loss.atoms(Logit, Target, sympy.KroneckerDelta), key=str):
        yield from node.args


def _require_class(index: sympy.Expr, names: set[Any], classes: sympy.Expr) -> None:
    if index in names:
        return
    if not (index.is_Integer and index >= 1 and (index > classes) is not sympy.true):
        last = classes if classes.is_Integer else "C"
        accepted = f"the index of a sum, the label, C and the integers from 1 to {last}"
        raise DomainError(f"the loss names the class {index}; accepted are {accepted}")

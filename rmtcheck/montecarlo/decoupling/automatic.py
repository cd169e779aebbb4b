"""The derivative along the path by automatic differentiation, from fields to trace."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import numpy as np
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.coupled import require_point
from rmtcheck.montecarlo.decoupling.duals import FUNCTIONS, Dual, dual, trace_of_inverse
from rmtcheck.montecarlo.decoupling.formulas import numerical
from rmtcheck.montecarlo.decoupling.walk import Coupled
from rmtcheck.vocabulary.activations import ARGUMENT
from rmtcheck.vocabulary.local_weights import LocalWeight
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import (
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    SampleNode,
)

_MODULES: list[Any] = [FUNCTIONS, "scipy", "numpy"]
_KNOWN = "the functions of dual numbers: " + ", ".join(sorted(FUNCTIONS))
_PARTS = ("value", "slope")


def automatic_slope(
    coupled: Coupled, weight: LocalWeight, z: complex, angle: float
) -> tuple[complex, complex]:
    r"""Return :math:`s_{H}(z)` and :math:`ds_H/d\theta` at an angle, by dual numbers.

    The angle is a dual number of slope 1; from it fields, weights, matrix, inverse and trace are
    computed entry by entry. Nothing here knows the formula of `path`.

    Parameters
    ----------
    coupled : Coupled
        A small draw: elimination takes d steps on d x 2d entries.
    weight : LocalWeight
        The weight; sums over classes are written out.
    z : complex
        A point of the upper half plane.
    angle : float
        The angle.

    Returns
    -------
    tuple of complex
        The transform and its derivative; gates have slope 0.

    Raises
    ------
    DomainError
        When a part of the weight is not known here, dual numbers have no rule for one of its
        functions, or the point lies elsewhere.

    Accuracy
    --------
    Rounding, amplified by elimination without exchange of rows.
    """
    z = complex(z)
    require_point(z.real, z.imag)
    X = coupled.X
    d, N = X.shape
    turn = Dual(np.asarray(float(angle)), np.ones(()))
    sine, cosine = FUNCTIONS["sin"](turn), FUNCTIONS["cos"](turn)
    fields = (coupled.V @ X) * sine + (coupled.V @ coupled.X_copy) * cosine
    weights = _Reading(weight, fields).weights()
    products = [X[a] * X[b] for a in range(d) for b in range(d)]
    entries = [(weights * product).sum() for product in products]
    value, slope = (
        np.array([getattr(e, part) for e in entries]).reshape(d, d) / N for part in _PARTS
    )
    trace = trace_of_inverse(Dual(value - z * np.eye(d), slope.astype(complex)))
    return complex(trace.value) / d, complex(trace.slope) / d


class _Reading:
    """A weight read node by node on dual numbers, sums written out."""

    def __init__(self, weight: LocalWeight, fields: Dual) -> None:
        self._weight, self._fields = weight, fields
        self._readout: Any = weight.readout
        self._units = len(fields.value)

    def weights(self) -> Dual:
        body = self._weight.expression.doit()
        nodes = sorted(body.atoms(SampleNode, SoftmaxComponent), key=str)
        symbols = [sympy.Dummy(real=True) for _ in nodes]
        plain = body.xreplace(dict(zip(nodes, symbols, strict=True)))
        with numerical(body, _KNOWN):
            function = sympy.lambdify(symbols, plain, _MODULES)
            value = function(*map(self._value, nodes))
        return self._fields[0] * 0.0 + dual(value)

    def _value(self, node: Any) -> Any:
        if isinstance(node, SoftmaxComponent):
            return self._probability(node)
        if isinstance(node, OutputWeight):
            return float(self._readout[int(node.args[0]) - 1, int(node.args[1]) - 1])
        place = int(node.args[0]) - 1
        if isinstance(node, Indicator):
            return (self._fields.value[place] > 0).astype(float)
        if isinstance(node, Preactivation):
            return self._fields[place]
        if isinstance(node, Logit):
            return self._logits()[place]
        raise DomainError(f"the weight contains {node}, which is no function of the fields.")

    def _logits(self) -> list[Dual]:
        readout = self._readout
        if readout is None:
            return [self._fields[k] for k in range(self._units)]
        activation = self._weight.activation.expression
        with numerical(activation, _KNOWN):
            sigma = sympy.lambdify(ARGUMENT, activation, _MODULES)
            outputs = [dual(sigma(self._fields[k])) for k in range(self._units)]
        rows = (readout.row(c) for c in range(readout.rows))
        return [
            reduce(add, (o * float(v) for o, v in zip(outputs, row, strict=True))) for row in rows
        ]

    def _probability(self, node: Any) -> Dual:
        logits = [u * float(node.scale) for u in self._logits()]
        top = np.max([u.value for u in logits], axis=0)
        powers = [FUNCTIONS["exp"](u - top) for u in logits]
        share: Dual = powers[int(node.index) - 1] / reduce(add, powers)
        return share

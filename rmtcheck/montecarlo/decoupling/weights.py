r"""Weights as functions of the fields, with their gradients.

A weight is read as a formula in *leaves*: fields, gates, logits, probabilities of named classes,
readout weights, and sums over classes. The formula and the summands are differentiated
symbolically in their leaves; from probabilities to logits and from logits to fields the chain
rule is applied to whole arrays, so the number of classes never enters the size of a formula:

.. math:: \bar u=\tau\,p\circ\bigl(\bar p-\mathbf 1p^\top\bar p\bigr),\qquad
          \bar a=\sigma'(a)\circ V^\top\bar u.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.formulas import (
    FIELDS,
    GATES,
    LOGITS,
    Arrays,
    Formula,
    numerical,
)
from rmtcheck.vocabulary.activations import ARGUMENT, Activation
from rmtcheck.vocabulary.local_weights import LocalWeight
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import Logit

Array = NDArray[np.float64]

_SHOWN = 80


@lru_cache(maxsize=64)
def field_function(weight: LocalWeight) -> FieldFunction:
    r"""Return the weight :math:`\lambda(u_1,\dots,u_k)` as a function of arrays.

    Parameters
    ----------
    weight : LocalWeight
        Made by `rmtcheck.vocabulary.local_weights.local_weight`.

    Returns
    -------
    FieldFunction
        The same object for equal weights.

    Raises
    ------
    DomainError
        When the weight is no LocalWeight, or a part of it is not known here.

    Examples
    --------
    >>> from rmtcheck.vocabulary.grams import WeightedGram
    >>> from rmtcheck.vocabulary.local_weights import local_weight
    >>> from rmtcheck.vocabulary.samples import logit
    >>> from rmtcheck.vocabulary.symbols import N
    >>> square = field_function(local_weight(WeightedGram(1 / N, logit[1] ** 2)))
    >>> fields = np.array([[1.0, 3.0]])
    >>> square.values(fields).tolist(), square.gradient(fields).tolist()
    ([1.0, 9.0], [[2.0, 6.0]])
    """
    if not isinstance(weight, LocalWeight):
        raise DomainError(f"weight = {str(weight)[:_SHOWN]} must be a LocalWeight.")
    return FieldFunction(weight)


class FieldFunction:
    r"""A weight on arrays of fields, one sample per column.

    Parameters
    ----------
    weight : LocalWeight
        The weight.

    Raises
    ------
    DomainError
        When a part of the weight is not known here.
    """

    def __init__(self, weight: LocalWeight) -> None:
        self.weight, self.k = weight, int(weight.fields)
        readout = weight.readout
        with numerical(weight.activation.expression):
            self._layer = None if readout is None else _Layer(readout, weight.activation)
        if weight.is_of_units and readout is None and weight.expression.has(Logit):
            raise DomainError(f"the weight {weight.expression} has logits and no readout V.")
        matrix = None if self._layer is None else self._layer.readout
        with numerical(weight.expression):
            self._formula = Formula(weight.expression, matrix)
        softmaxes = weight.expression.atoms(SoftmaxComponent)
        self._scales = sorted({float(p.scale) for p in softmaxes})

    def values(self, fields: Array) -> Array:
        r"""Return :math:`\lambda(u_n)` for every sample.

        Parameters
        ----------
        fields : ndarray, shape (k, n)
            One sample per column.

        Returns
        -------
        ndarray, shape (n,)

        Raises
        ------
        DomainError
            When the fields have another shape or are not finite, or the weight is not.

        Accuracy
        --------
        Rounding; the softmax does not overflow.
        """
        return self._evaluated(fields, with_gradient=False)[0]

    def gradient(self, fields: Array) -> Array:
        r"""Return :math:`\partial\lambda/\partial u_c` for every sample; gates have slope 0.

        Parameters
        ----------
        fields : ndarray, shape (k, n)
            One sample per column.

        Returns
        -------
        ndarray, shape (k, n)
            The gradient almost everywhere, which leaves out the jumps of gates.

        Raises
        ------
        DomainError
            As for `values`.

        Accuracy
        --------
        Rounding.
        """
        return self.values_and_gradient(fields)[1]

    def values_and_gradient(self, fields: Array) -> tuple[Array, Array]:
        """Return both, at little more than the price of one."""
        return self._evaluated(fields, with_gradient=True)

    def _evaluated(self, fields: Array, *, with_gradient: bool) -> tuple[Array, Array]:
        self._require(fields)
        # branches not taken may overflow; what is kept is checked below
        with numerical(self.weight.expression), np.errstate(all="ignore"):
            arrays = self._forward(fields)
            values = np.broadcast_to(self._formula.value(arrays), fields.shape[1:])
            gradient = self._backward(arrays) if with_gradient else fields
        if not (np.isfinite(values).all() and np.isfinite(gradient).all()):
            low, high = float(fields.min()), float(fields.max())
            raise DomainError(
                f"the weight {str(self.weight.expression)[:_SHOWN]} or its gradient is not a "
                f"finite number at some of the fields, which run from {low:g} to {high:g}."
            )
        return np.asarray(values), gradient

    def _require(self, fields: Array) -> None:
        if fields.ndim != 2 or fields.shape[0] != self.k or not fields.shape[1]:
            raise DomainError(f"fields of shape {fields.shape} must have shape ({self.k}, n).")
        if not np.isfinite(fields).all():
            raise DomainError("fields must be finite; an infinite or undefined one is among them.")

    def _forward(self, fields: Array) -> Arrays:
        arrays: Arrays = {FIELDS: fields}
        if GATES in self._formula.families:
            arrays[GATES] = (fields > 0).astype(float)
        if self._scales or LOGITS in self._formula.families:
            arrays[LOGITS] = fields if self._layer is None else self._layer.logits(fields)
        for scale in self._scales:
            arrays[scale] = _softmax(arrays[LOGITS], scale)
        return arrays

    def _backward(self, arrays: Arrays) -> Array:
        """Return the gradient: from leaves to probabilities to logits to fields."""
        bars = {family: np.zeros_like(a) for family, a in arrays.items() if family != GATES}
        self._formula.pull(np.ones(arrays[FIELDS].shape[1]), arrays, bars)
        for scale in self._scales:
            p, bar = arrays[scale], bars[scale]
            bar -= np.einsum("cn,cn->n", p, bar)
            bar *= p
            bars[LOGITS] += scale * bar
        if LOGITS not in bars:
            return bars[FIELDS]
        of_fields = bars[LOGITS]
        if self._layer is not None:
            of_fields = self._layer.pulled(arrays[FIELDS], of_fields)
        return np.asarray(bars[FIELDS] + of_fields)


class _Layer:
    """From preactivations to logits: the activation, then the readout."""

    def __init__(self, readout: Any, activation: Activation) -> None:
        self.readout = np.array(readout.tolist(), dtype=float)
        self._value = _function(activation.expression)
        self._slope = _function(sympy.diff(activation.expression, ARGUMENT))

    def logits(self, fields: Array) -> Array:
        return np.asarray(self.readout @ np.broadcast_to(self._value(fields), fields.shape))

    def pulled(self, fields: Array, bar: Array) -> Array:
        return np.asarray(self._slope(fields) * (self.readout.T @ bar))


def _function(expression: Any) -> Callable[[Array], Array]:
    found: Callable[[Array], Array] = sympy.lambdify(ARGUMENT, expression, ["scipy", "numpy"])
    return found


def _softmax(logits: Array, scale: float) -> Array:
    p: Array = logits - logits.max(axis=0)
    if scale != 1:
        p *= scale
    np.exp(p, out=p)
    p /= p.sum(axis=0)
    return p

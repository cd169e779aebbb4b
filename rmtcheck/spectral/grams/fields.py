r"""The forward pass of a batch of samples: every field that a weight can speak of, on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import scipy.special
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams.nodes import stable
from rmtcheck.vocabulary.activations import ARGUMENT, Activation

Array = NDArray[np.float64]


def chosen(conditions: list[Any], values: list[Any], default: Any = np.nan) -> Array:
    """Return the value of the first condition that holds; numpy's own is slower on few pieces."""
    result = default
    for condition, value in zip(reversed(conditions), reversed(values), strict=True):
        result = value if condition is True else np.where(condition, value, result)
    return np.asarray(result)


FUNCTIONS = [
    {
        "select": chosen,
        "Logistic": scipy.special.expit,
        "Softplus": lambda z: np.logaddexp(0.0, z),
        "Heaviside": np.heaviside,
    },
    "scipy",
    "numpy",
]


@dataclass(frozen=True)
class Data:
    """Checked arrays: X (d, N), V, W or None, targets (C, N) or None, labels from 0 or None."""

    X: Array
    V: Array
    W: Array | None = None
    targets: Array | None = None
    labels: NDArray[np.intp] | None = None
    activation: Activation | None = None

    @property
    def samples(self) -> int:
        """Number of samples."""
        return int(self.X.shape[1])

    @property
    def sizes(self) -> tuple[int, int | None, int, int]:
        """The sizes d, m, C, N."""
        width = None if self.W is None else len(self.W)
        return len(self.X), width, len(self.V), self.samples

    def at(self, columns: Any) -> Data:
        """Return the data of some samples, given by a slice or by numbers."""
        targets = None if self.targets is None else self.targets[:, columns]
        labels = None if self.labels is None else self.labels[columns]
        return replace(self, X=self.X[:, columns], targets=targets, labels=labels)


class Fields:
    """The fields of a batch of samples, each computed once and only when asked for."""

    def __init__(self, data: Data, directions: Array | None = None) -> None:
        self.data, self.directions = data, directions
        self.values: dict[Any, Any] = {}
        self._softmax: dict[float, tuple[Array, Array]] = {}

    @cached_property
    def preactivations(self) -> Array:
        """Return the matrix W X."""
        assert self.data.W is not None
        return preactivations_of(self.data.W, self.data.X)

    @cached_property
    def gates(self) -> Array:
        """Return the indicators of positive preactivations."""
        return (self.preactivations > 0).astype(float)

    @cached_property
    def hidden(self) -> Array:
        """Return the hidden layer's output."""
        assert self.data.activation is not None
        value = function_of(self.data.activation)(self.preactivations)
        return np.broadcast_to(value, self.preactivations.shape)

    @cached_property
    def logits(self) -> Array:
        """Return the network's output."""
        return self.data.V @ (self.data.X if self.data.W is None else self.hidden)

    def logit(self, place: int) -> Array:
        """Return one row of the network's output, alone if nobody has asked for all."""
        inputs = self.data.X if self.data.W is None else self.hidden
        row = self.logits[place] if "logits" in self.__dict__ else self.data.V[place] @ inputs
        return np.asarray(row)

    def softmax(self, temperature: float) -> tuple[Array, Array]:
        """Return the exponentials of shifted logits, and the reciprocals of their sums."""
        if temperature not in self._softmax:
            powers = self.logits - self.logits.max(axis=0)
            if temperature != 1:
                powers /= temperature
            np.exp(powers, out=powers)
            self._softmax[temperature] = powers, 1 / powers.sum(axis=0)
        return self._softmax[temperature]


def require_finite_entries(name: str, array: Array) -> None:
    """Refuse infinite entries and NaN."""
    if not np.isfinite(array).all():
        raise DomainError(f"{name} has an entry that is no finite number.")


def preactivations_of(W: Array, X: Array) -> Array:
    """Return W X; it is finite only if X is, but for products that overflow."""
    product = W @ X
    if not np.isfinite(product).all():
        require_finite_entries("X", X)
    return np.asarray(product)


@lru_cache(maxsize=256)
def function_of(activation: Activation) -> Callable[[Array], Array]:
    """Return the activation as a function of arrays."""
    return compiled((ARGUMENT,), stable(activation.expression))


def compiled(names: tuple[Any, ...], expression: Any) -> Callable[..., Array]:
    """Return a function of arrays from an expression; pieces, maxima and error functions too."""
    function: Callable[..., Array] = sympy.lambdify(names, expression, FUNCTIONS)
    return function

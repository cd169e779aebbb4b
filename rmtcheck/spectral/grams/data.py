"""Checks of what a formula is evaluated at: arrays, labels, sizes, and what the formula needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams.fields import Data, require_finite_entries
from rmtcheck.vocabulary.activations import Activation
from rmtcheck.vocabulary.grams import HiddenOutput, UnitVector
from rmtcheck.vocabulary.networks import LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import LABEL, HiddenWeight, Indicator, Logit, Preactivation, Target

Array = NDArray[np.float64]
OF_LAYER = (HiddenOutput, UnitVector, Preactivation, Indicator, HiddenWeight)
OF_LOGITS = (Logit, SoftmaxComponent)


@dataclass(frozen=True)
class Needs:
    """What a formula speaks of, apart from X and V."""

    activation: Activation | None
    layer: bool
    logits: bool
    vectors: bool
    labels: bool


@lru_cache(maxsize=1024)
def needs(gram: sympy.Basic, network: Any) -> Needs:
    """Return what a formula needs, the activation named by a vector or by the network."""
    named = {vector.activation for vector in gram.atoms(HiddenOutput)}
    if isinstance(network, OneHiddenLayer):
        named.add(network.activation)
    if len(named) > 1:
        raise DomainError(f"the activations are {sorted(map(str, named))}; there must be one.")
    vectors, labels = gram.has(Target), LABEL in gram.free_symbols
    if vectors and labels:
        raise DomainError("the formula speaks of target vectors and of labels; accepted is one.")
    activation = named.pop() if named else None
    return Needs(activation, gram.has(*OF_LAYER), gram.has(*OF_LOGITS), vectors, labels)


def require_network(network: Any) -> None:
    """Refuse what is no network."""
    if network is not None and not isinstance(network, LinearModel | OneHiddenLayer):
        raise DomainError(f"network is {network}; accepted are LinearModel and OneHiddenLayer.")


def require_layer(gram: sympy.Basic, network: Any, is_given: bool) -> None:
    """Refuse hidden weights that are missing or that nothing can be done with."""
    is_linear, is_hidden = (isinstance(network, kind) for kind in (LinearModel, OneHiddenLayer))
    wanted = needs(gram, network)
    if is_linear and wanted.layer:
        raise DomainError(f"the formula {gram} speaks of a hidden layer; network is {network}.")
    if is_linear and is_given:
        raise DomainError("W was given, and the network is a linear model, which has none.")
    if not is_given and (is_hidden or wanted.layer):
        raise DomainError("W is missing: the formula speaks of a hidden layer; accepted is (m, d).")
    if is_given and wanted.logits and wanted.activation is None:
        accepted = "pass network=OneHiddenLayer(d, m, C, activation)"
        raise DomainError(f"the formula has logits and names no activation; {accepted}.")


def checked(
    gram: sympy.Basic, network: Any, X: Any, V: Any, W: Any = None, targets: Any = None
) -> Data:
    """Return checked arrays; what the formula does not need is checked for its shape only.

    Data before a hidden layer are found finite by its preactivations, which are fewer numbers.
    """
    X = matrix("X", X, "(d, N)", is_checked=W is None)
    V = matrix("V", V, "(C, columns)")
    require_layer(gram, network, W is not None)
    W = None if W is None else matrix("W", W, "(m, d)")
    require_shapes(X.shape, V.shape, None if W is None else W.shape)
    sizes = {"d": len(X), "m": None if W is None else len(W), "C": len(V)}
    require_sizes(network, sizes)
    vectors, labels = checked_targets(needs(gram, network), targets, len(V), X.shape[1])
    return Data(X, V, W, vectors, labels, needs(gram, network).activation)


def real_array(values: Any) -> Array | None:
    """Return an array of floats, or None where a mask or an imaginary part would be lost."""
    try:
        if np.ma.isMaskedArray(values) or np.iscomplexobj(values):
            return None
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        return None


def matrix(name: str, values: Any, shape: str, *, is_checked: bool = True) -> Array:
    """Return a matrix of floats, finite unless they are checked elsewhere."""
    array = real_array(values)
    if array is None:
        raise DomainError(f"{name} must be a real array of shape {shape}.")
    if array.ndim != 2 or not array.size:
        raise DomainError(f"{name} has shape {array.shape}; accepted is {shape}, not empty.")
    if is_checked:
        require_finite_entries(name, array)
    return array


def require_shapes(X: Any, V: Any, W: Any) -> None:
    """Refuse shapes of X, V and W (or None) that do not fit one another."""
    if W is not None and W[1] != X[0]:
        raise DomainError(f"W has shape {W} and X {X}; accepted are (m, d) and (d, N).")
    if W is not None and V[1] != W[0]:
        raise DomainError(f"V has shape {V} and W {W}; accepted are (C, m) and (m, d).")
    if W is None and V[1] != X[0]:
        raise DomainError(f"V has shape {V} and X {X}; accepted are (C, d) and (d, N).")


def require_sizes(network: Any, sizes: dict[str, int | None]) -> None:
    """Refuse arrays whose sizes are not those that a network states in numbers."""
    for name, stated in network.sizes.items() if network is not None else ():
        if stated.is_number and stated != sizes[name]:
            raise DomainError(
                f"the network has {name} = {stated}; the arrays have {name} = {sizes[name]}."
            )


def checked_targets(
    wanted: Needs, targets: Any, C: int, N: int
) -> tuple[Array | None, NDArray[np.intp] | None]:
    """Return vectors or labels counted from 0, whichever the formula needs."""
    if wanted.vectors:
        return _vectors(targets, C, N), None
    return None, labels(targets, C, N) if wanted.labels else None


def labels(targets: Any, C: int, N: int) -> NDArray[np.intp]:
    """Return labels counted from 0."""
    accepted = f"accepted are {N} labels from 1 to {C}"
    if targets is None:
        raise DomainError(f"targets are missing; {accepted}.")
    array = np.asarray(targets)
    if array.shape != (N,) or array.dtype.kind not in "iu":
        raise DomainError(f"targets have shape {array.shape} and type {array.dtype}; {accepted}.")
    if array.min() < 1 or array.max() > C:
        raise DomainError(f"targets run from {array.min()} to {array.max()}; {accepted}.")
    return array.astype(np.intp) - 1


def _vectors(targets: Any, C: int, N: int) -> Array:
    if targets is None:
        raise DomainError(f"targets are missing; accepted is an array of shape ({C}, {N}).")
    array = matrix("targets", targets, f"({C}, {N})")
    if array.shape != (C, N):
        raise DomainError(f"targets have shape {array.shape}; accepted is ({C}, {N}).")
    return array

r"""Hessian blocks by a route that knows no formula: hyper-dual numbers on the loss itself.

A hyper-dual number :math:`f+f_1\epsilon_1+f_2\epsilon_2+f_{12}\epsilon_1\epsilon_2` with
:math:`\epsilon_1^2=\epsilon_2^2=0` carries a value, two directional derivatives and their
mixed second derivative through a computation, exactly up to rounding. The first
direction runs over the entries of :math:`v_i`, the second over those of :math:`v_j`.
Classes are counted from 1 here, as in the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.grams import INPUT, WeightedGram
from rmtcheck.vocabulary.losses import CrossEntropy, MeanSquaredError
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import SoftmaxComponent

Array = NDArray[np.float64]


def hessian_block(block: HessianBlock, X: Array, V: Array, targets: Any = None) -> Array:
    r"""Return :math:`\partial^2\ell/\partial v_i\,\partial v_j^\top` by differentiating the loss.

    Cross-entropy :math:`-\frac1N\sum_n\log\frac{e^{u_{n,y_n}}}{\sum_ce^{u_{n,c}}}`; squared
    error :math:`\frac cN\sum_n\|u_n-\mathcal Y_n\|^2`; logits :math:`u_n=Vx_n`.

    Parameters
    ----------
    block : HessianBlock
        Of a linear model, rows and columns numbers from 1 to C; its sizes, where they are
        numbers, must be those of the arrays.
    X : ndarray, shape (d, N)
        Data.
    V : ndarray, shape (C, d)
        Parameters.
    targets : ndarray
        Labels from 1 to C, shape (N,), for cross-entropy; vectors, shape (C, N), for
        squared error.

    Returns
    -------
    ndarray, shape (d, d)
        Row index from :math:`v_i`, column index from :math:`v_j`.

    Raises
    ------
    DomainError
        When the block is not numeric or the arrays do not fit it.

    Accuracy
    --------
    Exact differentiation; relative error of order 1e-15 for moderate logits.

    References
    ----------
    Fike and Alonso, *The development of hyper-dual numbers for exact second-derivative
    calculations*, AIAA 2011-886.

    Examples
    --------
    >>> import numpy as np
    >>> from rmtcheck.vocabulary.losses import CROSS_ENTROPY
    >>> block = HessianBlock(LinearModel(1, 2), CROSS_ENTROPY, 1, 2)
    >>> hessian_block(block, np.ones((1, 1)), np.zeros((2, 1)), [1])  # -p(1-p) at p = 1/2
    array([[-0.25]])
    """
    _require_block(block, X, V)
    parameters = _seeded(V, int(block.row.index) - 1, int(block.column.index) - 1)
    logits = parameters.times(X)
    if isinstance(block.loss, CrossEntropy):
        return _cross_entropy(logits, _labels(targets, V, X)).mixed
    if isinstance(block.loss, MeanSquaredError):
        vectors = _vectors(targets, V, X)
        return _squared_error(logits, vectors, float(block.loss.factor)).mixed
    raise DomainError(f"loss = {block.loss} must be cross-entropy or squared error.")


def gram_block(gram: WeightedGram, X: Array, V: Array) -> Array:
    r"""Return the number matrix :math:`s\sum_n\lambda(u_n)x_nx_n^\top` that a formula states.

    The symbols d, N, C of the house notation take the sizes of the arrays; every
    other symbol must have been substituted, classes by numbers from 1 to C.

    Parameters
    ----------
    gram : WeightedGram
        The formula, its weight an expression in softmax components.
    X : ndarray, shape (d, N)
        Data.
    V : ndarray, shape (C, d)
        Parameters.

    Returns
    -------
    ndarray, shape (d, d)
        The matrix.

    Raises
    ------
    DomainError
        When a symbol is left, a class is out of range, or the vectors are not inputs.

    Accuracy
    --------
    Relative error of order 1e-15 in each weight.

    Examples
    --------
    >>> import numpy as np
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> p = SoftmaxOfGaussians(2)
    >>> gram_block(WeightedGram(1 / symbols.N, -p[1] * p[2]), np.ones((1, 1)), np.zeros((2, 1)))
    array([[-0.25]])
    """
    _require_arrays(X, V)
    if gram.left != INPUT or gram.right != INPUT:
        raise DomainError(f"gram = {gram} must have inputs as its vectors.")
    sizes = {symbols.d: X.shape[0], symbols.N: X.shape[1], symbols.C: V.shape[0]}
    weight, scale = (sympy.sympify(part).subs(sizes).doit() for part in (gram.weight, gram.scale))
    values = _scalar(scale) * _weights(weight, X, V)
    return np.asarray(np.einsum("an,n,bn->ab", X, values, X))


@dataclass(frozen=True)
class _HyperDual:
    """Arrays of one shape S: value S, first (d, *S), second (d, *S), mixed (d, d, *S)."""

    value: Array
    first: Array
    second: Array
    mixed: Array

    def __add__(self, other: _HyperDual) -> _HyperDual:
        return _HyperDual(
            self.value + other.value,
            self.first + other.first,
            self.second + other.second,
            self.mixed + other.mixed,
        )

    def __mul__(self, other: _HyperDual) -> _HyperDual:
        crossed = self.first[:, None] * other.second + other.first[:, None] * self.second
        return _HyperDual(
            self.value * other.value,
            self.first * other.value + self.value * other.first,
            self.second * other.value + self.value * other.second,
            self.mixed * other.value + crossed + self.value * other.mixed,
        )

    def scaled(self, factor: float) -> _HyperDual:
        return _HyperDual(*(factor * part for part in self._parts()))

    def times(self, matrix: Array) -> _HyperDual:
        return _HyperDual(*(part @ matrix for part in self._parts()))

    def shifted(self, constant: Array) -> _HyperDual:
        return _HyperDual(self.value + constant, self.first, self.second, self.mixed)

    def pick(self, rows: NDArray[np.int_]) -> _HyperDual:
        columns = np.arange(len(rows))
        return _HyperDual(*(part[..., rows, columns] for part in self._parts()))

    def sum(self, axes: int) -> _HyperDual:
        """Sum over the last ``axes`` axes but none of the directions."""
        kept = self.value.ndim - axes
        return _HyperDual(*(
            part.sum(axis=tuple(range(lead + kept, part.ndim)))
            for lead, part in zip((0, 1, 1, 2), self._parts(), strict=True)
        ))  # fmt: skip

    def transposed(self) -> _HyperDual:
        return _HyperDual(*(np.swapaxes(part, -1, -2) for part in self._parts()))

    def apply(self, value: Array, slope: Array, curvature: Array) -> _HyperDual:
        """Compose with a scalar function of the given value and two derivatives."""
        bent = curvature * self.first[:, None] * self.second
        mixed = bent + slope * self.mixed
        return _HyperDual(value, slope * self.first, slope * self.second, mixed)

    def exp(self) -> _HyperDual:
        e = np.exp(self.value)
        return self.apply(e, e, e)

    def log(self) -> _HyperDual:
        return self.apply(np.log(self.value), 1 / self.value, -1 / self.value**2)

    def reciprocal(self) -> _HyperDual:
        return self.apply(1 / self.value, -1 / self.value**2, 2 / self.value**3)

    def _parts(self) -> tuple[Array, Array, Array, Array]:
        return self.value, self.first, self.second, self.mixed


def _seeded(V: Array, row: int, column: int) -> _HyperDual:
    """V with the first direction along row ``row``, the second along row ``column``."""
    C, d = V.shape
    first, second = np.zeros((d, C, d)), np.zeros((d, C, d))
    along = np.arange(d)
    first[along, row, along] = 1
    second[along, column, along] = 1
    return _HyperDual(V, first, second, np.zeros((d, d, C, d)))


def _cross_entropy(logits: _HyperDual, labels: NDArray[np.int_]) -> _HyperDual:
    # a constant per sample cancels in the softmax and keeps the exponentials finite
    exponentials = logits.shifted(-logits.value.max(axis=0)).exp()
    total = exponentials.transposed().sum(1)
    probability = exponentials.pick(labels) * total.reciprocal()
    return probability.log().sum(1).scaled(-1 / len(labels))


def _squared_error(logits: _HyperDual, targets: Array, factor: float) -> _HyperDual:
    residual = logits.shifted(-targets)
    return (residual * residual).sum(2).scaled(factor / targets.shape[1])


def _weights(weight: Any, X: Array, V: Array) -> Array:
    """Evaluate the weight at the softmax of every sample, formed from its definition."""
    logits = V @ X
    exponentials = np.exp(logits - logits.max(axis=0))
    p = exponentials / exponentials.sum(axis=0)
    components = sorted(weight.atoms(SoftmaxComponent), key=str)
    names = [sympy.Dummy() for _ in components]
    plain = weight.xreplace(dict(zip(components, names, strict=True)))
    if plain.free_symbols - set(names):
        raise DomainError(f"weight = {weight} must have no symbol but softmax components.")
    values = sympy.lambdify(names, plain, "numpy")(*(p[_class(c, len(V))] for c in components))
    return np.asarray(np.broadcast_to(np.asarray(values, dtype=float), X.shape[1]))


def _class(component: SoftmaxComponent, C: int) -> int:
    index, classes = component.index, component.classes
    if classes != C or not index.is_Integer or not 1 <= index <= C:
        raise DomainError(f"class {index} of {classes} must be a number from 1 to C = {C}.")
    return int(index) - 1


def _scalar(scale: Any) -> float:
    if not scale.is_real or scale.free_symbols:
        raise DomainError(f"scale = {scale} must be a real number once d, N, C have their sizes.")
    return float(scale)


def _require_arrays(X: Array, V: Array) -> None:
    if X.ndim != 2 or V.ndim != 2 or V.shape[1] != X.shape[0] or not X.size or len(V) < 1:
        raise DomainError(f"X {X.shape} and V {V.shape} must have shapes (d, N) and (C, d).")


def _require_block(block: HessianBlock, X: Array, V: Array) -> None:
    _require_arrays(X, V)
    if not isinstance(block.network, LinearModel):
        raise DomainError(f"network = {block.network} must be a linear model.")
    stated = (block.network.d, block.samples, block.network.C)
    for name, size, actual in zip("dNC", stated, (*X.shape, len(V)), strict=True):
        if size.is_Integer and size != actual:
            raise DomainError(f"{name} = {size} of the block must be that of the arrays, {actual}.")
    for name, index in (("row", block.row.index), ("column", block.column.index)):
        if not index.is_Integer or not 1 <= index <= len(V):
            raise DomainError(f"{name} = {index} must be a number from 1 to C = {len(V)}.")


def _labels(targets: Any, V: Array, X: Array) -> NDArray[np.int_]:
    labels = np.asarray(targets)
    fits = labels.shape == (X.shape[1],) and labels.dtype.kind in "iu"
    if not fits or labels.min() < 1 or labels.max() > len(V):
        raise DomainError(f"targets = {targets!r} must be {X.shape[1]} labels from 1 to {len(V)}.")
    return labels - 1


def _vectors(targets: Any, V: Array, X: Array) -> Array:
    vectors = np.asarray(targets, dtype=object)
    shape = (len(V), X.shape[1])
    if vectors.shape != shape or not np.isfinite(vectors := vectors.astype(float)).all():
        raise DomainError(f"targets of shape {vectors.shape} must be finite, of shape {shape}.")
    return vectors

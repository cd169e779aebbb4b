r"""Hessian blocks and gradients by hyper-dual numbers through the printed loss.

The forward pass and the loss's own expression are evaluated, sums over classes term by term; the
first directions run over the entries of the row weights, the second over those of the column
weights. Classes and units are counted from 1, as in the vocabulary.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.referee.expressions import Reader
from rmtcheck.montecarlo.referee.hyperdual import HyperDual, seeded
from rmtcheck.vocabulary.activations import ARGUMENT
from rmtcheck.vocabulary.losses import CrossEntropy, Loss
from rmtcheck.vocabulary.networks import Gradient, HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.samples import LABEL, Logit, Target

Array = NDArray[np.float64]


def hessian_block(
    block: HessianBlock, X: Array, V: Array, targets: Any = None, W: Array | None = None
) -> Array:
    r"""Return :math:`\partial^2\ell/\partial r\,\partial c^\top` by differentiating the loss.

    The loss is evaluated as it is printed; for cross-entropy, whose value does not change when a
    constant is added to the logits of a sample, their maximum is subtracted.

    Parameters
    ----------
    block : HessianBlock
        Rows and columns are numbers from 1; sizes that are numbers must be those of the arrays.
    X : ndarray, shape (d, N)
        Data.
    V : ndarray, shape (C, d) or (C, m)
        Output weights.
    targets : ndarray
        Labels from 1 to C, shape (N,), or vectors, shape (C, N), as the loss needs.
    W : ndarray, shape (m, d), optional
        Hidden weights.

    Returns
    -------
    ndarray
        Row index from the row weights, column index from the column weights.

    Raises
    ------
    DomainError
        When the block is not numeric, the arrays do not fit it, or a float overflows.

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
    >>> from rmtcheck.vocabulary.networks import LinearModel
    >>> block = HessianBlock(LinearModel(1, 2), CROSS_ENTROPY, 1, 2)
    >>> hessian_block(block, np.ones((1, 1)), np.zeros((2, 1)), [1])  # -p(1-p) at p = 1/2
    array([[-0.25]])
    """
    if not isinstance(block, HessianBlock):
        raise DomainError(f"block is {block}; accepted is a HessianBlock.")
    return _differentiated(block, block.column, X, V, targets, W).mixed


def gradient(
    question: Gradient, X: Array, V: Array, targets: Any = None, W: Array | None = None
) -> Array:
    r"""Return :math:`\partial\ell/\partial r` by differentiating the loss.

    Parameters
    ----------
    question : Gradient
        Its row a number from 1.
    X, V, targets, W
        As in `hessian_block`.

    Returns
    -------
    ndarray
        One number for every entry of the row weights.

    Raises
    ------
    DomainError
        As in `hessian_block`.

    Accuracy
    --------
    As in `hessian_block`.

    Examples
    --------
    >>> import numpy as np
    >>> from rmtcheck.vocabulary.losses import CROSS_ENTROPY
    >>> from rmtcheck.vocabulary.networks import LinearModel
    >>> question = Gradient(LinearModel(1, 2), CROSS_ENTROPY, 1)
    >>> gradient(question, np.ones((1, 1)), np.zeros((2, 1)), [1])
    array([-0.5])
    """
    if not isinstance(question, Gradient):
        raise DomainError(f"question is {question}; accepted is a Gradient.")
    return _differentiated(question, question.row, X, V, targets, W).first


def _differentiated(question: Any, column: Any, X: Any, V: Any, targets: Any, W: Any) -> HyperDual:
    X, V = _matrix("X", X), _matrix("V", V)
    W = None if W is None else _matrix("W", W)
    _require_question(question, column, X, V, W)
    network, loss = question.network, question.loss
    is_labeled = loss.is_labeled
    checked = _labels(targets, V, X) if is_labeled else _vectors(targets, V, X)
    with np.errstate(all="ignore"):
        logits = _logits(network, (question.row, column), X, V, W)
        if isinstance(loss, CrossEntropy):
            logits = logits.shifted(-logits.value.max(axis=0))
        total = _loss(loss, logits, checked)
    sizes = sympy.Integer(X.shape[1]), sympy.Integer(len(V))
    result = total.scaled(_factor(loss, *sizes))
    if not np.isfinite(result.first).all() or not np.isfinite(result.mixed).all():
        raise DomainError(f"the loss {loss} exceeds the range of floats at these arrays.")
    return result


def _logits(network: Any, rows: Any, X: Array, V: Array, W: Array | None) -> HyperDual:
    """Carry the two sets of directions through the forward pass."""
    matrices = {"v": V} if W is None else {"v": V, "w": W}
    p, q = (matrices[at.layer].shape[1] for at in rows)
    seeds = {
        layer: seeded(matrix, _place(rows[0], layer), _place(rows[1], layer), p, q)
        for layer, matrix in matrices.items()
    }
    if W is None:
        return seeds["v"].times(X)
    reader = Reader({ARGUMENT: seeds["w"].times(X)})
    return seeds["v"] @ reader.value(network.activation.expression)


def _place(at: Any, layer: str) -> int | None:
    return int(at.index) - 1 if at.layer == layer else None


def _loss(loss: Loss, logits: HyperDual, targets: Any) -> HyperDual:
    """Read the loss of one sample, for all samples of one label at a time."""
    C = len(logits.value)
    # sympy compares arguments of a maximum as soon as the classes are numbers, and cannot
    expression = loss.of_sample(sympy.Integer(C)).replace(
        lambda part: isinstance(part, sympy.Max | sympy.Min),
        lambda part: part.rewrite(sympy.Piecewise),
    )
    if not loss.is_labeled:
        known = {Target(c + 1): logits[c].constant(targets[c]) for c in range(C)}
        return _read(expression, logits, known)
    total = None
    for label in np.unique(targets):
        chosen = logits[:, targets == label]
        part = _read(expression.subs(LABEL, int(label)), chosen, {})
        total = part if total is None else total + part
    assert total is not None
    return total


def _read(expression: Any, logits: HyperDual, known: dict[Any, HyperDual]) -> HyperDual:
    entries = {Logit(c + 1): logits[c] for c in range(len(logits.value))}
    return Reader(entries | known).value(expression).summed()


def _factor(loss: Loss, N: sympy.Integer, C: sympy.Integer) -> float:
    factor = loss.prefactor(N, C)
    if not factor.is_number or not factor.is_real:
        raise DomainError(f"the factor {factor} of the loss must be a real number.")
    return float(factor)


def _matrix(name: str, values: Any) -> Array:
    array = np.asarray(values, dtype=float)
    if array.ndim != 2 or not array.size or not np.isfinite(array).all():
        raise DomainError(f"{name} of shape {array.shape} must be a matrix of finite numbers.")
    return array


def _require_question(question: Any, column: Any, X: Array, V: Array, W: Array | None) -> None:
    network = question.network
    _require_shapes(network, X, V, W)
    sizes = {"d": len(X), "m": 0 if W is None else len(W), "C": len(V), "N": X.shape[1]}
    for name, stated in {**network.sizes, "N": question.samples}.items():
        if stated.is_Integer and stated != sizes[name]:
            actual = sizes[name]
            raise DomainError(
                f"{name} = {stated} of the block must be that of the arrays, {actual}."
            )
    for name, at in (("row", question.row), ("column", column)):
        count = sizes["m"] if at.layer == "w" else sizes["C"]
        if not at.index.is_Integer or not 1 <= at.index <= count:
            raise DomainError(f"{name} = {at.index} must be a number from 1 to {count}.")


def _require_shapes(network: Any, X: Array, V: Array, W: Array | None) -> None:
    is_hidden = isinstance(network, OneHiddenLayer)
    if is_hidden != (W is not None):
        wanted = "W must be given for a hidden layer" if is_hidden else "W must be None"
        raise DomainError(f"the network is {network}: {wanted}.")
    if W is not None and (W.shape[1] != len(X) or V.shape[1] != len(W)):
        shapes = f"X {X.shape}, V {V.shape} and W {W.shape}"
        raise DomainError(f"{shapes} must have shapes (d, N), (C, m) and (m, d).")
    if W is None and V.shape[1] != len(X):
        raise DomainError(f"X {X.shape} and V {V.shape} must have shapes (d, N) and (C, d).")


def _labels(targets: Any, V: Array, X: Array) -> NDArray[np.int_]:
    labels = np.asarray(targets)
    fits = labels.shape == (X.shape[1],) and labels.dtype.kind in "iu"
    if not fits or labels.min() < 1 or labels.max() > len(V):
        raise DomainError(f"targets = {targets!r} must be {X.shape[1]} labels from 1 to {len(V)}.")
    return labels


def _vectors(targets: Any, V: Array, X: Array) -> Array:
    vectors = np.asarray(targets, dtype=object)
    shape = (len(V), X.shape[1])
    if vectors.shape != shape or not np.isfinite(vectors := vectors.astype(float)).all():
        raise DomainError(f"targets of shape {vectors.shape} must be finite, of shape {shape}.")
    return vectors

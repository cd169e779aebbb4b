"""Spectra of drawn blocks: weights, matrices, eigenvalues, resolvent traces.

Classes are counted from 0 here.
"""

from __future__ import annotations

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.softmax import (
    Array,
    require_classes,
    require_model,
    softmax_of_classes,
)


def class_weights(X: Array, V: Array, i: int, j: int) -> Array:
    r"""Return the weights :math:`\lambda_n` of block :math:`(i,j)`, sign included.

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data whose logits give the weights; an independent copy gives the decoupled block.
    V : ndarray, shape (C, d)
        Parameters.
    i, j : int
        Classes, counted from 0; equal for a diagonal block.

    Returns
    -------
    ndarray, shape (N,)
        :math:`p_{n,i}(1-p_{n,i})` or :math:`-p_{n,i}p_{n,j}`.

    Raises
    ------
    DomainError
        When the shapes do not fit or a class is out of range.

    Accuracy
    --------
    Relative error of order 1e-15.
    """
    _, _, C = require_model(X, V)
    first, second = softmax_of_classes(X, V, require_classes([i, j], C)).p
    return np.asarray(first * (1 - first) if i == j else -first * second)


def weighted_gram(X: Array, weights: Array) -> Array:
    r"""Return the matrix :math:`\frac1NX\operatorname{diag}(\lambda)X^\top`.

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data.
    weights : ndarray, shape (N,)
        The weights :math:`\lambda_n`, of either sign.

    Returns
    -------
    ndarray, shape (d, d)
        The matrix.

    Raises
    ------
    DomainError
        When the shapes do not fit.

    Accuracy
    --------
    Entries exact up to ``1e-16 * N`` relative to the sum of absolute terms.
    """
    if weights.shape != (X.shape[1],):
        raise DomainError(f"weights of shape {weights.shape} must have shape ({X.shape[1]},).")
    return np.asarray((X * weights) @ X.T / X.shape[1])


def gram_eigenvalues(X: Array, weights: Array) -> Array:
    r"""Return the eigenvalues of :math:`\frac1NX\operatorname{diag}(\lambda)X^\top`.

    For :math:`d>N` and :math:`X=QR` they are those of
    :math:`\frac1NR\operatorname{diag}(\lambda)R^\top` and :math:`d-N` zeros.

    Parameters
    ----------
    X : ndarray, shape (d, N)
        Data.
    weights : ndarray, shape (N,)
        The weights :math:`\lambda_n`, of either sign.

    Returns
    -------
    ndarray, shape (d,)
        Ascending.

    Raises
    ------
    DomainError
        When the shapes do not fit.

    Accuracy
    --------
    Backward stable: absolute error of order 1e-15 times the spectral norm.

    Examples
    --------
    >>> import numpy as np
    >>> gram_eigenvalues(np.eye(3)[:, :2], np.array([2.0, -4.0])).tolist()
    [-2.0, 0.0, 1.0]
    """
    d, N = X.shape
    if d <= N:
        return esd(weighted_gram(X, weights))
    small = esd(weighted_gram(np.asarray(np.linalg.qr(X, mode="r")), weights))
    return np.sort(np.concatenate([small, np.zeros(d - N)]))


def block_eigenvalues(X: Array, V: Array, i: int, j: int) -> Array:
    r"""Return the sorted eigenvalues of block :math:`(i,j)` of the Hessian.

    Parameters
    ----------
    X, V, i, j
        As in `class_weights`.

    Returns
    -------
    ndarray, shape (d,)
        Ascending; not negative on the diagonal, not positive off it, up to rounding.

    Raises
    ------
    DomainError
        As in `class_weights`.

    Accuracy
    --------
    Backward stable: absolute error of order 1e-15 times the spectral norm.
    """
    return esd(weighted_gram(X, class_weights(X, V, i, j)))


def esd(matrix: Array) -> Array:
    r"""Return the atoms of the empirical spectral distribution: the sorted eigenvalues.

    Parameters
    ----------
    matrix : ndarray, shape (d, d)
        A real symmetric matrix.

    Returns
    -------
    ndarray, shape (d,)
        Eigenvalues, ascending.

    Raises
    ------
    DomainError
        When the matrix is not square and symmetric.

    Accuracy
    --------
    Backward stable: absolute error of order 1e-15 times the spectral norm.

    Examples
    --------
    >>> import numpy as np
    >>> esd(np.diag([2.0, 1.0])).tolist()
    [1.0, 2.0]
    """
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
    # a product X diag(w) X^T is symmetric up to rounding only
    if not square or abs(matrix - matrix.T).max() > 1e-12 * abs(matrix).max():
        raise DomainError(f"matrix of shape {matrix.shape} must be square and symmetric.")
    return np.asarray(np.linalg.eigvalsh(matrix))


def resolvent_trace(eigenvalues: Array, z: complex) -> complex:
    r"""Return :math:`s_A(z)=\frac1d\operatorname{tr}(A-z)^{-1}` from the eigenvalues.

    Parameters
    ----------
    eigenvalues : ndarray, shape (d,)
        Real eigenvalues of :math:`A`.
    z : complex
        A point of the upper half plane.

    Returns
    -------
    complex
        The Stieltjes transform of the empirical spectral distribution; its modulus
        is at most :math:`1/\operatorname{Im}z`.

    Raises
    ------
    DomainError
        When :math:`\operatorname{Im}z\le0`.

    Accuracy
    --------
    Relative error of order 1e-15.

    Examples
    --------
    >>> import numpy as np
    >>> resolvent_trace(np.zeros(3), 1j)
    1j
    """
    if not z.imag > 0:
        raise DomainError(f"z = {z!r} must have a positive imaginary part.")
    return complex(np.mean(1 / (eigenvalues - z)))

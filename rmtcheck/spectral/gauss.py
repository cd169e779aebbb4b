"""Gauss rules of discrete measures, many at a time (Golub and Welsch 1969)."""

from __future__ import annotations

import numpy as np

from rmtcheck.spectral.arrays import Array

DEPENDENT = 1e-14


def gauss_rules(atoms: Array, weights: Array, nodes: int) -> tuple[Array, Array]:
    r"""Return the Gauss rules of measures on lines of their own, by the Lanczos process.

    Parameters
    ----------
    atoms : array of shape (m, n)
        Locations, ascending along the last axis.
    weights : array of shape (m, n)
        Non-negative masses.
    nodes : int
        Points p of each rule, at most n.

    Returns
    -------
    atoms, weights : arrays of shape (m, p)
        Rules with the same first 2p - 1 moments; a measure on fewer points than p keeps its
        points, and the rest of its rule has weight 0.

    Accuracy
    --------
    Estimated relative error 1e-14 of the weights, and of the nodes by the length of the line.

    Examples
    --------
    >>> import numpy as np
    >>> gauss_rules(np.array([[-1.0, 0.0, 1.0]]), np.array([[0.25, 0.5, 0.25]]), 2)[0].round(6)
    array([[-0.707107,  0.707107]])
    """
    centre, radius = (atoms[:, :1] + atoms[:, -1:]) / 2, (atoms[:, -1:] - atoms[:, :1]) / 2
    t = (atoms - centre) / np.where(radius == 0, 1, radius)
    mass = weights.sum(axis=1, keepdims=True)
    first = np.sqrt(weights / np.where(mass == 0, 1, mass))
    jacobi = _jacobi(t, first, nodes)
    places, vectors = np.linalg.eigh(jacobi)
    return centre + radius * places, mass * vectors[:, 0, :] ** 2


def _jacobi(t: Array, first: Array, nodes: int) -> Array:
    """Return the Jacobi matrices, by the Lanczos process with full orthogonalisation."""
    jacobi = np.zeros((len(t), nodes, nodes))
    basis = np.zeros((len(t), nodes, t.shape[1]))
    vector = first
    for k in range(nodes):
        basis[:, k] = vector
        image = t * vector
        jacobi[:, k, k] = np.einsum("mn,mn->m", image, vector)
        for _ in range(2):
            parts = np.einsum("mkn,mn->mk", basis[:, : k + 1], image)
            image = image - np.einsum("mk,mkn->mn", parts, basis[:, : k + 1])
        length = np.sqrt(np.einsum("mn,mn->m", image, image))
        length = np.where(length < DEPENDENT, 0, length)
        if k + 1 < nodes:
            jacobi[:, k, k + 1] = jacobi[:, k + 1, k] = length
        vector = image / np.where(length == 0, np.inf, length)[:, None]
    return jacobi

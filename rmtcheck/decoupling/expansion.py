r"""Least squares in powers of 1/N, with what noise and omitted terms can do to the parameters.

With :math:`u=N_{\min}/N` the coefficient :math:`f_k` of :math:`u^k` is the size of its term at the
smallest size. The first K corrections are fitted. The others are bounded by an assumption that is
stated wherever a result is: *at the smallest size, the j-th omitted term is at most*
:math:`4^{-j}M`, *with M the largest fitted term*.

*How omitted terms move a fit.* Least squares is linear: :math:`f_{K+j}u^{K+j}` in the data moves
the parameters by :math:`A^+c_jf_{K+j}`, where :math:`A` has the whitened columns of the model and
:math:`c_j` those of the term. So parameter i moves by at most :math:`\beta_iM` with
:math:`\beta_i=\sum_j4^{-j}\|(A^+c_j)_i\|`. The fitted terms move as well, so
:math:`M\le\max_k(\|\hat f_k\|+\text{noise}_k)/(1-\max_k\beta_k)`; where some
:math:`\beta_k\ge1` nothing is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

Array = NDArray[np.float64]

DECAY = 0.25
"""The j-th omitted term is assumed to be at most this to the power j of the largest fitted one."""
_TERMS = 20  # the terms beyond add less than 1e-12 of the largest fitted one


@dataclass(frozen=True)
class Fit:
    """A least-squares fit of whitened data.

    Attributes
    ----------
    data
        Of unit covariance, shape (n,).
    leading
        The columns of the parameters that are no coefficients of corrections, shape (n, p).
    term
        Function of a power that returns the whitened columns of that correction, shape (n, w).
    order
        Number K of fitted corrections, at least 1.
    floor
        What the largest fitted term is at least; where it is 0, the leading columns are a term.
    """

    data: Array
    leading: Array
    term: Callable[[int], Array]
    order: int
    floor: float = 0.0

    @cached_property
    def columns(self) -> Array:
        """The columns of all parameters; the last w belong to the last correction."""
        return np.hstack([self.leading, *map(self.term, range(1, self.order + 1))])

    @cached_property
    def inverse(self) -> Array:
        """The pseudo-inverse of the columns, which takes data to parameters."""
        return np.asarray(np.linalg.pinv(self.columns), dtype=np.float64)

    @cached_property
    def parameters(self) -> Array:
        """The estimates."""
        fitted: Array = self.inverse @ self.data
        return fitted

    @cached_property
    def covariance(self) -> Array:
        """Of the estimates."""
        covariance: Array = self.inverse @ self.inverse.T
        return covariance

    @property
    def goodness(self) -> float:
        """Probability that noise alone leaves residuals this large; 1 where none are left."""
        free = len(self.data) - len(self.parameters)
        residual = self.data - self.columns @ self.parameters
        return float(chi2.sf(residual @ residual, free)) if free else 1.0

    def noise(self, row: int, alpha: float) -> float:
        """Return half the width of the interval that noise alone asks for."""
        return float(norm.isf(alpha / 2)) * math.sqrt(self.covariance[row, row])

    def truncation(self, row: int, alpha: float) -> float:
        """Return by how much the omitted terms move a parameter, at most."""
        return self.largest_term(alpha) * self._moved(slice(row, row + 1))

    def largest_term(self, alpha: float) -> float:
        """Return an upper confidence bound for the size of the largest fitted term."""
        terms = self._terms()
        moved = max(map(self._moved, terms))
        if moved >= 1:
            return math.inf
        sizes = [self._size(rows, alpha / len(terms)) for rows in terms]
        return max(self.floor, *sizes) / (1 - moved)

    def _terms(self) -> list[slice]:
        """Return the rows of each fitted term."""
        width = self.term(1).shape[1]
        first = self.leading.shape[1] if self.floor else 0
        starts = range(first, len(self.parameters), width)
        return [slice(start, start + width) for start in starts]

    def _size(self, rows: slice, alpha: float) -> float:
        """Return an upper confidence bound for the size of a term, but for what is omitted."""
        spread = np.linalg.eigvalsh(self.covariance[rows, rows])[-1]
        noise = math.sqrt(chi2.isf(alpha, rows.stop - rows.start) * spread)
        return float(np.linalg.norm(self.parameters[rows])) + noise

    def _moved(self, rows: slice) -> float:
        """Return the move of parameters by all omitted terms, for a largest fitted term of 1."""
        return float(np.linalg.norm(self._moves[:, rows], 2, axis=(1, 2)).sum())

    @cached_property
    def _moves(self) -> Array:
        """The moves of all parameters by each omitted term, shape (terms, parameters, w)."""
        powers = range(1, _TERMS + 1)
        omitted = np.array([DECAY**j * self.term(self.order + j) for j in powers])
        moves: Array = self.inverse @ omitted
        return moves

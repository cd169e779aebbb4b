r"""Formulas of Hessian blocks as functions of arrays."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams.data import checked, require_network
from rmtcheck.spectral.grams.fields import Data
from rmtcheck.spectral.grams.formula import key_of, with_sizes
from rmtcheck.spectral.grams.layers import NumericBlockGram
from rmtcheck.spectral.grams.multiprecision import MultiprecisionGram, require_digits
from rmtcheck.spectral.grams.program import Program
from rmtcheck.vocabulary.grams import BlockGram, WeightedGram

Array = NDArray[np.float64]


@overload
def to_numeric(
    gram: WeightedGram, digits: int | None = None, *, network: Any = None
) -> NumericGram: ...
@overload
def to_numeric(
    gram: BlockGram, digits: int | None = None, *, network: Any = None
) -> NumericBlockGram: ...
def to_numeric(
    gram: WeightedGram | BlockGram, digits: int | None = None, *, network: Any = None
) -> NumericGram | NumericBlockGram:
    r"""Return a weighted Gram matrix :math:`s\sum_n\lambda_nl_nr_n^\top` as a function of arrays.

    Parameters
    ----------
    gram : WeightedGram or BlockGram
        The formula of a block, of a gradient, or of all blocks of a pair of layers. The symbols
        d, m, C, N take the sizes of the arrays; every other symbol (classes, units, parameters
        of the loss) is a number, or is passed by its name with the arrays.
    digits : int, optional
        Evaluate with this many digits, for arrays given as nested sequences of exact numbers
        (int, Fraction, sympy numbers, strings, mpf); the result is an mpmath matrix.
    network : LinearModel or OneHiddenLayer, optional
        Needed where the weight contains logits of a hidden layer and no vector names the
        activation, such as the hidden-hidden blocks of cross-entropy.

    Returns
    -------
    NumericGram or NumericBlockGram
        Called with ``(X, V, W=None, targets=None, **values)``: X (d, N), V (C, d) or, given W
        (m, d), (C, m); targets are labels from 1 to C, shape (N,), or an array (C, N).

    Raises
    ------
    DomainError
        If this is no formula or the number of digits none; on a call, for arrays that do not fit.

    Accuracy
    --------
    Floats: the rounding of a sum over N samples, relative to the sum of the absolute values of
    its terms. Digits: the same, at that many digits and 15 more, rounded at the end.

    Examples
    --------
    >>> import numpy as np
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, N, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> block = to_numeric(WeightedGram(1 / N, -p[i] * p[j]))
    >>> block(np.ones((1, 1)), np.zeros((2, 1)), i=1, j=2)
    array([[-0.25]])
    >>> print(to_numeric(WeightedGram(1 / N, p[1]), digits=30)([[1]], [[1], [0]]))
    [0.731058578630004879251159241822]
    """
    digits = None if digits is None else require_digits(digits)
    require_network(network)
    if isinstance(gram, BlockGram):
        if digits is not None:
            raise DomainError(f"digits = {digits}; for all blocks of layers accepted is None.")
        return NumericBlockGram(gram, network)
    if isinstance(gram, WeightedGram):
        return NumericGram(gram, digits, network)
    raise DomainError(f"gram is {gram}; accepted are WeightedGram and BlockGram.")


class NumericGram:
    """A weighted Gram matrix as a function of arrays; made by `to_numeric`.

    Parameters
    ----------
    gram : WeightedGram
        The formula.
    digits : int or None
        Number of digits, None for floats.
    network : LinearModel, OneHiddenLayer or None
        The network, where the formula does not name its activation.
    """

    def __init__(self, gram: WeightedGram, digits: int | None, network: Any) -> None:
        self.gram, self.digits, self.network = gram, digits, network
        self._programs: dict[Any, Program] = {}

    def __call__(self, X: Any, V: Any, W: Any = None, targets: Any = None, **values: Any) -> Any:
        r"""Return the matrix, of the dimensions of its vectors.

        .. math:: s\sum_n\lambda_nl_nr_n^\top

        Parameters
        ----------
        X, V, W, targets
            Arrays as in `to_numeric`.
        **values : number
            Values of the symbols of the formula, by name.

        Returns
        -------
        ndarray or mpmath matrix
            One column where the right vector is `ONE`; exactly symmetric for equal vectors.

        Raises
        ------
        DomainError
            For arrays that do not fit one another or the formula.
        """
        if self.digits is not None:
            return self._precise(X, V, W, targets, values).block()
        data = checked(self.gram, self.network, X, V, W, targets)
        return self._program(data, values).block(data)

    def weights(self, X: Any, V: Any, W: Any = None, targets: Any = None, **values: Any) -> Any:
        r"""Return the scalars :math:`\lambda_1,\dots,\lambda_N`, without the factor :math:`s`.

        Parameters
        ----------
        X, V, W, targets, **values
            As for a call.

        Returns
        -------
        ndarray, shape (N,), or list of mpf
            One number for each sample.
        """
        if self.digits is not None:
            return self._precise(X, V, W, targets, values).weights()
        data = checked(self.gram, self.network, X, V, W, targets)
        return self._program(data, values).weights(data)

    def _program(self, data: Data, values: dict[str, Any]) -> Program:
        key = data.sizes, key_of(values)
        if key not in self._programs:
            self._programs[key] = Program(with_sizes(self.gram, data.sizes, values), data.sizes)
        return self._programs[key]

    def _precise(
        self, X: Any, V: Any, W: Any, targets: Any, values: dict[str, Any]
    ) -> MultiprecisionGram:
        assert self.digits is not None
        return MultiprecisionGram(self.gram, self.digits, self.network, (X, V, W, targets), values)

"""A weight as a function of its fields, in floats."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.grams.numeric import to_numeric
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.local_weights import LocalWeight
from rmtcheck.vocabulary.networks import OneHiddenLayer
from rmtcheck.vocabulary.symbols import C, N, d, m

FieldFunction = Callable[[Array], Array]


def field_weights(weight: LocalWeight) -> FieldFunction:
    r"""Return :math:`\lambda(u_1,\dots,u_k)` as a function of arrays.

    Parameters
    ----------
    weight : LocalWeight
        The weight, as `local_weight` makes it.

    Returns
    -------
    callable
        Maps fields of shape (k, n) to n weights; it raises DomainError for other shapes and
        fields that are not finite, and for functions that have no numerical form.

    Accuracy
    --------
    Rounding of the expression.

    Examples
    --------
    >>> import numpy as np
    >>> from rmtcheck.vocabulary.local_weights import local_weight
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> p = SoftmaxOfGaussians(2)
    >>> field_weights(local_weight(WeightedGram(3 / N, p[1] * p[2])))(np.zeros((2, 2)))
    array([0.75, 0.75])
    """
    count = weight.fields
    gram = WeightedGram(1 / N, weight.expression)
    identity = np.eye(count)
    if not weight.is_of_units:
        logits = to_numeric(gram)
        return _numerical(weight, lambda fields: logits.weights(fields, identity))
    units = to_numeric(gram, network=OneHiddenLayer(d, m, C, weight.activation))
    readout = np.ones((1, count)) if weight.readout is None else np.array(weight.readout, float)
    return _numerical(weight, lambda fields: units.weights(fields, readout, identity))


def _numerical(weight: LocalWeight, evaluate: FieldFunction) -> FieldFunction:
    """Return the function with a sentence where code printed for the weight does not run."""

    def checked(fields: Array) -> Array:
        try:
            return np.asarray(evaluate(fields))
        except (NameError, TypeError, AttributeError, NotImplementedError, SyntaxError) as error:
            reason = str(error).split("\n")[0]
            raise DomainError(
                f"the weight {str(weight.expression)[:80]} cannot be evaluated ({reason}); "
                "functions that numpy or scipy know are accepted"
            ) from None

    return checked

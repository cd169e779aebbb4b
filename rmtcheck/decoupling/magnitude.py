"""Weights that are too small or too large beside the point z for floating point."""

from __future__ import annotations

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.response import shifted_nodes
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.vocabulary.local_weights import LocalWeight

_SMALLEST = 1e-12  # of |z|: below it, rounding of H - z hides what H does
_LARGEST = 1e12  # of Im z: above it, rounding of H hides z


def require_magnitude(weight: LocalWeight, z: complex) -> None:
    """Refuse a weight whose gap would be rounding, judged at points of the normal law.

    Raises
    ------
    DomainError
        If the weight vanishes there, is not finite, or is out of range beside z.
    """
    nodes = shifted_nodes(np.full(weight.fields, 0.5))
    largest = float(np.abs(field_function(weight).values(nodes)).max())
    if not largest:
        raise DomainError(
            f"the weight is 0 at all of {nodes.shape[1]} points; one that does not vanish is"
            " accepted"
        )
    if not _SMALLEST * abs(z) <= largest <= _LARGEST * z.imag:
        low, high = _SMALLEST * abs(z), _LARGEST * z.imag
        raise DomainError(
            f"the weight reaches {largest:.3g} at {nodes.shape[1]} points; beside z = {z:g},"
            f" numbers from {low:.3g} to {high:.3g} are accepted, others vanish in rounding"
        )

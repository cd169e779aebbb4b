"""What is drawn: a hidden layer in the limit of wide data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_integer

Array = NDArray[np.float64]
Draws = Callable[[int, np.random.Generator], Array]
"""Unbiased values, given how many and a source of randomness."""
UNTILTED = 0.1
"""Share of the draws whose rows are not tilted; it bounds what a draw can weigh."""
_SHORTFALL = 6.0
"""Chosen for a small variance at m = 2 and 3, 100 to 10,000 classes; any value is unbiased."""
_LOGITS_AT_ONCE = 1 << 17


@dataclass(frozen=True)
class Setting:
    """A hidden layer in the limit of wide data.

    Parameters
    ----------
    gamma : float
        Limit of d/N, positive.
    m, C : int
        Width, and number of classes, at least 2.
    factor : float or None
        The factor of the squared error; None stands for cross-entropy.

    Raises
    ------
    DomainError
        When a parameter is out of range.
    """

    gamma: float
    m: int
    C: int
    factor: float | None = None

    def __post_init__(self) -> None:
        require_integer("m", self.m, 1)
        require_integer("C", self.C, 2)
        if not 0 < self.gamma < math.inf:
            raise DomainError(f"gamma = {self.gamma!r} must be positive and finite.")

    def batches(self, draws: int) -> Iterator[int]:
        """Yield how many draws to make at a time, so that all their logits fit into a cache."""
        size = max(1, _LOGITS_AT_ONCE // self.C)
        for start in range(0, draws, size):
            yield min(size, draws - start)

    def strength(self, rows: int) -> float:
        r"""Return the tilt :math:`r/m` of r named rows, or less at few classes.

        A probability is at most 1, which cuts the means off where :math:`|\phi|^2/m` is of the
        order of :math:`\log C`: a tilt that reaches much farther wastes its draws.
        """
        size = math.log(self.C)
        return min(rows / self.m, size / (size + _SHORTFALL))

"""The array types of the engine."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
ComplexArray = NDArray[np.complexfloating[Any, Any]]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.signedinteger[Any]]
Numbers = ArrayLike | Sequence[Fraction]

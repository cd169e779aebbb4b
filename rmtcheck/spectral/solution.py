"""The outcome of a solver as a value: what was found, how well, and what to do if it failed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray


class SolverResult(Enum):
    """How a solver ended; the value of a member is its advice."""

    SUCCESS = "Solved to the stated residual."
    STALLED = "No further progress above the tolerance; try the level-curve solver."
    LEFT_HALF_PLANE = "A step left the upper half plane; start higher above the real axis."
    OUT_OF_STEPS = "The step limit was reached; start from a closer point or allow more steps."

    @property
    def advice(self) -> str:
        """The sentence to show to a user."""
        return self.value


@dataclass(frozen=True)
class StieltjesSolution:
    r"""Values of a Stieltjes transform with their quality.

    Attributes
    ----------
    value : complex array
        The transform :math:`s`; entries that are not `solved` carry no meaning.
    dual : complex array
        The dual variable :math:`u=-1/(\gamma s)`.
    solved : bool array
        Where the tolerance was met on the right branch.
    residual : float array
        The distance :math:`|x(u)-z|` to the point asked for.
    result : SolverResult
        Success, or the reason why some entry is not solved.
    steps : int
        Steps taken.
    """

    value: ComplexArray
    dual: ComplexArray
    solved: BoolArray
    residual: Array
    result: SolverResult
    steps: int

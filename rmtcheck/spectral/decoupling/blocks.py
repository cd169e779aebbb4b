"""Which response belongs to a weight: that of a softmax block where it is one."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.decoupling.fields import field_weights
from rmtcheck.spectral.decoupling.points import HALVES, LINE, UPPER, normal_points
from rmtcheck.spectral.decoupling.response import FieldResponse, Response, SoftmaxResponse
from rmtcheck.spectral.decoupling.squares import diagonal_squares, off_diagonal_squares
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.populations.softmax import softmax_weights
from rmtcheck.vocabulary.local_weights import LocalWeight
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import Indicator

WITH_KINKS = (sympy.Abs, sympy.Max, sympy.Min, sympy.Heaviside, sympy.sign, sympy.Piecewise)


@dataclass(frozen=True)
class SoftmaxBlock:
    r"""A weight :math:`c\,p_i(1-p_i)`, or :math:`-c\,p_ip_j` of three classes or more.

    Attributes
    ----------
    factor : float
        The number c.
    classes : int
        The number of classes.
    place : str
        ``"diagonal"`` or ``"off-diagonal"``.
    scale : float
        The standard deviation of a logit over the temperature.
    """

    factor: float
    classes: int
    place: str
    scale: float

    def response(self, gamma: object) -> Response:
        """Return the response of the weight over c."""
        population = softmax_weights(self.classes, self.place, scale=self.scale)
        squares = diagonal_squares if self.place == "diagonal" else off_diagonal_squares
        law = GeneralizedMarchenkoPastur(population, gamma)
        return SoftmaxResponse(law, squares(self.classes, self.scale))


def softmax_block(weight: LocalWeight) -> SoftmaxBlock | None:
    r"""Return the weight as a softmax block of a linear classifier, or None.

    Examples
    --------
    >>> from rmtcheck.vocabulary.grams import WeightedGram
    >>> from rmtcheck.vocabulary.local_weights import local_weight
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import N
    >>> p = SoftmaxOfGaussians(5)
    >>> softmax_block(local_weight(WeightedGram(3 / N, p[1] * p[4])))
    SoftmaxBlock(factor=-3.0, classes=5, place='off-diagonal', scale=1.0)
    """
    parts = sorted(weight.expression.atoms(SoftmaxComponent), key=str)
    if weight.is_of_units or not 1 <= len(parts) <= 2:
        return None
    slots = sympy.symbols(f"p:{len(parts)}")
    plain = weight.expression.xreplace(dict(zip(parts, slots, strict=True)))
    shape = slots[0] * (1 - slots[0]) if len(parts) == 1 else -slots[0] * slots[1]
    factor, classes = sympy.cancel(plain / shape), int(parts[0].classes)
    if not factor.is_number or len({p.scale for p in parts}) > 1 or classes < 2:
        return None
    place = "diagonal" if len(parts) == 1 or classes == 2 else "off-diagonal"
    opposite = len(parts) == 2 and classes == 2
    size = -float(factor) if opposite else float(factor)
    return SoftmaxBlock(size, classes, place, float(parts[0].scale))


def field_responses(weight: LocalWeight, gamma: object) -> tuple[FieldResponse, FieldResponse]:
    """Return the response from points for the fields, and from fewer, to judge it by.

    Raises
    ------
    DomainError
        If there are too many fields, or the weight is 0.
    """
    evaluate = field_weights(weight)
    fine, coarse = normal_points(axes(weight))
    if not evaluate(coarse.places).any():
        raise DomainError(f"the weight {weight.expression} is 0; another is needed")
    return FieldResponse(evaluate, fine, gamma), FieldResponse(evaluate, coarse, gamma)


def axes(weight: LocalWeight) -> list[str]:
    """Return how the weight varies along each field: gates that are factors close halves."""
    factors = sympy.Mul.make_args(weight.expression)
    gates = {int(f.args[0]) for f in factors if isinstance(f, Indicator)}
    smooth = not weight.is_of_units and not weight.expression.has(*WITH_KINKS)
    other = LINE if smooth else HALVES
    return [UPPER if k + 1 in gates else other for k in range(weight.fields)]

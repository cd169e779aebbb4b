"""What the limit theorems say about a question, or the sentence why an engine refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from rmtcheck.decoupling.question import Question
from rmtcheck.decoupling.verdicts import vanishes
from rmtcheck.errors import RmtcheckError
from rmtcheck.spectral.decoupling.bias import decoupling_bias
from rmtcheck.spectral.decoupling.blocks import field_responses, softmax_block
from rmtcheck.spectral.decoupling.outliers import decoupling_outliers

_T = TypeVar("_T")

_ACCEPTED = 1e-3  # error of the leading term: a hundredth of what the mutants are off by


@dataclass(frozen=True)
class PredictedOutlier:
    """An eigenvalue of H outside the bulk, with the squared projection on the rows of V."""

    location: float
    multiplicity: int
    overlap: float
    direction: str
    side: str


@dataclass(frozen=True)
class Prediction:
    """The leading term and the outliers; None where an engine refuses, with its sentence.

    Attributes
    ----------
    bias
        The limit of the weighted gap.
    scale
        What it is measured by: a number of its order unless terms cancel.
    outliers
        In ascending order.
    refused
        Why there is no answer, by what was asked.
    """

    bias: complex | None
    scale: float
    outliers: tuple[PredictedOutlier, ...] | None
    refused: dict[str, str]

    @property
    def is_zero(self) -> bool:
        """Whether there is a leading term to predict, and it is 0 up to rounding."""
        return self.bias is not None and vanishes(self.bias, self.scale)


def predict(question: Question) -> Prediction:
    """Return what the limit theorems say about a question."""
    refused: dict[str, str] = {}

    def answer(name: str, ask: Callable[[], _T]) -> _T | None:
        try:
            return ask()
        except RmtcheckError as problem:
            refused[name] = str(problem)
            return None

    weight, gamma = question.weight, question.gamma
    bias = answer("leading term", lambda: _bias(question))
    found = answer("outliers", lambda: decoupling_outliers(weight, gamma))
    outliers = None if found is None else tuple(map(_outlier, found))
    scale = 0.0 if bias is None else _scale(question)
    return Prediction(bias, scale, outliers, refused)


def _bias(question: Question) -> complex:
    z, accepted = question.z, _ACCEPTED
    return complex(decoupling_bias(question.weight, question.gamma, z, tolerance=accepted))


def _scale(question: Question) -> float:
    """Return the size of the summands of the bias: they cancel where there is no leading term."""
    block, gamma, z = softmax_block(question.weight), question.gamma, question.z
    if block is None:
        return float(field_responses(question.weight, gamma)[0].scale(np.array([z]))[0])
    place = z / block.factor
    above = np.array([complex(place.real, abs(place.imag))])
    return float(block.response(gamma).scale(above)[0] / abs(block.factor))


def limit_density(question: Question, places: Sequence[float]) -> list[float] | None:
    """Return the density of the limit law at real places, None where an engine refuses."""
    x = np.array(places, dtype=float)
    try:
        block = softmax_block(question.weight)
        if block is None:
            law, factor = field_responses(question.weight, question.gamma)[0].law, 1.0
        else:
            law, factor = block.response(question.gamma).law, block.factor
        values: list[float] = (np.asarray(law.pdf(x / factor)) / abs(factor)).tolist()
    except RmtcheckError:
        return None
    return values


def _outlier(found: Any) -> PredictedOutlier:
    return PredictedOutlier(
        location=float(found.location),
        multiplicity=int(found.multiplicity),
        overlap=float(found.overlap),
        direction=_direction(found.direction),
        side=str(found.side),
    )


def _direction(direction: Any) -> str:
    """Return a direction in words, or its components to three decimals."""
    if isinstance(direction, str):
        return direction
    rows = np.round(np.atleast_2d(direction), 3).tolist()
    return "; ".join(", ".join(f"{v:g}" for v in row) for row in rows)

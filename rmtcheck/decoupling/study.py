"""The study of one weight: what is predicted, what is drawn, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rmtcheck.decoupling.drawn import Drawer, ExtremesAt, Reporter, Silent
from rmtcheck.decoupling.ledger import as_json
from rmtcheck.decoupling.pathwise import PathRecord
from rmtcheck.decoupling.predicted import Prediction, predict
from rmtcheck.decoupling.question import (
    DRAWS,
    LEVEL,
    SIZES,
    Question,
    aspect_ratio,
    point,
    require_texts,
    sizes_from,
)
from rmtcheck.decoupling.rate import Exponent, Gap, LeadingTerm, exponent, leading_term
from rmtcheck.decoupling.steps import known_bounds
from rmtcheck.decoupling.verdicts import (
    Finding,
    Verdict,
    judge_bound,
    judge_exponent,
    judge_leading_term,
)
from rmtcheck.montecarlo.decoupling.stein import Step
from rmtcheck.montecarlo.store import Store
from rmtcheck.montecarlo.workers import Workers
from rmtcheck.vocabulary.activations import RELU, Activation
from rmtcheck.vocabulary.local_weights import local_weight


@dataclass(frozen=True)
class LindebergStudy:
    """Everything that a study found; its fields are the sections of the JSON ledger.

    Attributes
    ----------
    question
        What was asked.
    prediction
        The leading term and the outliers, by the limit theorems.
    path
        One coupled draw along its path.
    steps
        The steps of the printed argument; none for a weight without proven bounds.
    gaps
        The weighted gap at every size.
    leading_term, exponent
        What was fitted to them.
    extremes
        Extreme eigenvalues at the two largest sizes.
    """

    question: Question
    prediction: Prediction
    path: PathRecord
    steps: tuple[Step, ...]
    gaps: tuple[Gap, ...]
    leading_term: LeadingTerm
    exponent: Exponent
    extremes: tuple[ExtremesAt, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The verdicts, recomputed from the estimates."""
        return tuple(self._findings())

    @property
    def is_settled(self) -> bool:
        """Whether nothing is refused, every finding agrees, and every step holds."""
        agree = all(finding.verdict == Verdict.AGREES for finding in self.findings)
        hold = all(step.holds for step in self.steps)
        return agree and hold and not self.prediction.refused

    def to_json(self) -> str:
        """Return the ledger, the same bytes for the same question on one machine."""
        return as_json(self)

    def _findings(self) -> Iterator[Finding]:
        yield from self.path.findings
        predicted = self.prediction
        if predicted.bias is not None:
            yield judge_leading_term(self.leading_term, predicted.bias, predicted.scale)
        if not predicted.is_zero:
            yield judge_exponent(self.exponent)
            yield judge_bound(self.exponent)


def lindeberg(
    gram: Any,
    gamma: Any,
    z: Any,
    *,
    sizes: Iterable[int] | str = SIZES,
    readout: Any = None,
    activation: Activation = RELU,
    seed: int = 0,
    jobs: int = 1,
    scheduler: str | None = None,
    store: str | Path | None = None,
    reporter: Reporter | None = None,
    draws: int = DRAWS,
    level: float = LEVEL,
    title: str = "",
) -> LindebergStudy:
    r"""Study how fast weights that see the data become as good as weights of independent data.

    For :math:`H=\frac1N\sum_n\lambda(Vx_n)x_nx_n^\top` and its copy :math:`\tilde H`, whose weights
    are those of an independent sample, the gap
    :math:`\delta_N=\mathbb Es_{\tilde H}(z)-\mathbb Es_H(z)` is drawn at growing sizes; its
    exponent and its leading term are measured and judged against :math:`\delta_N=-b/N+O(N^{-2})`.

    Parameters
    ----------
    gram : WeightedGram or LocalWeight
        The matrix H, without symbols.
    gamma : exact number or text
        The ratio d/N, such as ``"1/2"``; every size times it is an integer.
    z : complex or text
        A point of the upper half plane, such as ``"0.1+0.1i"``.
    sizes : sequence of int or text
        The numbers N of samples, three or more of them from 64 on.
    readout : matrix of numbers, shape (C, k), optional
        The output weights of a hidden layer.
    activation : Activation, default RELU
        Gives the logits of a hidden layer.
    seed : int, default 0
        Root of all random streams.
    jobs : int, default 1
        Number of worker processes; results do not depend on it.
    scheduler : str, optional
        Address of a dask scheduler, or ``"local"``.
    store : path, optional
        Where finished blocks are kept, from which an interrupted study resumes.
    reporter : Reporter, optional
        Who is told of progress.
    draws : int, default 16384
        Number of draws at N = 64; others get (64/N)**2 times as many, and at least 128.
    level : float, default 0.99
        Confidence level of every interval.
    title : str, optional
        Name of the weight in reports.

    Returns
    -------
    LindebergStudy

    Raises
    ------
    DomainError
        If an argument is out of range.
    StoreError
        If the store cannot be used.
    RmtcheckError
        If workers cannot be reached.

    Notes
    -----
    Accuracy: intervals at the stated level each, under the assumption of
    `rmtcheck.decoupling.expansion` on omitted terms. A script needs the guard
    ``if __name__ == "__main__":``, for workers are processes.

    References
    ----------
    Lindeberg, *Eine neue Herleitung des Exponentialgesetzes in der Wahrscheinlichkeitsrechnung*,
    1922, for the exchange of one variable for another along a path.
    """
    require_texts(title, store)
    weight = local_weight(gram, readout, activation)
    question = Question(
        title=title or str(weight.expression),
        weight=weight,
        gamma=aspect_ratio(gamma),
        z=point(z),
        sizes=sizes_from(sizes),
        seed=seed,
        draws=draws,
        level=level,
    )
    told = reporter or Silent()
    with Workers(jobs, scheduler) as workers, _opened(store) as blocks:
        return _studied(Drawer(question, workers, blocks, told))


def _opened(store: str | Path | None) -> Any:
    return nullcontext() if store is None else Store(store)


def _studied(drawer: Drawer) -> LindebergStudy:
    question, told = drawer.question, drawer.reporter
    parts = len(question.sizes) + 4
    told.start("limit theorems", 0, parts)
    prediction = predict(question)
    told.start("one path", 1, parts)
    path = drawer.path()
    told.start("steps of the argument", 2, parts)
    steps = drawer.steps(known_bounds(question.weight))
    gaps = []
    for number, N in enumerate(question.sizes, start=3):
        told.start(f"gap at N = {N}", number, parts)
        gaps.append(drawer.gap(N))
    told.start("extreme eigenvalues", parts - 1, parts)
    return LindebergStudy(
        question=question,
        prediction=prediction,
        path=path,
        steps=steps,
        gaps=tuple(gaps),
        leading_term=leading_term(gaps, question.level),
        exponent=exponent(gaps, question.level),
        extremes=drawer.extremes(),
    )

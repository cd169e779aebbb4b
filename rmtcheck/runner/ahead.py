"""The witnesses without chance, at work ahead of the run in processes of their own.

Derivations, enclosures and floats of a claim depend on the claim alone, so they are computed while
the draws for earlier claims go on. Processes compute on one thread each: rows are the same for
every number of jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

from rmtcheck.channels._protocol import Channel
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.claim import Claim
from rmtcheck.errors import RmtcheckError
from rmtcheck.montecarlo.workers import Workers
from rmtcheck.runner.examine import Rows, witnessed

ATTEMPTS = 3


def examine_without_chance(made: Claim, digits: int) -> Rows:
    """Return what the symbolic, certified and numeric channels say about each part."""
    channels: list[Channel] = [SymbolicChannel(), CertifiedChannel(digits), NumericChannel()]
    return witnessed(made, channels, lambda text: None)


class Ahead:
    """Examinations under way, a context manager.

    Parameters
    ----------
    claims : sequence of Claim
        What will be asked for, in this order.
    digits : int
        Digits of the enclosures.
    jobs : int
        Number of processes.
    """

    def __init__(self, claims: Sequence[Claim], digits: int, jobs: int) -> None:
        self._claims = {made.id: made for made in claims}
        self._digits = digits
        self._workers = Workers(jobs)
        self._futures: dict[str, Future[Rows]] = {}

    def __enter__(self) -> Ahead:
        self._start(list(self._claims))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.stop()

    def rows(self, claim: str) -> Rows:
        """Return the rows of a claim, started anew where its process died.

        Raises
        ------
        RmtcheckError
            If processes die over and over.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._futures.pop(claim).result()
            except BrokenProcessPool:
                self._workers.stop()
                self._start([claim, *(name for name in self._futures if self._is_lost(name))])
        raise RmtcheckError(
            f"the process that examined {claim} died {ATTEMPTS} times: too little memory, or a"
            ' script without the guard if __name__ == "__main__"'
        )

    def _is_lost(self, claim: str) -> bool:
        future = self._futures[claim]
        return future.cancelled() or not future.done() or future.exception() is not None

    def _start(self, claims: Sequence[str]) -> None:
        for name in claims:
            made = self._claims[name]
            self._futures[name] = self._workers.submit(examine_without_chance, made, self._digits)

"""Verify claims: collect, lint, examine, record."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import rmtcheck
from rmtcheck.channels.montecarlo import MonteCarloChannel
from rmtcheck.claims.claim import Claim
from rmtcheck.claims.ledger import Ledger
from rmtcheck.errors import DomainError
from rmtcheck.runner.ahead import Ahead
from rmtcheck.runner.collect import catalogue, collect, proofs_folder, refuse_duplicates, select
from rmtcheck.runner.examine import joined, witnessed
from rmtcheck.runner.lint import lint
from rmtcheck.runner.plan import Profile, profile_named

TOTAL_ERROR_BUDGET = 1e-6
DEFAULT_STORE = Path(".rmtcheck") / "blocks.sqlite"


class Reporter(Protocol):
    """Who is told how a run goes on."""

    def start(self, claim: str, number: int, total: int) -> None:
        """Hear that a claim is being examined."""
        ...

    def advance(self, text: str) -> None:
        """Hear what is being done for it."""
        ...


class Silent:
    """A reporter that says nothing."""

    def start(self, claim: str, number: int, total: int) -> None:
        """Say nothing."""

    def advance(self, text: str) -> None:
        """Say nothing."""


def verify(
    *targets: str | Path,
    profile: str = "quick",
    seed: int = 0,
    jobs: int = 2,
    store: str | Path = DEFAULT_STORE,
    scheduler: str | None = None,
    reporter: Reporter | None = None,
) -> Ledger:
    """Verify claims and return the ledger of all evidence.

    Parameters
    ----------
    *targets : str or path
        Proofs files or folders, or patterns of identifiers of the bundled claims such as
        ``"thm1.*"``; without any, every bundled claim.
    profile : {"quick", "full"}
        How much work to do.
    seed : int
        Root of all random streams, at least 0.
    jobs : int
        Number of processes that draw, and of processes that derive, enclose and evaluate, at
        least 1; results do not depend on it.
    store : path
        Database of finished Monte Carlo blocks, from which an interrupted run resumes.
    scheduler : str, optional
        Address of a dask.distributed scheduler whose workers draw instead of processes of this
        machine, or ``"local"`` for one that is started here with ``jobs`` workers.
    reporter : Reporter, optional
        Who is told of progress.

    Returns
    -------
    Ledger

    Raises
    ------
    DomainError
        If an option is out of range.
    ClaimError
        If a proofs file is malformed.
    StoreError
        If the store cannot be used.
    RmtcheckError
        If the scheduler does not answer or has no workers, or dask.distributed is missing.

    Notes
    -----
    Accuracy: false rejections and false acceptances by Monte Carlo together have
    probability at most the error budget in the header, for the whole run.
    """
    claims = gather(targets)
    options = profile_named(profile)
    _check_counts(seed, jobs)
    ledger = Ledger(header=_header(options, seed))
    told = reporter or Silent()
    with (
        _montecarlo(claims, options, seed, jobs, Path(store), scheduler) as montecarlo,
        Ahead(claims, options.digits, jobs) as ahead,
    ):
        for number, made in enumerate(claims):
            told.start(made.id, number, len(claims))
            ledger.declare(made)
            drawn = witnessed(made, [montecarlo], told.advance)
            told.advance("deriving, enclosing, evaluating")
            ledger.record(joined(made, ahead.rows(made.id), drawn))
    return ledger


def gather(targets: Sequence[str | Path]) -> list[Claim]:
    """Return the claims that the targets name, checked by the lints."""
    paths = [Path(t) for t in targets if _is_path(t)]
    patterns = [str(t) for t in targets if not _is_path(t)]
    bundled = collect(proofs_folder())
    lint(bundled, catalogue())
    own = [c for path in paths for c in collect(path)]
    lint(own, {*catalogue(), *(c.id for c in bundled)})
    chosen = select(bundled, patterns) if patterns or paths else bundled
    refuse_duplicates([*chosen, *own])
    return [*chosen, *own]


def _is_path(target: str | Path) -> bool:
    text = str(target)
    return isinstance(target, Path) or text.endswith(".py") or "/" in text or Path(text).is_dir()


def _check_counts(seed: int, jobs: int) -> None:
    if seed < 0:
        raise DomainError(f"seed={seed} is negative; a seed is an integer of at least 0")
    if jobs < 1:
        raise DomainError(f"jobs={jobs} is too small; give the number of processes, at least 1")


def _montecarlo(
    claims: Sequence[Claim],
    options: Profile,
    seed: int,
    jobs: int,
    store: Path,
    scheduler: str | None,
) -> MonteCarloChannel:
    channel = MonteCarloChannel(
        seed=seed,
        jobs=jobs,
        store=store,
        effort=options.effort,
        total=TOTAL_ERROR_BUDGET,
        scheduler=scheduler,
    )
    channel.share_budget(claims)
    return channel


def _header(options: Profile, seed: int) -> dict[str, object]:
    packages = ("sympy", "python-flint", "numpy", "scipy", "mpmath")
    return {
        "rmtcheck": rmtcheck.__version__,
        "profile": options.name,
        "digits": options.digits,
        "seed": seed,
        "error_budget": TOTAL_ERROR_BUDGET,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": {name: version(name) for name in packages},
    }

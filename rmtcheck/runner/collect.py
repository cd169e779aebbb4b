"""Find proofs files, import them, gather the claims they declare."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path

from rmtcheck.claims.claim import Claim, collecting
from rmtcheck.errors import ClaimError, RmtcheckError


def proofs_folder() -> Path:
    """Return the folder of the proofs that come with rmtcheck: installed, or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_proofs"
    return installed if installed.is_dir() else package.parent / "proofs"


def catalogue() -> dict[str, str]:
    """Return every row that is to be verified, identifier to statement, stated or not."""
    text = (proofs_folder() / "catalogue.json").read_text(encoding="utf-8")
    rows: dict[str, str] = json.loads(text)
    return rows


def collect(folder_or_file: Path) -> list[Claim]:
    """Import one proofs file, or every one below a folder, and return their claims.

    Raises
    ------
    ClaimError
        If there is no such file, a file cannot be imported, or two claims share an identifier.
    """
    claims: list[Claim] = []
    for file in _files(folder_or_file):
        claims += _claims_of(file)
    refuse_duplicates(claims)
    return claims


def select(claims: Sequence[Claim], patterns: Iterable[str]) -> list[Claim]:
    """Return the claims whose identifier matches one of the patterns, in their order.

    Raises
    ------
    RmtcheckError
        If a pattern matches nothing.
    """
    wanted: set[str] = set()
    for pattern in patterns:
        found = {c.id for c in claims if fnmatch(c.id, pattern)}
        if not found:
            raise RmtcheckError(unknown_claim(pattern, claims))
        wanted |= found
    return [c for c in claims if c.id in wanted]


def unknown_claim(name: str, claims: Sequence[Claim]) -> str:
    """Return the sentence that answers an identifier nobody has stated."""
    if name in catalogue():
        return f"the claim {name} is not yet stated; 'rmtcheck list' shows which are"
    known = ", ".join(c.id for c in claims)
    return f"no claim matches {name!r}; the stated claims are {known}"


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise ClaimError(f"{place} is neither a proofs file nor a folder of proofs files")
    files = sorted(f for f in place.rglob("*.py") if not f.name.startswith(("_", ".")))
    if not files:
        raise ClaimError(f"the folder {place} holds no proofs file (*.py)")
    return files


def _claims_of(file: Path) -> list[Claim]:
    spec = importlib.util.spec_from_file_location(f"rmtcheck_proofs_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ClaimError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    with collecting() as claims:
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as problem:  # a user's file may fail in any way
            raise ClaimError(f"{file}{_line(problem, file)}: {problem}") from problem
    if not claims:
        raise ClaimError(f"{file} declares no claim; a proofs file calls rmtcheck.claim(...)")
    if not (module.__doc__ or "").strip():
        raise ClaimError(f"{file} has no docstring; say first what the theorem is and where it is")
    return claims


def _line(problem: BaseException, file: Path) -> str:
    if isinstance(problem, SyntaxError):
        return f", line {problem.lineno}" if problem.lineno else ""
    trace, line = problem.__traceback__, None
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).resolve() == file.resolve():
            line = trace.tb_lineno
        trace = trace.tb_next
    return "" if line is None else f", line {line}"


def refuse_duplicates(claims: Sequence[Claim]) -> None:
    """Refuse two claims under one identifier; their evidence would be mixed up."""
    seen: set[str] = set()
    for made in claims:
        if made.id in seen:
            raise ClaimError(f"the identifier {made.id} is declared twice; identifiers are unique")
        seen.add(made.id)

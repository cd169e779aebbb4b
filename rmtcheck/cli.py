"""The command ``rmtcheck``: list, show, explain, constants, replay, verify, lindeberg."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rmtcheck import cli_lindeberg

if TYPE_CHECKING:
    from rmtcheck.claims.claim import Claim
    from rmtcheck.claims.ledger import Ledger

SETTLED, UNSETTLED, MISUSE, INTERRUPTED = 0, 1, 2, 130
LEDGER_FILE, REPORT_FILE = "rmtcheck-ledger.json", "rmtcheck-report.html"
STORE_FILE = ".rmtcheck/blocks.sqlite"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 settled, 1 unsettled, 2 misuse."""
    options = _parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    from rmtcheck.errors import RmtcheckError

    try:
        code = int(options.run(options))
        sys.stdout.flush()  # a reader that went away shows here, not after the return
        return code
    except RmtcheckError as problem:
        print(f"rmtcheck: {problem}", file=sys.stderr)  # noqa: T201
        return MISUSE
    except KeyboardInterrupt:
        text = "interrupted; finished blocks are in the store, the same command resumes from them"
        print(f"\nrmtcheck: {text}", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SETTLED


def _joined(arguments: Sequence[str]) -> list[str]:
    """Join an option with its value where that begins with a minus sign."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in cli_lindeberg.SIGNED and argument.startswith("-"):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rmtcheck", description="Verify theorems of random matrix theory, with evidence."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="every row of the catalogue, stated or not")
    _add_ledger(listing)
    listing.set_defaults(run=_list)
    show = commands.add_parser("show", help="one claim as printed and as derived")
    show.add_argument("id", metavar="ID")
    show.set_defaults(run=_show)
    explain = commands.add_parser("explain", help="the derivation of one claim, step by step")
    explain.add_argument("id", metavar="ID")
    explain.add_argument("--latex", action="store_true", help="print a LaTeX document")
    explain.set_defaults(run=_explain)
    _add_constants(commands.add_parser("constants", help="every constant, in certified digits"))
    again = commands.add_parser("replay", help="check a certificate again, by other code")
    again.add_argument("file", nargs="?", metavar="FILE", help="default: the stored one")
    again.set_defaults(run=_replay)
    _add_verify(commands.add_parser("verify", help="verify claims and write the report"))
    path = commands.add_parser("lindeberg", help="the decoupling argument, drawn and measured")
    cli_lindeberg.add_options(path, STORE_FILE)
    path.set_defaults(run=_lindeberg)
    return parser


def _add_constants(constants: argparse.ArgumentParser) -> None:
    constants.add_argument("--digits", default="30", metavar="N", help="10 to 100 (default 30)")
    constants.add_argument("--markdown", action="store_true", help="print a page, with formulas")
    _add_ledger(constants)
    constants.set_defaults(run=_constants)


def _add_ledger(command: argparse.ArgumentParser) -> None:
    text = f"ledger to read verdicts from (default {LEDGER_FILE}, where there is one)"
    command.add_argument("--ledger", default=None, help=text)


def _add_verify(verify: argparse.ArgumentParser) -> None:
    verify.add_argument(
        "targets",
        nargs="*",
        metavar="PATH or ID",
        help="a proofs file or folder, or a pattern of identifiers such as 'thm1.*'",
    )
    verify.add_argument("--profile", default="quick", help="quick (default) or full")
    verify.add_argument("--seed", type=int, default=0, help="root of all random streams")
    verify.add_argument("--jobs", type=int, default=None, help="worker processes")
    elsewhere = "draw by a dask scheduler: its address, or 'local' to start one"
    verify.add_argument("--scheduler", default=None, metavar="ADDRESS", help=elsewhere)
    verify.add_argument("--json", default=LEDGER_FILE, metavar="F", help="where the ledger goes")
    verify.add_argument("--html", default=REPORT_FILE, metavar="F", help="where the report goes")
    verify.add_argument("--store", default=STORE_FILE, metavar="F", help="finished blocks")
    verify.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    from rmtcheck.report import terminal
    from rmtcheck.runner.run import verify

    outputs = [Path(options.json), Path(options.html)]
    _refuse_one_file_for_both(*outputs)
    for output in outputs:
        _refuse_unwritable(output)
    with terminal.Progress() as progress:
        ledger = verify(
            *options.targets,
            profile=options.profile,
            seed=options.seed,
            jobs=(os.cpu_count() or 1) if options.jobs is None else options.jobs,
            store=options.store,
            scheduler=options.scheduler,
            reporter=progress,
        )
    terminal.print_ledger(ledger)
    _write(ledger, *outputs)
    return SETTLED if ledger.is_settled else UNSETTLED


def _write(ledger: Ledger, json_file: Path, html_file: Path) -> None:
    from datetime import date

    from rmtcheck.report import html

    _save(json_file, ledger.to_json())
    _save(html_file, html.render(ledger, date=date.today().isoformat()))
    _say(f"ledger: {json_file}\nreport: {html_file}")


def _lindeberg(options: argparse.Namespace) -> int:
    from datetime import date

    from rmtcheck.report import lindeberg_html, lindeberg_terminal, terminal

    outputs = [Path(options.json), Path(options.html)]
    _refuse_one_file_for_both(*outputs)
    for output in outputs:
        _refuse_unwritable(output)
    jobs = (os.cpu_count() or 1) if options.jobs is None else options.jobs
    with terminal.Progress() as progress:
        study = cli_lindeberg.study(options, jobs, progress)
    lindeberg_terminal.print_study(study)
    _save(outputs[0], study.to_json())
    _save(outputs[1], lindeberg_html.render(study, date=date.today().isoformat()))
    _say(f"numbers: {outputs[0]}\nreport: {outputs[1]}")
    return SETTLED if study.is_settled else UNSETTLED


def _list(options: argparse.Namespace) -> int:
    from rmtcheck.runner.collect import catalogue, collect, proofs_folder

    claims = {c.id: c for c in collect(proofs_folder())}
    known = _known_verdicts(options.ledger, list(claims.values()))
    for name, printed in catalogue().items():
        state = known.get(name, "stated") if name in claims else "not yet stated"
        _say(f"{name:24} {state:28} {printed[:90]}")
    missing = len(catalogue().keys() - claims.keys())
    _say(f"\n{len(claims)} claims stated, {missing} rows of the catalogue not yet stated")
    return SETTLED


def _known_verdicts(named: str | None, claims: list[Claim]) -> dict[str, str]:
    if named is None and not Path(LEDGER_FILE).exists():
        return {}
    ledger = _read(Path(named or LEDGER_FILE))
    stale = ledger.stale(claims)
    return {
        name: f"{verdict.status} ({verdict.grade})" + (", stale" if name in stale else "")
        for name, verdict in ledger.verdicts().items()
    }


def _read(file: Path) -> Ledger:
    from rmtcheck.claims.ledger import Ledger
    from rmtcheck.errors import RmtcheckError

    try:
        return Ledger.from_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise RmtcheckError(f"the ledger {file} cannot be read: {problem}") from problem
    except RmtcheckError as problem:
        raise RmtcheckError(f"{file}: {problem}") from problem


def _show(options: argparse.Namespace) -> int:
    made = _find(options.id)
    _say(f"{made.id}: {made.title}\nprinted in: {made.source}")
    _say("given: " + ("; ".join(map(str, made.given)) or "nothing"))
    for number, part in enumerate(made.parts, start=1):
        _say(f"({number}) printed: {part.printed}")
        if part.derived is not None:
            _say(f"({number}) derived: {part.derived}")
    _say("rests on: " + (", ".join(made.uses) or "nothing"))
    if made.notes:
        _say(made.notes)
    return SETTLED


def _explain(options: argparse.Namespace) -> int:
    from rmtcheck.report import explanation

    made = _find(options.id)
    _say(explanation.latex(made) if options.latex else explanation.plain(made))
    return SETTLED


def _constants(options: argparse.Namespace) -> int:
    from rmtcheck.report import constants_text
    from rmtcheck.runner.collect import collect, proofs_folder

    known = _known_verdicts(options.ledger, collect(proofs_folder()))
    write = constants_text.markdown if options.markdown else constants_text.plain
    _say(write(options.digits, known))
    return SETTLED


def _replay(options: argparse.Namespace) -> int:
    from rmtcheck.certificates import STORED
    from rmtcheck.replay.__main__ import main as check

    return check([str(STORED) if options.file is None else options.file])


def _find(name: str) -> Claim:
    from rmtcheck.errors import RmtcheckError
    from rmtcheck.runner.collect import collect, proofs_folder, unknown_claim

    claims = collect(proofs_folder())
    for made in claims:
        if made.id == name:
            return made
    raise RmtcheckError(unknown_claim(name, claims))


def _refuse_one_file_for_both(json_file: Path, html_file: Path) -> None:
    from rmtcheck.errors import RmtcheckError

    if json_file.resolve() == html_file.resolve():
        raise RmtcheckError(f"--json and --html both name {json_file}; give each a file of its own")


def _refuse_unwritable(file: Path) -> None:
    """Refuse before anything is computed rather than after."""
    from rmtcheck.errors import RmtcheckError

    try:
        existed = file.exists()
        with file.open("a", encoding="utf-8"):
            pass
        if not existed:
            file.unlink()
    except OSError as problem:
        raise RmtcheckError(
            f"{file} cannot be written ({problem.strerror}); name a file in a folder you may write"
        ) from problem


def _save(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    from rmtcheck.errors import RmtcheckError

    partial = file.with_name(file.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    except OSError as problem:
        raise RmtcheckError(f"{file} cannot be written ({problem.strerror})") from problem


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stdout)

"""The options of ``rmtcheck lindeberg``, and the study that they ask for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rmtcheck.decoupling.drawn import Reporter
    from rmtcheck.decoupling.study import LindebergStudy
    from rmtcheck.vocabulary.local_weights import LocalWeight

LEDGER_FILE, REPORT_FILE = "rmtcheck-lindeberg.json", "rmtcheck-lindeberg.html"
CLASSES, WIDTH = 3, 2
SIGNED = ("--z", "--weight")
"""Options whose value may begin with a minus sign."""


def add_options(command: argparse.ArgumentParser, store: str) -> None:
    """Add what a study can be asked."""
    weight = command.add_mutually_exclusive_group()
    blocks = "linear.diagonal (default), linear.off_diagonal, hidden.mse.diagonal, hidden.ce. ..."
    weight.add_argument("--block", default="linear.diagonal", metavar="NAME", help=blocks)
    own = "your own weight in fields u1, u2, ..., such as 'tanh(u1)^2'"
    weight.add_argument("--weight", default=None, metavar="FORMULA", help=own)
    command.add_argument("--classes", type=int, default=None, metavar="C", help="default 3")
    width = "units of a hidden layer whose readout is drawn from the seed (default 2)"
    command.add_argument("--width", type=int, default=None, metavar="M", help=width)
    given = "its output weights instead: a text file, one row for each class"
    command.add_argument("--readout", default=None, metavar="FILE", help=given)
    command.add_argument("--gamma", default="1/2", metavar="G", help="d/N (default 1/2)")
    place = "a point with Im z > 0 (default 0.1+0.1i)"
    command.add_argument("--z", default="0.1+0.1i", help=place)
    sizes = "numbers of samples (default 64,128,256,512,1024)"
    command.add_argument("--sizes", default="64,128,256,512,1024", metavar="N,N,...", help=sizes)
    draws = "draws at N = 64 (default 16384); others get (64/N)^2 times as many, at least 128"
    command.add_argument("--draws", type=int, default=16384, metavar="K", help=draws)
    level = "confidence level of every interval (default 0.99)"
    command.add_argument("--level", type=float, default=0.99, metavar="P", help=level)
    command.add_argument("--seed", type=int, default=0, help="root of all random streams")
    command.add_argument("--jobs", type=int, default=None, help="worker processes")
    elsewhere = "draw by a dask scheduler: its address, or 'local' to start one"
    command.add_argument("--scheduler", default=None, metavar="ADDRESS", help=elsewhere)
    command.add_argument("--json", default=LEDGER_FILE, metavar="F", help="where numbers go")
    command.add_argument("--html", default=REPORT_FILE, metavar="F", help="where the report goes")
    command.add_argument("--store", default=store, metavar="F", help="finished blocks")


def study(options: argparse.Namespace, jobs: int, reporter: Reporter) -> LindebergStudy:
    """Return the study that the options ask for."""
    from rmtcheck.decoupling.study import lindeberg

    weight, title = _weight(options)
    return lindeberg(
        weight,
        options.gamma,
        options.z,
        sizes=options.sizes,
        seed=options.seed,
        jobs=jobs,
        scheduler=options.scheduler,
        store=options.store,
        reporter=reporter,
        draws=options.draws,
        level=options.level,
        title=title,
    )


def _weight(options: argparse.Namespace) -> tuple[LocalWeight, str]:
    """Return the weight and its name in reports."""
    from rmtcheck.decoupling.formulas import own_weight

    is_hidden = options.weight is None and options.block.startswith("hidden.")
    _refuse_idle(options, is_hidden)
    if options.weight is not None:
        return own_weight(options.weight), options.weight
    return _hidden(options) if is_hidden else _linear(options)


def _linear(options: argparse.Namespace) -> tuple[LocalWeight, str]:
    from rmtcheck.decoupling.blocks import block_weight

    classes = CLASSES if options.classes is None else options.classes
    return block_weight(options.block, classes), f"{options.block}, C = {classes}"


def _hidden(options: argparse.Namespace) -> tuple[LocalWeight, str]:
    from rmtcheck.decoupling.blocks import block_weight, draw_readout, read_readout

    if options.readout is not None:
        readout, source = read_readout(options.readout), "readout from a file"
    else:
        classes = CLASSES if options.classes is None else options.classes
        width = WIDTH if options.width is None else options.width
        readout, source = draw_readout(classes, width, options.seed), "readout from the seed"
    C, m = readout.shape
    return block_weight(
        options.block, readout=readout
    ), f"{options.block}, C = {C}, m = {m}, {source}"


def _refuse_idle(options: argparse.Namespace, is_hidden: bool) -> None:
    """Refuse options that the weight has no use for, rather than forget them."""
    from rmtcheck.errors import RmtcheckError

    drawn = is_hidden and options.readout is None
    uses = {
        "classes": drawn or (options.weight is None and not is_hidden),
        "width": drawn,
        "readout": is_hidden,
    }
    subject = "--weight" if options.weight is not None else f"--block {options.block}"
    given = f"{subject} with --readout" if options.readout is not None and is_hidden else subject
    for name, is_used in uses.items():
        if getattr(options, name) is not None and not is_used:
            raise RmtcheckError(f"--{name} has no meaning for {given}; leave it out")

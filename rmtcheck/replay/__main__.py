"""``python -m rmtcheck.replay FILE`` checks one certificate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rmtcheck.replay.checker import replay

ACCEPTED, REJECTED, UNREADABLE = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Print one line and return 0 if the file is accepted, 1 if rejected, 2 if unreadable."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m rmtcheck.replay FILE\n")
        return UNREADABLE
    try:
        content = Path(arguments[0]).read_bytes()
    except (OSError, ValueError) as problem:
        sys.stderr.write(f"unreadable: {arguments[0]!a}: {problem!a}\n")
        return UNREADABLE
    return _report(content)


def _report(content: bytes) -> int:
    try:
        outcome = replay(content.decode("ascii"))
    except UnicodeDecodeError as problem:
        sys.stdout.write(f"rejected: byte {problem.start} is not ASCII\n")
        return REJECTED
    if not outcome.accepted:
        sys.stdout.write(f"rejected: {outcome.reason}\n")
        return REJECTED
    sys.stdout.write(f"accepted: {outcome.statement} ({outcome.reason})\n")
    return ACCEPTED


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

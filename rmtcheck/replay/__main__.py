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
        print("usage: python -m rmtcheck.replay FILE", file=sys.stderr)  # noqa: T201
        return UNREADABLE
    try:
        content = Path(arguments[0]).read_bytes()
    except (OSError, ValueError) as problem:
        print(f"unreadable: {arguments[0]!a}: {problem!a}", file=sys.stderr)  # noqa: T201
        return UNREADABLE
    return _report(content)


def _report(content: bytes) -> int:
    try:
        outcome = replay(content.decode("ascii"))
    except UnicodeDecodeError as problem:
        print(f"rejected: byte {problem.start} is not ASCII")  # noqa: T201
        return REJECTED
    if not outcome.accepted:
        print(f"rejected: {outcome.reason}")  # noqa: T201
        return REJECTED
    print(f"accepted: {outcome.statement} ({outcome.reason})")  # noqa: T201
    return ACCEPTED


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

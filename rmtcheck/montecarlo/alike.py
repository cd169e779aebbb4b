"""Calls that give the same bits in every process, whoever started it.

A process of our own starts with one thread of linear algebra. Others may have several, run other
calls beside ours, or stand on another machine: there a call runs alone, on one thread, and only
after the process has shown that its arithmetic is that of the process which asks.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, ParamSpec, TypeVar

import numpy as np

from rmtcheck.errors import RmtcheckError
from rmtcheck.montecarlo.streams import stream

_P = ParamSpec("_P")
_T = TypeVar("_T")

_ONE_AT_A_TIME = Lock()


def call_alike(arithmetic: str, function: Callable[..., _T], arguments: Any, options: Any) -> _T:
    """Call a function in a worker whose arithmetic is that of the process that asks."""
    if own_arithmetic() != arithmetic:
        raise RmtcheckError(
            f"A worker on {platform.node()!r} computes other bits than this process: use machines "
            "with one kind of processor and the same numpy, or set OPENBLAS_CORETYPE alike on all."
        )
    return alone(function, *arguments, **options)


def alone(function: Callable[_P, _T], /, *arguments: _P.args, **options: _P.kwargs) -> _T:
    """Call a function on one thread of linear algebra, with no other such call beside it.

    Raises
    ------
    RmtcheckError
        When a library cannot be kept on one thread.
    """
    from threadpoolctl import threadpool_info, threadpool_limits

    with _ONE_AT_A_TIME:
        for _ in range(2):  # a library that the call itself has loaded is limited in the second
            with threadpool_limits(1):
                result = function(*arguments, **options)
                if all(library["num_threads"] == 1 for library in threadpool_info()):
                    return result
    raise RmtcheckError(
        f"The linear algebra of a worker on {platform.node()!r} cannot be kept on one thread: "
        "start it with OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1."
    )


@cache
def own_arithmetic() -> str:
    """Return `arithmetic` of this process, alone and on one thread."""
    return alone(arithmetic)


def arithmetic() -> str:
    """Return a digest of what this process makes of fixed numbers, bit for bit."""
    X = stream(0, "arithmetic", 0).standard_normal((120, 200))
    gram = X @ X.T
    results = (X, gram, np.linalg.eigvalsh(gram), np.exp(X), np.log(abs(X)), np.tanh(X), X.sum(1))
    return hashlib.sha256(b"".join(part.tobytes() for part in results)).hexdigest()

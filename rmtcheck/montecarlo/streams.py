"""Random streams by (root, claim, block): the only place where generators are created."""

from __future__ import annotations

import hashlib

import numpy as np

from rmtcheck.montecarlo.checks import require_integer

_WORD = 4


def stream(root: int, claim: str, block: int) -> np.random.Generator:
    r"""Return the random stream of one block of one claim.

    The seed sequence has entropy ``root`` and spawn key
    :math:`(h_1,\dots,h_8,\text{block})`, with :math:`h_1,\dots,h_8` the 32-bit words of
    SHA-256 of the claim's name; so a stream depends on nothing but its three arguments.

    Parameters
    ----------
    root : int
        Root seed of the run, at least 0.
    claim : str
        What is drawn for.
    block : int
        Number of the block, at least 0.

    Returns
    -------
    numpy.random.Generator
        A generator of its own, on the bit generator PCG64DXSM.

    Raises
    ------
    DomainError
        When ``root`` or ``block`` is not a non-negative integer.

    Accuracy
    --------
    Exact: equal arguments give equal bits with one version of numpy.

    References
    ----------
    O'Neill, *PCG: A family of simple fast space-efficient statistically good algorithms*, 2014.

    Examples
    --------
    >>> bool(stream(1, "thm1", 0).random() == stream(1, "thm1", 0).random())
    True
    >>> bool(stream(1, "thm1", 0).random() == stream(1, "thm1", 1).random())
    False
    """
    require_integer("root", root, 0)
    require_integer("block", block, 0)
    sequence = np.random.SeedSequence(root, spawn_key=(*_words(claim), block))
    return np.random.Generator(np.random.PCG64DXSM(sequence))


def _words(claim: str) -> list[int]:
    digest = hashlib.sha256(claim.encode()).digest()
    return [int.from_bytes(digest[k : k + _WORD], "little") for k in range(0, len(digest), _WORD)]

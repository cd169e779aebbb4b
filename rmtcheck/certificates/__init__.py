"""Stored certificates: texts that prove a theorem to whoever checks them."""

from pathlib import Path

STORED = Path(__file__).with_name("linear_ce_every_class.txt")
"""The certificate of Theorem 1 with its rate for every number of classes."""


def linear_ce_every_class() -> str:
    """Return the certificate of Theorem 1 with its rate for every number of classes.

    Returns
    -------
    str
        What ``rmtcheck.certify.every_class.all_class_certificate`` wrote.

    Examples
    --------
    >>> linear_ce_every_class().splitlines()[2]
    'R0 = (e^2 gamma + 1)/(e gamma + 1)'
    """
    return STORED.read_text("ascii")

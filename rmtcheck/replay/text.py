"""The text of a certificate: one layout, read strictly and written back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rmtcheck.replay.rejection import CertificateError
from rmtcheck.replay.remainder import DEGREE, Y0
from rmtcheck.replay.theorem import FIRST, LARGE, NAMED, PLACES, R0, R1, SHORT, W

CLAIM = "0 < C^2 g_ij/g_ii - R0 - R1/C <= K/C^2 for all integers C >= 2 and all real gamma > 0"

HEADER = (
    "rmtcheck certificate: linear model, cross-entropy, every number of classes",
    f"claim: {CLAIM}",
    f"R0 = ({R0})/({W})",
    f"R1 = ({R1})/({W})^2",
    f"K = (@ + @ gamma + @ gamma^2 + @ gamma^3)/({W})^3",
    f"large: C >= {LARGE}, y0 = {Y0}, Taylor degree {DEGREE}",
    *(f"remainder {name}: #" for name in NAMED),
    *(f"least s{k}: # at C = @" for k in range(1, 5)),
    *(f"least q{k}: # at C = @" for k in range(4)),
    f"table: C, alpha, beta, eta, truncated to {PLACES} decimals",
)
"""The lines above the table: ``@`` is an integer, ``#`` has 6 decimals and ``%`` has 12."""

LAYOUT = (*HEADER, "@ % % -", *["@ % % %"] * (LARGE - FIRST - 1))

_PLACES = {"@": 0, "#": SHORT, "%": PLACES}
_DIGITS = "0|[1-9][0-9]{0,15}"
_FIELD = re.compile("[@#%]")

Kappa = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says, decimals as integers in units of their last place.

    Parameters
    ----------
    kappa : tuple of int
        The coefficients of the numerator of K.
    bounds : tuple of int
        The bounds of the remainders of alpha, beta, eta.
    least : tuple of (int, int)
        The least s_1, ..., s_4, q_0, ..., q_3 and the C that attain them.
    rows : tuple of tuple of int
        C, alpha, beta and, but for C = 2, eta.
    """

    kappa: Kappa
    bounds: tuple[int, ...]
    least: tuple[tuple[int, int], ...]
    rows: tuple[tuple[int, ...], ...]

    def fields(self) -> Iterator[tuple[int, ...]]:
        """Yield the numbers of each line that has some."""
        yield self.kappa
        yield from ((bound,) for bound in self.bounds)
        yield from self.least
        yield from self.rows


def parse(text: str) -> Certificate:
    """Read a certificate.

    Parameters
    ----------
    text : str
        The whole text.

    Returns
    -------
    Certificate
        Of which the text is the one and only rendering.

    Raises
    ------
    CertificateError
        If the text is not canonical; the message names the first line that is not.
    """
    lines = text.split("\n")
    pairs = zip(lines, LAYOUT, strict=False)
    values = [_read(n, line, form) for n, (line, form) in enumerate(pairs, 1)]
    if len(lines) != len(LAYOUT) + 1 or lines[-1]:
        raise CertificateError(f"the text must have {len(LAYOUT)} lines, each with a line end")
    filled = [numbers for numbers in values if numbers]
    k0, k1, k2, k3 = filled[0]
    certificate = Certificate(
        (k0, k1, k2, k3),
        tuple(bound for (bound,) in filled[1:4]),
        tuple((value, at) for value, at in filled[4:12]),
        tuple(filled[12:]),
    )
    if render(certificate) != text:
        raise CertificateError("the text is not canonical")
    return certificate


def render(certificate: Certificate) -> str:
    """Write a certificate.

    Parameters
    ----------
    certificate : Certificate
        Of any content.

    Returns
    -------
    str
        Its one text.
    """
    numbers = certificate.fields()
    lines = (_write(form, next(numbers) if _FIELD.search(form) else ()) for form in LAYOUT)
    return "\n".join(lines) + "\n"


def decimal(n: int, places: int) -> str:
    """Write an integer in units of the last of some decimal places.

    Examples
    --------
    >>> decimal(1374173483, 6)
    '1374.173483'
    """
    digits = str(n).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def excerpt(line: str) -> str:
    """Quote a line in ASCII, the first 60 characters at most."""
    return ascii(line if len(line) <= 60 else line[:60] + "...")


def _read(number: int, line: str, form: str) -> tuple[int, ...]:
    match = _pattern(form).fullmatch(line)
    if match is None:
        raise CertificateError(f"line {number} is {excerpt(line)}, not of the form {form!r}")
    return tuple(int(group.replace(".", "")) for group in match.groups())


def _write(form: str, numbers: tuple[int, ...]) -> str:
    rest = iter(numbers)
    return _FIELD.sub(lambda field: decimal(next(rest), _PLACES[field[0]]), form)


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Return the expression of a line: no sign, no leading zero, all decimals."""
    return re.compile("".join(map(_piece, re.split("([@#%])", form))))


def _piece(part: str) -> str:
    if part not in _PLACES:
        return re.escape(part)
    fraction = rf"\.[0-9]{{{_PLACES[part]}}}" if _PLACES[part] else ""
    return f"((?:{_DIGITS}){fraction})"

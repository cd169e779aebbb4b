"""The weights one can name on a command line: Hessian blocks, and readouts for them."""

from __future__ import annotations

from pathlib import Path

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.symbolic.hessian import derive
from rmtcheck.vocabulary.local_weights import LocalWeight, local_weight
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR, Loss
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.symbols import d

_LOSSES: dict[str, Loss] = {"mse": MEAN_SQUARED_ERROR, "ce": CROSS_ENTROPY}
_SECOND = {"diagonal": 1, "off_diagonal": 2}
BLOCKS = (
    *(f"linear.{kind}" for kind in _SECOND),
    *(f"hidden.{loss}.{kind}" for loss in _LOSSES for kind in _SECOND),
)
"""Blocks of the rows 1, 1 or 1, 2: of the linear model with cross-entropy, of a hidden layer."""

_DECIMALS = 4  # entries that print as they are
_LARGEST = 1000
_ENTRIES = f"numbers of size up to {_LARGEST} are accepted"


def block_weight(
    name: str, classes: int = 3, readout: sympy.ImmutableMatrix | None = None
) -> LocalWeight:
    """Return the weight of a Hessian block, derived from its loss.

    Parameters
    ----------
    name : str
        One of `BLOCKS`.
    classes : int, default 3
        Number of classes of the linear model, at least 2; a hidden layer has as many as its
        readout has rows.
    readout : matrix, shape (C, m), optional
        The output weights of a hidden layer; needed for its blocks, and for no others.

    Returns
    -------
    LocalWeight

    Raises
    ------
    DomainError
        If the name is unknown, or the readout is missing, too many, or too small.

    Examples
    --------
    >>> block_weight("linear.off_diagonal", 3)
    weight -p_1*p_2 of 3 fields
    """
    if name not in BLOCKS:
        raise DomainError(f"block = {name!r} is unknown; accepted are {', '.join(BLOCKS)}")
    model, *loss, kind = name.split(".")
    second = _SECOND[kind]
    if model == "linear":
        if readout is not None:
            raise DomainError(f"block = {name!r} has no readout; it belongs to hidden layers")
        network = LinearModel(d, _checked("classes", classes, 2))
        return local_weight(derive(HessianBlock(network, CROSS_ENTROPY, 1, second)))
    if readout is None:
        raise DomainError(f"block = {name!r} needs a readout, the matrix V of the hidden layer")
    C, m = readout.shape
    _checked("the number of columns of the readout", m, second)
    layer = OneHiddenLayer(d, m, C)
    question = HessianBlock(layer, _LOSSES[loss[0]], layer.w[1], layer.w[second])
    return local_weight(derive(question), readout)


def draw_readout(classes: int, width: int, seed: int) -> sympy.ImmutableMatrix:
    """Return a readout of entries N(0, 1/m) from the seed, rounded to four decimals.

    Parameters
    ----------
    classes, width : int
        Its shape, from 2 and from 1 on.
    seed : int
        Root seed, at least 0.

    Returns
    -------
    matrix of exact numbers, shape (classes, width)

    Raises
    ------
    DomainError
        If an argument is out of range.
    """
    shape = _checked("classes", classes, 2), _checked("width", width, 1)
    normal = stream(seed, "lindeberg: readout", 0).standard_normal(shape) / width**0.5
    return _matrix([[sympy.Rational(f"{v:.{_DECIMALS}f}") for v in row] for row in normal.tolist()])


def read_readout(file: str | Path) -> sympy.ImmutableMatrix:
    """Return a readout from a text file: a row per class, numbers apart by blanks or commas.

    Parameters
    ----------
    file : path
        The file; empty lines and what follows ``#`` are not read.

    Returns
    -------
    matrix of exact numbers, shape (C, m)

    Raises
    ------
    DomainError
        If the file cannot be read, or is no matrix of numbers.
    """
    rows = [row for row in map(_numbers, _lines(Path(file))) if row]
    if not rows or len({len(row) for row in rows}) > 1 or len(rows) < 2:
        lengths = [len(row) for row in rows]
        needed = "two or more rows of equal length are needed, one for each class"
        raise DomainError(f"the readout in {file} has rows of lengths {lengths}; {needed}")
    return _matrix([[_number(text, file) for text in row] for row in rows])


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise DomainError(f"the readout {file} cannot be read: {problem}") from problem


def _numbers(line: str) -> list[str]:
    return line.partition("#")[0].replace(",", " ").split()


def _number(text: str, file: str | Path) -> sympy.Rational:
    try:
        number = sympy.Rational(text)
    except (TypeError, ValueError, ZeroDivisionError):
        number = sympy.nan
    if not number.is_finite or abs(number) > _LARGEST:
        raise DomainError(f"the readout in {file} has the entry {text[:20]!r}; {_ENTRIES}")
    return number


def _matrix(rows: list[list[sympy.Rational]]) -> sympy.ImmutableMatrix:
    return sympy.ImmutableMatrix(rows)


def _checked(name: str, value: int, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise DomainError(f"{name} is {value!r}; an integer of at least {least} is accepted")
    return value

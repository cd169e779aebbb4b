"""Exact input: what a user may pass where a rational number is meant."""

from __future__ import annotations

import numbers
import re
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpz

from rmtcheck.errors import DomainError

MAX_DIGITS = 300
MAX_TOTAL_POWER = 40
MIN_SCALE = Fraction(1, 1000)
MAX_SCALE = Fraction(10)

_ACCEPTED = (
    "an integer, a Fraction, a sympy Rational, a decimal or fraction string such as '0.1' or '1/10'"
)
_NUMBER = re.compile(r"[+-]?(\d+(/\d+)?|(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d{1,3})?)", re.ASCII)
_LONGEST_STRING = 1000


def exact_rational(name: str, value: Any) -> fmpq:
    """Return the rational number that the user means, or say why it is not one.

    A float is accepted only where its shortest decimal form is its value: 0.5 is one half,
    while 0.1 is not one tenth.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    value : int, Fraction, sympy Rational, fmpq, fmpz, str or float
        The number.

    Returns
    -------
    fmpq
        The same number, exactly.

    Raises
    ------
    DomainError
        If the value is not exactly a rational number.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> exact_rational("gamma", "0.1")
    1/10
    >>> exact_rational("gamma", 0.5)
    1/2
    >>> exact_rational("gamma", 0.1)
    Traceback (most recent call last):
        ...
    rmtcheck.errors.DomainError: gamma = 0.1 is a binary float that is not exactly 0.1; \
write '0.1' or Fraction(1, 10)
    """
    if isinstance(value, fmpq | fmpz):
        return fmpq(value)
    if isinstance(value, numbers.Rational) and not isinstance(value, bool):
        return fmpq(int(value.numerator), int(value.denominator))
    if isinstance(value, str):
        return _from_string(name, value)
    if isinstance(value, float):
        return _from_binary(name, value)
    raise _refusal(name, value, _ACCEPTED)


def checked_integer(name: str, value: Any, low: int, high: int | None = None) -> int:
    """Return the integer that is meant, if it lies in ``low..high``."""
    bound = f"an integer >= {low}" if high is None else f"an integer from {low} to {high}"
    number = exact_rational(name, value)
    if number.q != 1 or number < low or (high is not None and number > high):
        raise _refusal(name, value, bound)
    return int(number.p)


def checked_digits(value: Any) -> int:
    """Return the number of decimal digits asked for, from 1 to ``MAX_DIGITS``."""
    return checked_integer("digits", value, 1, MAX_DIGITS)


def checked_positive(name: str, value: Any) -> fmpq:
    """Return a rational number that is greater than zero."""
    number = exact_rational(name, value)
    if number <= 0:
        raise _refusal(name, value, "a rational number > 0")
    return number


def checked_scale(value: Any) -> fmpq:
    """Return the standard deviation of a logit, from ``MIN_SCALE`` to ``MAX_SCALE``."""
    number = exact_rational("scale", value)
    if not MIN_SCALE <= Fraction(int(number.p), int(number.q)) <= MAX_SCALE:
        raise _refusal("scale", value, f"a rational number from {MIN_SCALE} to {MAX_SCALE}")
    return number


def checked_powers(value: Any, classes: int) -> tuple[int, ...]:
    """Return the powers in decreasing order: exchangeable classes do not tell them apart."""
    accepted = "a non-empty tuple of integers >= 1, one per class"
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise _refusal("powers", value, accepted)
    powers = tuple(sorted((checked_integer("powers", a, 1) for a in value), reverse=True))
    if not powers or len(powers) > classes:
        raise _refusal("powers", value, f"{accepted} (here at most {classes} of them)")
    if sum(powers) > MAX_TOTAL_POWER:
        raise _refusal("powers", value, f"a total of at most {MAX_TOTAL_POWER}")
    return powers


def _from_string(name: str, value: str) -> fmpq:
    text = value.strip()
    if len(text) > _LONGEST_STRING or not _NUMBER.fullmatch(text):
        raise _refusal(name, value, _ACCEPTED)
    try:
        number = Fraction(text)
    except ZeroDivisionError:
        raise _refusal(name, value, _ACCEPTED) from None
    return fmpq(number.numerator, number.denominator)


def _from_binary(name: str, value: float) -> fmpq:
    text = float.__repr__(value)
    if not _NUMBER.fullmatch(text):
        raise _refusal(name, value, _ACCEPTED)
    decimal = Fraction(text)
    if decimal != Fraction(value):
        hint = f"write '{text}' or Fraction({decimal.numerator}, {decimal.denominator})"
        raise DomainError(f"{name} = {text} is a binary float that is not exactly {text}; {hint}")
    return fmpq(decimal.numerator, decimal.denominator)


def _refusal(name: str, value: Any, accepted: str) -> DomainError:
    try:
        text = repr(value)
    except ValueError:
        text = "an integer of thousands of digits"
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return DomainError(f"{name} = {shown} is outside its domain; accepted: {accepted}")

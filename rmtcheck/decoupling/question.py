"""What a study is asked, checked before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from typing import Any

from rmtcheck.decoupling.magnitude import require_magnitude
from rmtcheck.decoupling.rate import FEWEST_SIZES, FIRST_SIZE
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.local_weights import LocalWeight

SIZES = (64, 128, 256, 512, 1024)
DRAWS = 16384
LEVEL = 0.99
_FEWEST_DRAWS = 128  # at any size; fewer leave covariances uncertain
_LARGEST_SIZE = 16384
_LARGEST_PART = 1e6  # of z, and of gamma and its inverse


@dataclass(frozen=True)
class Question:
    r"""A weight, a point, and the sizes at which the gap is drawn.

    Attributes
    ----------
    title
        The weight in a reader's words.
    weight
        A function of k fields.
    gamma
        The ratio d/N, the same at all sizes.
    z
        A point of the upper half plane.
    sizes
        The numbers N of samples, ascending.
    seed
        Root of all random streams.
    draws
        Number of draws at N = 64. The standard deviation of a draw falls like 1/N, so others
        get :math:`(64/N)^2` times as many, and at least 128.
    level
        Confidence level of every interval.
    """

    title: str
    weight: LocalWeight
    gamma: Fraction
    z: complex
    sizes: tuple[int, ...] = SIZES
    seed: int = 0
    draws: int = DRAWS
    level: float = LEVEL

    def __post_init__(self) -> None:
        _require_integer("seed", self.seed, 0)
        _require_integer("draws", self.draws, 1)
        if not isinstance(self.level, int | float) or not 0 < self.level < 1:
            raise DomainError(f"level is {self.level!r}; a number between 0 and 1 is accepted")
        _require_point(self.z)
        for N in self.sizes:
            _require_integer("a size", N, 2)
            self._require_dimension(N)
        _require_sizes(self.sizes)
        require_magnitude(self.weight, self.z)

    def d(self, N: int) -> int:
        """Return the dimension at a size."""
        return int(self.gamma * N)

    def draws_at(self, N: int) -> int:
        """Return the number of draws at a size."""
        return max(_FEWEST_DRAWS, self.draws * FIRST_SIZE**2 // N**2)

    def bound(self, N: int) -> float:
        r"""Return the proven bound :math:`2kN/(d\operatorname{Im}z)` of the weighted gap."""
        return 2.0 * int(self.weight.fields) * N / (self.d(N) * self.z.imag)

    def _require_dimension(self, N: int) -> None:
        d, k = self.gamma * N, self.weight.fields
        if d.denominator != 1:
            accepted = f"multiples of {self.gamma.denominator} are accepted"
            raise DomainError(f"gamma * N = {self.gamma} * {N} is no integer; {accepted}")
        if d > _LARGEST_SIZE:
            memory = f"one complex matrix of that size takes {16 * int(d) ** 2 / 2**30:.3g} GiB"
            said = f"gamma * N = {self.gamma} * {N} = {d}; {memory}"
            raise DomainError(f"{said}, up to {_LARGEST_SIZE} are accepted")
        if d <= k:
            accepted = f"sizes N with d = {self.gamma} * N > {k} are accepted"
            raise DomainError(f"the weight has {k} fields and d = {d} at N = {N}; {accepted}")


def aspect_ratio(value: Any) -> Fraction:
    """Return gamma as an exact number, a float as its shortest decimal.

    Examples
    --------
    >>> aspect_ratio("1/2"), aspect_ratio(0.1)
    (Fraction(1, 2), Fraction(1, 10))
    """
    try:
        gamma = Fraction(str(value) if isinstance(value, float) else value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        gamma = Fraction(0)
    if not 1 / Fraction(_LARGEST_PART) <= gamma <= _LARGEST_PART:
        needed = "an exact positive number such as 1/2 is accepted, from 1e-6 to 1e6"
        raise DomainError(f"gamma is {str(value)[:40]!r}; {needed}")
    return gamma


def point(value: Any) -> complex:
    """Return z from a number, or from text such as ``0.1+0.1i``.

    Examples
    --------
    >>> point("0.1+0.1i")
    (0.1+0.1j)
    """
    try:
        z = complex(value.replace(" ", "").replace("i", "j") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        raise DomainError(
            f"z is {str(value)[:40]!r}; a number such as 0.1+0.1i is accepted"
        ) from None
    _require_point(z)
    return z


def sizes_from(values: str | Iterable[int]) -> tuple[int, ...]:
    """Return sizes in ascending order, from numbers or from text such as ``64,128``.

    Examples
    --------
    >>> sizes_from("128, 64")
    (64, 128)
    """
    try:
        parts = values.split(",") if isinstance(values, str) else list(values)
        return tuple(sorted(map(_integer, parts)))
    except (TypeError, ValueError):
        needed = "integers with commas between them, such as 64,128,256, are accepted"
        raise DomainError(f"sizes are {str(values)[:80]!r}; {needed}") from None


def require_texts(title: Any, store: Any) -> None:
    """Refuse a title that is no text, and a store that is no path."""
    if not isinstance(title, str):
        raise DomainError(f"title is {title!r}; text is accepted")
    if store is not None and not isinstance(store, str | PathLike):
        raise DomainError(f"store is {store!r}; a path, or None, is accepted")


def _integer(value: str | int) -> int:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return int(value)
    raise TypeError


def _require_point(z: complex) -> None:
    in_range = max(abs(z.real), abs(z.imag)) <= _LARGEST_PART
    if not (in_range and z.imag >= 1 / _LARGEST_PART and math.isfinite(z.real)):
        needed = "a point with imaginary part from 1e-6 on, both parts up to 1e6, is accepted"
        raise DomainError(f"z is {z}; {needed}")


def _require_sizes(sizes: tuple[int, ...]) -> None:
    if len(set(sizes)) < len(sizes):
        raise DomainError(f"sizes are {list(sizes)}; each may occur once")
    if sizes and max(sizes) > _LARGEST_SIZE:
        raise DomainError(f"sizes are {list(sizes)}; up to {_LARGEST_SIZE} are accepted")
    if sum(N >= FIRST_SIZE for N in sizes) < FEWEST_SIZES:
        needed = f"at least {FEWEST_SIZES} from {FIRST_SIZE} on are needed to fit a rate"
        raise DomainError(f"sizes are {list(sizes)}; {needed}")


def _require_integer(name: str, value: int, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise DomainError(f"{name} is {value!r}; an integer of at least {least} is accepted")

"""A study as JSON: every number as it was computed, nothing of the day or the machine's pace."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import IntEnum
from fractions import Fraction
from importlib.metadata import version
from typing import Any

import sympy

_SOFTWARE = ("rmtcheck", "numpy", "scipy", "sympy")


def as_json(study: Any) -> str:
    """Return a study as JSON text.

    Complex numbers are pairs, exact numbers text; a number that is not finite is null.

    Parameters
    ----------
    study : LindebergStudy
        What to write.

    Returns
    -------
    str
        Keys sorted, the same bytes for the same study.
    """
    versions = {name: version(name) for name in _SOFTWARE}
    header = {"python": platform.python_version(), "versions": versions}
    content = {"header": header, **plain(study), "findings": plain(study.findings)}
    return json.dumps(content, sort_keys=True, indent=1, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return a value in the types of JSON.

    Examples
    --------
    >>> plain((1 + 2j, Fraction(1, 2), math.inf))
    [[1.0, 2.0], '1/2', None]
    """
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value) if isinstance(value, Fraction | sympy.Basic) else value

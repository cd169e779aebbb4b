r"""Numeric averages of a law given by a printed density and atom, right or wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.law import complex_points, natural
from rmtcheck.vocabulary.laws import PrintedLaw
from rmtcheck.vocabulary.observations import Estimate

STEP = 1 / 64
REACH = 4.5
UNSETTLED = 1e-3


@dataclass(frozen=True)
class NumericLaw:
    """A printed law at given parameters, as nodes and weights: masses at points.

    Attributes
    ----------
    points : array
        Nodes of the quadrature of the density, and the atom last.
    masses, coarse : array
        Weight times density at every node with the step and with its double.
    label : str
        The law and its parameters, for messages.
    """

    points: Array
    masses: Array
    coarse: Array
    label: str

    def average(self, f: Callable[[Array], Any]) -> tuple[complex, float]:
        """Return the average of a function and its estimated error."""
        values = f(self.points)
        fine, coarse = complex(self.masses @ values), complex(self.coarse @ values)
        error = abs(fine - coarse) + 1e-14 * float(self.masses @ abs(values))
        if error > UNSETTLED * (1 + abs(fine)):
            raise DomainError(
                f"{self.label} has no settled integral: not integrable at an end point"
            )
        return fine, error


def printed_mass(law: PrintedLaw, values: Mapping[Any, Any]) -> Estimate:
    r"""Return the total mass of a printed law, atom included.

    Parameters
    ----------
    law : PrintedLaw
        The law.
    values : mapping
        Numbers for its parameters.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If the density is complex, negative, undefined or not integrable at these parameters,
        the interval is empty, or the atom has no mass between 0 and 1.

    Accuracy
    --------
    Estimated error, from doubling the step of a double exponential rule; about 1e-14 where
    the density behaves like a power at the end points.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma, x
    >>> round(printed_mass(PrintedLaw(gamma * x, 0, 1), {gamma: 2}).value, 12)
    1.0
    """
    return printed_moment(law, 0, values)


def printed_moment(law: PrintedLaw, order: int, values: Mapping[Any, Any]) -> Estimate:
    r"""Return the moment :math:`\int x^k\,d\mu` of a printed law, atom included.

    Parameters
    ----------
    law : PrintedLaw
        The law.
    order : int
        The order :math:`k\ge0`.
    values : mapping
        Numbers for its parameters.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        As for :func:`printed_mass`, or if the order is no non-negative integer.

    Accuracy
    --------
    That of :func:`printed_mass`.
    """
    k = natural(order)
    value, error = _numeric(law, values).average(lambda x: x**k)
    return Estimate(value=value.real, error=error)


def printed_stieltjes(
    law: PrintedLaw, z: complex, values: Mapping[Any, Any]
) -> tuple[Estimate, Estimate]:
    r"""Return real and imaginary part of :math:`s(z)=\int(x-z)^{-1}d\mu` of a printed law.

    Parameters
    ----------
    law : PrintedLaw
        The law.
    z : complex
        A point off the real line; the closer to it, the larger the estimated error.
    values : mapping
        Numbers for its parameters.

    Returns
    -------
    real, imaginary : Estimate

    Raises
    ------
    DomainError
        As for :func:`printed_mass`, or if z is real.

    Accuracy
    --------
    That of :func:`printed_mass` at a distance of 0.1 or more from the support.
    """
    point = complex(complex_points(z).item())
    if point.imag == 0:
        raise DomainError(f"z is {z}; a point off the real line is needed")
    value, error = _numeric(law, values).average(lambda x: 1 / (x - point))
    return Estimate(value=value.real, error=error), Estimate(value=value.imag, error=error)


def _numeric(law: PrintedLaw, values: Mapping[Any, Any]) -> NumericLaw:
    named = dict(values)
    label = f"'{law.density}' at {', '.join(f'{k}={v}' for k, v in named.items())}"
    low, high, atom, mass = (
        _real(a.subs(named), label) for a in (law.lower, law.upper, law.atom, law.mass)
    )
    if not low < high:
        raise DomainError(f"{label} has the interval [{low}, {high}]; lower < upper is needed")
    if not -1e-12 <= mass <= 1 + 1e-12:
        raise DomainError(f"{label} has an atom of mass {mass}; a mass between 0 and 1 is needed")
    nodes, fine, coarse = _double_exponential(low, high)
    density = _density(law.density.subs(named), law.variable, nodes, label)
    return NumericLaw(
        np.append(nodes, atom),
        np.append(fine * density, mass),
        np.append(coarse * density, mass),
        label,
    )


def _double_exponential(low: float, high: float) -> tuple[Array, Array, Array]:
    r"""Return tanh-sinh nodes with weights for a step and its double.

    Nodes are measured from the nearer end point; those that rounding puts within a few units
    of the last place of it are dropped, where a root of the distance has no digit left.
    """
    t = STEP * np.arange(-round(REACH / STEP), round(REACH / STEP) + 1)
    y = math.pi / 2 * np.sinh(abs(t))
    share = np.exp(-y) / (2 * np.cosh(y))
    width = high - low
    nodes = np.where(t < 0, low + width * share, high - width * share)
    weights = width * math.pi / 4 * np.cosh(t) / np.cosh(y) ** 2 * STEP
    slack = 8 * np.finfo(float).eps
    kept = (nodes - low > slack * abs(low)) & (high - nodes > slack * abs(high))
    every_other = 2.0 * (np.arange(len(t)) % 2 == 0)
    return nodes[kept], weights[kept], (weights * every_other)[kept]


def _density(expression: sympy.Expr, variable: sympy.Symbol, nodes: Array, label: str) -> Array:
    _require_closed(expression, {variable}, label)
    try:
        function = sympy.lambdify(variable, expression, modules="numpy")
        with np.errstate(all="ignore"):
            raw = np.broadcast_to(np.asarray(function(nodes), dtype=complex), nodes.shape)
    except (ArithmeticError, LookupError, TypeError, ValueError, NameError):
        raise DomainError(f"{label} is not a density: it has no float values") from None
    size = float(np.max(abs(raw), initial=0.0, where=np.isfinite(raw)))
    if not np.all(np.isfinite(raw)) or np.any(abs(raw.imag) > 1e-9 * size) or np.any(raw.real < 0):
        raise DomainError(
            f"{label} is not a density: it is complex, negative or undefined somewhere"
        )
    return np.array(raw.real)


def _real(expression: sympy.Expr, label: str) -> float:
    _require_closed(expression, set(), label)
    value = complex(expression.evalf(17))
    if not (math.isfinite(value.real) and abs(value.imag) <= 1e-12 * (1 + abs(value))):
        raise DomainError(f"{label} has the parameter {expression}; a finite real number is needed")
    return value.real


def _require_closed(expression: sympy.Expr, bound: set[Any], label: str) -> None:
    missing = sorted(map(str, expression.free_symbols - bound))
    if missing:
        raise DomainError(f"{label} has no value for {', '.join(missing)}")

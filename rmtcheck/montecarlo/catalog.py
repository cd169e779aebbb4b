"""The table of statistics: each maps one random stream to one row of named floats."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo import draw, norm_curves, pictures, statistics


@dataclass(frozen=True)
class Statistic:
    """One row of floats per draw.

    Attributes
    ----------
    columns
        Names of the floats of a row.
    row
        Function of a generator and the parameters, by keyword, that returns the row.
    """

    columns: tuple[str, ...]
    row: Callable[..., Sequence[float]]


def find_statistic(name: str) -> Statistic:
    """Return a statistic of the table, or the one that ``"module:attribute"`` names.

    Parameters
    ----------
    name : str
        A key of `STATISTICS`, or an importable module and its attribute.

    Returns
    -------
    Statistic
        The statistic.

    Raises
    ------
    DomainError
        When there is no such statistic.

    Examples
    --------
    >>> find_statistic("spread").columns
    ('spread', 'spread_bound')
    >>> find_statistic("spread") == find_statistic("rmtcheck.montecarlo.catalog:SPREAD")
    True
    """
    found = STATISTICS.get(name) or _imported(name)
    if not isinstance(found, Statistic):
        known = ", ".join(sorted(STATISTICS))
        raise DomainError(f"statistic = {name!r} must be module:attribute or one of {known}.")
    return found


def _imported(name: str) -> object:
    module, _, attribute = name.partition(":")
    if not attribute:
        return None
    try:
        return getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return None


def _block_norms(rng: draw.Generator, *, d: int, N: int, C: int) -> Sequence[float]:
    return statistics.class_averaged_norms(*draw.draw_linear_model(d, N, C, rng))


def _pair_norms(rng: draw.Generator, *, d: int, N: int, C: int) -> Sequence[float]:
    return statistics.pair_norms(*draw.draw_linear_model(d, N, C, rng))


def _spread(rng: draw.Generator, *, d: int, C: int) -> Sequence[float]:
    X, V = draw.draw_linear_model(d, 1, C, rng)
    return statistics.softmax_spread(V, X[:, 0])


def _squared_radius(rng: draw.Generator, *, d: int) -> Sequence[float]:
    return [draw.draw_squared_radius(d, rng)]


def _projection(rng: draw.Generator, *, d: int) -> Sequence[float]:
    return [draw.draw_projection(d, rng)]


_NORMS = statistics.BlockNorms._fields
_EIGENVALUES = tuple(f"eigenvalue_{k}" for k in range(pictures.EIGENVALUES))
_WIGNER_EIGENVALUES = tuple(f"eigenvalue_{k}" for k in range(pictures.WIGNER_EIGENVALUES))
_ENTRIES = tuple(f"norm_{k}" for k in range(pictures.BLOCKS**2))
_CURVES = tuple(f"{kind} at C={C}" for C in norm_curves.CLASSES for kind in ("diagonal", "off"))
SPREAD = Statistic(("spread", "spread_bound"), _spread)

STATISTICS: dict[str, Statistic] = {
    "block_norms": Statistic(_NORMS, _block_norms),
    "pair_norms": Statistic(_NORMS, _pair_norms),
    "norm_curve": Statistic(_CURVES, norm_curves.norm_curve),
    "spread": SPREAD,
    "squared_radius": Statistic(("squared_radius",), _squared_radius),
    "projection": Statistic(("projection",), _projection),
    "covariance_resolvent": Statistic(("real", "imag"), pictures.covariance_resolvent),
    "block_spectrum": Statistic(_EIGENVALUES, pictures.block_spectrum),
    "covariance_spectrum": Statistic(_EIGENVALUES, pictures.covariance_spectrum),
    "covariance_gap": Statistic(("gap",), pictures.covariance_gap),
    "multiple_gap": Statistic(("gap",), pictures.multiple_gap),
    "identity_distance": Statistic(("distance", "bound"), pictures.identity_distance),
    "weighted_resolvent": Statistic(("real", "imag"), pictures.weighted_resolvent),
    "weighted_spectrum": Statistic(_EIGENVALUES, pictures.weighted_spectrum),
    "wigner_resolvent": Statistic(("real", "imag"), pictures.wigner_resolvent),
    "wigner_spectrum": Statistic(_WIGNER_EIGENVALUES, pictures.wigner_spectrum),
    "block_matrix": Statistic(_ENTRIES, pictures.block_matrix),
    "weight": Statistic(("weight",), pictures.weight),
}

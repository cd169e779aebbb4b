"""What is drawn for a spectral limit, and what its law claims there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy

from rmtcheck.channels.simulation.implicit import root_near
from rmtcheck.channels.simulation.predictions import (
    of_covariance,
    of_weighted_covariance,
    of_wigner,
)
from rmtcheck.channels.simulation.resolvents import Setting
from rmtcheck.claims.statements import SpectralLimit
from rmtcheck.errors import DomainError
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.printed import printed_stieltjes
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import SampleCovariance, WeightedCovariance, WignerMatrix
from rmtcheck.vocabulary.laws import ImplicitLaw

ARGUMENTS = (1 + 1j, 3 + 1j)
SIZES = ((40, 80), (60, 60), (80, 40))
FIGURE_SIZES = ((300, 50),)
"""Sizes of the figures of the laws."""
WIGNER_SIZES = (40, 80)
DRAWS = 2000
DEVIATION = sympy.Rational(3, 2)
"""Entry deviation at which laws are judged; at 1 a lost power of it would not show."""
TWO_WEIGHTS = ((1, 3), (-2, 1))
"""Pairs of weights, of equal proportion; one pair has both signs."""


Size = tuple[int, int, dict[sympy.Symbol, sympy.Expr]]


def settings_of(statement: SpectralLimit) -> list[Setting]:
    """Return what is drawn for a spectral limit; nothing if nothing can be."""
    ensemble, along = statement.ensemble, statement.along
    if ensemble == WignerMatrix(symbols.d) and along.growing == (symbols.d,):
        return list(_wigner())
    if along.growing != (symbols.d, symbols.N) or along.ratio is None:
        return []
    sizes = list(_sizes(along.ratio))
    if _is_covariance(ensemble):
        return list(_covariances(sizes))
    return list(_weighted(sizes)) if ensemble == WeightedCovariance(*along.sizes) else []


def claimed_transform(statement: SpectralLimit, setting: Setting) -> complex:
    r"""Return the claimed transform, for unit variance: :math:`\sigma^2s_\sigma(\sigma^2z)`.

    Raises
    ------
    DomainError
        If the statement's law is none there.
    """
    law = statement.law
    if isinstance(law, ImplicitLaw):
        weights = setting.weights
        if weights is None:
            raise DomainError(f"{law} is a law of weights, and the matrix has none")
        return root_near(law, setting.theory.limit, setting.z, setting.values, weights)
    has_deviation = symbols.sigma in statement.ensemble.free_symbols
    variance = float(DEVIATION**2) if has_deviation else 1.0
    values = {**setting.values, symbols.sigma: DEVIATION}
    real, imag = printed_stieltjes(law, variance * setting.z, values)
    return variance * complex(real.value, imag.value)


def _is_covariance(ensemble: sympy.Basic) -> bool:
    variances = (sympy.S.One, symbols.sigma**2)
    return any(ensemble == SampleCovariance(symbols.d, symbols.N, v) for v in variances)


def _sizes(ratio: sympy.Expr) -> Iterator[Size]:
    """Yield d and N with the value of gamma for which the ratio is d/N."""
    for d, N in SIZES if ratio.free_symbols else FIGURE_SIZES:
        here = sympy.Rational(d, N)
        if ratio in (symbols.gamma, 1 / symbols.gamma):
            yield d, N, {symbols.gamma: ratio.subs(symbols.gamma, here)}
        elif ratio == here:
            yield d, N, {}


def _covariances(sizes: list[Size]) -> Iterator[Setting]:
    for (d, N, values), z in product(sizes, ARGUMENTS):
        theory = of_covariance(d, N, z)
        yield Setting("covariance_resolvent", {"d": d, "N": N}, z, theory, DRAWS, values)


def _weighted(sizes: list[Size]) -> Iterator[Setting]:
    for (d, N, values), pair in product(sizes, TWO_WEIGHTS):
        # one argument per pair is enough to tell laws apart
        z = ARGUMENTS[TWO_WEIGHTS.index(pair)]
        weights = DiscreteMeasure([float(w) for w in pair], [0.5, 0.5])
        theory = of_weighted_covariance(d, N, z, weights)
        parameters = {"d": d, "N": N, "first": pair[0], "second": pair[1]}
        yield Setting("weighted_resolvent", parameters, z, theory, DRAWS, values, weights)


def _wigner() -> Iterator[Setting]:
    for d, z in product(WIGNER_SIZES, (1j, 1 + 1j)):
        yield Setting("wigner_resolvent", {"d": d}, z, of_wigner(d, z), DRAWS)

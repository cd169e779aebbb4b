"""Finite-size predictions against each other, and roots of claimed equations."""

import secrets

import numpy as np
import pytest
import sympy

from rmtcheck import (
    Along,
    E,
    ImplicitLaw,
    SampleCovariance,
    SpectralLimit,
    WeightedCovariance,
    WignerMatrix,
)
from rmtcheck.channels.simulation.implicit import root_near
from rmtcheck.channels.simulation.predictions import (
    of_covariance,
    of_weighted_covariance,
    of_wigner,
)
from rmtcheck.channels.simulation.settings import settings_of
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.draw import draw_data
from rmtcheck.montecarlo.spectra import gram_eigenvalues, resolvent_trace
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.vocabulary.symbols import C, N, d, gamma, s, sigma, weight, z

SIGNED = DiscreteMeasure([-2.0, 1.0], [0.5, 0.5])
LAW = ImplicitLaw(E(weight / (1 + gamma * weight * s)) - z)
HALF = sympy.Rational(1, 2)


@pytest.mark.parametrize(("dimension", "samples"), [(40, 80), (60, 60), (80, 40)])
@pytest.mark.parametrize("point", [1 + 1j, 3 + 1j])
def test_unit_weights_are_no_weights(dimension, samples, point):
    one = DiscreteMeasure([1.0], [1.0])
    plain = of_covariance(dimension, samples, point)
    weighted = of_weighted_covariance(dimension, samples, point, one)
    assert weighted.limit == pytest.approx(plain.limit, abs=1e-12)
    assert weighted.bias == pytest.approx(plain.bias, abs=1e-12)


def test_the_bias_is_seen_in_draws():
    """Six standard deviations, and the bias is twice as large as what is left."""
    dimension, samples, point = 12, 24, 1 + 1j
    theory = of_weighted_covariance(dimension, samples, point, SIGNED)
    rng = stream(secrets.randbits(64), "tests of predictions", 0)
    weights = np.repeat([-2.0, 1.0], samples // 2)
    drawn = np.array(
        [
            resolvent_trace(gram_eigenvalues(draw_data(dimension, samples, rng), weights), point)
            for _ in range(6000)
        ]
    )
    noise = 6 * drawn.std() / np.sqrt(len(drawn))
    assert abs(drawn.mean() - theory.limit - theory.bias) < theory.slack + noise
    assert abs(theory.bias) > 2 * noise


def test_wigner_has_no_bias_of_first_order():
    assert of_wigner(40, 1j).bias == 0
    assert of_wigner(80, 1j).slack < of_wigner(40, 1j).slack


def test_the_root_of_the_true_equation_is_the_transform():
    theory = of_weighted_covariance(40, 80, 1 + 1j, SIGNED)
    start = theory.limit + 0.05
    assert root_near(LAW, start, 1 + 1j, {gamma: HALF}, SIGNED) == pytest.approx(theory.limit)


@pytest.mark.parametrize("wrong", [E(weight) * weight - z, z + E(weight) - z, sympy.S.Zero])
def test_an_equation_without_such_a_root_is_refused(wrong):
    with pytest.raises(DomainError):
        root_near(ImplicitLaw(wrong), 1j, 1 + 1j, {gamma: HALF}, SIGNED)


@pytest.mark.parametrize(
    ("ensemble", "along", "count"),
    [
        (SampleCovariance(d, N), Along(d, N, ratio=gamma), 6),
        (SampleCovariance(d, N, sigma**2), Along(d, N, ratio=1 / gamma), 6),
        (WeightedCovariance(d, N), Along(d, N, ratio=6), 2),
        (WignerMatrix(d), Along(d), 4),
        (SampleCovariance(d, N), Along(d, N, ratio=gamma**2), 0),
        (SampleCovariance(d, N), Along(d, N, ratio=5), 0),
        (SampleCovariance(d, N), Along(d, N), 0),
        (SampleCovariance(d, N, 2), Along(d, N, ratio=gamma), 0),
        (WignerMatrix(d), Along(C), 0),
        (WignerMatrix(C), Along(d), 0),
    ],
    ids=str,
)
def test_what_is_drawn(ensemble, along, count):
    assert len(settings_of(SpectralLimit(ensemble, LAW, along))) == count


def test_the_value_of_gamma_fits_the_sizes():
    inverse = SpectralLimit(SampleCovariance(d, N), LAW, Along(d, N, ratio=1 / gamma))
    for setting in settings_of(inverse):
        sizes = setting.parameters
        assert setting.values[gamma] == sympy.Rational(sizes["N"], sizes["d"])

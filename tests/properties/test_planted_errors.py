"""Every property of laws rejects a law that is wrong by little, and accepts its carrier."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure

NAMESPACE = runpy.run_path(str(Path(__file__).with_name("law_properties.py")))
PROPERTIES = {name: f for name, f in NAMESPACE.items() if name.startswith(("law_", "weighted_"))}
Z = np.array([0.3 + 0.2j, -1 + 1e-3j, 5 + 0.7j])
Q = np.array([0.0, 0.05, 0.3, 0.97, 1.0])


def times(factor):
    return lambda right, at, **options: right(at, **options) * factor


def plus(shift):
    return lambda right, at, **options: right(at, **options) + shift


def displaced(shift):
    return lambda right, at, **options: right(at + shift, **options)


def cut_at_edges(right, x):
    density = right(x)
    return np.where(density < 1e-2, 0, density)


def by_one_method(right, z, method=None):
    return right(z, method=method) * (1 + 2e-12 * (method == "level curve"))


def forgets_zeros(right, *at):
    """Answer for the law of the weights that are not 0, at the same ratio."""
    law = right.__self__
    some = law.population.atoms != 0
    weights = law.population.weights[some]
    kept = DiscreteMeasure(law.population.atoms[some], weights / weights.sum())
    return getattr(GeneralizedMarchenkoPastur(kept, law.gamma), right.__name__)(*at)


WRONG = {
    "law_transform_stays_in_the_half_plane": [
        ("stieltjes", lambda right, z: right(z).conj()),
        ("stieltjes", times(1e4)),
    ],
    "law_transform_is_conjugate_below": [
        ("stieltjes", lambda right, z: right(z.real + 1j * abs(z.imag)))
    ],
    "law_transform_is_minus_one_over_z_far_away": [
        ("stieltjes", times(1 + 1e-12)),
        ("stieltjes", lambda right, z: right(z) + 1e-20),
    ],
    "law_transform_expands_in_moments": [
        ("stieltjes", times(1 + 1e-12)),
        ("moment", lambda right, k: right(k) * (1 + 1e-10 * (k == 1))),
    ],
    "law_moments_are_contour_integrals": [
        ("moment", times(1 + 1e-10)),
        ("stieltjes", displaced(1e-9)),
    ],
    "law_density_is_the_jump_of_the_transform": [("pdf", times(1 + 1e-12))],
    "law_density_is_positive_inside_and_zero_outside": [
        ("pdf", plus(1e-300)),
        ("pdf", cut_at_edges),
    ],
    "law_density_is_positive_next_to_edges": [("pdf", cut_at_edges)],
    "law_edges_ascend": [("edges", lambda right: right()[::-1])],
    "law_distribution_ascends_from_zero_to_one": [
        ("cdf", times(1 - 2e-12)),
        ("cdf", plus(2e-12)),
        ("cdf", lambda right, x: right(-np.asarray(x))),
    ],
    "law_density_integrates_to_one": [
        ("pdf", times(1 + 1e-11)),
        ("atoms", lambda right: ()),
    ],
    "law_quantiles_invert_the_distribution": [("icdf", plus(1e-9)), ("icdf", plus(-1e-9))],
    "law_distribution_inverts_the_quantiles": [("icdf", plus(1e-9)), ("cdf", plus(1e-9))],
    "law_shapes_are_kept": [
        ("pdf", lambda right, x: np.ravel(right(x))),
        ("cdf", lambda right, x: np.asarray(right(x)).mean() + 0 * x),
        ("stieltjes", lambda right, z: np.asarray(right(z))),
    ],
    "law_moments_follow_from_free_cumulants": [
        ("moment", lambda right, k: right(k) * (1 + 1e-11 * (k == 4)))
    ],
    "weighted_scaling": [
        ("stieltjes", displaced(1e-9)),
        ("edges", lambda right: tuple(e + 1e-9 for e in right())),
    ],
    "weighted_reflection": [("stieltjes", displaced(1e-9)), ("cdf", displaced(1e-9))],
    "weighted_dilution": [("stieltjes", forgets_zeros), ("edges", forgets_zeros)],
    "weighted_methods_agree": [("stieltjes", by_one_method)],
    "weighted_companion_is_a_transform": [("companion_stieltjes", plus(1e-9))],
    "weighted_equation_is_solved": [("stieltjes", displaced(1e-9))],
}


def case(*errors):
    """Return a case whose law answers some questions wrongly."""
    wrong = {
        name: lambda self, *at, _name=name, _error=error, **options: _error(
            getattr(super(Wrong, self), _name), *at, **options
        )
        for name, error in errors
    }
    Wrong = type("Wrong", (GeneralizedMarchenkoPastur,), wrong)
    population = DiscreteMeasure([-1, 0, 2], [0.3, 0.2, 0.5])
    return NAMESPACE["Case"](Wrong(population, 1.6), Z, Q)


PLANTED = [(name, error) for name, errors in WRONG.items() for error in errors]


@pytest.mark.parametrize(("name", "error"), PLANTED, ids=lambda part: part[:40])
def test_planted_error_is_noticed(name, error):
    with pytest.raises(AssertionError):
        PROPERTIES[name](case(error))


@pytest.mark.parametrize("check", PROPERTIES.values(), ids=PROPERTIES)
def test_carrier_is_accepted(check):
    check(case())


def test_every_property_has_rejected_something():
    assert set(WRONG) == set(PROPERTIES)

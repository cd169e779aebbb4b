"""The properties of laws, over drawn populations, ratios and points, and over planted errors."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.strategies import aspect_ratios, laws, populations, upper_half_plane_points

NAMESPACE = runpy.run_path(str(Path(__file__).with_name("law_properties.py")))
Case = NAMESPACE["Case"]
OF_LAWS = {name: f for name, f in NAMESPACE.items() if name.startswith("law_")}
OF_WEIGHTED = {name: f for name, f in NAMESPACE.items() if name.startswith("weighted_")}
QUADRATURE = "law_density_integrates_to_one"
QUICK = {name: f for name, f in OF_LAWS.items() if name != QUADRATURE}


def points(law):
    return st.lists(upper_half_plane_points(law), min_size=1, max_size=5).map(np.array)


def levels():
    return st.lists(st.floats(0, 1), min_size=1, max_size=5).map(np.array)


def cases(family):
    return family.flatmap(lambda law: st.builds(Case, st.just(law), points(law), levels()))


weighted_laws = st.builds(GeneralizedMarchenkoPastur, populations(), aspect_ratios())
tame_laws = st.builds(
    GeneralizedMarchenkoPastur,
    populations(most_atoms=3, moduli=(0.5, 20), exact=True),
    aspect_ratios(between=(0.2, 5)),
)


@pytest.mark.parametrize("check", QUICK.values(), ids=QUICK)
def test_every_law(check):
    @given(cases(laws()))
    def holds(case):
        check(case)

    holds()


@pytest.mark.parametrize("check", (QUICK | OF_WEIGHTED).values(), ids=QUICK | OF_WEIGHTED)
def test_every_weighted_law(check):
    @given(cases(weighted_laws))
    def holds(case):
        check(case)

    holds()


@settings(max_examples=20)
@given(cases(tame_laws))
def test_mass_of_tame_laws(case):
    OF_LAWS[QUADRATURE](case)

"""What the public strategies draw, refuse and shrink to."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from rmtcheck.errors import DomainError
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.strategies import aspect_ratios, laws, populations, upper_half_plane_points

FIND = {"suppress_health_check": list(HealthCheck), "derandomize": True, "database": None}
RICH = settings(max_examples=1000, phases=[Phase.generate], **FIND)
SHRUNK = settings(max_examples=100, **FIND)


@given(populations(signs="negative", zero=False, most_atoms=3, moduli=(0.5, 20)))
def test_populations_keep_to_what_was_asked(population):
    assert 1 <= len(population.atoms) <= 3
    assert all((population.atoms >= -20 * (1 + 1e-12)) & (population.atoms <= -0.5 * (1 - 1e-12)))
    assert abs(float(population.mass()) - 1) < 1e-12


@given(populations(exact=True), aspect_ratios(exact=True))
def test_exact_numbers_are_exact(population, gamma):
    assert isinstance(population.moment(3), Fraction)
    assert population.mass() == 1
    assert isinstance(gamma, Fraction)


@given(
    st.sampled_from([(1e-3, 1e-2), (0.5, 0.5), (2, 30)]).flatmap(
        lambda ends: st.tuples(
            st.just(ends), aspect_ratios(between=ends), aspect_ratios(between=ends, exact=True)
        )
    )
)
def test_ratios_stay_in_the_range(case):
    (low, high), *drawn = case
    assert all(low <= ratio <= high for ratio in drawn)


@given(upper_half_plane_points(MarchenkoPastur(4.0), heights=(0.1, 3)))
def test_points_lie_around_the_law(z):
    assert 0.1 * 2 * (1 - 1e-12) <= z.imag <= 3 * 2 * (1 + 1e-12)
    assert abs(z.real - 1) <= 10 * 2


def sizes(population):
    return np.sort(abs(population.atoms[population.atoms != 0]))


SEEN = {
    "touching atoms": lambda p: np.any(np.diff(sizes(p)) < 1e-9 * sizes(p)[:-1]),
    "both signs": lambda p: p.atoms[0] < 0 < p.atoms[-1],
    "an atom at 0": lambda p: 0 in p.atoms,
    "five decades": lambda p: sizes(p)[0] < 1e-5 * sizes(p)[-1],
}


@pytest.mark.parametrize("shape", SEEN.values(), ids=SEEN)
def test_hard_shapes_are_drawn(shape):
    assert shape(find(populations(), shape, settings=RICH))


def test_every_family_is_drawn():
    for family in ("Semicircle", "MarchenkoPastur", "GeneralizedMarchenkoPastur"):
        found = find(laws(), lambda law, name=family: type(law).__name__ == name, settings=RICH)
        assert type(found).__name__ == family


def test_shrinks_to_what_is_simple():
    population = find(populations(), lambda p: True, settings=SHRUNK)
    assert population.atoms.tolist() == population.weights.tolist() == [1.0]
    assert find(aspect_ratios(), lambda gamma: True, settings=SHRUNK) == 1
    assert find(upper_half_plane_points(), lambda z: True, settings=SHRUNK).real == 0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: populations(signs="none"), "signs"),
        (lambda: populations(signs=["both"]), "signs"),
        (lambda: populations(most_atoms=0), "most_atoms"),
        (lambda: populations(most_atoms=True), "most_atoms"),
        (lambda: populations(moduli=(2, 1)), "moduli"),
        (lambda: populations(moduli=(0, 1)), "moduli"),
        (lambda: aspect_ratios(between=1.0), "between"),
        (lambda: aspect_ratios(between=(1, float("nan"))), "between"),
        (lambda: upper_half_plane_points(heights="ab"), "heights"),
        (lambda: upper_half_plane_points(DiscreteMeasure([1], [1])), "law"),
    ],
)
def test_unfit_arguments_are_named(call, name):
    with pytest.raises(DomainError, match=rf"^{name} is "):
        call()


def run(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_rmtcheck_does_without_hypothesis_and_says_when_it_is_missing():
    blocked = "import sys; sys.modules['hypothesis'] = None; import rmtcheck"
    assert run(blocked).returncode == 0
    missing = run(blocked + ", rmtcheck.strategies")
    assert missing.returncode != 0
    assert "pip install 'rmtcheck[test]'" in missing.stderr

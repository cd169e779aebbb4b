"""Concentration of resolvent traces: what has to concentrate, and what does not."""

import itertools

import pytest
import sympy
from sympy import I, Rational

from rmtcheck.symbolic.concentration import compare_concentration, concentration
from rmtcheck.symbolic.equality import Answer
from rmtcheck.vocabulary.ensembles import IndependentParts, RandomHermitian
from rmtcheck.vocabulary.quantities import Along
from rmtcheck.vocabulary.symbols import N, d, gamma, r

FOUND = concentration().result
PROPORTIONAL = Along(d, N, ratio=gamma)
PARTS = IndependentParts(N, r)


def answer(objects=PARTS, along=PROPORTIONAL, value=sympy.S.Zero):
    return compare_concentration(FOUND, objects, along, value).answer


def test_proportionally_many_parts_concentrate():
    assert answer() == Answer.YES
    assert answer(IndependentParts(d, 2), Along(d)) == Answer.YES


def test_one_part_of_full_rank_need_not():
    test = compare_concentration(FOUND, RandomHermitian(), PROPORTIONAL, sympy.S.Zero)
    assert test.answer == Answer.NO
    assert "1/2 at z = i" in test.witness


@pytest.mark.parametrize("value", [1, -1, Rational(1, 1000)])
def test_no_other_limit_is_accepted(value):
    assert answer(value=sympy.sympify(value)) == Answer.NO


@pytest.mark.parametrize(
    ("objects", "along"),
    [
        (IndependentParts(d**2, r), Along(d)),
        (IndependentParts(N * d, r), PROPORTIONAL),
        (IndependentParts(N, d), PROPORTIONAL),
        (PARTS, Along(N)),
    ],
    ids=str,
)
def test_too_many_parts_or_too_large_ones_stay_open(objects, along):
    assert answer(objects, along) == Answer.UNKNOWN


@pytest.mark.parametrize("strength", [Rational(1, 3), -2, 50, -1000])
def test_the_rank_one_inequality_on_exact_matrices(strength):
    """|tr G' - tr G| <= 1/Im z, in Gaussian rationals, for a few matrices and vectors."""
    for entries, u in itertools.product(((1, 2, -1), (0, 1, 3)), ((1, 0), (1, -2))):
        matrix = sympy.Matrix([[entries[0], entries[1]], [entries[1], entries[2]]])
        change = strength * sympy.Matrix(u) * sympy.Matrix([u])
        z = Rational(1, 2) + I / 3
        traces = [((m - z * sympy.eye(2)).inv()).trace() for m in (matrix, matrix + change)]
        gap = sympy.expand(traces[1] - traces[0], complex=True)
        assert sympy.expand(gap * gap.conjugate()) <= 9


def test_the_rank_one_inequality_is_sharp():
    """In dimension one, 1/(m - z) + 1/z at z = i comes as close to modulus 1 as one likes."""
    m = sympy.Integer(10**6)
    gap = 1 / (m - I) - 1 / (-I)
    assert sympy.Abs(gap) > 1 - Rational(1, 10**11)

"""The certificate for every number of classes settles the statement it proves, and no other."""

import pytest
import sympy

from rmtcheck import Along, LimitOf, Value, linear_ce_series
from rmtcheck.channels.every_class import asks_for_scaled_ratio, every_class
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, d, e, gamma, i, j

p = SoftmaxOfGaussians(C)
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
RATIO = C**2 * g_ij / g_ii
R0, R1 = linear_ce_series(1)
K = (8 + 12800 * gamma + 48500 * gamma**2 + 47800 * gamma**3) / (e * gamma + 1) ** 3


def bound(value=R0 + R1 / C, reach=K):
    return Value(RATIO, value, 2 * reach / C**2)


def test_the_stored_theorem_is_that_of_the_series():
    theorem = every_class()
    assert sympy.simplify(theorem.limit - R0) == 0
    assert sympy.simplify(theorem.slope - R1) == 0
    assert sympy.simplify(theorem.reach - K) == 0


@pytest.mark.parametrize("statement", [bound(), LimitOf(RATIO, R0, Along(C))])
def test_what_it_proves_holds_everywhere(statement):
    found = every_class().settles(statement)
    assert asks_for_scaled_ratio(statement)
    assert (found.outcome, found.scope.reach) == (Outcome.HOLDS, Reach.ALL)


@pytest.mark.parametrize(
    "statement",
    [
        bound(R0 - R1 / C),
        bound(R0),
        bound(R0 + R1 / C**2),
        bound(reach=K / 2),
        LimitOf(RATIO, 1 / R0, Along(C)),
        LimitOf(RATIO, R0.subs(gamma, 1 / gamma), Along(C)),
    ],
)
def test_what_it_does_not_prove_is_left_open(statement):
    assert every_class().settles(statement) is None


@pytest.mark.parametrize("along", [Along(N), Along(gamma), Along(d, N, ratio=gamma)])
def test_other_directions_are_not_asked_for(along):
    assert not asks_for_scaled_ratio(LimitOf(RATIO, R0, along))


@pytest.mark.parametrize("quantity", [RATIO / C, RATIO.subs(gamma, 2), C**2 * g_ii / g_ij])
def test_other_quantities_are_not_asked_for(quantity):
    assert not asks_for_scaled_ratio(LimitOf(quantity, R0, Along(C)))

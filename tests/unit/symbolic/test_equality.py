import pytest
import sympy
from sympy import I, Rational, exp, oo, pi, sqrt

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer, are_equal, is_zero
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import E, FrobeniusSquared, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, d, e, gamma, i, j, tau, x, z

p, p2, p3 = (SoftmaxOfGaussians(k) for k in (C, 2, 3))
k = sympy.Symbol("k", integer=True, positive=True)
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
CONSTANT = (gamma * e**2 + 1) / (gamma * e + 1)
NORM = FrobeniusSquared(HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, j))

EQUAL = {
    "rational": (
        (gamma**3 * e**2 - e**2 / gamma + gamma**2 - gamma**-2) / (gamma**2 - gamma**-2) * gamma,
        gamma * (e**2 * gamma + 1),
    ),
    "e": (
        CONSTANT,
        (exp(Rational(1, 2)) ** 4 + 1 / gamma) / (sqrt(e) * exp(Rational(1, 2)) + 1 / gamma),
    ),
    "e and pi": (pi * e * (pi - e), pi**2 * e - e**2 * pi),
    "complex": (1 / (z + I), (z - I) / (z**2 + 1)),
    "radicals": (1 / (sqrt(gamma + 1) - sqrt(gamma)), sqrt(1 + gamma) + sqrt(gamma)),
    "mean": (E(p[i]), 1 / C),
    "variance": (E((p[i] - E(p[i])) ** 2), E(p[3] ** 2) - C**-2),
    "sum": (E(p[i] * (1 - p[i])), (C - 1) * E(p[1] * p[2])),
    "sum squared": (1, C * E(p[i] ** 2) + C * (C - 1) * E(p[i] * p[j])),
    "sum cubed": (
        1,
        C * E(p[1] ** 3)
        + 3 * C * (C - 1) * E(p[1] ** 2 * p[2])
        + C * (C - 1) * (C - 2) * E(p[i] * p[j] * p[k]),
    ),
    "ratio": (
        g_ij / g_ii,
        (gamma * E(p[1] ** 2 * p[j] ** 2) + (1 / C - E(p[k] ** 2)) ** 2 / (C - 1) ** 2)
        / (
            gamma * (E(p[2] ** 2) - 2 * E(p[2] ** 3) + E(p[j] ** 4)) + (E(p[j]) - E(p[j] ** 2)) ** 2
        ),
    ),
    "root of mean": (sqrt(E(p[i] ** 2)), sqrt(E(p[j] ** 2))),
    "two classes": (E(p2[1] ** 3), Rational(3, 2) * E(p2[1] ** 2) - Rational(1, 4)),
    "two classes, all": (
        E(p2[i] ** 2 * p2[j] ** 2),
        E(p2[1] ** 4) - 2 * E(p2[2] ** 3) + E(p2[2] ** 2),
    ),
    "two classes, variance": (E(p2[1] * p2[2]), Rational(1, 2) - E(p2[1] ** 2)),
    "three classes": (E(p3[1] * p3[2] * (p3[1] + p3[2] + p3[3])), E(p3[1] * p3[2])),
    "root of a quotient": (sqrt(g_ij / g_ii), sqrt(g_ij) / sqrt(g_ii)),
    "root of a quotient of variances": (
        sqrt(gamma * (E(p[i] ** 2) - E(p[i]) ** 2)) ** 2 / C,
        gamma / C * (E(p[j] ** 2) - C**-2),
    ),
    "weights": (p[i] * (1 - p[i]), p[i] - p[i] ** 2),
    "weights, two classes": (p2[1] * (1 - p2[1]), p2[1] * p2[2]),
    "noun": (NORM * (d + 1) / d, NORM + NORM / d),
}

UNEQUAL = {
    "rational": (CONSTANT, (gamma * e**2 + 1) / (gamma * e - 1), "at gamma = 3/2: 2.3798"),
    "close": (CONSTANT, CONSTANT + Rational(1, 10**50), "proved by enclosures"),
    "e and pi": (e * pi, 8, "8.5397342"),
    "e is not rational": (e, Rational(193, 71), "proved by enclosures"),
    "complex": (1 / (z + I), (z - I) / (z**2 + 2), "at z = 1/3 + 2*I/5"),
    "radical": (sqrt(gamma), gamma**2, "by mpmath with 60 digits"),
    "absolute value": (sqrt(x**2), x, "at x = -"),
    "function": (sympy.log(N + 1), sympy.log(N), "at N = 2"),
    "mean": (E(p[i]), 1 / (C - 1), "at C = 2: 0.5"),
    "covariance": (E(p[i] * p[j]), E(p[i]) * E(p[j]), "C^-3 is 1 - E on the left and 0"),
    "powers": (E(p[i] ** 2) ** 2, E(p[i] ** 4), "C^-4 is exp(2) on the left and exp(6)"),
    "late": (E(p[i] ** 2), E(p[i] ** 2) + C**-5, "at C = 2: the difference is -0.03125"),
    "late, other moments": (E(p[i] ** 2) ** 3, E(p[i] ** 2) ** 3 + E(p[i] ** 4) ** 2, "C^-8"),
    "three named classes": (E(p[i] * p[j] * p[k]), E(p[i] * p[j] * p[k]) + 1 / (C - 2), "at C = 4"),
    "off by a class": (E(p[i] * (1 - p[i])), C * E(p[i] * p[j]), "C^-2"),
    "sign": (g_ij, gamma * E(p[i] ** 2 * p[j] ** 2) - E(p[i] * p[j]) ** 2, "C^-4 is "),
    "ratio at finite C": (C**2 * g_ij / g_ii, CONSTANT, "C^-1"),
    "root of mean": (sqrt(E(p[i] ** 2)), E(p[i] ** 2), "C^-1 is exp(1/2)"),
    "weights": (p[i] * (1 - p[i]), p[i] * p[j], "p_i = 9/20, p_j = 1/4"),
    "weights, three classes": (p3[1] * (1 - p3[1]), p3[1] * p3[2], "p_1 = 9/20"),
}

OPEN = {
    "nested radical": (sqrt(3 + 2 * sqrt(2)), 1 + sqrt(2)),
    "special values": (sympy.Integral(exp(-(x**2)), (x, 0, 1)), sqrt(pi) / 2),
    "explicit classes": (E(p2[1] ** 4), E(p2[1] ** 3)),
    "noun": (NORM, 1),
    "unknown function": (sympy.Function("f")(gamma), gamma),
    "mean of another noun": (E(sympy.Function("f")(gamma)), gamma),
    "logarithms of one number": (sympy.log(3 + 2 * sqrt(2)), 2 * sympy.log(1 + sqrt(2))),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal(name):
    assert are_equal(*EQUAL[name]).answer is Answer.YES


@pytest.mark.parametrize("name", EQUAL)
def test_equal_pairs_are_not_equal_after_a_planted_change(name):
    lhs, rhs = EQUAL[name]
    test = are_equal(lhs, rhs + Rational(1, 10**6))
    assert test.answer is (Answer.UNKNOWN if test.witness.startswith("neither") else Answer.NO)
    assert test.answer is not Answer.YES


@pytest.mark.parametrize("name", UNEQUAL)
def test_unequal(name):
    lhs, rhs, words = UNEQUAL[name]
    test = are_equal(lhs, rhs)
    assert test.answer is Answer.NO
    assert words in test.witness


@pytest.mark.parametrize("name", OPEN)
def test_open(name):
    test = are_equal(*OPEN[name])
    assert test.answer is Answer.UNKNOWN
    assert test.witness.startswith("neither a proof nor a witness")


def test_zero_test_has_no_truth_value():
    with pytest.raises(DomainError, match=r"compare \.answer"):
        bool(is_zero(gamma))


@pytest.mark.parametrize("bad", [oo, sympy.nan, 0.5, sympy.Tuple(1, 2), sympy.zoo])
def test_bad_sides_are_named(bad):
    with pytest.raises(DomainError, match="lhs is"):
        is_zero(bad)


@pytest.mark.parametrize(
    "hidden",
    [
        sympy.Add(gamma + 1, -gamma, -1, evaluate=False),
        (gamma + 1) ** 2 - gamma**2 - 2 * gamma - 1,
        sqrt(gamma) * sqrt(gamma + 1) - sqrt(gamma**2 + gamma),
        E(p[i]) - 1 / C,
    ],
)
def test_division_by_zero_is_named(hidden):
    with pytest.raises(DomainError, match="identically zero"):
        is_zero(1 / hidden)


def test_expectations_that_cancel_leave_a_decidable_rest():
    lhs = gamma * E((p[i] ** 2 - p[i]) ** 2) + E(p[i] ** 2 - p[i]) ** 2
    rhs = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
    assert are_equal(lhs, rhs).answer == Answer.YES
    assert are_equal(lhs, rhs + gamma).answer == Answer.NO


def test_two_temperatures_of_one_size_are_not_refuted():
    """With common logits p_1(2)^2 p_2 = p_2(2)^2 p_1, though not at independent points."""
    warm = SoftmaxOfGaussians(2, Rational(1, 2))
    assert are_equal(warm[1] ** 2 * p2[2], warm[2] ** 2 * p2[1]).answer == Answer.UNKNOWN
    assert are_equal(warm[1] + p2[2], 1).answer == Answer.UNKNOWN
    assert are_equal(warm[1] + warm[2], p2[1] + p2[2]).answer == Answer.YES
    assert are_equal(warm[1], warm[2]).answer == Answer.NO


def test_means_at_two_temperatures_differ():
    warm = SoftmaxOfGaussians(C, tau)
    assert are_equal(E(warm[i] ** 2), E(p[i] ** 2)).answer == Answer.NO
    assert are_equal(E(warm[i]), E(p[i])).answer == Answer.YES

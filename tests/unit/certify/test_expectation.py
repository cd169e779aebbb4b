import pytest
import sympy

from rmtcheck.certify.expectation import moment_terms
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.quantities import E, SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, gamma, i, j, tau

p = SoftmaxOfGaussians(C)
three = SoftmaxOfGaussians(3)


def _table(expectation):
    table = {}
    for term in moment_terms(expectation):
        table[term.powers] = table.get(term.powers, 0) + term.coefficient
    return table


def test_powers_of_one_minus_p():
    assert _table(E(p[i] ** 2 * (1 - p[i]) ** 2)) == {(2,): 1, (3,): -2, (4,): 1}


def test_only_the_multiset_of_powers_matters():
    assert _table(E(p[i] * p[j] ** 3 + 2 * p[i] ** 3 * p[j])) == {(3, 1): 3}


def test_coefficients_stay_symbolic():
    assert _table(E(gamma * C * p[i] + gamma)) == {(1,): gamma * C, (): gamma}


def test_a_constant_has_no_classes():
    (term,) = moment_terms(E(sympy.Integer(7)))
    assert (term.coefficient, term.powers, term.softmax) == (7, (), None)


@pytest.mark.parametrize(
    "expectation",
    [
        E(1 / p[i]),
        E(sympy.sqrt(p[i])),
        E(sympy.log(p[i])),
        E(p[i] * three[j]),
        E(p[i] * E(p[j])),
        E(three[4]),
        E(three[0]),
        E(SoftmaxOfGaussians(1)[i] * SoftmaxOfGaussians(1)[j]),
        E(SoftmaxComponent(i, sympy.Integer(0))),
        E(SoftmaxComponent(i, sympy.Rational(5, 2))),
    ],
)
def test_refused(expectation):
    with pytest.raises(DomainError):
        moment_terms(expectation)


def test_terms_keep_their_scale():
    warm = SoftmaxOfGaussians(C, tau)
    assert [term.softmax for term in moment_terms(E(warm[i] * (1 - warm[j])))] == [warm, warm]


def test_two_temperatures_in_one_mean_are_refused():
    with pytest.raises(DomainError, match="accepted: one softmax"):
        moment_terms(E(p[i] * SoftmaxOfGaussians(C, tau)[j]))

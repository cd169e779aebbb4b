"""Mean squared norms of hidden and output blocks, against what is known otherwise."""

import pytest
import sympy
from sympy import Rational, Sum, oo

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.hessian import derive
from rmtcheck.symbolic.shared_readout.mean_square import mean_of, mean_square
from rmtcheck.symbolic.shared_readout.units import closed_form
from rmtcheck.vocabulary.activations import TANH
from rmtcheck.vocabulary.grams import INPUT, ONE, WeightedGram
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR
from rmtcheck.vocabulary.network_softmax import SoftmaxOfNetwork
from rmtcheck.vocabulary.networks import HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import V, indicator
from rmtcheck.vocabulary.symbols import C, N, c, d, gamma, i, j, m

p = SoftmaxOfGaussians(C)


def grown(loss, layer, column, width=m, ratio=gamma):
    network = OneHiddenLayer(d, width, C)
    rows = getattr(network, layer)
    gram = derive(HessianBlock(network, loss, rows[i], rows[column]))
    return mean_square(gram, network, ratio).result


def moments_of_sums(classes):
    """Return exact means of squares of class sums, by expanding them entry by entry."""
    rows = [[sympy.Symbol(f"v{k}{unit}") for unit in "ij"] for k in range(classes)]
    products = sum(a * b for a, b in rows)
    squares = sum(a**2 for a, _ in rows)
    first, second = sum(a for a, _ in rows), sum(b for _, b in rows)
    sums = (products, squares, products - first * second, squares - first**2)
    entries = [entry for row in rows for entry in row]
    return [gaussian_mean(sympy.expand(s**2), entries) for s in sums]


def gaussian_mean(polynomial, symbols):
    """Return the mean of a polynomial in iid N(0, 1/m), monomial by monomial."""
    total = 0
    for powers, coefficient in sympy.Poly(polynomial, *symbols).terms():
        if all(a % 2 == 0 for a in powers):
            total += coefficient * sympy.prod(
                sympy.factorial2(a - 1) / m ** (a // 2) for a in powers
            )
    return sympy.expand(total)


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_class_sums_are_what_the_claims_say_at_finite_sizes(classes):
    products, squares, printed_off, printed_diagonal = moments_of_sums(classes)
    assert sympy.expand(products - classes / m**2) == 0
    assert sympy.expand(squares - (classes**2 + 2 * classes) / m**2) == 0
    assert sympy.simplify(printed_off / printed_diagonal) == Rational(1, 2)


def test_means_of_class_sums_have_the_leading_terms_of_the_exact_ones():
    def over(term):
        return Sum(term, (c, 1, C))

    products, squares = over(V[c, i] * V[c, j]), over(V[c, i] ** 2)
    first, second = over(V[c, i]), over(V[c, j])
    expected = {
        products**2: (1 / m**2, 1),
        squares**2: (1 / m**2, 2),
        (products - first * second) ** 2: (1 / m**2, 2),
        (squares - first**2) ** 2: (2 / m**2, 2),
    }
    for expr, (coefficient, exponent) in expected.items():
        found = mean_of(expr, m).result
        assert (sympy.expand(found.coefficient - coefficient), found.exponent) == (0, exponent)


def test_squared_error_counts_open_gates():
    off, diagonal = (grown(MEAN_SQUARED_ERROR, "w", column) for column in (j, i))
    assert (off.exponent, diagonal.exponent) == (1, 2)
    assert sympy.expand(off.coefficient - (4 * gamma + 1) / (4 * m**2)) == 0
    assert sympy.expand(diagonal.coefficient - (2 * gamma + 1) / m**2) == 0


def test_output_blocks_with_squared_error_are_diagonal():
    assert grown(MEAN_SQUARED_ERROR, "v", j).coefficient == 0
    found = closed_form(grown(MEAN_SQUARED_ERROR, "v", i).coefficient)
    pi = sympy.pi  # E[(phi.phi')^2] = m (m - 1) / (2 pi)^2 + m / 4
    assert sympy.simplify(found - 4 * (m * (m - 1) / (4 * pi**2) + m / 4)) == 0


def test_the_diagonal_hidden_block_with_cross_entropy():
    found = grown(CROSS_ENTROPY, "w", i)
    assert found.exponent == 0
    assert sympy.expand(found.coefficient - (2 * gamma + 1) / (4 * m**2)) == 0
    assert found.least_width == 1


def test_the_other_hidden_block_with_cross_entropy():
    found = grown(CROSS_ENTROPY, "w", j)
    tilted = (
        ((1 + 1 / sympy.sqrt(1 - 2 / m)) / 2) ** (m - 2) * (m - 1) ** 2 / (4 * m * (m - 2) ** 3)
    )
    across = K(0, 1 / m) ** (m - 2) * ((K(0, 1 / m) - Rational(3, 4)) / m + K(1, 1 / m) / m**2) ** 2
    assert found.exponent == -1
    assert found.least_width == 3
    assert found.is_positive
    gap = (found.coefficient - gamma * tilted - across).subs({gamma: 2, m: 5})
    assert abs(sympy.N(closed_form(gap), 40)) < 1e-35


@pytest.mark.parametrize(("column", "rows"), [(i, 1), (j, 2)])
def test_output_blocks_with_cross_entropy(column, rows):
    found = grown(CROSS_ENTROPY, "v", column)
    s = sympy.Symbol("s")
    expected = sympy.diff(closed_form(K(0, s)) ** 5, s, 2).subs(s, Rational(rows, 5))
    assert found.exponent == -2 * rows
    assert found.least_width == rows + 1
    assert abs(sympy.N(closed_form(found.coefficient.subs(m, 5)) - expected, 40)) < 1e-33


def test_width_two_is_too_narrow():
    assert grown(CROSS_ENTROPY, "w", j, sympy.Integer(2)).coefficient == oo
    assert grown(CROSS_ENTROPY, "v", j, sympy.Integer(2)).coefficient == oo
    assert grown(CROSS_ENTROPY, "v", i, sympy.Integer(2)).coefficient != oo
    assert grown(CROSS_ENTROPY, "w", j, sympy.Integer(3)).coefficient != oo


def test_without_the_squares_two_units_are_enough():
    assert grown(CROSS_ENTROPY, "w", j, ratio=sympy.S.Zero).least_width == 2


def test_a_changed_weight_changes_the_answer():
    network = OneHiddenLayer(d, m, C)

    def coefficient(*units):
        weight = sympy.Mul(*(indicator[k] for k in units)) * Sum(V[c, i] * V[c, j], (c, 1, C))
        return mean_square(WeightedGram(1 / N, weight), network, gamma).result.coefficient

    assert sympy.expand(coefficient(i, j) - (4 * gamma + 1) / (16 * m**2)) == 0
    assert sympy.expand(coefficient(i) - (2 * gamma + 1) / (4 * m**2)) == 0
    assert sympy.expand(coefficient() - (gamma + 1) / m**2) == 0


def test_probabilities_of_a_network():
    q = SoftmaxOfNetwork(OneHiddenLayer(d, m, C))
    found = mean_of((C * q[i] - 1) ** 2, m).result
    assert found.least_width == 3
    assert mean_of(q[i] * q[j], m).result.coefficient == 1
    with pytest.raises(DomainError, match="no network"):
        mean_of((C * p[i] - 1) ** 2, m)


def test_steps_say_where_the_limit_holds():
    network = OneHiddenLayer(d, m, C)
    gram = derive(HessianBlock(network, CROSS_ENTROPY, network.v[i], network.v[j]))
    assert mean_square(gram, network, gamma).steps[-1].text.endswith("m >= 3")


def test_what_is_not_covered_is_refused():
    network = OneHiddenLayer(d, m, C)
    gram = WeightedGram(1 / N, indicator[i])
    for arguments, message in (
        ((gram, OneHiddenLayer(d, m, C, TANH), gamma), "relu"),
        ((WeightedGram(1, indicator[i]), network, gamma), "1/N"),
        ((WeightedGram(1 / N, indicator[i], INPUT, ONE), network, gamma), "twice"),
        ((gram, network, None), "not stated"),
    ):
        with pytest.raises(DomainError, match=message):
            mean_square(*arguments)

import sympy
from sympy import KroneckerDelta, Sum

from rmtcheck.symbolic.blocks.softmax import recognize, spell, with_logistic
from rmtcheck.symbolic.blocks.sums import canonical, normal
from rmtcheck.symbolic.blocks.textbook import arranged, common_factor
from rmtcheck.vocabulary.quantities import SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import LABEL, V, indicator, logit
from rmtcheck.vocabulary.symbols import C, c, i, j

k = sympy.Symbol("k", integer=True, positive=True)
p = SoftmaxOfGaussians(C)
delta = KroneckerDelta


def same(left, right):
    return canonical(left) == canonical(right)


def test_deltas_are_contracted():
    assert normal(Sum(delta(c, i) * V[c, j], (c, 1, C))) == V[i, j]
    double = Sum(Sum(delta(c, k) * V[c, i] * V[k, j], (k, 1, C)), (c, 1, C))
    assert same(normal(double), Sum(V[c, i] * V[c, j], (c, 1, C)))


def test_sympy_flattens_nested_sums_and_no_limit_is_lost():
    double = Sum(Sum(V[c, i] * V[k, j], (k, 1, C)), (c, 1, C))
    assert len(double.limits) == 2
    product = Sum(V[c, i], (c, 1, C)) * Sum(V[c, j], (c, 1, C))
    assert same(normal(double), product)


def test_deltas_of_partial_sums_stay():
    partial = Sum(delta(c, i) * V[c, j], (c, 1, C - 1))
    assert same(normal(partial), partial)


def test_a_sum_from_two_is_a_full_sum_without_its_first_term():
    assert same(normal(Sum(V[c, i], (c, 2, C))), Sum(V[c, i], (c, 1, C)) - V[1, i])


def test_shares_add_up_to_one_and_ones_to_the_number_of_classes():
    assert normal(Sum(p[c] + 1, (c, 1, C))) == C + 1
    other = Sum(SoftmaxComponent(c, 5), (c, 1, C))
    assert same(normal(other), other)
    shorter = Sum(p[c], (c, 1, C - 1))
    assert same(normal(shorter), shorter)


def test_a_delta_of_the_label_names_the_label():
    assert normal(delta(LABEL, i) * p[LABEL]) == delta(LABEL, i) * p[i]
    assert normal(delta(LABEL, i) * delta(LABEL, j)) == delta(LABEL, i) * delta(i, j)


def test_products_of_sums_stay_products():
    product = Sum(V[c, i], (c, 1, C)) * Sum(V[c, j], (c, 1, C))
    assert same(normal(product), product)
    assert not same(normal(product), Sum(V[c, i] * V[c, j], (c, 1, C)))


def test_names_of_indices_do_not_matter():
    nested = Sum(V[c, i] * Sum(sympy.exp(logit[c] - logit[k]), (k, 1, C)), (c, 1, C))
    renamed = Sum(V[k, i] * Sum(sympy.exp(logit[k] - logit[c]), (c, 1, C)), (k, 1, C))
    assert same(nested, renamed)


def test_softmax_is_recognised_and_spelled():
    total = Sum(sympy.exp(logit[c] / 2), (c, 1, C))
    share = SoftmaxComponent(i, C, sympy.Integer(2))
    assert recognize(sympy.exp(logit[i] / 2) / total) == share
    assert recognize(spell(share)) == share
    assert recognize(sympy.exp(logit[i]) / total) != share


def test_logistic_functions_are_recognised():
    power = sympy.exp(logit[i])
    s = 1 / (1 + sympy.exp(-logit[i]))
    assert with_logistic(power / (1 + power)) == s
    assert sympy.expand(with_logistic(power / (1 + power) ** 2) - s + s**2) == 0
    kept = sympy.exp(logit[i] / 3)
    assert with_logistic(kept) == kept


def test_common_factors():
    terms = [2 * V[i, j] ** 2 * p[i] / C, -4 * V[i, j] * p[i] / C**2]
    assert common_factor(terms) == 2 * V[i, j] * p[i] / C
    assert common_factor([-p[i], -p[i] * p[j]]) == -p[i]


def test_arranged_forms_are_equal_to_what_they_arrange():
    form = 2 * indicator[i] * Sum(V[c, i], (c, 1, C)) - 4 * indicator[i] * Sum(p[c], (c, 1, C))
    arrangement = arranged(canonical(form))
    assert arrangement.args[0] == 2
    assert len(arrangement.atoms(Sum)) == 1
    assert same(normal(arrangement), normal(form))

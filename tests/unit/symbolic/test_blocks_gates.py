"""Kinks, ties, conditions and indices: what is right, and what is refused."""

from itertools import product

import pytest
import sympy
from sympy import (
    Abs,
    And,
    Eq,
    Heaviside,
    KroneckerDelta,
    Max,
    Min,
    Ne,
    Or,
    Piecewise,
    Rational,
    Sum,
)

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks import question as question_module
from rmtcheck.symbolic.blocks.checks import WrongLineError
from rmtcheck.symbolic.blocks.gates import Gate, gated, opened, oriented
from rmtcheck.symbolic.blocks.sums import canonical, normal
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.hessian import derive, derive_with_steps, same_gram
from rmtcheck.vocabulary.activations import TANH
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.losses import LogitLoss
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import LABEL, V, indicator, logit, preactivation, target
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m

k = sympy.Symbol("k", integer=True, positive=True)
u, y, p, a = logit, LABEL, SoftmaxOfGaussians(C), preactivation
linear, tanh = LinearModel(d, C), OneHiddenLayer(d, m, C, TANH)
MISS = u[c] - target[c]


def over(body, index=c):
    return Sum(body, (index, 1, C))


def pairs(body):
    return Sum(body, (c, 1, C), (k, 1, C))


def answer(left, right):
    return same_gram(WeightedGram(1 / N, left), WeightedGram(1 / N, right)).answer


KINKED = {
    "max with the label": over(Max(u[c], u[y]) ** 2),
    "max with a class": over(Max(u[c], u[1]) ** 2),
    "exponential of max": over(sympy.exp(Max(u[c], u[y]))),
    "min over pairs": pairs(Min(u[c], u[k]) ** 2),
    "at least the label": over(Piecewise((u[c] ** 2, u[c] >= u[y]), (0, True))),
    "above the label": over(Piecewise((u[c] ** 2, u[c] > u[y]), (0, True))),
    "max of three": over(Max(u[c], u[y], 0) ** 2),
    "max of three classes": Max(u[1], u[2], u[3]) ** 2,
    "ranking": pairs(Max(0, 1 + u[c] - u[k]) ** 2),
    "huber": over(Piecewise((MISS**2 / 2, Abs(MISS) < 1), (Abs(MISS) - Rational(1, 2), True))),
    "huber by and": over(Piecewise((MISS**2, And(MISS < 1, MISS > -1)), (u[c], True))),
    "outside": over(Piecewise((MISS**2, Or(MISS > 1, MISS < -1)), (u[c] ** 3, True))),
    "hinge without the label": over(Piecewise((0, Eq(c, y)), (Max(0, 1 + u[c] - u[y]) ** 2, True))),
    "not the label": over(Piecewise((u[c] ** 3, Ne(c, y)), (0, True))),
    "equal logits": over(Piecewise((u[c] ** 3, Eq(u[c], u[y])), (u[c] ** 2, True))),
    "heaviside": over(u[c] ** 2 * Heaviside(u[c] - u[y])),
    "max with a parameter": over(Max(sympy.Symbol("s"), u[c]) ** 2),
    "max with a number": over(Max(Rational(1, 3), u[c]) ** 2),
    "sign": over(u[c] ** 2 * sympy.sign(u[c] - u[y])),
    "condition with a sum": Piecewise((u[1] ** 2, over(u[c]) > 0), (u[2] ** 2, True)),
}
ROWS = {
    "linear": (linear.v[1], linear.v[1]),
    "classes": (tanh.v[1], tanh.v[2]),
    "hidden": (tanh.w[1], tanh.w[2]),
    "mixed": (tanh.w[1], tanh.v[2]),
}
CASES = [
    (name, rows)
    for name, rows in product(KINKED, ROWS)
    if rows in ("linear", "hidden") or name in ("max with the label", "ranking", "huber")
]


@pytest.mark.parametrize(("name", "rows"), CASES, ids=str)
def test_kinked_losses_pass_the_check_against_the_printed_loss(name, rows):
    network = linear if rows == "linear" else tanh
    question = HessianBlock(network, LogitLoss(KINKED[name], name), *ROWS[rows])
    derivation = derive_with_steps(question)
    assert "what is differentiated" in derivation.steps[2].checked
    free = derivation.result.free_symbols
    assert free <= {C, N, d, m, y, sympy.Symbol("s")}


def test_the_tie_with_the_label_counts():
    block = derive(HessianBlock(linear, LogitLoss(KINKED["max with the label"]), i, i))
    above = over(Heaviside(u[i] - u[c], 0))
    others = 2 * Heaviside(u[i] - u[y], 0)
    own = 2 * KroneckerDelta(i, y) * over(1 - Heaviside(u[c] - u[i], 0))
    right = WeightedGram(1 / N, others + own)
    assert same_gram(block, right).answer == Answer.YES
    wrong = WeightedGram(1 / N, others + own - 2 * KroneckerDelta(i, y))
    assert same_gram(block, wrong).answer == Answer.NO
    assert same_gram(block, WeightedGram(1 / N, 2 * above)).answer == Answer.NO


# A planted error in the gates is found, because the checks read the loss as it is printed.


def without_ties(expr):
    return expr.replace(Max, lambda *f: f[0] * Gate(f[0] - f[1]) + f[1] * Gate(f[1] - f[0]))


def as_strict(expr):
    return gated(expr.replace(sympy.Ge, sympy.Gt))


@pytest.mark.parametrize(
    ("planted", "loss"),
    [
        (without_ties, over(Max(u[c], u[y]) ** 4)),
        (as_strict, over(Piecewise((u[c] ** 4, u[c] >= u[y]), (0, True)))),
    ],
)
def test_a_planted_error_in_the_gates_is_found(monkeypatch, planted, loss):
    monkeypatch.setattr(question_module, "gated", planted)
    question = HessianBlock(linear, LogitLoss(loss, f"planted {planted.__name__}"), 2, 2)
    with pytest.raises(WrongLineError):
        derive_with_steps(question)


# Values of gates.


def test_gates_at_ties():
    assert Gate(sympy.Integer(0)) == 0
    assert gated(Piecewise((1, u[c] >= u[y]), (0, True))).xreplace({c: y}) == 1
    assert gated(Piecewise((1, u[c] > u[y]), (0, True))).xreplace({c: y}) == 0
    assert gated(Max(u[c], u[y])).xreplace({c: y}) == u[y]
    assert gated(Min(u[c], u[y])).xreplace({c: y}) == u[y]
    assert gated(Heaviside(u[c] - u[y])).xreplace({c: y}) == Rational(1, 2)
    assert gated(sympy.sign(u[c] - u[y])).xreplace({c: y}) == 0
    assert Gate(-a[i]) == 1 - indicator[i]


@pytest.mark.parametrize("values", list(product((-2, 0, 1, 2), repeat=3)), ids=str)
@pytest.mark.parametrize(
    "expr",
    [
        Max(u[1], u[2], u[3]),
        Min(u[1], u[2], u[3]) + Max(u[1], u[2]),
        Max(Abs(u[1]), u[2]) * sympy.sign(u[3] - u[1]),
        Piecewise((u[1], u[1] >= u[2]), (u[2], Or(u[3] > u[1], Eq(u[2], u[3]))), (7, True)),
        Piecewise((u[1], sympy.Not(And(Abs(u[1]) < 1, u[2] <= u[3]))), (Heaviside(u[3]), True)),
    ],
    ids=str,
)
def test_gated_forms_have_the_value_at_every_point(expr, values):
    at = {u[n]: sympy.Integer(value) for n, value in enumerate(values, 1)}
    assert gated(expr).xreplace(at) == expr.xreplace(at)
    assert opened(gated(expr)).xreplace(at) == expr.xreplace(at)


def test_opposite_gates_add_up_to_one_but_for_ties():
    both = Gate(u[c] - u[i]) + Gate(u[i] - u[c])
    assert sympy.expand(oriented(both) - 1 + KroneckerDelta(c, i)) == 0
    assert sympy.expand(oriented(Gate(u[c] - 1) + Gate(1 - u[c])) - 1) == 0
    unclear = Gate(u[c] + u[k] - 2 * u[i]) + Gate(2 * u[i] - u[c] - u[k])
    assert oriented(unclear) == unclear


def test_an_inner_sum_does_not_take_the_name_of_an_outer_index():
    c0, c1 = (
        next(iter(canonical(form).limits))[0]
        for form in (over(u[c]), Sum(over(u[c] * u[k]) ** 2, (k, 1, C)))
    )
    swapped = Sum(V[c0, i] * Sum(V[c1, c0] ** 2, (c1, 1, C)) ** 2, (c0, 1, C))
    expected = Sum(V[k, i] * Sum(V[c, k] ** 2, (c, 1, C)) ** 2, (k, 1, C))
    assert canonical(swapped) == canonical(expected)
    assert not canonical(swapped).free_symbols - {C, i}


def test_deltas_of_shifted_indices_stay():
    shifted = over(KroneckerDelta(c + 1, y) * V[c, i])
    assert canonical(normal(shifted)) == canonical(shifted)
    mirrored = KroneckerDelta(C + 1 - c, c) * V[c, i]
    assert normal(mirrored) == mirrored
    far = Sum(KroneckerDelta(c, 5) * V[c, i], (c, 1, 3))
    assert [at.limits[0][2] for at in normal(far).atoms(Sum)] == [3]  # it is 0, and not v_5


# Losses that are refused.

REFUSED = {
    "index": over(Piecewise((u[c] ** 3, c <= 2), (u[c] ** 2, True))),
    "below the label": over(Piecewise((u[c] ** 3, c < y), (u[c] ** 2, True))),
    "parity": over(Piecewise((u[c] ** 3, Eq(sympy.Mod(c, 2), 0)), (0, True))),
    "delta of a neighbour": over(KroneckerDelta(c + 1, y) * u[c] ** 2),
    "delta of the next label": over(KroneckerDelta(c, y + 1) * u[c] ** 2),
    "mirror": over(u[c] * u[C + 1 - c] ** 2),
    "last but one": u[C - 1] ** 3,
    "class 0": u[0] ** 2,
    "class 1/2": u[Rational(1, 2)] ** 2,
    "delta of class 0": over(KroneckerDelta(c, 0) * u[c] ** 2),
    "free class": u[c] ** 2,
    "floor": over(sympy.floor(u[c]) * u[c] ** 3),
    "unknown function": sympy.Function("f")(u[1]),
    "product": sympy.Product(u[c], (c, 1, C)),
    "softmax": u[1] * p[1],
    "complex": sympy.I * u[1] ** 2,
    "infinite": sympy.oo * u[1],
    "no last value": over(Piecewise((u[c] ** 2, u[c] > 0))),
    "exclusive or": over(Piecewise((u[c], sympy.Xor(u[c] > 1, u[1] > 2)), (0, True))),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("ask", [derive, derive_with_steps])
def test_losses_without_a_known_derivative_are_refused(name, ask):
    with pytest.raises(DomainError, match="accepted"):
        ask(HessianBlock(tanh, LogitLoss(REFUSED[name], name), tanh.w[1], tanh.w[2]))


@pytest.mark.parametrize(
    "loss", [u[3] ** 2 * u[1], over(KroneckerDelta(c, 3) * u[c] ** 2), u[1] * target[4]]
)
def test_classes_beyond_the_last_are_refused(loss):
    with pytest.raises(DomainError, match="from 1 to 2"):
        derive(HessianBlock(LinearModel(d, 2), LogitLoss(loss), 1, 1))
    assert derive(HessianBlock(LinearModel(d, 4), LogitLoss(loss), 1, 1))


# Comparisons.


def test_components_at_two_temperatures_have_the_same_logits():
    half = SoftmaxComponent(i, C, Rational(1, 2))
    assert answer(half, p[i] ** 2 / over(p[c] ** 2)) != Answer.NO
    assert answer(half * over(p[c] ** 2), p[i] ** 2) != Answer.NO
    assert answer(half, p[i] ** 3 / over(p[c] ** 3)) == Answer.NO
    assert answer(half, p[i]) == Answer.NO
    spelled = sympy.exp(u[i] / 2) / over(sympy.exp(u[c] / 2))
    assert answer(SoftmaxComponent(i, C, 2), spelled) == Answer.YES


def test_one_temperature_has_rational_witnesses():
    warm = SoftmaxComponent(i, C, 2)
    test = same_gram(WeightedGram(1 / N, warm), WeightedGram(1 / N, warm**2))
    assert "p = (1/" in test.witness


ABOVE = over(Max(u[c], u[i]))
OTHERS = over((1 - KroneckerDelta(c, i)) * Max(u[c], u[i]))


@pytest.mark.parametrize(
    ("left", "right", "truth"),
    [
        (ABOVE, OTHERS, Answer.NO),
        (ABOVE, u[i] + OTHERS, Answer.YES),
        (
            over(Piecewise((1, u[c] >= u[i]), (0, True))),
            over(Piecewise((1, u[c] > u[i]), (0, True))),
            Answer.NO,
        ),
        (
            over(Piecewise((1, u[c] >= u[i]), (0, True))),
            1 + over(Piecewise((1, u[c] > u[i]), (0, True))),
            Answer.YES,
        ),
        (sympy.sign(a[i]), 2 * indicator[i] - 1, Answer.YES),
        (Heaviside(a[i]), indicator[i], Answer.YES),
        (Piecewise((a[i], a[i] > 0), (0, True)), (Abs(a[i]) + a[i]) / 2, Answer.YES),
        (Piecewise((a[i], a[i] > 0), (0, True)), (Abs(a[i]) - a[i]) / 2, Answer.NO),
        (Max(u[i], u[j], u[1]), Max(u[1], Max(u[i], u[j])), Answer.YES),
        (Max(u[i], u[j]), (u[i] + u[j] + Abs(u[i] - u[j])) / 2, Answer.YES),
    ],
    ids=str,
)
def test_kinks_are_compared_with_their_ties(left, right, truth):
    assert answer(left, right) == truth


SHORT = over(Piecewise((V[c, i], c <= 2), (0, True)))


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (SHORT, V[1, i] + V[2, i], Answer.NO),
        (SHORT, V[1, i], Answer.YES),
        (SHORT, over(Piecewise((V[c, i], c < 2), (0, True))), Answer.YES),
        (over(KroneckerDelta(c + 1, y) * V[c, i]), sympy.Integer(0), Answer.YES),
        (Sum(p[c + 1] * V[c + 1, i], (c, 0, C - 1)), over(p[c] * V[c, i]), Answer.NO),
        (over(p[C + 1 - c] * V[C + 1 - c, i]), over(p[c] * V[c, i]), Answer.NO),
        (over(p[c + 1]), over(p[c]), Answer.YES),
        (p[0], p[1], Answer.YES),
        (p[Rational(1, 2)], p[1], Answer.YES),
        (Sum(p[c], (c, 1, Rational(5, 2))), p[1] + p[2], Answer.NO),
        (Sum(V[c, i], (c, 1, 10**9)), V[1, i], Answer.YES),
        (sympy.Product(V[c, i], (c, 1, C)), V[1, i], Answer.YES),
    ],
    ids=str,
)
def test_indices_that_are_no_plain_classes_get_no_wrong_answer(left, right, wrong):
    assert answer(left, right) != wrong

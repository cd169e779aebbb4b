import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic import second_derivatives as module
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.second_derivatives import derive_scalar, differentiate, spell
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.graphs import Activated, FeedForward, Weight, weights
from rmtcheck.vocabulary.losses import MEAN_SQUARED_ERROR, BinaryCrossEntropy
from rmtcheck.vocabulary.patterns import Hessian, NetworkHessian, ZeroGrid

w, v = weights("w v")


def test_entries_and_their_witnesses():
    entries = differentiate(Hessian((w * v) ** 2 / 2, (w, v))).result
    assert [[e.value for e in row] for row in entries.rows] == [
        [v**2, 2 * w * v],
        [2 * w * v, w**2],
    ]
    assert all("at v = " in e.test.witness or "at w = " in e.test.witness for e in entries.rows[0])


def test_zeros_that_only_algebra_sees():
    entries = differentiate(Hessian((w + v) ** 2 - (w - v) ** 2, (w, v))).result
    assert entries.zeros == ZeroGrid("0*", "*0")


def test_entries_that_vanish_at_many_points_are_not_zero():
    polynomial = sympy.prod(w - k for k in range(-6, 7)) * v
    assert differentiate(Hessian(polynomial, (w, v))).result.zeros == ZeroGrid("**", "*0")


def test_relu_is_differentiated_piece_by_piece():
    assert spell(Activated(RELU, w)).is_Piecewise
    hessian = NetworkHessian(FeedForward([1, 1, 1], RELU), MEAN_SQUARED_ERROR)
    assert differentiate(hessian).result.zeros == ZeroGrid("**", "**")


def test_a_hidden_zero_is_found_by_algebra():
    hidden_zero = (w + v) ** 4 - sympy.expand((w + v) ** 4)
    assert differentiate(Hessian(hidden_zero, (v, w))).result.zeros == ZeroGrid("00", "00")


def test_entries_with_exponentials_are_proved_by_enclosures():
    entries = differentiate(NetworkHessian(FeedForward([1, 1]), BinaryCrossEntropy())).result
    assert "an enclosure of e proves" in entries.rows[0][0].test.witness


def test_an_undecided_entry_stays_open(monkeypatch):
    nobody_knows = ZeroTest(Answer.UNKNOWN, "nobody knows")
    monkeypatch.setattr(module, "is_zero", lambda value: nobody_knows)
    hidden_zero = (w + v) ** 4 - sympy.expand((w + v) ** 4)
    assert differentiate(Hessian(hidden_zero, (w,))).result.zeros == ZeroGrid("?")


def test_an_unknown_function_is_refused():
    with pytest.raises(DomainError, match=r"f\(w\)"):
        differentiate(Hessian(sympy.Function("f")(w) * v, (w, v)))


def test_the_derivation_ends_with_the_grid():
    steps = differentiate(Hessian(w * v, (w, v))).steps
    assert steps[-1].text == "so the exact zeros are: 0 * / * 0"
    assert len(steps) == 1 + 2 + 3 + 1


def test_scalar_derivatives():
    expression = sympy.Derivative((w * v) ** 2, w, v) + sympy.Derivative(w**3, w)
    assert sympy.expand(derive_scalar(expression).result - 4 * w * v - 3 * w**2) == 0


def test_too_many_parameters_are_refused():
    many = [Weight(f"w_{k}") for k in range(41)]
    with pytest.raises(DomainError, match="41 parameters"):
        differentiate(Hessian(sympy.Add(*many), many))

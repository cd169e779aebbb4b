import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.graphs import FeedForward, weights
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import OneHiddenLayer
from rmtcheck.vocabulary.patterns import (
    DirectLinks,
    Hessian,
    HessianSize,
    NetworkHessian,
    ZeroGrid,
)
from rmtcheck.vocabulary.symbols import C, d, m

w, v = weights("w v")


def test_a_grid_ignores_blanks():
    assert ZeroGrid("* 0", "0 ?") == ZeroGrid("*0", "0?")
    assert str(ZeroGrid("*0", "0?")) == "* 0 / 0 ?"
    assert ZeroGrid("*0", "0?").changed(0, 1, "*") == ZeroGrid("**", "0?")
    assert sympy.latex(ZeroGrid("*0", "0?")) == (r"\begin{pmatrix}\ast & 0 \\ 0 & ?\end{pmatrix}")


@pytest.mark.parametrize("rows", [(), ("**",), ("*1", "0*"), ("*", "**")])
def test_a_grid_is_a_square_of_signs(rows):
    with pytest.raises(DomainError, match="the grid is"):
        ZeroGrid(*rows)


@pytest.mark.parametrize("parameters", [(), (w, w), (w, sympy.Symbol("x"))])
def test_parameters_are_different_weights(parameters):
    with pytest.raises(DomainError, match="the parameters are"):
        Hessian(w * v, parameters)


def test_a_network_hessian_has_all_weights_in_order():
    hessian = NetworkHessian(FeedForward([1, 1, 2]), CROSS_ENTROPY)
    assert [str(p) for p in hessian.parameters] == ["w_1,1", "v_1,1", "v_2,1"]
    assert len(hessian.losses) == 2
    assert DirectLinks(hessian).parameters == hessian.parameters


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: NetworkHessian(FeedForward([1, 1]), "mse"), "the loss is mse"),
        (lambda: DirectLinks(w * v), "the Hessian is"),
        (lambda: HessianSize(FeedForward([1, 1])), "network is"),
        (lambda: Hessian(ZeroGrid("0"), (w,)), "the loss is"),
    ],
)
def test_other_nouns_are_refused(make, words):
    with pytest.raises(DomainError, match=words):
        make()


def test_a_size_stays_a_question():
    size = HessianSize(OneHiddenLayer(d, m, C))
    assert size.subs(d, 3) == HessianSize(OneHiddenLayer(3, m, C))
    assert size.is_positive

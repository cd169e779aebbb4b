import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.paths import derive_links, paths
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.graphs import FeedForward, weights
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.patterns import DirectLinks, Hessian, NetworkHessian, ZeroGrid

w, v, b = weights("w v b")


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (w * v + b, [{w, v}, {b}]),
        ((w + v) * b, [{w, b}, {v, b}]),
        ((w + v) ** 2, [{w}, {v}]),
        (sympy.exp(w * v) + 1, [{w, v}, set()]),
    ],
)
def test_paths(expression, found):
    assert paths(expression) == frozenset(map(frozenset, found))


def test_a_network_has_a_path_for_each_choice_of_units():
    (u,) = FeedForward([1, 2, 3, 1], RELU).logits([sympy.Symbol("x")])
    assert len(paths(u)) == 6


def test_links_of_a_network_do_not_pass_its_loss():
    links = DirectLinks(NetworkHessian(FeedForward([1, 2]), CROSS_ENTROPY))
    assert derive_links(links).result == ZeroGrid("*0", "0*")


def test_a_weight_off_the_graph_is_on_no_path():
    assert derive_links(DirectLinks(Hessian(w * v, (w, v, b)))).result == ZeroGrid(
        "**0", "**0", "000"
    )


def test_steps_name_the_partners():
    texts = [step.text for step in derive_links(DirectLinks(Hessian(w * v, (w, v)))).steps]
    assert texts[0] == "the paths through the graph: v w"
    assert texts[1] == "on a path with w: w, v"


def test_too_many_paths_are_refused():
    (u,) = FeedForward([1, 7, 7, 7, 7, 1]).logits([sympy.Symbol("x")])
    with pytest.raises(DomainError, match="paths"):
        paths(u)

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.gaussian_weights import derive_mean, mean_of_polynomial
from rmtcheck.symbolic.links import LinkKind, hessian_links
from rmtcheck.vocabulary.graphs import weights
from rmtcheck.vocabulary.quantities import E

w, v = weights("w v")
x = sympy.Symbol("x")


@pytest.mark.parametrize(
    ("polynomial", "mean"),
    [(w, 0), (w**2, 1), (w**4, 3), (w**6, 15), (w**2 * v**4, 3), ((w + v) ** 4, 12), (x * w**2, x)],
)
def test_moments(polynomial, mean):
    assert mean_of_polynomial(polynomial) == mean


def test_constants_are_their_own_mean():
    assert mean_of_polynomial(x) == x


def test_only_expectations_are_means():
    assert derive_mean(E(w**2) * w + E(sympy.Derivative(w * v**2, v) ** 2)).result == w + 4


@pytest.mark.parametrize("expression", [1 / w, sympy.exp(w)])
def test_other_functions_are_refused(expression):
    with pytest.raises(DomainError, match="accepted is a polynomial"):
        mean_of_polynomial(expression)


def test_every_linked_entry_of_a_hidden_layer_is_stronger_than_every_other():
    """By enumeration: the claim on such a loss states one entry of each kind."""
    (w1, w2), rows = weights("w_1 w_2"), [weights("a_1 a_2"), weights("b_1 b_2")]
    loss = sum((r[0] * w1 + r[1] * w2) ** 2 for r in rows) / 2
    names = (w1, w2, *rows[0], *rows[1])
    pattern = hessian_links(loss, parameters=names)
    found = {kind: set() for kind in LinkKind}
    for one in names:
        for other in names:
            mean = derive_mean(E(sympy.Derivative(loss, one, other) ** 2)).result
            found[pattern.kind(one, other)].add(mean)
    assert found == {
        LinkKind.DIRECT: {8, 5, 3},
        LinkKind.INDIRECT: {2, 1},
        LinkKind.NONE: {0},
    }

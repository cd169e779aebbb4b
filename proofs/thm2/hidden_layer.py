r"""Theorem 2: one hidden layer, squared error and cross-entropy.

At initialisation the off-diagonal blocks of the Hessian are small against the diagonal ones:
the ratio of mean squared Frobenius norms is of the order 1/C for hidden units and :math:`1/C^2`
for classes. First d and N grow with :math:`d/N\to\gamma`, then C; the width m is fixed. As all
samples share V, norms stay random in the first limit, so the means are part of the statement.

"Vanishes at the rate" is read as the exact order, from above and from below, as in Theorem 1. The
constants in front are in ``proofs/beyond/hidden_layer.py``.

Printed: slides, Theorem 2 (28), and the overview of results before it.
"""

from sympy import Rational, oo, sqrt

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    E,
    HessianBlock,
    OneHiddenLayer,
    Order,
    Source,
    at_least,
    claim,
    distinct,
    frobenius_squared,
    positive,
)
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, m

theorem = Source("slides", "Theorem 2, (28)")
network = OneHiddenLayer(d, m, C)
ordered = Along(d, N, ratio=gamma, then=C)
given = [positive(gamma), at_least(m, 3), distinct(i, j)]


def ratio(loss, rows):
    """Return the mean squared norm of an off-diagonal block over that of a diagonal one."""
    off_diagonal, diagonal = (HessianBlock(network, loss, rows[i], rows[k]) for k in (j, i))
    return E(frobenius_squared(off_diagonal)) / E(frobenius_squared(diagonal))


hidden_ce = ratio(CROSS_ENTROPY, network.w)
hidden_mse = ratio(MEAN_SQUARED_ERROR, network.w)
output_ce = ratio(CROSS_ENTROPY, network.v)
output_mse = ratio(MEAN_SQUARED_ERROR, network.v)

claim(
    "thm2.hidden.ce",
    theorem,
    title="The rate of hidden blocks, cross-entropy",
    given=given,
    printed=Order(hidden_ce, ordered, exponent=-1, tight=True),
    uses=["hess.hidden.ce.ww"],
)

claim(
    "thm2.hidden.mse",
    theorem,
    title="The rate of hidden blocks, squared error",
    given=given,
    printed=Order(hidden_mse, ordered, exponent=-1, tight=True),
    uses=["hess.hidden.mse.ww"],
    notes="Two hidden units are enough here; see beyond.width.",
)

claim(
    "thm2.output.ce",
    theorem,
    title="The rate of output blocks, cross-entropy",
    given=given,
    printed=Order(output_ce, ordered, exponent=-2, tight=True),
    uses=["hess.hidden.ce.vv"],
)

claim(
    "thm2.width",
    theorem,
    title="The condition on the width",
    given=given,
    printed=[
        Order(hidden_ce, ordered, exponent=-1, tight=False),
        Order(output_ce, ordered, exponent=-2, tight=False),
    ],
    uses=["thm2.hidden.ce", "thm2.output.ce"],
    notes="""A condition is tested by giving it up: at m = 2 both bounds fail, as C, or its square,
    times the ratio tends to infinity, so 3 is the least width. Squares of the softmax bring
    E[exp(|phi|^2/m)], whose integrand in one unit is exp(-(1 - 2/m) a^2/2). The squared error
    has no such mean and needs no more than two units.""",
)

claim(
    "thm2.overview",
    Source("slides", "overview of results, Cases 3 and 4"),
    title="Rates of norms, both losses",
    given=given,
    printed=[
        Order(sqrt(hidden_mse), ordered, exponent=Rational(-1, 2), tight=True),
        Order(sqrt(hidden_ce), ordered, exponent=Rational(-1, 2), tight=True),
        Order(sqrt(output_mse), ordered, exponent=-1, tight=True),
        Order(sqrt(output_ce), ordered, exponent=-1, tight=True),
    ],
    derived=[
        Order(sqrt(hidden_mse), ordered, exponent=Rational(-1, 2), tight=True),
        Order(sqrt(hidden_ce), ordered, exponent=Rational(-1, 2), tight=True),
        Order(sqrt(output_mse), ordered, exponent=-oo, tight=True),
        Order(sqrt(output_ce), ordered, exponent=-1, tight=True),
    ],
    uses=["thm2.hidden.ce", "thm2.hidden.mse", "thm2.output.ce", "hess.hidden.mse.vv"],
    notes="""Norms are read as roots of mean squares, rates as exact orders, as everywhere here.
    Three of the four hold. Output blocks with the squared error are 0 for every C, so 1/C is an
    upper bound of them and no rate; the slide should say of them what it says of the linear model
    with this loss, strictly block-diagonal for every C.""",
)

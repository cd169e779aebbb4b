r"""The constants of Theorem 2, which its source leaves out, and the widths that each part needs.

With :math:`K_k(s)=\mathbb E[(\phi\phi')^ke^{s\phi\phi'}]` for one rectified unit on two samples,
C times the ratio of mean squared norms of hidden blocks tends to :math:`(\gamma T+O)/(2\gamma+1)`
for cross-entropy, where T comes from pairs of equal samples and O from pairs of different ones,
which share V; it tends to :math:`(4\gamma+1)/(8\gamma+4)` for the squared error. For output blocks
:math:`C^2` times the ratio tends to :math:`(K_0^m)''(2/m)/(K_0^m)''(1/m)`, for every gamma.

Not printed; "we calculate the closed form of each norm ... omitted here", slides, Theorem 2.
"""

from sympy import Rational, sqrt

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    E,
    HessianBlock,
    LimitOf,
    OneHiddenLayer,
    Order,
    Source,
    at_least,
    claim,
    distinct,
    frobenius_squared,
    positive,
)
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, m

network = OneHiddenLayer(d, m, C)
ordered = Along(d, N, ratio=gamma, then=C)


def ratio(loss, rows):
    """Return the mean squared norm of an off-diagonal block over that of a diagonal one."""
    off_diagonal, diagonal = (HessianBlock(network, loss, rows[i], rows[k]) for k in (j, i))
    return E(frobenius_squared(off_diagonal)) / E(frobenius_squared(diagonal))


def norm(column):
    """Return the mean squared norm of a block in the row of blocks of unit i, cross-entropy."""
    return E(frobenius_squared(HessianBlock(network, CROSS_ENTROPY, network.w[i], column)))


def inner_products(s):
    """Return E[exp(s phi.phi') (phi.phi')^2], the second derivative of K_0(s)^m."""
    return m * K(0, s) ** (m - 2) * ((m - 1) * K(1, s) ** 2 + K(0, s) * K(2, s))


equal = ((1 + 1 / sqrt(1 - 2 / m)) / 2) ** (m - 2) * m * (m - 1) ** 2 / (m - 2) ** 3
different = K(0, 1 / m) ** (m - 2) * (2 * K(0, 1 / m) - Rational(3, 2) + 2 * K(1, 1 / m) / m) ** 2
hidden_mse = ratio(MEAN_SQUARED_ERROR, network.w)

claim(
    "beyond.thm2.constants",
    Source("slides", "Theorem 2, remark: closed forms omitted"),
    title="The constants of Theorem 2",
    given=[positive(gamma), at_least(m, 3), distinct(i, j)],
    printed=[
        LimitOf(
            C * ratio(CROSS_ENTROPY, network.w),
            (gamma * equal + different) / (2 * gamma + 1),
            ordered,
        ),
        LimitOf(C * hidden_mse, (4 * gamma + 1) / (8 * gamma + 4), ordered),
        LimitOf(
            C**2 * ratio(CROSS_ENTROPY, network.v),
            inner_products(2 / m) / inner_products(1 / m),
            ordered,
        ),
        LimitOf(norm(network.w[i]) / d, (2 * gamma + 1) / (4 * m**2), ordered),
        LimitOf(C * norm(network.w[j]) / d, (gamma * equal + different) / (4 * m**2), ordered),
    ],
    uses=["thm2.hidden.ce", "thm2.hidden.mse", "thm2.output.ce"],
    notes="""At m = 3 and gamma = 1 the three constants are 5.72, 5/12 and 8.14; as m grows they
    tend to 0.65, 5/12 and exp(1/(2 pi)) = 1.17. For the squared error the ratio is
    (4 gamma + 1)/((8 gamma + 4)(C + 2)) at every C.""",
)

claim(
    "beyond.width",
    Source("slides", "Theorem 2, the condition m >= 3 for the squared error"),
    title="Two hidden units are enough for the squared error",
    given=[positive(gamma), at_least(m, 2), distinct(i, j)],
    printed=[
        Order(hidden_mse, ordered, exponent=-1, tight=True),
        LimitOf(C * hidden_mse, (4 * gamma + 1) / (8 * gamma + 4), ordered),
    ],
    uses=["thm2.hidden.mse", "thm2.width"],
    notes="""Weights are polynomials in Gaussian variables here, whose means are finite at every
    width. Of cross-entropy only the pairs of equal samples need m >= 3: the part O of the
    constant, the whole of it for d/N -> 0, is finite at m = 2.""",
)

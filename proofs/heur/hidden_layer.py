r"""The intuitions behind block-diagonality of one hidden layer, restated so that they can be wrong.

The limits are those of Theorem 2: d and N grow with :math:`d/N\to\gamma`, then C. As all samples
share V, norms stay random in the first limit; a "ratio of norms" is therefore the root of the
ratio of **mean squared** norms, and a ratio of sums over the classes that of their mean squares.
"Approximately" between two such ratios is read as: their quotient tends to 1.

With :math:`K_k(s)=\mathbb E[(\phi\phi')^ke^{s\phi\phi'}]` for one rectified unit on two samples,
all constants are elementary.

Printed: slides, equations (10), (14) and (15).
"""

from sympy import Rational, Sum, sqrt

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    E,
    HessianBlock,
    LimitOf,
    OneHiddenLayer,
    Source,
    at_least,
    claim,
    distinct,
    frobenius_squared,
    positive,
)
from rmtcheck.vocabulary.network_softmax import SoftmaxOfNetwork
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.samples import V
from rmtcheck.vocabulary.symbols import C, N, c, d, gamma, i, j, m

network = OneHiddenLayer(d, m, C)
q = SoftmaxOfNetwork(network)
ordered = Along(d, N, ratio=gamma, then=C)


def over_classes(term):
    """Return the sum over all classes."""
    return Sum(term, (c, 1, C))


def mean_norm(loss, row, column):
    """Return the mean squared norm of a block."""
    return E(frobenius_squared(HessianBlock(network, loss, row, column)))


def ratio(off_diagonal, diagonal):
    """Return the ratio of two numbers by their mean squares."""
    return sqrt(E(off_diagonal**2) / E(diagonal**2))


products, squares = over_classes(V[c, i] * V[c, j]), over_classes(V[c, i] ** 2)
sum_i, sum_j = over_classes(V[c, i]), over_classes(V[c, j])
w, v = network.w, network.v

mse_norms = sqrt(
    mean_norm(MEAN_SQUARED_ERROR, w[i], w[j]) / mean_norm(MEAN_SQUARED_ERROR, w[i], w[i])
)
mse_weights = ratio(products, squares)

claim(
    "heur.hidden.mse",
    Source("slides", "(10)"),
    title="Ratio of the norms of hidden blocks, squared error",
    given=[positive(gamma), at_least(m, 2), distinct(i, j)],
    printed=[
        LimitOf(mse_norms / mse_weights, 1, ordered),
        LimitOf(mse_weights, 0, Along(C)),
        LimitOf(mse_norms, 0, ordered),
    ],
    derived=[
        LimitOf(mse_norms / mse_weights, sqrt((4 * gamma + 1) / (8 * gamma + 4)), ordered),
        LimitOf(mse_weights, 0, Along(C)),
        LimitOf(mse_norms, 0, ordered),
    ],
    uses=["hess.hidden.mse.ww"],
    notes="""The approximation leaves out the gates: both units are open for a quarter of the data,
    one for a half, so the ratio of norms is smaller than that of weights, by the square root of 2
    for large d/N and by 2 for small. The conclusion stands, and the ratio of mean
    squares is (4 gamma + 1)/((8 gamma + 4)(C + 2)) at every C.""",
)

ce_hidden = sqrt(mean_norm(CROSS_ENTROPY, w[i], w[j]) / mean_norm(CROSS_ENTROPY, w[i], w[i]))
as_printed = ratio(products - sum_i * sum_j, squares - sum_i**2)
restored = ratio(products / C - sum_i * sum_j / C**2, squares / C - sum_i**2 / C**2)
tilted = ((1 + 1 / sqrt(1 - 2 / m)) / 2) ** (m - 2) * m * (m - 1) ** 2 / (m - 2) ** 3
overlapping = K(0, 1 / m) ** (m - 2) * (2 * K(0, 1 / m) - Rational(3, 2) + 2 * K(1, 1 / m) / m) ** 2

claim(
    "heur.hidden.ce.ww",
    Source("slides", "(14)"),
    title="Ratio of the norms of hidden blocks, cross-entropy",
    given=[positive(gamma), at_least(m, 3), distinct(i, j)],
    printed=[
        LimitOf(ce_hidden / as_printed, 1, ordered),
        LimitOf(as_printed, 0, Along(C)),
        LimitOf(ce_hidden / restored, 1, ordered),
        LimitOf(ce_hidden, 0, ordered),
    ],
    derived=[
        LimitOf(ce_hidden / as_printed, 0, ordered),
        LimitOf(as_printed, 1 / sqrt(2), Along(C)),
        LimitOf(
            ce_hidden / restored, sqrt((gamma * tilted + overlapping) / (2 * gamma + 1)), ordered
        ),
        LimitOf(ce_hidden, 0, ordered),
    ],
    uses=["hess.hidden.ce.ww"],
    notes="""In print the products of sums lack a factor 1/C. As printed, the middle expression
    tends in law to -ZZ'/(1 - Z^2) with Z, Z' iid N(0, 1), and never to 0; its mean squares have
    the ratio 1/2 at every C. With the factor restored (third part, our reading) it tends to 0 like
    1/sqrt(C + 1), but the norms do not follow it: p is not 1/C, and the gates are left out. The
    conclusion stands.""",
)

ce_output = sqrt(mean_norm(CROSS_ENTROPY, v[i], v[j]) / mean_norm(CROSS_ENTROPY, v[i], v[i]))
probabilities = E(q[i] * q[j]) / E(q[i] * (1 - q[i]))


def inner_products(s):
    """Return E[exp(s phi.phi') (phi.phi')^2], the second derivative of K_0(s)^m."""
    return m * K(0, s) ** (m - 2) * ((m - 1) * K(1, s) ** 2 + K(0, s) * K(2, s))


claim(
    "heur.hidden.ce.vv",
    Source("slides", "(15)"),
    title="Ratio of the norms of output blocks, cross-entropy",
    given=[positive(gamma), at_least(m, 3), distinct(i, j)],
    printed=[
        LimitOf((C - 1) * probabilities, 1, Along(d, then=C)),
        LimitOf((C - 1) * ce_output, 1, ordered),
    ],
    derived=[
        LimitOf((C - 1) * probabilities, 1, Along(d, then=C)),
        LimitOf((C - 1) * ce_output, sqrt(inner_products(2 / m) / inner_products(1 / m)), ordered),
    ],
    uses=["hess.hidden.ce.vv"],
    notes="""The ratio of mean probabilities is right. Norms weigh two samples together, and two
    samples with large overlap of their hidden outputs give the same class a large probability:
    the constant is 2.85 at m = 3, 1.29 at m = 10, and tends to exp(1/(4 pi)) = 1.08 as m grows;
    it does not depend on gamma.""",
)

r"""The Hessian blocks of the network with one hidden layer, :math:`f(x)=V\sigma(Wx)`.

Rows of W belong to hidden units, rows of V to classes. With relu the gate
:math:`\mathbf 1_k=\mathbf 1(w_k^\top x_n>0)` is the slope of unit k, and its second
derivative is 0 off the kinks. Losses are those of the slides: mean over the samples, squared error
without a factor one half.

Printed: slides, Case 3 and Case 4 (12), (13).
"""

from sympy import Sum

from rmtcheck import (
    CROSS_ENTROPY,
    INPUT,
    MEAN_SQUARED_ERROR,
    RELU,
    BlockFormula,
    HessianBlock,
    HiddenOutput,
    OneHiddenLayer,
    SoftmaxOfGaussians,
    Source,
    WeightedGram,
    at_least,
    claim,
    distinct,
)
from rmtcheck.vocabulary.samples import V, indicator
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m

network = OneHiddenLayer(d, m, C)
w, v = network.w, network.v
phi = HiddenOutput(RELU)
p = SoftmaxOfGaussians(C)
sizes = [distinct(i, j), at_least(C, 2), at_least(m, 2)]


def over_classes(term):
    """Return the sum of a term over all classes c."""
    return Sum(term, (c, 1, C))


def mean(term):
    """Return the mean of a term over the classes, each with its softmax probability."""
    return over_classes(p[c] * term)


def block(loss, row, column, weight, vector):
    """State that a block is the mean over the samples of weight times vector vector^T."""
    return BlockFormula(
        HessianBlock(network, loss, row, column), WeightedGram(1 / N, weight, vector, vector)
    )


both_gates = indicator[i] * indicator[j]
power, overlap = over_classes(V[c, i] ** 2), over_classes(V[c, i] * V[c, j])

claim(
    "hess.hidden.mse.ww",
    Source("slides", "Case 3"),
    title="Hidden-layer blocks with squared error",
    given=sizes,
    printed=[
        block(MEAN_SQUARED_ERROR, w[i], w[i], power * indicator[i], INPUT),
        block(MEAN_SQUARED_ERROR, w[i], w[j], overlap * both_gates, INPUT),
    ],
    derived=[
        block(MEAN_SQUARED_ERROR, w[i], w[i], 2 * power * indicator[i], INPUT),
        block(MEAN_SQUARED_ERROR, w[i], w[j], 2 * overlap * both_gates, INPUT),
    ],
    notes="""The printed loss has no factor one half, so its second derivative carries a factor 2
    that the printed blocks have lost. Ratios of blocks do not see it.""",
)

claim(
    "hess.hidden.mse.vv",
    Source("slides", "Case 3"),
    title="Output-layer blocks with squared error",
    given=sizes,
    printed=[
        block(MEAN_SQUARED_ERROR, v[i], v[i], 1, phi),
        block(MEAN_SQUARED_ERROR, v[i], v[j], 0, INPUT),
    ],
    derived=[
        block(MEAN_SQUARED_ERROR, v[i], v[i], 2, phi),
        block(MEAN_SQUARED_ERROR, v[i], v[j], 0, phi),
    ],
    notes="""Besides the factor 2 of the printed loss, the zero block is printed with the shape
    d x d; rows of V have m entries, so it is m x m.""",
)

spread = mean(V[c, i] ** 2) - mean(V[c, i]) ** 2
covariance = mean(V[c, i] * V[c, j]) - mean(V[c, i]) * mean(V[c, j])

claim(
    "hess.hidden.ce.ww",
    Source("slides", "Case 4, (12)"),
    title="Hidden-layer blocks with cross-entropy",
    given=sizes,
    printed=[
        block(CROSS_ENTROPY, w[i], w[i], spread * indicator[i], INPUT),
        block(CROSS_ENTROPY, w[i], w[j], covariance * both_gates, INPUT),
    ],
    notes="The weight is a covariance of columns of V, a class being drawn from the softmax.",
)

claim(
    "hess.hidden.ce.vv",
    Source("slides", "Case 4, (13)"),
    title="Output-layer blocks with cross-entropy",
    given=sizes,
    printed=[
        block(CROSS_ENTROPY, v[i], v[i], p[i] * (1 - p[i]), phi),
        block(CROSS_ENTROPY, v[i], v[j], -p[i] * p[j], phi),
    ],
)

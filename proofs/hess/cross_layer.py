r"""The gradient of a hidden unit, and the Hessian blocks across the two layers.

The network is :math:`f(x)=V\sigma(Wx)` with relu. A hidden unit i meets a class j in the block
:math:`\partial^2\ell/\partial w_i\,\partial v_j^\top`, d x m: column k belongs to the
weight :math:`v_{j,k}`. The weight :math:`v_{j,i}` multiplies the output of the unit itself, the
other weights of class j meet the unit through the softmax only.

"Up to O(1/C)" is read sample by sample: with rows of V that are iid Gaussian, every coefficient of
the remainder is O(1/C) as the classes grow, at every fixed input and label, almost surely.

Printed: slides, Part II-2, "the dynamic force".
"""

from sympy import KroneckerDelta, Sum

from rmtcheck import (
    CROSS_ENTROPY,
    INPUT,
    ONE,
    BlockFormula,
    Gradient,
    HessianBlock,
    LeadingBlock,
    OneHiddenLayer,
    SoftmaxOfGaussians,
    Source,
    UnitVector,
    WeightedGram,
    at_least,
    claim,
    distinct,
)
from rmtcheck.vocabulary.samples import LABEL, V, indicator
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m

network = OneHiddenLayer(d, m, C)
p = SoftmaxOfGaussians(C)

residual = KroneckerDelta(LABEL, c) - p[c]
gradient_weight = Sum(residual * V[c, i], (c, 1, C)) * indicator[i]


def columns(weight, vector):
    """Return minus the mean over the samples of weight times x_n vector^T."""
    return WeightedGram(-1 / N, weight, INPUT, vector)


claim(
    "hess.hidden.ce.grad_w",
    Source("slides", "Part II-2, the dynamic force"),
    title="Gradient in the weights of a hidden unit, with cross-entropy",
    given=[at_least(C, 2), at_least(m, 1)],
    printed=BlockFormula(
        Gradient(network, CROSS_ENTROPY, network.w[i]), columns(gradient_weight, ONE)
    ),
)

cross_layer = HessianBlock(network, CROSS_ENTROPY, network.w[i], network.v[j])

claim(
    "hess.hidden.ce.wv",
    Source("slides", "Part II-2, the dynamic force"),
    title="Cross-layer blocks with cross-entropy",
    given=[distinct(i, j), at_least(C, 2), at_least(m, 2)],
    printed=LeadingBlock(cross_layer, columns(gradient_weight, UnitVector(i))),
    derived=LeadingBlock(
        cross_layer,
        columns((KroneckerDelta(LABEL, j) - p[j]) * indicator[i], UnitVector(i)),
    ),
    uses=["hess.hidden.ce.grad_w"],
    notes="""The printed column is the gradient in w_i, a sum over all classes. Differentiated once
    more in v_{j,i} it keeps the term of class j, without its weight. The remainder is the Gram
    matrix with weights p_j (v_{j,i} - sum_c p_c v_{c,i}) 1_i and vectors x_n, sigma(W x_n).""",
)

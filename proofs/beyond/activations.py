r"""Theorem 2 for other activations than relu: the rates stay, the condition on the width need not.

With a standard Gaussian preactivation and :math:`g=\sigma'^2+\sigma\sigma''`, C times the ratio of
mean squared norms of hidden blocks tends, for the squared error, to

.. math:: \frac{\gamma\,\mathbb E[\sigma'^2]^2+\mathbb E[\sigma']^4}
               {\gamma\,\mathbb E[g^2]+\mathbb E[g]^2};

the constants of cross-entropy are in Lemma 21 of ``docs/lemmas.md``. They are finite at every
width :math:`m>2\beta^2`, where :math:`\beta` is the slope of the activation at infinity: 0 for
tanh and the sigmoid, 1 for relu, GELU and SiLU, which need :math:`m\ge3` as it is printed.

Not printed; the slides have relu only.
"""

from rmtcheck import (
    CROSS_ENTROPY,
    GELU,
    MEAN_SQUARED_ERROR,
    SIGMOID,
    SILU,
    TANH,
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

source = Source("slides", "Theorem 2, the activation")
ordered = Along(d, N, ratio=gamma, then=C)


def ratio(loss, layer, activation):
    """Return the mean squared norm of an off-diagonal block over that of a diagonal one."""
    network = OneHiddenLayer(d, m, C, activation)
    rows = getattr(network, layer)
    off_diagonal, diagonal = (HessianBlock(network, loss, rows[i], rows[k]) for k in (j, i))
    return E(frobenius_squared(off_diagonal)) / E(frobenius_squared(diagonal))


def rates(activation):
    """Return the exact orders of both layers with cross-entropy."""
    return [
        Order(ratio(CROSS_ENTROPY, "w", activation), ordered, exponent=-1, tight=True),
        Order(ratio(CROSS_ENTROPY, "v", activation), ordered, exponent=-2, tight=True),
    ]


def flat_rate(activation):
    """Return the exact order of hidden blocks with the squared error."""
    return Order(ratio(MEAN_SQUARED_ERROR, "w", activation), ordered, exponent=-1, tight=True)


claim(
    "beyond.activations",
    source,
    title="Bounded activations need no condition on the width",
    given=[positive(gamma), at_least(m, 2), distinct(i, j)],
    printed=[
        *rates(TANH),
        *rates(SIGMOID),
        *(flat_rate(activation) for activation in (TANH, SIGMOID, GELU, SILU)),
    ],
    uses=["thm2.width", "beyond.width"],
    notes="""An exact order says that C, or its square, times the ratio tends to a positive finite
    limit: at gamma = 1 and m = 2 it is 0.497 for hidden blocks with tanh and cross-entropy,
    at every m it is 1.199 with the squared error. Two units are named, so m >= 2 is no condition
    on the activation. Second derivatives do not vanish here: with cross-entropy the gradient adds
    sigma''(phi_i/m - V_{y,i}), y a uniform label, to the weight of a diagonal block. Labels are
    independent of inputs and weights, and targets of the squared error are independent of V, with
    a mean square that is small against the square of C.""",
)

claim(
    "beyond.activations.width",
    source,
    title="Activations that grow like relu need three units",
    given=[positive(gamma), at_least(m, 3), distinct(i, j)],
    printed=[*rates(GELU), *rates(SILU)],
    uses=["thm2.width"],
    notes="""At m = 2 the mean of exp(sigma(a)^2/2) is infinite, as for relu, and C, or its square,
    times the ratio tends to infinity.""",
)

r"""What the figures show, as statements about the sizes they were drawn at.

Printed: slides, "We find a phase transition" and Cases 1 and 2, panels (a)-(f). Their
settings are :math:`N=5000` Gaussian samples in dimension :math:`d=500`, and 8 hidden units. The
histogram of :math:`\frac1nX\Lambda X^\top`, Part 3-3, has :math:`d=300`, :math:`n=50`,
:math:`\Lambda=I`, and a curve at the inverse ratio.
"""

from sympy import Rational

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    BlockFormula,
    Bound,
    E,
    HessianBlock,
    ImplicitLaw,
    LinearModel,
    OneHiddenLayer,
    Order,
    Source,
    SpectralLimit,
    WeightedCovariance,
    WeightedGram,
    assume,
    at_least,
    claim,
    distinct,
    frobenius_squared,
    positive,
)
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, m, s, weight, z


def ratio(classes):
    """Return the ratio of the mean squared norms of two blocks at the figure's sizes."""
    model = LinearModel(500, classes)
    off_diagonal = HessianBlock(model, CROSS_ENTROPY, 1, 2, samples=5000)
    diagonal = HessianBlock(model, CROSS_ENTROPY, 1, 1, samples=5000)
    return E(frobenius_squared(off_diagonal)) / E(frobenius_squared(diagonal))


claim(
    "fig.linear.C",
    Source("slides", "Cases 1 and 2, panels (a)-(f)"),
    title="Block-diagonal structure of the linear model emerges with C",
    given=[distinct(i, j), at_least(C, 2)],
    printed=[
        BlockFormula(
            HessianBlock(LinearModel(d, C), MEAN_SQUARED_ERROR, i, j), WeightedGram(1 / N, 0)
        ),
        Bound(ratio(10), "<", ratio(2)),
        Bound(ratio(100), "<", ratio(10)),
        Bound(ratio(1000), "<", ratio(100)),
    ],
    uses=["hess.linear.ce"],
    notes="""With squared error the off-diagonal blocks are exactly zero at every C; with
    cross-entropy the ratio of mean squared norms falls from one panel to the next.""",
)


def weighted_law(ratio):
    """Return the generalised Marchenko-Pastur law at a limit of d/N."""
    return ImplicitLaw(-z + E(weight / (1 + ratio * weight * s)))


weighted = WeightedCovariance(d, N)
drawn = Along(d, N, ratio=Rational(300, 50))

claim(
    "fig.lambda",
    Source("slides", "Part 3-3, Example of GMP law"),
    title="The generalised law over the histogram of d = 300, n = 50",
    given=[
        assume("the entries of X are Gaussian", without={}),
        assume("the weights are bounded", without={}),
    ],
    printed=SpectralLimit(weighted, weighted_law(Rational(50, 300)), drawn),
    derived=SpectralLimit(weighted, weighted_law(Rational(300, 50)), drawn),
    uses=["rmt.gmp"],
    notes="""The figure has unit weights, and a curve at d/n = 50/300; its matrices have
    d/n = 300/50. With that ratio the law holds for weights of any bounded law.""",
)

network = OneHiddenLayer(d, m, C)
ordered = Along(d, N, ratio=gamma, then=C)
norm, off_norm = (
    E(frobenius_squared(HessianBlock(network, CROSS_ENTROPY, network.w[i], network.w[k])))
    for k in (i, j)
)
claim(
    "fig.curves",
    Source("slides", "Part 3-3, The Effect of Increasing C, panels (a)-(c)"),
    title="Norms of hidden blocks against the number of classes",
    given=[positive(gamma), at_least(m, 3), distinct(i, j)],
    printed=[
        Order(norm / d, ordered, exponent=0, tight=True),
        Order(C * off_norm / d, ordered, exponent=0, tight=True),
        Order(off_norm / norm, ordered, exponent=-1, tight=True),
    ],
    uses=["thm2.hidden.ce", "beyond.thm2.constants"],
    notes="""The panels are said to match the theory and name no constants, so what they show is
    read as exact orders; the constants are in beyond.thm2.constants. Norms stay random in the
    limit, as all samples share V, so means are compared. The third panel divides by the block of
    the other unit, which has the same law.""",
)

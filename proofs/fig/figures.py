r"""What the figures show, as statements about the sizes they were drawn at.

Printed: slides, "We find a phase transition" and Cases 1 and 2, panels (a)-(f). Their
settings are :math:`N=5000` Gaussian samples in dimension :math:`d=500`.
"""

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    BlockFormula,
    Bound,
    E,
    HessianBlock,
    LinearModel,
    Source,
    WeightedGram,
    at_least,
    claim,
    distinct,
    frobenius_squared,
)
from rmtcheck.vocabulary.symbols import C, N, d, i, j


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

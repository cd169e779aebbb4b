r"""The Hessian blocks of the linear model.

The model is :math:`f(x)=Vx`; the block :math:`(i,j)` is the second derivative of the
loss in the rows :math:`v_i` and :math:`v_j`. Losses are those of the slides, page
"Review": mean over the samples, squared error without a factor one half.

Printed: slides, Case 1 and Case 2 (5).
"""

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    BlockFormula,
    HessianBlock,
    LinearModel,
    SoftmaxOfGaussians,
    Source,
    WeightedGram,
    at_least,
    claim,
    distinct,
)
from rmtcheck.vocabulary.symbols import C, N, d, i, j

model = LinearModel(d, C)
p = SoftmaxOfGaussians(C)

mse_diagonal = HessianBlock(model, MEAN_SQUARED_ERROR, i, i)
mse_off_diagonal = HessianBlock(model, MEAN_SQUARED_ERROR, i, j)
ce_diagonal = HessianBlock(model, CROSS_ENTROPY, i, i)
ce_off_diagonal = HessianBlock(model, CROSS_ENTROPY, i, j)

zero = BlockFormula(mse_off_diagonal, WeightedGram(1 / N, 0))

claim(
    "hess.linear.mse",
    Source("slides", "Case 1"),
    title="Blocks of the linear model with squared error",
    given=[distinct(i, j), at_least(C, 2)],
    printed=[BlockFormula(mse_diagonal, WeightedGram(1 / N, 1)), zero],
    derived=[BlockFormula(mse_diagonal, WeightedGram(1 / N, 2)), zero],
    notes="""The printed loss has no factor one half, so its second derivative carries the
    factor 2 that the printed block has lost.""",
)

claim(
    "hess.linear.ce",
    Source("slides", "Case 2, (5)"),
    title="Blocks of the linear model with cross-entropy",
    given=[distinct(i, j), at_least(C, 2)],
    printed=[
        BlockFormula(ce_diagonal, WeightedGram(1 / N, p[i] * (1 - p[i]))),
        BlockFormula(ce_off_diagonal, WeightedGram(1 / N, -p[i] * p[j])),
    ],
)

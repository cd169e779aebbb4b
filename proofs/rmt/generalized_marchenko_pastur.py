r"""The generalised Marchenko-Pastur law of a weighted sample covariance.

:math:`\frac1NX\Lambda X^\top` with standard Gaussian :math:`X\in\mathbb R^{d\times N}` and a
diagonal :math:`\Lambda` that is independent of it; the weights :math:`\lambda` are independent of
one law, and of either sign. The slides name the law without printing it; its equation here is
:math:`\frac1s=-z+\mathbb E\frac\lambda{1+\gamma\lambda s}`.

Printed: slides, Part 3-1 and Part 3-3, "GMP Theorem (1967)".
"""

from rmtcheck import (
    Along,
    E,
    ImplicitLaw,
    Source,
    SpectralLimit,
    WeightedCovariance,
    assume,
    claim,
    positive,
)
from rmtcheck.vocabulary.symbols import N, d, gamma, s, weight, z

law = ImplicitLaw(-z + E(weight / (1 + gamma * weight * s)))

claim(
    "rmt.gmp",
    Source("slides", "Part 3-1 and 3-3, GMP Theorem"),
    title="The generalised Marchenko-Pastur law",
    given=[
        positive(gamma),
        assume("the entries of X are Gaussian", without={}),
        assume("the weights are bounded", without={}),
    ],
    printed=SpectralLimit(WeightedCovariance(d, N), law, Along(d, N, ratio=gamma)),
    uses=["rmt.continuity", "rmt.concentration"],
    notes="""What is verified is the case of Gaussian entries and independent bounded weights.""",
)

r"""The Marchenko-Pastur law of a sample covariance.

The entries of :math:`X\in\mathbb R^{d\times N}` are iid :math:`N(0,\sigma^2)` here; the
source allows any law with that variance. Its letters are translated: its
:math:`n` is :math:`N`, its :math:`\lambda` is :math:`\gamma`.

Printed: slides, Part 3-1, "MP Law".
"""

from sympy import Max, pi, sqrt

from rmtcheck import (
    Along,
    PrintedLaw,
    SampleCovariance,
    Source,
    SpectralLimit,
    assume,
    claim,
    positive,
)
from rmtcheck.vocabulary.symbols import N, d, gamma, sigma, x

lower = sigma**2 * (1 - sqrt(gamma)) ** 2
upper = sigma**2 * (1 + sqrt(gamma)) ** 2
density = sqrt((upper - x) * (x - lower)) / (2 * pi * sigma**2 * gamma * x)

claim(
    "rmt.mp",
    Source("slides", "Part 3-1, Marchenko-Pastur 1967"),
    title="The Marchenko-Pastur law",
    given=[positive(gamma), positive(sigma), assume("the entries are Gaussian", without={})],
    printed=SpectralLimit(
        SampleCovariance(d, N, sigma**2),
        PrintedLaw(density, lower, upper, atom=0, mass=Max(0, 1 - 1 / gamma)),
        Along(d, N, ratio=gamma),
    ),
    uses=["rmt.continuity"],
    notes="""The source allows any iid entries of variance sigma^2; what is verified is the Gaussian
    case. The passage to other entries is universality, and not shown here.""",
)

r"""Beyond the constant of Theorem 1: what follows it in powers of 1/C, and logits of another scale.

For logits iid :math:`N(0,\tau^2)`, or standard ones at temperature :math:`1/\tau`, the constant is
:math:`(\gamma q^2+1)/(\gamma q+1)`, :math:`q=e^{\tau^2}` being the limit of
:math:`\mathbb E(Cp_i)^2`. It tends to 1 for small scales, where the softmax is uniform, and grows
like q for large ones.

Not printed; Theorem 1, slides (20), is the leading term at :math:`\tau=1`.
"""

from rmtcheck import (
    Along,
    E,
    LimitOf,
    SoftmaxOfGaussians,
    Source,
    claim,
    distinct,
    positive,
)
from rmtcheck.vocabulary.symbols import C, e, gamma, i, j, tau


def scaled_ratio(p):
    """Return C^2 g_ij / g_ii for the probabilities p."""
    g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
    g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
    return C**2 * g_ij / g_ii


def constant(q):
    """Return the limit of the scaled ratio for logits of variance log(q)."""
    return (gamma * q**2 + 1) / (gamma * q + 1)


ratio = scaled_ratio(SoftmaxOfGaussians(C))
R0 = constant(e)
R1 = (
    2
    + (3 * e - 7 * e**2 + 16 * e**3 - 8 * e**4) * gamma
    + (-(e**3) + 7 * e**4 - 4 * e**5) * gamma**2
) / (gamma * e + 1) ** 2
R2 = (
    3
    + (7 * e + 8 * e**2 - 90 * e**3 + 214 * e**4 - 160 * e**5 + 10 * e**6 + 20 * e**7) * gamma
    + (5 * e**2 - 78 * e**4 + 230 * e**5 - 176 * e**6 - 2 * e**7 + 30 * e**8) * gamma**2
    + (3 * e**4 - 31 * e**5 + 89 * e**6 - 72 * e**7 + 4 * e**8 + 10 * e**9) * gamma**3
) / (gamma * e + 1) ** 3

claim(
    "beyond.thm1.series",
    Source("slides", "Theorem 1, (20), terms of lower order"),
    title="What follows the constant of Theorem 1",
    given=[positive(gamma), distinct(i, j)],
    printed=[
        LimitOf(C * (ratio - R0), R1, Along(C)),
        LimitOf(C**2 * (ratio - R0 - R1 / C), R2, Along(C)),
    ],
    uses=["thm1.constant"],
    notes="""The series is asymptotic. At gamma = 1 it starts 2.256 - 28.1/C + 2019/C^2: the ratio
    is 2.076 at C = 100, where two terms give 1.98 and three 2.18, and 2.22985 at C = 1000, where
    they give 2.22806 and 2.23008.""",
)

claim(
    "beyond.scale",
    Source("slides", "Theorem 1, (20), at another scale of the logits"),
    title="The constant of Theorem 1 for logits of any scale, or at any temperature",
    given=[positive(gamma), positive(tau), distinct(i, j)],
    printed=LimitOf(scaled_ratio(SoftmaxOfGaussians(C, tau)), constant(e ** (tau**2)), Along(C)),
    uses=["thm1.constant"],
    notes="""The instance tau = 1 is thm1.constant. For iid logits of any law with moment generating
    function M, finite at 2/T, the constant holds with q = M(2/T)/M(1/T)^2 at temperature T; the
    function linear_ce_constant gives it, and lemma 19 of docs/lemmas.md proves it.""",
)

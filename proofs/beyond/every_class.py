r"""Theorem 1 with its rate for every number of classes, not only in the limit.

For all :math:`C\ge2` and all :math:`\gamma>0`

.. math:: 0<C^2\frac{g_{ij}}{g_{ii}}-R_0-\frac{R_1}C\le\frac K{C^2},

with :math:`R_0,R_1` of the series in 1/C. The bound is nearly sharp: K is 5 to 9 % above the next
coefficient :math:`R_2` for :math:`\gamma\ge1/100`, and its value 8 at :math:`\gamma=0` is attained
at C = 2.

Not printed; Theorem 1, slides (20), is the limit of it. Proved in docs/lemmas.md, Lemmas 16 and 17.
"""

from rmtcheck import E, SoftmaxOfGaussians, Source, Value, at_least, claim, distinct, positive
from rmtcheck.vocabulary.symbols import C, e, gamma, i, j

p = SoftmaxOfGaussians(C)
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2

R0 = (gamma * e**2 + 1) / (gamma * e + 1)
R1 = (
    2 + (16 * e**3 + 3 * e - 7 * e**2 - 8 * e**4) * gamma + (7 * e**4 - e**3 - 4 * e**5) * gamma**2
) / (gamma * e + 1) ** 2
K = (8 + 12800 * gamma + 48500 * gamma**2 + 47800 * gamma**3) / (gamma * e + 1) ** 3

claim(
    "beyond.thm1.all_C",
    Source("slides", "Theorem 1, (20), for every C"),
    title="Theorem 1 with an explicit error for every number of classes",
    given=[positive(gamma), at_least(C, 2), distinct(i, j)],
    printed=Value(C**2 * g_ij / g_ii, R0 + R1 / C, 2 * K / C**2),
    uses=["thm1.block_limit", "beyond.thm1.series"],
    notes="""The enclosures prove it on the whole domain: numbers of classes below 2000 one by one,
    all others by a remainder lemma. The proof is stored as a text and checked again here by code
    that shares nothing with the code that wrote it. The difference is positive as well.""",
)

r"""The intuitions behind block-diagonality, restated so that they can be wrong.

"Approximately" is not a statement. Probabilities that are "about 1/C" are read as
:math:`\mathbb E(Cp_i-1)^2\to0`; in the linear model the fourth moments of :math:`Cp_i`
stay bounded, so this is the same as convergence of :math:`Cp_i` to 1 in probability. A
ratio that is "about :math:`1/(C-1)`" is read as :math:`(C-1)` times the ratio tending to
1. Figures of the note are read to the last place they print, for every aspect ratio,
because the note names none.

Printed: slides, equation (6); note, "How the Softmax Creates Block Structure".
"""

from sympy import Rational, sqrt

from rmtcheck import (
    Along,
    E,
    Identity,
    LimitOf,
    OneHiddenLayer,
    SoftmaxOfGaussians,
    Source,
    Value,
    at_least,
    claim,
    distinct,
    positive,
)
from rmtcheck.vocabulary.network_softmax import SoftmaxOfNetwork
from rmtcheck.vocabulary.symbols import C, d, e, gamma, i, j, m

p = SoftmaxOfGaussians(C)
q = SoftmaxOfNetwork(OneHiddenLayer(d, m, C))
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2

norm_ratio = sqrt(g_ij / g_ii)
weight_ratio = E(p[i] * p[j]) / E(p[i] * (1 - p[i]))
constant = sqrt((gamma * e**2 + 1) / (gamma * e + 1))


def norm_ratio_at(classes):
    """Return the limiting ratio of Frobenius norms at a given number of classes."""
    return norm_ratio.subs(C, classes)


claim(
    "heur.p_uniform",
    Source("slides", "Case 2, above (6), and Case 4, above (14)"),
    title="Softmax probabilities at initialisation are uniform",
    given=[at_least(C, 2), at_least(m, 3)],
    printed=[
        LimitOf(E((C * p[i] - 1) ** 2), 0, Along(C)),
        LimitOf(E((C * q[i] - 1) ** 2), 0, Along(d, then=C)),
    ],
    derived=[
        LimitOf(E((C * p[i] - 1) ** 2), e - 1, Along(C)),
        LimitOf(E((C * q[i] - 1) ** 2), ((1 + 1 / sqrt(1 - 2 / m)) / 2) ** m - 1, Along(d, then=C)),
    ],
    notes="""They are uniform in the mean only. In the linear model C p tends to a lognormal
    variable of mean 1 and variance e - 1, which makes the constant of Theorem 1 differ from 1.
    With a hidden layer of m units C p tends to exp(v.phi - |phi|^2/2m), whose variance decreases
    in m to sqrt(e) - 1, and is infinite for m = 1 and 2: 'about 1/C' is worst where the layer is
    narrow.""",
)

claim(
    "heur.linear.ce",
    Source("slides", "(6)"),
    title="Ratio of the norms of off-diagonal and diagonal blocks",
    given=[positive(gamma), distinct(i, j), at_least(C, 2)],
    printed=[
        Identity(weight_ratio, 1 / (C - 1)),
        LimitOf((C - 1) * norm_ratio, 1, Along(C)),
    ],
    derived=[
        Identity(weight_ratio, 1 / (C - 1)),
        LimitOf((C - 1) * norm_ratio, constant, Along(C)),
    ],
    uses=["hess.linear.ce", "thm1.block_limit"],
    notes="""The second of the two printed approximations, between ratios of mean weights, is an
    identity. The first, between norms and weights, is wrong by a factor between 1 and the
    square root of e, and right only when d/N tends to 0.""",
)

claim(
    "heur.note.vocab",
    Source("note", "note, 'How the Softmax Creates Block Structure'"),
    title="Ratio of Frobenius norms at the sizes of vocabularies",
    given=[positive(gamma), distinct(i, j)],
    printed=[
        Value(norm_ratio_at(100), Rational(1, 100), Rational(1, 100)),
        Value(norm_ratio_at(32_000), Rational("0.00003"), Rational("0.00001")),
        Identity(norm_ratio_at(128_000), Rational(1, 128_000)),
    ],
    derived=[
        Value(norm_ratio_at(100), constant / 100, Rational(1, 500)),
        Value(norm_ratio_at(32_000), constant / 32_000, Rational("0.00000002")),
        Value(norm_ratio_at(128_000), constant / 128_000, Rational("0.000000002")),
    ],
    uses=["heur.linear.ce"],
    notes="""The note takes the ratio to be 1/C; the right leading factor depends on d/N and lies
    between 1 and the square root of e.""",
)

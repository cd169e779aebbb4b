r"""Theorem 1: the linear model with cross-entropy.

At Gaussian initialisation the off-diagonal blocks of the Hessian vanish like
:math:`1/C^2` against the diagonal ones, in squared Frobenius norm; the constant depends
on :math:`d/N` only. The closed forms that the slides omit are
:math:`g_{ii}=\gamma\,\mathbb E[p_i^2(1-p_i)^2]+(\mathbb E[p_i(1-p_i)])^2` and
:math:`g_{ij}=\gamma\,\mathbb E[p_i^2p_j^2]+(\mathbb E[p_ip_j])^2`.

Printed: slides, Theorem 1 (20).
"""

from rmtcheck import (
    CROSS_ENTROPY,
    Along,
    E,
    HessianBlock,
    LimitOf,
    LinearModel,
    Order,
    SoftmaxOfGaussians,
    Source,
    at_least,
    claim,
    distinct,
    frobenius_squared,
    positive,
)
from rmtcheck.vocabulary.symbols import C, N, d, e, gamma, i, j

theorem = Source("slides", "Theorem 1, (20)")
model = LinearModel(d, C)
diagonal = HessianBlock(model, CROSS_ENTROPY, i, i)
off_diagonal = HessianBlock(model, CROSS_ENTROPY, i, j)

p = SoftmaxOfGaussians(C)
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2

claim(
    "thm1.block_limit",
    theorem,
    title="Limiting ratio of squared block norms at fixed C",
    given=[at_least(C, 2), positive(gamma), distinct(i, j)],
    printed=LimitOf(
        frobenius_squared(off_diagonal) / frobenius_squared(diagonal),
        g_ij / g_ii,
        Along(d, N, ratio=gamma),
        mode="almost sure",
    ),
    uses=["hess.linear.ce", "proof.independence", "rmt.concentration"],
    notes="""The slides name g_ij and g_ii without showing them; the closed forms here are ours.
    The engines verify the limits of the means of both norms, with the dependence of the
    weights on the data in place; from there to almost sure convergence the claim rests on
    concentration.""",
)

claim(
    "thm1.constant",
    theorem,
    title="The constant of Theorem 1",
    given=[positive(gamma), distinct(i, j)],
    printed=LimitOf(C**2 * g_ij / g_ii, (gamma * e**2 + 1) / (gamma * e + 1), Along(C)),
    uses=["thm1.block_limit"],
)

claim(
    "thm1.rate",
    theorem,
    title="The rate of Theorem 1",
    given=[positive(gamma), distinct(i, j)],
    printed=Order(g_ij / g_ii, Along(C), exponent=-2, tight=True),
    uses=["thm1.block_limit"],
    notes="'Vanishes at the rate' is read as the exact order, from above and from below.",
)

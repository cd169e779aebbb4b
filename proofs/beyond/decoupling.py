r"""Beyond the decoupling argument: the exact rate, what is left over, outliers, other data.

Let :math:`w` be the C fields of one sample in orthonormal coordinates, standard normal, and
:math:`\lambda=\lambda(w)` its weight. With :math:`T=\mathbb E\frac{\lambda\,ww^\top}
{1+\gamma\lambda s}` and :math:`t=\mathbb E\frac\lambda{1+\gamma\lambda s}`

.. math:: N\,\bigl(\mathbb Es_H(z)-\mathbb Es_{\tilde H}(z)\bigr)\to
          -\frac1\gamma\frac d{dz}\log\det\bigl(I+s(T-tI)\bigr).

On the fields the resolvent of H is the inverse of a matrix that tends to :math:`T(z)-z`. A zero
of its determinant outside the support is the place of an eigenvalue that the decoupled copy lacks.

Not printed; the slides stop at the limit and the order :math:`O(1/\sqrt N)`.
"""

from sympy import Abs, im

from rmtcheck import (
    Along,
    E,
    Identity,
    LimitOf,
    Order,
    ResolventTrace,
    Source,
    Value,
    assume,
    at_least,
    claim,
    positive,
)
from rmtcheck.vocabulary.decoupling import (
    BoundedWeights,
    CorrelatedData,
    DecoupledCovariance,
    DependentCovariance,
    FieldOverlap,
    FieldSchurComplement,
    FieldSquare,
    LogDeterminant,
    PointDerivative,
    RadialWeights,
)
from rmtcheck.vocabulary.symbols import C, N, d, gamma, s, weight, z

square = FieldSquare()
share = 1 / (1 + gamma * weight * s)
proportional = Along(d, N, ratio=gamma)
gaussian = assume("the data are Gaussian", without={})
bounded = assume("the weight is bounded", without={})


def gap(fields, *classes):
    """Return E s_H - E s_H~ for a number of fields and classes of weights and of data."""
    kinds = (DependentCovariance, DecoupledCovariance)
    dependent, decoupled = (E(ResolventTrace(k(d, N, fields, *classes), z)) for k in kinds)
    return dependent - decoupled


claim(
    "beyond.decoupling_rate",
    Source("slides", "Part 3-3, Step 4, the exact order"),
    title="The difference of the means is exactly of order 1/N",
    given=[
        positive(gamma),
        at_least(C, 1),
        assume(
            "the weight is correlated with the squared norm of its fields",
            without={RadialWeights(): BoundedWeights()},
        ),
        gaussian,
    ],
    printed=Order(gap(C, RadialWeights()), Along(N, d, ratio=1 / gamma), exponent=-1, tight=True),
    uses=["beyond.decoupling_bias"],
    notes="""At all z of the upper half plane but isolated ones, at which the bias vanishes. Without
    the condition the difference can be 0 at every size, as for the weight 1(u > 0) of one gate: its
    value is independent of x x^T.""",
)

inside = 1 + s * E(weight * (square - 1) * share)
one_field = -E(weight * (square - 1) * share**2) / (
    gamma * (1 / s**2 - gamma * E(weight**2 * share**2)) * inside
)

claim(
    "beyond.decoupling_bias",
    Source("slides", "Part 3-3, Step 4, the leading term"),
    title="What decoupling leaves over, to leading order",
    given=[positive(gamma), at_least(C, 1), bounded, gaussian],
    printed=[
        LimitOf(N * gap(C), -PointDerivative(LogDeterminant(inside)) / gamma, proportional),
        LimitOf(N * gap(1), one_field, proportional),
    ],
    uses=["proof.decoupled", "rmt.gmp"],
    notes="""For several fields, and for one, where the derivative is worked out. It vanishes if
    E[w w^T | lambda] is I. The function decoupling_bias evaluates it for blocks of Hessians.""",
)

H = DependentCovariance(d, N, C)
H_one = DependentCovariance(d, N, 1)

claim(
    "beyond.outliers",
    Source("slides", "Part 3-3, Claim 1, eigenvalues outside the limit law"),
    title="Eigenvalues outside the spectrum, and where their vectors point",
    given=[positive(gamma), at_least(C, 1), bounded, gaussian],
    printed=[
        LimitOf(FieldSchurComplement(H, z), E(weight * square * share) - z, proportional),
        Identity(s * (E(weight * square * share) - z), inside),
        LimitOf(
            FieldOverlap(H_one, z),
            1
            / (
                1
                + gamma
                * s**2
                * E(weight**2 * square * share**2)
                / (1 - gamma * s**2 * E(weight**2 * share**2))
            ),
            proportional,
        ),
    ],
    uses=["beyond.decoupling_bias"],
    notes="""An outlier is a real z outside the support at which the first limit, a C x C matrix, is
    singular; by the second that is 1 + s(tau - t) = 0 for an eigenvalue tau of T. The third, for
    one field, is 1/(1 - tau'(z)). Whether a given weight has an outlier is another question, which
    decoupling_outliers answers numerically.""",
)

claim(
    "beyond.universality",
    Source("slides", "Part 3-3, Claim 1, other data and more classes"),
    title="Data of any covariance, and any number of classes",
    given=[positive(gamma), at_least(C, 1), bounded, gaussian],
    printed=[
        Value(gap(C, BoundedWeights(), CorrelatedData()), 0, 4 * C / (d * im(z))),
        LimitOf(Abs(gap(d)), 0, proportional),
    ],
    uses=["proof.decoupled"],
    notes="""The first says |E s_H - E s_H~| <= 2C/(d Im z) at every size, for every covariance of
    the columns and for unbounded weights as well; so C/d -> 0 is enough there. For standard data
    the second has as many fields as dimensions: a weight with one bound for all sizes may be any
    function of its sample. There the variance of the forms is computed, and the step from it to
    the difference is argued in words (docs/universality.md, "Own samples"). Samples that are not
    Gaussian are not covered.""",
)

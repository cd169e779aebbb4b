r"""The decoupling argument: why weights and data become independent.

For one sample: :math:`v\sim N(0,I_d/d)`, :math:`x\sim N(0,I_d)`. Given :math:`x`, the field
:math:`v^\top x` is Gaussian with variance :math:`\|x\|^2/d`; as that tends to 1, its
conditional law loses sight of :math:`x`. The mean is over :math:`v`: with :math:`v` fixed
the field is a function of :math:`x`, and nothing is independent.

For the matrix: given :math:`V` the weights see C of the d coordinates of the data, and a matrix
that differs in C rows and columns has nearly the same trace of the resolvent,

.. math:: |\mathbb Es_H(z)-\mathbb Es_{\tilde H}(z)|\le\frac{2C}{d\operatorname{Im}z},

for every weight function, without a path. So the laws share their limit, and the printed rate is
half a power too modest.

Printed: slides, Part 3-3, "Key properties in our matrix", "Our Proof Strategies".
"""

from sympy import Abs, I, Rational, exp

from rmtcheck import (
    Along,
    AtMost,
    E,
    GivenBoth,
    GivenInput,
    ImplicitLaw,
    LimitOf,
    Projection,
    ResolventTrace,
    Source,
    SpectralLimit,
    SquaredRadius,
    assume,
    at_least,
    claim,
    positive,
)
from rmtcheck.vocabulary.decoupling import DecoupledCovariance, DependentCovariance
from rmtcheck.vocabulary.symbols import C, N, d, gamma, s, t, weight, z

wave = exp(I * t * Projection(d))
gaussian = exp(-(t**2) / 2)

claim(
    "proof.independence",
    Source("slides", "Part 3-3, Key observation"),
    title="A logit is asymptotically Gaussian and independent of its input",
    given=[assume("v is random and independent of x", without={GivenInput: GivenBoth})],
    printed=[
        LimitOf(E((SquaredRadius(d) - 1) ** 2), 0, Along(d)),
        LimitOf(E(wave), gaussian, Along(d)),
        LimitOf(E(Abs(GivenInput(wave) - gaussian) ** 2), 0, Along(d)),
    ],
    notes="""Independence is read as: the characteristic function of the field given x tends, in
    mean square over x, to one that does not depend on x.""",
)

H, H_copy = DependentCovariance(d, N, C), DecoupledCovariance(d, N, C)
delta = E(ResolventTrace(H_copy, z)) - E(ResolventTrace(H, z))
proportional = Along(d, N, ratio=gamma)
few_fields = assume(
    "the number C of fields does not grow",
    without={m: m.func(d, N, d) for m in (H, H_copy)},
)

claim(
    "proof.decoupled",
    Source("slides", "Part 3-3, (32) and Claim 1"),
    title="Weights of an independent copy give the same limit",
    given=[
        positive(gamma),
        at_least(C, 2),
        few_fields,
    ],
    printed=LimitOf(Abs(delta), 0, proportional),
    uses=["rmt.continuity", "rmt.concentration"],
    notes="""The limits of the means are those of the traces by concentration given V, and traces
    determine the spectra. The bound 2C/(d Im z) needs no property of the weight. For bounded
    weights of standard data the number of fields may even grow, as the weight may be any function
    of its sample: see beyond.universality.""",
)

claim(
    "proof.rate",
    Source("slides", "Part 3-3, Step 4"),
    title="The rate of decoupling",
    given=[positive(gamma), at_least(C, 2)],
    printed=AtMost(delta, Along(N, d, ratio=1 / gamma), exponent=-Rational(1, 2)),
    uses=["proof.decoupled"],
    notes="""Printed as an upper order, and true as one for a fixed number of fields: the difference
    is at most of order 1/N, see beyond.decoupling_rate. The printed order is that of the crude
    bound on the Stein term, in which the gradient of a form of one sample is of the order of the
    square root of d.""",
)

claim(
    "proof.gmp",
    Source("slides", "Part 3-3, Step 5"),
    title="The spectrum of the Hessian block is the generalised Marchenko-Pastur law",
    given=[
        positive(gamma),
        at_least(C, 2),
        few_fields,
        assume("the weight is bounded", without={}),
    ],
    printed=SpectralLimit(H, ImplicitLaw(-z + E(weight / (1 + gamma * weight * s))), proportional),
    uses=["proof.decoupled", "rmt.gmp"],
    notes="""The law of the weight is that of lambda(u) with u standard normal in C dimensions, for
    the diagonal block p_i (1 - p_i) with a softmax of C standard normal logits. If the number of
    fields grows that law changes with the size, and the equation has no meaning without more.""",
)

r"""The decoupling argument: why weights and data become independent.

For one sample: :math:`v\sim N(0,I_d/d)`, :math:`x\sim N(0,I_d)`. Given :math:`x`, the field
:math:`v^\top x` is Gaussian with variance :math:`\|x\|^2/d`; as that tends to 1, its
conditional law loses sight of :math:`x`. The mean is over :math:`v`: with :math:`v` fixed
the field is a function of :math:`x`, and nothing is independent.

Printed: slides, Part 3-3, "Key properties in our matrix".
"""

from sympy import Abs, I, exp

from rmtcheck import (
    Along,
    E,
    GivenBoth,
    GivenInput,
    LimitOf,
    Projection,
    Source,
    SquaredRadius,
    assume,
    claim,
)
from rmtcheck.vocabulary.symbols import d, t

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

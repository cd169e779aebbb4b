r"""Stieltjes inversion: how a measure is read from its transform, and that it is determined.

A point mass at an end of the interval counts half: the Poisson kernel
:math:`\frac1\pi\frac\epsilon{(x-t)^2+\epsilon^2}` is symmetric, and half of it lies on either
side. So the printed formula holds if and only if neither end carries mass. With
:math:`\epsilon\operatorname{Im}S_\mu(a+i\epsilon)\to\mu\{a\}` the halves can be added, which
recovers the mass of every closed interval: the transform determines the measure.

Printed: slides, Part 3-1, "Basic Question II" and "Inversion formula".
"""

from sympy import FiniteSet, I, Integral, Interval, Limit, Tuple, im, pi

from rmtcheck import (
    Determines,
    ForAll,
    Identity,
    Mass,
    ProbabilityMeasures,
    SignedMeasures,
    Source,
    Stieltjes,
    assume,
    claim,
    less,
)
from rmtcheck.vocabulary.measures import mu
from rmtcheck.vocabulary.symbols import a, b, epsilon, t, z

mean_over_interval = Integral(im(Stieltjes(mu, t + I * epsilon)), (t, a, b)) / pi
recovered = Limit(mean_over_interval, epsilon, 0, "+")

inside = Mass(mu, Interval.open(a, b))
ends = Mass(mu, FiniteSet(a)) / 2 + Mass(mu, FiniteSet(b)) / 2

claim(
    "rmt.inversion",
    Source("slides", "Part 3-1, Inversion formula"),
    title="Stieltjes inversion",
    given=[less(a, b)],
    printed=ForAll(ProbabilityMeasures(), Identity(recovered, Mass(mu, Interval(a, b)))),
    derived=ForAll(ProbabilityMeasures(), Identity(recovered, inside + ends)),
    notes="""A point mass at an end of the interval is counted half; without such masses both
    formulas agree.""",
)

claim(
    "rmt.stieltjes",
    Source("slides", "Part 3-1, Basic Question II"),
    title="The Stieltjes transform determines the measure",
    given=[
        assume("mu is a probability measure", without={ProbabilityMeasures(): SignedMeasures()})
    ],
    printed=ForAll(ProbabilityMeasures(), Determines(mu, Tuple(Stieltjes(mu, z)))),
    uses=["rmt.inversion"],
    notes="""The transform is meant at all z of the upper half plane; at finitely many of them, and
    from all moments, the measure is not determined.""",
)

r"""The moments of a measure as the expansion of its transform at infinity.

The printed proof sums a geometric series under the integral, "when z is sufficiently large":
that needs :math:`|x|<|z|` for every x of the support, hence a bounded support. On
:math:`[-R,R]` and for :math:`|z|>R` the remainder after n terms is at most
:math:`(R/|z|)^n/(|z|-R)`. Elsewhere the moments may not exist, or the series diverge
everywhere, as for the lognormal law.

Printed: slides, Part 3-1, Proposition 1.
"""

from sympy import Abs, Sum, oo

from rmtcheck import (
    BoundedProbabilityMeasures,
    ForAll,
    Identity,
    Moment,
    ProbabilityMeasures,
    SomeRadius,
    Source,
    Stieltjes,
    assume,
    claim,
    positive,
)
from rmtcheck.vocabulary.measures import mu
from rmtcheck.vocabulary.symbols import R, k, z

expansion = Identity(
    Stieltjes(mu, z),
    -Sum(Moment(mu, k) * z ** (-k - 1), (k, 0, oo)),
)
bounded = BoundedProbabilityMeasures(R)

claim(
    "rmt.moments",
    Source("slides", "Part 3-1, Proposition 1"),
    title="Expansion of the Stieltjes transform in moments",
    given=[
        positive(R),
        assume("the support lies in [-R, R]", without={bounded: ProbabilityMeasures()}),
        assume("|z| > R", without={Abs(z) > R: Abs(z) >= R}),
    ],
    printed=ForAll(ProbabilityMeasures(), expansion, where=Abs(z) > SomeRadius(mu)),
    derived=ForAll(bounded, expansion, where=Abs(z) > R),
    notes="""'As z tends to infinity' is read as: for all z beyond a radius that may depend on the
    measure. Read as an asymptotic expansion it fails as well, for a measure without a mean; it
    then needs moments of every order.""",
)

r"""The continuity theorem: weak convergence is convergence of Stieltjes transforms.

The limit has to be known to be a probability measure, as the source says: mass can escape to
infinity, where the transforms do not see it. The proof smooths with the Poisson kernel; it
cites Scheffé's lemma and the portmanteau theorem and computes the rest.

Printed: slides, Part 3-1, "Continuity theorem".
"""

from sympy import Tuple

from rmtcheck import (
    ConvergesWith,
    ForAll,
    ProbabilityMeasures,
    Source,
    Stieltjes,
    SubProbabilityMeasures,
    assume,
    claim,
)
from rmtcheck.vocabulary.measures import mu
from rmtcheck.vocabulary.symbols import z

claim(
    "rmt.continuity",
    Source("slides", "Part 3-1, Continuity theorem"),
    title="Weak convergence is convergence of Stieltjes transforms",
    given=[
        assume(
            "the limit is a probability measure",
            without={ProbabilityMeasures(): SubProbabilityMeasures()},
        )
    ],
    printed=ForAll(ProbabilityMeasures(), ConvergesWith(mu, Tuple(Stieltjes(mu, z)))),
    notes="""The deterministic version, for sequences of probability measures and all z of the upper
    half plane. The random version follows: transforms are Lipschitz in z, so a countable dense set
    of z suffices. Scheffe's lemma and the portmanteau theorem are cited, not proved.""",
)

r"""Resolvent traces of large random matrices are almost deterministic, if built of many parts.

"For any sequence of Hermitian matrices" cannot be meant: :math:`\xi I` with one fair sign
:math:`\xi` is as random at size n as at size 1. What makes traces concentrate is that the matrix
is built of many independent parts, each of small rank: the columns of data, or the rows of a
Wigner matrix. Each part moves the trace by :math:`O(1/d)`, and so few of them as :math:`O(d)`
cannot conspire.

Printed: slides, Part 3-1, theorem quoted from [2].
"""

from sympy import Abs

from rmtcheck import (
    Along,
    E,
    ForAll,
    IndependentParts,
    LimitOf,
    RandomHermitian,
    RandomMatrix,
    ResolventTrace,
    Source,
    assume,
    at_least,
    claim,
    positive,
)
from rmtcheck.vocabulary.symbols import N, d, gamma, r, z

s = ResolventTrace(RandomMatrix("A"), z)
vanishes = LimitOf(Abs(s - E(s)), 0, Along(d, N, ratio=gamma), mode="almost sure")

claim(
    "rmt.concentration",
    Source("slides", "Part 3-1, theorem from [2]"),
    title="Concentration of the resolvent trace",
    given=[
        positive(gamma),
        at_least(r, 1),
        assume(
            "A is made of N independent parts, each of rank at most r",
            without={IndependentParts(N, r): RandomHermitian()},
        ),
    ],
    printed=ForAll(RandomHermitian(), vanishes),
    derived=ForAll(IndependentParts(N, r), vanishes),
    notes="""In the printed statement d is the size n, and N plays no part. A weighted sample
    covariance with independent pairs of weight and column has N parts of rank 2.""",
)

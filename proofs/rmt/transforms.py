r"""Tools: what the empirical spectral distribution of a matrix knows about it.

:math:`\mu_A=\frac1d\sum_k\delta_{\lambda_k(A)}` is normalised, the Frobenius norm is not.

Printed: slides, Part 3-1, after Proposition 1.
"""

from rmtcheck import (
    HermitianMatrix,
    Identity,
    Source,
    SquareMatrix,
    assume,
    claim,
    frobenius_squared,
    spectral_moment,
)
from rmtcheck.vocabulary.symbols import d

A = HermitianMatrix("A", d)

claim(
    "rmt.frobenius",
    Source("slides", "Part 3-1, Proposition 1"),
    title="Frobenius norm as a spectral moment",
    given=[assume("A is Hermitian", without={HermitianMatrix: SquareMatrix})],
    printed=Identity(frobenius_squared(A), spectral_moment(A, 2)),
    derived=Identity(frobenius_squared(A), d * spectral_moment(A, 2)),
    notes="The second moment of the normalised counting measure is the norm divided by d.",
)

r"""Wigner's semicircle law.

A Wigner matrix is Hermitian, with independent entries of mean 0 and :math:`\mathbb E|a_{ij}|^2=1`
above a real diagonal of variance 1; it is divided by the root of its size. The source's n is d.

Printed: slides, Part 3-1, "Semicircular Law of Wigner Matrices".
"""

from sympy import pi, sqrt

from rmtcheck import Along, PrintedLaw, Source, SpectralLimit, WignerMatrix, assume, claim
from rmtcheck.vocabulary.symbols import d, x

semicircle = PrintedLaw(sqrt(4 - x**2) / (2 * pi), -2, 2)

claim(
    "rmt.semicircle",
    Source("slides", "Part 3-1, Semicircular law"),
    title="The semicircle law",
    given=[assume("the entries are Gaussian", without={})],
    printed=SpectralLimit(WignerMatrix(d), semicircle, Along(d)),
    uses=["rmt.continuity"],
    notes="""The source allows any entries of these variances; what is verified is the Gaussian
    case. The report shows the histogram at n = 1000.""",
)

r"""The Marchenko-Pastur law of a sample covariance.

The entries of :math:`X\in\mathbb R^{d\times N}` are iid :math:`N(0,\sigma^2)` here; the
source allows any law with that variance. Its letters are translated: its
:math:`n` is :math:`N`, its :math:`\lambda` is :math:`\gamma`.

The figure below the theorem shows matrices of :math:`d=300` and :math:`N=50`, hence of rank 50:
five of six eigenvalues are 0. Its curve is drawn at the inverse ratio 50/300, where no atom is.

On an earlier slide :math:`N=\gamma d`, so :math:`d/N=1/\gamma`, and "MP-law(:math:`\gamma`)" is the
law whose argument, here as on the slide of the theorem, is the limit of d/N. With d fixed the
matrix tends to the identity: :math:`\frac1d\mathbb E\|A-I\|_F^2=\mathbb Em_2-2\,\mathbb Em_1+1`.

Printed: slides, Part 3-1, "A simple example", "MP Law", "MP Law of Covariance Matrices".
"""

from sympy import Integer, Max, Rational, pi, sqrt

from rmtcheck import (
    Along,
    E,
    LimitOf,
    PrintedLaw,
    SampleCovariance,
    Source,
    SpectralLimit,
    assume,
    claim,
    positive,
    spectral_moment,
)
from rmtcheck.vocabulary.symbols import N, d, gamma, sigma, x


def marchenko_pastur(ratio, variance=1):
    """Return the law of a sample covariance, for a limit of d/N and a variance of entries."""
    lower, upper = (variance * (1 + side * sqrt(ratio)) ** 2 for side in (-1, 1))
    density = sqrt((upper - x) * (x - lower)) / (2 * pi * variance * ratio * x)
    return PrintedLaw(density, lower, upper, atom=0, mass=Max(0, 1 - 1 / ratio))


gaussian = assume("the entries are Gaussian", without={})
covariance = SampleCovariance(d, N)
distance_to_identity = E(spectral_moment(covariance, 2)) - 2 * E(spectral_moment(covariance, 1)) + 1


def spectrum(law, ratio):
    """Say that the spectra tend to a law as d/N tends to a ratio."""
    return SpectralLimit(covariance, law, Along(d, N, ratio=ratio))


claim(
    "rmt.mp",
    Source("slides", "Part 3-1, Marchenko-Pastur 1967"),
    title="The Marchenko-Pastur law",
    given=[positive(gamma), positive(sigma), gaussian],
    printed=SpectralLimit(
        SampleCovariance(d, N, sigma**2),
        marchenko_pastur(gamma, sigma**2),
        Along(d, N, ratio=gamma),
    ),
    uses=["rmt.continuity"],
    notes="""The source allows any iid entries of variance sigma^2; what is verified is the Gaussian
    case. The passage to other entries is universality, and not shown here.""",
)

figure_ratio = Integer(300) / 50

claim(
    "rmt.mp.figure",
    Source("slides", "Part 3-1, MP Law of Covariance Matrices, figure"),
    title="The law drawn over the histogram of d = 300, n = 50",
    given=[gaussian],
    printed=spectrum(marchenko_pastur(Rational(50, 300)), figure_ratio),
    derived=spectrum(marchenko_pastur(figure_ratio), figure_ratio),
    uses=["rmt.mp"],
    notes="""The caption inverts the ratio. Either the sizes or the curve are mislabelled: the curve
    at 50/300 belongs to d = 50 and n = 300.""",
)

claim(
    "rmt.mp.fixed_d",
    Source("slides", "Part 3-1, A simple example"),
    title="Fixed dimension, and both sizes growing",
    given=[positive(gamma), gaussian],
    printed=[
        LimitOf(distance_to_identity, 0, Along(N)),
        spectrum(marchenko_pastur(gamma), 1 / gamma),
    ],
    derived=[
        LimitOf(distance_to_identity, 0, Along(N)),
        spectrum(marchenko_pastur(1 / gamma), 1 / gamma),
    ],
    uses=["rmt.mp"],
    notes="""The argument of the law is taken to be the limit of d/N, as on the slide that defines
    it; N = gamma d means that this limit is 1/gamma. Convergence to the identity is in mean
    square.""",
)

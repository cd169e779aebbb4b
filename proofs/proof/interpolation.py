r"""The interpolation from the decoupled matrix to the dependent one: path, calculus, Stein.

The weights of :math:`H(t)=\frac1N\sum_n\lambda(Vx_n(t))x_nx_n^\top` are taken on the path, the
outer products are not. The slides print :math:`X(t)=\sqrt tX+\sqrt{1-t}\tilde X` and, for the same
path, :math:`X(0)=X`, :math:`X(1)=\tilde X`. It is one slip: with
:math:`\sqrt{1-t}X+\sqrt t\tilde X` the ends and the sign of the integral would be as printed. The
formula is kept here, and what follows from it is corrected.

Two terms, of :math:`X` and of :math:`\tilde X`, make the derivative in t; Stein's identity cancels
what they share, and leaves

.. math:: \frac d{dt}\mathbb Es_{H(t)}(z)=-\frac1{2\sqrt t\,dN}\sum_n
          \mathbb E\bigl[\nabla\lambda(u_n)^\top V\,D_{x_n}(x_n^\top G^2x_n)\bigr].

Printed: slides, Part 3-3, "Our Proof Strategies (Overview)", Steps 1 to 4.
"""

from sympy import sqrt

from rmtcheck import E, Identity, ResolventTrace, Source, assume, at_least, claim
from rmtcheck.vocabulary.decoupling import (
    BoundedWeights,
    DataCopy,
    DataMatrix,
    DecoupledCovariance,
    DependentCovariance,
    DifferentiableWeights,
    InterpolatedCovariance,
    PathDerivative,
    PathIntegral,
    PathPoint,
    StandardNormal,
    SteinTerm,
    TestFunction,
    TestSlope,
)
from rmtcheck.vocabulary.symbols import C, N, d, t, z

smooth = (d, N, C, DifferentiableWeights())
H, H_copy = DependentCovariance(*smooth), DecoupledCovariance(*smooth)
H_t = InterpolatedCovariance(*smooth)
delta = E(ResolventTrace(H_copy, z)) - E(ResolventTrace(H, z))
slope = E(PathDerivative(ResolventTrace(H_t, z)))
differentiable = assume(
    "the weight is differentiable", without={DifferentiableWeights(): BoundedWeights()}
)

claim(
    "proof.path",
    Source("slides", "Part 3-3, Step 1"),
    title="The ends of the path",
    printed=[Identity(PathPoint(0), DataMatrix()), Identity(PathPoint(1), DataCopy())],
    derived=[Identity(PathPoint(0), DataCopy()), Identity(PathPoint(1), DataMatrix())],
    notes="""The ends of the printed formula are exchanged; or its two roots are, which is the same
    slip.""",
)

claim(
    "proof.ftc",
    Source("slides", "Part 3-3, Step 2"),
    title="The difference of the means as an integral along the path",
    given=[at_least(C, 1), differentiable],
    printed=Identity(delta, PathIntegral(slope)),
    derived=Identity(delta, -PathIntegral(slope)),
    uses=["proof.path"],
    notes="""The sign belongs to the ends of the path. For a weight with jumps, such as the gates of
    relu, s is a step function of t: its derivative vanishes almost everywhere, and the theorem
    fails.""",
)


def by_parts(Z):
    """Return Stein's identity for one standard normal variable."""
    return Identity(E(Z * TestFunction(Z)), E(TestSlope(Z)))


def difference_of_two(Z, Y):
    """Return what the slides bound the difference by, the constant being part of f."""
    return E(Z * TestFunction(Z)) - E(Y * TestFunction(Y))


claim(
    "proof.stein",
    Source("slides", "Part 3-3, Steps 3 and 4"),
    title="Stein's identity along the path",
    given=[at_least(C, 1), differentiable],
    printed=[
        by_parts(StandardNormal(1)),
        Identity(delta, difference_of_two(StandardNormal(1), StandardNormal(2))),
    ],
    derived=[
        by_parts(StandardNormal(1)),
        Identity(delta, PathIntegral(E(SteinTerm(H_t, z)) / (2 * sqrt(t) * d))),
    ],
    uses=["proof.ftc"],
    notes="""The identity E[Z f(Z)] = E f'(Z) is meant for Z_1 and for Z_2. "delta_N(z) <= Const."
    compares complex numbers, and is read as a bound on the modulus; with one f and both variables
    standard normal its right side is 0, and it says that delta_N is 0. The exact identity has
    different functions and coefficients, 1/(2 sqrt t) and 1/(2 sqrt(1-t)), in the two terms, which
    is why one of them is left. Step 3 names Cauchy's integral formula, which is not needed.""",
)

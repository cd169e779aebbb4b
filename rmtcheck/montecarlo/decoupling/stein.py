r"""Stein's identity along the path, and the bounds that it gives.

With :math:`x=x(\theta)\sin\theta+y\cos\theta`, where :math:`y=x\cos\theta-\tilde x\sin\theta` is
independent of :math:`x(\theta)=x\sin\theta+\tilde x\cos\theta`, the fields move with
:math:`du/d\theta=Vy`, and H sees y through the outer products only. Integration by parts in
every :math:`y_n`, :math:`\mathbb E[y\,f(y)]=\mathbb E\nabla f(y)`, gives

.. math:: \frac d{d\theta}\mathbb Es_H
          =-\frac1{dN}\sum_n\mathbb E\bigl[(\nabla\lambda_n\cdot Vy_n)\,x_n^\top G^2x_n\bigr]
          =-\frac{\cos\theta}{dN}\sum_n\mathbb E\bigl[\nabla\lambda_n\cdot VD_n\bigr],

.. math:: D_n=\nabla_{x_n}\bigl(x_n^\top G^2x_n\bigr)
          =2\bigl(1-\tfrac{\lambda_n}Nx_n^\top Gx_n\bigr)G^2x_n
          -\tfrac{2\lambda_n}N\bigl(x_n^\top G^2x_n\bigr)Gx_n .

Let :math:`|\lambda|\le\Lambda`, :math:`|\nabla\lambda|\le L`, :math:`\eta=\operatorname{Im}z`. Then
:math:`|D_n|\le2|x_n|\eta^{-2}(1+2\Lambda|x_n|^2/(N\eta))`, V is independent of X,
:math:`\mathbb E\|V\|\le1+\sqrt{k/d}`, :math:`\mathbb E|x|\le\sqrt d`,
:math:`\mathbb E|x|^3\le(d^2+2d)^{3/4}`, so that

.. math:: \Bigl|\frac d{d\theta}\mathbb Es_H\Bigr|\le K\cos\theta,\qquad
          |\mathbb Es_H-\mathbb Es_{\tilde H}|\le K=\frac{2L(1+\sqrt{k/d})}{d\,\eta^2}
          \Bigl(\sqrt d+\frac{2\Lambda(d^2+2d)^{3/4}}{N\eta}\Bigr),

of order :math:`N^{-1/2}`. The exact reduction of `coupled` gives :math:`2k/(d\eta)`, of order
:math:`N^{-1}` and without any smoothness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_integer, require_probability
from rmtcheck.montecarlo.decoupling.coupled import GAP, estimate, require_point
from rmtcheck.montecarlo.decoupling.path import FundamentalTheorem, angles_of, fundamental_theorem
from rmtcheck.montecarlo.decoupling.walk import Coupled, Walk, draw_coupled, slope
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.vocabulary.local_weights import LocalWeight

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
Generator = np.random.Generator

_FEWEST, _QUADRATURE = 40, 8
WRONG = {"of the other sign": -1.0, "half the right side": 0.5, "twice the right side": 2.0}
"""Wrong variants of an identity, as factors of its right side."""
_NUMBERS, _ROUNDING = 1 << 22, 1e-12


@dataclass(frozen=True)
class Step:
    """One step of the argument, measured.

    Attributes
    ----------
    name : str
        What is compared.
    left, right : complex
        Means of both sides; a bound stands on the right.
    relation : str
        ``"="`` or ``"<="``.
    radius : float
        Radius of a disc around the left side, or around the difference of two sides.
    others : tuple of float, or None
        For an identity, the radii of the discs around the differences of the left side and each
        of `WRONG` times the right one; without them those radii are bounded by multiples.
    """

    name: str
    left: complex
    right: complex
    relation: str
    radius: float
    others: tuple[float, ...] | None = None

    @property
    def mutants(self) -> dict[str, bool]:
        """Wrong variants of an identity: whether each of them is rejected."""
        if self.relation != "=":
            return {}
        radii = self.others or tuple(max(1.0, abs(c)) * self.radius for c in WRONG.values())
        pairs = zip(WRONG.items(), radii, strict=True)
        return {name: abs(self.left - c * self.right) > r for (name, c), r in pairs}

    @property
    def holds(self) -> bool | None:
        """Whether the disc says yes or no; None where it does not decide.

        On an identity it does not decide where a wrong variant would hold as well.
        """
        if self.relation == "=":
            is_off = abs(self.left - self.right) > self.radius
            return False if is_off else all(self.mutants.values()) or None
        size, bound = abs(self.left), self.right.real
        if size + self.radius <= bound:
            return True
        return False if size - self.radius > bound else None


def crude_bound(
    k: int, d: int, N: int, z: complex, largest_weight: float, largest_slope: float
) -> float:
    r"""Return K, the bound of :math:`|\mathbb Es_H-\mathbb Es_{\tilde H}|` by Stein's identity.

    Parameters
    ----------
    k, d, N : int
        Numbers of fields, dimensions, samples.
    z : complex
        A point of the upper half plane.
    largest_weight, largest_slope : float
        Bounds of :math:`|\lambda|` and of the length of its gradient.

    Returns
    -------
    float

    Raises
    ------
    DomainError
        When an argument is out of range.

    Accuracy
    --------
    Rounding.

    Examples
    --------
    >>> crude_bound(1, 100, 100, 1j, 0.0, 0.5)
    0.11
    """
    for name, number in (("k", k), ("d", d), ("N", N)):
        require_integer(name, number, 1)
    require_point(z.real, z.imag)
    if not (0 <= largest_weight < math.inf and 0 <= largest_slope < math.inf):
        raise DomainError(
            f"largest_weight = {largest_weight!r} and largest_slope = {largest_slope!r} must be "
            "finite, not negative."
        )
    cubes = 2 * largest_weight * math.pow(d * (d + 2), 0.75) / (N * z.imag)
    rows = 1 + math.sqrt(k / d)
    return 2 * largest_slope * rows * (math.sqrt(d) + cubes) / (d * z.imag**2)


def stein_sides(
    coupled: Coupled, weight: LocalWeight, z: complex, t: float
) -> tuple[complex, complex]:
    r"""Return both sides of the identity for :math:`d\,\mathbb Es/d\theta`, on one draw.

    Parameters
    ----------
    coupled : Coupled
        The draw.
    weight : LocalWeight
        The weight.
    z : complex
        A point of the upper half plane.
    t : float
        A time in [0, 1].

    Returns
    -------
    tuple of complex
        The slope itself, and the side after integration by parts; their means are equal.

    Raises
    ------
    DomainError
        When an argument is out of range.

    Accuracy
    --------
    Rounding.
    """
    z, angle = complex(z), float(angles_of(t)[0])
    require_point(z.real, z.imag)
    point = Walk(coupled, weight).at(angle)
    d, N = point.rotated.shape
    G, share = 1 / (point.eigenvalues - z), point.weights / N
    squares = point.rotated**2
    first, second = G @ squares, G**2 @ squares
    rows = coupled.V @ point.vectors
    once, twice = (rows * G) @ point.rotated, (rows * G**2) @ point.rotated
    D = 2 * (1 - share * first) * twice - 2 * share * second * once
    return slope(point, z), complex(-math.cos(angle) / (d * N) * np.sum(point.gradient * D))


def mirrored(coupled: Coupled, t: float) -> Coupled:
    r"""Return the draw with -y for y: equally likely, with the same fields at time t.

    The slopes of the pair differ in sign up to smaller terms, so their mean varies far less.

    Parameters
    ----------
    coupled : Coupled
        The draw.
    t : float
        A time in [0, 1].

    Returns
    -------
    Coupled

    Raises
    ------
    DomainError
        When the time is another one.

    Accuracy
    --------
    Rounding.
    """
    double = 2 * float(angles_of(t)[0])
    sine, cosine = math.sin(double), math.cos(double)
    X, copy = coupled.X, coupled.X_copy
    return Coupled(sine * copy - cosine * X, sine * X + cosine * copy, coupled.V)


def chain(
    weight: LocalWeight,
    d: int,
    N: int,
    z: complex,
    rng: Generator,
    *,
    largest_weight: float,
    largest_slope: float,
    draws: int = 200,
    t: float = 0.5,
    alpha: float = 1e-6,
) -> tuple[Step, ...]:
    r"""Measure every step of the argument on draws.

    Both sides of an identity are taken on the same draws, so its disc is that of their
    difference.

    Parameters
    ----------
    weight : LocalWeight
        The weight.
    d, N : int
        Dimension and number of samples.
    z : complex
        A point of the upper half plane.
    rng : numpy.random.Generator
        The stream to draw from.
    largest_weight, largest_slope : float
        Proven bounds of :math:`|\lambda|` and :math:`|\nabla\lambda|`; draws above are refused.
    draws : int, default 200
        Number of draws, at least 40.
    t : float, default 0.5
        The time at which slopes are taken.
    alpha : float, default 1e-6
        Error probability of each disc.

    Returns
    -------
    tuple of Step
        Stein's identity for the weight itself, along the path, the fundamental theorem on the
        worst of 40 draws, both bounds of order :math:`N^{-1/2}`, and the one of order
        :math:`N^{-1}`.

    Raises
    ------
    DomainError
        When an argument is out of range.

    Accuracy
    --------
    Discs are those of the normal law, valid as the number of draws grows; that of the fundamental
    theorem, which holds or fails draw by draw, is the estimated error of the quadrature.
    """
    require_integer("draws", draws, _FEWEST)
    require_probability("alpha", alpha)
    z, k = complex(z), field_function(weight).k
    bound = crude_bound(k, d, N, z, largest_weight, largest_slope)
    disc = _Disc(alpha)
    plain = _weight_sides(weight, draws * N, rng, largest_weight, largest_slope)
    followed = [draw_coupled(weight, d, N, rng) for _ in range(_FEWEST)]
    theorems = [fundamental_theorem(coupled, weight, z, _QUADRATURE) for coupled in followed]
    sides = np.array([_over_a_pair(weight, d, N, z, t, rng) for _ in range(draws)])
    at = {"weight": weight, "d": d, "N": N, "real": z.real, "imag": z.imag}
    gap = estimate(np.array([GAP.row(rng, **at) for _ in range(draws)]))
    delta, radius = gap.value / N, disc.radius(gap.covariance) / N
    cosine = math.cos(float(angles_of(t)[0]))
    return (
        disc.identity("E u(1+u) λ(u) = E ∂[(1+u) λ(u)]", plain),
        disc.identity("dE s/dθ, by parts in y", sides),
        _worst(theorems),
        Step("|dE s/dθ| <= K cos θ", *disc.mean(sides[:, 0], bound * cosine)),
        Step("|E s_H - E s_H~| <= K", delta, bound, "<=", radius),
        Step("|E s_H - E s_H~| <= 2k/(d Im z)", delta, 2 * k / (d * z.imag), "<=", radius),
    )


def _over_a_pair(
    weight: LocalWeight, d: int, N: int, z: complex, t: float, rng: Generator
) -> ComplexArray:
    """Return the sides of Stein's identity, over a mirrored pair."""
    coupled = draw_coupled(weight, d, N, rng)
    pair = (coupled, mirrored(coupled, t))
    return np.asarray(np.mean([stein_sides(draw, weight, z, t) for draw in pair], axis=0))


def _worst(theorems: list[FundamentalTheorem]) -> Step:
    """Return the fundamental theorem on the draw that speaks loudest against it."""
    worst = max(theorems, key=lambda given: abs(given.difference - given.integral) / given.error)
    name = "s_H - s_H~ = ∫ s' dθ, on the worst draw"
    return Step(name, worst.difference, worst.integral, "=", worst.error)


def _weight_sides(
    weight: LocalWeight, samples: int, rng: Generator, largest_weight: float, largest_slope: float
) -> ComplexArray:
    """Return both sides for (1 + u) times the weight, after a look at its bounds.

    For the weight alone both vanish where it is even in its first field.
    """
    function = field_function(weight)
    u = rng.standard_normal((function.k, max(1, min(samples, _NUMBERS // function.k))))
    values, gradient = function.values_and_gradient(u)
    seen = float(np.abs(values).max()), float(np.linalg.norm(gradient, axis=0).max())
    for name, given, drawn in (
        ("largest_weight", largest_weight, seen[0]),
        ("largest_slope", largest_slope, seen[1]),
    ):
        if drawn > given * (1 + _ROUNDING):
            raise DomainError(f"{name} = {given!r} must be a bound; a draw has {drawn:g}.")
    shifted = 1 + u[0]
    sides = [u[0] * shifted * values, values + shifted * gradient[0]]
    return np.stack(sides, axis=1).astype(complex)


@dataclass(frozen=True)
class _Disc:
    """Discs of a level, by the normal law of a mean of two coordinates."""

    alpha: float

    def radius(self, covariance: Array) -> float:
        # the squared length of a standard normal pair exceeds -2 log alpha with that probability
        largest = max(float(np.linalg.eigvalsh(covariance)[-1]), 0.0)
        return math.sqrt(-2 * math.log(self.alpha) * largest)

    def identity(self, name: str, sides: ComplexArray) -> Step:
        left, right = map(complex, sides.mean(axis=0))
        rounding = _ROUNDING * float(np.abs(sides).max())
        radius, *others = (
            self.radius(_covariance(sides[:, 0] - c * sides[:, 1])) + rounding
            for c in (1.0, *WRONG.values())
        )
        return Step(name, left, right, "=", radius, tuple(others))

    def mean(self, values: ComplexArray, bound: float) -> tuple[complex, complex, str, float]:
        return complex(values.mean()), bound, "<=", self.radius(_covariance(values))


def _covariance(values: ComplexArray) -> Array:
    """Return the covariance of the mean's real and imaginary part."""
    return np.asarray(np.cov(values.real, values.imag) / len(values))

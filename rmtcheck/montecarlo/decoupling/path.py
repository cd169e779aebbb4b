r"""The path from weights of a copy to weights of the data themselves, on one coupled draw.

.. math:: x_n(t)=\sqrt t\,x_n+\sqrt{1-t}\,\tilde x_n,\qquad
          H(t)=\frac1N\sum_n\lambda(Vx_n(t))\,x_nx_n^\top,\qquad H(1)=H,\quad H(0)=\tilde H.

With :math:`t=\sin^2\theta` the path is :math:`x_n\sin\theta+\tilde x_n\cos\theta`, smooth up to
both ends, where derivatives in t have singularities of order -1/2. The derivative along it,

.. math:: \frac{ds_{H}}{d\theta}=-\frac1{dN}\sum_n\frac{d\lambda_n}{d\theta}\,x_n^\top G^2x_n,\qquad
          \frac{d\lambda_n}{d\theta}=\nabla\lambda(u_n)\cdot\frac{du_n}{d\theta},

needs at each time one product for H, one symmetric eigenproblem :math:`H=U\operatorname{diag}(e)
U^\top`, and one product :math:`U^\top X`; everything recorded is read off these.

Memory of one draw followed at any number of times, without the work arrays of LAPACK:
:math:`8\,(3dN+3d^2+9kN)` bytes: the data, their copy and one array for scaled or rotated data;
H, its eigenvectors and one array on the way to them; fields, velocities, probabilities and slopes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import Statistic
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.decoupling.breaks import Breaks, breaks
from rmtcheck.montecarlo.decoupling.coupled import require_point
from rmtcheck.montecarlo.decoupling.walk import END, Coupled, Walk, draw_coupled, slope
from rmtcheck.vocabulary.local_weights import LocalWeight

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
Generator = np.random.Generator

_TRIAL_STEPS = 8
_CONVERGED = 1 / 16  # the share of the difference of two rules that the next two may differ by


def matrix_at(coupled: Coupled, weight: LocalWeight, t: float) -> Array:
    """Return H(t).

    Parameters
    ----------
    coupled : Coupled
        The draw.
    weight : LocalWeight
        The weight.
    t : float
        A time in [0, 1].

    Returns
    -------
    ndarray, shape (d, d)

    Raises
    ------
    DomainError
        When the time is another one, or the shapes do not fit.

    Accuracy
    --------
    Rounding.
    """
    return Walk(coupled, weight).matrix(float(angles_of(t)[0]))


def angles_of(times: ArrayLike) -> Array:
    r"""Return :math:`\theta=\arcsin\sqrt t`, or raise `DomainError` for times outside [0, 1]."""
    t = np.atleast_1d(np.asarray(times, dtype=float))
    if t.ndim != 1 or not t.size or not ((t >= 0) & (t <= 1)).all():
        raise DomainError(f"times = {times!r} must be one or more numbers from 0 to 1.")
    return np.asarray(np.arctan2(np.sqrt(t), np.sqrt(1 - t)))


@dataclass(frozen=True)
class Path:
    r"""What was recorded at the times of a path.

    Attributes
    ----------
    angles : ndarray, shape (n,)
        :math:`\theta`.
    transform, slope : ndarray of complex, shape (n,)
        :math:`s_{H(t)}(z)`, and its derivative in :math:`\theta`.
    norm : ndarray, shape (n,)
        :math:`\|H(t)\|_F^2/d`.
    smallest, largest : ndarray, shape (n,)
        The extreme eigenvalues.
    eigenvalues : ndarray, shape (n, d), or None
        All of them, ascending, if they were asked for.
    """

    angles: Array
    transform: ComplexArray
    slope: ComplexArray
    norm: Array
    smallest: Array
    largest: Array
    eigenvalues: Array | None

    @property
    def times(self) -> Array:
        r"""The times :math:`t=\sin^2\theta`."""
        return np.asarray(np.sin(self.angles) ** 2)

    def slope_in_time(self) -> ComplexArray:
        r"""Return :math:`ds/dt`, or raise `DomainError` where it is infinite: at 0 and 1."""
        t = self.times
        if not ((t > 0) & (t < 1)).all():
            raise DomainError("ds/dt has no value at t = 0 or 1; take times strictly between.")
        return np.asarray(self.slope / (2 * np.sqrt(t * (1 - t))))


def follow(
    coupled: Coupled,
    weight: LocalWeight,
    z: complex,
    times: ArrayLike,
    *,
    with_eigenvalues: bool = False,
) -> Path:
    r"""Follow the spectrum along the path.

    Parameters
    ----------
    coupled : Coupled
        The draw.
    weight : LocalWeight
        The weight.
    z : complex
        A point of the upper half plane.
    times : array_like
        Times t in [0, 1].
    with_eigenvalues : bool, default False
        Whether to keep all eigenvalues of all times.

    Returns
    -------
    Path

    Raises
    ------
    DomainError
        When a time or the point lies outside, or the shapes do not fit.

    Accuracy
    --------
    Backward stable: relative error of order :math:`10^{-15}\|H\|/\operatorname{Im}z`. The slope
    is that of the gradient almost everywhere, which does not see the jumps of gates.
    """
    return _followed(coupled, weight, complex(z), angles_of(times), with_eigenvalues)


def _followed(
    coupled: Coupled, weight: LocalWeight, z: complex, angles: Array, with_eigenvalues: bool
) -> Path:
    require_point(z.real, z.imag)
    walk = Walk(coupled, weight)
    recorded, spectra = [], []
    for angle in angles:
        point = walk.at(float(angle))
        e = point.eigenvalues
        recorded.append((np.mean(1 / (e - z)), slope(point, z), np.mean(e**2), e[0], e[-1]))
        if with_eigenvalues:
            spectra.append(e)
    s, slopes, norm, low, high = map(np.array, zip(*recorded, strict=True))
    kept = np.array(spectra) if with_eigenvalues else None
    return Path(angles, s, slopes, norm, low, high, kept)


@dataclass(frozen=True)
class FundamentalTheorem:
    r"""Both sides of :math:`s(\pi/2)-s(0)=\int_0^{\pi/2}s'(\theta)\,d\theta` on one draw.

    Attributes
    ----------
    difference, integral : complex
        The sides; the slope is the one almost everywhere.
    error : float
        Estimated error of both together, from rules with fewer nodes, and rounding.
    breaks : Breaks
        Where the weight jumps or has a kink: the error is an estimate where it does nowhere.
    """

    difference: complex
    integral: complex
    error: float
    breaks: Breaks

    @property
    def holds(self) -> bool:
        """Whether the sides agree up to the estimated error."""
        return abs(self.difference - self.integral) <= self.error


def fundamental_theorem(
    coupled: Coupled, weight: LocalWeight, z: complex, steps: int = 16
) -> FundamentalTheorem:
    r"""Compare the difference of the ends with the integral of the slope, on one draw.

    Where the weight is a smooth function of the fields, Gauss-Legendre quadrature in
    :math:`\theta` converges geometrically. Where it jumps, as with a gate, the theorem fails: the
    slope is blind to the jumps, which `jumps_along` adds up. At a kink it holds, but the rules
    converge so slowly that their difference bounds nothing.

    Parameters
    ----------
    coupled : Coupled
        The draw.
    weight : LocalWeight
        The weight.
    z : complex
        A point of the upper half plane.
    steps : int, default 16
        Nodes of the middle one of three rules; the others have half and twice as many.

    Returns
    -------
    FundamentalTheorem

    Raises
    ------
    DomainError
        As for `follow`, or when the number of steps is not a positive integer.

    Accuracy
    --------
    As estimated, for smooth weights: a sixteenth of the difference of the two coarser rules, which
    that of the two finer ones must not exceed. Rules that differ by more do not converge yet, and
    agree by chance if at all: then the error is the integral of the modulus of the slope.
    """
    require_integer("steps", steps, 1)
    rules = [_nodes(n) for n in (max(1, steps // 2), steps, 2 * steps)]
    angles = np.concatenate([[0.0, END], *(nodes for nodes, _ in rules)])
    path = _followed(coupled, weight, complex(z), angles, False)
    cuts = np.cumsum([len(nodes) for nodes, _ in rules])[:-1]
    coarse, middle, fine = (
        complex(own @ weights)
        for own, (_, weights) in zip(np.split(path.slope[2:], cuts), rules, strict=True)
    )
    sizes = np.abs(path.slope).max() + np.abs(path.transform).max()
    rounding = 1e-13 * (1 + path.largest.max() - path.smallest.min()) / complex(z).imag * sizes
    quadrature = _CONVERGED * abs(middle - coarse)
    if abs(fine - middle) > max(quadrature, rounding):
        quadrature = float(np.abs(path.slope[-2 * steps :]) @ rules[-1][1])
    return FundamentalTheorem(
        complex(path.transform[1] - path.transform[0]),
        fine,
        float(quadrature + rounding),
        breaks(weight),
    )


@lru_cache(maxsize=32)
def _nodes(steps: int, low: float = 0.0, high: float = END) -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    half = (high - low) / 2
    return low + half * (nodes + 1), half * weights


def _path_row(
    rng: Generator, *, weight: LocalWeight, d: int, N: int, real: float, imag: float
) -> Sequence[float]:
    z = require_point(real, imag)
    path = _followed(draw_coupled(weight, d, N, rng), weight, z, TRIAL_ANGLES, False)
    s, slopes = path.transform, path.slope
    recorded = [s.real, s.imag, slopes.real, slopes.imag, path.norm, path.smallest, path.largest]
    values: list[float] = np.stack(recorded, axis=1).ravel().tolist()
    return values


_RECORDED = ("s_re", "s_im", "slope_re", "slope_im", "norm", "smallest", "largest")
TRIAL_ANGLES = np.array([0.0, *_nodes(_TRIAL_STEPS)[0], END])
"""The copy, eight Gauss-Legendre nodes, the data."""
PATH = Statistic(
    tuple(f"{name}_{k}" for k in range(len(TRIAL_ANGLES)) for name in _RECORDED), _path_row
)
r"""One row: seven numbers at each of `TRIAL_ANGLES`, slopes in :math:`\theta`.

Parameters of a task: ``weight`` (LocalWeight), ``d``, ``N`` (int), ``real``, ``imag`` (float).
"""

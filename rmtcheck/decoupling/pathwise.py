r"""One coupled draw followed along its path, as a row of the harness and as a record to show.

Along :math:`t=\sin^2\theta` the row has the transform, its slope in :math:`\theta`, the norm and
the extreme eigenvalues at equidistant angles, quantiles of the spectrum at some of them, and both
sides of the fundamental theorem. A second, smaller draw has the slope half way by formula and by
automatic differentiation, and for weights with gates or kinks the sum of the jumps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from rmtcheck.decoupling.question import Question
from rmtcheck.decoupling.verdicts import Finding, Verdict
from rmtcheck.montecarlo.catalog import Statistic
from rmtcheck.montecarlo.decoupling.automatic import automatic_slope
from rmtcheck.montecarlo.decoupling.breaks import Breaks
from rmtcheck.montecarlo.decoupling.jumps import jumps_along
from rmtcheck.montecarlo.decoupling.path import Path, follow, fundamental_theorem
from rmtcheck.montecarlo.decoupling.walk import Coupled, draw_coupled
from rmtcheck.vocabulary.local_weights import LocalWeight

Array = NDArray[np.float64]
Generator = np.random.Generator

ANGLES = 33
SHOWN = (0, 16, 32)
"""The angles whose spectra are kept: the copy, half way, the data."""
QUANTILES = 96
LARGEST_SIZE = 512
SMALL_D, SMALL_N = 32, 64
"""The draw for what is slow: automatic differentiation, and every jump by itself."""
_STEPS = 16
_ROUNDING = 1e-9  # of a slope by elimination without exchange of rows
_ALONG = ("s_re", "s_im", "slope_re", "slope_im", "norm", "smallest", "largest")
_SLOPES = ("formula_re", "formula_im", "automatic_re", "automatic_im")
_SIDES = ("difference_re", "difference_im", "integral_re", "integral_im", "error", "breaks")
_JUMPS = (
    *("count", "total_re", "total_im", "between_re", "between_im", "ends_re", "ends_im"),
    "error_between",
)


@dataclass(frozen=True)
class JumpsAlong:
    """Where fields are 0: the jumps there, and what is left between them."""

    d: int
    N: int
    count: int
    total: complex
    integral: complex
    difference: complex
    error: float


@dataclass(frozen=True)
class PathRecord:
    r"""What one coupled draw shows.

    Attributes
    ----------
    N, d
        Its sizes.
    times
        :math:`t=\sin^2\theta` at equidistant angles.
    transform, slope
        :math:`s_{H(t)}(z)`, and its derivative in :math:`\theta`.
    norm, smallest, largest
        :math:`\|H(t)\|_F^2/d`, and the extreme eigenvalues.
    spectra
        Quantiles of the eigenvalues at the times 0, 1/2, 1.
    difference, integral, error
        The sides of the fundamental theorem, and the estimated error of both.
    breaks
        Where the weight may jump or have a kink.
    formula, automatic
        The slope half way on a small draw: by the formula, and by automatic differentiation.
    jumps
        For a weight that breaks where fields are 0, as with gates.
    """

    N: int
    d: int
    times: tuple[float, ...]
    transform: tuple[complex, ...]
    slope: tuple[complex, ...]
    norm: tuple[float, ...]
    smallest: tuple[float, ...]
    largest: tuple[float, ...]
    spectra: tuple[tuple[float, ...], ...]
    difference: complex
    integral: complex
    error: float
    breaks: Breaks
    formula: complex
    automatic: complex
    jumps: JumpsAlong | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be said about the slope, and about the ends of the path."""
        ends = self._ends()
        # between its jumps a weight of gates alone is constant: there is nothing to differentiate
        is_constant = self.formula == self.automatic == 0
        return (ends,) if is_constant else (self._differentiated(), ends)

    def _differentiated(self) -> Finding:
        subject = "the slope of the transform by formula and by automatic differentiation"
        allowed = _ROUNDING * (1 + abs(self.automatic))
        return _equal(subject, self.automatic, self.formula, allowed)

    def _ends(self) -> Finding:
        if self.breaks == Breaks.ELSEWHERE:
            reason = "the weight may break at points that are not searched for"
            subject = "the ends of one path differ by the integral of the slope"
            return Finding(subject, Verdict.NO_POWER, {}, reason)
        return self._without_jumps() if self.jumps is None else self._with_jumps()

    def _without_jumps(self) -> Finding:
        subject = "the ends of one path differ by the integral of the slope"
        return _equal(subject, self.difference, self.integral, self.error)

    def _with_jumps(self) -> Finding:
        assert self.jumps is not None
        found, subject = self.jumps, "the ends of one path differ by the integral and the jumps"
        if not found.count:
            subject = "the ends of one path differ by the integral between zeros of fields"
        whole = found.integral + found.total
        blind = {"without the jumps": found.integral} if found.count else {}
        return _equal(subject, found.difference, whole, found.error, blind)


def _equal(
    subject: str,
    left: complex,
    right: complex,
    allowed: float,
    wrong: Mapping[str, complex] = MappingProxyType({}),
) -> Finding:
    """Compare two numbers; the wrong sign and an error of 1 % are mutants."""
    values = {"of the wrong sign": -right, "1 % larger": 1.01 * right, **wrong}
    mutants = {name: abs(left - value) > allowed for name, value in values.items()}
    off = abs(left - right)
    said = f"apart by {off:.1e}, allowed {allowed:.1e}"
    if off > allowed:
        return Finding(subject, Verdict.REJECTED, mutants, said)
    verdict = Verdict.AGREES if all(mutants.values()) else Verdict.NO_POWER
    return Finding(subject, verdict, mutants, said)


def path_size(question: Question) -> int:
    """Return the largest size that is not too large to be followed."""
    fitting = [N for N in question.sizes if max(N, question.d(N)) <= LARGEST_SIZE]
    return max(fitting, default=min(question.sizes))


def record(question: Question, row: Sequence[float]) -> PathRecord:
    """Return the record of a row of `PATHWISE`."""
    along, spectra, sides, slopes, jumps = np.split(np.array(row), _CUTS)
    s_re, s_im, slope_re, slope_im, *rest = along.reshape(len(_ALONG), ANGLES)
    norm, smallest, largest = (tuple(part.tolist()) for part in rest)
    N = path_size(question)
    breaks = Breaks(int(sides[5]))
    return PathRecord(
        N=N,
        d=question.d(N),
        times=tuple(_times().tolist()),
        transform=_complex(s_re, s_im),
        slope=_complex(slope_re, slope_im),
        norm=norm,
        smallest=smallest,
        largest=largest,
        spectra=tuple(map(tuple, spectra.reshape(len(SHOWN), QUANTILES).tolist())),
        difference=complex(*sides[:2]),
        integral=complex(*sides[2:4]),
        error=float(sides[4]),
        breaks=breaks,
        formula=complex(*slopes[:2]),
        automatic=complex(*slopes[2:]),
        jumps=_jumps_recorded(jumps) if breaks == Breaks.AT_ZEROS else None,
    )


def _jumps_recorded(row: Array) -> JumpsAlong:
    count, *parts, error = row.tolist()
    total, between, ends = _complex(parts[::2], parts[1::2])
    return JumpsAlong(SMALL_D, SMALL_N, int(count), total, between, ends, error)


def _complex(real: Array | list[float], imag: Array | list[float]) -> tuple[complex, ...]:
    return tuple(complex(a, b) for a, b in zip(real, imag, strict=True))


def _times() -> Array:
    return np.sin(np.linspace(0, np.pi / 2, ANGLES)) ** 2


def _row(
    rng: Generator,
    *,
    weight: LocalWeight,
    d: int,
    N: int,
    real: float,
    imag: float,
) -> Sequence[float]:
    z, coupled = complex(real, imag), draw_coupled(weight, d, N, rng)
    path = follow(coupled, weight, z, _times(), with_eigenvalues=True)
    theorem = fundamental_theorem(coupled, weight, z, _STEPS)
    sides = [*_pair(theorem.difference), *_pair(theorem.integral), theorem.error, theorem.breaks]
    little = draw_coupled(weight, SMALL_D, SMALL_N, rng)
    slopes = _slopes(little, weight, z)
    jumps = [0.0] * len(_JUMPS)
    if theorem.breaks == Breaks.AT_ZEROS:
        found = jumps_along(little, weight, z)
        parts = (found.total, found.integral, found.difference)
        jumps = [found.count, *(x for part in parts for x in _pair(part)), found.error]
    return [*_along(path), *_quantiles(path), *sides, *slopes, *jumps]


def _along(path: Path) -> list[float]:
    s, slope = path.transform, path.slope
    parts = [s.real, s.imag, slope.real, slope.imag, path.norm, path.smallest, path.largest]
    values: list[float] = np.concatenate(parts).tolist()
    return values


def _quantiles(path: Path) -> list[float]:
    assert path.eigenvalues is not None
    levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
    values: list[float] = (
        np.quantile(path.eigenvalues[list(SHOWN)], levels, axis=1).T.ravel().tolist()
    )
    return values


def _slopes(little: Coupled, weight: LocalWeight, z: complex) -> list[float]:
    formula = complex(follow(little, weight, z, [0.5]).slope[0])
    automatic = automatic_slope(little, weight, z, float(np.pi / 4))[1]
    return [*_pair(formula), *_pair(automatic)]


def _pair(value: complex) -> tuple[float, float]:
    return value.real, value.imag


_COLUMNS = (
    *(f"{name}_{k}" for name in _ALONG for k in range(ANGLES)),
    *(f"quantile_{shown}_{k}" for shown in SHOWN for k in range(QUANTILES)),
    *_SIDES,
    *_SLOPES,
    *_JUMPS,
)
_CUTS = np.cumsum([len(_ALONG) * ANGLES, len(SHOWN) * QUANTILES, len(_SIDES), len(_SLOPES)])
PATHWISE = Statistic(_COLUMNS, _row)
"""One row: one draw followed along its path; parameters as the sizes, and the point z."""

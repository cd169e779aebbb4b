"""Scan the assumptions of the decoupling argument, and draw the outliers it does not exclude."""

from __future__ import annotations

import argparse
import json
import math
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import scipy.stats
import sympy

from rmtcheck.montecarlo.decoupling.decay import Gap, adjusted_gap, decay, gap_disc, verdict
from rmtcheck.montecarlo.decoupling.outliers import EXTREMES
from rmtcheck.montecarlo.decoupling.universality import (
    draw_rows,
    draw_samples,
    law_transform,
    weights_of,
)
from rmtcheck.montecarlo.harness import Task, draw_block
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.decoupling.outliers import decoupling_outliers
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.local_weights import LocalWeight, local_weight
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import logit
from rmtcheck.vocabulary.symbols import N as SAMPLES

STORED = Path(__file__).with_name("universality.json")
MODULE = "rmtcheck.montecarlo.decoupling"
ALPHA = 1e-4
"""Error probability of each disc and of each interval, by normal theory."""
NEAR, MIDDLE, FAR = 0.1 + 0.1j, 0.3 + 0.3j, 0.5 + 0.5j
TANH = local_weight(WeightedGram(1 / SAMPLES, sympy.tanh(logit[1]) ** 2))


def softmax_weight(C: int, other: bool = False, scale: int = 1) -> LocalWeight:
    p = SoftmaxOfGaussians(C)
    weight = -p[1] * p[2] if other else p[1] * (1 - p[1])
    return local_weight(WeightedGram(scale / SAMPLES, weight))


@dataclass(frozen=True)
class Scenario:
    """What is drawn at each size; the weight may depend on d."""

    law: str
    weight: Callable[[int], LocalWeight | str]
    z: complex
    rows: str = "gaussian"
    draws: dict[int, int] = field(default_factory=lambda: {64: 4000, 128: 1000, 256: 1000})

    def task(self, N: int) -> Task:
        d = N // 2
        given = {"weight": self.weight(d), "law": self.law, "d": d, "N": N, "rows": self.rows}
        z = {"real": self.z.real, "imag": self.z.imag}
        name = f"{MODULE}.universality:GAP_UNDER"
        return Task(claim="universality", statistic=name, parameters=given | z, draws_per_block=1)


def fixed(weight: LocalWeight | str) -> Callable[[int], LocalWeight | str]:
    return lambda d: weight


def classes(share: float) -> Callable[[int], LocalWeight | str]:
    """Return the weight C p_1 (1 - p_1) with C a multiple of d."""
    return lambda d: softmax_weight(round(share * d), scale=round(share * d))


THREE = fixed(softmax_weight(3))
ASSUMPTIONS = {
    "Gaussian entries": Scenario("gaussian", THREE, NEAR),
    "random signs": Scenario("rademacher", THREE, NEAR),
    "uniform entries": Scenario("uniform", THREE, NEAR),
    "Student t5 entries": Scenario("student_t5", THREE, NEAR),
    "Student t3 entries, no fourth moment": Scenario("student_t3", THREE, NEAR),
    "correlated, autoregressive 0.7": Scenario("autoregressive", THREE, NEAR),
    "correlated, one spike of size 10": Scenario("spiked", THREE, NEAR),
    "localised V, t5 entries": Scenario("student_t5", fixed(TANH), NEAR, "localised"),
    "localised V, random signs": Scenario("rademacher", fixed(TANH), NEAR, "localised"),
    "C = d/4 classes": Scenario("gaussian", classes(0.25), MIDDLE),
    "C = d classes": Scenario("gaussian", classes(1), MIDDLE),
    "C = 4d classes": Scenario("gaussian", classes(4), MIDDLE),
    "C = d classes, autoregressive": Scenario("autoregressive", classes(1), MIDDLE),
    "weight 1(|x|^2 > d)": Scenario("gaussian", fixed("large_norm"), FAR),
    "weight 1(sum x^4 > 3d), Gaussian": Scenario("gaussian", fixed("large_fourth_powers"), FAR),
    "weight 1(sum x^4 > d^(4/3)), t3": Scenario("student_t3", fixed("heavy_fourth_powers"), FAR),
    "samples with own radii": Scenario("multivariate_t5", THREE, NEAR),
    "own radii, weight 1(|x|^2 > d)": Scenario("multivariate_t5", fixed("large_norm"), FAR),
}
TRAINING = {
    "no training": (0, "random"),
    "20 steps, random labels": (20, "random"),
    "100 steps, random labels": (100, "random"),
    "100 steps, labels of a teacher": (100, "teacher"),
}
TRAINED_DRAWS = {48: 2000, 96: 400, 192: 600}
KURTOSIS = {"rademacher": -2.0, "uniform": -1.2, "gaussian": 0.0, "laplace": 3.0, "student_t5": 6.0}
KURTOSIS_SIZE, KURTOSIS_DRAWS = 192, 3000
SOFTMAX_OUTLIERS = [
    # classes, off the diagonal, gamma, draws by dimension
    (2, False, 0.05, {80: 80, 320: 30}),
    (3, False, 0.02, {80: 80, 320: 20}),
    (3, True, 0.05, {80: 80, 320: 30}),
    (5, True, 0.1, {100: 80, 400: 30}),
    (10, False, 0.05, {160: 60, 640: 12}),
    (20, False, 0.2, {100: 80, 400: 30}),
    (100, False, 0.05, {320: 16, 640: 8}),
    (3, False, 0.5, {250: 30, 500: 12}),
    (10, False, 0.5, {250: 30, 500: 12}),
]
OWN_OUTLIERS = [(TANH, 0.1, {100: 200, 400: 60}), (TANH, 0.5, {250: 60, 500: 25})]
ENDS = {"above": "largest", "below": "smallest"}


def measure(root: int, share: float, only: str) -> Iterable[dict[str, Any]]:
    """Yield the figures of one part after the other; each is printed as it comes."""
    parts = {
        "assumptions": partial(_scan, ASSUMPTIONS, scanned),
        "training": partial(_scan, TRAINING, trained),
        "kurtosis": partial(_scan, KURTOSIS, by_kurtosis),
        "outliers": partial(_scan, dict(_outlier_rows()), outlying),
        "law of localised fields": partial(_scan, ["student_t5", "rademacher"], field_law),
    }
    for name in [n for n in parts if only in n]:
        start = time.process_time()
        figures = {name: parts[name](root, share)}
        seconds = time.process_time() - start
        print(f"{name}: {seconds:.0f} s", flush=True)
        yield figures | {f"processor seconds, {name}": seconds}


def _scan(
    rows: Any, found: Callable[[Any, int, float], Any], root: int, share: float
) -> dict[str, Any]:
    figures = {}
    for name in rows:
        figures[name] = found(rows[name] if isinstance(rows, dict) else name, root, share)
        print(name, _rounded(figures[name]), flush=True)
    return figures


def rows_of(task: Task, draws: int, root: int, share: float) -> np.ndarray:
    """Return draws of a task, from one stream."""
    size = max(4, math.ceil(share * draws))
    many = Task(
        claim=task.claim,
        statistic=task.statistic,
        parameters=task.parameters,
        draws_per_block=size,
    )
    return draw_block(many, root, 0)


def scanned(scenario: Scenario, root: int, share: float) -> dict[str, Any]:
    """Return the adjusted gaps of a scenario with their verdict."""
    gaps, drifts = {}, {}
    for N, draws in scenario.draws.items():
        values = rows_of(scenario.task(N), draws, root, share)
        gaps[N] = gap_disc(adjusted_gap(values), ALPHA)
        drifts[N] = gap_disc(values[:, 4:6], ALPHA)
    at = [scenario.z.real, scenario.z.imag]
    # no drift may show: V does not depend on X
    return {"z": at, "gap": judged(gaps), "drift seen": any(g.low > 0 for g in drifts.values())}


def trained(kind: tuple[int, str], root: int, share: float) -> dict[str, Any]:
    """Return each part of the gap after training with its verdict."""
    columns = {"gap": 0, "independence": 2, "law": 4, "fresh_data": 8}
    found: dict[str, dict[int, Gap]] = {name: {} for name in columns}
    for N, draws in TRAINED_DRAWS.items():
        given = {"d": N // 2, "N": N, "C": 3, "steps": kind[0], "labels": kind[1]}
        task = Task(
            claim="universality",
            statistic=f"{MODULE}.training:TRAINED_GAP",
            parameters=given | {"real": NEAR.real, "imag": NEAR.imag},
        )
        values = rows_of(task, draws, root, share)
        for name, k in columns.items():
            found[name][N] = gap_disc(values[:, k : k + 2], ALPHA)
    return {name: judged(gaps) for name, gaps in found.items()}


def judged(gaps: dict[int, Gap]) -> dict[str, Any]:
    """Return sizes, exponent and verdict of a gap."""
    first, last = min(gaps), max(gaps)
    sizes = {
        str(N): {"mean": [g.mean.real, g.mean.imag], "low": g.low, "high": g.high, "draws": g.draws}
        for N, g in gaps.items()
    }
    exponent = [
        e if math.isfinite(e) else None for e in decay(gaps[first], gaps[last], last / first)
    ]
    return {"sizes": sizes, "exponent": exponent, "verdict": verdict(gaps)}


def by_kurtosis(kurtosis: float, root: int, share: float) -> dict[str, Any]:
    """Return N times the gap at one size, and the leading term for entries of that kurtosis."""
    law = next(name for name, value in KURTOSIS.items() if value == kurtosis)
    scenario = Scenario(law, fixed(TANH), NEAR)
    values = rows_of(scenario.task(KURTOSIS_SIZE), KURTOSIS_DRAWS, root, share)
    gap = gap_disc(adjusted_gap(values), ALPHA)
    derived = leading_term(kurtosis)
    measured = KURTOSIS_SIZE * gap.mean
    return {
        "N gap": [measured.real, measured.imag],
        "radius": KURTOSIS_SIZE * gap.radius,
        "derived": [derived.real, derived.imag],
        "derived for Gaussian entries": [leading_term(0).real, leading_term(0).imag],
    }


def leading_term(kurtosis: float, gamma: float = 0.5, z: complex = NEAR) -> complex:
    r"""Return :math:`-\frac1\gamma\frac d{dz}[\log(1+sa)+\frac\kappa2sa]`, a = E h (w^2 - 1)."""
    # midpoints of equal probability; the tail beyond them holds 1e-5 of the mass
    normal = NormalDist()
    w = np.array([normal.inv_cdf((k + 0.5) / 100_000) for k in range(100_000)])
    w /= w.std()
    weights = np.tanh(w) ** 2

    def potential(at: complex) -> complex:
        s = law_transform(weights, gamma, at, 1j)
        response = s * np.mean(weights / (1 + gamma * weights * s) * (w**2 - 1))
        return complex(np.log(1 + response) + kurtosis / 2 * response)

    # residuals of 1e-10 over steps of 1e-3
    step = 1e-3
    return -(potential(z + step) - potential(z - step)) / (2 * step * gamma)


def _outlier_rows() -> Iterable[tuple[str, tuple[LocalWeight, float, dict[int, int]]]]:
    for C, other, gamma, draws in SOFTMAX_OUTLIERS:
        block = "off the diagonal" if other else "diagonal"
        yield f"C = {C}, {block}, gamma = {gamma}", (softmax_weight(C, other), gamma, draws)
    for weight, gamma, draws in OWN_OUTLIERS:
        yield f"tanh(u)^2, gamma = {gamma}", (weight, gamma, draws)


def outlying(
    row: tuple[LocalWeight, float, dict[int, int]], root: int, share: float
) -> dict[str, Any]:
    """Return both ends of the spectrum at two dimensions, and what was predicted."""
    weight, gamma, draws = row
    drawn = {d: _extremes(weight, gamma, d, n, root, share) for d, n in draws.items()}
    outer = _outermost(decoupling_outliers(weight, gamma))
    found: dict[str, Any] = {"draws": draws}
    for side, end in ENDS.items():
        one = outer.get(side)
        found[end] = {
            "predicted": None if one is None else [one.location, one.overlap],
            "direction": None if one is None else str(one.direction),
            "location": _two_sizes(drawn, end),
            "overlap": _two_sizes(drawn, f"overlap_{end}"),
            "overlap of the copy": _two_sizes(drawn, f"copy_overlap_{end}"),
        }
    return found


def _extremes(
    weight: LocalWeight, gamma: float, d: int, draws: int, root: int, share: float
) -> dict[str, np.ndarray]:
    task = Task(
        claim="universality",
        statistic=f"{MODULE}.outliers:EXTREMES",
        parameters={"weight": weight, "d": d, "N": round(d / gamma)},
    )
    return dict(zip(EXTREMES.columns, rows_of(task, draws, root, share).T, strict=True))


def _outermost(outliers: Iterable[Any]) -> dict[str, Any]:
    """Return the outlier farthest from the bulk, by side."""
    found: dict[str, Any] = {}
    for one in sorted(outliers, key=lambda o: o.location):
        if one.side == "above" or one.side not in found:
            found[one.side] = one
    return found


def _two_sizes(drawn: dict[int, dict[str, np.ndarray]], column: str) -> dict[str, list[float]]:
    """Return mean and half width of the interval by dimension, and extrapolated in 1/d."""
    means = {d: _interval(values[column]) for d, values in drawn.items()}
    (small, (first, wide)), (large, (second, narrow)) = means.items()
    share = large / (large - small)
    limit = [share * second + (1 - share) * first, math.hypot(share * narrow, (1 - share) * wide)]
    return {f"d = {d}": list(pair) for d, pair in means.items()} | {"extrapolated": limit}


def _interval(values: np.ndarray) -> tuple[float, float]:
    n = len(values)
    quantile = scipy.stats.t.ppf(1 - ALPHA / 2, n - 1)
    return float(values.mean()), float(quantile * values.std(ddof=1) / math.sqrt(n))


def field_law(law: str, root: int, share: float) -> dict[str, Any]:
    """Return the limit transforms with weights of localised rows and of Gaussian fields."""
    rng = stream(root, "localised fields", 0)
    d, n = 256, 100_000
    V, X = draw_rows("localised", 1, d, rng), draw_samples(law, d, n, rng)
    fields = rng.standard_normal((1, n))
    weights = {
        "localised": weights_of(TANH, V, X),
        "Gaussian fields": weights_of(TANH, np.eye(1), fields),
    }
    found = {name: law_transform(values, 0.5, NEAR, 1j) for name, values in weights.items()}
    return {name: [s.real, s.imag] for name, s in found.items()}


def _environment() -> str:
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return f"{system}, Python {python}, numpy {np.__version__}"


def _rounded(value: Any) -> Any:
    """Return figures to four digits."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, float) and value and math.isfinite(value):
        return float(f"{value:.4g}")
    return value


def markdown(figures: dict[str, Any]) -> str:
    """Return the tables of docs/universality.md."""
    gaps = {name: row["gap"] for name, row in figures["assumptions"].items()}
    after = {
        f"{name}: {part}": row
        for name, parts in figures["training"].items()
        for part, row in parts.items()
    }
    tables = [
        _gap_table("assumption", gaps),
        _gap_table("after training", after),
        _kurtosis_table(figures["kurtosis"]),
        _outlier_table(figures["outliers"]),
    ]
    return "\n\n".join(tables)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    # a bar inside a cell would end it
    cells = ([cell.replace("|", r"\|") for cell in row] for row in rows)
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _gap_table(what: str, rows: dict[str, Any]) -> str:
    sizes = list(next(iter(rows.values()))["sizes"])
    head = [what, *(f"N = {N}" for N in sizes), "exponent", "verdict"]
    return _table(head, ([name, *_gap_cells(row)] for name, row in rows.items()))


def _gap_cells(row: dict[str, Any]) -> list[str]:
    sizes = [f"{g['low']:.4f} to {g['high']:.4f}" for g in row["sizes"].values()]
    ends = [f"{e:.2f}" if e is not None else "unbounded" for e in row["exponent"]]
    return [*sizes, " to ".join(ends).replace("-", "−"), row["verdict"]]


def _kurtosis_table(rows: dict[str, Any]) -> str:
    columns = ("derived", "derived for Gaussian entries", "N gap")
    head = ["entries", "derived", "derived for Gaussian entries", "drawn", "radius of the disc"]
    return _table(
        head,
        (
            [name, *(_complex(row[c]) for c in columns), f"{row['radius']:.2f}"]
            for name, row in rows.items()
        ),
    )


def _complex(parts: list[float]) -> str:
    return f"{parts[0]:.2f} {'+' if parts[1] >= 0 else '−'} {abs(parts[1]):.2f}i".replace("-", "−")


def _outlier_table(rows: dict[str, Any]) -> str:
    head = ["weight", "end", "location: derived", "drawn", "overlap: derived", "drawn"]
    head += ["extrapolated", "copy"]
    return _table(
        head, (cells for name, row in rows.items() for cells in _outlier_cells(name, row))
    )


def _outlier_cells(name: str, row: dict[str, Any]) -> Iterable[list[str]]:
    for end in ENDS.values():
        one = row[end]
        location, overlap = one["predicted"] or (None, None)
        drawn = [_spread(one[c]) for c in ("location", "overlap", "overlap of the copy")]
        told = ["none" if v is None else f"{v:.3g}".replace("-", "−") for v in (location, overlap)]
        limit = _spread(one["overlap"], "extrapolated") if one["predicted"] else "none"
        yield [name, end, told[0], drawn[0], told[1], drawn[1], limit, drawn[2]]


def _spread(row: dict[str, list[float]], size: str = "") -> str:
    """Return mean and half width at a size, else at the larger dimension."""
    mean, half = row[size or list(row)[1]]
    return f"{mean:.3g} ± {half:.1g}".replace("-", "−")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name}")
    parser.add_argument("--root", type=int, default=0, help="root of the random streams")
    parser.add_argument("--share", type=float, default=1.0, help="share of the draws")
    parser.add_argument("--only", default="", help="parts whose name contains this")
    parser.add_argument("--markdown", action="store_true", help=f"print tables of {STORED.name}")
    options = parser.parse_args()
    if options.markdown:
        print(markdown(json.loads(STORED.read_text())))
        return
    for figures in measure(options.root, options.share, options.only):
        if options.store:
            _store({"environment": _environment(), "alpha": ALPHA} | figures)


def _store(figures: dict[str, Any]) -> None:
    """Replace what was measured again, and keep the rest."""
    kept = json.loads(STORED.read_text()) if STORED.exists() else {}
    STORED.write_text(json.dumps(kept | _rounded(figures), indent=1) + "\n")


if __name__ == "__main__":
    main()

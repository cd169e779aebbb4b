"""Measure Hessian blocks: derivation, evaluation against bare products, against autograd."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
from sympy.core.cache import clear_cache

import rmtcheck.symbolic.hessian as symbolic
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.grams import to_numeric
from rmtcheck.vocabulary.activations import RELU, TANH
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR
from rmtcheck.vocabulary.networks import HessianBlock, HessianLayer, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.symbols import C, d, i, j, m

STORED = Path(__file__).with_name("hessian_blocks.json")
ONE_BLOCK, ALL_BLOCKS = 10.0, 60.0
RATIO_ALLOWED, SPEEDUP_WANTED = 1.5, 50.0
LOSSES = {"MSE": MEAN_SQUARED_ERROR, "CE": CROSS_ENTROPY}
NETWORKS = {"linear": LinearModel(d, C), "relu": OneHiddenLayer(d, m, C, RELU)}
AGREEMENT = 1e-12
THREADS = "OPENBLAS_NUM_THREADS"
SMALL = (20, 8, 20, 30)
"""d, m, C, N of the network that the speed-up is wanted for: 320 parameters."""
OTHERS = [(10, 4, 6, 50), (30, 10, 20, 100)]
"""Networks whose speed-up is only reported: more samples, where both routes do the same sums."""
CALLS = 20


def questions(network: Any) -> dict[str, tuple[Any, Any]]:
    """Return the rows of every kind of block."""
    v = {"vv off": (network.v[i], network.v[j]), "vv": (network.v[i], network.v[i])}
    if isinstance(network, LinearModel):
        return v
    w = {"ww off": (network.w[i], network.w[j]), "ww": (network.w[i], network.w[i])}
    return v | w | {"wv": (network.w[i], network.v[j]), "vw": (network.v[j], network.w[i])}


def derivations() -> dict[str, float]:
    """Return the seconds of every derivation, nothing remembered from earlier ones."""
    found = {}
    for net, network in NETWORKS.items():
        for name, loss in LOSSES.items():
            for block, rows in questions(network).items():
                forget()
                start = time.perf_counter()
                symbolic.derive(HessianBlock(network, loss, *rows))
                found[f"{net}, {name}, {block}"] = time.perf_counter() - start
    return found


def forget() -> None:
    """Empty sympy's cache and those of the symbolic engine."""
    clear_cache()
    for name, module in list(sys.modules.items()):
        if name.startswith("rmtcheck.symbolic"):
            for member in vars(module).values():
                getattr(member, "cache_clear", lambda: None)()


def medians(calls: list[Callable[[], Any]], runs: int) -> list[float]:
    """Return the median wall time of calls that take turns."""
    times: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call()
    for _ in range(runs):
        for call, own in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            own.append(time.perf_counter() - start)
    return [statistics.median(own) for own in times]


def arrays(d: int, m: int, C: int, N: int) -> dict[str, np.ndarray]:
    """Draw a network at initialization, its data, labels and targets."""
    rng = stream(0, "benchmark of blocks", 0)
    X, W = rng.standard_normal((d, N)), rng.standard_normal((m, d)) / np.sqrt(d)
    V, linear = rng.standard_normal((C, m)) / np.sqrt(m), rng.standard_normal((C, d)) / np.sqrt(d)
    labels, Y = rng.integers(1, C + 1, N), rng.standard_normal((C, N))
    scaled = X * np.abs(Y[0])
    return {"X": X, "W": W, "V": V, "linear": linear, "labels": labels, "Y": Y, "scaled": scaled}


def evaluations(runs: int) -> dict[str, dict[str, float]]:
    """Time blocks at d = C = 500, m = 8, N = 5000 against the products that they contain.

    Bare are: for d x d blocks (x lambda) x^T as one general product; in the linear model also the
    logits V x; for blocks with a side of m, the forward pass, for cross-entropy with the
    exponentials; for d x m blocks also the product x sigma(W x)^T, with squared error after the
    forward pass to one output. Where that product is of a
    matrix with its own transpose, half of it would do: the time of that (syrk) is given as well.
    """
    a = arrays(500, 8, 500, 5000)
    half = a["scaled"]
    found = {}
    for net, network in (NETWORKS | {"tanh": OneHiddenLayer(d, m, C, TANH)}).items():
        for name, loss in LOSSES.items():
            for block, rows in questions(network).items():
                call = evaluation(network, loss, rows, a)
                bare = partial(products, "linear" if net == "linear" else block[:2], name, a)
                times = medians([call, bare, lambda: half @ half.T], runs)
                row = dict(zip(("seconds", "bare seconds", "syrk seconds"), times, strict=True))
                found[f"{net}, {name}, {block}"] = row | {"ratio": times[0] / times[1]}
    return found


def products(kind: str, name: str, a: dict[str, np.ndarray]) -> None:
    """Compute the bare products that a kind of block contains for one of the losses."""
    X, W, V = a["X"], a["W"], a["V"]
    if kind in ("linear", "ww"):
        if (kind, name) == ("linear", "CE"):
            _ = a["linear"] @ X
        _ = a["scaled"] @ X.T
        return
    hidden = np.maximum(W @ X, 0)
    is_one_output = name == "MSE" and kind in ("wv", "vw")
    logits = (V[1] if is_one_output else V) @ hidden
    if name == "CE":
        np.exp(logits)
    if kind in ("wv", "vw"):
        _ = X @ hidden.T


def evaluation(network: Any, loss: Any, rows: Any, a: dict[str, np.ndarray]) -> Callable[[], Any]:
    """Return the evaluation of one block, units and classes being 1 and 2."""
    numeric = to_numeric(symbolic.derive(HessianBlock(network, loss, *rows)), network=network)
    targets = a["labels"] if loss.is_labeled else a["Y"]
    is_linear = isinstance(network, LinearModel)
    V, W = (a["linear"], None) if is_linear else (a["V"], a["W"])
    return lambda: numeric(a["X"], V, W, targets, i=1, j=2)


def whole_hessians(runs: int) -> dict[str, dict[str, float]]:
    """Time all blocks of a small network by formula and the full Hessian by autograd."""
    found = {}
    for sizes in (SMALL, *OTHERS):
        for name, loss in LOSSES.items():
            label = "d, m, C, N = {}, {}, {}, {}, {}".format(*sizes, name)
            row = whole_hessian(name, loss, arrays(*sizes), runs)
            found[label] = row | {"wanted": SPEEDUP_WANTED if sizes == SMALL else 0.0}
    return found


def whole_hessian(name: str, loss: Any, a: dict[str, np.ndarray], runs: int) -> dict[str, float]:
    """Time one of them."""
    network = NETWORKS["relu"]
    layers = {
        row + column: to_numeric(
            symbolic.derive(HessianLayer(network, loss, row, column)), network=network
        )
        for row, column in ("ww", "wv", "vv")
    }
    data = a["X"], a["V"], a["W"], a["labels"] if loss.is_labeled else a["Y"]
    full = autograd.hessian(loss_of_parameters(name, a))
    point = np.concatenate([a["W"].ravel(), a["V"].ravel()])
    times = medians([lambda: repeated(layers, data), lambda: full(point)], runs)
    times[0] /= CALLS
    gap = float(np.abs(by_formula(layers, data) - full(point)).max())
    row = dict(zip(("seconds", "autograd seconds"), times, strict=True))
    return row | {"speed-up": times[1] / times[0], "difference": gap}


def repeated(layers: dict[str, Any], data: tuple[np.ndarray, ...]) -> None:
    """Build the full Hessian several times: one time would be that of a cold cache."""
    for _ in range(CALLS):
        by_formula(layers, data)


def by_formula(layers: dict[str, Any], data: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return the full Hessian; the corner below the diagonal is the transpose of that above."""
    ww, wv, vv = (layers[pair].matrix(*data) for pair in ("ww", "wv", "vv"))
    return np.block([[ww, wv], [wv.T, vv]])


def loss_of_parameters(name: str, a: dict[str, np.ndarray]) -> Callable[[Any], Any]:
    """Return the loss of a relu network as a function of all its parameters."""
    (m, d), (C, _), N = a["W"].shape, a["V"].shape, a["X"].shape[1]

    def loss(parameters: Any) -> Any:
        W, V = parameters[: m * d].reshape(m, d), parameters[m * d :].reshape(C, m)
        u = anp.dot(V, anp.maximum(anp.dot(W, a["X"]), 0))
        if name == "MSE":
            return anp.sum((u - a["Y"]) ** 2) / N
        chosen = u[a["labels"] - 1, np.arange(N)]
        return anp.mean(anp.log(anp.sum(anp.exp(u), axis=0)) - chosen)

    return loss


def measure(runs: int) -> dict[str, Any]:
    """Return every figure."""
    derived = derivations()
    return {
        "environment": f"{platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores, "
        f"BLAS threads {os.environ.get(THREADS, 'all')}",
        "derivations": derived | {"all": sum(derived.values())},
        "evaluations": evaluations(runs),
        "hessians": whole_hessians(runs),
    }


def missed(figures: dict[str, Any]) -> list[str]:
    """Return the targets that are not met."""
    derived = dict(figures["derivations"])
    total = derived.pop("all")
    found = [f"{name}: derived in {s:.2f} s" for name, s in derived.items() if s > ONE_BLOCK]
    found += [f"all blocks derived in {total:.1f} s"] if total > ALL_BLOCKS else []
    for name, row in figures["evaluations"].items():
        if row["ratio"] > RATIO_ALLOWED:
            found.append(f"{name}: {row['ratio']:.2f} times the bare products")
    for name, row in figures["hessians"].items():
        if row["speed-up"] < row["wanted"]:
            found.append(f"all blocks, {name}: {row['speed-up']:.0f} times as fast as autograd")
        if row["difference"] > AGREEMENT:
            found.append(f"all blocks, {name}: differ from autograd by {row['difference']:.0e}")
    return found


def show(figures: dict[str, Any]) -> None:
    """Print every figure."""
    for name, seconds in figures["derivations"].items():
        print(f"derive {name:20}{seconds:8.3f} s")
    for name, row in figures["evaluations"].items():
        times = f"{1000 * row['seconds']:8.2f} ms, bare {1000 * row['bare seconds']:8.2f} ms"
        print(f"evaluate {name:20}{times}, ratio {row['ratio']:.2f}")
    for name, row in figures["hessians"].items():
        times = f"{1000 * row['seconds']:.2f} ms, autograd {1000 * row['autograd seconds']:.1f} ms"
        print(f"all blocks, {name}: {times}, {row['speed-up']:.0f} times, {row['difference']:.0e}")


def main() -> int:
    """Print the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name}")
    parser.add_argument("--runs", type=int, default=9, help="timings of each pair")
    options = parser.parse_args()
    figures = measure(options.runs)
    show(figures)
    failures = missed(figures)
    print(*(f"MISSED  {line}" for line in failures), sep="\n")
    if options.store:
        STORED.write_text(json.dumps(rounded(figures), indent=1) + "\n")
    return int(bool(failures))


def rounded(value: Any) -> Any:
    """Return figures to three digits."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return float(f"{value:.3g}") if isinstance(value, float) else value


if __name__ == "__main__":
    raise SystemExit(main())

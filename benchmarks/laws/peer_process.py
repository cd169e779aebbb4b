"""Time one peer on one problem; run by the interpreter of the peer's own environment.

Reads {"peer", "atoms", "gamma", "points", "runs"} from standard input and prints {"version",
"seconds", "density"}, or {"refused"}. The law is that of X Lambda X^T / N with equal masses on
the atoms; each peer gets its own parameters and its own normalisation is undone here.
"""

import contextlib
import importlib.metadata
import json
import statistics
import sys
import time
import warnings

import numpy as np

ENOUGH = 5.0


def compound_free_poisson(atoms, gamma, x, **options):
    from freealg.distributions import CompoundFreePoisson

    masses = [1 / len(atoms)] * len(atoms)
    law = CompoundFreePoisson(t=list(gamma * atoms), w=masses, lam=1 / gamma)
    return law.density(x, **options)


def deformed_marchenko_pastur(atoms, gamma, x, **options):
    from freealg.distributions import DeformedMarchenkoPastur

    masses = [1 / len(atoms)] * len(atoms)
    law = DeformedMarchenkoPastur(t=list(gamma * atoms), w=masses, c=1 / gamma)
    # Its density is that of the N x N companion.
    return law.density(x, **options) / gamma


def closed_form_freealg(atoms, gamma, x):
    from freealg.distributions import MarchenkoPastur

    return MarchenkoPastur(gamma).density(x)


def closed_form_skrmt(atoms, gamma, x):
    from skrmt.ensemble.spectral_law import MarchenkoPasturDistribution

    return MarchenkoPasturDistribution(ratio=gamma).pdf(x)


PEERS = {
    "CompoundFreePoisson": compound_free_poisson,
    "CompoundFreePoisson, eta 1e-10": lambda *a: compound_free_poisson(*a, eta=1e-10),
    "DeformedMarchenkoPastur": deformed_marchenko_pastur,
    "DeformedMarchenkoPastur, eta 1e-10": lambda *a: deformed_marchenko_pastur(*a, eta=1e-10),
    "freealg MarchenkoPastur": closed_form_freealg,
    "scikit-rmt MarchenkoPastur": closed_form_skrmt,
}


def main():
    asked = json.load(sys.stdin)
    peer = PEERS[asked["peer"]]
    atoms, x, gamma = np.array(asked["atoms"]), np.array(asked["points"]), asked["gamma"]
    times = []
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(sys.stderr):
        try:
            # The first call imports and compiles.
            peer(np.ones(1), 0.5, x[:3])
            while len(times) < asked["runs"] and sum(times) < ENOUGH:
                start = time.perf_counter()
                density = peer(atoms, gamma, x)
                times.append(time.perf_counter() - start)
        except Exception as failure:
            found = {"refused": f"{type(failure).__name__}: {failure}"}
        else:
            found = {"seconds": statistics.median(times), "density": np.real(density).tolist()}
    version = importlib.metadata.version(asked["distribution"])
    json.dump({"version": version, **found}, sys.stdout)


if __name__ == "__main__":
    main()

"""Other software on the same points: time, and error against the same truth."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from laws.accuracy import Examination
from laws.problems import FEW, PROBLEMS, Problem

ENVIRONMENTS = Path(__file__).parents[2] / ".rmtcheck" / "peers"
PROCESS = Path(__file__).with_name("peer_process.py")
MODULES = {"freealg": "freealg", "scikit-rmt": "skrmt"}
LIMIT = 120.0
RUNS = 3


@dataclass(frozen=True)
class Peer:
    """A way to ask a peer, the distribution that it comes from, and what it can be asked."""

    name: str
    distribution: str
    only_marchenko_pastur: bool = False

    def answers(self, problem: Problem) -> bool:
        """Whether the problem is of the peer's kind."""
        return not self.only_marchenko_pastur or problem.name == "identity"


PEERS = (
    Peer("CompoundFreePoisson", "freealg"),
    Peer("CompoundFreePoisson, eta 1e-10", "freealg"),
    Peer("DeformedMarchenkoPastur", "freealg"),
    Peer("DeformedMarchenkoPastur, eta 1e-10", "freealg"),
    Peer("freealg MarchenkoPastur", "freealg", only_marchenko_pastur=True),
    Peer("scikit-rmt MarchenkoPastur", "scikit-rmt", only_marchenko_pastur=True),
)


def interpreter(distribution: str) -> str | None:
    """Return a Python that has the peer: this one, or that of its own environment."""
    if find_spec(MODULES[distribution]):
        return sys.executable
    own = ENVIRONMENTS / distribution / "bin" / "python"
    return str(own) if own.exists() else None


def install() -> None:
    """Give each peer an environment of its own: their pins exclude one another's numpy."""
    for distribution in MODULES:
        if interpreter(distribution) is None:
            folder = ENVIRONMENTS / distribution
            venv.create(folder, with_pip=True)
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*pip, distribution], check=True)


def compared() -> dict[str, dict[str, Any]]:
    """Return time and error of every installed peer on the problems of up to 100 atoms."""
    rows: dict[str, dict[str, Any]] = {}
    for distribution in MODULES:
        if interpreter(distribution) is None:
            print(f"{distribution} is not installed (--install-peers): skipped")
    installed = [p for p in PEERS if interpreter(p.distribution)]
    for problem in PROBLEMS:
        atoms = problem.draw() if installed else np.empty(0)
        if 0 < len(atoms) <= FEW:
            examination = Examination(problem, np.unique(atoms))
            askable = [p for p in installed if p.answers(problem)]
            rows[problem.name] = {p.name: _asked(p, examination) for p in askable}
    return rows


def _asked(peer: Peer, examination: Examination) -> dict[str, Any]:
    """Return what a peer answered, its error over the largest density, or why there is none."""
    question = {
        "peer": peer.name,
        "distribution": peer.distribution,
        "atoms": examination.atoms.tolist(),
        "gamma": examination.problem.gamma,
        "points": examination.points.tolist(),
        "runs": RUNS,
    }
    command = [str(interpreter(peer.distribution)), str(PROCESS)]
    try:
        ran = subprocess.run(
            command, input=json.dumps(question), capture_output=True, text=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return {"refused": f"no answer in {LIMIT:g} s"}
    answer: dict[str, Any] = json.loads(ran.stdout)
    if "density" in answer:
        true = np.asarray(examination.transform.imag, dtype=float) / np.pi
        found = np.array(answer.pop("density"))
        answer["error"] = float(abs(found - true).max() / true.max())
        answer["negative"] = int((found < 0).sum())
    return answer

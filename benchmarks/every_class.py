"""Measure the certificate of every number of classes: its production and its replay."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import flint

from rmtcheck import certificates
from rmtcheck.certify.every_class import all_class_certificate

STORED = Path(__file__).with_name("every_class.json")
ALLOWED = {"production": 300.0, "replay": 30.0}
SHOWN_EVERY = 400


def produced() -> tuple[str, float]:
    """Return the certificate and the seconds it took, from a cold start."""
    start = time.perf_counter()
    text = all_class_certificate(progress=_show)
    return text, time.perf_counter() - start


def replayed(text: str) -> tuple[bool, float]:
    """Return whether an independent process accepts the text, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.txt"
        file.write_text(text, "ascii", newline="\n")
        start = time.perf_counter()
        command = [sys.executable, "-m", "rmtcheck.replay", str(file)]
        answer = subprocess.run(command, capture_output=True, check=False, timeout=600)
        return answer.returncode == 0, time.perf_counter() - start


def spoilt(text: str) -> str:
    """Return the text with the last digit of the last moment changed."""
    digit = text[-2]
    return text[:-2] + ("1" if digit == "0" else "0") + "\n"


def measure() -> dict[str, Any]:
    """Return every figure."""
    text, production = produced()
    accepted, replay = replayed(text)
    return {
        "environment": _environment(),
        "seconds": {"production": production, "replay": replay},
        "same as stored": text == certificates.linear_ce_every_class(),
        "replay accepts": accepted,
        "replay accepts a wrong digit": replayed(spoilt(text))[0],
    }


def missed(figures: dict[str, Any]) -> list[str]:
    """Return the targets that are not met."""
    seconds = figures["seconds"].items()
    found = [f"{name} takes {s:.3g} s" for name, s in seconds if not s <= ALLOWED[name]]
    if not figures["same as stored"]:
        found.append("the text differs from the stored one")
    if not figures["replay accepts"]:
        found.append("replay refuses the text")
    if figures["replay accepts a wrong digit"]:
        found.append("replay accepts a wrong digit")
    return found


def main() -> int:
    """Print the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name}")
    options = parser.parse_args()
    figures = measure()
    failures = missed(figures)
    print(json.dumps(_rounded(figures), indent=1))
    print(*(f"MISSED  {line}" for line in failures), sep="\n")
    if options.store:
        STORED.write_text(json.dumps(_rounded(figures), indent=1) + "\n")
    return int(bool(failures))


def _show(classes: int) -> None:
    if classes % SHOWN_EVERY == 0:
        print(f"C = {classes} done", flush=True)


def _environment() -> str:
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return f"{system}, Python {python}, python-flint {flint.__version__}"


def _rounded(value: Any) -> Any:
    """Return figures to three digits."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return float(f"{value:.3g}") if isinstance(value, float) else value


if __name__ == "__main__":
    raise SystemExit(main())

"""Count false refutations of true claims, and rejections of false ones, over seeded repetitions."""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from repeated import confirmed, refuted
from repeated.claims import EXPONENT, Outcomes, Row
from scipy.stats import binom, binomtest

from rmtcheck.montecarlo.workers import Workers

STORED = Path(__file__).with_name("honesty.json")
PAGE = Path(__file__).parents[1] / "docs" / "honesty.md"
TRUE, FALSE, JOBS, BATCH = 1000, 200, 2, 5
CHANCE = 1e-3
"""How often chance alone may spoil a row."""
ANSWERS = 0.95
"""The share of repetitions in which a method must not be silent."""
TRUE_CLAIMS = (confirmed.wave, confirmed.block_norm, confirmed.gap)
FALSE_CLAIMS = (refuted.wave, refuted.block_norm, refuted.own, refuted.linear)
Repetition = Callable[[int], Outcomes]


def measure(true: int, false: int) -> dict[str, Any]:
    """Return both tables as data; the seeds 1, 2, ... go to true claims, the next to false ones."""
    start = time.perf_counter()
    with Workers(JOBS) as workers:
        rates = [
            _rate(row, *n)
            for repetition in TRUE_CLAIMS
            for row, n in counted(repetition, range(1, true + 1), workers)
        ]
        print(f"true claims done after {time.perf_counter() - start:.0f} s", flush=True)
        powers = refuted.stated(workers)
        rejections = [
            _rejection(row, *n, powers[row])
            for repetition in FALSE_CLAIMS
            for row, n in counted(repetition, range(true + 1, true + false + 1), workers)
        ]
    seconds = round(time.perf_counter() - start)
    return {
        "environment": _environment(seconds),
        "true": sorted(rates, key=lambda e: (e["claim"], e["budget"])),
        "false": sorted(rejections, key=lambda e: (e["claim"], e["off"])),
    }


def counted(
    repetition: Repetition, seeds: range, workers: Workers
) -> list[tuple[Row, tuple[int, int]]]:
    """Return hits and repetitions of every row."""
    parts = [seeds[k : k + BATCH] for k in range(0, len(seeds), BATCH)]
    batches = [workers.submit(repeated, repetition, part) for part in parts]
    return tallied(outcomes for batch in batches for outcomes in batch.result())


def repeated(repetition: Repetition, seeds: Iterable[int]) -> list[Outcomes]:
    return [repetition(seed) for seed in seeds]


def tallied(found: Iterable[Outcomes]) -> list[tuple[Row, tuple[int, int]]]:
    counts: dict[Row, tuple[int, int]] = {}
    for outcomes in found:
        for row, hit in outcomes.items():
            hits, n = counts.get(row, (0, 0))
            counts[row] = (hits + hit, n + 1)
    return list(counts.items())


def allowed(repetitions: int, budget: float) -> int:
    """Return the largest count that a rate within the budget explains."""
    return int(binom.isf(CHANCE, repetitions, budget))


def is_reached(rejected: int, repetitions: int, power: float) -> bool:
    """Whether a count of rejections is not significantly below the stated power."""
    return bool(binom.cdf(rejected, repetitions, power) >= CHANCE)


def _rate(row: Row, hits: int, n: int) -> dict[str, Any]:
    return {"claim": row[0], "budget": row[1], "repetitions": n, "count": hits}


def _rejection(row: Row, hits: int, n: int, power: float) -> dict[str, Any]:
    rounded = float(f"{power:.4f}")
    return {"claim": row[0], "off": row[1], "repetitions": n, "rejected": hits, "stated": rounded}


def failures(figures: dict[str, Any]) -> list[str]:
    """Return a line for every row that is not as it should be."""
    return [
        *(
            f"{e['claim']}: {e['count']} of {e['repetitions']}"
            for e in figures["true"]
            if not _is_right(e)
        ),
        *(
            f"{e['claim']}, {e['off']} off: {e['rejected']} rejected, {e['stated']} stated"
            for e in figures["false"]
            if not is_reached(e["rejected"], e["repetitions"], e["stated"])
        ),
    ]


def _is_right(entry: dict[str, Any]) -> bool:
    """Whether a method answers and keeps its budget, or a wrong one is seen to exceed it."""
    if entry["claim"] in confirmed.ANSWERED.values():
        return bool(entry["count"] >= ANSWERS * entry["repetitions"])
    exceeds = entry["count"] > allowed(entry["repetitions"], entry["budget"])
    return bool(exceeds == (entry["claim"] in confirmed.PLANTED))


# ------------------------------------------------------------------------------- the page


def tables(figures: dict[str, Any]) -> dict[str, str]:
    """Return the tables of the page by name, as markdown."""
    wrong, answers = {*confirmed.PLANTED, confirmed.HALVED}, {*confirmed.ANSWERED.values()}
    kinds = [(entry, entry["claim"]) for entry in figures["true"]]
    true = [entry for entry, claim in kinds if claim not in wrong | answers]
    planted = [entry for entry, claim in kinds if claim in wrong]
    answered = [entry for entry, claim in kinds if claim in answers]
    return {
        "true claims": _rates(true),
        "answers": _table(("", "budget", "count"), [_answer_cells(entry) for entry in answered]),
        "planted errors": _rates(planted),
        "false claims": _rejections(figures["false"]),
    }


def _rates(entries: list[dict[str, Any]]) -> str:
    head = ("claim", "budget", "repetitions", "refuted", "explained by the budget")
    return _table(head, [_rate_cells(entry) for entry in entries])


def _rate_cells(entry: dict[str, Any]) -> tuple[str, ...]:
    n, budget = entry["repetitions"], entry["budget"]
    most = f"at most {allowed(n, budget)}"
    return entry["claim"], f"{budget:.0%}", str(n), str(entry["count"]), most


def _answer_cells(entry: dict[str, Any]) -> tuple[str, ...]:
    return entry["claim"], f"{entry['budget']:.0%}", f"{entry['count']} of {entry['repetitions']}"


def _rejections(entries: list[dict[str, Any]]) -> str:
    head = ("claim", "off by", "stated power", "rejected", "99 % interval of the power", "reached")
    return _table(head, [_rejection_cells(entry) for entry in entries])


def _rejection_cells(entry: dict[str, Any]) -> tuple[str, ...]:
    hits, n, power = entry["rejected"], entry["repetitions"], entry["stated"]
    found = binomtest(hits, n).proportion_ci(0.99)
    off = f"{entry['off']:g}" if entry["claim"].startswith(EXPONENT) else f"{entry['off']:.0%}"
    return (
        entry["claim"],
        off,
        f"{power:.1%}",
        f"{hits} of {n}",
        f"{found.low:.1%} to {found.high:.1%}",
        "yes" if is_reached(hits, n, power) else "NO",
    )


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page_with(page: str, figures: dict[str, Any]) -> str:
    """Return the page with the tables of the figures between their marks."""
    for name, table in tables(figures).items():
        before, rest = page.split(f"<!-- {name} -->\n")
        after = rest.split("<!-- end -->\n", 1)[1]
        page = f"{before}<!-- {name} -->\n{table}\n<!-- end -->\n{after}"
    return page


def main() -> int:
    """Print the tables; exit 1 when a row is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--true", type=int, default=TRUE, help="repetitions of true claims")
    parser.add_argument("--false", type=int, default=FALSE, help="repetitions of false claims")
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name} and {PAGE.name}")
    options = parser.parse_args()
    figures = measure(options.true, options.false)
    for name, table in tables(figures).items():
        print(f"\n{name}\n\n{table}")
    if options.store:
        STORED.write_text(json.dumps(figures, indent=1) + "\n")
        PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    wrong = failures(figures)
    print("", *wrong, sep="\n")
    return int(bool(wrong))


def _environment(seconds: int) -> str:
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, Python {platform.python_version()}, {seconds} s on {JOBS} processes"


if __name__ == "__main__":
    raise SystemExit(main())

"""What the engines observed, in full: derivations, enclosures, estimates, intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rmtcheck.claims.evidence import Evidence
from rmtcheck.report.markup import counted, fold, plain, table
from rmtcheck.report.mathml import typeset

Record = dict[str, Any]


def observation(row: Evidence) -> str:
    """Return the observation of one row behind its title; empty if there is none."""
    record = row.observation
    show = _SHOWN.get(record.get("kind", ""))
    if show is None:
        return ""
    title, content = show(record)
    return fold(f"{title} ({plain(row.subject)})", content, "observed")


def _derivation(record: Record) -> tuple[str, str]:
    steps = "".join(
        f"<li>{plain(step['text'].partition(':')[0])}"
        f'<div class="formula">{typeset(step["latex"], step["text"])}</div>'
        f"{_checked(step.get('checked', ''))}</li>"
        for step in record["steps"]
    )
    count = counted(len(record["steps"]), "step", "steps")
    return f"Derivation in {count}", f"<ol>{steps}</ol>" if steps else ""


def _checked(how: str) -> str:
    return f"<small>{plain(how)}</small>" if how else ""


def _enclosures(record: Record) -> tuple[str, str]:
    points = record["points"]
    lines = [[_at(p), f"<code>{plain(p['ball'])}</code>"] for p in points]
    return counted(len(points), "enclosure", "enclosures"), table(("at", "enclosure"), lines)


def _estimates(record: Record) -> tuple[str, str]:
    points, ends = record["points"], record.get("extrapolated", [])
    lines = [[_at(p), _estimate(p), ""] for p in points]
    lines += [[_at(p), _estimate(p), "extrapolated, or the exponent of an order"] for p in ends]
    heads = ("at", "estimate ± estimated error", "")
    return counted(len(points), "estimate", "estimates"), table(heads, lines)


def _means(record: Record) -> tuple[str, str]:
    lines = [
        [
            _at(p),
            _interval(p["low"], p["high"]),
            _number(p["predicted"]),
            _number(p["limit"]) if "limit" in p else "",
        ]
        for p in record["points"]
    ]
    heads = ("at", "confidence interval", "finite-size theory", "limit")
    return counted(len(lines), "confidence interval", "confidence intervals"), table(heads, lines)


def _gaps(record: Record) -> tuple[str, str]:
    lines = [[_at(p), _interval(p["low"], p["high"])] for p in record["points"]]
    heads = ("at", "mean gap of two draws")
    return counted(len(lines), "confidence interval", "confidence intervals"), table(heads, lines)


def _norms(record: Record) -> tuple[str, str]:
    lines = [
        [
            f"d = {c['d']}, N = {c['N']}, C = {c['C']}",
            plain(c["draws"]),
            *(
                f"{_interval(c[name]['low'], c[name]['high'])}<br>"
                f"{_number(c[name]['finite_size'])}; {_number(c[name]['limit'])}"
                for name in ("diagonal", "off_diagonal", "ratio")
            ),
        ]
        for c in record["configurations"]
    ]
    below = "<small>interval<br>finite-size theory; limit</small>"
    blocks = (f"{name}{below}" for name in ("diagonal", "off-diagonal", "ratio"))
    heads = ("at", "draws", *blocks)
    return f"Block norms at {counted(len(lines), 'size', 'sizes')}", table(heads, lines)


def _resolvent(record: Record) -> tuple[str, str]:
    lines = [
        [
            _at(p),
            _interval(p["re_low"], p["re_high"]),
            _number(p["re"]),
            _interval(p["im_low"], p["im_high"]),
            _number(p["im"]),
        ]
        for p in record["points"]
    ]
    heads = ("at", "real part", "finite-size theory", "imaginary part", "finite-size theory")
    return f"Resolvent traces at {counted(len(lines), 'point', 'points')}", table(heads, lines)


def _transforms(record: Record) -> tuple[str, str]:
    lines = [[_at(p), _number(p["re"]), _number(p["im"])] for p in record["points"]]
    heads = ("at", "real part", "imaginary part")
    return f"Transforms at {counted(len(lines), 'point', 'points')}", table(heads, lines)


_SHOWN: dict[str, Callable[[Record], tuple[str, str]]] = {
    "derivation": _derivation,
    "enclosures": _enclosures,
    "inversion": _enclosures,
    "estimates": _estimates,
    "gaps": _gaps,
    "means": _means,
    "block norms": _norms,
    "resolvent": _resolvent,
    "transforms": _transforms,
}


def _at(point: Record) -> str:
    at = point["at"]
    if set(at) == {"sizes"}:
        return plain(at["sizes"])
    return plain(", ".join(f"{name} = {value}" for name, value in at.items())) or "the statement"


def _estimate(point: Record) -> str:
    return f"{point['value']:.13g} ± {point['error']:.1g}"


def _interval(low: float, high: float) -> str:
    return f"[{_number(low)}, {_number(high)}]"


def _number(value: float) -> str:
    return f"{value:.5g}"

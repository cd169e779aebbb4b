"""A squared Frobenius norm against a formula in spectral moments, over drawn matrices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rmtcheck.errors import DomainError
from rmtcheck.report.canvas import QUIET, THEORY, Figure, canvas, color, finish, marker
from rmtcheck.report.reading import evaluate
from rmtcheck.report.subject import Subject

SIDES = re.compile(r"^\|\|(\w+)\|\|_F\^2 = (?P<right>.+)$")
MOMENT = re.compile(r"\bm_(\d+)\(mu_\w+\)")
DIMENSIONS = (1, 2, 4, 8, 16, 32)
EACH = 5
"""Matrices of every dimension."""


def two_sides(subject: Subject) -> Iterator[Figure]:
    """Draw the right side against the left, and their quotient along the dimension."""
    drawn = [(d, A) for d in DIMENSIONS for A in _hermitian(d)]
    figure, (axes,) = canvas(columns=2, width=9.6, height=3.6)
    left = [_squared_norm(A) for _, A in drawn]
    axes[0].plot([min(left), max(left)], [min(left), max(left)], color=THEORY, linewidth=0.9)
    axes[1].axhline(1.0, color=THEORY, linewidth=0.9)
    for place, (name, found) in enumerate(subject.formulas(SIDES)):
        right = [_right(found["right"], d, A) for d, A in drawn]
        look = {"color": color(3 * place), "markersize": 4.5, "linestyle": "", "fillstyle": "none"}
        axes[0].plot(left, right, marker(place), label=f"{name}: {_shown(found['right'])}", **look)
        quotients = [b / a for a, b in zip(left, right, strict=True)]
        axes[1].plot([d for d, _ in drawn], quotients, marker(place), **look)
    axes[0].set(xscale="log", yscale="log", xlabel="squared Frobenius norm, from the entries")
    axes[0].set_ylabel("right side, from the eigenvalues")
    axes[1].set(xscale="log", yscale="log", xlabel="dimension d", ylabel="right side / left side")
    axes[1].set_xticks(DIMENSIONS, [str(d) for d in DIMENSIONS])
    axes[1].minorticks_off()
    axes[1].grid(visible=True, color=QUIET, alpha=0.25)
    axes[0].legend()
    yield finish(figure, "Both sides, over drawn matrices", _caption(len(drawn)))


def _caption(count: int) -> str:
    return (
        f"{count} drawn complex Hermitian matrices of dimension {DIMENSIONS[0]} to"
        f" {DIMENSIONS[-1]}, at every scale: the sum of the squared moduli of the entries, and the"
        " formula in the moments of the eigenvalues. A true identity stays on the lines."
        " No verdict rests on it."
    )


def _hermitian(d: int) -> Iterator[Any]:
    """Yield Hermitian matrices of Gaussian entries, each ten times as large as the one before."""
    from rmtcheck.montecarlo.streams import stream

    rng = stream(0, "two sides of an identity", d)
    for scale in range(EACH):
        real, imaginary = rng.standard_normal((2, d, d))
        A = real + 1j * imaginary
        yield 10.0 ** (scale - EACH // 2) * (A + A.conj().T) / 2


def _squared_norm(A: Any) -> float:
    return float((abs(A) ** 2).sum())


def _shown(formula: str) -> str:
    return formula.replace("*", " ").replace("mu", "μ")


def _right(formula: str, d: int, A: Any) -> float:
    import numpy as np

    eigenvalues = np.linalg.eigvalsh(A)
    orders = {int(found[1]) for found in MOMENT.finditer(formula)}
    moments = {f"m_{order}": float(np.mean(eigenvalues**order)) for order in orders}
    value = float(evaluate(MOMENT.sub(r"m_\1", formula), {"d": d, **moments}))
    if value <= 0:
        raise DomainError(f"{formula} is {value:g}; a logarithmic axis shows positive values only")
    return value

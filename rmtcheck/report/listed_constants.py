"""Which constants there are: where each is stated, and the values of its letters."""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.report.constants import Constant
from rmtcheck.symbolic.shared_readout.units import closed_form
from rmtcheck.vocabulary.symbols import C, gamma, m, tau

RATIOS = ("1/10", "1", "10")
WIDTHS = (3, 4, 8)
CLASSES = (2, 10, 1000, 10**9)
_RATIO, _WIDTH = {gamma: RATIOS}, {m: WIDTHS}
_BOTH, _FIGURE, _FINITE = _RATIO | _WIDTH, _RATIO | {m: (8,)}, _RATIO | {C: CLASSES}
_SCALED = _RATIO | {tau: ("1/2", "2")}


def _quantity(statement: Any) -> sympy.Expr:
    """Return what a statement is about."""
    return statement.quantity


def _above(statement: Any) -> sympy.Expr:
    """Return the numerator of the answer."""
    return sympy.fraction(statement.value)[0]


def _below(statement: Any) -> sympy.Expr:
    """Return the denominator of the answer."""
    return sympy.fraction(statement.value)[1]


def _bound(statement: Any) -> sympy.Expr:
    """Return K of a difference that is at most K/C^2, half a unit of the last place."""
    return statement.unit * C**2 / 2


def _wide(statement: Any) -> sympy.Expr:
    """Return the limit of the answer in wide layers, after that of many classes."""
    h = sympy.Symbol("h", positive=True)
    return sympy.limit(closed_form(statement.value).subs(m, 1 / h), h, 0)


LINEAR_MODEL = (
    Constant(
        "R_0",
        "limit of C^2 g_ij/g_ii, the constant of Theorem 1",
        "thm1.constant",
        grid=_RATIO,
        call="linear_ce_constant(gamma)",
    ),
    Constant(
        "R_1",
        "limit of C (C^2 g_ij/g_ii - R_0)",
        "beyond.thm1.series",
        grid=_RATIO,
        call="linear_ce_series(1)[1]",
    ),
    Constant(
        "R_2",
        "limit of C^2 (C^2 g_ij/g_ii - R_0 - R_1/C)",
        "beyond.thm1.series",
        part=1,
        grid=_RATIO,
        call="linear_ce_series(2)[2]",
    ),
    Constant(
        "K",
        "C^2 g_ij/g_ii - R_0 - R_1/C is at most K/C^2 for every C >= 2",
        "beyond.thm1.all_C",
        grid=_RATIO,
        read=_bound,
    ),
    Constant(
        "R_0(tau)",
        "R_0 for logits of standard deviation tau",
        "beyond.scale",
        grid=_SCALED,
        call="linear_ce_constant(gamma, temperature=1 / tau)",
    ),
    Constant(
        "g_ii",
        "limit of |H_ii|^2/d, linear model",
        "thm1.block_limit",
        grid=_FINITE,
        read=_below,
        call="linear_ce(gamma, C).g_ii",
    ),
    Constant(
        "g_ij",
        "limit of |H_ij|^2/d, linear model",
        "thm1.block_limit",
        grid=_FINITE,
        read=_above,
        call="linear_ce(gamma, C).g_ij",
    ),
    Constant(
        "g_ij/g_ii",
        "limit of |H_ij|^2/|H_ii|^2, linear model",
        "thm1.block_limit",
        grid=_FINITE,
        call="linear_ce(gamma, C).ratio",
    ),
    Constant(
        "root R_0",
        "limit of (C - 1) |H_ij|/|H_ii|, linear model",
        "heur.linear.ce",
        part=1,
        grid=_RATIO,
    ),
    *(
        Constant(
            f"ratio at C = {classes}",
            f"limit of |H_ij|/|H_ii| at {classes} classes, linear model",
            "heur.note.vocab",
            part=part,
            grid=_RATIO,
            read=_quantity,
        )
        for part, classes in enumerate((100, 32_000, 128_000))
    ),
    Constant("spread", "limit of E(C p - 1)^2, linear model", "heur.p_uniform"),
)

HIDDEN_LAYER = (
    Constant(
        "hidden_mse_constant",
        "limit of C |H_wiwj|^2/|H_wiwi|^2, squared error, every width",
        "beyond.thm2.constants",
        part=1,
        grid=_RATIO,
        call="hidden_mse_constant(gamma)",
    ),
    Constant(
        "hidden_ce_constant",
        "limit of C |H_wiwj|^2/|H_wiwi|^2, cross-entropy",
        "beyond.thm2.constants",
        grid=_BOTH,
        call="hidden_ce_constant(gamma, m)",
    ),
    Constant(
        "hidden_ce_constant, wide",
        "its limit as m grows",
        "beyond.thm2.constants",
        grid=_RATIO,
        read=_wide,
    ),
    Constant(
        "output_ce_constant",
        "limit of C^2 |H_vivj|^2/|H_vivi|^2, cross-entropy",
        "beyond.thm2.constants",
        part=2,
        grid=_WIDTH,
        call="output_ce_constant(m)",
    ),
    Constant(
        "output_ce_constant, wide",
        "its limit as m grows",
        "beyond.thm2.constants",
        part=2,
        read=_wide,
    ),
    Constant(
        "spread(m)",
        "limit of E(C p - 1)^2, hidden layer",
        "heur.p_uniform",
        part=1,
        grid=_WIDTH,
    ),
    Constant("spread, wide", "its limit as m grows", "heur.p_uniform", part=1, read=_wide),
    Constant(
        "norms over weights, mse",
        "limit of the ratio (10) of norms over that of weights",
        "heur.hidden.mse",
        grid=_RATIO,
    ),
    Constant(
        "weights as printed",
        "limit of the middle expression of (14)",
        "heur.hidden.ce.ww",
        part=1,
    ),
    Constant(
        "norms over weights, ce",
        "limit of the ratio (14) of norms over that of weights, 1/C restored",
        "heur.hidden.ce.ww",
        part=2,
        grid=_BOTH,
    ),
    Constant(
        "root output_ce_constant",
        "limit of (C - 1) |H_vivj|/|H_vivi|, cross-entropy",
        "heur.hidden.ce.vv",
        part=1,
        grid=_WIDTH,
    ),
    Constant(
        "root output_ce_constant, wide",
        "its limit as m grows",
        "heur.hidden.ce.vv",
        part=1,
        read=_wide,
    ),
    Constant(
        "figure, diagonal",
        "limit of E|H_wiwi|^2/d at the width of the figure",
        "beyond.thm2.constants",
        part=3,
        grid=_FIGURE,
    ),
    Constant(
        "figure, other",
        "limit of C E|H_wiwj|^2/d at the width of the figure",
        "beyond.thm2.constants",
        part=4,
        grid=_FIGURE,
    ),
)

LISTED = LINEAR_MODEL + HIDDEN_LAYER
"""All of them, in the order of the table."""

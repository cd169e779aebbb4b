r"""Blocks with the squared error, whose weights are :math:`2f\,V^\top V` or :math:`2f\,I`."""

from __future__ import annotations

from functools import partial

import numpy as np

from rmtcheck.montecarlo.hidden_layer.setting import Array, Draws, Setting


def unit_draws(setting: Setting) -> dict[bool, Draws]:
    """Return how to draw the mean squared norms of blocks of hidden units."""
    kinds: dict[bool, Draws] = {True: partial(_units, setting, True)}
    if setting.m > 1:
        kinds[False] = partial(_units, setting, False)
    return kinds


def class_draws(setting: Setting) -> dict[bool, Draws]:
    """Return how to draw the mean squared norms of blocks of classes."""
    return {True: partial(_classes, setting), False: lambda draws, rng: np.zeros(draws)}


def _units(setting: Setting, is_diagonal: bool, draws: int, rng: np.random.Generator) -> Array:
    columns = rng.standard_normal((1 if is_diagonal else 2, draws, setting.C))
    products = (columns[0] * columns[-1]).sum(axis=1) / setting.m
    share = 1 / 2 if is_diagonal else 1 / 4  # of samples on which the named units are open
    factor = float(setting.factor or 0.0)
    norms: Array = (2 * factor * products) ** 2 * (setting.gamma * share + share**2)
    return norms


def _classes(setting: Setting, draws: int, rng: np.random.Generator) -> Array:
    first, second = np.maximum(rng.standard_normal((2, draws, setting.m)), 0.0)
    factor = float(setting.factor or 0.0)
    norms: Array = (2 * factor * (first * second).sum(axis=1)) ** 2
    return norms

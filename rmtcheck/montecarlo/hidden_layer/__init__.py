r"""Mean squared block norms of a hidden layer at finitely many classes, drawn with power.

The limit :math:`d,N\to\infty` is exact here (Lemma 14 in ``docs/lemmas.md``): preactivations are
iid :math:`N(0,I_m)`, and :math:`\frac1d\mathbb E\|H\|_F^2` is
:math:`\gamma\,\mathbb E[\lambda^2]+\mathbb E[\lambda\lambda']` for blocks of hidden units,
:math:`\mathbb E[\lambda\lambda'(\phi\cdot\phi')^2]` for those of classes. With many classes these
are means of exponentials in the outputs, whose variance is infinite at small widths. So they
are drawn from the laws that their leading weights define, and what is averaged is what the
softmax of finitely many classes makes of them: unbiased at every C.
"""

from __future__ import annotations

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.hidden_layer.hidden_blocks import hidden_draws
from rmtcheck.montecarlo.hidden_layer.output_blocks import output_draws
from rmtcheck.montecarlo.hidden_layer.setting import Draws, Setting
from rmtcheck.montecarlo.hidden_layer.squared_error import class_draws, unit_draws
from rmtcheck.vocabulary.observations import Estimate

__all__ = ["Setting", "draw_norms"]


def draw_norms(
    setting: Setting, layer: str, draws: int, rng: np.random.Generator
) -> dict[bool, Estimate]:
    r"""Return the mean squared norms of diagonal (True) and other (False) blocks.

    Parameters
    ----------
    setting : Setting
        The layer.
    layer : {"w", "v"}
        Blocks of hidden units, whose norms are divided by d, or of classes.
    draws : int
        Number of draws for either kind of block, at least 2.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    dict
        Estimates by whether the block is on the diagonal; a single hidden unit has no others.

    Raises
    ------
    DomainError
        When the layer is another one, or there are fewer than 2 draws.

    Accuracy
    --------
    Unbiased, with finite variance at every width and number of classes; the error is one
    standard error of the mean.

    References
    ----------
    Lemmas 14 and 15 in ``docs/lemmas.md``; ``docs/small_widths.md``.

    Examples
    --------
    >>> from rmtcheck.montecarlo.streams import stream
    >>> found = draw_norms(Setting(1.0, 3, 1000), "v", 1000, stream(0, "example", 0))
    >>> 0 < found[False].error < 0.05 * found[False].value
    True
    """
    require_integer("draws", draws, 2)
    kinds = _kinds(setting, layer)
    return {kind: _mean(setting, draw, draws, rng) for kind, draw in kinds.items()}


def _kinds(setting: Setting, layer: str) -> dict[bool, Draws]:
    if layer not in ("w", "v"):
        raise DomainError(f"layer = {layer!r} must be 'w' or 'v'.")
    if setting.factor is None:
        return hidden_draws(setting) if layer == "w" else output_draws(setting)
    return unit_draws(setting) if layer == "w" else class_draws(setting)


def _mean(setting: Setting, draw: Draws, draws: int, rng: np.random.Generator) -> Estimate:
    values = np.concatenate([draw(size, rng) for size in setting.batches(draws)])
    error = values.std(ddof=1) / np.sqrt(draws)
    return Estimate(value=float(values.mean()), error=float(error))

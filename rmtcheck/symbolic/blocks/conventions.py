"""The conventions that a formula is stated in: order of the parameters, reduction and factor."""

from __future__ import annotations

from typing import Any

from rmtcheck.symbolic.derivation import Step

REDUCTIONS = {
    "mean": "averaged over the samples",
    "sum": "summed over the samples",
    "entries": "averaged over the samples and the outputs",
}


def conventions(question: Any) -> Step:
    """Return the first line of a derivation: what is differentiated in, in which order, of what."""
    network, loss = question.network, question.loss
    rows = [(layer, network.rows(layer)) for layer in network.layers]
    names = ", ".join(f"{layer}_1, ..., {layer}_{count}" for layer, count in rows)
    order = r",\,".join(rf"{layer}_1,\dots,{layer}_{{{count}}}" for layer, count in rows)
    clause = f"the loss is {REDUCTIONS[loss.reduction]}, with the factor {loss.factor}, and the"
    entries = r"(H_{rc})_{ab} = \frac{\partial^2\ell}{\partial r_a\,\partial c_b}"
    return Step(
        f"{clause} parameters are rows in this order: theta = ({names})",
        rf"\theta = ({order}),\quad {entries}",
        "the conventions",
    )

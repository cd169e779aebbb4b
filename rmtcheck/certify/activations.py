r"""Activations that can be enclosed: a function, two derivatives, and how fast it may grow.

On each half line the function is analytic, so that its integrals can be enclosed; what happens
at 0 itself has no influence on a mean. Bounds hold for every real preactivation:

.. math:: |\sigma(a)|\le\beta|a| \;\text{ or, where }\beta=0,\; |\sigma(a)|\le1, \qquad
          |\sigma'(a)|\le B, \qquad |\sigma''(a)|\le1,

and :math:`\beta` is the larger of the slopes at the two ends. They are proved in Lemma 21.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import sympy
from flint import acb, arb, fmpq

from rmtcheck.certify.exact import exact_rational
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary import activations as vocabulary
from rmtcheck.vocabulary.activations import ARGUMENT, Activation

Jet = tuple[acb, acb, acb]
"""A function and its first two derivatives at one place."""
ACCEPTED = "IDENTITY, RELU, leaky_relu(rational slope), TANH, SIGMOID, GELU, SILU"


@dataclass(frozen=True)
class EnclosedActivation:
    r"""An activation in complex balls.

    Parameters
    ----------
    negative, positive : callable
        Function and derivatives where the preactivation is negative, and where it is positive.
    growth : fmpq
        The number :math:`\beta`.
    steepest : fmpq
        The number B.
    """

    negative: Callable[[acb], Jet]
    positive: Callable[[acb], Jet]
    growth: fmpq
    steepest: fmpq

    @property
    def is_bounded(self) -> bool:
        """Whether the function itself is bounded, by 1."""
        return bool(self.growth == 0)

    def is_finite(self, tilt: fmpq, samples: int) -> bool:
        r"""Whether :math:`\mathbb Ee^{ts\tilde s}` is; on one sample, :math:`s=\tilde s`."""
        return bool((3 - samples) * tilt * self.growth**2 < 1)


def enclosed_activation(activation: Activation) -> EnclosedActivation:
    r"""Return an activation in complex balls.

    Parameters
    ----------
    activation : Activation
        One of IDENTITY, RELU, ``leaky_relu(slope)``, TANH, SIGMOID, GELU, SILU, by its expression.

    Returns
    -------
    EnclosedActivation

    Raises
    ------
    DomainError
        If the function is another one.

    Notes
    -----
    Accuracy: enclosure.

    References
    ----------
    Lemma 21 of ``docs/lemmas.md``.

    Examples
    --------
    >>> enclosed_activation(vocabulary.leaky_relu(-3)).growth
    3
    """
    if not isinstance(activation, Activation):
        raise DomainError(f"activation = {activation} is no Activation; accepted: {ACCEPTED}")
    return _enclosed(activation)


@lru_cache(maxsize=64)
def _enclosed(activation: Activation) -> EnclosedActivation:
    if activation.expression in _SMOOTH:
        jet, growth, steepest = _SMOOTH[activation.expression]
        return EnclosedActivation(jet, jet, fmpq(growth), fmpq(steepest))
    slopes = _slopes(activation.expression)
    if slopes is None:
        raise DomainError(f"activation = {activation} has no enclosure; accepted: {ACCEPTED}")
    steepest = max(map(abs, slopes))
    negative, positive = map(_linear, slopes)
    return EnclosedActivation(negative, positive, steepest, steepest)


def has_enclosure(activation: Activation) -> bool:
    """Whether the activation is one of those that can be enclosed."""
    try:
        enclosed_activation(activation)
    except DomainError:
        return False
    return True


def is_piecewise_linear(activation: Activation) -> bool:
    """Whether the second derivative is 0 off the kink."""
    return _slopes(activation.expression) is not None


def _slopes(expression: sympy.Expr) -> tuple[fmpq, fmpq] | None:
    """Return the slopes before and after 0 of a linear function with at most a kink there."""
    if expression == ARGUMENT:
        return fmpq(1), fmpq(1)
    slope = sympy.Wild("slope", exclude=[ARGUMENT])
    kink = sympy.Piecewise((ARGUMENT, ARGUMENT > 0), (slope * ARGUMENT, True))
    found = {slope: sympy.S.Zero} if expression == kink.subs(slope, 0) else expression.match(kink)
    if not found or not found[slope].is_Rational:
        return None
    return exact_rational("slope", found[slope]), fmpq(1)


def _linear(slope: fmpq) -> Callable[[acb], Jet]:
    return lambda a: (acb(slope) * a, acb(slope), acb(0))


def _tanh(a: acb) -> Jet:
    value = a.tanh()
    slope = 1 - value * value
    return value, slope, -2 * value * slope


def _sigmoid(a: acb) -> Jet:
    value = 1 / (1 + (-a).exp())
    slope = value * (1 - value)
    return value, slope, slope * (1 - 2 * value)


def _silu(a: acb) -> Jet:
    gate, slope, curvature = _sigmoid(a)
    return a * gate, gate + a * slope, 2 * slope + a * curvature


def _gelu(a: acb) -> Jet:
    gate = (1 + (a / arb(2).sqrt()).erf()) / 2
    density = (-a * a / 2).exp() / (2 * arb.pi()).sqrt()
    return a * gate, gate + a * density, density * (2 - a * a)


_SMOOTH: dict[sympy.Expr, tuple[Callable[[acb], Jet], int, int]] = {
    vocabulary.TANH.expression: (_tanh, 0, 1),
    vocabulary.SIGMOID.expression: (_sigmoid, 0, 1),
    vocabulary.GELU.expression: (_gelu, 1, 2),
    vocabulary.SILU.expression: (_silu, 1, 2),
}

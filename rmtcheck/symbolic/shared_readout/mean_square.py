r"""Mean squared norms of the blocks of a hidden layer, first in wide data, then in many classes.

Let :math:`f(x)=V\max(Wx,0)` with :math:`W\in\mathbb R^{m\times d}` iid :math:`N(0,1/d)`,
:math:`V\in\mathbb R^{C\times m}` iid :math:`N(0,1/m)`, and let the weight of a sample depend on it
through :math:`a=Wx` only. Given W and V the samples are independent, so

.. math::

    \mathbb E\|H\|_F^2=\tfrac1N\mathbb E[\lambda^2|l|^2|r|^2]
    +(1-\tfrac1N)\,\mathbb E\|M\|_F^2, \qquad M=\mathbb E[\lambda\,lr^\top\mid W,V].

*Inputs,* :math:`l=r=x`. With P the projection on the rows of W, :math:`x-Px` is independent of the
weight: :math:`M=\mathbb E[\lambda\mid W,V](I-P)+\mathbb E[\lambda\,Pxx^\top P\mid W,V]`, the second
part having rank m and norm :math:`O(1)`. As :math:`WW^\top\to I_m` and :math:`|x|^2/d\to1`,

.. math:: \tfrac1d\mathbb E\|H\|_F^2\to\gamma\,\mathbb E[\lambda^2]+\mathbb E[\lambda\lambda'],

where the prime means another sample **with the same V**, and the preactivations of both are
iid :math:`N(0,I_m)`. *Outputs,* :math:`l=r=\phi\in\mathbb R^m`: the first part vanishes, and

.. math:: \mathbb E\|H\|_F^2\to\mathbb E\bigl[\lambda\lambda'(\phi\cdot\phi')^2\bigr].

What follows in the number of classes is in `leading`, `rows` and `units`.
"""

from __future__ import annotations

from functools import lru_cache

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.shared_readout.growth import Growth
from rmtcheck.symbolic.shared_readout.leading import Leading, leading
from rmtcheck.symbolic.shared_readout.rows import mean_over_rows
from rmtcheck.symbolic.shared_readout.units import UnitMean, mean_over_units
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.grams import INPUT, HiddenOutput, WeightedGram
from rmtcheck.vocabulary.network_softmax import NetworkSoftmax
from rmtcheck.vocabulary.networks import OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxComponent

_OUTPUT = HiddenOutput(RELU)

_INPUTS = Step(
    "as d, N grow, with ' for another sample of the same V: E|H|_F^2/d -> gamma E[w^2] + E[w w']",
    r"\tfrac1d\,\mathbb E\|H\|_F^2\to\gamma\,\mathbb E[\lambda^2]+\mathbb E[\lambda\lambda']",
)
_OUTPUTS = Step(
    "as d, N grow, with ' for another sample of the same V: E|H|_F^2 -> E[w w' (phi.phi')^2]",
    r"\mathbb E\|H\|_F^2\to\mathbb E\bigl[\lambda\lambda'(\phi\cdot\phi')^2\bigr]",
)
_TILTING = Step(
    "given the samples, completing the square turns a row weighted by the softmax into "
    "N(phi/m, I/m); products of two rows by both samples gain exp(phi.phi'/m), and averages "
    "over the classes fluctuate by xi/sqrt(C): E[xi(g) xi(h)] = E[g h] - E[g] E[h]",
    r"Cp_c\to\rho_c=e^{V_c\cdot\phi-|\phi|^2/2m},\quad"
    r"\mathbb E[\rho_c\rho_c'\mid\phi,\phi']=e^{\phi\cdot\phi'/m},\quad"
    r"\mathbb E[\xi(g)\xi(h)]=\mathbb E[gh]-\mathbb E[g]\,\mathbb E[h]",
)


@lru_cache(maxsize=128)
def mean_square(
    gram: WeightedGram, network: OneHiddenLayer, gamma: sympy.Expr | None
) -> Derivation:
    r"""Derive how the mean squared norm of a block grows in the number of classes.

    Parameters
    ----------
    gram : WeightedGram
        The block, of the inputs or of the hidden outputs; its weight as for `leading`.
    network : OneHiddenLayer
        The network, with rectified linear units.
    gamma : sympy expression
        Limit of d/N, taken before the classes grow; None if it is not stated.

    Returns
    -------
    Derivation
        Its result is a `Growth`: of the norm divided by d for a block of the inputs.

    Raises
    ------
    DomainError
        If the block is of another kind, or no proof covers its weight.

    Notes
    -----
    Accuracy: exact.

    References
    ----------
    Lemmas 14 and 15 of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.samples import V, indicator
    >>> from rmtcheck.vocabulary.symbols import C, N, c, d, gamma, i, m
    >>> gram = WeightedGram(1 / N, indicator[i] * sympy.Sum(V[c, i] ** 2, (c, 1, C)))
    >>> print(mean_square(gram, OneHiddenLayer(d, m, C), gamma).result)
    (gamma/(2*m**2) + 1/(4*m**2))*C**(2)
    """
    weight = _checked_weight(gram, network)
    if gamma is None:
        raise DomainError("the limit of d/N is not stated; write Along(d, N, ratio=gamma, then=C)")
    m = network.m
    first, second = (leading(weight, m, sample) for sample in (1, 2))
    if first.coefficient == 0:
        zero = Growth(sympy.S.Zero, dimension=_dimension(gram))
        return Derivation(zero, (equation("the weight is", symbols.weight, 0),))
    steps = [_INPUTS if gram.left == INPUT else _OUTPUTS, _TILTING, _leading_step(first)]
    is_input = gram.left == INPUT
    product = first.coefficient * second.coefficient
    total = _mean(product, m, 0 if is_input else 2, "E[w w']", steps)
    if is_input and gamma != 0:
        total = _with_squares(total, _mean(first.coefficient**2, m, 0, "E[w^2]", steps), gamma)
    found = _growth(total, 2 * first.exponent, _dimension(gram))
    return Derivation(found, (*steps, *_conclusion(found, m)))


def mean_of(expr: sympy.Expr, m: sympy.Expr) -> Derivation:
    r"""Derive how a mean over the readout and one sample grows.

    Parameters
    ----------
    expr : sympy expression
        Polynomial in sums over the rows of V, or in components ``NetworkSoftmax``.
    m : int or symbol
        Width of the hidden layer.

    Returns
    -------
    Derivation
        Its result is a `Growth`.

    Raises
    ------
    DomainError
        If the expression is of another kind, or the mean of its leading term is 0.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.samples import V
    >>> from rmtcheck.vocabulary.symbols import C, c, i, j, m
    >>> print(mean_of(sympy.Sum(V[c, i] * V[c, j], (c, 1, C)) ** 2, m).result)
    (m**(-2))*C**(1)
    """
    if expr.has(SoftmaxComponent):
        raise DomainError(f"the logits in {expr} are those of no network; use SoftmaxOfNetwork")
    weight = expr.replace(NetworkSoftmax, lambda k, network: SoftmaxComponent(k, network.C))
    found = leading(weight, m)
    steps = [_leading_step(found)]
    return Derivation(
        _growth(_mean(found.coefficient, m, 0, "E[w]", steps), found.exponent), tuple(steps)
    )


def _mean(product: sympy.Expr, m: sympy.Expr, inner: int, name: str, steps: list[Step]) -> UnitMean:
    """Take the mean over the readout, then over the units, and note both."""
    given = mean_over_rows(sympy.expand(product), m)
    found = mean_over_units(given, m, inner)
    left = f"{name}, given the samples" + (", to be multiplied by (phi.phi')^2" if inner else "")
    steps.append(_says(f"{left}, in leading order", given))
    steps.append(_says("hence its mean over the units, one Gaussian integral each", found.value))
    return found


def _with_squares(across: UnitMean, same: UnitMean, gamma: sympy.Expr) -> UnitMean:
    r"""Return :math:`\gamma\,\mathbb E[\lambda^2]+\mathbb E[\lambda\lambda']`; the last is >= 0."""
    value = sympy.oo if same.value == sympy.oo else gamma * same.value + across.value
    least = max(across.least_width, same.least_width)
    return UnitMean(value, least, bool(gamma.is_positive) and same.is_positive)


def _growth(mean: UnitMean, exponent: sympy.Expr, dimension: sympy.Expr = sympy.S.Zero) -> Growth:
    if mean.value == 0:
        raise DomainError("the mean of the leading term vanishes, and the next is not derived")
    return Growth(mean.value, exponent, dimension, mean.least_width, mean.is_positive)


def _checked_weight(gram: WeightedGram, network: OneHiddenLayer) -> sympy.Expr:
    if not isinstance(network, OneHiddenLayer) or network.activation != RELU:
        raise DomainError(f"the network is {network}; accepted is OneHiddenLayer with relu")
    if gram.left != gram.right or gram.left not in (INPUT, _OUTPUT):
        pair = f"{gram.left}, {gram.right}"
        raise DomainError(f"the vectors are {pair}; accepted are the inputs or the outputs, twice")
    weight = sympy.sympify(gram.scale * symbols.N * gram.weight)
    if weight.has(symbols.N, network.d):
        raise DomainError(f"scale is {gram.scale}; accepted are multiples of 1/N")
    return weight


def _dimension(gram: WeightedGram) -> sympy.Integer:
    """Return the power of d in the mean squared norm."""
    return sympy.Integer(int(gram.left == INPUT))


def _leading_step(found: Leading) -> Step:
    return _says(f"for many classes the weight is, C^({found.exponent}) times", found.coefficient)


def _conclusion(found: Growth, m: sympy.Expr) -> list[Step]:
    steps = [_says(f"the mean squared norm is, C^({found.exponent}) times", found.coefficient)]
    if found.least_width > 1 and not m.is_number:
        least = sympy.Ge(m, found.least_width)
        steps.append(_says("it is finite, and the limit dominated, if and only if", least))
    return steps


def _says(clause: str, value: sympy.Basic) -> Step:
    return Step(f"{clause}: {value}", sympy.latex(value))

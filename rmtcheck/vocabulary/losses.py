r"""Losses: functions of the logits of one sample, with the factor and reduction they state.

Every loss is ``prefactor * sum over samples of of_sample``. The reduction says what the sum over
samples is divided by: "mean" by N, "sum" by nothing, "entries" by the N C entries of the logits.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.symbol import Str

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.nouns import Noun
from rmtcheck.vocabulary.samples import (
    LABEL,
    HiddenWeight,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    SampleNode,
    Target,
)
from rmtcheck.vocabulary.symbols import C

REDUCTIONS = ("mean", "sum", "entries")
CLASS, OTHER_CLASS = sympy.symbols("c k", integer=True, positive=True)
_TAKEN = {CLASS, OTHER_CLASS, LABEL}
_NO_LOGITS = (OutputWeight, HiddenWeight, Indicator, Preactivation)


def _reduction(reduction: Any) -> Str:
    if str(reduction) not in REDUCTIONS:
        accepted = ", ".join(REDUCTIONS)
        raise DomainError(f"the reduction is {reduction}; accepted are {accepted}")
    return reduction if isinstance(reduction, Str) else Str(str(reduction))


def _parameter(name: str, value: Any) -> sympy.Expr:
    """Return a finite real number, or an expression in symbols that formulas do not use."""
    accepted = "a finite real number, or an expression in symbols of your own"
    if isinstance(value, str) or value is None:
        raise DomainError(f"the {name} is {value!r}; accepted is {accepted}")
    made = sympy.sympify(value)
    is_taken = not isinstance(made, sympy.Expr) or made.free_symbols & _TAKEN
    if is_taken or made.has(SampleNode) or made.is_extended_real is False or not _is_finite(made):
        raise DomainError(f"the {name} is {value}; accepted is {accepted}")
    return made


def _is_finite(value: sympy.Expr) -> bool:
    return value is not sympy.nan and value.is_finite is not False


class Loss(Noun):
    """A loss of the logits; subclasses say what one sample contributes."""

    @property
    def reduction(self) -> str:
        """How the samples are summed: "mean", "sum" or "entries"."""
        return str(self.args[-1])

    @property
    def factor(self) -> sympy.Expr:
        """The number in front of the reduction."""
        return sympy.S.One

    def prefactor(self, samples: sympy.Expr, classes: sympy.Expr) -> sympy.Expr:
        """Return what stands before the sum over the samples."""
        parts = {"mean": samples, "sum": sympy.S.One, "entries": samples * classes}
        return self.factor / parts[self.reduction]

    def of_sample(self, classes: sympy.Expr) -> sympy.Expr:
        """Return the loss of one sample, without the factor, in logits, targets and the label."""
        raise NotImplementedError

    @property
    def is_labeled(self) -> bool:
        """Whether the targets are labels, and not vectors."""
        return bool(self.of_sample(C).has(LABEL))


class CrossEntropy(Loss):
    r"""Softmax cross-entropy, :math:`-\frac1N\sum_n\sum_cq_{n,c}\log p_{n,c}`.

    The probabilities are the softmax of :math:`u_n/\tau`, the targets
    :math:`q_{n,c}=(1-\epsilon)\delta_{c,y_n}+\epsilon/C`.

    Parameters
    ----------
    temperature : positive number or symbol, default 1
        The temperature :math:`\tau`.
    smoothing : number from 0 to 1 or symbol, default 0
        The label smoothing :math:`\epsilon`.
    reduction : {"mean", "sum", "entries"}, default "mean"
        What the sum over the samples is divided by.
    """

    def __new__(
        cls, temperature: Any = 1, smoothing: Any = 0, reduction: Any = "mean"
    ) -> CrossEntropy:
        """Make the noun from numbers or symbols."""
        temperature = _parameter("temperature", temperature)
        smoothing = _parameter("smoothing", smoothing)
        if temperature.is_positive is False:
            raise DomainError(f"the temperature is {temperature}; accepted is a positive number")
        if smoothing.is_negative or (1 - smoothing).is_negative:
            raise DomainError(f"the smoothing is {smoothing}; accepted is a number from 0 to 1")
        return cls._made(temperature, smoothing, _reduction(reduction))

    temperature = property(lambda self: self.args[0], doc="The temperature.")
    smoothing = property(lambda self: self.args[1], doc="The label smoothing.")

    def of_sample(self, classes: sympy.Expr) -> sympy.Expr:
        """Return the loss of one sample."""
        if self.smoothing == 0:
            return -sympy.log(self._probability(LABEL, classes))
        smooth = (1 - self.smoothing) * sympy.KroneckerDelta(CLASS, LABEL)
        target = smooth + self.smoothing / classes
        logarithm = sympy.log(self._probability(CLASS, classes))
        return -sympy.Sum(target * logarithm, (CLASS, 1, classes))

    def _probability(self, index: sympy.Expr, classes: sympy.Expr) -> sympy.Expr:
        each, bound = sympy.exp(Logit(index) / self.temperature), OTHER_CLASS
        total = sympy.Sum(sympy.exp(Logit(bound) / self.temperature), (bound, 1, classes))
        return each / total

    def _latex(self, printer: Any) -> str:
        return r"\mathrm{CE}"


class MeanSquaredError(Loss):
    r"""Squared error :math:`\frac fN\sum_n\|u_n-\mathcal Y_n\|_2^2`, with its factor :math:`f`.

    Parameters
    ----------
    factor : number or symbol, default 1
        The factor :math:`f`.
    reduction : {"mean", "sum", "entries"}, default "mean"
        What the sum over the samples is divided by.
    """

    def __new__(cls, factor: Any = 1, reduction: Any = "mean") -> MeanSquaredError:
        """Make the noun from numbers or symbols."""
        return cls._made(_parameter("factor", factor), _reduction(reduction))

    @property
    def factor(self) -> sympy.Expr:
        """The factor in front of the reduction."""
        return self.args[0]

    def of_sample(self, classes: sympy.Expr) -> sympy.Expr:
        """Return the loss of one sample, without the factor."""
        return sympy.Sum((Logit(CLASS) - Target(CLASS)) ** 2, (CLASS, 1, classes))

    def _latex(self, printer: Any) -> str:
        return r"\mathrm{MSE}"


class BinaryCrossEntropy(Loss):
    r"""Binary cross-entropy of every output, :math:`s` being the logistic function.

    .. math:: -\frac1N\sum_n\sum_c\bigl(\mathcal Y_{n,c}\log s(u_{n,c})
              +(1-\mathcal Y_{n,c})\log(1-s(u_{n,c}))\bigr)

    Parameters
    ----------
    reduction : {"mean", "sum", "entries"}, default "mean"
        What the sum over the samples is divided by.
    """

    def __new__(cls, reduction: Any = "mean") -> BinaryCrossEntropy:
        """Make the noun."""
        return cls._made(_reduction(reduction))

    def of_sample(self, classes: sympy.Expr) -> sympy.Expr:
        """Return the loss of one sample."""
        one, zero = (1 / (1 + sympy.exp(sign * Logit(CLASS))) for sign in (-1, 1))
        yes, no = Target(CLASS) * sympy.log(one), (1 - Target(CLASS)) * sympy.log(zero)
        return -sympy.Sum(yes + no, (CLASS, 1, classes))

    def _latex(self, printer: Any) -> str:
        return r"\mathrm{BCE}"


class LogitLoss(Loss):
    r"""A loss that the user states: any expression in the logits, targets and label of a sample.

    Parameters
    ----------
    expression : sympy expression
        The loss of one sample in ``logit[c]``, ``target[c]`` and ``LABEL``, sums over the classes
        written as ``Sum(..., (c, 1, C))``; other symbols are parameters of the loss.
    name : str, default "loss"
        Its name in formulas.
    reduction : {"mean", "sum", "entries"}, default "mean"
        What the sum over the samples is divided by.

    Raises
    ------
    DomainError
        If the expression is not a function of the logits.

    Examples
    --------
    >>> from rmtcheck.vocabulary.samples import logit, target
    >>> c = sympy.Symbol("c", integer=True, positive=True)
    >>> LogitLoss(sympy.Sum(sympy.log(sympy.cosh(logit[c] - target[c])), (c, 1, C)), "logcosh")
    LogitLoss(Sum(log(cosh(u_c - Y_c)), (c, 1, C)), logcosh, mean)
    """

    def __new__(cls, expression: Any, name: Any = "loss", reduction: Any = "mean") -> LogitLoss:
        """Make the noun."""
        accepted = "accepted is a function of logits u[c], targets Y[c] and the label"
        if not isinstance(expression, sympy.Expr) or not expression.has(Logit):
            raise DomainError(f"the loss is {expression}, which has no logit; {accepted}")
        if expression.has(*_NO_LOGITS):
            raise DomainError(f"the loss is {expression}, which sees the network; {accepted}")
        label = name if isinstance(name, Str) else Str(str(name))
        return cls._made(expression, label, _reduction(reduction))

    def of_sample(self, classes: sympy.Expr) -> sympy.Expr:
        """Return the loss of one sample."""
        return self.args[0].xreplace({C: sympy.sympify(classes)})

    def _latex(self, printer: Any) -> str:
        return rf"\mathrm{{{self.args[1]}}}"


CROSS_ENTROPY = CrossEntropy()
MEAN_SQUARED_ERROR = MeanSquaredError()

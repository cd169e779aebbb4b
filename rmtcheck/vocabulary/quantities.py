"""Unevaluated quantities: expectations, norms, spectral moments and directions of growth.

Every node is a sympy expression, so a statement can do algebra with quantities that
nobody has computed yet; the engines give each node its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.symbols import tau


class Expectation(sympy.Function):
    r"""The mean :math:`\mathbb E[\,\cdot\,]` of a random expression, unevaluated."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\mathbb{{E}}{self._law(printer)}\left[{printer._print(self.args[0])}\right]"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"E{self._law(printer)}[{printer._print(self.args[0])}]"

    def _law(self, printer: Any) -> str:
        """Return what is said about the softmax: explicit classes, a scale other than 1."""
        components = self.args[0].atoms(SoftmaxComponent)
        classes = sorted({p.classes for p in components if p.classes.is_number}, key=int)
        scales = sorted({p.scale for p in components} - {1}, key=sympy.default_sort_key)
        said = [f"C={c}" for c in classes]
        name = printer._print(tau)
        said += [name if s == tau else f"{name}={printer._print(s)}" for s in scales]
        return f"_{{{', '.join(said)}}}" if said else ""


def E(expression: sympy.Expr) -> sympy.Expr:
    r"""Return the unevaluated mean :math:`\mathbb E[\text{expression}]`.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i
    >>> E(SoftmaxOfGaussians(C)[i]**2)
    E[p_i**2]
    """
    return Expectation(expression)


class SoftmaxComponent(sympy.Function):
    r"""One softmax probability :math:`p_k=e^{u_k/T}/\sum_{c=1}^Ce^{u_c/T}`.

    Arguments are the class, the number of classes, and the temperature T where it is
    not 1. The logits :math:`u_1,\dots,u_C` are iid standard Gaussian inside an expectation
    without sizes, and those of the network inside a weighted Gram matrix.
    """

    nargs = (2, 3)
    is_positive = True
    is_real = True

    @classmethod
    def eval(cls, *args: sympy.Expr) -> sympy.Expr | None:
        """Leave out the temperature 1: one softmax has one name."""
        return cls(*args[:2]) if args[2:] == (1,) else None

    @property
    def index(self) -> sympy.Expr:
        """The class."""
        return self.args[0]

    @property
    def classes(self) -> sympy.Expr:
        """The number of classes."""
        return self.args[1]

    @property
    def temperature(self) -> sympy.Expr:
        """The temperature."""
        return self.args[2] if len(self.args) > 2 else sympy.S.One

    @property
    def scale(self) -> sympy.Expr:
        """The standard deviation of a standard Gaussian logit over the temperature."""
        return 1 / self.temperature

    @property
    def softmax(self) -> SoftmaxOfGaussians:
        """The softmax of which this is a component, the logits being Gaussian."""
        return SoftmaxOfGaussians(self.classes, self.scale)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"p_{{{printer._print(self.index)}}}"
        return body if exp is None else rf"{body}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"p_{printer._print(self.index)}"


@dataclass(frozen=True)
class SoftmaxOfGaussians:
    r"""Softmax of iid Gaussian logits: index it by a class to get :math:`p_k`.

    .. math:: p_k=e^{\tau u_k}\Big/\sum_{c=1}^Ce^{\tau u_c},\qquad u_c\sim N(0,1)\ \text{iid}.

    Parameters
    ----------
    classes : int or sympy expression
        Number of classes :math:`C\ge2`.
    scale : positive sympy expression, default 1
        Standard deviation :math:`\tau` of a logit; the temperature is its inverse.

    Raises
    ------
    DomainError
        If the scale is not known to be positive, or the number of classes is no integer from 1 on.

    Examples
    --------
    >>> SoftmaxOfGaussians(10, 2)[1].temperature
    1/2
    >>> SoftmaxOfGaussians(10, 1)[1] == SoftmaxOfGaussians(10)[1]
    True
    """

    classes: sympy.Expr
    scale: sympy.Expr = sympy.S.One

    def __post_init__(self) -> None:
        classes, scale = _expression(self.classes), _expression(self.scale)
        if classes is None or (classes.is_number and not (classes.is_Integer and classes >= 1)):
            text = "accepted are positive integers and symbols"
            raise DomainError(f"classes is {shorten(repr(self.classes), 60)}; {text}")
        if scale is None or not scale.is_positive:
            text = "accepted are exact positive expressions"
            raise DomainError(f"scale is {shorten(repr(self.scale), 60)}; {text}")
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "scale", scale)

    def __getitem__(self, index: sympy.Expr) -> SoftmaxComponent:
        return SoftmaxComponent(sympy.sympify(index), self.classes, 1 / self.scale)


def _expression(value: Any) -> sympy.Expr | None:
    """Return an exact expression, or None for anything else."""
    try:
        found = None if isinstance(value, str | bytes | bool) else sympy.sympify(value)
    except (sympy.SympifyError, AttributeError, TypeError):
        return None
    is_exact = isinstance(found, sympy.Expr) and not found.has(sympy.Float)
    return found if is_exact else None


class FrobeniusSquared(sympy.Function):
    r"""The squared Frobenius norm :math:`\|A\|_F^2=\sum_{ab}|A_{ab}|^2` of a matrix noun."""

    nargs = 1
    is_nonnegative = True
    is_real = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\left\|{printer._print(self.args[0])}\right\|_F^2"
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        return f"||{printer._print(self.args[0])}||_F^2"


def frobenius_squared(matrix: sympy.Basic) -> sympy.Expr:
    r"""Return the unevaluated :math:`\|A\|_F^2` of a matrix noun."""
    return FrobeniusSquared(matrix)


class SpectralMoment(sympy.Function):
    r"""The moment :math:`\int x^k\,d\mu_A=\frac1d\sum_a\lambda_a^k`; arguments (matrix, k)."""

    nargs = 2
    is_real = True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        matrix, order = (printer._print(a) for a in self.args)
        body = rf"m_{{{order}}}\left(\mu_{{{matrix}}}\right)"
        return body if exp is None else rf"{body}^{{{exp}}}"

    def _sympystr(self, printer: Any) -> str:
        matrix, order = (printer._print(a) for a in self.args)
        return f"m_{order}(mu_{matrix})"


def spectral_moment(matrix: sympy.Basic, order: int) -> sympy.Expr:
    r"""Return the unevaluated :math:`k`-th moment of the empirical spectral distribution."""
    return SpectralMoment(matrix, sympy.Integer(order))


@dataclass(frozen=True, init=False)
class Along:
    r"""The direction in which sizes grow: ``Along(C)``, or ``Along(d, N, ratio=gamma, then=C)``.

    Parameters
    ----------
    *sizes : sympy symbols
        The sizes that tend to infinity together.
    ratio : sympy expression, optional
        Limit of the first size over the second.
    then : sympy symbol, optional
        The size that tends to infinity afterwards, in the limit of the others.
    """

    sizes: tuple[sympy.Symbol, ...]
    ratio: sympy.Expr | None
    then: sympy.Symbol | None

    def __init__(
        self,
        *sizes: sympy.Symbol,
        ratio: sympy.Expr | None = None,
        then: sympy.Symbol | None = None,
    ) -> None:
        object.__setattr__(self, "sizes", sizes)
        object.__setattr__(self, "ratio", None if ratio is None else sympy.sympify(ratio))
        object.__setattr__(self, "then", then)

    @property
    def growing(self) -> tuple[sympy.Symbol, ...]:
        """All sizes that tend to infinity, in the order in which they do."""
        return self.sizes if self.then is None else (*self.sizes, self.then)

    @property
    def scale(self) -> sympy.Symbol:
        """The size whose powers an order of magnitude counts."""
        return self.sizes[0] if self.then is None else self.then

    def __str__(self) -> str:
        growth = ", ".join(map(str, self.sizes)) + " -> oo"
        if self.ratio is not None:
            growth += f", {self._quotient()} -> {self.ratio}"
        return growth if self.then is None else f"{growth}, then {self.then} -> oo"

    def latex(self) -> str:
        r"""Return the text that stands under :math:`\lim`."""
        growth = ", ".join(map(sympy.latex, self.sizes)) + r" \to \infty"
        if self.ratio is not None:
            growth += rf",\ {self._quotient()} \to {sympy.latex(self.ratio)}"
        if self.then is None:
            return growth
        return rf"{growth},\ \text{{then}}\ {sympy.latex(self.then)} \to \infty"

    def _quotient(self) -> str:
        first, second = self.sizes
        return f"{first}/{second}"

r"""The Hessian of a loss in named weights, by differentiation, and which entries are exactly zero.

An entry is zero if its expression reduces to 0; it is not zero if it has a value other than 0 at an
integer point of weights and data. Piecewise activations are differentiated piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice

import sympy
from sympy.core.function import AppliedUndef

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest, is_zero
from rmtcheck.symbolic.field import ExactField, NotRational
from rmtcheck.vocabulary.graphs import Activated, Weight
from rmtcheck.vocabulary.patterns import NONZERO, OPEN, ZERO, Hessian, NetworkHessian, ZeroGrid

MOST_PARAMETERS = 40
_POINTS = 12
_DIGITS = 40
_THRESHOLD = sympy.Rational(1, 10**20)
_FIELD = ExactField([])


@dataclass(frozen=True)
class Entry:
    """One entry of a Hessian: its expression, whether it is zero, and what shows it."""

    value: sympy.Expr
    test: ZeroTest

    @property
    def sign(self) -> str:
        """Its sign in a grid."""
        return {Answer.YES: ZERO, Answer.NO: NONZERO, Answer.UNKNOWN: OPEN}[self.test.answer]


@dataclass(frozen=True)
class Entries:
    """All entries of a Hessian, in the order of its parameters."""

    names: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]

    @property
    def zeros(self) -> ZeroGrid:
        """Which of them are zero; entries that were not decided stay open."""
        return ZeroGrid(*("".join(entry.sign for entry in row) for row in self.rows))

    def __str__(self) -> str:
        return str(self.zeros)


@lru_cache(maxsize=64)
def differentiate(hessian: Hessian | NetworkHessian) -> Derivation:
    """Return all entries of a Hessian, each decided to be zero or not, with the derivation.

    Parameters
    ----------
    hessian : Hessian or NetworkHessian
        At most 40 parameters.

    Returns
    -------
    Derivation
        Its result are the `Entries`.

    Raises
    ------
    DomainError
        If there are more parameters, or a function in the loss is not known.

    Notes
    -----
    Accuracy: exact, but for witnesses that say "by mpmath".

    Examples
    --------
    >>> from rmtcheck.vocabulary.graphs import weights
    >>> w, v = weights("w v")
    >>> differentiate(Hessian(w * v, (w, v))).result.zeros
    0 * / * 0
    """
    names = hessian.parameters
    if len(names) > MOST_PARAMETERS:
        raise DomainError(f"{len(names)} parameters are given; accepted are {MOST_PARAMETERS}")
    spelled = [spell(loss) for loss in hessian.losses]
    unknown = [str(f) for loss in spelled for f in loss.atoms(AppliedUndef)]
    if unknown:
        raise DomainError(f"the functions {', '.join(unknown)} are not known; accepted are others")
    gradients = [[loss.diff(name) for name in names] for loss in spelled]
    upper = {
        (a, b): _entry([gradient[a].diff(names[b]) for gradient in gradients])
        for a in range(len(names))
        for b in range(a, len(names))
    }
    places = range(len(names))
    rows = tuple(tuple(upper[min(a, b), max(a, b)] for b in places) for a in places)
    entries = Entries(tuple(map(str, names)), rows)
    return Derivation(entries, tuple(_steps(hessian, gradients[0], entries)))


def derive_scalar(expression: sympy.Expr) -> Derivation:
    """Return an expression with derivatives in weights, and norms of products, worked out.

    Parameters
    ----------
    expression : sympy expression
        In unevaluated derivatives and squared Frobenius norms of explicit matrices.

    Returns
    -------
    Derivation
        Its result is a plain expression in the weights.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.graphs import weights
    >>> w, v = weights("w v")
    >>> print(derive_scalar(sympy.Derivative((w * v) ** 2 / 2, w, v)))
    differentiating once: Derivative(v**2*w**2/2, w) = v**2*w
    and once more: Derivative(v**2*w**2/2, w, v) = 2*v*w
    """
    steps: list[Step] = []
    values: dict[sympy.Basic, sympy.Expr] = {}
    for node in sorted(expression.atoms(sympy.Derivative), key=sympy.default_sort_key):
        steps += _differentiated(node)
        values[node] = sympy.factor_terms(sympy.expand(spell(node.expr).diff(*node.variables)))
    return Derivation(expression.xreplace(values), tuple(steps))


def spell(expr: sympy.Expr) -> sympy.Expr:
    """Return the expression with every activation written out."""
    while expr.has(Activated):
        expr = expr.replace(lambda node: isinstance(node, Activated), lambda node: node.explicit)
    return expr


def _differentiated(node: sympy.Derivative) -> Iterator[Step]:
    value = spell(node.expr)
    for order, variable in enumerate(node.variables, start=1):
        value = sympy.expand(value.diff(variable))
        clause = "differentiating once" if order == 1 else "and once more"
        yield equation(clause, sympy.Derivative(node.expr, *node.variables[:order]), value)


def _entry(values: list[sympy.Expr]) -> Entry:
    """Decide one entry, from its values for all labels."""
    tests = [_is_zero(value) for value in values]
    for answer in (Answer.NO, Answer.UNKNOWN, Answer.YES):
        for value, test in zip(values, tests, strict=True):
            if test.answer == answer:
                return Entry(value, test)
    raise DomainError("the loss has no value for any label")


def _is_zero(value: sympy.Expr) -> ZeroTest:
    if value == 0:
        return ZeroTest(Answer.YES, "it is identically zero")
    for point in islice(_points(value), _POINTS):
        found = value.xreplace(point)
        proof = _nonzero(found)
        if proof:
            return ZeroTest(Answer.NO, f"it is {proof} at {_shown(point)}")
    return is_zero(value)


def _nonzero(found: sympy.Expr) -> str:
    """Return a number other than zero with what proves it, or nothing."""
    if found.is_Rational:
        return str(found) if found != 0 else ""
    if not found.is_number:
        return ""
    size = found.evalf(_DIGITS)
    if not (size.is_Float and abs(size) > _THRESHOLD):
        return ""
    try:
        proved = _FIELD.is_nonzero(_FIELD.element(found.rewrite(sympy.tanh, sympy.exp)))
    except NotRational:
        proved = False
    return f"{size.n(12)}, {'an enclosure of e proves' if proved else 'by mpmath'},"


def _points(value: sympy.Expr) -> Iterator[Mapping[sympy.Symbol, sympy.Expr]]:
    """Yield integer points, the first ones positive, where every relu is open."""
    symbols = sorted(value.free_symbols, key=sympy.default_sort_key)
    for shift in count():
        sizes = [(7 * k * k + 3 * k + shift * (2 * k + 5)) % 4 + 1 for k in range(len(symbols))]
        signs = [-1 if shift % 3 == 2 and k % 2 else 1 for k in range(len(symbols))]
        values = (sympy.Integer(sign * size) for sign, size in zip(signs, sizes, strict=True))
        yield dict(zip(symbols, values, strict=True))


def _shown(point: Mapping[sympy.Symbol, sympy.Expr]) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items())


def _steps(
    hessian: Hessian | NetworkHessian, gradient: list[sympy.Expr], entries: Entries
) -> Iterator[Step]:
    names = hessian.parameters
    labels = " (for the first label)" if len(hessian.losses) > 1 else ""
    yield equation(f"the loss{labels}", sympy.Symbol("l"), hessian.losses[0])
    for name, slope in zip(names, gradient, strict=True):
        yield Step(f"its derivative in {name}: {slope}", _partial(slope, name))
    for place, name in enumerate(names):
        for other in range(place, len(names)):
            yield _second(name, names[other], entries.rows[place][other])
    yield Step(f"so the exact zeros are: {entries.zeros}", sympy.latex(entries.zeros))


def _second(row: Weight, column: Weight, entry: Entry) -> Step:
    return Step(f"entry [{row}, {column}]: {entry.value}", _partial(entry.value, row, column))


def _partial(value: sympy.Expr, *names: Weight) -> str:
    below = "".join(rf"\partial {sympy.latex(name)}" for name in names)
    order = f"^{len(names)}" if len(names) > 1 else ""
    return rf"\frac{{\partial{order} \ell}}{{{below}}} = {sympy.latex(value)}"

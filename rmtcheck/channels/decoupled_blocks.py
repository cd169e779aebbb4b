"""Blocks of Hessians at which formulas of the bias are evaluated in floats, and drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from typing import Any, TypeGuard

import numpy as np
import sympy
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from rmtcheck.channels.decoupling import PROPORTIONAL, difference_of
from rmtcheck.claims.statements import LimitOf, Statement
from rmtcheck.errors import DomainError
from rmtcheck.spectral.decoupling.bias import decoupling_bias
from rmtcheck.spectral.decoupling.fields import field_weights
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import (
    DependentCovariance,
    FieldSquare,
    LogDeterminant,
    PointDerivative,
)
from rmtcheck.vocabulary.ensembles import ResolventTrace
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.local_weights import LocalWeight, local_weight
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import indicator, logit

Array = NDArray[np.float64]
Matrix = NDArray[np.complex128]

RATIO = sympy.Rational(1, 2)
NODES, REACH = 20, 9.0
STENCIL = {-2: 1 / 12, -1: -2 / 3, 1: 2 / 3, 2: -1 / 12}
TOLERANCE = 1e-5
"""What stencil and product rule of a formula may be off by; the library is far closer."""
STEP = 0.02
"""Step of the derivative in z, over Im z."""


@dataclass(frozen=True)
class Block:
    """A weight with the point at which it is looked at.

    Attributes
    ----------
    name
        The block in words.
    weight
        Its weight as a function of fields.
    z
        The point.
    noise
        How many times more draws the noise asks for than that of the quietest block.
    """

    name: str
    weight: LocalWeight
    z: complex
    noise: int = 1

    @property
    def place(self) -> dict[str, str]:
        """Block and point, for a reader."""
        return {"block": self.name, "z": f"{self.z:g}", "gamma": str(RATIO)}

    def __str__(self) -> str:
        return f"{self.name}, z={self.z:g}"

    @cached_property
    def bias(self) -> complex:
        """The bias by the library's own function."""
        return complex(decoupling_bias(self.weight, RATIO, self.z))

    @cached_property
    def sampled(self) -> tuple[Array, Array, Array]:
        """Fields of shape (k, n), weights and masses of a product rule."""
        k = self.weight.fields
        sides = self.weight.has_jumps or self.weight.readout is not None or k == 1
        nodes, masses = _halves(NODES * (10 if k == 1 else 2)) if sides else _line()
        places = np.stack([m.ravel() for m in np.meshgrid(*[nodes] * k, indexing="ij")])
        products = reduce(np.multiply.outer, [masses] * k).ravel()
        weights = np.asarray(field_weights(self.weight)(places), dtype=float)
        return places, weights, np.asarray(products, dtype=np.float64)

    @cached_property
    def transforms(self) -> dict[int, complex]:
        """The transform at the points of the stencil, and at z itself."""
        _, weights, masses = self.sampled
        atoms, places = np.unique(weights, return_inverse=True)
        together = np.bincount(places, weights=masses / masses.sum())
        law = GeneralizedMarchenkoPastur(DiscreteMeasure(atoms, together), RATIO)
        return {k: complex(law.stieltjes(self.point(k))) for k in (0, *STENCIL)}

    def point(self, step: int) -> complex:
        """Return a point of the stencil."""
        return self.z + step * STEP * self.z.imag

    def value(self, formula: sympy.Expr) -> complex:
        """Return the value of a formula in means over the weight and its fields.

        Raises
        ------
        DomainError
            If it has none, or is a matrix.
        """
        with np.errstate(all="ignore"):
            found = np.asarray(self._worked(formula, 0))
        if found.ndim or not np.isfinite(found):
            raise DomainError(f"{formula} has no value for {self}")
        return complex(found)

    def _worked(self, expr: Any, step: int) -> Any:
        if isinstance(expr, PointDerivative):
            differences = (w * self._worked(expr.args[0], k) for k, w in STENCIL.items())
            return sum(differences) / (STEP * self.z.imag)
        if isinstance(expr, LogDeterminant):
            return np.log(np.linalg.det(self._matrix(self._worked(expr.args[0], step))))
        if isinstance(expr, Expectation):
            return self._mean(expr.args[0], step)
        values = self._values(step)
        if expr in values:
            return values[expr]
        if expr.is_Add:
            parts = [self._worked(part, step) for part in expr.args]
            return sum(map(self._matrix, parts)) if any(map(np.ndim, parts)) else sum(parts)
        if expr.is_Mul:
            return reduce(np.multiply, [self._worked(part, step) for part in expr.args])
        if expr.is_Pow and expr.exp.is_Integer:
            return self._worked(expr.base, step) ** int(expr.exp)
        if not expr.is_number:
            raise DomainError(f"{expr} has no value for {self}")
        return complex(expr)

    def _matrix(self, value: Any) -> Matrix:
        """Return a matrix; a number stands for a multiple of the identity."""
        k = self.weight.fields
        return np.asarray(value * np.eye(k) if np.ndim(value) == 0 else value, dtype=complex)

    def _values(self, step: int) -> dict[sympy.Expr, complex]:
        return {
            symbols.gamma: complex(RATIO),
            symbols.s: self.transforms[step],
            symbols.z: self.point(step),
        }

    def _mean(self, inside: sympy.Expr, step: int) -> Any:
        """Return the mean of a function of the weight that is linear in w w^T."""
        fields, weights, masses = self.sampled
        plain, linear = _kernels(inside)
        arguments = (weights, *self._values(step).values())
        base, square = (np.sum(masses * plain(*arguments)), masses * linear(*arguments))
        if not inside.has(FieldSquare):
            return base
        found = base * np.eye(len(fields)) + (square * fields) @ fields.T
        return found[0, 0] if len(fields) == 1 else found


@cache
def _kernels(inside: sympy.Expr) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the part without w w^T and the factor of it, as functions of arrays."""
    square = sympy.Dummy("square")
    plain = inside.xreplace({FieldSquare(): square})
    names = (symbols.weight, symbols.gamma, symbols.s, symbols.z)
    parts = (plain.subs(square, 0), sympy.diff(plain, square))
    if any(part.free_symbols - {*names} for part in parts):
        raise DomainError(f"E[{inside}] is given; accepted are functions linear in w w^T")
    first, second = (sympy.lambdify(names, part, modules="numpy") for part in parts)
    return first, second


@cache
def _line() -> tuple[Array, Array]:
    nodes, masses = hermegauss(NODES)
    return nodes, masses / masses.sum()


@cache
def _halves(count: int) -> tuple[Array, Array]:
    """Return a rule for functions that are smooth on either side of 0."""
    x, w = leggauss(count)
    nodes, masses = REACH * (x + 1) / 2, w * REACH / 2
    masses = masses * np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)
    return np.concatenate([-nodes, nodes]), np.concatenate([masses, masses])


@cache
def several_fields() -> tuple[Block, ...]:
    """Return a block of each kind whose bias does not vanish."""
    p, pair = SoftmaxOfGaussians(3), SoftmaxOfGaussians(2)
    readout = [[1, -1], [RATIO, 1], [-1, 0]]
    gates = indicator[1] * indicator[2]
    return (
        Block("linear, diagonal, C=3", _weight(p[1] * (1 - p[1])), 0.05 + 0.3j, noise=2),
        Block("linear, off-diagonal, C=2", _weight(-pair[1] * pair[2]), -0.1 + 0.3j),
        Block("hidden, squared error, off-diagonal", _weight(gates), 0.3 + 0.6j, noise=9),
        Block(
            "hidden, softmax weight of class 1 of 3",
            _weight(p[1] * (1 - p[1]), readout),
            0.05 + 0.4j,
            noise=3,
        ),
    )


@cache
def one_field() -> tuple[Block, ...]:
    """Return two weights of one field."""
    wave = sympy.tanh(logit[1])
    return (
        Block("tanh(u)^2", _weight(wave**2), 0.3 + 0.6j),
        Block("1 - tanh(u)^2", _weight(1 - wave**2), 0.5 + 0.5j),
    )


def _weight(expression: sympy.Expr, readout: Any = None) -> LocalWeight:
    return local_weight(WeightedGram(1 / symbols.N, expression), readout)


def asks_for_bias(statement: Statement) -> bool:
    """Whether a statement is the limit of N times a difference that the blocks are drawn from."""
    if not _is_proportional(statement) or not statement.asked.has(ResolventTrace):
        return False
    return _is_tested(statement.asked, (symbols.N,))


def asks_for_vanishing(statement: Statement) -> bool:
    """Whether a statement is the limit of the modulus of such a difference itself."""
    if not _is_proportional(statement) or not isinstance(statement.asked, sympy.Abs):
        return False
    return _is_tested(statement.asked.args[0], (1, -1))


def blocks_of(statement: LimitOf) -> tuple[Block, ...]:
    """Return the blocks at which the statement is evaluated."""
    (matrix,) = statement.asked.atoms(DependentCovariance)
    return one_field() if matrix.fields == 1 else several_fields()


def _is_proportional(statement: Statement) -> TypeGuard[LimitOf]:
    return isinstance(statement, LimitOf) and statement.along == PROPORTIONAL


def _is_tested(expr: sympy.Expr, factors: tuple[Any, ...]) -> bool:
    """Whether it is such a multiple of the difference, for a class that the blocks belong to.

    They are bounded weights of one or of several fields, whose number is fixed, of standard data.
    """
    found = difference_of(expr)
    few = (DependentCovariance(symbols.d, symbols.N, k) for k in (symbols.C, 1))
    return found is not None and found[0] in factors and found[1] in few

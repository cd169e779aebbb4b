"""A network and a sample at which two weighted Gram matrices differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, permutations, product
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks.fields import Fields, unit_sums
from rmtcheck.symbolic.blocks.vanishing import written_out
from rmtcheck.vocabulary.activations import ARGUMENT
from rmtcheck.vocabulary.grams import (
    Combination,
    HiddenOutput,
    UnitVector,
    Vector,
    WeightedGram,
)
from rmtcheck.vocabulary.quantities import SoftmaxComponent
from rmtcheck.vocabulary.samples import (
    LABEL,
    HiddenWeight,
    Indicator,
    Logit,
    OutputWeight,
    Preactivation,
    Target,
)
from rmtcheck.vocabulary.symbols import m

_MANY, _SHOWN = 40, 6
_VARIANTS = 4
_ASSIGNMENTS = 3
_DIGITS = 50
_THRESHOLD = sympy.Rational(1, 10**30)
_SIZES = tuple(map(sympy.Integer, (5, 3, 7, 11, 13, 17)))
_NUMBERS = tuple(sympy.Rational(a, b) for a, b in ((1, 3), (3, 4), (2, 5), (1, 2), (5, 7), (4, 9)))
Assignment = dict[sympy.Symbol, sympy.Expr]


@dataclass(frozen=True)
class Point:
    """A network and a sample, with a value for every symbol of a formula.

    Parameters
    ----------
    classes, units : int
        Numbers of classes and of hidden units; the last unit is named by no formula.
    symbols : dict
        Values of indices, sizes and parameters.
    variant : int
        Which of the values of the fields.
    is_logit_given : bool
        Whether logits have rational values; else the softmax has, at one temperature.
    temperature : positive number
        That temperature. The softmax at every other one follows from the same logits.
    """

    classes: int
    units: int
    symbols: Assignment
    variant: int
    is_logit_given: bool
    temperature: sympy.Expr = sympy.S.One

    def weight(self, of_class: int, unit: int) -> sympy.Expr:
        """Return an output weight."""
        return sympy.Integer((2 * of_class + 3 * unit + of_class * unit + self.variant) % 6 - 2)

    def preactivation(self, unit: int) -> sympy.Expr:
        """Return a preactivation; the first variant opens all gates."""
        is_open = self.variant == 0 or unit == self.units or (unit + self.variant) % 2 == 0
        size = sympy.Rational(unit + 1 + self.variant, 2)
        return size if is_open else -size

    def logit(self, of_class: int) -> sympy.Expr:
        """Return a logit."""
        size = (of_class * of_class + 2 * of_class + self.variant) % 4 - 1
        return size + sympy.Rational(of_class, 97)

    def target(self, of_class: int) -> sympy.Expr:
        """Return a target."""
        return sympy.Rational(of_class + self.variant, of_class + 3) + sympy.Rational(of_class, 89)

    def share(self, of_class: int, temperature: sympy.Expr) -> sympy.Expr:
        """Return a softmax component, of the same logits for all temperatures."""
        powers = [self.power(k, temperature) for k in range(1, self.classes + 1)]
        return powers[of_class - 1] / sympy.Add(*powers)

    def power(self, of_class: int, temperature: sympy.Expr) -> sympy.Expr:
        r"""Return :math:`e^{u_c/\tau}`, a whole number at the temperature of the point."""
        if self.is_logit_given:
            return sympy.exp(self.logit(of_class) / temperature)
        part = sympy.Integer((of_class - 1 + self.variant) % self.classes + 1)
        return part ** (self.temperature / temperature)

    def value(self, node: sympy.Expr) -> sympy.Expr:
        """Return the value of a field of the sample or network with integer indices."""
        indices = self.places(node)
        if isinstance(node, SoftmaxComponent):
            return self.share(indices[0], node.temperature)
        if isinstance(node, Indicator):
            return sympy.Integer(bool(self.preactivation(*indices) > 0))
        kinds: dict[type, Any] = {
            OutputWeight: self.weight,
            Preactivation: self.preactivation,
            Logit: self.logit,
            Target: self.target,
        }
        return kinds[type(node)](*indices)

    def places(self, node: sympy.Expr) -> list[int]:
        """Return the indices of a field.

        Raises
        ------
        DomainError
            If one is not from 1 to the number of classes or units.
        """
        is_of_unit = isinstance(node, Indicator | Preactivation)
        sizes = [self.units if is_of_unit else self.classes, self.units]
        indices = node.args[: 2 if isinstance(node, OutputWeight) else 1]
        for index, size in zip(indices, sizes, strict=False):
            if not (index.is_Integer and 1 <= index <= size):
                raise DomainError(f"{node} has the index {index}; accepted are 1 to {size}")
        return [int(index) for index in indices]

    def at(self, expr: sympy.Expr) -> sympy.Expr:
        """Return the value of a weight, as it is stated."""
        explicit = written_out(expr.xreplace(self.symbols))
        return explicit.xreplace({node: self.value(node) for node in explicit.atoms(*FIELDS)})

    def coordinates(self, vector: Vector) -> list[sympy.Expr]:
        """Return a vector; inputs are the number 1."""
        if isinstance(vector, Combination):
            parts = [(self.at(c), self.coordinates(each)) for c, each in vector.terms]
            return [
                sympy.Add(*(c * x for c, x in zip(*_split(parts, k), strict=True)))
                for k in range(len(parts[0][1]))
            ]
        units = range(1, self.units + 1)
        if isinstance(vector, UnitVector):
            place = int(vector.index.xreplace(self.symbols))
            return [sympy.Integer(unit == place) for unit in units]
        if isinstance(vector, HiddenOutput):
            f = vector.activation.expression
            return [f.xreplace({ARGUMENT: self.preactivation(unit)}) for unit in units]
        return [sympy.S.One]

    def matrix(self, gram: WeightedGram) -> list[list[sympy.Expr]]:
        """Return the contribution of one such sample to a weighted Gram matrix."""
        weight = self.at(gram.scale * gram.weight)
        left, right = self.coordinates(gram.left), self.coordinates(gram.right)
        return [[weight * x * y for y in right] for x in left]


FIELDS = (SoftmaxComponent, Logit, Target, Indicator, OutputWeight, Preactivation)


def witness_of(left: WeightedGram, right: WeightedGram, fields: Fields) -> str | None:
    """Return a point at which the matrices differ with both values, None if none is found."""
    for point in _points(left, right, fields):
        try:
            place = _difference(point.matrix(left), point.matrix(right))
        except DomainError:
            continue  # a shifted index has left its range, so this is no point of the formula
        if place is not None:
            values = " against ".join(_shown(value) for value in place[1])
            return f"{_told(point, left, right)}: {place[0]}{values}"
    return None


def _split(parts: list[Any], k: int) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
    return [c for c, _ in parts], [x[k] for _, x in parts]


def _difference(
    first: list[list[sympy.Expr]], second: list[list[sympy.Expr]]
) -> tuple[str, tuple[sympy.Expr, sympy.Expr]] | None:
    """Return the first entry where two matrices differ for certain."""
    rows, columns = len(first), len(first[0])
    for a, b in product(range(rows), range(columns)):
        pair = first[a][b], second[a][b]
        if _is_nonzero(pair[0] - pair[1]):
            return (f"entry ({a + 1}, {b + 1}) " if rows * columns > 1 else "", pair)
    return None


def _is_nonzero(value: sympy.Expr) -> bool:
    if value.is_Rational:
        return bool(value != 0)
    number = value.evalf(_DIGITS, maxn=10 * _DIGITS)
    return bool(number.is_number and number.is_finite and abs(number) > _THRESHOLD)


def _points(left: WeightedGram, right: WeightedGram, fields: Fields) -> Iterator[Point]:
    """Yield networks with their samples, from small ones on."""
    every = sympy.Tuple(left, right)
    if every.has(HiddenWeight) or not _sums_are_over_classes(every, fields):
        return
    if unit_sums(every) and every.has(Logit, SoftmaxComponent):
        return  # the sum may be a logit spelled out, which is then not free
    is_given = every.has(Logit)
    for classes, variant in product(_counts(every, fields), range(_VARIANTS)):
        named = max([int(k) for k in fields.of_unit if k.is_Integer], default=0)
        many = len(fields.symbols(fields.of_unit))
        spare = 2 if every.has(HiddenOutput) else 1
        units = max(named + many, classes if _mixes(every) else 0) + spare
        for indices in islice(_assignments(fields, classes, units - 1), _ASSIGNMENTS):
            for label in range(1, min(classes, _MANY) + 1) if every.has(LABEL) else (1,):
                fixed = {**indices, LABEL: sympy.Integer(label), m: sympy.Integer(units)}
                fixed |= {fields.classes: sympy.Integer(classes)}
                symbols = {**_others(every, fixed), **fixed}
                yield Point(classes, units, symbols, variant, is_given, _base(every, symbols))


def _base(every: sympy.Basic, symbols: Assignment) -> sympy.Expr:
    """Return the temperature at which softmax components are rational."""
    found = {p.temperature.xreplace(symbols) for p in every.atoms(SoftmaxComponent)}
    return found.pop() if len(found) == 1 else sympy.S.One


def _mixes(every: sympy.Basic) -> bool:
    """Return whether an index of a sum over classes is used as a unit."""
    bound = {at[0] for s in every.atoms(sympy.Sum) for at in s.limits}
    return any(node.args[1] in bound for node in every.atoms(OutputWeight))


def _sums_are_over_classes(every: sympy.Basic, fields: Fields) -> bool:
    """Return whether no sum runs up to another size than the number of classes."""
    ends = [limits[1:] for s in every.atoms(sympy.Sum) for limits in s.limits]
    allowed = {fields.classes, *fields.symbols(fields.of_class)}
    return all(end.free_symbols <= allowed for pair in ends for end in pair)


def _counts(every: sympy.Basic, fields: Fields) -> Iterator[int]:
    """Yield numbers of classes."""
    if fields.classes.is_Integer:
        is_short = fields.classes <= _MANY or not every.has(sympy.Sum, Logit)
        yield from (int(fields.classes),) if is_short else ()
        return
    named = [int(k) for k in fields.of_class if k.is_Integer]
    least = max([2, len(fields.symbols(fields.of_class)), *named])
    yield from range(least, least + 4)


def _assignments(fields: Fields, classes: int, units: int) -> Iterator[Assignment]:
    """Yield values of the indices, different ones for different symbols of one kind."""
    in_class, in_unit = (fields.symbols(kind) for kind in (fields.of_class, fields.of_unit))
    for row in permutations(range(1, classes + 1), len(in_class)):
        of_class = dict(zip(sorted(in_class, key=str), map(sympy.Integer, row), strict=True))
        free = [s for s in sorted(in_unit, key=str) if s not in of_class]
        shared = [of_class[s] for s in in_unit if s in of_class]
        values = [k for k in range(1, units + 1) if k not in shared]
        if len(set(shared)) < len(shared) or any(k > units for k in shared):
            continue
        for column in permutations(values, len(free)):
            yield {**of_class, **dict(zip(free, map(sympy.Integer, column), strict=True))}


def _others(every: sympy.Basic, fixed: Assignment) -> Assignment:
    """Return values of the parameters and sizes."""
    names = sorted(every.free_symbols - set(fixed), key=str)
    sizes, numbers = iter(_SIZES * 4), iter(_NUMBERS * 4)
    return {s: next(sizes) if s.is_integer else next(numbers) for s in names}


def _told(point: Point, left: WeightedGram, right: WeightedGram) -> str:
    """Return the values of everything that the two formulas name."""
    every = sympy.Tuple(left, right)
    names = sorted(every.free_symbols & set(point.symbols), key=str)
    parts = [f"{name} = {point.symbols[name]}" for name in names if name != ARGUMENT]
    classes, units = _shown_classes(point), range(1, point.units + 1)
    more = ", ..." if point.classes > len(classes) else ""
    if every.has(SoftmaxComponent):
        node = min(every.atoms(SoftmaxComponent), key=str)
        shares = (_shown(point.share(c, node.temperature.xreplace(point.symbols))) for c in classes)
        parts.append(f"p = ({', '.join(shares)}{more})")
    rows = {
        Logit: ("u", point.logit, classes),
        Target: ("Y", point.target, classes),
        Indicator: ("gates", lambda k: int(bool(point.preactivation(k) > 0)), units),
        Preactivation: ("a", point.preactivation, units),
        HiddenOutput: ("a", point.preactivation, units),
    }
    told = {
        f"{name} = ({', '.join(str(value(k)) for k in over)}{more * (over == classes)})": None
        for node, (name, value, over) in rows.items()
        if every.has(node)
    }
    return ", ".join([*parts, *told, *_weights_told(point, every)])


def _weights_told(point: Point, every: sympy.Basic) -> list[str]:
    """Return the output weights that the formulas name, row by row."""
    if not every.has(OutputWeight):
        return []
    columns = range(1, point.units)
    rows = (
        f"({', '.join(str(point.weight(c, k)) for k in columns)})" for c in _shown_classes(point)
    )
    return [f"V = ({', '.join(rows)})"]


def _shown_classes(point: Point) -> range:
    return range(1, min(point.classes, _SHOWN) + 1)


def _shown(value: sympy.Expr) -> str:
    return str(value) if value.is_Rational else str(sympy.N(value, 10))

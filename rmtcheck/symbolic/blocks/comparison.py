r"""Equality of two weighted Gram matrices for all sizes, data and parameters.

**Yes** by a normal form: weights times coefficients are multiplied out for every pair of vectors,
with :math:`\sum_cp_c=1`, :math:`\mathbf 1_k^2=\mathbf 1_k` and contracted deltas; what is left is
tested as a rational function of its atoms, sums body by body. Every rule is an identity for all
numbers of classes and units, so a difference that reduces to 0 is a proof.

Conditions are compared off their kinks, but ties of equal indices count: in a sum over c,
:math:`\mathbf 1(u_c\ge u_i)` is 1 at c = i and :math:`\mathbf 1(u_c>u_i)` is 0.

**No** by a witness (`witnesses`), a network and a sample with different matrices. Otherwise the
answer is unknown.

Lemma (what a witness may choose freely): let a network have a unit that no formula names, with
:math:`\sigma\ne0` there. Then the weights of the named units, the preactivations and all logits
take any values independently of each other, hence so do :math:`v_{ck}`, the gates, and the softmax
as a point of the open simplex. In the linear model with :math:`x\ne0` all logits take any values.
So two weights rational in these fields that agree for all networks agree as rational functions
modulo :math:`\sum_cp_c=1`, and a rational point where they differ is a witness.
"""

from __future__ import annotations

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks.activations import pieces_of
from rmtcheck.symbolic.blocks.fields import Fields, fields_of
from rmtcheck.symbolic.blocks.gates import gated, oriented
from rmtcheck.symbolic.blocks.softmax import recognize
from rmtcheck.symbolic.blocks.sums import normal
from rmtcheck.symbolic.blocks.vanishing import vanishes
from rmtcheck.symbolic.blocks.witnesses import witness_of
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.vocabulary.grams import (
    INPUT,
    ONE,
    BlockGram,
    Combination,
    HiddenOutput,
    UnitVector,
    Vector,
    WeightedGram,
)

_LEMMA = (
    "equal normal forms: weights multiplied out for each pair of vectors, with sum p_c = 1,"
    " 1_k^2 = 1_k and contracted deltas"
)


_UNREAD = (sympy.Product, sympy.Integral, sympy.Derivative, sympy.Subs, sympy.Lambda)
Gram = WeightedGram | BlockGram


def same_gram(left: Gram, right: Gram) -> ZeroTest:
    r"""Decide whether two weighted Gram matrices are equal for all sizes, data and parameters.

    Parameters
    ----------
    left, right : WeightedGram, or two of BlockGram
        Different symbols for classes are different classes, and so for units; the blocks of a pair
        of layers are compared for different rows and for equal ones.

    Returns
    -------
    ZeroTest
        Yes by equal normal forms, no with a network and a sample where they differ, or unknown.

    Raises
    ------
    DomainError
        If the arguments are not two matrices of the same kind.

    Notes
    -----
    Accuracy: exact; witnesses with values that are not rational are computed with 50 digits.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import N
    >>> same_gram(WeightedGram(1 / N, 1), WeightedGram(1 / N, 2)).answer
    <Answer.NO: 'no'>
    """
    if isinstance(left, BlockGram) and isinstance(right, BlockGram):
        return _same_blocks(left, right)
    for name, gram in (("left", left), ("right", right)):
        if not isinstance(gram, WeightedGram):
            raise DomainError(f"{name} is {gram}; accepted are two of WeightedGram or BlockGram")
    shapes = [(_space(gram.left), _space(gram.right)) for gram in (left, right)]
    if "?" in shapes[0] + shapes[1]:
        return ZeroTest(Answer.UNKNOWN, "the space of a vector is not known")
    if shapes[0] != shapes[1]:
        first, second = (" x ".join(shape) for shape in shapes)
        return ZeroTest(Answer.NO, f"the left matrix is {first}, the right one is {second}")
    return _compared(left, right)


def _same_blocks(left: BlockGram, right: BlockGram) -> ZeroTest:
    """Compare the blocks of two different rows, then those of equal rows."""
    sizes = [(gram.rows, gram.columns) for gram in (left, right)]
    if sizes[0] != sizes[1]:
        first, second = (f"{rows} x {columns} blocks" for rows, columns in sizes)
        return ZeroTest(Answer.NO, f"the left matrix has {first}, the right one {second}")
    other = right.gram.xreplace({right.row: left.row, right.column: left.column})
    equal = {left.column: left.row}
    tests = [same_gram(left.gram.xreplace(equal), other.xreplace(equal))]
    if sizes[0] != (1, 1):
        tests.append(same_gram(left.gram, other))
    order = (Answer.NO, Answer.UNKNOWN, Answer.YES)
    return min(tests, key=lambda test: order.index(test.answer))


def _compared(left: WeightedGram, right: WeightedGram) -> ZeroTest:
    if any(gram.has(*_UNREAD) for gram in (left, right)):
        return ZeroTest(
            Answer.UNKNOWN, "only sums are read, and no product, integral or derivative"
        )
    fields = fields_of(left, right)
    if fields is None:
        return ZeroTest(Answer.UNKNOWN, "the numbers of classes of the two matrices differ")
    stray = fields.stray()
    if stray is not None:
        return ZeroTest(Answer.UNKNOWN, f"the index {stray} names no class or unit")
    if not all(map(fields.are_full, _weights(left, right, fields))):
        return ZeroTest(Answer.UNKNOWN, "a delta stands under a sum over a part of the classes")
    if _have_equal_forms(left, right, fields):
        return ZeroTest(Answer.YES, _LEMMA)
    witness = witness_of(left, right, fields)
    if witness is None:
        return ZeroTest(Answer.UNKNOWN, "neither equal normal forms nor a witness were found")
    return ZeroTest(Answer.NO, witness)


def _have_equal_forms(left: WeightedGram, right: WeightedGram, fields: Fields) -> bool:
    """Return whether the normal forms are equal; False if there is one that has no gates."""
    try:
        weights = [gated(weight) for weight in _weights(left, right, fields)]
    except DomainError:
        return False
    forms = (normal(oriented(recognize(weight))) for weight in weights)
    return all(vanishes(fields.apart(form), fields) for form in forms)


def _weights(left: WeightedGram, right: WeightedGram, fields: Fields) -> list[sympy.Expr]:
    """Return the coefficient of every pair of vectors in left - right, with full sums."""
    total: dict[tuple[sympy.Basic, sympy.Basic], sympy.Expr] = {}
    for sign, gram in ((1, left), (-1, right)):
        for first, left_vector in _terms(gram.left):
            for second, right_vector in _terms(gram.right):
                pair = left_vector, right_vector
                weight = sign * gram.scale * gram.weight * first * second
                total[pair] = total.get(pair, sympy.S.Zero) + weight
    return [fields.full(weight) for weight in total.values()]


def _terms(vector: Vector) -> list[tuple[sympy.Expr, sympy.Basic]]:
    """Return a vector as coefficients of vectors, equal ones written alike."""
    terms = vector.terms if isinstance(vector, Combination) else ((sympy.S.One, vector),)
    return [(coefficient, _canonical(each)) for coefficient, each in terms]


def _canonical(vector: Vector) -> sympy.Basic:
    """Return equal activations as equal objects, whatever way they are written in."""
    if not isinstance(vector, HiddenOutput):
        return vector
    pieces = [(sympy.expand(f), on.closure) for f, on in pieces_of(vector.activation) if on.measure]
    return sympy.Tuple(*sorted((sympy.Tuple(*p) for p in pieces), key=sympy.default_sort_key))


def _space(vector: Vector) -> str:
    """Return the letter of the dimension of a vector, "?" if it is not known."""
    if isinstance(vector, Combination):
        spaces = {_space(each) for _, each in vector.terms}
        return spaces.pop() if len(spaces) == 1 else "?"
    if isinstance(vector, HiddenOutput | UnitVector):
        return "m"
    return {INPUT: "d", ONE: "1"}.get(vector, "?")

"""Whether a mutant is one: a variant that is provably equal to the statement is no mutant."""

from __future__ import annotations

from functools import singledispatch

from rmtcheck.claims.blocks import BlockFormula, LeadingBlock
from rmtcheck.claims.statements import Identity, LimitOf, SpectralLimit, Statement, Value
from rmtcheck.errors import DomainError
from rmtcheck.symbolic.class_growth import compare_leading
from rmtcheck.symbolic.equality import Answer, ZeroTest, are_equal
from rmtcheck.symbolic.hessian import same_gram


def proof_of_equality(original: Statement, mutant: Statement) -> str | None:
    """Return why a mutant says the same as the original, or None if that is not proved."""
    try:
        test = _same(original, mutant)
    except DomainError:
        return None
    return test.witness if test is not None and test.answer == Answer.YES else None


@singledispatch
def _same(original: Statement, mutant: Statement) -> ZeroTest | None:
    return None


@_same.register
def _(original: LimitOf, mutant: LimitOf) -> ZeroTest | None:
    return are_equal(original.value, mutant.value)


@_same.register
def _(original: Value, mutant: Value) -> ZeroTest | None:
    return are_equal(original.value, mutant.value)


@_same.register
def _(original: Identity, mutant: Identity) -> ZeroTest | None:
    return are_equal(original.rhs, mutant.rhs)


@_same.register
def _(original: BlockFormula, mutant: BlockFormula) -> ZeroTest | None:
    return same_gram(original.gram, mutant.gram)


@_same.register
def _(original: LeadingBlock, mutant: LeadingBlock) -> ZeroTest | None:
    return compare_leading(original.gram, mutant.gram)


@_same.register
def _(original: SpectralLimit, mutant: SpectralLimit) -> ZeroTest | None:
    pairs = zip(original.law.args, mutant.law.args, strict=True)
    tests = [are_equal(left, right) for left, right in pairs if left != right]
    return tests[0] if len(tests) == 1 else None

"""True formulas attached to the wrong direction, shape or classes must not be confirmed."""

import pytest
import sympy

from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.montecarlo import MonteCarloChannel
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.claim import Source, claim
from rmtcheck.claims.hypotheses import distinct, positive
from rmtcheck.claims.statements import Bound, Identity, LimitOf, Order, Value
from rmtcheck.claims.verdict import Status, decide
from rmtcheck.errors import ClaimError
from rmtcheck.runner.collect import collect, proofs_folder
from rmtcheck.runner.examine import examine
from rmtcheck.runner.lint import lint
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import Along, E, SoftmaxOfGaussians, frobenius_squared
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, n

p = SoftmaxOfGaussians(C)


def made(printed, given=(), **more):
    return claim("toy.a", Source("toy", "p. 1"), title="t", printed=printed, given=given, **more)


def status(statement):
    channels = [SymbolicChannel(), CertifiedChannel(20), NumericChannel()]
    return decide(examine(made(statement, [positive(gamma)]), channels, lambda text: None)).status


def block_limit(along):
    (found,) = (c for c in collect(proofs_folder()) if c.id == "thm1.block_limit")
    printed = found.parts[0].printed
    return LimitOf(printed.quantity, printed.value, along)


def test_limit_along_another_size_is_not_confirmed():
    statement = LimitOf(E((C * p[i] - 1) ** 2), sympy.E - 1, Along(d))
    assert status(statement) != Status.CONFIRMED


def test_ratio_the_other_way_round_is_not_confirmed():
    assert status(block_limit(Along(N, d, ratio=gamma))) != Status.CONFIRMED


def test_points_are_not_the_whole_domain():
    product = sympy.prod(C - c for c in (2, 10, 100, 1000, 32_000, 128_000, 128_256))
    assert status(Value(E(p[i]) * product, 0, 1)) != Status.CONFIRMED


def ratio(classes, power=1):
    model = LinearModel(500, classes)
    off, diagonal = (HessianBlock(model, CROSS_ENTROPY, 1, k, samples=5000) for k in (2, 1))
    return (E(frobenius_squared(off)) / E(frobenius_squared(diagonal))) ** power


@pytest.mark.parametrize(
    "bound",
    [
        Bound(ratio(2, -1), "<", ratio(10, -1)),
        Bound(gamma * ratio(10), "<", ratio(2)),
    ],
)
def test_simulation_speaks_of_ratios_of_blocks_only(bound, tmp_path):
    options = {"seed": 0, "jobs": 1, "store": tmp_path / "s", "effort": 1, "total": 1e-6}
    with MonteCarloChannel(**options) as channel:
        assert channel.applies(Bound(ratio(10), "<", ratio(2)))
        assert not channel.applies(bound)


def test_classes_that_may_be_equal_are_refused():
    statement = Identity(E(p[i] * p[n]) / E(p[i] * (1 - p[i])), 1 / (C - 1))
    with pytest.raises(ClaimError, match="may be equal"):
        lint([made(statement, [distinct(i, j)])])


def test_derived_answer_to_another_question_is_refused():
    with pytest.raises(ClaimError, match="another question"):
        lint([made(Identity(E(p[i]), 2 / C), derived=Identity(7 * E(p[i]), 7 / C))])


def test_coefficient_that_vanishes_somewhere_proves_no_order():
    assert status(Order((gamma - 3) * C + 1, Along(C), sympy.Integer(1))) != Status.CONFIRMED
    assert status(Order((gamma + 3) * C + 1, Along(C), sympy.Integer(1))) == Status.CONFIRMED

"""Upper orders that need not be sharp."""

from sympy import Rational

from rmtcheck import Along, AtMost, Order
from rmtcheck.vocabulary.symbols import C

HALF = Rational(1, 2)


def test_variants_begin_a_full_power_lower():
    made = AtMost(1 / C, Along(C), exponent=-HALF)
    assert [mutant.exponent for _, mutant in made.mutants()] == [-3 * HALF, -2]
    assert all(isinstance(mutant, AtMost) for _, mutant in made.mutants())


def test_it_is_an_order_of_its_own():
    loose, sharp = (kind(1 / C, Along(C), -HALF, tight=False) for kind in (AtMost, Order))
    assert loose.hash != sharp.hash
    assert str(loose) == str(sharp) == "1/C = O(C**-1/2) as C -> oo"

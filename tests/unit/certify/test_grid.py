import pytest
from flint import acb, arb, ctx, fmpq

from rmtcheck.certify.grid import COMPLEMENT, Lattice, SmoothedPowers


def _by_integration(k, u, tau):
    def integrand(z, _):
        w = (u + tau * z).exp()
        core = 1 - (-w).exp() if k == COMPLEMENT else w**k * (-w).exp()
        return core * (-z * z / 2).exp()

    return acb.integral(integrand, -11, 11).real / (2 * arb.pi()).sqrt()


@pytest.mark.parametrize("k", [COMPLEMENT, 0, 1, 4])
@pytest.mark.parametrize("variance", [fmpq(1), fmpq(1, 4), fmpq(4)])
def test_tables_against_adaptive_integration(k, variance):
    with ctx.workprec(100):
        table = SmoothedPowers(Lattice(fmpq(1, 8), -40, 24), variance, 60).table(k)
        for index in (-40, -7, 0, 24):
            reference = _by_integration(k, arb(fmpq(index, 8)), arb(variance).sqrt())
            difference = abs(table[index + 40] - reference)
            assert difference < arb("1e-13") * reference + arb("1e-22")


def test_a_coarse_step_is_honest():
    with ctx.workprec(100):
        fine = SmoothedPowers(Lattice(fmpq(1, 16), -16, 16), fmpq(1), 60).table(2)
        coarse = SmoothedPowers(Lattice(fmpq(1), -1, 1), fmpq(1), 60).table(2)
        pairs = list(zip(fine[::16], coarse, strict=True))
        assert all(c.contains(f) for f, c in pairs)
        assert all(c.mid() != f.mid() for f, c in pairs)
        assert any(abs(c.mid() - f) > arb("1e-9") for f, c in pairs)  # the radius is needed


def test_the_complement_keeps_relative_accuracy_far_left():
    with ctx.workprec(120):
        table = SmoothedPowers(Lattice(fmpq(1, 8), -8000, -7990), fmpq(1), 80).table(COMPLEMENT)
        leading = (arb(-1000) + fmpq(1, 2)).exp()
        assert abs(table[0] / leading - 1) < arb("1e-20")


def test_complement_and_survival_add_up_to_one():
    with ctx.workprec(100):
        tables = SmoothedPowers(Lattice(fmpq(1, 8), -30, 30), fmpq(1), 60)
        sums = [a + b for a, b in zip(tables.table(0), tables.table(COMPLEMENT), strict=True)]
        assert all(s.contains(1) and s.rad() < arb("1e-12") for s in sums)

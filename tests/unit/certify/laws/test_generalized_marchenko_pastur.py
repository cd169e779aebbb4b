import random
from functools import lru_cache
from itertools import pairwise

import pytest
from flint import acb, arb, ctx, fmpq, fmpz
from mpmath.ctx_mp import MPContext

from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.laws import generalized_marchenko_pastur as module
from rmtcheck.certify.laws.generalized_marchenko_pastur import (
    EnclosedGeneralizedMarchenkoPastur,
    enclosed_marchenko_pastur,
)
from rmtcheck.errors import DomainError

Law = EnclosedGeneralizedMarchenkoPastur
HALVES = ["1/2", "1/2"]
THREE = Law([1, 3, 10], ["2/5", "2/5", "1/5"], "1/10")
SIGNED = Law([-1, 2], HALVES, "1/2")
WITH_ZERO = Law([0, 1, 4], ["1/2", "1/4", "1/4"], "1/2")
TOUCHING = Law([-1, 1], HALVES, 1)
ATOMIC = Law([1, 3], HALVES, 6)
LAWS = {
    "one": enclosed_marchenko_pastur("2/5"),
    "three": THREE,
    "split": Law([1, 3, 10], ["2/5", "2/5", "1/5"], 100),
    "signed": SIGNED,
    "hard": Law([1, 3], HALVES, 1),
    "hard and signed": Law([-1, 2], HALVES, 1),
    "zero": WITH_ZERO,
    "touching": TOUCHING,
    "atomic": ATOMIC,
    "negative": Law([-3, -1, 0], ["1/5", "1/2", "3/10"], "8/5"),
}

mp = MPContext()
mp.dps = 60


def rational(number):
    """Return an fmpq as an mpf."""
    return mp.mpf(int(number.p)) / int(number.q)


def as_arb(number):
    """Return an mpf as a ball of radius 1e-45, relative."""
    text = mp.nstr(number, 58)
    return arb(text) + arb(0, abs(arb(text)) * arb("1e-45"))


def as_acb(number):
    return acb(as_arb(number.real), as_arb(number.imag))


def product(factors):
    result = [mp.mpf(1)]
    for root in factors:
        result = [a - root * b for a, b in zip([*result, 0], [0, *result], strict=True)]
    return result


def dual_point(population, z):
    """Return the dual point of z from all roots of the polynomial, or None near an edge."""
    atoms = [rational(a) for a in population.atoms]
    gamma = rational(population.gamma)
    whole = product(atoms)
    poly = [gamma * a - z * b for a, b in zip([*whole, 0], [0, *whole], strict=True)]
    for k, w in enumerate(population.weights):
        rest = product(atoms[:k] + atoms[k + 1 :])
        for power, a in enumerate(rest):
            poly[power + 1] += rational(w) * atoms[k] * a
    roots = mp.polyroots(poly, maxsteps=500, extraprec=400)
    above = [u for u in roots if u.imag > mp.mpf(10) ** -25]
    if above:
        assert len(above) == 1
        return above[0]
    return next(
        mp.mpc(u.real)
        for u in roots
        if sum(rational(w * a**2) / abs(u - rational(a)) ** 2 for a, w in population) < gamma
    )


def random_law(rng):
    size = rng.randint(1, 6)
    low = rng.choice([-50, 1])
    atoms = [fmpq(rng.randint(low, 90), 7) for _ in range(size)]
    atoms[0] += fmpq(100, 7)
    masses = [fmpq(rng.randint(1, 20)) for _ in atoms]
    whole = sum(masses, fmpq(0))
    gamma = rng.choice([fmpq(1, 100), fmpq(1, 2), fmpq(1), fmpq(3), fmpq(100)])
    return Law(atoms, [m / whole for m in masses], gamma)


@pytest.mark.parametrize("seed", range(25))
def test_against_all_roots_of_the_polynomial(seed):
    rng = random.Random(seed)
    law = random_law(rng)
    edges = law.enclose_edges()
    low, high = edges[0].mid().fmpq(), edges[-1].mid().fmpq()
    for _ in range(5):
        x = low + (high - low) * fmpq(rng.randint(-200, 1200), 1000)
        y = fmpq(rng.choice([0, 0, 1]), rng.choice([1, 1000, 10**8]))
        u = dual_point(law.population, mp.mpc(rational(x), rational(y)))
        s = -1 / (rational(law.gamma) * u)
        with ctx.workprec(256):
            ball = law.enclose_stieltjes((x, y), 40)
            assert ball.overlaps(as_acb(s))
            assert not ball.overlaps(as_acb(s * (1 + mp.mpf(10) ** -36)))
            companion = law.enclose_companion_stieltjes((x, y), 40)
            z = mp.mpc(rational(x), rational(y))
            expected = (rational(law.gamma) - 1) / z + rational(law.gamma) * s
            assert abs(companion - as_acb(expected)) < arb("1e-30") * (1 + abs(companion))
            if y == 0:
                assert law.enclose_pdf(x, 40).overlaps(as_arb(s.imag / mp.pi))


@pytest.mark.parametrize("gamma", ["1/100", "1/4", "1", "3", "100"])
@pytest.mark.parametrize("variance", ["1", "7/3"])
def test_one_weight_is_marchenko_pastur(gamma, variance):
    law = enclosed_marchenko_pastur(gamma, variance)
    with ctx.workprec(256):
        ratio, size = arb(law.gamma), arb(law.population.atoms[0])
        low, high = size * (1 - ratio.sqrt()) ** 2, size * (1 + ratio.sqrt()) ** 2
        edges = law.enclose_edges(40)
        assert edges[0].overlaps(low)
        assert edges[1].overlaps(high)
        assert (edges[0] == 0) == (gamma == "1")
        for share in ("0.001", "0.3", "0.99"):
            x = (low + (high - low) * arb(share)).mid()
            density = ((high - x) * (x - low)).sqrt() / (2 * arb.pi() * ratio * size * x)
            assert law.enclose_pdf(x.fmpq(), 40).overlaps(density)
            assert not law.enclose_pdf(x.fmpq(), 40).overlaps(density * (1 + arb("1e-30")))


@pytest.mark.parametrize(
    ("gamma", "low", "high"),
    [
        ("1/10", "1.3176421632055", "7.6132892453819"),
        ("1/2", "0.18201001122114", "15.219305492261"),
    ],
)
def test_known_edges(gamma, low, high):
    edges = Law([1, 3, 10], ["2/5", "2/5", "1/5"], gamma).enclose_edges()
    assert abs(edges[0] - arb(low)) < arb("1e-13")
    assert abs(edges[-1] - arb(high)) < arb("1e-12")
    even = Law([1, 3, 10], [fmpq(1, 3)] * 3, gamma).enclose_edges()
    assert not abs(even[0] - arb(low)) < arb("1e-3")


def test_density_at_zero_of_a_signed_law():
    """There u = i sqrt(2), from u^2 + 2 = 0."""
    with ctx.workprec(200):
        assert SIGNED.enclose_pdf(0, 40).overlaps(arb(2).sqrt() / arb.pi())
        assert SIGNED.enclose_stieltjes((0, 0), 40).overlaps(acb(0, arb(2).sqrt()))


@pytest.mark.parametrize("name", LAWS)
def test_the_density_is_what_the_transform_tends_to(name):
    law = LAWS[name]
    edges = law.enclose_edges()
    middle = ((edges[0] + 2 * edges[1]) / 3).mid().fmpq()
    near = law.enclose_stieltjes((middle, fmpq(1, 10**25)))
    density = law.enclose_pdf(middle)
    assert density > 0
    assert abs(near.imag / arb.pi() - density) < arb("1e-15") * density


@pytest.mark.parametrize("name", LAWS)
def test_transforms_mirror_and_obey_their_equation(name):
    law = LAWS[name]
    for z in ((fmpq(1, 3), fmpq(1, 7)), (fmpq(-9), fmpq(0)), (fmpq(2), fmpq(1, 10**20))):
        s = law.enclose_stieltjes(z)
        assert is_accurate(s, 30)
        assert law.enclose_stieltjes((z[0], -z[1])).overlaps(s if z[1] == 0 else s.conjugate())
        with ctx.workprec(128):
            point = acb(arb(z[0]), arb(z[1]))
            mean = sum(w * arb(a) / (1 + arb(law.gamma * a) * s) for a, w in law.population)
            residual = s * (mean - point) - 1
            assert residual.contains(0)
            assert residual.rad() < arb("1e-20")


@pytest.mark.parametrize("name", LAWS)
def test_masses_of_the_intervals(name):
    """Beside the bulks the mass is rational; inside it is the integral of the density."""
    law = LAWS[name]
    edges = law.enclose_edges()
    before = (edges[0] - 1).mid().fmpq()
    with ctx.workprec(128):
        assert law.enclose_cdf(before).overlaps(arb(law.enclose_atom() if before > 0 else fmpq(0)))
    assert law.enclose_cdf((edges[-1] + 1).mid().fmpq()).overlaps(arb(1))
    a, b = ((edges[0] * k + edges[1] * (7 - k)).mid().fmpq() / 7 for k in (3, 2))
    gap = rational(b) - rational(a)

    @lru_cache
    def density(t):
        return mp.mpf(law.enclose_pdf(exactly(t), 30).str(30, radius=False))

    integral = mp.quad(density, [rational(a), rational(b)], maxdegree=6)
    jump = rational(law.enclose_atom()) if a < 0 <= b else 0
    with ctx.workprec(128):
        mass = mp.mpf((law.enclose_cdf(b) - law.enclose_cdf(a)).str(30, radius=False))
    assert gap > 0
    assert abs(mass - jump - integral) < gap * mp.mpf(10) ** -20


def exactly(number):
    """Return an mpf as an fmpq."""
    sign, mantissa, exponent, _ = number._mpf_
    value = fmpq((-1) ** sign * int(mantissa))
    return value * fmpq(2) ** int(exponent)


@pytest.mark.parametrize("name", LAWS)
def test_masses_increase_and_are_continuous_but_at_the_atom(name):
    law = LAWS[name]
    edges = law.enclose_edges()
    points = [(edges[0] + (edges[-1] - edges[0]) * k / 30).mid().fmpq() for k in range(1, 30)]
    masses = [law.enclose_cdf(x) for x in points]
    assert all(not later < earlier for earlier, later in pairwise(masses))
    tiny = fmpq(1, fmpz(10) ** 90)
    left, at, right = (law.enclose_cdf(x) for x in (-tiny, fmpq(0), tiny))
    assert abs(at - left - arb(law.enclose_atom())) < arb("1e-14")
    assert abs(right - at) < arb("1e-14")


def test_gaps_hold_rational_masses():
    law = LAWS["split"]
    edges = law.enclose_edges()
    assert len(edges) == 6
    gaps = [((edges[k] + edges[k + 1]) / 2).mid().fmpq() for k in (1, 3)]
    assert [law.enclose_pdf(x) for x in gaps] == [0, 0]
    assert law.enclose_atom() == fmpq(99, 100)
    with ctx.workprec(200):
        masses = [law.enclose_cdf(x, 40) for x in (fmpq(0), *gaps)]
        expected = [arb(fmpq(k, 1000)) for k in (990, 994, 998)]
        assert all(m.overlaps(e) for m, e in zip(masses, expected, strict=True))
        assert not masses[1].overlaps(masses[2])


@pytest.mark.parametrize("k", [3, 30, 150])
def test_next_to_an_edge(k):
    law = enclosed_marchenko_pastur("1/4")
    step = fmpq(1, fmpz(10) ** k)
    assert law.enclose_pdf("9/4") == 0
    assert law.enclose_pdf(fmpq(9, 4) + step) == 0
    density = law.enclose_pdf(fmpq(9, 4) - step)
    assert is_accurate(density, 30)
    with ctx.workprec(2000):
        x = arb(fmpq(9, 4) - step)
        assert density.overlaps(((arb("2.25") - x) * (x - arb("0.25"))).sqrt() * 2 / (arb.pi() * x))
    low = law.enclose_cdf(fmpq(1, 4) + step)
    assert is_accurate(low, 30)
    assert 0 < low < arb(10) ** (2 - 3 * k // 2)
    assert law.enclose_cdf(fmpq(1, 4) - step) == 0


def test_a_hard_edge():
    law = LAWS["hard"]
    assert law.enclose_edges()[0] == 0
    assert law.enclose_cdf(0) == 0
    assert law.enclose_pdf(fmpq(-1, 10**40)) == 0
    tiny = fmpq(1, 10**40)
    # Near 0: x = u^2 h with h = int dnu / (u - lambda), h(0) = -2/3.
    expected = (arb(fmpq(2, 3)) / arb(tiny)).sqrt() / arb.pi()
    assert abs(law.enclose_pdf(tiny) / expected - 1) < arb("1e-9")


def test_bulks_that_touch_at_zero():
    """One interval, density (sqrt(3) / 2 pi) |x|^(-1/3), symmetric."""
    assert len(TOUCHING.enclose_edges()) == 2
    tiny = fmpq(1, 10**30)
    left, right = TOUCHING.enclose_pdf(-tiny), TOUCHING.enclose_pdf(tiny)
    assert left.overlaps(right)
    assert abs(right / (arb(3).sqrt() / (2 * arb.pi()) * arb(10) ** 10) - 1) < arb("1e-9")
    assert TOUCHING.enclose_cdf(0).overlaps(arb(fmpq(1, 2)))


def test_a_tiny_bulk_beside_a_hard_edge():
    edges = LAWS["hard and signed"].enclose_edges()
    assert len(edges) == 4
    assert edges[1] == 0
    assert abs(edges[2] - arb("0.0083351099133104210551")) < arb("1e-15")


def test_weights_zero_act_by_their_mass():
    merged = Law([4, 0, 1, 0], ["1/4"] * 4, "1/2")
    z = (fmpq(1, 3), fmpq(1, 5))
    assert merged.enclose_stieltjes(z).overlaps(WITH_ZERO.enclose_stieltjes(z))
    assert WITH_ZERO.enclose_atom() == 0
    assert Law([0, 1], HALVES, 1).enclose_atom() == fmpq(1, 2)


def test_scale():
    """Weights t lambda give the law of t x."""
    small = Law([fmpq(1, 10**40), fmpq(3, 10**40)], HALVES, "1/2")
    large = Law([10**40, 3 * 10**40], HALVES, "1/2")
    factor = arb(10) ** 80
    for low, high in zip(small.enclose_edges(), large.enclose_edges(), strict=True):
        assert high.overlaps(low * factor)
    x = fmpq(3, 2)
    assert large.enclose_cdf(x * 10**40).overlaps(small.enclose_cdf(x / 10**40))
    assert small.enclose_cdf(x / 10**40) > arb("0.1")


def test_a_zero_of_the_companion_is_exact():
    assert ATOMIC.enclose_companion_stieltjes((10, 0)) == 0
    rounded = Law([3, 9], HALVES, 6)
    assert rounded.enclose_companion_stieltjes((30, 0)) == 0
    near = rounded.enclose_companion_stieltjes((30 + fmpq(1, 10**80), 0), 5)
    assert abs(near) > 0
    assert is_accurate(near, 5)


def test_beside_an_atom_the_continuous_part_has_density_0():
    assert ATOMIC.enclose_pdf(0) == 0
    assert ATOMIC.enclose_pdf(1) == 0
    assert ATOMIC.enclose_pdf(5) > 0


def test_a_ball_around_zero_decides_no_mass(monkeypatch):
    """Left and right of u = 0 the masses differ by the atom."""
    balls = [acb(arb(1, 2)), acb(arb(-2, 3))]
    exact = module.refined

    def rough_at_first(*args):
        return balls.pop() if balls else exact(*args)

    monkeypatch.setattr(module, "refined", rough_at_first)
    assert ATOMIC.enclose_cdf(1).overlaps(arb(fmpq(5, 6)))
    assert not balls


def test_moments_are_exact():
    assert [SIGNED.enclose_moment(k) for k in range(3)] == [1, fmpq(1, 2), fmpq(3, 2)]
    assert THREE.enclose_moment(2) - THREE.enclose_moment(1) ** 2 == fmpq(1, 10) * 24
    assert enclosed_marchenko_pastur(1).enclose_moment(100) == fmpq(
        fmpz.bin_uiui(200, 100), fmpz(101)
    )


def test_a_rational_dual_point_next_to_an_atom_keeps_its_side():
    """The weight 3 + 1e-60 lies above the dual point 3 of x, and its mass above x."""
    tiny = fmpq(1, fmpz(10) ** 200)
    far = 3 + fmpq(1, fmpz(10) ** 60)
    population = Law([1, far], [1 - tiny, tiny], "1/4").population
    assert population.mass_beside(fmpq(3)) == 1 - 4 * tiny


def test_digits_are_kept():
    law = Law([1, fmpq(5, 3)], HALVES, "1/3")
    rough, fine = law.enclose_pdf(1, 5), law.enclose_pdf(1, 300)
    assert is_accurate(fine, 300)
    assert rough.overlaps(fine)
    assert fine.rad() < rough.rad()


def test_a_thousand_weights():
    rng = random.Random(7)
    atoms = [fmpq(rng.getrandbits(53), 2**50) for _ in range(1000)]
    law = Law(atoms, [fmpq(1, 1000)] * 1000, "1/2")
    assert len(law.enclose_edges()) == 2
    x = law.enclose_moment(1)
    density, mass = law.enclose_pdf(x), law.enclose_cdf(x)
    assert is_accurate(density, 30)
    assert 0 < mass < 1
    step = fmpq(1, 10**12)
    slope = (law.enclose_cdf(x + step) - law.enclose_cdf(x - step)) / (2 * arb(step))
    assert abs(slope - density) < arb("1e-2") * density


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Law([1], [1], 0), "gamma = 0"),
        (lambda: Law([1, 2], ["1/2", "1/3"], 1), "sum 5/6"),
        (lambda: Law([0], [1], 1), "no weight but 0"),
        (lambda: enclosed_marchenko_pastur(1, 0), "variance = 0"),
        (lambda: enclosed_marchenko_pastur(1, "-3"), "variance = '-3'"),
        (lambda: THREE.enclose_stieltjes(1), "z = 1 "),
        (lambda: THREE.enclose_stieltjes((1, 0.1)), "imaginary part of z = 0.1"),
        (lambda: ATOMIC.enclose_stieltjes((0, 0)), "z = 0"),
        (lambda: LAWS["hard"].enclose_stieltjes((0, 0)), "z = 0"),
        (lambda: THREE.enclose_companion_stieltjes((0, 0)), "z = 0"),
        (lambda: LAWS["hard"].enclose_pdf(0), "x = 0"),
        (lambda: THREE.enclose_pdf(float("inf")), "x = inf"),
        (lambda: THREE.enclose_cdf("one"), "x = 'one'"),
        (lambda: THREE.enclose_pdf(1, digits=0), "digits = 0"),
        (lambda: THREE.enclose_edges(digits="many"), "digits = 'many'"),
        (lambda: THREE.enclose_moment(101), "order = 101"),
        (lambda: THREE.enclose_moment(-1), "order = -1"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(DomainError, match=words):
        call()

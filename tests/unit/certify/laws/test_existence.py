import pytest
from flint import acb, acb_poly, arb, ctx, fmpq

from rmtcheck.certify.laws.dual import DualMap
from rmtcheck.certify.laws.existence import dual_point_near, is_on_branch, root_near, square
from rmtcheck.certify.laws.population import ExactPopulation

# One weight 1 and gamma = 1/4: x(u) = u (1/4 + 1/(u - 1)).
SINGLE = ExactPopulation([1], [1], "1/4")
SIGNED = ExactPopulation([-1, 2], ["1/2", "1/2"], "1/2")


def solutions(x):
    """Return both solutions of x(u) = x for SINGLE: u^2 / 4 + (3/4 - x) u + x = 0."""
    half = (2 * x - fmpq(3, 2)) * acb(1)
    root = (half**2 - 4 * x).sqrt()
    return half + root, half - root


@pytest.fixture(autouse=True)
def bits():
    with ctx.workprec(128):
        yield


def test_the_solution_is_proved_and_enclosed():
    right, _ = solutions(fmpq(1))
    ball = dual_point_near(DualMap(SINGLE), acb(1), right + acb("1e-20"))
    assert ball.overlaps(right)
    assert ball.rad() < arb("1e-30")


def test_the_conjugate_is_a_solution_but_not_the_dual_point():
    _, wrong = solutions(fmpq(1))
    assert wrong.imag < 0
    assert root_near(DualMap(SINGLE), acb(1), wrong) is not None
    assert dual_point_near(DualMap(SINGLE), acb(1), wrong) is None


def test_of_two_real_solutions_one_is_the_dual_point():
    dual = DualMap(SINGLE)
    first, second = solutions(fmpq(4))
    assert root_near(dual, acb(4), first) is not None
    assert root_near(dual, acb(4), second) is not None
    assert dual_point_near(dual, acb(4), first) is not None
    assert dual_point_near(dual, acb(4), second) is None


def test_a_root_in_the_lower_half_plane_for_a_point_above_is_rejected():
    dual, z = DualMap(SIGNED), acb(0, 1)
    # The equation is cubic: one root above, two below.
    found = [dual_point_near(dual, z, start) for start in ROOTS]
    assert [ball is not None for ball in found] == [True, False, False]
    assert all(root_near(dual, z, start) is not None for start in ROOTS)


def cubic_roots():
    z = acb(0, 1)
    # x(u) = z times (u + 1)(u - 2).
    base = acb_poly([-2, -1, 1])
    poly = acb_poly([-z, arb("0.5")]) * base + acb_poly([0, 2, arb("0.5")])
    return sorted(poly.roots(), key=lambda r: r.imag < 0)


with ctx.workprec(128):
    ROOTS = cubic_roots()


@pytest.mark.parametrize("offset", [acb("0.4"), acb(0, "0.7"), acb(-3, 2)])
def test_a_ball_without_a_root_is_rejected(offset):
    right, _ = solutions(fmpq(1))
    assert root_near(DualMap(SINGLE), acb(1), right + offset) is None


def test_no_proof_at_an_atom_or_at_a_double_root():
    dual = DualMap(SINGLE)
    assert root_near(dual, acb(1), acb(1)) is None
    assert root_near(dual, acb("2.25"), acb(3)) is None
    assert root_near(dual, acb("2.25"), acb(3, "1e-12")) is None


class TooSteep(DualMap):
    """A planted error: the secant is off by a factor."""

    def secant(self, u, v):
        return 3 * super().secant(u, v)


class Blind(DualMap):
    """A planted error: nothing is ever crowded."""

    def crowding(self, u):
        return arb(0)


class Shifted(DualMap):
    """A planted error: the image is off by a little."""

    def image_and_slope(self, u):
        image, slope = super().image_and_slope(u)
        return image + arb("1e-25"), slope


def test_a_corrupted_operator_is_noticed():
    right, wrong = solutions(fmpq(1))
    guess = right + acb("1e-20")
    assert root_near(DualMap(SINGLE), acb(1), guess) is not None
    assert root_near(TooSteep(SINGLE), acb(1), guess) is None
    assert not root_near(Shifted(SINGLE), acb(1), guess).overlaps(right)
    assert is_on_branch(Blind(SINGLE), wrong)
    assert not is_on_branch(DualMap(SINGLE), wrong)


def test_next_to_the_axis_crowding_tells_the_branch():
    """A ball across the axis is right outside the support, and wrong where g > gamma."""
    dual = DualMap(SINGLE)
    first, second = solutions(fmpq(4))
    across = square(arb("1e-9"))
    assert is_on_branch(dual, first + across)
    assert not is_on_branch(dual, second + across)
    assert not is_on_branch(dual, acb(3) + across)
    near = dual_point_near(dual, acb(4, arb("1e-60")), first)
    assert near.imag > 0
    assert near.imag < arb("1e-58")


def test_squares_hold_their_corners():
    assert square(arb(2)).contains(acb(2, -2))
    assert not square(arb(2)).contains(acb("2.1"))

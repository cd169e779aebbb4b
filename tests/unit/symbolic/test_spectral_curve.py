"""The polynomial of a generalised Marchenko-Pastur law: branch, moments, edges."""

from fractions import Fraction

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.spectral_curve import SpectralCurve, spectral_curve
from rmtcheck.vocabulary import symbols

R = sympy.Rational
HALVES = [R(1, 2)] * 2
THIRDS = [R(1, 3)] * 3
gamma = symbols.gamma
POPULATIONS = {
    "one": ([1], [1]),
    "scaled": ([R(2, 3)], [1]),
    "three": ([1, 3, 10], THIRDS),
    "signed": ([-1, 2], HALVES),
    "with zeros": ([-3, 0, 2], [R(1, 4), R(1, 2), R(1, 4)]),
}
CASES = pytest.mark.parametrize(("atoms", "weights"), POPULATIONS.values(), ids=POPULATIONS)


def equation(atoms, weights, ratio, z, s):
    """The equation as it is printed, 0 at a solution."""
    return (
        s * (-z + sum(w * a / (1 + ratio * a * s) for a, w in zip(atoms, weights, strict=True))) - 1
    )


@CASES
def test_the_point_of_the_curve_solves_the_equation(atoms, weights):
    curve = spectral_curve(atoms, weights)
    assert sympy.simplify(equation(atoms, weights, gamma, curve.point(), curve.s)) == 0


@CASES
@pytest.mark.parametrize("ratio", [gamma, R(1, 2), R(7, 3)], ids=str)
def test_the_polynomial_is_primitive_and_irreducible(atoms, weights, ratio):
    curve = spectral_curve(atoms, weights, ratio)
    constant, factors = sympy.factor_list(curve.polynomial)
    assert abs(constant) == 1
    assert [power for _, power in factors] == [1]
    assert curve.polynomial.subs({curve.s: 0, gamma: 1}) > 0
    assert sympy.degree(curve.polynomial, curve.z) == 1
    acting = sum(1 for atom in atoms if atom)
    assert sympy.degree(curve.polynomial, curve.s) == acting + 1


@CASES
def test_free_cumulants_with_a_symbolic_ratio(atoms, weights):
    found = spectral_curve(atoms, weights).free_cumulants(5)
    for k, value in enumerate(found, start=1):
        moment = sum(w * R(a) ** k for a, w in zip(atoms, weights, strict=True))
        assert sympy.expand(value - gamma ** (k - 1) * moment) == 0


@CASES
def test_moments_follow_from_free_cumulants(atoms, weights):
    curve = spectral_curve(atoms, weights)
    a, b, c, d = curve.free_cumulants(4)
    wanted = [1, a, b + a**2, c + 3 * a * b + a**3, d + 4 * a * c + 2 * b**2 + 6 * a**2 * b + a**4]
    assert all(sympy.expand(m - w) == 0 for m, w in zip(curve.moments(4), wanted, strict=True))


def test_one_weight_is_marchenko_pastur():
    curve = spectral_curve([1], [1], R(1, 4))
    z, s = curve.z, curve.s
    assert sympy.expand(curve.polynomial - (s**2 * z + s * (4 * z - 3) + 4)) == 0
    assert curve.edges() == [R(1, 4), R(9, 4)]
    assert curve.discriminant().as_expr() == 16 * z**2 - 40 * z + 9


def test_moments_of_marchenko_pastur_are_narayana_numbers():
    found = spectral_curve([1], [1]).moments(4)
    wanted = [1, 1, 1 + gamma, 1 + 3 * gamma + gamma**2, 1 + 6 * gamma + 6 * gamma**2 + gamma**3]
    assert all(sympy.expand(m - w) == 0 for m, w in zip(found, wanted, strict=True))


@CASES
@pytest.mark.parametrize("ratio", [R(1, 10), R(3, 2)], ids=str)
def test_edges_are_roots_of_the_discriminant(atoms, weights, ratio):
    curve = spectral_curve(atoms, weights, ratio)
    roots = [complex(root) for root in curve.discriminant().nroots(n=30, maxsteps=200)]
    edges = [float(edge) for edge in curve.edges()]
    assert len(edges) >= 2
    assert len(edges) % 2 == 0
    assert edges == sorted(edges)
    for edge in edges:
        assert min(abs(root - edge) for root in roots) < 1e-12 * (1 + abs(edge))


@CASES
def test_edges_are_where_the_number_of_complex_roots_changes(atoms, weights):
    curve = spectral_curve(atoms, weights, R(3, 2))
    for edge in curve.edges():
        apart = R(1, 10**6)
        counts = [
            sum(1 for root in roots if abs(sympy.im(root)) > 1e-12)
            for roots in (
                sympy.Poly(
                    curve.polynomial.subs(curve.z, R(str(edge.evalf(30))) + step), curve.s
                ).nroots(n=40, maxsteps=300)
                for step in (-apart, apart)
            )
        ]
        assert sorted(counts) == [0, 2]


@pytest.mark.parametrize(
    ("atoms", "weights", "ratio", "count"),
    [
        ([1, 3, 10], THIRDS, R(1, 1000), 2),
        ([1, 3, 10], THIRDS, 1000, 6),
        ([-1, 2], HALVES, 1, 4),
        ([1, 3], HALVES, 1, 2),
    ],
)
def test_number_of_edges(atoms, weights, ratio, count):
    edges = spectral_curve(atoms, weights, ratio).edges()
    assert len(edges) == count
    assert (0 in edges) == (ratio == 1)


def test_symmetric_weights_touch_at_zero_without_an_edge():
    edges = spectral_curve([-1, 1], HALVES, 1).edges()
    assert len(edges) == 2
    assert 0 not in edges
    assert sympy.simplify(edges[0] + edges[1]) == 0


def test_a_factor_that_is_not_the_branch_is_divided_out():
    """At a ratio equal to the rank both coefficients stay coprime; equal weights are one factor."""
    merged = spectral_curve([2, 2, 5], [R(1, 4), R(1, 4), R(1, 2)], R(1, 3))
    plain = spectral_curve([2, 5], HALVES, R(1, 3))
    assert merged.polynomial == plain.polynomial
    assert spectral_curve([0, 2], HALVES).polynomial.subs(symbols.gamma, 1) == (
        spectral_curve([0, 2], HALVES, 1).polynomial
    )


def test_a_wrong_polynomial_has_other_cumulants_and_edges():
    """One sign changed in the curve of two weights."""
    curve = spectral_curve([-1, 2], HALVES, R(1, 2))
    z, s = curve.z, curve.s
    planted = SpectralCurve(sympy.expand(curve.polynomial + s**2), z, s)
    assert planted.free_cumulants(3) != curve.free_cumulants(3)
    assert planted.moments(3) != curve.moments(3)
    assert planted.edges() != curve.edges()
    assert planted.discriminant() != curve.discriminant()


def test_numbers_may_be_fractions():
    curve = spectral_curve([1, 3], [Fraction(1, 2)] * 2, Fraction(1, 2))
    assert curve.polynomial == spectral_curve([1, 3], HALVES, R(1, 2)).polynomial


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1, 2], [1]), "lengths 2 and 1"),
        (([1.0], [1]), "an atom is 1.0"),
        (([1], [1.0]), "a weight is 1.0"),
        (([1], [1], 0.5), "gamma is 0.5"),
        (([1], [1], 0), "gamma is 0"),
        (([1], [1], -1), "gamma is -1"),
        (([1], [1], None), "gamma is None"),
        (([True], [1]), "an atom is True"),
        ((["1"], [1]), "an atom is '1'"),
        (([sympy.sqrt(2)], [1]), "an atom is sqrt"),
        (([sympy.oo], [1]), "an atom is oo"),
        (([1, 2], [R(3, 2), R(-1, 2)]), "a weight is -1/2"),
        (([1, 2], [R(1, 2), R(1, 3)]), "sum to 5/6"),
        (([0], [1]), "0 weights other than 0"),
        (([], []), "sum to 0"),
        ((range(1, 14), [R(1, 13)] * 13), "13 weights other than 0"),
    ],
)
def test_bad_populations_are_named(arguments, words):
    with pytest.raises(DomainError, match=words):
        spectral_curve(*arguments)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (lambda curve: curve.edges(), "depends on .*gamma"),
        (lambda curve: curve.moments(-1), "order is -1"),
        (lambda curve: curve.moments(1.0), "order is 1.0"),
        (lambda curve: curve.moments(True), "order is True"),
        (lambda curve: curve.free_cumulants(0), "order is 0"),
    ],
)
def test_bad_questions_are_named(question, words):
    with pytest.raises(DomainError, match=words):
        question(spectral_curve([1], [1]))

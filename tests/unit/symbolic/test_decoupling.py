"""The decoupling argument, step by step: each check of a step rejects a planted error."""

import itertools
from fractions import Fraction
from math import erf, exp, pi, sqrt

import pytest
import sympy
from sympy import I, Rational

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic.decoupling import (
    compression,
    expansion,
    leave_one_out,
    means,
    orders,
    path,
    response,
    small_weights,
    stein,
)
from rmtcheck.symbolic.decoupling.jets import Jet
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.field import NotRational
from rmtcheck.vocabulary.decoupling import (
    BoundedWeights,
    CorrelatedData,
    DataCopy,
    DataMatrix,
    DecoupledCovariance,
    DependentCovariance,
    DifferentiableWeights,
    FieldSquare,
    InterpolatedCovariance,
    LogDeterminant,
    PathDerivative,
    PathIntegral,
    PathPoint,
    PointDerivative,
    RadialWeights,
    StandardNormal,
    SteinTerm,
    TestFunction,
    TestSlope,
)
from rmtcheck.vocabulary.ensembles import ResolventTrace
from rmtcheck.vocabulary.quantities import E
from rmtcheck.vocabulary.symbols import C, N, d, gamma, s, t, weight, z

W = FieldSquare()
SHARE = 1 / (1 + gamma * weight * s)


def matrices(weights=None):
    arguments = (d, N, C, weights or DifferentiableWeights())
    kinds = (DependentCovariance, DecoupledCovariance, InterpolatedCovariance)
    return [kind(*arguments) for kind in kinds]


def delta(weights=None):
    dependent, decoupled, _ = matrices(weights)
    return E(ResolventTrace(decoupled, z)) - E(ResolventTrace(dependent, z))


def integral(factor=1, weights=None):
    trace = ResolventTrace(matrices(weights)[2], z)
    return factor * PathIntegral(E(PathDerivative(trace)))


def stein_integral(factor):
    return PathIntegral(E(SteinTerm(matrices()[2], z)) * factor)


def test_the_path_starts_at_the_copy():
    assert path.end_point(PathPoint(0)).result == DataCopy()
    assert path.end_point(PathPoint(1)).result == DataMatrix()
    middle = path.end_point(PathPoint(Rational(1, 2))).result
    assert sympy.expand(middle - (DataMatrix() + DataCopy()) / sympy.sqrt(2)) == 0
    assert path.compare_points(DataCopy(), DataMatrix()).answer == Answer.NO


def test_the_fundamental_theorem_has_the_sign_of_the_ends():
    assert path.fundamental_theorem(delta()).result == integral(-1)
    assert path.compare_calculus(delta(), integral(-1)).answer == Answer.YES
    wrong = path.compare_calculus(delta(), integral())
    assert wrong.answer == Answer.NO
    assert "2*C/(d*z**2) on the left and -2*C/(d*z**2)" in wrong.witness


def test_weights_with_jumps_have_no_such_integral():
    weights = BoundedWeights()
    test = path.compare_calculus(delta(weights), integral(-1, weights))
    assert test.answer == Answer.NO
    assert "1(u_1^2 > 1)" in test.witness


@pytest.mark.parametrize("lhs", [z, delta() + 1, delta() ** 2, E(ResolventTrace(matrices()[0], z))])
def test_other_left_sides_are_refused(lhs):
    with pytest.raises(DomainError, match="accepted is"):
        path.fundamental_theorem(lhs)


def test_the_stein_term_integrates_to_the_difference():
    right = 1 / (2 * sympy.sqrt(t) * d)
    assert path.compare_calculus(delta(), stein_integral(right)).answer == Answer.YES
    for factor in (-right, 2 * right, right * sympy.sqrt(t), right * d, right / sympy.sqrt(t)):
        assert path.compare_calculus(delta(), stein_integral(factor)).answer == Answer.NO


def test_mean_traces_by_pairings():
    """C E[(v.x)^2 |x|^2/d] = C (1 + 2/d), and C where the two factors are independent."""
    dependent, decoupled, between = matrices()
    assert sympy.expand(small_weights.mean_trace(dependent) - C * (1 + 2 / d)) == 0
    assert small_weights.mean_trace(decoupled) == C
    assert sympy.expand(small_weights.mean_trace(between) - C * (1 + 2 * t / d)) == 0


def test_gradient_of_the_form_against_plain_derivatives():
    """a.D(x.G^2.x) for W = w x x^T + diag(m), d = 2, N = 1, at an exact point."""
    x = sympy.Matrix(sympy.symbols("x_1 x_2"))
    a, w, point = sympy.Matrix([2, -1]), Rational(1, 3), Rational(1, 2) + I
    G = (w * x * x.T + sympy.diag(1, -2) - point * sympy.eye(2)).inv()
    form = (x.T * G * G * x)[0, 0]
    here = {x[0]: Rational(3, 2), x[1]: -1}
    plain = sum(a[k] * sympy.diff(form, x[k]) for k in (0, 1)).subs(here)
    powers = [(vector.T * G**k * x)[0, 0].subs(here) for vector in (x, a) for k in (1, 2)]
    names = sympy.symbols("Q_1 Q_2 P_1 P_2")
    derived = stein.gradient_of_form(w, sympy.Integer(1)).subs(
        dict(zip(names, powers, strict=True))
    )
    assert sympy.simplify(plain - derived) == 0


@pytest.mark.parametrize("place", range(3))
def test_the_check_of_one_sample_rejects_a_wrong_gradient(place):
    gradient = stein.gradient_of_form(weight, sympy.Integer(1))
    stein._check_one_sample(gradient)
    term = sympy.Add.make_args(gradient)[place]
    for wrong in (gradient - term, gradient - 2 * term):
        with pytest.raises(RmtcheckError, match="at order"):
            stein._check_one_sample(wrong)


def test_stein_identity_and_its_falsifications():
    Z = StandardNormal(1)
    lhs, slope = E(Z * TestFunction(Z)), E(TestSlope(Z))
    assert stein.stein_identity(lhs).result == slope
    assert stein.compare_stein(lhs, slope).answer == Answer.YES
    same_law = E(StandardNormal(2) * TestFunction(StandardNormal(2)))
    assert stein.compare_stein(lhs - same_law, sympy.S.Zero).answer == Answer.YES
    for wrong in (2 * slope, -slope, slope**2, E(TestFunction(Z)), E(Z * TestSlope(Z))):
        test = stein.compare_stein(lhs, wrong)
        assert test.answer == Answer.NO
        assert test.witness.startswith("f(w) = w^")


def test_means_over_two_variables_have_no_value():
    Z, Y = StandardNormal(1), StandardNormal(2)
    joint = E(Z * TestFunction(Y))
    for right in (E(TestSlope(Y)), sympy.S.Zero, 2 * joint):
        assert stein.compare_stein(joint, right).answer == Answer.UNKNOWN
    assert stein.compare_stein(joint, joint).answer == Answer.YES


def test_stein_terms_of_other_data_are_refused():
    correlated = InterpolatedCovariance(d, N, C, DifferentiableWeights(), CorrelatedData())
    term = PathIntegral(E(SteinTerm(correlated, z)) / (2 * sympy.sqrt(t) * d))
    for ask in (path.normal_form, lambda right: path.compare_calculus(delta(), right)):
        with pytest.raises(DomainError, match="accepted are standard"):
            ask(term)
    with pytest.raises(DomainError, match="accepted are standard"):
        small_weights.mean_trace(correlated)


def test_means_of_test_functions_are_no_infinity():
    Z, Y = StandardNormal(1), StandardNormal(2)
    zero = E(Z * TestFunction(Z)) - E(TestSlope(Y)) + E(Y) + E(Y**4) - 3
    assert path.compare_calculus(delta(), integral(-1) + zero).answer == Answer.YES
    unknown = path.compare_calculus(delta(), integral(-1) + E(TestFunction(Z)))
    assert unknown.answer == Answer.UNKNOWN
    printed = E(Z * TestFunction(Z)) - E(Y * TestFunction(Y))
    test = path.compare_calculus(delta(), printed)
    assert test.answer == Answer.NO
    assert "on the left and 0 on the right" in test.witness


def test_parts_that_diverge_may_cancel():
    trace = ResolventTrace(matrices()[2], z)
    slope = E(PathDerivative(trace))
    cancelling = PathIntegral(slope / t - slope * sympy.sqrt(1 - t) / t)
    assert path.compare_calculus(delta(), cancelling).answer == Answer.UNKNOWN
    test = path.compare_calculus(delta(), PathIntegral(slope / t))
    assert test.answer == Answer.NO
    assert "diverges" in test.witness


def test_weights_with_jumps_refute_what_vanishes_with_the_slope_only():
    weights = BoundedWeights()
    left, slope = delta(weights), integral(1, weights)
    assert path.compare_calculus(left, 5 * slope).answer == Answer.NO
    assert path.compare_calculus(left, left + slope).answer == Answer.UNKNOWN
    assert path.compare_calculus(left, sympy.S.Zero).answer == Answer.NO


def test_integrals_of_0_are_0():
    without = InterpolatedCovariance(d, N, 0, DifferentiableWeights())
    term = PathIntegral(E(SteinTerm(without, z)) / (2 * sympy.sqrt(t) * d))
    ends = [
        E(ResolventTrace(kind(d, N, 0, DifferentiableWeights()), z))
        for kind in (DecoupledCovariance, DependentCovariance)
    ]
    assert path.compare_calculus(ends[0] - ends[1], term).answer == Answer.YES


def test_the_bound_on_exact_matrices():
    """|tr (M-z)^-1 - tr (M'-z)^-1| <= 1/Im z where one row is deleted."""
    point = Rational(1, 2) + I / 5
    for entries in itertools.product((-1, 0, 2), repeat=3):
        M = sympy.Matrix(3, 3, lambda i, j, e=entries: e[i] if i == j else e[(i + j) % 3])
        traces = [((m - point * sympy.eye(m.rows)).inv()).trace() for m in (M, M[1:, 1:])]
        assert abs(sympy.N(traces[0] - traces[1])) <= 5 + 1e-12


def test_the_bound_is_the_same_for_every_covariance():
    standard, correlated = (
        compression.compression(DependentCovariance(d, N, C, BoundedWeights(), data))
        for data in (None, CorrelatedData())
    )
    assert standard.result == correlated.result == 2 * C / (d * sympy.im(z))
    assert any("rank at most 2*C" in str(step) for step in correlated.steps)


def test_leaving_one_sample_out():
    assert leave_one_out.leave_one_out().result == 0
    assert leave_one_out._form_variance() == 2  # E x^4 - 1 for a diagonal matrix
    steps = leave_one_out.leave_one_out().steps
    assert [step.text.startswith("argued") for step in steps[-2:]] == [True, True]
    assert not any(step.checked for step in steps[-2:])


def bias_of_one_field():
    inside = 1 + s * E(weight * (W - 1) * SHARE)
    slope = 1 / s**2 - gamma * E(weight**2 * SHARE**2)
    return -E(weight * (W - 1) * SHARE**2) / (gamma * slope * inside)


def test_the_closed_bias_of_one_field_is_the_derivative_of_the_logarithm():
    derived = response.bias().result
    assert means.compare_means(derived, bias_of_one_field(), one_field=True).answer == Answer.YES


@pytest.mark.parametrize(
    "change",
    [
        lambda b: Rational(11, 10) * b,
        lambda b: b * gamma,
        lambda b: b.subs(gamma, 1 / gamma),
        lambda b: -b,
        lambda b: b + Rational(1, 10**6),
    ],
)
def test_a_wrong_bias_is_refuted_at_a_point(change):
    test = means.compare_means(response.bias().result, change(bias_of_one_field()), one_field=True)
    assert test.answer == Answer.NO
    assert "on the left" in test.witness


def test_the_determinant_is_not_the_trace():
    """For several fields log det is not the logarithm of the mean square of one of them."""
    inside = 1 + s * E(weight * (W - 1) * SHARE)
    derived = response.bias().result
    right = -PointDerivative(LogDeterminant(inside)) / gamma
    assert means.compare_means(derived, right, one_field=False).answer == Answer.YES
    without = -PointDerivative(LogDeterminant(inside + 1)) / gamma
    assert means.compare_means(derived, without, one_field=False).answer == Answer.NO


def test_a_weight_outside_a_mean_is_no_number():
    test = means.compare_means(response.response().result, weight * E(W), one_field=False)
    assert test.answer == Answer.NO
    assert "no number" in test.witness


def test_formulas_that_are_not_understood_stay_open():
    strange = E(sympy.sin(weight) * W)
    test = means.compare_means(response.response().result, strange, one_field=False)
    assert test.answer == Answer.UNKNOWN


def test_points_of_instances_are_transforms():
    """s and z in the upper half plane, or a real outlier where T(z) = z and s' > 0."""
    for instance in means.INSTANCES:
        assert list(instance.points())
        for point in instance.points():
            values = dict(point)
            assert sympy.im(values[s]) > 0
            assert sympy.im(values[z]) > 0
    (outlier,) = means.OUTLIERS
    for point in outlier.points():
        assert outlier.value(E(weight * W * SHARE) - z, point) == 0
        slope = outlier.value(1 / (1 / s**2 - gamma * E(weight**2 * SHARE**2)), point)
        assert slope > 0


def half_space(shift):
    """Return (P(A), E[u^2 - 1; A]) for A = {a < |u| < b} of probability 1/2, by bisection on a."""

    def probability(x):
        return erf(x / sqrt(2))

    def density(x):
        return exp(-x * x / 2) / sqrt(2 * pi)

    def end(a):
        low, high = a, 40.0
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if probability(middle) - probability(a) < 0.5 else (low, middle)
            )
        return low

    def excess(a):
        b = end(a)
        return 2 * (a * density(a) - b * density(b))

    low, high = 0.0, 0.6744897501960817
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if 2 * excess(middle) < shift else (low, middle)
    return 2 * excess(low)


@pytest.mark.parametrize("instance", [*means.INSTANCES[:2], *means.OUTLIERS], ids=str)
def test_instances_of_one_field_are_weight_functions(instance):
    """A set A of probability 1/2 with the stated E[u^2 - 1 | A] exists: 2 E[u^2 - 1; A] = shift."""
    (shift,) = map(float, instance.shifts)
    assert half_space(abs(shift)) == pytest.approx(abs(shift), abs=1e-9)
    assert half_space(0.9) < 0.87  # the search does not find what is impossible


def test_the_instance_of_two_fields_is_in_the_convex_range():
    """Between the half spaces |u_1| > |u_2| and |u|^2 > 2 log 2, by convexity of the range."""
    first, second = means.INSTANCES[2].shifts
    along = abs(first - second) / 2 / sympy.Rational(63, 100)  # 2/pi, rounded down
    across = abs(first + second) / 2 / sympy.Rational(69, 100)  # log 2, rounded down
    assert along + across < 1


def test_jets_are_derivatives():
    x = Jet(sympy.QQ_I(2, 1), sympy.QQ_I(1, 0))
    square = x.power(2).plus(x.power(-1))
    assert sympy.QQ_I.to_sympy(square.slope) == sympy.expand(
        2 * (2 + I) - 1 / (2 + I) ** 2, complex=True
    )
    with pytest.raises(NotRational):
        Jet.constant(sympy.pi)
    with pytest.raises(ZeroDivisionError):
        Jet.constant(sympy.S.Zero).power(-1)


def test_orders():
    found = orders.decay(DependentCovariance(d, N, C, RadialWeights())).result
    assert found.exponent == found.attained == -1
    compare = orders.compare_decay
    assert compare(found, sympy.Integer(-1), tight=True).answer == Answer.YES
    assert compare(found, -Rational(1, 2), tight=False).answer == Answer.YES
    for exponent in (-Rational(3, 2), sympy.Integer(-2)):
        assert compare(found, exponent, tight=False).answer == Answer.NO
    for exponent in (-Rational(1, 2), -Rational(3, 2), sympy.S.Zero):
        assert compare(found, exponent, tight=True).answer == Answer.NO


@pytest.mark.parametrize("weights", [BoundedWeights(), DifferentiableWeights(), RadialWeights()])
def test_the_witness_against_faster_decay_is_bounded(weights):
    """It is in every class; a quadratic weight is not, and says nothing on uniformity in N."""
    found = orders.decay(DependentCovariance(d, N, C, weights)).result
    test = orders.compare_decay(found, -Rational(3, 2), tight=False)
    assert test.answer == Answer.NO
    assert "|u|^2/(1 + |u|^2)" in test.witness
    assert "N^(-1)" in test.witness


def test_the_increasing_weight_is_correlated_with_the_norm():
    """By quadrature for C = 1: E[u^2 (u^2 - 1)/(1 + u^2)] = E[2 u^2/(1 + u^2)^2] > 0."""
    points = [k / 1000 for k in range(-8000, 8001)]
    density = [exp(-u * u / 2) / sqrt(2 * pi) / 1000 for u in points]
    terms = zip(points, density, strict=True)
    left = sum(p * u * u * (u * u - 1) / (1 + u * u) for u, p in terms)
    terms = zip(points, density, strict=True)
    right = sum(p * 2 * u * u / (1 + u * u) ** 2 for u, p in terms)
    assert left == pytest.approx(right, abs=1e-9)
    assert left > 0.1


@pytest.mark.parametrize(
    ("weights", "words"),
    [(BoundedWeights(), "1(u_1 > 0)"), (DifferentiableWeights(), "lambda = 1:")],
)
def test_some_weights_have_no_bias(weights, words):
    found = orders.decay(DependentCovariance(d, N, C, weights)).result
    test = orders.compare_decay(found, sympy.Integer(-1), tight=True)
    assert test.answer == Answer.NO
    assert words in test.witness


def test_exact_orders_of_other_data_stay_open():
    correlated = DependentCovariance(d, N, C, RadialWeights(), CorrelatedData())
    found = orders.decay(correlated).result
    compare = orders.compare_decay
    assert compare(found, sympy.Integer(-1), tight=True).answer == Answer.UNKNOWN
    assert compare(found, sympy.Integer(-1), tight=False).answer == Answer.YES


def test_without_fields_the_difference_is_0():
    found = orders.decay(DependentCovariance(d, N, 0)).result
    compare = orders.compare_decay
    assert compare(found, -sympy.oo, tight=True).answer == Answer.YES
    assert compare(found, sympy.Integer(-7), tight=False).answer == Answer.YES
    assert compare(found, sympy.Integer(-7), tight=True).answer == Answer.NO


@pytest.mark.parametrize("fields", [d, N, d / 2, C + d])
def test_growing_fields_have_no_order(fields):
    with pytest.raises(DomainError, match="without d and N"):
        orders.decay(DependentCovariance(d, N, fields))


@pytest.fixture
def afresh():
    """Derive anew, before and after."""
    caches = (response.response, response.bias, response.overlap)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize(
    ("module", "name", "wrong", "derive"),
    [
        (response, "ratio", lambda: 1 + 2 * s * E(weight * (W - 1) * SHARE), response.bias),
        (response, "ratio", lambda: 1 + s * E(weight * (W - 1) * SHARE**2), response.bias),
        (response, "complement", lambda: E(weight * W * SHARE**5) - 3 * z, response.response),
        (response, "complement", lambda: E(weight * W * SHARE**5) - z, response.response),
        (response, "complement", lambda: E(weight * W**2 * SHARE) - z, response.response),
        (
            response,
            "slope_of_transform",
            lambda: 1 / (1 / s**2 - 7 * gamma * E(weight**2 * SHARE**2)),
            response.overlap,
        ),
        (
            response,
            "slope_along_law",
            lambda expr, slope: -1 - 7 * gamma * slope * E(weight**2 * W * SHARE**2),
            response.overlap,
        ),
        (
            compression,
            "trace_bound",
            lambda matrix: matrix.fields / (100 * matrix.d * sympy.im(z)),
            lambda: compression.compression(DependentCovariance(d, N, C)),
        ),
        (
            compression,
            "row_bound",
            lambda: 1 / (200 * sympy.im(z)),
            lambda: compression.compression(DependentCovariance(d, N, C)),
        ),
        (leave_one_out, "_form_variance", lambda: sympy.Integer(-5), leave_one_out.leave_one_out),
        (leave_one_out, "_form_variance", lambda: N, leave_one_out.leave_one_out),
    ],
)
def test_a_wrong_formula_in_a_derivation_is_caught(monkeypatch, module, name, wrong, derive):
    derive()
    for cached in (response.response, response.bias, response.overlap):
        cached.cache_clear()
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises(RmtcheckError, match="does not check"):
        derive()


def test_expansions_against_exact_means():
    assert expansion.expanded(E(weight)).coeff(sympy.Symbol("epsilon")) == C
    bias = expansion.exact_bias()
    assert expansion.agree(bias, expansion.expanded(response.bias().result))
    assert not expansion.agree(bias, expansion.expanded(2 * response.bias().result))


def test_the_gate_has_no_bias_by_the_formula():
    """E[w^2 | lambda] = 1: with a shift of 0 the derived bias is 0 at every point."""
    gate = means.Instance((sympy.S.Zero, sympy.S.One), (sympy.S.Zero,), means.INSTANCES[0].places)
    values = [gate.value(response.bias().result, point) for point in gate.points()]
    assert values
    assert set(values) == {sympy.S.Zero}


def test_fractions_of_the_overlap():
    """At the outliers the overlap is 1/(1 - T') with T' from a finite difference of T."""
    (outlier,) = means.OUTLIERS
    derived = response.overlap().result
    for point in outlier.points():
        values = dict(point)
        ratio, transform = Fraction(str(values[gamma])), Fraction(str(values[s]))
        step = Fraction(1, 10**9)

        def at(x, g=ratio):
            mean, response_ = 1 / (1 + 2 * g * x), Fraction(7, 5) / (1 + 2 * g * x)
            return mean - 1 / x, response_

        (z0, T0), (z1, T1) = at(transform), at(transform + step)
        slope = (T1 - T0) / (z1 - z0)
        assert float(outlier.value(derived, point)) == pytest.approx(float(1 / (1 - slope)), 1e-6)

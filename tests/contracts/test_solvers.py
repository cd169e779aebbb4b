"""The solver contract, applied to every solver on a table of problems."""

import importlib
import pkgutil
import runpy
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from rmtcheck.errors import ConvergenceError, DomainError
from rmtcheck.spectral import solvers
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.solution import SolverResult
from rmtcheck.spectral.solvers import table
from rmtcheck.spectral.solvers.continuation import continuation
from rmtcheck.spectral.solvers.fixed_point import fixed_point
from rmtcheck.spectral.solvers.level_curve import level_curve
from rmtcheck.spectral.solvers.newton import descend, newton
from rmtcheck.spectral.solvers.polynomial import polynomial

CONTRACT = runpy.run_path(str(Path(__file__).with_name("solver_contract.py")))
CHECKS = {name: check for name, check in CONTRACT.items() if name.startswith("check_")}
SOLVERS = {
    "newton": descend,
    "level_curve": level_curve,
    "fixed_point": fixed_point,
    "polynomial": polynomial,
    "continuation": continuation,
}
LOGNORMAL = [float(np.exp(NormalDist().inv_cdf((k + 0.5) / 300))) for k in range(300)]
POPULATIONS = {
    "one": ([1.0], [1.0]),
    "three": ([1.0, 3.0, 10.0], [1 / 3, 1 / 3, 1 / 3]),
    "signed": ([-1.0, 2.0], [0.5, 0.5]),
    "with zeros": ([-3.0, 0.0, 2.0], [0.25, 0.5, 0.25]),
    "wide": ([1e-4, 1.0, 1e4], [0.5, 0.25, 0.25]),
    "equally spaced": ([float(a) for a in np.linspace(1, 10, 100)], [0.01] * 100),
    "lognormal": (LOGNORMAL, [1 / 300] * 300),
}
RATIOS = {
    "one": (1e-3, 0.25, 1.0, 1e3),
    "three": (1e-3, 0.1, 1.0, 1e3),
    "signed": (0.5, 1.0, 20.0),
    "with zeros": (0.2, 0.5, 3.0),
    "wide": (0.1, 5.0),
    "equally spaced": (1e-3, 1.0, 100.0),
    "lognormal": (1e-3, 0.5, 10.0),
}
TABLE = [(name, gamma) for name, ratios in RATIOS.items() for gamma in ratios]


@cache
def problem(name, gamma):
    """A problem; references of many weights are slow, so there are few points of them."""
    atoms, weights = POPULATIONS[name]
    return CONTRACT["problem"](atoms, weights, gamma, count=4 if len(atoms) > 12 else 12)


CASES = [
    pytest.param(solver, name, gamma, id=f"{label}-{name}-{gamma}")
    for label, solver in SOLVERS.items()
    for name, gamma in TABLE
    if label != "polynomial" or len(POPULATIONS[name][0]) <= 12
]


@pytest.mark.parametrize(("solver", "name", "gamma"), CASES)
@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_contract(solver, name, gamma, check):
    check(remembered(solver, name, gamma), problem(name, gamma))


@cache
def remembered(solver, name, gamma):
    """A solver for one equation that solves each set of points once; solvers are functions."""
    solutions = {}

    def solve(equation, z):
        assert equation is problem(name, gamma).equation
        key = z.tobytes()
        if key not in solutions:
            solutions[key] = solver(equation, z)
        return solutions[key]

    return solve


def test_every_solver_is_covered():
    modules = {module.name for module in pkgutil.iter_modules(solvers.__path__)}
    returning = {
        name
        for name in modules
        for member in vars(importlib.import_module(f"{solvers.__name__}.{name}")).values()
        if getattr(member, "__annotations__", {}).get("return") == "StieltjesSolution"
        and member.__module__.endswith(name)
        and member.__name__ in (name, "descend")
    }
    assert returning == set(SOLVERS)
    assert len(CHECKS) >= 9


def test_the_table_reaches_every_kind_of_point():
    for name, gamma in TABLE:
        case = problem(name, gamma)
        assert len(case.bulk) >= 4
        assert len(case.outside) >= 2
        assert all(case.reference[z].imag > 0 for z in [*case.bulk.tolist(), *case.above.tolist()])
        assert all(case.reference[z].imag == 0 for z in case.outside.tolist())


def rewritten(solution, **changes):
    """A solution that claims to be complete, whatever it holds."""
    solved = np.ones(len(solution.value), dtype=bool)
    return replace(solution, solved=solved, result=SolverResult.SUCCESS, **changes)


def with_value(equation, solution, value):
    return rewritten(solution, value=value, dual=-1 / (equation.aspect_ratio * value))


def conjugate(equation, z):
    solution = continuation(equation, z)
    return with_value(equation, solution, solution.value.conj())


def too_early(equation, z):
    return rewritten(fixed_point(equation, z, max_steps=4))


def too_hasty(equation, z):
    """Newton steps judged by the size of z and the spread, where the terms of x may be smaller."""
    start = 1.05 * continuation(equation, z).dual
    solution = newton(equation, z, start, max_steps=2)
    return replace(solution, solved=solution.residual <= 1e-11 * (abs(z) + equation.spread))


def far_field(equation, z):
    return with_value(equation, continuation(equation, z), -1 / (z + 0j))


def other_root(equation, z):
    """The real root of the wrong branch, called solved outside the support."""
    gamma, solution = equation.aspect_ratio, continuation(equation, z)
    matrix = np.linalg.eigvals(arrowheads(equation, z))
    wrong = -1 / (gamma * matrix[:, -1])
    return with_value(equation, solution, np.where(solution.solved, solution.value, wrong))


def arrowheads(equation, z):
    return importlib.import_module(polynomial.__module__).arrowhead(equation, z)


def blurred(equation, z):
    solution = continuation(equation, z)
    return with_value(equation, solution, solution.value * (1 + 1e-9))


def gives_up(equation, z):
    return replace(
        continuation(equation, z),
        solved=np.zeros(len(z), dtype=bool),
        result=SolverResult.STALLED,
    )


def optimist(equation, z):
    return replace(continuation(equation, z), result=SolverResult.SUCCESS)


def flatterer(equation, z):
    solution = continuation(equation, z)
    return replace(solution, residual=solution.residual + 1e-6)


def mislabelled(equation, z):
    solution = continuation(equation, z)
    return replace(solution, dual=solution.dual / 2)


PLANTED = {
    conjugate: ["check_solved_values_are_in_the_half_plane"],
    too_early: ["check_solved_values_agree_with_the_reference"],
    too_hasty: ["check_solved_values_agree_with_the_reference"],
    far_field: ["check_solved_values_agree_with_the_reference"],
    blurred: ["check_solved_values_agree_with_the_reference"],
    other_root: ["check_no_wrong_value_outside_the_support"],
    gives_up: [
        "check_points_above_the_line_are_solved",
        "check_points_inside_the_support_are_solved",
        "check_no_points_are_no_problem",
    ],
    optimist: ["check_result_says_whether_all_is_solved"],
    flatterer: ["check_residual_is_the_distance_in_z"],
    mislabelled: ["check_dual_point_belongs_to_the_value"],
}
CARRIERS = [("three", 1.0), ("signed", 20.0), ("wide", 5.0)]


def satisfy(check, solver):
    for name, gamma in CARRIERS:
        check(solver, problem(name, gamma))


@pytest.mark.parametrize(
    ("wrong", "check"), [(wrong, check) for wrong, checks in PLANTED.items() for check in checks]
)
def test_contract_notices_a_planted_error(wrong, check):
    with pytest.raises(AssertionError):
        satisfy(CHECKS[check], wrong)


def test_every_check_has_noticed_something():
    assert {check for checks in PLANTED.values() for check in checks} == set(CHECKS)


def test_contract_accepts_the_carrier_of_planted_errors():
    for check in CHECKS.values():
        satisfy(check, continuation)


@pytest.mark.parametrize("solver", [fixed_point, polynomial, continuation])
@pytest.mark.parametrize(
    ("bad", "shown"),
    [
        (np.array([1j, np.nan + 0j]), "nan"),
        (np.array([np.inf + 1j]), "inf"),
        (np.array([1 - 1e-9j]), "-1e-09"),
        (np.array([1e121 + 1j]), "1e[+]121"),
        (np.array([[1j]]), "shape"),
    ],
    ids=["nan", "inf", "below", "far", "table"],
)
def test_points_out_of_range_are_named(solver, bad, shown):
    with pytest.raises(DomainError, match=shown):
        solver(problem("one", 1.0).equation, bad)


def test_references_do_not_depend_on_the_precision():
    law = CONTRACT["PreciseGeneralizedMarchenkoPastur"]
    atoms, weights = [1, 3, 10], [Fraction(1, 3)] * 3
    low, high = (law(atoms, weights, 1, digits=digits) for digits in (20, 60))
    assert complex(low.stieltjes(2.5)) == complex(high.stieltjes(2.5))


def next_to_edges(name, gamma):
    """Points at relative distances of 1e-2 to 1e-12 inside both outer edges, exact values."""
    atoms, weights = POPULATIONS[name]
    law = CONTRACT["PreciseGeneralizedMarchenkoPastur"](atoms, weights, gamma, digits=20)
    support = np.array(law.support(), dtype=float)
    share = 10.0 ** -np.arange(2, 13, 2)
    ends = support[[0, -1], [0, 1]]
    inward = np.diff(support, axis=1)[[0, -1], 0] * [1, -1]
    x = (ends[:, None] + inward[:, None] * share).ravel()
    return x, np.array([complex(law.stieltjes(float(point))) for point in x])


@pytest.mark.parametrize("method", table.SOLVERS)
@pytest.mark.parametrize(("name", "gamma"), [("one", 1.0), ("three", 1.0), ("wide", 5.0)])
def test_a_method_by_name_is_right_or_raises(method, name, gamma):
    law = GeneralizedMarchenkoPastur(DiscreteMeasure(*POPULATIONS[name]), gamma)
    refused = 0
    for point, exact in zip(*next_to_edges(name, gamma), strict=True):
        value, refusal = value_or_refusal(law, point, method)
        refused += bool(refusal)
        allowed = 2 * CONTRACT["TOLERANCE"] * CONTRACT["condition"](law.equation, exact[None])
        assert f"z = {complex(point)}" in refusal or abs(value - exact) <= allowed * abs(exact)
    assert refused <= 6


def value_or_refusal(law, point, method):
    try:
        return law.stieltjes(point, method=method), ""
    except ConvergenceError as error:
        return np.inf, str(error)


def test_methods_are_named_and_agree():
    law = GeneralizedMarchenkoPastur(DiscreteMeasure([1.0, 3.0, 10.0], [1 / 3] * 3), 0.5)
    assert law.methods() == ("anchored newton", *table.SOLVERS)
    z = np.array([2.0, -1.0, 100.0, 3 + 1e-3j, 5 - 2j])
    for method in law.methods():
        np.testing.assert_allclose(law.stieltjes(z, method=method), law.stieltjes(z), rtol=1e-12)
        np.testing.assert_allclose(law.pdf(z.real, method=method), law.pdf(z.real), rtol=1e-12)
        np.testing.assert_allclose(
            law.companion_stieltjes(z, method=method), law.companion_stieltjes(z), rtol=1e-12
        )


@pytest.mark.parametrize("wrong", [conjugate, too_early, far_field], ids=lambda f: f.__name__)
def test_a_wrong_value_never_passes_under_a_name(monkeypatch, wrong):
    monkeypatch.setitem(table.SOLVERS, "newton", wrong)
    law = GeneralizedMarchenkoPastur(DiscreteMeasure([1.0, 3.0, 10.0], [1 / 3] * 3), 0.5)
    with pytest.raises(ConvergenceError, match=r"z = \(2\+0j\) by 'newton'"):
        law.stieltjes(2.0, method="newton")


def test_refusals_by_name():
    law = GeneralizedMarchenkoPastur(DiscreteMeasure(range(1, 14), [1 / 13] * 13), 0.5)
    with pytest.raises(DomainError, match=r"13 weights.*at most 12"):
        law.stieltjes(2.0, method="polynomial")
    with pytest.raises(DomainError, match=r"'bisection'.*'fixed point', 'polynomial'"):
        law.stieltjes(2.0, method="bisection")

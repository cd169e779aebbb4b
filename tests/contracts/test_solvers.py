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

from rmtcheck.errors import DomainError
from rmtcheck.spectral import solvers
from rmtcheck.spectral.solution import SolverResult
from rmtcheck.spectral.solvers.continuation import continuation
from rmtcheck.spectral.solvers.fixed_point import fixed_point
from rmtcheck.spectral.solvers.level_curve import level_curve
from rmtcheck.spectral.solvers.newton import descend
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
    return CONTRACT["problem"](*POPULATIONS[name], gamma)


CASES = [
    pytest.param(solver, name, gamma, id=f"{label}-{name}-{gamma}")
    for label, solver in SOLVERS.items()
    for name, gamma in TABLE
    if label != "polynomial" or len(POPULATIONS[name][0]) <= 12
]


@pytest.mark.parametrize(("solver", "name", "gamma"), CASES)
@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_contract(solver, name, gamma, check):
    check(solver, problem(name, gamma))


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
        assert len(case.bulk) >= 12
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


PLANTED = [conjugate, too_early, far_field, other_root, blurred, gives_up, optimist, flatterer]


def satisfy(solver):
    for check in CHECKS.values():
        check(solver, problem("three", 1.0))
        check(solver, problem("signed", 20.0))


@pytest.mark.parametrize("wrong", PLANTED, ids=lambda f: f.__name__)
def test_contract_notices_a_planted_error(wrong):
    with pytest.raises(AssertionError):
        satisfy(wrong)


def test_contract_accepts_the_carrier_of_planted_errors():
    satisfy(continuation)


@pytest.mark.parametrize("solver", [fixed_point, polynomial, continuation])
@pytest.mark.parametrize(
    ("bad", "shown"),
    [
        (np.array([1j, np.nan + 0j]), "nan"),
        (np.array([np.inf + 1j]), "inf"),
        (np.array([1 - 1e-9j]), "-1e-09"),
        (np.array([1e101 + 1j]), "1e[+]101"),
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

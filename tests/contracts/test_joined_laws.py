"""The contract of the facade's laws, applied to every one that is found."""

import importlib
import inspect
import pkgutil
import runpy
from fractions import Fraction
from pathlib import Path

import pytest

import rmtcheck
from rmtcheck import DiscreteMeasure, EmpiricalMeasure, GeneralizedMarchenkoPastur, laws
from rmtcheck.errors import DomainError
from rmtcheck.laws.enclosed import EnclosedLaw
from rmtcheck.laws.marchenko_pastur import MarchenkoPastur

CONTRACT = runpy.run_path(str(Path(__file__).with_name("joined_law_contract.py")))
CHECKS = {name: check for name, check in CONTRACT.items() if name.startswith("check_")}
THIRDS = [Fraction(1, 3)] * 3


def families():
    for module in pkgutil.iter_modules(laws.__path__, laws.__name__ + "."):
        for _, member in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(member, EnclosedLaw) and not inspect.isabstract(member):
                yield member


FAMILIES = sorted(set(families()), key=lambda family: family.__name__)
MEMBERS = [
    *(member for family in FAMILIES for member in family.typical()),
    GeneralizedMarchenkoPastur(DiscreteMeasure([1, 3, 10], THIRDS), 1000),
    GeneralizedMarchenkoPastur(DiscreteMeasure([-2, 0, 5], [0.25, 0.25, 0.5]), 2**-10),
]


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("law", MEMBERS, ids=repr)
def test_contract(law, check):
    check(law)


def test_the_facade_holds_every_family():
    assert {family.__name__ for family in FAMILIES} <= set(rmtcheck.__all__)
    assert all(getattr(rmtcheck, family.__name__) is family for family in FAMILIES)
    assert len(FAMILIES) >= 3
    assert len(CHECKS) >= 9


class Wrong(MarchenkoPastur):
    """A law in floats with one planted error next to right balls."""

    def stieltjes(self, z):
        return super().stieltjes(z) * (1 + 1e-12 if self.error == "transform" else 1)

    def pdf(self, x):
        return super().pdf(x) * (1 + 1e-12 if self.error == "density" else 1)

    def cdf(self, x):
        return super().cdf(x) - (1e-12 if self.error == "distribution" else 0)

    def edges(self):
        low, high = super().edges()
        return (low, high * (1 + 1e-12)) if self.error == "edges" else (low, high)

    def companion_stieltjes(self, z):
        return super().companion_stieltjes(z) * (1 + 1e-12 if self.error == "companion" else 1)

    def precise(self, digits=50):
        return super().precise(digits - 20 if self.error == "digits" else digits)

    def enclose_stieltjes(self, z, digits=30):
        return super().enclose_stieltjes(z, 3 if self.error == "width" else digits)


ERRORS = ["transform", "density", "distribution", "edges", "companion", "digits", "width"]


@pytest.mark.parametrize("error", ERRORS)
def test_contract_notices_a_planted_error(error):
    law = Wrong(0.3)
    object.__setattr__(law, "error", error)
    with pytest.raises(AssertionError):
        satisfy(law)


def test_contract_accepts_the_carrier_of_planted_errors():
    law = Wrong(0.3)
    object.__setattr__(law, "error", None)
    satisfy(law)


def satisfy(law):
    for check in CHECKS.values():
        check(law)


def test_the_curve_vanishes_on_the_transform():
    law = GeneralizedMarchenkoPastur(DiscreteMeasure([-1, 2, 7], THIRDS), Fraction(3, 10))
    curve = law.spectral_curve()
    s = law.precise(40).stieltjes(1 + 2j)
    value, other = (
        curve.polynomial.subs({curve.z: 1 + 2j, curve.s: at}).evalf(40) for at in (s, s.conjugate())
    )
    assert abs(value) < 1e-12
    assert abs(other) > 1e-3
    edges = [float(edge) for edge in curve.edges()]
    assert edges == pytest.approx(law.edges(), rel=1e-13)


BAD = [
    (lambda law: law.enclose_stieltjes("1"), "z is '1'"),
    (lambda law: law.enclose_stieltjes((1, 2, 3)), r"z is \(1, 2, 3\)"),
    (lambda law: law.enclose_stieltjes(complex("nan")), "z is .*nan"),
    (lambda law: law.enclose_stieltjes([[1j], [1j, 2j]]), "z is"),
    (lambda law: law.enclose_pdf(1j), "x is 1j"),
    (lambda law: law.enclose_cdf(None), "x is None"),
    (lambda law: law.enclose_edges(0), "digits = 0"),
    (lambda law: law.enclose_pdf(1, digits=2.5), "digits = 2.5"),
    (lambda law: law.precise(0), "digits is 0"),
]


@pytest.mark.parametrize(("call", "message"), BAD)
@pytest.mark.parametrize("law", [member.typical()[0] for member in FAMILIES], ids=repr)
def test_bad_input_is_named(law, call, message):
    with pytest.raises(DomainError, match=message):
        call(law)


def test_a_curve_of_many_weights_is_refused():
    law = GeneralizedMarchenkoPastur(EmpiricalMeasure(list(range(1, 15))), 0.5)
    with pytest.raises(DomainError, match="14 weights"):
        law.spectral_curve()

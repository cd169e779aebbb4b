"""The law contract, applied to every law that is found."""

import importlib
import inspect
import pkgutil
import runpy
from pathlib import Path

import pytest

from rmtcheck.errors import DomainError
from rmtcheck.spectral import laws
from rmtcheck.spectral.law import SpectralLaw
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur

CONTRACT = runpy.run_path(str(Path(__file__).with_name("law_contract.py")))
CHECKS = {name: check for name, check in CONTRACT.items() if name.startswith("check_")}


def families():
    for module in pkgutil.iter_modules(laws.__path__, laws.__name__ + "."):
        for _, member in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(member, SpectralLaw) and member.__module__ == module.name:
                yield member


FAMILIES = list(families())
MEMBERS = [member for family in FAMILIES for member in family.typical()]


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("law", MEMBERS, ids=repr)
def test_contract(law, check):
    check(law)


def test_discovery_finds_laws():
    assert len(FAMILIES) >= 3
    assert len(CHECKS) >= 15


class Wrong(MarchenkoPastur):
    """A law with one planted error."""

    def pdf(self, x):
        return super().pdf(x) * (1.001 if self.error == "mass" else 1)

    def stieltjes(self, z):
        return super().stieltjes(z) * (-1 if self.error == "sign" else 1)

    def moment(self, order):
        return super().moment(order) * (1.001 if self.error == "moment" and order == 3 else 1)

    def cdf(self, x):
        return super().cdf(x) * (0.999 if self.error == "cdf" else 1)

    def atoms(self):
        return () if self.error == "atom" else super().atoms()


def planted(error):
    law = Wrong(2.0)
    object.__setattr__(law, "error", error)
    return law


def satisfy(law):
    for check in CHECKS.values():
        check(law)


@pytest.mark.parametrize("error", ["mass", "sign", "moment", "cdf", "atom"])
def test_contract_notices_a_planted_error(error):
    with pytest.raises(AssertionError):
        satisfy(planted(error))


def test_contract_accepts_the_carrier_of_planted_errors():
    satisfy(planted(""))


@pytest.mark.parametrize("law", MEMBERS, ids=repr)
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_points_must_be_finite(law, bad):
    for method in (law.stieltjes, law.pdf, law.cdf, law.icdf):
        with pytest.raises(DomainError):
            method(bad)

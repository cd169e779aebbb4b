"""A small study that the tests of this folder share, and its parts."""

from fractions import Fraction

import pytest

from rmtcheck.decoupling.blocks import block_weight
from rmtcheck.decoupling.question import Question
from rmtcheck.decoupling.study import lindeberg

SMALL = {"sizes": (64, 96, 128), "draws": 600, "seed": 5}


@pytest.fixture(scope="session")
def study():
    return lindeberg(block_weight("linear.diagonal", 3), "1/2", 0.1 + 0.1j, **SMALL)


@pytest.fixture
def question():
    def made(weight=None, **changes):
        weight = weight or block_weight("linear.diagonal", 3)
        given = {"title": "w", "weight": weight, "gamma": Fraction(1, 2), "z": 0.1 + 0.1j}
        return Question(**{**given, **changes})

    return made

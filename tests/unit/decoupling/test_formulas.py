"""A user's formula is read, never executed."""

import math

import numpy as np
import pytest

from rmtcheck.decoupling.formulas import FUNCTIONS, own_weight
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.weights import field_function

U = np.array([[0.3, -1.2, 2.0], [-0.7, 0.4, 0.1]])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tanh(u1)^2", np.tanh(U[0]) ** 2),
        (" -u1 * (u2 - 2.5) / 3 ", -U[0] * (U[1] - 2.5) / 3),
        ("relu(u1) + step(u2)", np.maximum(U[0], 0) + (U[1] > 0)),
        ("exp(-u1**2/2) + sin(pi*u2)", np.exp(-(U[0] ** 2) / 2) + np.sin(math.pi * U[1])),
        ("sigmoid(u2)*abs(u1)", np.abs(U[0]) / (1 + np.exp(-U[1]))),
        ("sqrt(1 + u2^2)*cos(u1)", np.sqrt(1 + U[1] ** 2) * np.cos(U[0])),
        ("erf(u1) - atan(u2) + log(1+u2^2)", None),
        ("u2^2", U[1] ** 2),
        ("-u1^2", -(U[0] ** 2)),
    ],
)
def test_a_formula_means_what_it_says(text, value):
    weight = own_weight(text)
    assert weight.fields == (2 if "u2" in text else 1)
    values = field_function(weight).values(U[: weight.fields])
    if value is None:
        value = [math.erf(a) - math.atan(b) + math.log(1 + b * b) for a, b in U.T]
    assert np.allclose(values, value)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_known_to_the_engine(name):
    argument = "u1^2" if name in ("log", "sqrt") else "u1"
    assert np.isfinite(field_function(own_weight(f"{name}({argument})")).values(U[:1])).all()


EVIL = [
    "__import__('os').system('true')",
    "().__class__",
    "u1.real",
    "lambda: u1",
    "[u1 for u1 in (1,)]",
    "exec('1')*u1",
    "u1 if u1 else 2",
    "u1 := 3",
    "f'{u1}'",
    "u1; u2",
    "exp(u1, u1)",
    "exp(*u1)",
    "exp(x=u1)",
    "u1 @ u2",
    "u1 // u2",
    "u1 % 2",
    "u1 < 2",
    "True * u1",
    "2j * u1",
    "'a' * u1",
]


@pytest.mark.parametrize("text", EVIL)
def test_what_is_no_formula_is_refused_with_what_is_accepted(text):
    with pytest.raises(DomainError) as problem:
        own_weight(text)
    assert "accepted are numbers, fields u1 to u50" in str(problem.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no formula"),
        ("3", "no field"),
        ("u0", "u0 is not known"),
        ("u51", "u51 is not known"),
        ("9^9^9^9", "exponent"),
        ("((2^100)^100)^100*u1", "too large"),
        ("u1^u2", "exponent"),
        ("1e400*u1", "up to 100 digits"),
        ("u1/0", "finite"),
        ("log(0)*u1", "finite"),
        ("sqrt(-1)*u1", "finite"),
        ("step(u1+u2)", "one field"),
        ("(" * 300 + "u1" + ")" * 200, "characters"),
        ("u1+" * 300 + "u1", "characters"),
        ("u1 \x00", "no formula"),
        ("-" * 400 + "u1", ""),
    ],
)
def test_each_limit_has_its_sentence(text, said):
    if not said:
        assert own_weight(text).fields == 1
        return
    with pytest.raises(DomainError) as problem:
        own_weight(text)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)

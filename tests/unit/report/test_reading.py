import pytest

from rmtcheck.errors import DomainError
from rmtcheck.report.reading import discrete, evaluate, transform

HOSTILE = [
    "__import__('os').getcwd()",
    "().__class__",
    "d if d else d",
    "[d]",
    "'a'*d",
    "True",
    "unknown",
    "d @ d",
    "~d",
    "",
    "d d",
    "9**9**9**9",
    "1/0",
]


def test_arithmetic_is_read():
    assert evaluate("z**(-k - 1)*m_k/2", {"z": 2j, "k": 1, "m_k": 6.0}) == pytest.approx(-0.75)


@pytest.mark.parametrize("text", HOSTILE)
def test_anything_else_is_refused(text):
    with pytest.raises(DomainError, match=r"read|value"):
        evaluate(text, {"d": 2.0})


def test_measures_are_read():
    assert discrete("3/8 delta_1 + 5/8 delta_3") == ((0.375, 1.0), (0.625, 3.0))
    assert discrete("delta_n", n=7) == ((1.0, 7),)
    assert discrete("0") == ()


@pytest.mark.parametrize("text", ["lognormal", "delta_", "delta_n", "1/2 delta_0 + nu", ""])
def test_other_measures_are_refused(text):
    with pytest.raises(DomainError):
        discrete(text)


def test_the_transform_of_a_point_mass_is_its_kernel():
    assert transform(((0.5, 1.0), (0.5, -1.0)), 1j) == pytest.approx(0.5j)
    assert transform((), 1j) == 0

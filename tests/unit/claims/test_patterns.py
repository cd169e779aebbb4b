import pytest
import sympy

from rmtcheck import DirectLinks, Hessian, Pattern, ZeroGrid, weights
from rmtcheck.errors import DomainError

w, v = weights("w v")
HESSIAN = Hessian(w * v, (w, v))
STATEMENT = Pattern(HESSIAN, ZeroGrid("0*", "*?"))


def test_each_sign_that_is_said_is_flipped_once():
    mutants = dict(STATEMENT.mutants())
    assert list(mutants) == [
        "grid: [w, w] 0 -> *",
        "grid: [w, v] * -> 0",
        "grid: [v, w] * -> 0",
    ]
    assert mutants["grid: [w, v] * -> 0"].grid == ZeroGrid("00", "*?")
    assert all(m.question_hash == STATEMENT.question_hash for m in mutants.values())


def test_the_grid_is_no_part_of_the_question():
    assert STATEMENT.asked == HESSIAN
    assert ZeroGrid("0*", "*?") not in STATEMENT.question
    links = Pattern(DirectLinks(HESSIAN), STATEMENT.grid)
    assert links.question_hash != STATEMENT.question_hash


def test_words_and_formula():
    assert str(STATEMENT) == "Hessian of v*w in (w, v) has the pattern 0 * / * ?"
    assert r"\begin{pmatrix}0 & \ast" in STATEMENT.latex()
    assert STATEMENT.free_symbols == set()


@pytest.mark.parametrize(
    ("matrix", "grid", "words"),
    [
        (HESSIAN, ZeroGrid("0"), "the grid has 1 rows; accepted are 2"),
        (sympy.Symbol("H"), ZeroGrid("0"), "the matrix is H"),
    ],
)
def test_a_grid_must_fit(matrix, grid, words):
    with pytest.raises(DomainError, match=words):
        Pattern(matrix, grid)

from pathlib import Path

import pytest

from rmtcheck.errors import ClaimError, RmtcheckError
from rmtcheck.runner.collect import catalogue, collect, proofs_folder, select, unknown_claim

TEXT = '''"""Doc."""
from rmtcheck import Identity, Source, claim
from rmtcheck.vocabulary.symbols import gamma
claim("{id}", Source("a", "p. 1"), title="t", printed=Identity(gamma + gamma, 2 * gamma))
'''


def write(folder, name, id):
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(TEXT.format(id=id), encoding="utf-8")
    return file


def test_a_file_gives_its_claims(tmp_path):
    assert [c.id for c in collect(write(tmp_path, "a.py", "toy.a"))] == ["toy.a"]


def test_a_folder_gives_the_claims_of_all_files_in_their_order(tmp_path):
    for name, id in (("b.py", "toy.b"), ("a.py", "toy.a"), ("sub/c.py", "toy.c")):
        write(tmp_path, name, id)
    assert [c.id for c in collect(tmp_path)] == ["toy.a", "toy.b", "toy.c"]


@pytest.mark.parametrize("name", ["_helper.py", ".hidden.py", "notes.txt"])
def test_other_files_are_left_alone(tmp_path, name):
    write(tmp_path, "a.py", "toy.a")
    write(tmp_path, name, "toy.b")
    assert [c.id for c in collect(tmp_path)] == ["toy.a"]


def test_collecting_twice_gives_the_claims_twice(tmp_path):
    file = write(tmp_path, "a.py", "toy.a")
    assert collect(file) == collect(file)


def test_one_identifier_in_two_files_is_refused(tmp_path):
    write(tmp_path, "a.py", "toy.a")
    write(tmp_path, "b.py", "toy.a")
    with pytest.raises(ClaimError, match=r"toy\.a is declared twice"):
        collect(tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ClaimError, match=r"nothing\.py is neither a proofs file nor a folder"):
        collect(tmp_path / "nothing.py")


def test_a_file_that_is_no_python_is_refused(tmp_path):
    with pytest.raises(ClaimError, match=r"a\.txt is not a Python file"):
        collect(write(tmp_path, "a.txt", "toy.a"))


def test_the_deepest_line_of_the_file_is_named(tmp_path):
    (file := tmp_path / "a.py").write_text('"""Doc."""\ndef f():\n    return {}["x"]\n\nf()\n')
    with pytest.raises(ClaimError, match=r"a\.py, line 3: 'x'") as caught:
        collect(file)
    assert isinstance(caught.value.__cause__, KeyError)


def test_the_bundled_claims_are_rows_of_the_catalogue():
    stated = {c.id for c in collect(proofs_folder())}
    assert stated
    assert stated <= catalogue().keys()


@pytest.fixture(scope="module")
def bundled():
    return collect(Path(proofs_folder()))


def test_patterns_select_in_the_order_of_the_claims(bundled):
    chosen = select(bundled, ["rmt.*", "hess.*", "hess.linear.ce"])
    assert chosen == [c for c in bundled if c.family in ("rmt", "hess")]


def test_a_pattern_without_a_claim_is_refused_though_others_match(bundled):
    with pytest.raises(RmtcheckError, match=r"no claim matches 'x\.\*'"):
        select(bundled, ["rmt.*", "x.*"])


def test_unknown_and_unstated_claims_are_answered_differently(bundled):
    assert "no claim matches 'x.y'" in unknown_claim("x.y", bundled)
    assert "not yet stated" in unknown_claim("thm2.width", bundled)

"""The import rule and the size budget, read from the syntax trees."""

import ast
import statistics
import sys
from pathlib import Path

import pytest

import rmtcheck

PACKAGE = Path(rmtcheck.__file__).parent
ROOT = PACKAGE.parent
LEVEL = {
    "errors": 0,
    "certificates": 0,
    "replay": 0,
    "vocabulary": 0,
    "symbolic": 1,
    "spectral": 1,
    "certify": 1,
    "montecarlo": 1,
    "claims": 2,
    "laws": 2,
    "constants": 2,
    "decoupling": 2,
    "channels": 3,
    "runner": 4,
    "report": 5,
    "strategies": 5,
    "cli": 6,
    "cli_lindeberg": 6,
    "__main__": 7,
}
ENGINES = {"symbolic", "spectral", "certify", "montecarlo"}
MODULES = sorted(f for f in PACKAGE.rglob("*.py") if f.name != "__init__.py")


def room(file):
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def rooms_seen(file):
    names = imports(ast.parse(file.read_text()))
    return {n.split(".")[1] for n in names if n.startswith("rmtcheck.")}


def breaches(here, seen):
    """Yield every room that a room may not see."""
    for other in seen - {here}:
        engines = here in ENGINES and other in ENGINES
        across = {here, other} & ENGINES and "claims" in (here, other)
        if engines or across or LEVEL[other] > LEVEL[here]:
            yield f"{here} sees {other}"


@pytest.mark.parametrize("file", MODULES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_imports_run_downwards(file):
    assert list(breaches(room(file), rooms_seen(file))) == []


@pytest.mark.parametrize(
    ("here", "other"), [("symbolic", "certify"), ("claims", "montecarlo"), ("claims", "channels")]
)
def test_the_rule_can_fail(here, other):
    assert list(breaches(here, {other})) == [f"{here} sees {other}"]


def foreign(names):
    """Return the imports that the checker of certificates may not have."""
    own = {n for n in names if f"{n}.".startswith("rmtcheck.replay.")}
    return {n for n in names - own if n.split(".")[0] not in sys.stdlib_module_names}


def test_replay_needs_the_standard_library_only():
    for file in (PACKAGE / "replay").rglob("*.py"):
        assert foreign(set(imports(ast.parse(file.read_text())))) == set(), file
    assert foreign({"math", "rmtcheck.replay.text"}) == set()
    for name in ("rmtcheck", "rmtcheck.certify.exact", "rmtcheck.errors", "flint", ""):
        assert foreign({"math", name}) == {name}


def test_producer_and_checker_do_not_meet():
    for producer in ("certify", "certificates"):
        for file in (PACKAGE / producer).rglob("*.py"):
            assert "replay" not in rooms_seen(file), file


def test_replay_touches_no_float():
    for file in (PACKAGE / "replay").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text())))
        assert not any(isinstance(getattr(n, "value", None), float) for n in nodes), file
        assert not any(isinstance(n, ast.Name) and n.id == "float" for n in nodes), file


def test_claims_need_no_numpy():
    heavy = {"numpy", "scipy", "flint", "mpmath"}
    for file in (PACKAGE / "claims").glob("*.py"):
        assert heavy.isdisjoint(n.split(".")[0] for n in imports(ast.parse(file.read_text()))), file


def test_certify_touches_no_float():
    for file in (PACKAGE / "certify").rglob("*.py"):
        tree = ast.parse(file.read_text())
        assert "numpy" not in {n.split(".")[0] for n in imports(tree)}, file
        literals = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        assert not any(isinstance(v, float) for v in literals), file


def test_proofs_import_the_facade_only():
    for file in (ROOT / "proofs").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rmtcheck"):
                names = {a.name for a in node.names}
                allowed = node.module.startswith("rmtcheck.vocabulary")
                assert allowed or names <= set(rmtcheck.__all__), f"{file}: {names}"


def test_generators_are_made_in_one_place():
    makers = {"default_rng", "Generator", "RandomState", "PCG64", "Philox"}
    for file in MODULES:
        calls = [n.func for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call)]
        names = {getattr(f, "attr", getattr(f, "id", "")) for f in calls}
        assert file.name == "streams.py" or names.isdisjoint(makers), file


def test_facade_names_exist():
    for name in rmtcheck.__all__:
        assert getattr(rmtcheck, name) is not None


def lengths():
    for file in MODULES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                yield (body[-1].end_lineno - body[0].lineno + 1 if body else 0), file, node.name


def test_functions_are_small():
    found = sorted(lengths(), key=lambda row: row[0])
    sizes = [size for size, _, _ in found]
    assert statistics.median(sizes) <= 8
    assert sizes[int(0.9 * len(sizes))] < 30
    assert sizes[-1] <= 60, found[-1]


def test_modules_are_small():
    sizes = {f: len(f.read_text().splitlines()) for f in MODULES}
    assert max(sizes.values()) <= 400, max(sizes, key=sizes.get)


def test_proofs_are_short():
    for file in (ROOT / "proofs").rglob("*.py"):
        assert len(file.read_text().splitlines()) <= 150, file

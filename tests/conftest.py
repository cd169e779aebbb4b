"""Shared settings: hypothesis profiles, the nightly tests, the restoring of global precision."""

import os
from collections.abc import Iterator
from pathlib import Path

import flint
import hypothesis
import pytest

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.register_profile("nightly", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


NIGHTLY = Path(__file__).with_name("nightly.txt")
"""Tests that repeat, at length, what a shorter one shows; one identifier a line."""


def pytest_collection_modifyitems(config, items):
    """Keep the nightly tests for runs that ask for them, and refuse lines that name no test."""
    lines = {line for line in NIGHTLY.read_text().splitlines() if line and line[0] != "#"}
    found = {item.nodeid: item for item in items}
    long = [found.pop(name) for name in lines & found.keys()]
    for item in long:
        item.add_marker(pytest.mark.nightly)
    is_whole = config.args == config.getini("testpaths")
    if is_whole and (unknown := lines - {item.nodeid for item in items}):
        raise pytest.UsageError(f"{NIGHTLY.name} names no test: {', '.join(sorted(unknown))}")
    if not config.getoption("markexpr") and not config.getoption("nightly"):
        items[:] = found.values()
        config.hook.pytest_deselected(items=long)


def pytest_addoption(parser):
    """Offer the nightly tests."""
    parser.addoption("--nightly", action="store_true", help="the nightly tests as well")


@pytest.fixture(autouse=True)
def _same_precision_afterwards() -> Iterator[None]:
    before = flint.ctx.prec
    yield
    assert flint.ctx.prec == before, "a test or the code under test changed the global precision"

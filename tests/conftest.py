"""Shared settings: hypothesis profiles and the restoring of global precision."""

import os
from collections.abc import Iterator

import flint
import hypothesis
import pytest

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.register_profile("nightly", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def _same_precision_afterwards() -> Iterator[None]:
    before = flint.ctx.prec
    yield
    assert flint.ctx.prec == before, "a test or the code under test changed the global precision"

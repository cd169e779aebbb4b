import subprocess
import sys

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream


def test_equal_arguments_give_equal_bits():
    assert np.array_equal(stream(3, "a", 1).random(9), stream(3, "a", 1).random(9))


@pytest.mark.parametrize("other", [(4, "a", 1), (3, "b", 1), (3, "a", 2)])
def test_every_argument_matters(other):
    assert not np.array_equal(stream(3, "a", 1).random(9), stream(*other).random(9))


def test_streams_do_not_depend_on_the_process():
    code = "from rmtcheck.montecarlo.streams import stream; print(stream(3, 'a', 1).random().hex())"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == float(stream(3, "a", 1).random()).hex()


@pytest.mark.parametrize("arguments", [(-1, "a", 0), (0, "a", -1), (0.5, "a", 0), (True, "a", 0)])
def test_refuses_bad_arguments(arguments):
    with pytest.raises(DomainError, match="must be an integer"):
        stream(*arguments)

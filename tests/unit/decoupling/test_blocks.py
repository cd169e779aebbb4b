"""Weights by name: the same as derived by hand, and refusals that say what is accepted."""

import numpy as np
import pytest
import sympy

from rmtcheck.decoupling.blocks import BLOCKS, block_weight, draw_readout, read_readout
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.weights import field_function

U = np.array([[0.3, -1.2, 2.0], [-0.7, 0.4, 0.1], [1.1, 0.2, -0.5]])
V = sympy.ImmutableMatrix([[1, 2], [-1, sympy.Rational(1, 2)], [0, 3]])


def softmax(logits):
    powers = np.exp(logits)
    return powers / powers.sum(axis=0)


def by_hand(name):
    if name.startswith("linear"):
        p = softmax(U)
        return p[0] * (1 - p[0]) if name.endswith(".diagonal") else -p[0] * p[1]
    u, readout = U[:2], np.array(V.tolist(), dtype=float)
    a, b = readout[:, :1], readout[:, :1] if name.endswith(".diagonal") else readout[:, 1:]
    gates = (u[0] > 0) * ((u[0] if name.endswith(".diagonal") else u[1]) > 0)
    if ".mse." in name:
        return 2 * gates * float((a * b).sum())
    p = softmax(readout @ np.maximum(u, 0))
    return gates * ((a * b * p).sum(axis=0) - (a * p).sum(axis=0) * (b * p).sum(axis=0))


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_is_what_its_loss_gives(name):
    weight = block_weight(name, 3, V if name.startswith("hidden") else None)
    values = field_function(weight).values(U[: weight.fields])
    assert np.allclose(values, by_hand(name))


def test_the_blocks_are_different_functions():
    found = {tuple(by_hand(name)) for name in BLOCKS}
    assert len(found) == len(BLOCKS)


def test_a_readout_depends_on_the_seed_alone():
    assert draw_readout(3, 2, 1) == draw_readout(3, 2, 1)
    assert draw_readout(3, 2, 1) != draw_readout(3, 2, 2)
    assert draw_readout(4, 5, 0).shape == (4, 5)


def test_a_readout_has_the_variance_of_its_law():
    entries = np.array(draw_readout(200, 50, 7).tolist(), dtype=float)
    # 10 000 draws: five standard deviations of the variance are 0.07 of it
    assert abs(entries.var() * 50 - 1) < 0.07


def test_a_readout_is_read(tmp_path):
    (tmp_path / "V").write_text("# two units\n1, 2\n-1 0.5\n\n0\t3  # third\n", encoding="utf-8")
    assert read_readout(tmp_path / "V") == V


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "rows of lengths []"),
        ("1 2", "two or more rows"),
        ("1 2\n3", "[2, 1]"),
        ("1 x\n2 3", "'x'"),
        ("1 nan\n2 3", "'nan'"),
        ("1 1e9\n2 3", "'1e9'"),
        ("1 1/0\n2 3", "'1/0'"),
    ],
)
def test_a_file_that_is_no_readout_is_refused(tmp_path, text, said):
    (tmp_path / "V").write_text(text, encoding="utf-8")
    with pytest.raises(DomainError) as problem:
        read_readout(tmp_path / "V")
    assert said in str(problem.value)


def test_a_missing_or_binary_file_is_refused(tmp_path):
    (tmp_path / "V").write_bytes(b"\xff\xfe")
    for name in ("V", "nowhere"):
        with pytest.raises(DomainError, match="cannot be read"):
            read_readout(tmp_path / name)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: block_weight("linear.diag"), "linear.off_diagonal"),
        (lambda: block_weight("linear.diagonal", 1), "classes is 1"),
        (lambda: block_weight("linear.diagonal", 3, V), "has no readout"),
        (lambda: block_weight("hidden.ce.diagonal", 3), "needs a readout"),
        (lambda: block_weight("hidden.ce.off_diagonal", 3, V[:, :1]), "columns of the readout"),
        (lambda: draw_readout(3, 0, 0), "width is 0"),
        (lambda: draw_readout(True, 2, 0), "classes is True"),
        (lambda: draw_readout(3, 2, -1), "root = -1"),
    ],
)
def test_misuse_is_told(call, said):
    with pytest.raises(DomainError) as problem:
        call()
    assert said in str(problem.value)

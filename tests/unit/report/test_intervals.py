import pytest

from rmtcheck.report.canvas import canvas, style
from rmtcheck.report.intervals import _families, _relative


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_relative_axis_holds_every_interval_whole(records, end):
    configurations = records["block norms"]["configurations"]
    factor = {"low": 1 / 500, "high": 500.0}[end]
    norm = configurations[0]["ratio"]
    norm[end] = factor * norm["finite_size"]
    with style():
        _, axes = canvas(width=3, height=3)
        _relative(axes[0][0], _families(configurations), "ratio")
    low, high = axes[0][0].get_ylim()
    drawn = [value for line in axes[0][0].lines for value in line.get_ydata()]
    assert low <= factor <= high
    assert any(value == pytest.approx(factor) for value in drawn)


def test_families_are_sorted_by_their_ratio(records):
    configurations = records["block norms"]["configurations"]
    configurations[1] |= {"d": 1, "N": 10}
    assert [name for name, _ in _families(configurations)] == [
        "d = 1, N = 10 (γ = 0.1)",
        "d = 4, N = 8 (γ = 0.5)",
    ]

"""Moments of a softmax of 2 or 3 Gaussian logits, straight from the definition.

Two classes: a 1-D integral over the logit difference, N(0, 2 s^2). Three classes: a 2-D
integral over two logit differences in independent coordinates. Trapezoid rule in 40 digits;
the stated digits agree between a step and its half. Run from the root of the repository:
python tests/oracles/generators/softmax_moments_direct.py
"""

import json
from pathlib import Path

from mpmath import MPContext

mp = MPContext()
mp.dps = 40


def trapezoid(step, reach):
    count = int(reach / step)
    nodes = [step * k for k in range(-count, count + 1)]
    norm = step / mp.sqrt(2 * mp.pi)
    return [(z, norm * mp.exp(-z * z / 2)) for z in nodes]


def two(powers, scale, step):
    total = mp.zero
    for z, weight in trapezoid(step, 13):
        p = 1 / (1 + mp.exp(mp.sqrt(2) * scale * z))
        total += weight * p ** powers[0] * (1 - p) ** powers[1]
    return total


def three(powers, scale, step):
    total, rule = mp.zero, trapezoid(step, 13)
    for z, weight in rule:
        for y, other in rule:
            a = mp.exp(scale * mp.sqrt(2) * z)
            b = mp.exp(scale * (z / mp.sqrt(2) + mp.sqrt(mp.mpf(3) / 2) * y))
            total += weight * other * a ** powers[0] * b ** powers[1] / (1 + a + b) ** sum(powers)
    return total


def row(classes, powers, scale):
    rule, step = (two, mp.mpf(1) / 24) if classes == 2 else (three, mp.mpf(1) / 10)
    value, finer = rule(powers, scale, step), rule(powers, scale, step / 2)
    assert abs(value - finer) < mp.mpf(10) ** -18 * finer
    return {"classes": classes, "powers": powers, "scale": str(scale), "value": mp.nstr(finer, 18)}


def table():
    for scale in (mp.mpf("0.5"), mp.mpf(1), mp.mpf(2)):
        for powers in ([1, 1], [2, 0], [3, 1], [4, 2]):
            yield row(2, powers, scale)
    for powers in ([1, 1], [2, 1], [2, 2], [4, 0]):
        yield row(3, powers, mp.mpf(1))


if __name__ == "__main__":
    target = Path("tests/oracles/softmax_moments_direct.json")
    rows = list(table())
    record = {"how": __doc__.strip(), "rows": rows}
    target.write_text(json.dumps(record, indent=1) + "\n")

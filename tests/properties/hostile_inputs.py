"""Malformed and extreme input for measures and laws, and what may come of it.

An attempt may end in an answer that keeps the invariants of its question, or in a DomainError of
one sentence that names the argument: within its time, without a warning. Nothing else will do.
"""

import itertools
import random
import re
import signal
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.laws.semicircle import Semicircle
from rmtcheck.spectral.measures import DiscreteMeasure, EmpiricalMeasure

SECONDS = 3.0
LONGEST = 250
# Of a distribution function, whose values are rounded one by one: two may swap by twice this.
ROUNDING = 1e-15


class Unfriendly:
    """An object that fails whatever it is asked."""

    def __float__(self):
        raise ZeroDivisionError

    __int__ = __len__ = __iter__ = __bool__ = __repr__ = __float__

    def __eq__(self, other):
        raise ZeroDivisionError

    __hash__ = None


NUMBERS = [
    *[0, -0.0, 1, -1, 2.5, 0.5, 10**400, -(10**5000), Fraction(1, 10**400), Fraction(-1, 3)],
    *[5e-324, 1e-310, -1e-300, 1e-60, 1e-50, 1e-6, 1e6, 1e50, 1e60, 1e200, -1e308, 1.7e308],
    *[float("nan"), float("inf"), -float("inf"), np.nextafter(0.5, 1), 1 - 2**-53, 201, 200, 2**63],
    *[np.float32(0.25), np.int8(-3), np.uint64(7), np.longdouble("1e4000"), np.float16("inf")],
    *[1j, 1 + 0j, complex("nan+1j"), complex(1, float("inf")), 1e308 + 1e308j, 5e-324j],
    *[Decimal("0.5"), Decimal("nan"), sympy.Rational(1, 3), sympy.pi, sympy.Symbol("t"), sympy.nan],
]
OBJECTS = [
    *[None, True, False, np.bool_(True), "1", "", "nan", b"1", object(), Unfriendly(), Ellipsis],
    *[[], [[]], (), {}, {1: 2}, {3}, range(3), iter([1.0]), len, int, NotImplemented, slice(2)],
    *[[1, "a"], [None], [1.0, None], ["1"], [True], [[1.0], [1.0, 2.0]], [1.0, float("nan")]],
    *[[0.2, 2.0], [1.0], (0.5, 1), [[0.5]], [1j], [10**400], [Unfriendly()], [Fraction(1, 2)]],
    *[np.array(0.5), np.array([]), np.zeros((2, 0)), np.array("a"), np.array([None]), np.eye(2)],
    *[np.array([np.nan, 1]), np.array([1e308, -1e308]), np.array(1, "M8[s]"), np.zeros(2, "V4")],
    *[np.ma.masked_array([0.5, 0.7], [True, False]), np.array([True, False]), np.array([1 + 1j])],
    *[np.full((1,) * 20, 0.5), np.array([5e-324, -5e-324]), np.array([0.5], ">f8")],
]
JUNK = [*NUMBERS, *OBJECTS]


@dataclass(frozen=True)
class Attempt:
    """Something to try.

    ``sound`` says whether an answer is acceptable, ``names`` the arguments a refusal may blame.
    """

    label: str
    call: Callable[[], Any]
    names: tuple[str, ...]
    sound: Callable[[Any], Any] = lambda answer: True


class OutOfTimeError(Exception):
    """An attempt took too long."""


def judge(attempt):
    """Return "answered" or "refused", or a sentence on what went wrong."""
    try:
        with warnings.catch_warnings(), time_limit():
            warnings.simplefilter("error")
            answer = attempt.call()
            return "answered" if attempt.sound(answer) else f"{attempt.label}: {answer!r}"
    except DomainError as error:
        return "refused" if well_said(str(error), attempt.names) else f"{attempt.label}: {error}"
    except Exception as error:
        return f"{attempt.label}: {type(error).__name__}: {error}"


def well_said(message, names):
    named = any(re.search(rf"\b{name}\b", message) for name in names)
    return named and "\n" not in message and 10 < len(message) < LONGEST


class time_limit:  # noqa: N801
    """Interrupt after some seconds of computing, however busy the machine is."""

    def __enter__(self):
        self.before = signal.signal(signal.SIGVTALRM, self.interrupt)
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)

    def __exit__(self, *_):
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, self.before)

    @staticmethod
    def interrupt(*_):
        raise OutOfTimeError(f"no answer within {SECONDS} s")


# Invariants of answers.


def is_law(law):
    """Ask a law everything that needs no argument."""
    edges, atoms = law.edges(), law.atoms()
    assert all(np.isfinite(edges))
    assert all(np.diff(edges) > 0)
    assert all(np.isfinite(a) and 0 < m <= 1 for a, m in atoms)
    return float(law.variance()) >= 0 and np.isfinite(float(law.mean()))


def is_measure(measure):
    assert np.all(np.diff(measure.atoms) > 0)
    return np.all(np.isfinite(measure.atoms)) and np.all(measure.weights > 0)


def same_shape(value, argument):
    return np.shape(value) == np.shape(np.ma.getdata(argument))


def is_transform(z, s):
    z, s = np.asarray(np.asarray(z), complex), np.asarray(s)
    assert same_shape(s, z)
    assert np.all(np.isfinite(s))
    height = abs(z.imag)
    bounded = abs(s) * height <= 1 + 1e-12
    return np.all(bounded & (s.imag * np.where(z.imag < 0, -1, 1) >= 0))


def is_finite_like(z, value):
    return same_shape(value, z) and np.all(np.isfinite(value))


def is_density(law, x, p):
    x, p = np.asarray(np.asarray(x), float), np.asarray(p)
    assert same_shape(p, x)
    return np.all((p >= 0) & (np.isfinite(p) | (x == 0)))


def is_probability(x, value):
    x, value = np.ravel(np.asarray(np.asarray(x), float)), np.ravel(value)
    assert np.all((value >= 0) & (value <= 1))
    return np.all(np.diff(value[np.argsort(x, kind="stable")]) >= -2 * ROUNDING)


def is_quantile(law, q, x):
    """Levels are met up to what the distribution gains over a few floats next to the quantile."""
    ends = [*law.edges(), *(a for a, _ in law.atoms())]
    q, x = np.ravel(np.asarray(np.asarray(q), float)), np.ravel(x)
    assert np.all((x >= min(ends)) & (x <= max(ends)))
    ulps = 8 * np.spacing(abs(x))
    assert np.all(law.cdf(np.minimum(x + ulps, max(ends))) >= q - 2 * ROUNDING)
    order = np.argsort(q, kind="stable")
    apart = np.diff(q[order]) > 2 * ROUNDING
    return np.all((np.diff(x[order]) >= -ulps[order][1:]) | ~apart)


def is_moment(order, value):
    return np.isfinite(float(value)) and (value >= 0 or int(order) % 2)


def is_cumulant(value):
    return np.isfinite(float(value))


def is_sample(law, draws):
    ends = [*law.edges(), *(a for a, _ in law.atoms())]
    return np.all((np.asarray(draws) >= min(ends)) & (np.asarray(draws) <= max(ends)))


# Attempts.


def constructions():
    """Every junk for every argument of every constructor."""
    plain = DiscreteMeasure([1, -2], [Fraction(1, 2)] * 2)
    wholes = [
        ("Semicircle", Semicircle, (), ("variance",), is_law),
        ("MarchenkoPastur", MarchenkoPastur, (), ("gamma",), is_law),
        ("MarchenkoPastur at 0.5,", partial(MarchenkoPastur, 0.5), (), ("variance",), is_law),
        ("weighted at", partial(GeneralizedMarchenkoPastur, plain), (), ("gamma",), is_law),
        ("weighted by", GeneralizedMarchenkoPastur, (0.5,), ("population",), is_law),
        ("EmpiricalMeasure", EmpiricalMeasure, (), ("samples", "atoms"), is_measure),
        ("atoms", DiscreteMeasure, ([1.0],), ("atoms", "weights"), is_measure),
        ("weights of 1,", partial(DiscreteMeasure, [1.0]), (), ("atoms", "weights"), is_measure),
    ]
    for (label, make, rest, names, sound), junk in itertools.product(wholes, JUNK):
        yield Attempt(f"{label} {shown(junk)}", partial(make, junk, *rest), names, sound)
    for junk, other in itertools.product(JUNK, JUNK[::2]):
        call = partial(DiscreteMeasure, junk, other)
        label = f"atoms {shown(junk)} and weights {shown(other)}"
        yield Attempt(label, call, ("atoms", "weights"), is_measure)


def shown(value):
    try:
        return repr(value)[:60]
    except (ValueError, ArithmeticError):
        return f"a {type(value).__name__}"


def questions(law):
    """Yield every question with an argument: its name, who asks, whom to blame, what is sound."""
    yield "stieltjes", law.stieltjes, ("z",), is_transform
    yield "companion", getattr(law, "companion_stieltjes", law.stieltjes), ("z",), is_finite_like
    yield "pdf", law.pdf, ("x",), partial(is_density, law)
    yield "cdf", law.cdf, ("x",), is_probability
    yield "icdf", law.icdf, ("q",), partial(is_quantile, law)
    yield "moment", law.moment, ("order",), is_moment
    yield "cumulant", law.free_cumulant, ("order",), lambda order, value: is_cumulant(value)


def misuses():
    """Every junk for every question to some plain laws."""
    plain = [Semicircle(), MarchenkoPastur(2), *GeneralizedMarchenkoPastur.typical()]
    for law in plain:
        for (name, ask, names, sound), junk in itertools.product(questions(law), JUNK):
            label = f"{name} of {law} at {shown(junk)}"
            yield Attempt(label, partial(ask, junk), names, partial(sound, junk))
        for shape in JUNK:
            draw = partial(law.sample, shape, rng=np.random.default_rng(7))
            label = f"sample of {law} of shape {shown(shape)}"
            yield Attempt(label, draw, ("shape",), partial(is_sample, law))
        for rng in JUNK:
            label = f"sample of {law} from {shown(rng)}"
            yield Attempt(label, partial(law.sample, 2, rng=rng), ("rng",), lambda draws: False)
    for ask, junk in itertools.product((plain[-1].stieltjes, plain[-1].pdf), JUNK):
        label = f"method {shown(junk)}"
        call = partial(ask, 2.5, method=junk)
        yield Attempt(label, call, ("method",), lambda answer, junk=junk: junk is None)


def extremes(count, seed):
    """Laws at the ends of what is accepted, and points where floats end."""
    source = random.Random(seed)
    for _ in range(count):
        atoms, weights, gamma = population(source)
        label = f"weighted law of {shown(atoms)}, {shown(weights)} at {gamma!r}"
        names = ("atoms", "weights", "gamma", "population", "samples")
        make = partial(weighted_law, atoms, weights, gamma)
        yield Attempt(label, make, names, is_law)
        try:
            law = make()
        except DomainError:
            continue
        for name, ask, blamed, sound in questions(law):
            for argument in arguments(law, name, source):
                call, holds = partial(ask, argument), partial(sound, argument)
                asked = f"{name} of {label} at {argument!r}"
                yield Attempt(asked, call, blamed, holds)


def weighted_law(atoms, weights, gamma):
    return GeneralizedMarchenkoPastur(DiscreteMeasure(atoms, weights), gamma)


def population(source):
    """Draw atoms, weights and gamma: extreme sizes, clusters, ties, zeros, or a list of junk."""
    n = source.choice([1, 1, 2, 2, 3, 4, 7, 200])
    sizes = [
        lambda: source.choice([-1, 1]) * 10.0 ** source.uniform(-50, 50),
        lambda: 1 + source.choice([-1, 1]) * 10.0 ** source.uniform(-17, -1),
        lambda: source.choice([0.0, 1.0, -1.0, 2.0, 1e50, -1e-50]),
        lambda: source.choice(NUMBERS[:22]),
        lambda: Fraction(source.randint(-9, 9), source.randint(1, 9)),
    ]
    size, part = source.choice(sizes), source.choice([0.01, 1.0, 100.0])
    parts = [source.gammavariate(part, 1) + 1e-300 for _ in range(n)]
    weights = [p / sum(parts) for p in parts]
    exact = [Fraction(1, n)] * n
    gammas = [10.0 ** source.uniform(-6, 6), 1, Fraction(1, n), weights[0], sum(weights[:2])]
    return (
        [size() for _ in range(n)],
        source.choice([weights, weights, exact]),
        source.choice(gammas),
    )


def arguments(law, name, source):
    """Return points that are hard for a question."""
    if name in ("moment", "cumulant"):
        return [0, 1, 2, 7, source.choice([13, 40])]
    if name == "icdf":
        return [
            [0.0, 5e-324, 1e-17, 0.5, 1 - 2**-53, 1.0],
            [0.0, *sorted(source.random() for _ in "qq")],
        ]
    edges = np.array(law.edges()[:4])
    near = [edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)]
    x = np.concatenate([*near, edges * (1 + 1e-9), [5e-324, -5e-324, 1e-300, 1e308, -1e308]])
    if name in ("pdf", "cdf"):
        return [np.append(x, 0.0), 0.0, float(np.median(edges))]
    heights = np.array([source.choice([0.0, 5e-324, 1e-300, 1e-12, 1.0, 1e300]) for _ in x])
    return [0.0, 1e-160j, x + 1j * heights, x[:1] - 1j * heights[:1]]


DRAWERS = {
    "constructions": constructions,
    "misuses": misuses,
    **{f"extremes {seed}": partial(extremes, 170, seed) for seed in range(3)},
}
"""Everything, in drawers that are the same in every run."""

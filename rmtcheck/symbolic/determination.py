r"""Which data determine a measure: explicit reconstruction, or two measures with the same data.

*Reconstruction.* Stieltjes inversion counts an atom at an end of :math:`[a,b]` half, and
:math:`\epsilon\operatorname{Im}S_\mu(a+i\epsilon)\to\mu\{a\}`. Together they give
:math:`\mu([a,b])` for every closed interval; these are closed under intersection and generate the
Borel sets, so two finite measures that agree on them agree (Dynkin).

*Finitely many linear data* leave a signed measure on one atom more than there are equations
undetected: its positive and negative part are two measures with the same data.

*All moments* do not distinguish the lognormal law from the one with the density multiplied by
:math:`1+\sin(2\pi\log x)` (Stieltjes 1894).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.derivation import Derivation, Step
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.inversion import cases, inversion_limit
from rmtcheck.symbolic.point_masses import at_point_mass, has_all_point_masses
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.measures import Mass, Measure, Moment, Stieltjes

_A, _B, _X, _T, _Z = symbols.a, symbols.b, symbols.x, symbols.t, symbols.z
_EPSILON = symbols.epsilon
_CLOSED = sympy.Interval(_A, _B)


@dataclass(frozen=True)
class Pair:
    """Two different probability measures with the same data.

    Parameters
    ----------
    first, second : tuple of (mass, atom)
        Discrete measures with rational masses and atoms.
    """

    first: tuple[tuple[sympy.Expr, sympy.Expr], ...]
    second: tuple[tuple[sympy.Expr, sympy.Expr], ...]

    def values(self, functional: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
        """Return a linear functional of both, in normal form."""
        first, second = (
            sympy.expand(
                sympy.Add(*(m * at_point_mass(functional, x) for m, x in measure)), complex=True
            )
            for measure in (self.first, self.second)
        )
        return first, second

    def __str__(self) -> str:
        names = (" + ".join(f"{m} delta_{x}" for m, x in p) for p in (self.first, self.second))
        return "mu = {}, nu = {}".format(*names)


def reconstruction(measure: Measure) -> Derivation:
    r"""Derive the mass of every closed interval from the transform.

    .. math:: \mu([a,b])=\lim_{\epsilon\to0^+}\Bigl[\frac1\pi\int_a^b\operatorname{Im}
              S_\mu(t+i\epsilon)\,dt+\frac\epsilon2\operatorname{Im}S_\mu(a+i\epsilon)
              +\frac\epsilon2\operatorname{Im}S_\mu(b+i\epsilon)\Bigr]

    Parameters
    ----------
    measure : Measure
        A finite measure, signed or not.

    Returns
    -------
    Derivation
        Its result is the right side, an unevaluated limit.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact.
    """
    transform = sympy.im(Stieltjes(measure, _T + sympy.I * _EPSILON))
    integral = sympy.Integral(transform, (_T, _A, _B)) / sympy.pi
    inversion = inversion_limit(sympy.Limit(integral, _EPSILON, 0, "+"))
    atoms = [_EPSILON * transform.subs(_T, end) / 2 for end in (_A, _B)]
    for name, place in cases(is_empty=False).items():
        ends = sympy.Add(*(_limit_at(atom, place) for atom in atoms))
        closed = at_point_mass(Mass(measure, _CLOSED.subs(_B, place[_B])), place[_X])
        _require(inversion.result.values[name] + ends == closed, f"[a, b] is recovered for {name}")
    result = sympy.Limit(sympy.Add(integral, *atoms), _EPSILON, 0, "+")
    return Derivation(result, (*inversion.steps, *_steps(measure, result)))


def compare_data(data: sympy.Tuple, objects: sympy.Basic) -> ZeroTest:
    """Decide whether data determine a measure within a class.

    Parameters
    ----------
    data : Tuple of functionals
        A free symbol in one of them takes all its values.
    objects : class of measures
        Within which the measure is to be determined.

    Returns
    -------
    ZeroTest
        Yes for the transform at all z; no with two measures that have the same data; unknown
        otherwise.

    Notes
    -----
    Accuracy: exact.
    """
    if any(f.func == Stieltjes and f.args[1] == _Z for f in data):
        return ZeroTest(Answer.YES, "every closed interval has a mass that the transform gives")
    if has_all_point_masses(objects):
        witness = indistinguishable(data)
        if witness is not None:
            return ZeroTest(Answer.NO, witness)
    return ZeroTest(Answer.UNKNOWN, "neither a reconstruction nor two such measures were found")


def indistinguishable(data: sympy.Tuple) -> str | None:
    """Return two probability measures with the same data in words, None if none is found.

    Parameters
    ----------
    data : Tuple of functionals
        Finitely many without symbols, or all moments.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.measures import mu
    >>> indistinguishable(sympy.Tuple(Moment(mu, 1)))
    'mu = 1/2 delta_0 + 1/2 delta_2, nu = 1 delta_1: both have m_1 = 1'
    """
    if all(isinstance(f, Moment) and f.args[1] in (symbols.k, 0, 1) for f in data) and data.has(
        symbols.k
    ):
        return _same_moments()
    if data.free_symbols:
        return None
    pair = _pair(data)
    shared = ", ".join(f"{f} = {_shared(pair, f)}" for f in data)
    return f"{pair}: both have {shared}"


def _shared(pair: Pair, functional: sympy.Expr) -> sympy.Expr:
    first, second = pair.values(functional)
    _require(first == second, f"both measures have the same {functional}")
    return first


@lru_cache(maxsize=32)
def _pair(data: sympy.Tuple) -> Pair:
    """Solve for a signed measure of mass 0 on few atoms that the data do not see."""
    equations = 2 * len(data) + 1
    atoms = [sympy.Integer(n) for n in range(equations + 1)]
    rows = [[part(at_point_mass(f, x)) for x in atoms] for f in data for part in _PARTS]
    unseen = sympy.Matrix([*rows, [sympy.S.One] * len(atoms)]).nullspace()[0]
    scale = sympy.Add(*(c for c in unseen if c > 0))
    charge = [(c / scale, x) for c, x in zip(unseen, atoms, strict=True)]
    return Pair(
        tuple((c, x) for c, x in charge if c > 0), tuple((-c, x) for c, x in charge if c < 0)
    )


def _same_moments() -> str:
    r"""Return the lognormal pair after checking that no moment sees the difference.

    With :math:`\log x=Z` the difference of the k-th moments is the imaginary part of
    :math:`\mathbb Ee^{(k+2\pi i)Z}`.
    """
    tilt = sympy.Symbol("c", real=True)
    gaussian = sympy.exp(-(_X**2) / 2) / sympy.sqrt(2 * sympy.pi)
    transform = sympy.integrate(gaussian * sympy.exp(tilt * _X), (_X, -sympy.oo, sympy.oo))
    value = transform.subs(tilt, symbols.k + 2 * sympy.pi * sympy.I)
    difference = sympy.simplify(sympy.im(sympy.expand(value)))
    _require(difference == 0, "the moments of the two lognormal laws agree")
    return (
        "mu lognormal, nu of the lognormal density times 1 + sin(2 pi log x): the k-th moments "
        "differ by Im exp((k + 2 pi i)^2 / 2) = exp((k^2 - 4 pi^2)/2) sin(2 pi k) = 0"
    )


def _limit_at(expr: sympy.Expr, place: object) -> sympy.Expr:
    real = at_point_mass(expr, _X).subs(place).expand(complex=True)
    return sympy.limit(sympy.simplify(real), _EPSILON, 0, "+")


def _require(truth: bool, what: str) -> None:
    if not truth:
        raise RmtcheckError(f"a step of the reconstruction does not check: {what}")


def _steps(measure: Measure, result: sympy.Expr) -> tuple[Step, ...]:
    atom = Step(
        "the mass of a point is read in the same way: epsilon Im S(a + i epsilon) tends to 1 at "
        "delta_a, to 0 at every other point mass, and is at most 1",
        r"\epsilon\operatorname{Im}S_\mu(a+i\epsilon)\to\mu\{a\}",
    )
    whole = Step(
        f"so closed intervals are recovered: mu([a, b]) = {result}",
        sympy.latex(sympy.Eq(Mass(measure, _CLOSED), result, evaluate=False)),
    )
    last = Step(
        "closed intervals are closed under intersection and generate the Borel sets, so finite "
        "measures with the same transform are equal (Dynkin's lemma)",
        r"S_\mu=S_\nu\ \Rightarrow\ \mu([a,b])=\nu([a,b])\ \Rightarrow\ \mu=\nu",
    )
    return atom, whole, last


_PARTS = (sympy.re, sympy.im)

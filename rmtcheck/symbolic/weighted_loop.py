r"""The loop equation of :math:`\frac1NX\Lambda X^\top` with given weights, sample by sample.

Let :math:`Q_k=x_n^\top G^kx_n` for one sample of weight :math:`\lambda_n`. Stein's identity in the
entries of :math:`x_n`, on which :math:`W` depends through
:math:`\frac{\lambda_n}Nx_nx_n^\top` alone, gives exactly at every size

.. math:: \mathbb EQ_1=\mathbb E\Bigl[\operatorname{tr}G
          -\frac{\lambda_n}N(Q_1\operatorname{tr}G+Q_2)\Bigr].

With :math:`\operatorname{tr}G\approx\gamma Ns` this is solved by
:math:`Q_1\approx\gamma Ns/(1+\gamma\lambda_ns)`, and
:math:`1+zs=\frac1{dN}\sum_n\lambda_nQ_1` becomes the equation of the law.
"""

from __future__ import annotations

from functools import lru_cache

import sympy

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.loop_equation import Index, Resolvent, Term, differentiate, identified
from rmtcheck.symbolic.wishart import weighted_trace_moment
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.quantities import E

_MOMENTS = 5
_SAMPLE: Index = ("sample", -1)
_RATIO = sympy.Symbol("gamma", positive=True)
_TRACE, _Q1, _Q2 = sympy.symbols("trG Q_1 Q_2")


def quadratic_form_equation(weight: sympy.Expr, N: sympy.Expr) -> sympy.Expr:
    r"""Derive the random variable whose mean is :math:`\mathbb Ex_n^\top Gx_n`.

    Parameters
    ----------
    weight, N : sympy expression
        The weight of the sample, and the number of samples.

    Returns
    -------
    sympy expression
        In trG, Q_1 and Q_2.

    Notes
    -----
    Accuracy: exact at every size.

    Examples
    --------
    >>> quadratic_form_equation(sympy.Symbol("w"), sympy.Symbol("N"))
    trG - Q_1*trG*w/N - Q_2*w/N
    """
    a, b = ("row", -1), ("row", -2)
    rest = Term(sympy.S.One, (("G", a, b), ("X", b, _SAMPLE)), frozenset({a, b, _SAMPLE}))
    # a Gram term that depends on this sample carries its weight: W = (1/(N/w)) X X^T there
    names = Resolvent(symbols.d, N / weight, symbols.z, symbols.s, sympy.S.Zero)
    terms = differentiate(rest, a, _SAMPLE, names)
    return sympy.expand(sympy.Add(*map(_read, terms)))


def weighted_equation(gamma: sympy.Expr) -> Derivation:
    r"""Derive the equation of the limiting transform, :math:`1/s=F(z,s)`.

    .. math:: \frac1s = -z + \mathbb E\frac\lambda{1+\gamma\lambda s}

    Parameters
    ----------
    gamma : sympy expression
        Limit of d/N.

    Returns
    -------
    Derivation
        Its result is the right side.

    Raises
    ------
    DomainError
        If the ratio is not positive.
    RmtcheckError
        If the moments of the solution differ from those of the pairings.

    Notes
    -----
    Accuracy: exact. The first moments, for weights of arbitrary moments, are checked against
    pairings.

    References
    ----------
    V. A. Marchenko and L. A. Pastur, Math. USSR Sbornik 1 (1967), 457-483.

    Examples
    --------
    >>> weighted_equation(symbols.gamma).result
    -z + E[lambda/(gamma*lambda*s + 1)]
    """
    if gamma.is_positive is not True:
        raise DomainError(f"the ratio is {gamma}; accepted are positive expressions")
    weight, s, z = symbols.weight, symbols.s, symbols.z
    N = sympy.Symbol("N", positive=True)
    finite = quadratic_form_equation(weight, N)
    limit = finite.subs({_Q2: 0, _TRACE: gamma * N * s})
    form = sympy.factor(sympy.solve(sympy.Eq(_Q1, limit), _Q1)[0])
    share = sympy.cancel(weight * form / (gamma * N * s))
    _check_moments(share, gamma)
    result = E(share) - z
    return Derivation(result, _steps(finite, form, result))


def _read(term: Term) -> sympy.Expr:
    """Return a term as a product of a trace and forms: walk from row to row along the G's."""
    home = identified(term)
    factors = [(k, home[left], home[right]) for k, left, right in term.factors if k != "delta"]
    steps = [(left, right) for kind, left, right in factors if kind == "G"]
    ends = {row for kind, row, _ in factors if kind == "X"}
    value = term.coefficient
    while ends:
        start = ends.pop()
        row, length = _walk(start, steps)
        ends.discard(row)
        value *= (_Q1, _Q2)[length - 1]
    return value * _TRACE ** len(steps)


def _walk(row: Index, steps: list[tuple[Index, Index]]) -> tuple[Index, int]:
    """Follow factors from a row to the end of the chain, and use them up."""
    length = 0
    while touching := [step for step in steps if row in step]:
        step = touching[0]
        steps.remove(step)
        row, length = (step[1] if step[0] == row else step[0]), length + 1
    return row, length


def _check_moments(share: sympy.Expr, gamma: sympy.Expr) -> None:
    """Compare the moments of the equation with those from pairings, for any law of the weight."""
    names = sympy.symbols(f"m_1:{_MOMENTS + 1}")
    series = sympy.series(share, symbols.s, 0, _MOMENTS).removeO()
    powers = sympy.Poly(sympy.expand(series), symbols.s, symbols.weight)
    mean = [
        powers.coeff_monomial(symbols.s**k * symbols.weight ** (k + 1)) for k in range(_MOMENTS)
    ]
    found = _moments([c * m for c, m in zip(mean, names, strict=True)])
    for k, moment in enumerate(found):
        paired = _paired_moment(k, names).subs(_RATIO, gamma)
        if sympy.expand(moment - paired) != 0:
            raise RmtcheckError(f"moment {k} is {moment} by the equation and {paired} by pairings")


def _moments(mean: list[sympy.Expr]) -> list[sympy.Expr]:
    r"""Return the moments of the solution of :math:`1+zs=\sum_kc_ks^{k+1}`, one for each c and 1.

    With w = 1/z it reads s = w (sum - 1), and each round gives one more coefficient in w.
    """
    w, s = sympy.symbols("w s", cls=sympy.Dummy)
    right = sympy.Poly(sympy.Add(*(c * s ** (k + 1) for k, c in enumerate(mean))), s)
    order, found = len(mean) + 1, sympy.S.Zero
    for _ in range(order):
        value = sympy.S.Zero
        for coefficient in right.all_coeffs():
            value = _truncated(value * found + coefficient, w, order)
        found = _truncated(w * (value - 1), w, order)
    return [-found.coeff(w, k + 1) for k in range(order)]


def _truncated(expr: sympy.Expr, w: sympy.Symbol, order: int) -> sympy.Expr:
    terms = sympy.Poly(expr, w).terms()
    return sympy.Add(*(sympy.expand(c) * w**power for (power,), c in terms if power <= order))


@lru_cache(maxsize=_MOMENTS + 1)
def _paired_moment(k: int, names: tuple[sympy.Symbol, ...]) -> sympy.Expr:
    d, N = sympy.Dummy("d", positive=True), sympy.Dummy("N", positive=True)
    finite = weighted_trace_moment(list(names[:k]), d, N)
    return sympy.expand(finite.subs(d, _RATIO * N)).coeff(N, 0)


def _steps(finite: sympy.Expr, form: sympy.Expr, result: sympy.Expr) -> tuple[Step, ...]:
    return (
        Step(
            "start from (W - z) G = I, traced: 1 + z s = sum_n lambda_n Q_1 / (d N) with "
            "Q_k = x_n^T G^k x_n",
            r"1+zs=\frac1{dN}\sum_n\lambda_nx_n^\top Gx_n,\quad Q_k=x_n^\top G^kx_n",
        ),
        equation(
            "Stein's identity in x_n gives at every size, under the mean",
            _Q1,
            finite,
        ),
        Step(
            "trG concentrates: given the weights Var s <= 4 (mean of lambda^2) / (d N y^4) with "
            "y = Im z by Poincare's inequality, and Q_2 is of order N against N^2",
            r"\operatorname{Var}s\le\frac{4\,\overline{\lambda^2}}{dN\,y^4},\quad"
            r"|Q_2|\le\frac{\|x_n\|^2}{y^2}",
        ),
        equation("so to leading order, with tr G = gamma N s,", _Q1, form),
        equation("and the trace becomes the equation", 1 / symbols.s, result),
        Step(
            "of positive imaginary part it has one solution for each z: with u = -1/(gamma s) it "
            "reads z = x(u), and x maps one component of the half plane onto it (Biane 1997)",
            r"z=u\Bigl(\gamma+\mathbb E\frac\lambda{u-\lambda}\Bigr),\quad u=-\frac1{\gamma s}",
        ),
        Step(
            f"its moments up to {_MOMENTS} are those of the pairings, for any law of the weights",
            r"s(z)=-\sum_km_kz^{-k-1}",
        ),
    )

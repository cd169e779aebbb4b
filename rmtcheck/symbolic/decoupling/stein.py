r"""Stein's identity, and what it makes of the derivative along the path.

With :math:`y=\sqrt{1-t}\,x-\sqrt t\,\tilde x`, which is independent of :math:`x(t)`,

.. math:: x=\sqrt t\,x(t)+\sqrt{1-t}\,y,\qquad \dot x(t)=\frac{y}{2\sqrt{t(1-t)}},

and :math:`H(t)` depends on y through the outer products alone. Stein's identity in y gives, exactly
at every size,

.. math:: \frac d{dt}\mathbb Es_{H(t)}(z)=-\frac1{2\sqrt t\,dN}\sum_n
          \mathbb E\bigl[\nabla\lambda(u_n)^\top V\,D_{x_n}(x_n^\top G^2x_n)\bigr].
"""

from __future__ import annotations

import sympy

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.loop_equation import Index, Resolvent, Term, differentiate, identified
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import StandardNormal, TestFunction, TestSlope
from rmtcheck.vocabulary.quantities import Expectation
from rmtcheck.vocabulary.symbols import t

_SAMPLE: Index = ("sample", -1)
_FREE: Index = ("row", -1)
_Q = sympy.symbols("Q_1 Q_2")
_P = sympy.symbols("P_1 P_2")
_ORDERS = 4
_POWERS = (1, 2, 3, 5)


def gradient_of_form(weight: sympy.Expr, N: sympy.Expr) -> sympy.Expr:
    r"""Derive :math:`a^\top D_x(x^\top G^2x)` for one sample, by the product rule with indices.

    Parameters
    ----------
    weight, N : sympy expression
        The weight of the sample, held fixed, and the number of samples.

    Returns
    -------
    sympy expression
        In :math:`Q_k=x^\top G^kx` and :math:`P_k=a^\top G^kx`.

    Notes
    -----
    Accuracy: exact at every size.

    Examples
    --------
    >>> gradient_of_form(sympy.Symbol("w"), sympy.Symbol("N"))
    2*P_2 - 2*P_1*Q_2*w/N - 2*P_2*Q_1*w/N
    """
    b, c, e = (("row", -k) for k in (2, 3, 4))
    factors = (("X", b, _SAMPLE), ("G", b, c), ("G", c, e), ("X", e, _SAMPLE))
    form = Term(sympy.S.One, factors, frozenset({_FREE, b, c, e, _SAMPLE}))
    # a Gram term that depends on this sample carries its weight: W = (1/(N/w)) X X^T there
    names = Resolvent(symbols.d, N / weight, symbols.z, symbols.s, sympy.S.Zero)
    terms = differentiate(form, _FREE, _SAMPLE, names)
    return sympy.expand(sympy.Add(*map(_read, terms)))


def _read(term: Term) -> sympy.Expr:
    """Return a term as a product of forms: walk along the G's, from the free row first."""
    home = identified(term)
    factors = [(k, home[left], home[right]) for k, left, right in term.factors if k != "delta"]
    steps = [(left, right) for kind, left, right in factors if kind == "G"]
    ends = [row for kind, row, _ in factors if kind == "X"]
    row, length = _walk(home[_FREE], steps)
    ends.remove(row)
    value = term.coefficient * _P[length - 1]
    while ends:
        row, length = _walk(ends.pop(), steps)
        ends.remove(row)
        value *= _Q[length - 1]
    return value


def _walk(row: Index, steps: list[tuple[Index, Index]]) -> tuple[Index, int]:
    """Follow factors from a row to the end of the chain, and use them up."""
    length = 0
    while touching := [step for step in steps if row in step]:
        steps.remove(touching[0])
        left, right = touching[0]
        row, length = (right if left == row else left), length + 1
    return row, length


def slope_by_stein() -> Derivation:
    """Derive the mean derivative along the path as a mean of Stein terms.

    Returns
    -------
    Derivation
        Its result is the gradient that the Stein term contains.

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact at every size. The identity is checked in powers of the scale of a quadratic
    weight at d = N = C = 1.
    """
    _check_rotation()
    weight, N = symbols.weight, symbols.N
    gradient = gradient_of_form(weight, N)
    _check_one_sample(gradient.subs(N, 1))
    steps = (
        Step(
            "along the path the derivative is, with u' the derivative of the fields,",
            r"\tfrac d{dt}s_{H(t)}=-\tfrac1{dN}\sum_n\nabla\lambda(u_n)^\top\dot u_n\,"
            r"x_n^\top G^2x_n",
        ),
        Step(
            "y = sqrt(1-t) x - sqrt(t) x~ is independent of x(t), x = sqrt(t) x(t) + sqrt(1-t) y, "
            "and u' = V y / (2 sqrt(t(1-t)))",
            r"x=\sqrt t\,x(t)+\sqrt{1-t}\,y,\qquad\dot u=\tfrac{Vy}{2\sqrt{t(1-t)}}",
        ),
        Step(
            "H(t) depends on y through x in the outer products alone, so Stein's identity in y "
            "gives the factor sqrt(1-t)/(2 sqrt(t(1-t))) = 1/(2 sqrt t)",
            r"\mathbb E[y_aF]=\sqrt{1-t}\,\mathbb E[\partial_{x_a}F]",
        ),
        Step(
            f"with a = V^T grad(lambda), Q_k = x.G^k.x and P_k = a.G^k.x it contains {gradient}",
            rf"a^\top D_x(x^\top G^2x)={sympy.latex(gradient)}",
            f"both sides agree to order {_ORDERS - 1} in the scale of lambda = epsilon u^2 at "
            "d = N = C = 1",
        ),
    )
    return Derivation(gradient, steps)


def stein_identity(lhs: sympy.Expr) -> Derivation:
    """Derive Stein's identity for a standard normal variable.

    Parameters
    ----------
    lhs : sympy expression
        Means of Z f(Z) and of f'(Z).

    Returns
    -------
    Derivation
        Its result is the expression in means of f'(Z).

    Raises
    ------
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact.

    References
    ----------
    C. Stein, Proc. Sixth Berkeley Symp. 2 (1972), 583-602.
    """
    w, f = sympy.Symbol("w", real=True), sympy.Function("f")
    density = sympy.exp(-(w**2) / 2) / sympy.sqrt(2 * sympy.pi)
    gap = sympy.diff(f(w) * density, w) - (sympy.diff(f(w), w) - w * f(w)) * density
    _require(sympy.simplify(gap) == 0, "the derivative of f times the density")
    result = lhs.replace(Expectation, by_parts)
    steps = (
        Step(
            "the derivative of f times the density is (f' - w f) times it, and f grows at most "
            "like a power",
            r"(f\varphi)'=(f'-wf)\varphi,\qquad f\varphi\to0",
        ),
        equation("so integration over the line gives", lhs, result),
    )
    return Derivation(result, steps)


def compare_stein(derived: sympy.Expr, rhs: sympy.Expr) -> ZeroTest:
    """Decide an identity between means of f, its slope and one standard normal variable.

    Parameters
    ----------
    derived, rhs : sympy expression
        Combinations of means; variables with different numbers need not be independent.

    Returns
    -------
    ZeroTest
        Yes by Stein's identity; no with a power f; unknown otherwise.

    Notes
    -----
    Accuracy: exact.
    """
    normal = [side.replace(Expectation, by_parts) for side in (derived, rhs)]
    if sympy.expand(normal[0] - normal[1]) == 0:
        return ZeroTest(Answer.YES, "by integration by parts against the Gaussian density")
    if _has_joint_mean(derived - rhs):
        return ZeroTest(Answer.UNKNOWN, "a mean over several Z has no value: no joint law is given")
    for power in _POWERS:
        left, right = (_moments(side, power) for side in (derived, rhs))
        if left != right:
            return ZeroTest(
                Answer.NO, f"f(w) = w^{power}: {left} on the left, {right} on the right"
            )
    return ZeroTest(Answer.UNKNOWN, "neither a proof nor a function that refutes it was found")


def by_parts(inside: sympy.Expr) -> sympy.Expr:
    """Return a mean over one normal variable in a normal form, any other mean as it is.

    Parameters
    ----------
    inside : sympy expression
        Of which the mean is taken.

    Returns
    -------
    sympy expression
        The mean of f'(Z) for that of Z f(Z), a number for a polynomial in Z.

    Notes
    -----
    Accuracy: exact. Means depend on the law of Z alone, so that Z is Z_1 in the result.

    Examples
    --------
    >>> Z, Y = StandardNormal(1), StandardNormal(2)
    >>> by_parts(Y * TestFunction(Y)), by_parts(Z**4), by_parts(Z * TestFunction(Y))
    (E[f'(Z_1)], 3, E[Z_1*f(Z_2)])
    """
    if len(inside.atoms(StandardNormal)) != 1:
        return Expectation(inside)
    one, w = StandardNormal(1), sympy.Dummy("w")
    same = inside.replace(StandardNormal, lambda index: one)
    if same == one * TestFunction(one):
        return Expectation(TestSlope(one))
    plain = same.xreplace({one: w})
    if plain.has(TestFunction, TestSlope) or not plain.is_polynomial(w):
        return Expectation(same)
    return gaussian_mean(plain, w)


def _has_joint_mean(expr: sympy.Expr) -> bool:
    means = expr.atoms(Expectation)
    return any(len(mean.args[0].atoms(StandardNormal)) > 1 for mean in means)


def _moments(expr: sympy.Expr, power: int) -> sympy.Expr:
    """Evaluate the means for f(w) = w^power."""
    w = sympy.Dummy("w")

    def mean(inside: sympy.Expr) -> sympy.Expr:
        chosen = inside.replace(TestFunction, lambda at: at**power)
        chosen = chosen.replace(TestSlope, lambda at: power * at ** (power - 1))
        return gaussian_mean(chosen.replace(StandardNormal, lambda index: w), w)

    return sympy.expand(expr.replace(Expectation, mean))


def gaussian_mean(polynomial: sympy.Expr, *variables: sympy.Symbol) -> sympy.Expr:
    """Return the mean of a polynomial in independent standard normal variables.

    Parameters
    ----------
    polynomial : sympy expression
        Of any coefficients.
    *variables : sympy.Symbol
        The standard normal ones.

    Returns
    -------
    sympy expression
        The mean.

    Raises
    ------
    DomainError
        If it is no polynomial.

    Examples
    --------
    >>> w = sympy.Symbol("w")
    >>> gaussian_mean((1 + w**2) ** 2, w)
    6
    """
    try:
        terms = sympy.Poly(sympy.expand(polynomial), *variables).terms()
    except sympy.PolynomialError:
        raise DomainError(f"{polynomial} is in a mean; accepted are polynomials") from None
    return sympy.Add(*(c * sympy.Mul(*map(_moment, powers)) for powers, c in terms))


def _moment(power: int) -> sympy.Expr:
    return sympy.S.Zero if power % 2 else sympy.factorial2(power - 1)


def _check_rotation() -> None:
    """Check the change of variables (x, x~) -> (x(t), y)."""
    along, across = sympy.symbols("a y", real=True)
    c, s = sympy.sqrt(t), sympy.sqrt(1 - t)
    rotation = sympy.Matrix([[c, s], [s, -c]])
    _require(sympy.simplify(rotation * rotation.T) == sympy.eye(2), "the rotation")
    x, copy = rotation.T * sympy.Matrix([along, across])
    speed = x / (2 * c) - copy / (2 * s) - across / (2 * c * s)
    _require(sympy.simplify(speed) == 0, "the derivative of the fields")


def _check_one_sample(gradient: sympy.Expr) -> None:
    """Check the identity in powers of epsilon for one sample, one dimension, one field."""
    v, x, copy, c, s, epsilon, z = sympy.symbols("v x x~ c s epsilon z")
    field = v * (c * x + s * copy)
    weight = epsilon * field**2
    powers = [sympy.expand((weight * x**2) ** k) for k in range(_ORDERS)]
    trace = sympy.Add(*(-p / z ** (k + 1) for k, p in enumerate(powers)))
    square = sympy.Add(*((k + 1) * p / z ** (k + 2) for k, p in enumerate(powers)))
    slope = 2 * epsilon * field * v
    values = {
        **dict(zip(_Q, (x**2 * trace, x**2 * square), strict=True)),
        **dict(zip(_P, (slope * x * trace, slope * x * square), strict=True)),
        symbols.weight: weight,
    }
    stein = gradient.xreplace(values)
    for order in range(1, _ORDERS):
        left = gaussian_mean(sympy.expand(trace).coeff(epsilon, order), v, x, copy)
        right = gaussian_mean(sympy.expand(stein).coeff(epsilon, order), v, x, copy)
        gap = 2 * c * _in_time(left, c, s) + _on_circle(right, c, s)
        _require(_on_circle(gap, c, s) == 0, f"Stein's identity for one sample at order {order}")


def _in_time(expr: sympy.Expr, c: sympy.Symbol, s: sympy.Symbol) -> sympy.Expr:
    """Return the derivative in t of an expression in c = sqrt(t), s = sqrt(1 - t)."""
    return sympy.diff(_on_circle(expr, c, s), c) / (2 * c)


def _on_circle(expr: sympy.Expr, c: sympy.Symbol, s: sympy.Symbol) -> sympy.Expr:
    return sympy.expand(sympy.expand(expr).subs(s**2, 1 - c**2).subs(s**4, (1 - c**2) ** 2))


def _require(truth: bool, what: str) -> None:
    if not truth:
        raise RmtcheckError(f"a step of Stein's identity does not check: {what}")

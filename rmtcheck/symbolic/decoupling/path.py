r"""The path from the decoupled matrix to the dependent one, and the calculus along it.

:math:`X(t)=\sqrt tX+\sqrt{1-t}\tilde X` starts at :math:`\tilde X`. For a differentiable weight
:math:`t\mapsto s_{H(t)}(z)` is continuous on [0, 1] and differentiable inside, with an integrable
derivative of order :math:`1/\sqrt t+1/\sqrt{1-t}`, so

.. math:: \mathbb Es_{H(1)}(z)-\mathbb Es_{H(0)}(z)
          =\int_0^1\mathbb E\Bigl[\frac d{dt}s_{H(t)}(z)\Bigr]dt .

A weight with jumps makes s a step function of t, whose derivative vanishes almost everywhere.
"""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic.decoupling.small_weights import compare_small, require_standard
from rmtcheck.symbolic.decoupling.stein import by_parts
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest, are_equal
from rmtcheck.vocabulary.decoupling import (
    DataCopy,
    DataMatrix,
    DecoupledCovariance,
    DependentCovariance,
    DifferentiableWeights,
    FieldWeighted,
    InterpolatedCovariance,
    PathDerivative,
    PathIntegral,
    PathPoint,
    SteinTerm,
)
from rmtcheck.vocabulary.ensembles import ResolventTrace
from rmtcheck.vocabulary.quantities import E, Expectation
from rmtcheck.vocabulary.symbols import t

_ENTRY, _COPY = sympy.symbols("X X~", real=True)


def point_of_path(time: sympy.Expr) -> sympy.Expr:
    r"""Return :math:`\sqrt tX+\sqrt{1-t}\tilde X`.

    Examples
    --------
    >>> point_of_path(sympy.S.Zero)
    X~
    """
    return sympy.sqrt(time) * DataMatrix() + sympy.sqrt(1 - time) * DataCopy()


def end_point(expr: sympy.Expr) -> Derivation:
    """Evaluate points of the path in an expression.

    Parameters
    ----------
    expr : sympy expression
        In points of the path, the data and their copy.

    Returns
    -------
    Derivation
        Its result is the expression in the data and their copy.

    Notes
    -----
    Accuracy: exact.
    """
    points = sorted(expr.atoms(PathPoint), key=str)
    result = sympy.expand(expr.xreplace({p: point_of_path(p.args[0]) for p in points}))
    definition = equation("the path is", PathPoint(t), point_of_path(t))
    return Derivation(result, (definition, equation("so there", expr, result)))


def compare_points(derived: sympy.Expr, rhs: sympy.Expr) -> ZeroTest:
    """Decide an identity between entries of the data and of their copy, which take all values."""
    free = {DataMatrix(): _ENTRY, DataCopy(): _COPY}
    return are_equal(derived.xreplace(free), end_point(rhs).result.xreplace(free))


def fundamental_theorem(lhs: sympy.Expr) -> Derivation:
    """Derive a difference of mean resolvent traces as an integral along the path.

    Parameters
    ----------
    lhs : sympy expression
        A multiple of the difference of the means at the two ends.

    Returns
    -------
    Derivation
        Its result is the integral.

    Raises
    ------
    DomainError
        If the expression is no such difference, or the weight is not known to be differentiable.
    RmtcheckError
        If a step does not check.

    Notes
    -----
    Accuracy: exact.
    """
    matrix, z = matrix_of(lhs)
    slope = E(PathDerivative(ResolventTrace(InterpolatedCovariance(*matrix.args), z)))
    ends = ends_of(PathIntegral(slope))
    factor = sympy.cancel(normal_form(lhs) / normal_form(ends))
    if not factor.is_number:
        raise DomainError(f"{lhs} is given; accepted is the difference of E s at the two ends")
    result = factor * PathIntegral(slope)
    if not isinstance(matrix.weights, DifferentiableWeights):
        return Derivation(result, (_jump_step(),))
    return Derivation(result, _steps(lhs, ends, result))


def matrix_of(expr: sympy.Expr) -> tuple[FieldWeighted, sympy.Expr]:
    """Return the matrix and the point of the one dependent resolvent trace in an expression."""
    found = {
        node.args
        for node in expr.atoms(ResolventTrace)
        if isinstance(node.args[0], DependentCovariance | InterpolatedCovariance)
    }
    if len(found) != 1:
        raise DomainError(f"{expr} is given; accepted is a difference of E s_H and E s_H~")
    matrix, z = found.pop()
    return matrix, z


def ends_of(integral: sympy.Expr) -> sympy.Expr:
    """Return the value of the integral of a mean slope: the mean at t = 1 less that at t = 0."""
    inside = integral.args[0]
    is_slope = isinstance(inside, Expectation) and isinstance(inside.args[0], PathDerivative)
    if not is_slope or not isinstance(inside.args[0].args[0], ResolventTrace):
        raise DomainError(f"{integral} is given; accepted is the integral of a mean slope")
    matrix, z = inside.args[0].args[0].args
    return E(ResolventTrace(DependentCovariance(*matrix.args), z)) - E(
        ResolventTrace(DecoupledCovariance(*matrix.args), z)
    )


def normal_form(expr: Any) -> Any:
    r"""Return a combination of means at the ends, by Stein's identity and the calculus of paths.

    A mean Stein term is :math:`-2\sqrt t\,d` times the mean slope; each mean is one symbol.
    """
    if isinstance(expr, PathIntegral):
        return _integrated(expr.args[0])
    if isinstance(expr, Expectation):
        mean = by_parts(expr.args[0])
        return _named(mean) if isinstance(mean, Expectation) else mean
    return expr.func(*map(normal_form, expr.args)) if expr.args else expr


def compare_calculus(lhs: sympy.Expr, rhs: sympy.Expr) -> ZeroTest:
    """Decide an identity between means along the path.

    Parameters
    ----------
    lhs, rhs : sympy expression
        As in `fundamental_theorem`; the right side may contain Stein terms.

    Returns
    -------
    ZeroTest
        Yes by the fundamental theorem, no by small weights or by a weight with a jump.

    Notes
    -----
    Accuracy: exact.
    """
    matrix, _ = matrix_of(lhs)
    if not isinstance(matrix.weights, DifferentiableWeights):
        return _compare_jump(rhs)
    refuted = compare_small(lhs, rhs)
    if refuted is not None:
        return refuted
    if sympy.expand(normal_form(lhs) - normal_form(rhs)) == 0:
        return ZeroTest(Answer.YES, "by the fundamental theorem of calculus along the path")
    return _OPEN


def _compare_jump(rhs: sympy.Expr) -> ZeroTest:
    """Refute a right side that vanishes with the slopes, by a weight with jumps."""
    vanishing = rhs.replace(Expectation, _without_slope).replace(PathIntegral, _integral_of_zero)
    return ZeroTest(Answer.NO, _jump()) if sympy.expand(vanishing) == 0 else _OPEN


def _without_slope(inside: sympy.Expr) -> sympy.Expr:
    """Return the mean of a quantity, 0 for a slope along the path of a weight with jumps."""
    return sympy.S.Zero if isinstance(inside, PathDerivative | SteinTerm) else Expectation(inside)


def _integral_of_zero(integrand: sympy.Expr) -> sympy.Expr:
    return sympy.S.Zero if integrand == 0 else PathIntegral(integrand)


def _named(mean: sympy.Expr) -> sympy.Expr:
    """Return one symbol for each mean, the same for the same matrix and point."""
    return sympy.Symbol(sympy.srepr(mean))


def _integrated(integrand: sympy.Expr) -> sympy.Expr:
    """Return the integral of a constant times a mean slope, or a symbol of its own."""
    for mean in integrand.atoms(Expectation):
        if isinstance(mean.args[0], SteinTerm):
            matrix, z = mean.args[0].args
            require_standard(matrix)
            slope = E(PathDerivative(ResolventTrace(matrix, z)))
            integrand = integrand.xreplace({mean: -2 * sympy.sqrt(t) * matrix.d * slope})
    slopes = [m for m in integrand.atoms(Expectation) if isinstance(m.args[0], PathDerivative)]
    if len(slopes) == 1:
        constant = sympy.simplify(integrand / slopes[0])
        if not constant.has(Expectation) and t not in constant.free_symbols:
            return constant * normal_form(ends_of(PathIntegral(slopes[0])))
    return _named(PathIntegral(integrand))


def _jump() -> str:
    r"""Return the counter-example of a gate: :math:`\lambda=\varepsilon\,1(u_1^2>1)`."""
    w, a = sympy.symbols("w a", positive=True)
    density = sympy.exp(-(w**2) / 2) / sympy.sqrt(2 * sympy.pi)
    mean = sympy.simplify(2 * sympy.integrate((w**2 - 1) * density, (w, a, sympy.oo)))
    if sympy.simplify(mean - 2 * a * density.subs(w, a)) != 0:
        raise RmtcheckError("a step of the counter-example with a jump does not check: its mean")
    return (
        "lambda = epsilon 1(u_1^2 > 1): the slopes vanish almost everywhere, so the right "
        "side is 0; the coefficient of epsilon/z^2 on the left is in modulus E[lambda |x|^2/d] - "
        f"E[lambda] = E[{mean}]/d > 0 with a = 1/|v|"
    )


def _jump_step() -> Step:
    return Step(f"the theorem fails for weights with jumps: {_jump()}", r"\tfrac d{dt}s_{H(t)}=0")


def _steps(lhs: sympy.Expr, ends: sympy.Expr, result: sympy.Expr) -> tuple[Step, ...]:
    points = [point_of_path(sympy.Integer(end)) for end in (0, 1)]
    if points != [DataCopy(), DataMatrix()]:
        raise RmtcheckError("a step of the fundamental theorem does not check: the ends")
    return (
        equation("the path starts at", PathPoint(0), points[0]),
        equation("and ends at", PathPoint(1), points[1]),
        Step(
            "so H(0) = H~ and H(1) = H, with the same X in the outer products",
            r"H(0)=\tilde H,\qquad H(1)=H",
        ),
        Step(
            "along it s has the derivative -tr(G H' G)/d, which the integrable function "
            "c (1/sqrt t + 1/sqrt(1-t)) dominates in the mean",
            r"\tfrac d{dt}s_{H(t)}=-\tfrac1{dN}\sum_n\nabla\lambda(u_n)^\top\dot u_n\,"
            r"x_n^\top G^2x_n,\quad\dot u=\tfrac{Vx}{2\sqrt t}-\tfrac{V\tilde x}{2\sqrt{1-t}}",
        ),
        equation("hence by the fundamental theorem", PathIntegral(*_slope(result)), ends),
        Step(
            f"and what is asked is: {lhs} = {result}",
            f"{sympy.latex(lhs)} = {sympy.latex(result)}",
        ),
    )


def _slope(result: sympy.Expr) -> tuple[sympy.Expr, ...]:
    (integral,) = result.atoms(PathIntegral)
    return tuple(integral.args)


_OPEN = ZeroTest(Answer.UNKNOWN, "neither a proof nor a weight that refutes it was found")

r"""The constant of Theorem 1 for iid logits of any law, at any temperature.

For iid real logits u with :math:`M(s)=\mathbb Ee^{su}`, softmax :math:`p_k=y_k/\sum_cy_c`,
:math:`y=e^{u/T}`, and :math:`M(2/T)<\infty`,

.. math:: \lim_{C\to\infty}C^2\frac{g_{ij}}{g_{ii}}=\frac{\gamma q^2+1}{\gamma q+1},\qquad
          q=\frac{\mathbb Ey^2}{(\mathbb Ey)^2}=\frac{M(2/T)}{M(1/T)^2}.

Nothing is asked of the left tail of the law. The proof is lemma 19 of ``docs/lemmas.md``. The
factors :math:`T^{-2}` of a softmax of temperature T cancel in the ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.softmax import exact_expression, positive_expression, shown
from rmtcheck.vocabulary.symbols import t

_GAUSSIAN = sympy.exp(t**2 / 2)
_ENTIRE = (sympy.exp, sympy.cosh, sympy.sinh)
_WITHOUT_ZERO = (sympy.exp, sympy.cosh, sympy.gamma)


def linear_ce_constant(
    gamma: Any, generating_function: Any = _GAUSSIAN, temperature: Any = 1
) -> sympy.Expr:
    r"""Return the limiting scaled block ratio of the linear model for iid logits of any law.

    .. math:: \lim_{C\to\infty}C^2\frac{g_{ij}}{g_{ii}}=\frac{\gamma q^2+1}{\gamma q+1},\qquad
              q=\frac{M(2/T)}{M(1/T)^2}.

    Parameters
    ----------
    gamma : positive exact sympy expression or number
        Aspect ratio, the limit of d/N.
    generating_function : sympy expression in ``t``, or Lambda, default exp(t**2/2)
        Moment generating function :math:`M(t)=\mathbb Ee^{tu}` of a logit, for standard Gaussian
        logits unless given.
    temperature : positive exact sympy expression or number, default 1
        Temperature T of the softmax.

    Returns
    -------
    sympy expression

    Raises
    ------
    DomainError
        If gamma or the temperature is not an exact expression known to be positive, or one of the
        tests of M below fails or stays undecided.

    Notes
    -----
    Accuracy: exact. Tested is that M is built by sums, products and powers from ``t``, real
    constants, exp, cosh, sinh, log and gamma; that on (0, 2/T] no logarithm, gamma function or
    power with an exponent other than an integer meets an argument or base :math:`\le0`, no
    negative power a base 0, and M no zero, hence that M is real, continuous and, with M(0+) = 1,
    positive there; that M(0+) = 1; and that :math:`q\ge1`. All this is necessary for a moment
    generating function; that M is one is the caller's word. Zeros and signs are decided by sympy.

    References
    ----------
    Theorem 1, equation (20), is the case of standard Gaussian logits, where q = e.

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> linear_ce_constant(gamma)
    (gamma*exp(2) + 1)/(E*gamma + 1)
    >>> linear_ce_constant(1, sympy.cosh(t)).evalf(12)          # signs
    1.35521174752
    >>> linear_ce_constant(gamma, 1 / (1 - t**2 / 9))           # Laplace, of scale 1/3
    (4096*gamma/2025 + 1)/(64*gamma/45 + 1)
    >>> linear_ce_constant(1, sympy.gamma(1 - t), 4).evalf(12)  # Gumbel, finite for T > 2
    1.09762847638
    >>> linear_ce_constant(0)
    Traceback (most recent call last):
        ...
    rmtcheck.errors.DomainError: gamma is 0; accepted are exact positive numbers or expressions
    """
    ratio = positive_expression("gamma", gamma)
    warmth = positive_expression("temperature", temperature)
    function = _function(generating_function)
    segment = _Segment(function, 2 / warmth)
    segment.require_continuous(function)
    segment.require_value_one()
    segment.require_no_zero(function)
    q = function.subs(t, 2 / warmth) / function.subs(t, 1 / warmth) ** 2
    if not _is_at_least_one(q):
        segment.refuse(
            f"is not known to have M({shown(1 / warmth)})^2 <= M({shown(2 / warmth)}), as every"
            " random variable has"
        )
    return (ratio * q**2 + 1) / (ratio * q + 1)


def _function(given: Any) -> sympy.Expr:
    """Return M(t) as an expression in the one real variable ``t``."""
    if isinstance(given, sympy.Lambda):
        if len(given.variables) != 1:
            raise DomainError(
                f"generating_function is {shown(given)}; accepted is one of one variable"
            )
        return exact_expression("generating_function", given(t))
    return exact_expression("generating_function", given)


def _is_at_least_one(q: sympy.Expr) -> bool:
    """Return whether sympy shows it; the logarithm shows it of exponentials."""
    try:
        logarithm = sympy.expand_log(sympy.log(q))
        return bool(logarithm.is_nonnegative or sympy.simplify(q - 1).is_nonnegative)
    except (OverflowError, RecursionError):  # arguments of hundreds of digits
        return False


@dataclass(frozen=True)
class _Segment:
    """A function on (0, end], the temperatures that its constant depends on."""

    function: sympy.Expr
    end: sympy.Expr

    def refuse(self, why: str) -> NoReturn:
        raise DomainError(
            f"generating_function {shown(self.function)} {why}; accepted is a moment generating"
            " function that is finite up to 2/temperature"
        )

    def require_continuous(self, part: sympy.Expr) -> None:
        """Refuse what may be singular, as a formula goes on where the mean is infinite."""
        if not part.has(t):
            if not part.is_real:
                self.refuse(f"contains {shown(part)}, which is not known to be real and finite")
        elif isinstance(part, sympy.Pow):
            self._require_continuous_power(*part.as_base_exp())
        elif isinstance(part, (sympy.log, sympy.gamma)):
            self.require_positive(part.args[0])
        elif isinstance(part, (sympy.Add, sympy.Mul, *_ENTIRE)):
            for each in part.args:
                self.require_continuous(each)
        elif part != t:
            self.refuse(f"contains {shown(part)}, and only exp, cosh, sinh, log, gamma are decided")

    def _require_continuous_power(self, base: sympy.Expr, exponent: sympy.Expr) -> None:
        self.require_continuous(exponent)
        if not exponent.is_integer:
            self.require_positive(base)
            return
        self.require_continuous(base)
        if not exponent.is_nonnegative:
            self.require_no_zero(base)

    def require_positive(self, part: sympy.Expr) -> None:
        """Refuse what may change its sign; without a zero, the sign at the end is the sign."""
        self.require_continuous(part)
        self.require_no_zero(part)
        if not part.subs(t, self.end).is_positive:
            self.refuse(f"needs {shown(part)} > 0, which is not known at {shown(self.end)}")

    def require_no_zero(self, part: sympy.Expr) -> None:
        """Refuse a continuous part that may vanish."""
        if isinstance(part, sympy.Mul):
            for factor in part.args:
                self.require_no_zero(factor)
        elif isinstance(part, sympy.Pow):
            self.require_no_zero(part.base)
        elif not isinstance(part, _WITHOUT_ZERO) and not self._has_plain_sign(part):
            self._require_no_solution(part)

    def _has_plain_sign(self, part: sympy.Expr) -> bool:
        """Return whether it is a constant but 0, positive for t > 0, or has only positive terms."""
        if not part.has(t):
            return part.is_zero is False
        if part.subs(t, sympy.Dummy(positive=True)).is_positive:
            return True
        return isinstance(part, sympy.Add) and all(map(self._is_positive, part.args))

    def _is_positive(self, part: sympy.Expr) -> bool:
        try:
            self.require_positive(part)
        except DomainError:
            return False
        return True

    def _require_no_solution(self, part: sympy.Expr) -> None:
        zeros = self._zeros(part)
        if zeros == sympy.S.EmptySet:
            return
        where = f"(0, {shown(self.end)}]"
        if isinstance(zeros, sympy.FiniteSet):
            places = ", ".join(map(shown, sorted(zeros, key=sympy.default_sort_key)))
            self.refuse(f"needs {shown(part)} not to be 0 as at {places}, within {where}")
        self.refuse(f"needs {shown(part)} not to be 0, which is not decided on {where}")

    def _zeros(self, part: sympy.Expr) -> sympy.Set | None:
        if part.has(sympy.gamma) or part.free_symbols != {t}:
            return None  # the solver takes a coefficient a of t for non-zero
        try:
            return sympy.solveset(part, t, sympy.Interval.Lopen(0, self.end))
        except (NotImplementedError, ValueError):
            return None

    def require_value_one(self) -> None:
        try:
            gap = sympy.simplify(sympy.limit(self.function, t, 0) - 1)
        except (NotImplementedError, ValueError, sympy.PoleError):
            gap = None
        if gap != 0:
            self.refuse("is not known to be 1 at 0")

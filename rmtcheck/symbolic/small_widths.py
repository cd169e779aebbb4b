r"""How fast mean squared norms of a hidden layer approach their limits in many classes.

With :math:`\rho=e^{u-r/2}`, u the logit of a class on a sample and r its variance, a probability is
:math:`x/(1+x)`, :math:`x=\rho/C`, where one class is large. By Mellin's inversion a mean is an
integral of :math:`C^{-z}\,\mathbb E[\rho^z]` over a vertical line, and in all powers together

.. math:: \mathbb E_V\prod_k\rho_k^{z_k}\rho_k'^{z_k'}
          =\exp\tfrac1{2m}(\phi,\phi')^\top Q\,(\phi,\phi'),\qquad
          Q=\begin{pmatrix}\sum z_k(z_k-1)&\sum z_kz_k'\\\sum z_kz_k'&\sum z_k'(z_k'-1)\end{pmatrix}

has a finite mean over the outputs up to the power at which :math:`\det(m-Q)=0`. The poles of the
softmax at integers give the limit and a series in 1/C; a branch point below the next pole comes
first. ``docs/small_widths.md`` says which steps are proved.
"""

from __future__ import annotations

import numbers
import reprlib
from dataclasses import dataclass
from typing import Any

import sympy

from rmtcheck.errors import DomainError

_Z = sympy.Symbol("z", real=True)
_MOVED = {("w", False): ((_Z, 0),), ("v", True): ((_Z, 1),), ("v", False): ((_Z, 1), (1, 1))}
"""Powers of the named classes on both samples, one of which moves."""
_START = {("w", False): 2, ("v", True): 1, ("v", False): 1}
"""The pole that gives the limit."""
_WIDE = 7
"""From this width on every critical power, which grows with m, lies beyond the next pole."""


@dataclass(frozen=True)
class Approach:
    r"""A term of the order :math:`C^e(\log C)^l`, relative to the power of C of a wide layer.

    Parameters
    ----------
    exponent : sympy expression
        The exponent e: of the distance to the limit if negative, else of the growth.
    logarithms : sympy.Rational
        The exponent l.
    """

    exponent: sympy.Expr
    logarithms: sympy.Rational


def approach(layer: str, *, diagonal: bool, m: int) -> Approach:
    r"""Return how fast :math:`C^k\,\mathbb E\|H\|_F^2` approaches its limit, or grows.

    .. math:: C^{z_0-z^*}(\log C)^{m/2+1},\qquad
              z^*=\tfrac{1+\sqrt{4m+1}}2,\quad\frac{m(1+\sqrt{4m+5})}{2(m+1)},\quad
              \frac{m-2+\sqrt{(m-2)^2+4(m+1)^2(m-1)}}{2(m+1)}

    for other hidden blocks (:math:`z_0=2`, k = 1), diagonal output blocks (:math:`z_0=1`, k = 2)
    and other output blocks (:math:`z_0=1`, k = 4), while :math:`z^*<z_0+1`; then 1/C.

    Parameters
    ----------
    layer : {"w", "v"}
        Blocks of hidden units, divided by d, or of classes.
    diagonal : bool
        Whether units or classes are the same; not for "w", whose distance is 1/C from m = 3 on.
    m : int
        Width, an integer of at least 1, and at least 2 for blocks of two hidden units.

    Returns
    -------
    Approach

    Raises
    ------
    DomainError
        If an argument is of another kind, there is no such block, or its distance is not derived.

    Notes
    -----
    Accuracy: exact numbers, from an asymptotic argument.

    References
    ----------
    ``docs/small_widths.md``.

    Examples
    --------
    >>> approach("w", diagonal=False, m=3)
    Approach(exponent=3/2 - sqrt(13)/2, logarithms=5/2)
    >>> approach("v", diagonal=False, m=1)
    Approach(exponent=3 - sqrt(5), logarithms=1/2)
    """
    kind, m = _checked_kind(layer, diagonal, m), min(_checked_width(layer, m), _WIDE)
    if (kind, m) == (("v", False), 1):
        return _joint_growth()
    start, critical = _START[kind], _critical_power(_MOVED[kind], m)
    if critical > start + 1:
        return Approach(sympy.S.NegativeOne, sympy.S.Zero)
    is_pole = critical in (start, start + 1)
    return Approach(start - critical, sympy.Rational(m, 2) + (2 if is_pole else 1))


def _checked_kind(layer: Any, diagonal: Any, m: Any) -> tuple[str, bool]:
    if not isinstance(layer, str) or layer not in ("w", "v"):
        raise DomainError(f"layer = {_shown(layer)} at m = {_shown(m)}; 'w' or 'v' is needed")
    if not isinstance(diagonal, bool):
        raise DomainError(f"diagonal = {_shown(diagonal)}; True or False is needed")
    if (layer, diagonal) not in _MOVED:
        raise DomainError(f"layer 'w' at m = {_shown(m)} needs diagonal = False, not True")
    return layer, diagonal


def _checked_width(layer: str, m: Any) -> int:
    least = 2 if layer == "w" else 1
    if isinstance(m, bool) or not isinstance(m, numbers.Integral) or int(m) < least:
        raise DomainError(f"m = {_shown(m)}; an integer from {least} on is needed for {layer!r}")
    return int(m)


def _shown(value: Any) -> str:
    try:
        return " ".join(reprlib.repr(value).split())
    except ValueError:  # an integer of more digits than Python prints
        return f"a long {type(value).__name__}"


def _joint_growth() -> Approach:
    """Return the growth at one hidden unit, where all four powers stay below their poles."""
    critical = _critical_power(((_Z, _Z), (_Z, _Z)), 1)
    return Approach(sympy.expand(4 - 4 * critical), sympy.Rational(1, 2))


def _critical_power(powers: tuple[tuple[sympy.Expr, ...], ...], m: int) -> sympy.Expr:
    """Return the least positive power at which the mean over the outputs is infinite."""
    within, other = (sum(p[k] * (p[k] - 1) for p in powers) for k in (0, 1))
    across = sum(p[0] * p[1] for p in powers)
    form = m * sympy.eye(2) - sympy.Matrix([[within, across], [across, other]])
    roots = sympy.roots(sympy.Poly(form.det(), _Z))
    return min(root for root in roots if root.is_positive)

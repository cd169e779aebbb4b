r"""Limits and exponents of a quantity known at a few sizes, by exact fits in powers of 1/size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.vocabulary.observations import Estimate

Values = Sequence[float | Estimate]


def extrapolate(sizes: Sequence[float], values: Values) -> Estimate:
    r"""Return :math:`\lim_{n\to\infty}f(n)` of :math:`f(n)=c_0+c_1/n+c_2/n^2+\cdots`.

    Parameters
    ----------
    sizes : sequence of at least 2 increasing positive numbers
        The sizes :math:`n`; ratios of 2 or so between neighbours keep the fit stable.
    values : sequence of float or Estimate
        The values :math:`f(n)`.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If sizes and values do not match, are not finite, or sizes do not increase.

    Accuracy
    --------
    Estimated error: the change when the smallest size is left out, plus the errors of the
    values through the fit. Wrong where the expansion has other powers.

    Examples
    --------
    >>> abs(extrapolate([10, 20, 40], [1 + 3 / n for n in (10, 20, 40)]).value - 1) < 1e-12
    True
    """
    n, f, errors = _checked(sizes, values)
    return _leading(_powers(n), f, errors)


def log_slope(sizes: Sequence[float], values: Values) -> Estimate:
    r"""Return the exponent :math:`a` of :math:`f(n)=n^a(c_0+c_1/n+\cdots)`.

    Parameters
    ----------
    sizes : sequence of at least 3 increasing positive numbers
        The sizes :math:`n`.
    values : sequence of float or Estimate
        The values :math:`f(n)`, all positive or all negative.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If sizes and values do not match, or values vanish or change sign.

    Accuracy
    --------
    Estimated error, as for :func:`extrapolate`.

    Examples
    --------
    >>> abs(log_slope([10, 20, 40, 80], [5 / n**2 for n in (10, 20, 40, 80)]).value + 2) < 1e-12
    True
    """
    n, f, errors = _checked(sizes, values)
    if len(n) < 3:
        raise DomainError(f"sizes has {len(n)} entries; an exponent needs at least 3")
    if not (np.all(f > 0) or np.all(f < 0)):
        raise DomainError("values vanish or change sign; an exponent needs one sign throughout")
    basis = np.column_stack([np.log(n), _powers(n)[:, :-1]])
    return _leading(basis, np.log(abs(f)), errors / abs(f))


def _checked(sizes: Sequence[float], values: Values) -> tuple[Array, Array, Array]:
    n = np.asarray(sizes, dtype=float)
    f = np.array([v.value if isinstance(v, Estimate) else float(v) for v in values])
    errors = np.array([v.error if isinstance(v, Estimate) else 0.0 for v in values])
    if n.ndim != 1 or len(n) < 2 or len(n) != len(f):
        raise DomainError(
            f"sizes and values have lengths {n.size} and {f.size}; "
            "equal ones of at least 2 are needed"
        )
    if not (np.all(np.diff(n) > 0) and n[0] > 0 and np.all(np.isfinite(n))):
        raise DomainError(f"sizes is {sizes}; increasing positive numbers are needed")
    if not np.all(np.isfinite(f)):
        raise DomainError("values are not all finite")
    return n, f, errors


def _powers(n: Array) -> Array:
    return np.vander(n[0] / n, increasing=True)


def _leading(basis: Array, f: Array, errors: Array) -> Estimate:
    """Fit exactly and return the first coefficient, compared with the fit of one size fewer."""
    weights = _first_row_of_inverse(basis)
    fewer = _first_row_of_inverse(basis[1:, :-1])
    value = float(weights @ f)
    change = abs(value - float(fewer @ f[1:]))
    rounding = 4e-16 * float(abs(weights) @ abs(f))
    return Estimate(value=value, error=change + float(abs(weights) @ errors) + rounding)


def _first_row_of_inverse(basis: Array) -> Array:
    first = np.zeros(len(basis))
    first[0] = 1.0
    row: Array = np.linalg.solve(basis.T, first)
    return row

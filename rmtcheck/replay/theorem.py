r"""The theorem, and its reduction to inequalities between three moments.

With :math:`h=1/C`, :math:`w=e\gamma+1` and the moments of the softmax of C standard normal logits

.. math:: \alpha=C^4E\,p_1^2p_2^2,\qquad\beta=C^2E\,p_1p_2,\qquad\eta=C^4E\,p_1^2p_2p_3

the rows sum to 1, so :math:`p_1(1-p_1)=\sum_{j\ne1}p_1p_j`, and

.. math:: C^2\frac{g_{ij}}{g_{ii}}=\frac{\gamma\alpha+\beta^2}{A\gamma+B},\qquad
   A=(1-h)(1-2h)\eta+h(1-h)\alpha,\qquad B=(1-h)^2\beta^2.

Let :math:`r_0`, :math:`r_1` be the numerators of :math:`R_0`, :math:`R_1`, and

.. math:: w^2(\gamma\alpha+\beta^2)-(r_0w+r_1h)(A\gamma+B)
   =h^2(q_0+q_1\gamma+q_2\gamma^2+q_3\gamma^3).

Then :math:`C^2(C^2g_{ij}/g_{ii}-R_0-R_1h)=\sum q_k\gamma^k/(w^2(A\gamma+B))`. All moments are
positive, hence so is :math:`A\gamma+B`, and the theorem for this C follows from :math:`q_k>0` and
:math:`s_k\ge0`, where :math:`s_k=\kappa_kB+\kappa_{k-1}A-q_k-eq_{k-1}` are the coefficients of
:math:`(\kappa_0+\dots+\kappa_3\gamma^3)(A\gamma+B)-w(q_0+\dots+q_3\gamma^3)`.
"""

from __future__ import annotations

from rmtcheck.replay.polynomial import lift, read, variables

W = "e gamma + 1"
R0 = "e^2 gamma + 1"
R1 = "2 + (16 e^3 + 3 e - 7 e^2 - 8 e^4) gamma + (7 e^4 - e^3 - 4 e^5) gamma^2"

NAMED = {"alpha": (2, 2), "beta": (1, 1), "eta": (2, 1, 1)}
"""The powers of the classes that each moment names."""

FIRST, LARGE = 2, 2000
"""The numbers of classes from 2 to 1999 are checked one by one, all others at once."""

PLACES = 12
"""Decimals of the table."""

SHORT = 6
"""Decimals of all other numbers."""

_h, _gamma, _alpha, _beta, _eta = variables("h gamma alpha beta eta")

A = (1 - _h) * (1 - 2 * _h) * _eta + _h * (1 - _h) * _alpha
B = (1 - _h) ** 2 * _beta**2
GAP = read(W) ** 2 * (_gamma * _alpha + _beta**2) - (read(R0) * read(W) + read(R1) * _h) * (
    A * _gamma + B
)
GAPS = tuple(GAP.coefficient("gamma", k) for k in range(4))
r"""The polynomials :math:`h^2q_0,\dots,h^2q_3` in e, h and the three moments."""


def constant_term_is_settled(kappa0: int) -> bool:
    r"""Say whether :math:`s_0\ge0` for every C, by an identity.

    .. math:: h^2q_0=\beta^2h^2(3-2h),\qquad s_0=\beta^2\bigl((\kappa_0-8)(1-h)^2+(1-2h)(5-4h)\bigr)

    which at C = 2 is :math:`\beta^2(\kappa_0-8)/4`: true for every :math:`0<h\le1/2` if and only if
    :math:`\kappa_0\ge8`.

    Examples
    --------
    >>> constant_term_is_settled(8), constant_term_is_settled(7)
    (True, False)
    """
    lowest = GAPS[0] == _h**2 * _beta**2 * (3 - 2 * _h)
    bracket = lift(8) * (1 - _h) ** 2 - (3 - 2 * _h) == (1 - 2 * _h) * (5 - 4 * _h)
    return lowest and bracket and kappa0 >= 8

r"""Proof that a ball holds the dual point of z: a root exists in it, and it is the right one.

With :math:`Y\approx1/x'(m)` and the secant :math:`\sigma(m,u)=\frac{x(u)-x(m)}{u-m}` the operator

.. math:: K(B)=m-Y(x(m)-z)+(1-Y\sigma(m,B))(B-m)

holds :math:`u-Y(x(u)-z)` for every u of B. If :math:`K(B)\subseteq B`, Brouwer gives a root in
K(B) (docs/lemmas.md, 10). It is the dual point if :math:`\Im u>0` or :math:`G(u)\le\gamma`.
"""

from __future__ import annotations

from flint import acb, arb

from rmtcheck.certify.laws.dual import DualMap


def dual_point_near(dual: DualMap, z: acb, guess: acb) -> acb | None:
    """Return a ball that holds the dual point of z, or None if that is not proved.

    Parameters
    ----------
    dual : DualMap
        The map, made at the working precision.
    z : acb
        A point of the closed upper half plane.
    guess : acb
        An approximate solution, whose midpoint is taken.

    Returns
    -------
    acb or None
    """
    root = root_near(dual, z, guess)
    return root if root is not None and is_on_branch(dual, root) else None


def root_near(dual: DualMap, z: acb, guess: acb) -> acb | None:
    """Return a ball that holds a solution u of x(u) = z, or None if that is not proved."""
    middle = guess.mid()
    image, slope = dual.image_and_slope(middle)
    inverse = (1 / slope).mid()
    newton = middle - inverse * (image - z)
    if not newton.is_finite() or inverse == 0:
        return None
    box = middle + square(2 * (newton - middle).abs_upper())
    mapped = newton + (1 - inverse * dual.secant(middle, box)) * (box - middle)
    return mapped if mapped.is_finite() and box.contains(mapped) else None


def is_on_branch(dual: DualMap, root: acb) -> bool:
    """Whether every solution in the ball is a dual point (docs/lemmas.md, 9)."""
    return bool(root.imag > 0) or bool(dual.crowding(root) < dual.gamma)


def square(radius: arb) -> acb:
    """Return the square of half side ``radius`` around 0."""
    return acb(arb(0, radius), arb(0, radius))

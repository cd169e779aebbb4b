r"""Cutting pieces until no dual point that a law visits comes near any of them.

Every visited dual point u satisfies :math:`\int\lambda^2/|u-\lambda|^2d\nu\le\gamma`. Where
:math:`|u-c|<D` this integral is greater than

.. math:: \int h\,\lambda^2d\nu,\qquad h(\lambda)=\frac1{(D+|\lambda-c|)^2},

so if that exceeds :math:`\gamma` the disc is never visited. A piece of centre c and radius r is
*clear* if this holds for :math:`D=\kappa r`. On either side of c all even derivatives of
h are positive, so Gauss rules of :math:`\lambda^2d\nu` give lower bounds of its parts; on the piece
itself :math:`h\ge(D+r)^{-2}`. The sum is taken as

.. math:: \int h\,\lambda^2d\nu-1=\int(|\lambda|-|\lambda-c|-D)(|\lambda|+|\lambda-c|+D)\,h\,d\nu,

which keeps its digits where :math:`\gamma=1` and c is next to 0. On a clear piece the
p-point rule errs in :math:`\int g(\lambda)(u-\lambda)^{-1}d\lambda` by :math:`O(\rho^{-2p})`,
:math:`\rho=\kappa+\sqrt{\kappa^2-1}`, which is 5e-19 for :math:`\kappa=2,p=16`.

Where the density of :math:`\lambda^2d\nu` falls to 0 faster than linearly, so does the height of
the curve of visited points, and no number of pieces is enough. Pieces that would take many cuts
are left to :mod:`rmtcheck.spectral.populations.refined`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray
from rmtcheck.spectral.populations.pieces import Pieces

KAPPA = 2.0
PARTS = 16
CELLS = 2**20
# No distribution function of a law shows less mass over gamma.
NEGLIGIBLE = 1e-13


@dataclass(frozen=True)
class Cleared:
    """Pieces cut for one aspect ratio, and which of them are clear."""

    pieces: Pieces
    clear: BoolArray


def cleared(pieces: Pieces, gamma: float) -> Cleared:
    r"""Cut pieces until they are clear, where few cuts are enough for that.

    Parameters
    ----------
    pieces : Pieces
        A density of mass 1.
    gamma : float
        Aspect ratio.

    Returns
    -------
    Cleared

    Accuracy
    --------
    See the module.
    """
    whole = pieces.rules()
    new = _Front.around(pieces)
    done: list[tuple[Pieces, BoolArray]] = []
    while len(new.pieces):
        clear = _is_clear(new, whole, gamma)
        ended = clear | ~_is_promising(new.pieces, gamma)
        done.append((new.pieces[ended], clear[ended]))
        new = new[~ended].halved()
    parts, flags = zip(*done, strict=True)
    return Cleared(Pieces.joined(list(parts)), np.concatenate(flags))


def without_dust(atoms: Array, masses: Array, gamma: float) -> tuple[Array, Array]:
    r"""Return the atoms with the lightest ones next to 0, on either side, as one atom.

    Parameters
    ----------
    atoms, masses : arrays of shape (n,)
        Atoms other than 0, in any order, and positive masses.
    gamma : float
        Aspect ratio; up to 1e-13 of it in mass is gathered at its mean.

    Returns
    -------
    atoms, masses : arrays
        In another order.
    """
    parts = []
    for side in (atoms < 0, atoms > 0):
        order = np.argsort(abs(atoms[side]), kind="stable")
        place, mass = atoms[side][order], masses[side][order]
        count = int(np.searchsorted(np.cumsum(mass), NEGLIGIBLE * gamma))
        if count > 1:
            total = mass[:count].sum()
            place = np.append(place[:count] @ mass[:count] / total, place[count:])
            mass = np.append(total, mass[count:])
        parts.append((place, mass))
    (below, lighter), (above, heavier) = parts
    return np.concatenate([below, above]), np.concatenate([lighter, heavier])


@dataclass(frozen=True)
class _Front:
    r"""Pieces of larger ones, each with Gauss rules of all the rest of its larger one.

    The rules are those of the other halves, met on the way down: n rows of places and of
    masses, filled up with zeros.
    """

    pieces: Pieces
    origin: Any
    places: Array
    shares: Array

    @classmethod
    def around(cls, pieces: Pieces) -> Self:
        """Return whole pieces, which have no rest."""
        none = np.zeros((len(pieces), 0))
        return cls(pieces, np.arange(len(pieces)), none, none)

    def __getitem__(self, rows: Any) -> Self:
        return type(self)(
            self.pieces[rows], self.origin[rows], self.places[rows], self.shares[rows]
        )

    def halved(self) -> Self:
        """Return the halves of all pieces, each with the other half among the rest."""
        halves = self.pieces.halved()
        others = (np.roll(column, len(self.pieces), axis=0) for column in halves.rules())
        places, shares = (
            np.hstack([np.vstack([rest, rest]), other])
            for rest, other in zip((self.places, self.shares), others, strict=True)
        )
        return type(self)(halves, np.tile(self.origin, 2), places, shares)


def _is_clear(front: _Front, whole: tuple[Array, Array], gamma: float) -> BoolArray:
    """Apply the lemma of the module to every piece."""
    clear = np.empty(len(front.pieces), dtype=bool)
    step = max(1, CELLS // (whole[0].size + front.places.shape[1]))
    for k in range(0, len(clear), step):
        clear[k : k + step] = _surplus(front[k : k + step], *whole) > gamma - 1
    return clear


def _surplus(front: _Front, places: Array, masses: Array) -> Array:
    r"""Return lower bounds of the integrals of :math:`h\lambda^2-1`."""
    low, high = front.pieces.intervals()
    centre, radius = (low + high) / 2, (high - low) / 2
    others = (_gain(places, centre[:, None, None], radius[:, None, None]) * masses).sum(axis=2)
    others[np.arange(len(centre)), front.origin] = 0
    rest = (_gain(front.places, centre[:, None], radius[:, None]) * front.shares).sum(axis=1)
    own = ((front.pieces.rules()[0] / ((KAPPA + 1) * radius[:, None])) ** 2 - 1) * (
        front.pieces.rules()[1]
    )
    return np.asarray(others.sum(axis=1) + rest + own.sum(axis=1))


def _gain(places: Array, centre: Array, radius: Array) -> Array:
    r"""Return :math:`h\lambda^2-1` at places on one side of a centre."""
    nearer = np.clip(2 * np.sign(centre) * places, 0, 2 * abs(centre)) - abs(centre)
    beyond = abs(places - centre) + KAPPA * radius
    return np.asarray((nearer - KAPPA * radius) * (abs(places) + beyond) / beyond**2)


def _is_promising(pieces: Pieces, gamma: float) -> BoolArray:
    """Whether pieces would be clear by their own squares if cut into a few."""
    places, masses = pieces.rules()
    own = (places**2 * masses).sum(axis=1)
    radius = (pieces.high - pieces.low) / 2
    return np.asarray(PARTS * own > gamma * ((KAPPA + 1) * radius) ** 2)

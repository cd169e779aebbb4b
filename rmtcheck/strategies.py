"""Hypothesis strategies for the objects of random matrix theory, to test one's own code on.

Hypothesis comes with the extra ``rmtcheck[test]``; nothing else of rmtcheck imports it, or this.
What is drawn shrinks towards one weight 1, aspect ratio 1 and the point i.
"""

from __future__ import annotations

import math
from fractions import Fraction
from operator import mul
from typing import Any

from rmtcheck.errors import DomainError
from rmtcheck.spectral.law import SpectralLaw, positive, shown
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.laws.semicircle import Semicircle
from rmtcheck.spectral.measures import DiscreteMeasure

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "rmtcheck.strategies needs hypothesis; pip install 'rmtcheck[test]' installs it",
        name="hypothesis",
    ) from error

Range = tuple[float, float]
SIGNS = {"positive": (1,), "negative": (-1,), "both": (1, -1)}
SPECIAL_RATIOS = [Fraction(1), Fraction(1, 2), Fraction(2), Fraction(1, 10), Fraction(10)]


def populations(
    *,
    signs: str = "both",
    zero: bool = True,
    most_atoms: int = 6,
    moduli: Range = (1e-3, 1e3),
    exact: bool = False,
) -> st.SearchStrategy[DiscreteMeasure]:
    r"""Return a strategy for population distributions :math:`\sum_kw_k\delta_{\lambda_k}`.

    Small integers and fractions, numbers of very different sizes, and atoms that nearly touch.

    Parameters
    ----------
    signs : {"both", "positive", "negative"}
        Signs of the atoms that are not 0.
    zero : bool
        Whether 0 may be an atom, never the only one.
    most_atoms : int
        The largest number of atoms other than 0, at least 1.
    moduli : (float, float)
        The least and greatest modulus of an atom other than 0.
    exact : bool
        Whether all atoms and weights are exact numbers.

    Returns
    -------
    SearchStrategy of DiscreteMeasure
        Of mass 1.

    Raises
    ------
    DomainError
        If an argument is none of these.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(populations(signs="positive"))
    ... def test_variance_is_not_negative(population):
    ...     assert population.moment(2) >= population.moment(1) ** 2 * (1 - 1e-12)
    >>> test_variance_is_not_negative()
    """
    if not isinstance(signs, str) or signs not in SIGNS:
        raise DomainError(f"signs is {shown(signs)}; 'both', 'positive', 'negative' are accepted")
    if not isinstance(most_atoms, int) or isinstance(most_atoms, bool) or most_atoms < 1:
        raise DomainError(f"most_atoms is {shown(most_atoms)}; a positive integer is needed")
    low, high = checked_range("moduli", moduli)
    sizes: list[st.SearchStrategy[Any]] = [exact_sizes(low, high)]
    if not exact:
        sizes += [decades(low, high), touching(low, high)]
    sign = st.sampled_from(SIGNS[signs])
    # All alike, or of every kind.
    places = st.one_of(
        [
            st.lists(st.builds(mul, size, sign), min_size=1, max_size=most_atoms, unique=True)
            for size in (*sizes, st.one_of(sizes))
        ]
    )
    zeros = st.sampled_from([[], [0]]) if zero else st.just([])
    return st.builds(lambda some, none: some + none, places, zeros).flatmap(weighted)


def aspect_ratios(
    *, between: Range = (1e-3, 1e3), exact: bool = False
) -> st.SearchStrategy[float | Fraction]:
    r"""Return a strategy for aspect ratios :math:`\gamma=\lim d/N`.

    Parameters
    ----------
    between : (float, float)
        The least and the greatest.
    exact : bool
        Whether all are exact numbers.

    Returns
    -------
    SearchStrategy of Fraction or float
        Uniform over the decades, with ratios like 1, where spectra change their shape.

    Raises
    ------
    DomainError
        If the range is none.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(aspect_ratios(between=(0.1, 2)))
    ... def test_is_in_the_range(gamma):
    ...     assert 0.1 <= gamma <= 2
    >>> test_is_in_the_range()
    """
    low, high = checked_range("between", between)
    special = [ratio for ratio in SPECIAL_RATIOS if low <= ratio <= high]
    drawn: st.SearchStrategy[Any] = exact_sizes(low, high) if exact else decades(low, high)
    return st.sampled_from(special) | drawn if special else drawn


def laws() -> st.SearchStrategy[SpectralLaw]:
    """Return a strategy for spectral laws of every family.

    Returns
    -------
    SearchStrategy of SpectralLaw

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(laws())
    ... def test_distribution_functions_end_at_one(law):
    ...     assert abs(law.cdf(max(0, *law.edges())) - 1) < 1e-12
    >>> test_distribution_functions_end_at_one()
    """
    gamma, variance = aspect_ratios(), decades(1e-3, 1e3)
    return st.one_of(
        st.builds(Semicircle, variance),
        st.builds(MarchenkoPastur, gamma, variance),
        st.builds(GeneralizedMarchenkoPastur, populations(), gamma),
    )


def upper_half_plane_points(
    law: SpectralLaw | None = None, *, heights: Range = (1e-3, 1e3)
) -> st.SearchStrategy[complex]:
    r"""Return a strategy for points :math:`z` with :math:`\Im z>0`.

    Parameters
    ----------
    law : SpectralLaw, optional
        Points are drawn around its mean, in units of its standard deviation; else around 0.
    heights : (float, float)
        The least and greatest imaginary part, in these units.

    Returns
    -------
    SearchStrategy of complex
        Real parts within 10 units.

    Raises
    ------
    DomainError
        If the law or the range is none.

    Examples
    --------
    >>> from hypothesis import given, strategies
    >>> points = laws().flatmap(
    ...     lambda law: strategies.tuples(strategies.just(law), upper_half_plane_points(law))
    ... )
    >>> @given(points)
    ... def test_transforms_stay_in_the_half_plane(case):
    ...     law, z = case
    ...     assert law.stieltjes(z).imag > 0
    >>> test_transforms_stay_in_the_half_plane()
    """
    if law is not None and not isinstance(law, SpectralLaw):
        raise DomainError(f"law is {shown(law)}; a SpectralLaw or None is needed")
    low, high = checked_range("heights", heights)
    centre, unit = (0.0, 1.0) if law is None else (float(law.mean()), math.sqrt(law.variance()))
    return st.builds(
        lambda x, y: complex(centre + unit * x, unit * y),
        st.floats(-10, 10),
        decades(low, high),
    )


def checked_range(name: str, ends: Any) -> Range:
    """Return two ordered positive numbers, or raise DomainError."""
    try:
        low, high = (float(positive(name, end)) for end in ends)
    except (TypeError, ValueError):
        low, high = 1.0, 0.0
    if low > high:
        raise DomainError(f"{name} is {shown(ends)}; two ascending positive numbers are needed")
    return low, high


def exact_sizes(low: float, high: float) -> st.SearchStrategy[Fraction]:
    """Return a strategy for exact numbers of a range, most of them small fractions."""
    ends = Fraction(low), Fraction(high)
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    powers = st.just(0) | st.integers(min(first, last), max(first, last))
    return st.builds(
        lambda p, q, power: min(max(Fraction(p, q) * Fraction(10) ** power, ends[0]), ends[1]),
        st.integers(1, 20),
        st.integers(1, 12) | st.just(1),
        powers,
    )


def decades(low: float, high: float) -> st.SearchStrategy[float]:
    """Return a strategy for floats of a range, uniform in the logarithm."""
    exponents = st.floats(math.log10(low), math.log10(high))
    return exponents.map(lambda power: min(max(10.0**power, low), high))


def touching(low: float, high: float) -> st.SearchStrategy[float]:
    """Return a strategy for numbers that nearly agree with one another."""
    centre = math.sqrt(low * high)
    shares = st.integers(-9, 9), st.integers(1, 15)
    return st.builds(lambda k, power: centre * (1 + k * 10.0**-power), *shares).filter(
        lambda value: low <= value <= high
    )


def weighted(atoms: list[Any]) -> st.SearchStrategy[DiscreteMeasure]:
    """Return a strategy for populations with given atoms, each of positive mass."""
    counts = st.lists(st.integers(1, 1000), min_size=len(atoms), max_size=len(atoms))
    return st.builds(DiscreteMeasure, st.just(atoms), counts.map(shares))


def shares(counts: list[int]) -> list[Fraction]:
    """Return counts over their sum.

    Examples
    --------
    >>> shares([1, 3])
    [Fraction(1, 4), Fraction(3, 4)]
    """
    return [Fraction(count, sum(counts)) for count in counts]

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.traces import is_identity, reduce
from rmtcheck.vocabulary.ensembles import HermitianMatrix, SampleCovariance, SquareMatrix
from rmtcheck.vocabulary.quantities import FrobeniusSquared, SpectralMoment, spectral_moment
from rmtcheck.vocabulary.symbols import N, d

A, B = HermitianMatrix("A", d), HermitianMatrix("B", d)
GENERAL = SquareMatrix("A", d)
norm = FrobeniusSquared


def test_the_norm_is_a_power_sum():
    k = sympy.Symbol("k", integer=True, positive=True)
    eigenvalue = sympy.IndexedBase("lambda_A")
    assert reduce(norm(A)).result == sympy.Sum(eigenvalue[k] ** 2, (k, 1, d))


def test_the_normalised_claim_holds():
    assert is_identity(norm(A) / d, spectral_moment(A, 2)).answer == Answer.YES


def test_the_printed_claim_fails_at_a_matrix():
    test = is_identity(norm(A), spectral_moment(A, 2))
    assert test.answer == Answer.NO
    assert test.witness == "A = [[1, 0], [0, 2]]: 5 on the left, 5/2 on the right"


@pytest.mark.parametrize(
    "wrong",
    [
        2 * spectral_moment(A, 2),
        -spectral_moment(A, 2),
        spectral_moment(A, 3),
        spectral_moment(A, 1),
        spectral_moment(A, 2) ** 2,
        spectral_moment(B, 2),
        spectral_moment(A, 1) ** 2,
        spectral_moment(A, -2),
        SpectralMoment(A, sympy.Rational(1, 2)),
        sympy.Integer(0),
    ],
    ids=str,
)
def test_wrong_moments_are_rejected(wrong):
    assert is_identity(norm(A) / d, wrong).answer == Answer.NO


def test_symmetry_is_needed():
    test = is_identity(norm(GENERAL) / d, spectral_moment(GENERAL, 2))
    assert test.answer == Answer.NO
    assert test.witness == "A = [[0, 1], [0, 0]]: 1/2 on the left, 0 on the right"


def test_what_holds_for_every_square_matrix():
    assert is_identity(spectral_moment(GENERAL, 0), sympy.Integer(1)).answer == Answer.YES


def test_newton_identities_at_explicit_dimension():
    small = HermitianMatrix("A", 2)
    m1, m2, m3 = (spectral_moment(small, k) for k in (1, 2, 3))
    assert is_identity(m3, 3 * m1 * m2 - 2 * m1**3).answer == Answer.YES
    assert is_identity(m3, 3 * m1 * m2 - m1**3).answer == Answer.NO
    m1, m2, m3 = (spectral_moment(A, k) for k in (1, 2, 3))
    assert is_identity(m3, 3 * m1 * m2 - 2 * m1**3).answer == Answer.NO


def test_large_explicit_dimension():
    large = HermitianMatrix("A", 500)
    assert is_identity(norm(large), 500 * spectral_moment(large, 2)).answer == Answer.YES
    test = is_identity(norm(large), spectral_moment(large, 2))
    assert test.answer == Answer.NO
    assert "padded by zeros to d = 500" in test.witness


def test_different_dimensions_are_unknown():
    other = HermitianMatrix("B", N)
    assert is_identity(norm(A), norm(other)).answer == Answer.UNKNOWN


def test_other_nouns_are_refused():
    with pytest.raises(DomainError):
        reduce(norm(SampleCovariance(d, N)))

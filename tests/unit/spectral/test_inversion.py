import numpy as np

from rmtcheck.spectral.inversion import integrate, pdf_from_stieltjes
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur


def test_integral_counts_the_atom():
    law = MarchenkoPastur(4.0)
    assert abs(integrate(law, lambda x: x == 0) - 0.75) < 1e-14


def test_infinite_density_at_the_edge_is_integrated():
    assert abs(integrate(MarchenkoPastur(1), np.ones_like) - 1) < 1e-13


def test_density_from_the_boundary_value():
    law = MarchenkoPastur(0.5)
    assert abs(pdf_from_stieltjes(law, 1.0) - law.pdf(1.0)) < 1e-15
    assert pdf_from_stieltjes(law, 10.0) == 0

"""House notation: one letter, one meaning, with the assumptions that go with it."""

import sympy

N = sympy.Symbol("N", integer=True, positive=True)
"""Number of samples."""

d = sympy.Symbol("d", integer=True, positive=True)
"""Input dimension."""

C = sympy.Symbol("C", integer=True, positive=True)
"""Number of classes."""

m = sympy.Symbol("m", integer=True, positive=True)
"""Width of the hidden layer."""

c = sympy.Symbol("c", integer=True, positive=True)
"""A class that is summed over."""

gamma = sympy.Symbol("gamma", positive=True)
r"""Aspect ratio, the limit of :math:`d/N`, always this way round."""

sigma = sympy.Symbol("sigma", positive=True)
"""Standard deviation of a matrix entry."""

tau = sympy.Symbol("tau", positive=True)
"""Standard deviation of a logit."""

i, j, n = sympy.symbols("i j n", integer=True, positive=True)
"""Two distinct classes and a sample, counted from 1."""

x = sympy.Symbol("x", real=True)
"""A point of the spectrum, or of the real line."""

t = sympy.Symbol("t", real=True)
"""A frequency, the argument of a characteristic function."""

z = sympy.Symbol("z", complex=True)
"""A point of the upper half plane."""

e = sympy.E
"""Euler's number."""

a, b = sympy.symbols("a b", real=True)
"""End points of an interval."""

epsilon = sympy.Symbol("epsilon", positive=True)
"""Height over the real line, on its way to 0."""

R = sympy.Symbol("R", positive=True)
"""Radius of an interval around 0 that carries a measure."""

k = sympy.Symbol("k", integer=True, nonnegative=True)
"""Order of a moment."""

r = sympy.Symbol("r", integer=True, positive=True)
"""Rank of a change of a matrix."""

s = sympy.Symbol("s", complex=True)
"""The value of a Stieltjes transform."""

weight = sympy.Symbol("lambda", real=True)
"""The weight of a sample, random inside an expectation."""

r"""C E[lambda^2] of two hidden units when at most one class is large, by a Mellin integral.

lambda = p (1 - p) y_k y_l, p = x/(1+x), x = rho/C, so that

    C E[lambda^2] = C^2 E[x^2 (1+x)^-4 y_k^2 y_l^2]
                  = 1/(2 pi i) int C^(2-z) B(2-z, 2+z) M(z) dz,   M(z) = E[rho^z y_k^2 y_l^2],

over Re z < 2. Moving the line beyond the pole at 2 leaves out the limit M(2).
"""

import numpy as np

REACH, POINTS = 12.0, 20_001


def moment(z, m):
    """Return M(z): a named open unit has y of mean (z-1) phi/m and variance 1/m."""
    gap = 1 - z * (z - 1) / m
    named = gap**-0.5 / 2 * (1 / m + (z - 1) ** 2 / m**2 / gap)
    return named**2 * ((1 + gap**-0.5) / 2) ** (m - 2)


def beta(z):
    """Return B(2-z, 2+z), continued."""
    return (1 - z) * z * (1 + z) * np.pi / np.sin(np.pi * z) / 6


def integral(m, size, line):
    """Return the integral over Re z = line, for log C = size."""
    imaginary = np.linspace(-REACH, REACH, POINTS)
    z = line + 1j * imaginary
    values = np.exp((2 - z) * size) * beta(z) * moment(z, m)
    return float(values.sum().real * (imaginary[1] - imaginary[0]) / (2 * np.pi))


def norm(m, size):
    """Return C E[lambda^2]."""
    return integral(m, size, 2 - 3 / (6 + size))


def distance(m, size):
    """Return the limit minus C E[lambda^2], on the line of the least integrand; m = 3, 4, 5."""
    lines = np.linspace(2.02, (1 + np.sqrt(1 + 4 * m)) / 2 - 0.002, 200)
    height = -lines * size + np.log(abs(beta(lines) * moment(lines, m)))
    return -integral(m, size, lines[np.argmin(height)])


def slope(m, size):
    """Return the local exponent of C in the distance."""
    step = 1e-3 * size
    return (np.log(distance(m, size + step)) - np.log(distance(m, size))) / step

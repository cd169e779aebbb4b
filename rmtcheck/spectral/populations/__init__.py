"""Laws of weights: densities as piecewise polynomials, and the weights of Hessian blocks."""

"""Float numerics of expectations and spectral laws: numbers with an error estimate, no bounds."""

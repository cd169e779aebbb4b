"""Spectral laws as a user holds them: floats, balls, many digits and algebra behind one object."""

"""Spectral laws to any number of digits, by methods that double precision has no part in."""

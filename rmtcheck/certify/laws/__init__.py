"""Certified enclosures of spectral laws: transforms, densities, masses and edges in balls."""

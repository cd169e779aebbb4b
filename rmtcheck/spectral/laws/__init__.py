"""One file per spectral law."""

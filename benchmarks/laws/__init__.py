"""What the benchmark of the spectral laws is made of."""

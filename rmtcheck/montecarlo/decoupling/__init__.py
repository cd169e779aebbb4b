"""Draws for the decoupling argument: weights that see the data, and weights of a fresh copy."""

"""Enclosures: every number is a ball that provably contains the true value."""

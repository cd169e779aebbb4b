"""Exact algebra: derivations, normal forms, expansions and tests of equality."""

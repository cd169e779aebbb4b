"""Claims, evidence and verdicts: readable with the standard library and sympy alone."""

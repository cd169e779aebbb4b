"""Inert nouns of the field: what a statement can speak about, with nothing computed."""
